#pragma once
// What an expression is while it is evaluated.

#include <variant>
#include <vector>

#include "insieme/schema/rules.hpp"
#include "insieme/sync/value.hpp"

namespace insieme::schema::rules {

/// A value (Null: unknown), the elements of a set, or a record.
using Datum = std::variant<sync::Value, std::vector<sync::Value>, const RuleRecord*>;

[[nodiscard]] inline Datum unknown() { return sync::Value{sync::Null{}}; }

/// No value: Null, the empty text, the empty set, no record.
[[nodiscard]] inline bool is_nothing(const Datum& datum) {
  if (const auto* set = std::get_if<std::vector<sync::Value>>(&datum)) return set->empty();
  if (const auto* record = std::get_if<const RuleRecord*>(&datum)) return *record == nullptr;
  const auto& value = std::get<sync::Value>(datum);
  const auto* text = std::get_if<std::string>(&value);
  return std::holds_alternative<sync::Null>(value) || (text != nullptr && text->empty());
}

/// The value in it, if it is of that alternative.
template <class T>
[[nodiscard]] const T* get(const Datum& datum) {
  const auto* value = std::get_if<sync::Value>(&datum);
  return value == nullptr ? nullptr : std::get_if<T>(value);
}

/// A Datum that holds a T (g++ 12 warns about nested variants built in place).
template <class T>
[[nodiscard]] Datum datum_of(T value) {
  sync::Value out;
  out.template emplace<T>(std::move(value));
  return out;
}

}  // namespace insieme::schema::rules
