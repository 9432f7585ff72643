#pragma once
// Date and time as people in Italy write them.

#include <string>
#include <string_view>

#include "insieme/schema/civil.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::schema::detail {

/// `01/06/2021`, `1.6.2021`, `1-6-2021`, `2021-06-01`.
[[nodiscard]] Result<sync::Date> parse_date(std::string_view text);
/// RFC 3339, or a date as above and a time in Rome, perhaps followed by an offset.
[[nodiscard]] Result<sync::Instant> parse_instant(std::string_view text);

/// `01/06/2021`.
[[nodiscard]] std::string date_text(sync::Date date);
/// `01/06/2021 10:30` in Rome, with seconds and thousandths where they are not zero, and with the
/// offset where the hour occurs twice and this is the second one.
[[nodiscard]] std::string instant_text(sync::Instant instant);

}  // namespace insieme::schema::detail
