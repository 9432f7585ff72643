#pragma once
// One script through the program and through the oracle.

#include <string>

namespace insieme::testing::replay {

/// Empty if every dump agrees, byte for byte but for the digests, and digests are equal exactly
/// where the applied sets are; otherwise what differs.
[[nodiscard]] std::string difference(const std::string& script);

}  // namespace insieme::testing::replay
