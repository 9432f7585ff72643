#pragma once
// Checks of a world at rest, after everybody has everything. All throw Broken.

#include <vector>

#include "simulation/world.hpp"

namespace insieme::simulation {

/// What did not arrive, of what is done to vouchers.
struct Missing {
  bool refunds = false;
  bool all_grants = false;       ///< a tablet is lost: it cannot be told which
  std::set<std::string> grants;  ///< of these records: what was spent on them was never there
};

/// Units of vouchers: never overspent, none lost or made, every spend there once, firm or
/// provisional as its author was told.
void check_units(World& world, const std::vector<Tablet*>& tablets, const Delivered& delivered,
                 const Missing& missing);
/// Lists by hand: in one order everywhere, and in the one that people made.
void check_lists(World& world, const std::vector<Tablet*>& tablets);
/// Records that are the same: as people said, in each dossier.
void check_edges(World& world, const std::vector<Tablet*>& tablets, const Delivered& delivered);

}  // namespace insieme::simulation
