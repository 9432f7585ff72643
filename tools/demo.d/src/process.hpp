#pragma once
// Other programs, run and watched by their id; none of them outlives the demonstration.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace insieme::demo {

struct Finished {
  int status = 0;  ///< exit status, or 128 + signal
  std::string out;
  std::string err;
};

/// Runs a program to its end. `environment`: `NAME=value`, added to one's own.
[[nodiscard]] Finished run_program(const std::vector<std::string>& argv,
                                   const std::vector<std::string>& environment = {});

/// A program that goes on while others work. Ended by the destructor.
class Running {
 public:
  Running() = default;
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { stop(); }

  /// Starts it and waits for its first line on standard output. Standard error goes to `log`.
  [[nodiscard]] std::string start(const std::vector<std::string>& argv, const std::string& log);
  /// Asks it to end (SIGTERM) and waits; after ten seconds it is killed. Its exit status.
  int stop();
  [[nodiscard]] bool is_running() const noexcept { return pid_ > 0; }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

}  // namespace insieme::demo
