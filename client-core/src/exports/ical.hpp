#pragma once
// Planned days as an iCalendar object (RFC 5545): whole-day events in UTF-8.

#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/value.hpp"

namespace insieme::client::exports {

struct PlannedDay {
  std::string uid;  ///< the same for the same appointment, so that a calendar replaces it
  sync::Date on{};
  sync::Instant changed{};  ///< when it was last written
  std::string summary;
  std::string description;  ///< may be empty
  bool cancelled = false;
};

/// Lines of at most 75 octets, folded between code points, each ended by CR LF; text escaped.
[[nodiscard]] std::string to_ical(const std::vector<PlannedDay>& days, std::string_view name);

}  // namespace insieme::client::exports
