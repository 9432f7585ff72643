#pragma once
// Checks of a world at rest, after everybody has everything. All throw Broken.

#include <vector>

#include "simulation/world.hpp"

namespace insieme::simulation {

/// Units of vouchers: never overspent, none lost or made, every spend there once, firm or
/// provisional as its author was told. `all_arrived`: no refund is held back or unsent.
void check_units(World& world, const std::vector<Tablet*>& tablets, const Delivered& delivered,
                 bool all_arrived);
/// Lists by hand: in one order everywhere, and in the one that people made.
void check_lists(World& world, const std::vector<Tablet*>& tablets);
/// Records that are the same: as people said, in each dossier.
void check_edges(World& world, const std::vector<Tablet*>& tablets, const Delivered& delivered);

}  // namespace insieme::simulation
