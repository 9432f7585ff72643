#pragma once
// review_list, over the items that a merge left open.

#include "bench.hpp"
#include "world.hpp"

namespace insieme::bench {

/// `items`: how many are open in the coordinator's store.
void measure_review(Bench& bench, World& world, std::size_t items);

}  // namespace insieme::bench
