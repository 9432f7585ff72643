#include "cli_runner.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
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

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  ~Pipe() {
    close(0);
    close(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close(std::size_t end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
};

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

/// Starts a program; the three descriptors become its standard ones.
int start(const std::string& program, const Words& words, const Environment& environment,
          const std::array<int, 3>& descriptors) {
  std::vector<std::string> argv{(bin_dir() / program).string()};
  argv.insert(argv.end(), words.begin(), words.end());
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  // Sanitizers and coverage are configured through the environment.
  for (const char* name : {"PATH", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) variables.push_back(std::string(name) + "=" + value);
  }
  std::vector<char*> arguments = pointers(argv);
  std::vector<char*> settings = pointers(variables);
  const int child = ::fork();
  if (child != 0) return child;
  for (int i = 0; i < 3; ++i) ::dup2(descriptors[static_cast<std::size_t>(i)], i);
  ::execve(arguments[0], arguments.data(), settings.data());
  ::_exit(127);
}

void drain(Pipe& pipe, std::string& text) {
  std::array<char, 65536> buffer{};
  const ssize_t got = ::read(pipe.ends[0], buffer.data(), buffer.size());
  if (got <= 0) {
    pipe.close(0);
  } else {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

json::object Finished::reply() const {
  CAPTURE(out, err);
  REQUIRE_FALSE(out.empty());
  REQUIRE(out.find('\n') == out.size() - 1);
  return json::parse(out).as_object();
}

Finished run_program(const std::string& program, const Words& words, const Environment& environment,
                     const std::string& input) {
  Pipe in;
  Pipe out;
  Pipe err;
  const int child = start(program, words, environment, {in.ends[0], out.ends[1], err.ends[1]});
  in.close(0);
  out.close(1);
  err.close(1);
  REQUIRE(::write(in.ends[1], input.data(), input.size()) == static_cast<ssize_t>(input.size()));
  in.close(1);
  Finished finished;
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    std::array<pollfd, 2> waiting{{{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0) break;
    if (waiting[0].revents != 0) drain(out, finished.out);
    if (waiting[1].revents != 0) drain(err, finished.err);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  finished.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return finished;
}

Terminal::Terminal(std::filesystem::path folder, const std::string& name)
    : environment{{"INSIEME_STORE", (folder / (name + ".insieme")).string()}},
      store_((folder / (name + ".insieme")).string()) {}

Finished Terminal::run(const Words& words, const std::string& input) const {
  return run_program("insieme", words, environment, input);
}

std::string Terminal::ok(const Words& words) const {
  const Finished finished = run(words);
  CAPTURE(words, finished.out, finished.err);
  REQUIRE(finished.code == 0);
  return finished.out;
}

json::object Terminal::ask(Words words) const {
  words.insert(words.begin(), "--json");
  const Finished finished = run(words);
  CAPTURE(words, finished.out, finished.err);
  REQUIRE(finished.code == 0);
  return finished.reply();
}

TestFolder::TestFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "insieme-cli-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

OfficeServer::OfficeServer(const std::filesystem::path& folder)
    : data_((folder / "server").string()) {
  admin({"init", "--name", "Ambito di prova"});
  Pipe out;
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  process_ = start("insieme-server", {"--data", data_, "serve", "--dev", "--listen", "127.0.0.1:0"},
                   {}, {nothing, out.ends[1], nothing});
  ::close(nothing);
  out.close(1);
  // Its first line says that it listens.
  std::string said;
  while (out.ends[0] >= 0 && said.find('\n') == std::string::npos) drain(out, said);
  REQUIRE(said.find("listening on") != std::string::npos);
}

OfficeServer::~OfficeServer() { stop(); }

void OfficeServer::stop() {
  if (process_ <= 0) return;
  ::kill(process_, SIGTERM);
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
}

std::string OfficeServer::admin(Words words) const {
  words.insert(words.begin(), {"--data", data_});
  const Finished finished = run_program("insieme-server", words, {});
  CAPTURE(words, finished.out, finished.err);
  REQUIRE(finished.code == 0);
  return finished.out;
}

std::string OfficeServer::invitation(const std::string& account) const {
  return member(json::parse(admin({"--json", "invite", account})).as_object(), "url");
}

std::string member(const json::object& object, const std::string& key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace insieme::testing
