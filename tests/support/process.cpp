#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
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

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

json::object Finished::reply() const {
  CAPTURE(code, out, err);
  REQUIRE_FALSE(out.empty());
  REQUIRE(out.find('\n') == out.size() - 1);
  return json::parse(out).as_object();
}

Pipe::Pipe() {
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
}

Pipe::~Pipe() {
  close(0);
  close(1);
}

void Pipe::close(std::size_t end) {
  if (ends[end] >= 0) ::close(ends[end]);
  ends[end] = -1;
}

void Pipe::drain(std::string& text) {
  std::array<char, 65536> buffer{};
  const ssize_t got = ::read(ends[0], buffer.data(), buffer.size());
  if (got < 0 && errno == EINTR) return;
  if (got <= 0) {
    close(0);
  } else {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

Launch::Launch(const std::string& program, const Words& words, const Environment& environment)
    : argv_{program.find('/') != std::string::npos ? program : (bin_dir() / program).string()} {
  argv_.insert(argv_.end(), words.begin(), words.end());
  for (const auto& [name, value] : environment) variables_.push_back(name + "=" + value);
  for (const char* name : {"PATH", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (environment.count(name) != 0) continue;
    if (const char* value = std::getenv(name)) {
      variables_.push_back(std::string(name) + "=" + value);
    }
  }
  arguments_ = pointers(argv_);
  settings_ = pointers(variables_);
}

// Only calls that are safe after a fork of a program with threads.
void Launch::become(const std::array<int, 3>& descriptors) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int i = 0; i < 3; ++i) ::dup2(descriptors[static_cast<std::size_t>(i)], i);
  if (file_bytes_max != 0) {
    const ::rlimit limit{file_bytes_max, file_bytes_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, SIG_IGN);  // a write beyond it is an error then, not the end
  }
  ::execve(arguments_[0], arguments_.data(), settings_.data());
  ::_exit(127);
}

int start_program(Launch& launch, const std::array<int, 3>& descriptors) {
  const int child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) launch.become(descriptors);
  return child;
}

int wait_for(int process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

Finished run_launch(Launch& launch, const std::string& input) {
  Pipe in;
  Pipe out;
  Pipe err;
  const int child = start_program(launch, {in.ends[0], out.ends[1], err.ends[1]});
  in.close(0);
  out.close(1);
  err.close(1);
  REQUIRE(::write(in.ends[1], input.data(), input.size()) == static_cast<ssize_t>(input.size()));
  in.close(1);
  Finished finished;
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    std::array<pollfd, 2> waiting{{{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) break;
    if (waiting[0].revents != 0) out.drain(finished.out);
    if (waiting[1].revents != 0) err.drain(finished.err);
  }
  finished.code = wait_for(child);
  return finished;
}

Finished run_program(const std::string& program, const Words& words, const Environment& environment,
                     const std::string& input) {
  Launch launch(program, words, environment);
  return run_launch(launch, input);
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
