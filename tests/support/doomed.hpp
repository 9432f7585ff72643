#pragma once
// A program that dies in the middle of something, at a place that the test chooses: SIGKILL just
// before its nth system call that changes a file or sends a byte. Walking n from 1 on visits every
// state that a crash can leave behind. Linux (ptrace).

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "support/process.hpp"

namespace insieme::testing {

class Doomed {
 public:
  /// Starts it. `nth`: where it dies; 0: not before `arm` says so.
  Doomed(const std::string& program, const Words& words, const Environment& environment,
         std::uint64_t nth = 0);
  ~Doomed();  ///< kills it if it still runs
  Doomed(const Doomed&) = delete;
  Doomed& operator=(const Doomed&) = delete;

  /// Whether programs can be watched here; some containers forbid it.
  [[nodiscard]] static bool is_possible();

  /// The nth call from now on is not made; 0: it lives.
  void arm(std::uint64_t nth) { left_.store(nth); }
  /// Its first line on standard output, for servers.
  [[nodiscard]] std::string read_line();
  /// Waits for its end. `code` is -SIGKILL if it was killed.
  Finished wait();
  void kill();

  [[nodiscard]] bool is_dead() const { return ended_.load(); }

  /// Calls so far that changed something.
  [[nodiscard]] std::uint64_t calls() const { return calls_.load(); }

 private:
  void watch(Launch& launch);
  void on_stop(int task, int status);

  Pipe out_;
  Pipe err_;
  std::atomic<std::uint64_t> left_{0};
  std::atomic<std::uint64_t> calls_{0};
  std::atomic<int> process_{-1};
  std::atomic<bool> ended_{false};
  int code_ = 0;
  std::string said_;
  std::thread thread_;  ///< only who started a process may watch it
};

/// Runs it to its end, or to its nth changing call.
[[nodiscard]] Finished run_doomed(const std::string& program, const Words& words,
                                  const Environment& environment, std::uint64_t nth);

}  // namespace insieme::testing
