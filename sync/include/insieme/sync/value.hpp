#pragma once
// The values that a field can hold. The engine compares, orders and stores them; what they mean
// (money in cents, a code of a list) is the schema's business.

#include <compare>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "insieme/sync/ids.hpp"

namespace insieme::sync {

/// A civil date: days since 1970-01-01 in the proleptic Gregorian calendar, without zone.
struct Date {
  std::int32_t days = 0;
  friend bool operator==(const Date&, const Date&) = default;
  friend std::strong_ordering operator<=>(const Date&, const Date&) = default;
};

/// An instant: milliseconds since 1970-01-01 UTC.
struct Instant {
  std::int64_t ms = 0;
  friend bool operator==(const Instant&, const Instant&) = default;
  friend std::strong_ordering operator<=>(const Instant&, const Instant&) = default;
};

/// A reference to a record, in this document or in any other; its target may be unknown here.
struct Reference {
  RecordId record;
  friend bool operator==(const Reference&, const Reference&) = default;
  friend std::strong_ordering operator<=>(const Reference& a, const Reference& b) noexcept {
    return a.record <=> b.record;
  }
};

struct Null {
  friend bool operator==(const Null&, const Null&) = default;
  friend std::strong_ordering operator<=>(const Null&, const Null&) = default;
};

struct Bytes {
  std::vector<std::uint8_t> data;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

/// The order of the alternatives is the order of their tags on the wire: append only.
/// Null is a value like any other (a cleared field), distinct from a field never written.
/// A double is finite and never -0. A string is valid UTF-8.
using Value = std::variant<Null, bool, std::int64_t, double, std::string, Bytes, Date, Instant,
                           Reference>;

/// A total order: by alternative, then by content; strings and bytes as unsigned bytes.
[[nodiscard]] std::strong_ordering compare(const Value& a, const Value& b) noexcept;
[[nodiscard]] inline bool equal(const Value& a, const Value& b) noexcept {
  return compare(a, b) == 0;
}
/// Within the limits of limits.hpp, valid UTF-8, finite: what may enter a change.
[[nodiscard]] Status check_value(const Value& value);
/// True when every byte belongs to a well-formed UTF-8 sequence (no surrogates, nothing overlong).
[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;

}  // namespace insieme::sync
