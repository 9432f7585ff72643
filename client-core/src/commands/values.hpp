#pragma once
// Values, times, ids and versions as they cross JSON.

#include <map>
#include <string>
#include <string_view>

#include "commands/context.hpp"
#include "insieme/schema/bundle.hpp"

namespace insieme::client::commands {

/// Typed JSON: true/false; integers as text; money as {"cents":"…"}; reals as numbers; dates,
/// instants (ISO 8601) and references as text; bytes as hexadecimal text; null.
[[nodiscard]] json::value to_json(const sync::Value& value, const schema::Field* field);

/// The value of one element of a field from what a form sends: a text as a person writes it, or
/// typed JSON as above. Null and empty texts clear. `field` in the failure is the field's name.
[[nodiscard]] Outcome<sync::Value> value_from_json(const schema::Field& field,
                                                   const json::value& input,
                                                   const schema::Bundle& bundle);

/// What a person reads; also for fields that the bundle does not know (`field` is null).
[[nodiscard]] std::string display(const schema::Field* field, const sync::Value& value,
                                  const schema::Bundle& bundle, schema::Language language);

/// `2021-06-01T08:30:00.000Z`, for stamps of any year.
[[nodiscard]] std::string instant_text(std::int64_t ms);
/// 64-bit numbers cross JSON as text.
[[nodiscard]] json::string number_text(std::uint64_t number);
[[nodiscard]] json::string number_text(std::int64_t number);

/// `replica-seq-op`: names one value for ever.
[[nodiscard]] std::string dot_text(const sync::Dot& dot);
[[nodiscard]] Result<sync::Dot> dot_from_text(std::string_view text);

/// What somebody had in front of them: one vector per section, as one opaque word.
using Versions = std::map<std::string, sync::VersionVector, std::less<>>;
[[nodiscard]] std::string token_of(const Versions& versions);
[[nodiscard]] Result<Versions> versions_from_token(std::string_view token);

/// The last 8 hexadecimal digits: what people read and type. The first ones of ids made in the same
/// minute are alike.
[[nodiscard]] std::string short_id(std::string_view full);

}  // namespace insieme::client::commands
