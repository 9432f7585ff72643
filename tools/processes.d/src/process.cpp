#include "insieme/processes/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

namespace insieme::processes {
namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

Environment own_environment() {
  Environment own;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const std::size_t sign = text.find('=');
    if (sign != std::string::npos) own[text.substr(0, sign)] = text.substr(sign + 1);
  }
  return own;
}

Pipe::Pipe() {
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no more pipes");
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
    : argv_{program} {
  argv_.insert(argv_.end(), words.begin(), words.end());
  for (const auto& [name, value] : environment) variables_.push_back(name + "=" + value);
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
  if (child < 0) throw std::runtime_error("no more processes");
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
  out.close(1);
  err.close(1);
  const ssize_t written = ::write(in.ends[1], input.data(), input.size());
  in.close(0);
  in.close(1);
  Finished finished;
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    std::array<pollfd, 2> waiting{{{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) break;
    if (waiting[0].revents != 0) out.drain(finished.out);
    if (waiting[1].revents != 0) err.drain(finished.err);
  }
  finished.code = wait_for(child);
  if (written != static_cast<ssize_t>(input.size())) {
    throw std::runtime_error("the program's input does not fit a pipe");
  }
  return finished;
}

std::string Running::start(Launch launch, const std::string& log) {
  const int err = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (err < 0) throw std::runtime_error("cannot write " + log);
  Pipe out;
  pid_ = start_program(launch, {STDIN_FILENO, out.ends[1], err});
  ::close(err);
  out.close(1);
  std::string line;
  while (out.ends[0] >= 0 && line.find('\n') == std::string::npos) out.drain(line);
  if (out.ends[0] < 0) {
    const int code = stop();
    throw std::runtime_error("a program ended at once, with " + std::to_string(code) + "; see " +
                             log);
  }
  out_ = std::exchange(out.ends[0], -1);
  return line.substr(0, line.find('\n'));
}

int Running::stop() {
  if (pid_ <= 0) return 0;
  ::kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  int status = 0;
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) ::kill(pid_, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  pid_ = -1;
  if (out_ >= 0) ::close(out_);
  out_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace insieme::processes
