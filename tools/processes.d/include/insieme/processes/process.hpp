#pragma once
// Other programs, run and watched by their id; none of them outlives the one that started it.
// Nothing here throws but std::runtime_error, when the machine has no more pipes or processes.

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace insieme::processes {

using Words = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;

/// One's own environment.
[[nodiscard]] Environment own_environment();

/// Both ends of a pipe, closed on exec and at the end.
struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe();
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close(std::size_t end);
  /// Appends what is there; closes the reading end when there is no more.
  void drain(std::string& text);
};

/// What is needed to become a program, prepared before the fork.
class Launch {
 public:
  /// `program` is a path; `environment` is all of the program's environment.
  Launch(const std::string& program, const Words& words, const Environment& environment);
  Launch(Launch&&) = default;
  /// In the child: takes the descriptors as its standard ones and becomes the program.
  [[noreturn]] void become(const std::array<int, 3>& descriptors);

  /// Limits the size of files that the program may write; 0: no limit.
  std::size_t file_bytes_max = 0;

 private:
  std::vector<std::string> argv_;
  std::vector<std::string> variables_;
  std::vector<char*> arguments_;  ///< into argv_, which keeps its place when it is moved
  std::vector<char*> settings_;
};

/// Starts it with these descriptors as standard ones; the process id. It dies with the thread that
/// started it.
[[nodiscard]] int start_program(Launch& launch, const std::array<int, 3>& descriptors);
/// Waits for the end: the exit status, or minus the signal that ended it.
int wait_for(int process);

struct Finished {
  int code = -1;  ///< exit status, or minus the signal that ended it
  std::string out;
  std::string err;
};

/// Runs it to its end. Standard input is `input`, at most what a pipe holds (64 KiB).
[[nodiscard]] Finished run_launch(Launch& launch, const std::string& input = {});

/// A program that goes on while others work.
class Running {
 public:
  Running() = default;
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { stop(); }

  /// Starts it and waits for its first line on standard output, which is returned. Standard error
  /// goes to the file `log`. Throws when the program ends before.
  [[nodiscard]] std::string start(Launch launch, const std::string& log);
  /// Asks it to end (SIGTERM) and waits; after ten seconds it is killed. As `wait_for`; 0 when it
  /// was not started.
  int stop();
  /// Its id; -1 when it was not started.
  [[nodiscard]] int process() const noexcept { return pid_; }

 private:
  int pid_ = -1;
  int out_ = -1;
};

}  // namespace insieme::processes
