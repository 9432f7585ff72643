#pragma once
// Randomness and the invitation codes that people type.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/digest.hpp"
#include "insieme/sync/ids.hpp"

namespace insieme::server {

/// Fills with random bytes fit for keys; called from any thread. A seam: a simulation brings its
/// own so that a run can be replayed, everything else uses `fill_random`.
using Random = std::function<void(std::span<std::uint8_t>)>;

/// From the kernel. Ends the process if there is none, since nothing safe can be done without.
void fill_random(std::span<std::uint8_t> bytes);
[[nodiscard]] std::string random_hex(std::size_t bytes, const Random& random = fill_random);
/// A time-ordered id.
[[nodiscard]] std::array<std::uint8_t, 16> new_id(std::int64_t now_ms,
                                                  const Random& random = fill_random);

/// 130 random bits as six groups of base 32 without I, L, O and U.
[[nodiscard]] std::string new_invitation_code();
/// The hash under which a code is stored. Case, blanks, hyphens and look-alikes (O for 0, I or L
/// for 1) do not matter. Nothing if it cannot be a code.
[[nodiscard]] std::optional<sync::Digest> hash_invitation(std::string_view code);

}  // namespace insieme::server
