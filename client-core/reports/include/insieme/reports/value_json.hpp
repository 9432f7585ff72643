#pragma once
// Values as they cross JSON, and as they enter the digest of a signed text.

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "insieme/schema/types.hpp"
#include "insieme/sync/value.hpp"

namespace insieme::reports {

/// Typed JSON: true/false; integers as text; money as {"cents":"…"}; reals as numbers; dates,
/// instants (ISO 8601) and references as text; bytes as hexadecimal text; null. Fixed for ever:
/// signatures stand on it. `field` may be null.
[[nodiscard]] boost::json::value value_json(const sync::Value& value, const schema::Field* field);

/// `2021-06-01T08:30:00.000Z`; what lies outside the calendar's years is shown as its nearest day.
[[nodiscard]] std::string instant_text(std::int64_t ms);

}  // namespace insieme::reports
