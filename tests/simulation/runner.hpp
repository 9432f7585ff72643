#pragma once
// Runs scripts, and makes one that fails as short as it can.

#include <functional>
#include <iosfwd>
#include <optional>

#include "simulation/world.hpp"

namespace insieme::simulation {

struct Fault {
  std::string check;
  std::string detail;
  std::size_t step = 0;
};

struct Outcome {
  std::optional<Fault> fault;
  std::string trace_hash;
  Tally tally;
};

[[nodiscard]] Outcome run_script(FileSystem& files, const Script& script, std::ostream* story);

/// The least list of acts (by ddmin: no single further one can be left out, within `runs_max` runs)
/// for which the same check still fails.
[[nodiscard]] std::vector<std::size_t> shorten(FileSystem& files, const Script& script,
                                               const Fault& fault, std::size_t runs_max);

/// The same for anything that fails with some acts and not with others. `fails(all)` is true.
[[nodiscard]] std::vector<std::size_t> shorten(
    std::vector<std::size_t> all, std::size_t runs_max,
    const std::function<bool(const std::vector<std::size_t>&)>& fails);

/// Seed, check, step, shortened script and how to run it again.
void report(FileSystem& files, const Script& script, const Fault& fault, std::ostream& out);

void print_tally(const Tally& tally, std::uint64_t seeds, std::ostream& out);

}  // namespace insieme::simulation
