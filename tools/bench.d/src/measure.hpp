#pragma once
// Clocks and the few statistics that a benchmark needs. Wall time is what a person waits; processor
// time (user and system, of this process) is what a loaded machine cannot blur as much.

#include <cstddef>
#include <utility>
#include <vector>

namespace insieme::bench {

struct Cost {
  double wall_s = 0;
  double cpu_s = 0;
  Cost& operator+=(const Cost& other) {
    wall_s += other.wall_s;
    cpu_s += other.cpu_s;
    return *this;
  }
};

/// Monotonic seconds and processor seconds since any start.
[[nodiscard]] Cost now();

/// What `body` cost.
template <class Body>
Cost timed(Body&& body) {
  const Cost before = now();
  std::forward<Body>(body)();
  const Cost after = now();
  return {after.wall_s - before.wall_s, after.cpu_s - before.cpu_s};
}

[[nodiscard]] double median(std::vector<double> values);
/// Nearest rank; `share` in 0..1.
[[nodiscard]] double percentile(std::vector<double> values, double share);

/// Runs `steps` slices of each contender in turn, so that whatever else the machine does meets all
/// of them alike: contender 0 slice 0, contender 1 slice 0, …, contender 0 slice 1, … The order
/// within a round rotates. `slice(contender, index)` gives what its slice cost.
template <class Slice>
std::vector<Cost> alternate(std::size_t contenders, std::size_t steps, Slice&& slice) {
  std::vector<Cost> totals(contenders);
  for (std::size_t step = 0; step < steps; ++step) {
    for (std::size_t i = 0; i < contenders; ++i) {
      const std::size_t contender = (i + step) % contenders;
      totals[contender] += slice(contender, step);
    }
  }
  return totals;
}

}  // namespace insieme::bench
