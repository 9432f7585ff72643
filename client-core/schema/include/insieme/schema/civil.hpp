#pragma once
// Calendar arithmetic for people in Italy, without time-zone data (the browser build has none).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "insieme/sync/value.hpp"

namespace insieme::schema {

struct Civil {
  int year = 1970;
  int month = 1;  ///< 1 to 12
  int day = 1;    ///< 1 to 31
};

/// False for 30 February, month 13, or a year outside 1 to 9999.
[[nodiscard]] bool is_valid(const Civil& civil) noexcept;
/// Precondition: is_valid(civil).
[[nodiscard]] sync::Date date_from_civil(const Civil& civil) noexcept;
[[nodiscard]] Civil civil_from_date(sync::Date date) noexcept;

/// `2021-06-01`, and nothing else, both ways.
[[nodiscard]] std::string iso_text(sync::Date date);
[[nodiscard]] std::optional<sync::Date> date_from_iso(std::string_view text) noexcept;

/// `2021-06-01T08:30:00.000Z`. Reading also takes no fraction, and `+02:00` instead of `Z`.
[[nodiscard]] std::string iso_text(sync::Instant instant);
[[nodiscard]] std::optional<sync::Instant> instant_from_iso(std::string_view text) noexcept;

/// Minutes that Rome is ahead of UTC then: 60, or 120 from the last Sunday of March to the last
/// Sunday of October at 01:00 UTC. This is the rule since 1996; earlier summers are approximate.
[[nodiscard]] int rome_offset_minutes(sync::Instant instant) noexcept;

}  // namespace insieme::schema
