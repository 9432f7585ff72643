#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace insieme::demo {
namespace {

using Pipe = std::array<int, 2>;

Pipe make_pipe() {
  Pipe ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no more pipes");
  return ends;
}

void close_end(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

/// In the child, and only calls that are safe after a fork of a program with threads.
[[noreturn]] void become(char* const* argv, char* const* environment, int out, int err) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::execve(argv[0], argv, environment);
  ::_exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

pid_t spawn(std::vector<std::string> argv, const std::vector<std::string>& added, int out,
            int err) {
  std::vector<std::string> environment = added;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment.emplace_back(*variable);
  }
  const std::vector<char*> arguments = pointers(argv);
  const std::vector<char*> variables = pointers(environment);
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("cannot start " + argv.front());
  if (pid == 0) become(arguments.data(), variables.data(), out, err);
  return pid;
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// Appends what is there; false at the end.
bool read_some(int fd, std::string& text) {
  std::array<char, 8192> bytes{};
  const ssize_t got = ::read(fd, bytes.data(), bytes.size());
  if (got < 0 && errno == EINTR) return true;
  if (got <= 0) return false;
  text.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

}  // namespace

Finished run_program(const std::vector<std::string>& argv,
                     const std::vector<std::string>& environment) {
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  const pid_t pid = spawn(argv, environment, out[1], err[1]);
  close_end(out[1]);
  close_end(err[1]);
  Finished finished;
  while (out[0] >= 0 || err[0] >= 0) {
    std::array<pollfd, 2> ends{{{out[0], POLLIN, 0}, {err[0], POLLIN, 0}}};
    if (::poll(ends.data(), ends.size(), -1) < 0 && errno != EINTR) break;
    if (ends[0].revents != 0 && !read_some(out[0], finished.out)) close_end(out[0]);
    if (ends[1].revents != 0 && !read_some(err[0], finished.err)) close_end(err[0]);
  }
  finished.status = wait_for(pid);
  return finished;
}

std::string Running::start(const std::vector<std::string>& argv, const std::string& log) {
  Pipe out = make_pipe();
  int err = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (err < 0) throw std::runtime_error("cannot write " + log);
  pid_ = spawn(argv, {}, out[1], err);
  close_end(out[1]);
  close_end(err);
  out_ = out[0];
  std::string line;
  while (line.find('\n') == std::string::npos) {
    if (!read_some(out_, line)) {
      const int status = stop();
      throw std::runtime_error(argv.front() + " ended at once, with status " +
                               std::to_string(status) + "; see " + log);
    }
  }
  return line.substr(0, line.find('\n'));
}

int Running::stop() {
  if (pid_ <= 0) return 0;
  ::kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  int status = 0;
  pid_t ended = 0;
  while ((ended = ::waitpid(pid_, &status, WNOHANG)) == 0) {
    if (std::chrono::steady_clock::now() > deadline) ::kill(pid_, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  pid_ = -1;
  close_end(out_);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace insieme::demo
