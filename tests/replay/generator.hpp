#pragma once
// Random scripts for `insieme replay`: every verb, forms opened long before, stale and repeated
// deliveries, clocks that jump, names and texts that are not ASCII. One seed gives one script.

#include <cstdint>
#include <string>

namespace insieme::testing::replay {

[[nodiscard]] std::string random_script(std::uint64_t seed);

}  // namespace insieme::testing::replay
