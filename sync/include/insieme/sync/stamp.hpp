#pragma once
// Time as a device sees it. A stamp orders what is *shown*; it never decides what survives a merge.

#include <compare>
#include <cstdint>

namespace insieme::sync {

/// Device time corrected by the offset last measured against the server, and a counter that keeps a
/// device's own stamps strictly increasing while its clock stands still or jumps back.
struct Stamp {
  std::int64_t ms = 0;  ///< since 1970-01-01 UTC; any value is accepted: a wrong clock refuses none
  std::uint32_t counter = 0;

  friend bool operator==(const Stamp&, const Stamp&) = default;
  friend std::strong_ordering operator<=>(const Stamp& a, const Stamp& b) noexcept {
    if (const auto order = a.ms <=> b.ms; order != 0) return order;
    return a.counter <=> b.counter;
  }
};

/// The stamp of the next change: `now_ms` if it is ahead of the device's own `last`, otherwise the
/// last one with its counter raised. Stamps that are *received* must never be passed as `last`: one
/// tablet set to 2031 would move all others there.
[[nodiscard]] Stamp next_stamp(const Stamp& last, std::int64_t now_ms) noexcept;

}  // namespace insieme::sync
