#include "support/doomed.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>

namespace insieme::testing {
namespace {

constexpr int kSyscallStop = SIGTRAP | 0x80;

bool changes_something(std::uint64_t call) {
  constexpr std::array<long, 22> kCalls{
      SYS_write,     SYS_pwrite64, SYS_writev,    SYS_pwritev,   SYS_fsync,    SYS_fdatasync,
      SYS_ftruncate, SYS_fallocate, SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_linkat,
      SYS_sendto,    SYS_sendmsg,  SYS_mkdirat,   SYS_connect,
#ifdef SYS_rename
      SYS_rename,    SYS_unlink,   SYS_link,      SYS_mkdir,     SYS_open,     SYS_creat,
#endif
  };
  return std::find(kCalls.begin(), kCalls.end(), static_cast<long>(call)) != kCalls.end();
}

/// The tracer's side of ptrace, whose last two arguments are numbers as often as pointers.
long trace(__ptrace_request request, int task, std::uintptr_t address, std::uintptr_t data) {
  return ::ptrace(request, task, reinterpret_cast<void*>(address), reinterpret_cast<void*>(data));
}

/// The sanitizers' own search for leaks is a tracer too, and there can be only one.
Environment without_leak_search(Environment environment) {
  const char* set = std::getenv("ASAN_OPTIONS");
  environment["ASAN_OPTIONS"] = (set != nullptr ? std::string(set) + ":" : "") + "detect_leaks=0";
  return environment;
}

}  // namespace

Doomed::Doomed(const std::string& program, const Words& words, const Environment& environment,
               std::uint64_t nth)
    : left_(nth) {
  thread_ = std::thread([this, launch = Launch(program, words, without_leak_search(environment))]()
                            mutable { watch(launch); });
  while (process_.load() < 0) std::this_thread::yield();
}

Doomed::~Doomed() {
  kill();
  if (thread_.joinable()) thread_.join();
}

bool Doomed::is_possible() {
  const int child = ::fork();
  if (child == 0) ::_exit(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 ? 0 : 1);
  return child > 0 && wait_for(child) == 0;
}

void Doomed::watch(Launch& launch) {
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const std::array<int, 3> descriptors{nothing, out_.ends[1], err_.ends[1]};
  const int child = ::fork();
  if (child == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(126);
    launch.become(descriptors);
  }
  ::close(nothing);
  int status = 0;
  ::waitpid(child, &status, 0);  // it stands at the beginning of the program
  trace(PTRACE_SETOPTIONS, child, 0,
        PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL);
  out_.close(1);
  err_.close(1);
  trace(PTRACE_SYSCALL, child, 0, 0);
  process_.store(child);
  while (true) {
    const int task = ::waitpid(-1, &status, __WALL | __WNOTHREAD);
    if (task < 0) break;
    if (WIFSTOPPED(status)) {
      on_stop(task, status);
    } else if (task == child) {
      code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
  }
  ended_.store(true);
}

void Doomed::on_stop(int task, int status) {
  const int signal = WSTOPSIG(status);
  if (signal == kSyscallStop) {
    __ptrace_syscall_info info{};
    trace(PTRACE_GET_SYSCALL_INFO, task, sizeof info, reinterpret_cast<std::uintptr_t>(&info));
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY && changes_something(info.entry.nr)) {
      ++calls_;
      const std::uint64_t left = left_.load();
      if (left != 0 && left_.fetch_sub(1) == 1) {
        ::kill(process_.load(), SIGKILL);
        return;
      }
    }
    trace(PTRACE_SYSCALL, task, 0, 0);
    return;
  }
  // A new thread, or an event of it; everything else is the program's own affair.
  const bool ours = (status >> 16) != 0 || signal == SIGSTOP || signal == SIGTRAP;
  trace(PTRACE_SYSCALL, task, 0, ours ? 0 : static_cast<std::uintptr_t>(signal));
}

std::string Doomed::read_line() {
  while (out_.ends[0] >= 0 && said_.find('\n') == std::string::npos) out_.drain(said_);
  return said_.substr(0, said_.find('\n'));
}

Finished Doomed::wait() {
  Finished finished;
  finished.out = said_;
  // What these programs say fits a pipe, so that it can be read when all is over.
  if (thread_.joinable()) thread_.join();
  while (out_.ends[0] >= 0) out_.drain(finished.out);
  while (err_.ends[0] >= 0) err_.drain(finished.err);
  finished.code = code_;
  return finished;
}

void Doomed::kill() {
  if (!ended_.load() && process_.load() > 0) ::kill(process_.load(), SIGKILL);
}

Finished run_doomed(const std::string& program, const Words& words, const Environment& environment,
                    std::uint64_t nth) {
  Doomed doomed(program, words, environment, nth);
  return doomed.wait();
}

}  // namespace insieme::testing
