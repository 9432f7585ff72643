#include "support/process.hpp"

#include <cstdlib>
#include <stdexcept>

#include "support/catch.hpp"

namespace insieme::testing {
namespace {

std::filesystem::path bin_dir() {
  const char* dir = std::getenv("INSIEME_BIN_DIR");
  if (dir != nullptr) return dir;
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

Environment with_sanitizers(Environment environment) {
  for (const char* name : {"PATH", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) environment.emplace(name, value);
  }
  return environment;
}

}  // namespace

json::object Finished::reply() const {
  CAPTURE(code, out, err);
  REQUIRE_FALSE(out.empty());
  REQUIRE(out.find('\n') == out.size() - 1);
  return json::parse(out).as_object();
}

Launch::Launch(const std::string& program, const Words& words, const Environment& environment)
    : processes::Launch(
          program.find('/') != std::string::npos ? program : (bin_dir() / program).string(), words,
          with_sanitizers(environment)) {}

Finished run_program(const std::string& program, const Words& words, const Environment& environment,
                     const std::string& input) {
  Launch launch(program, words, environment);
  return {run_launch(launch, input)};
}

Finished run_redirected(const std::string& program, const Words& words,
                        const Environment& environment, const std::string& redirection) {
  Words all{"-c", "exec \"$0\" \"$@\" " + redirection, (bin_dir() / program).string()};
  all.insert(all.end(), words.begin(), words.end());
  return run_program("/bin/sh", all, environment);
}

TestFolder::TestFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "insieme-test-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string member(const json::object& object, const std::string& key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace insieme::testing
