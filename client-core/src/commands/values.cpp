#include "commands/values.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "commands/table.hpp"
#include "insieme/reports/value_json.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/schema/text.hpp"
#include "insieme/schema/validate.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kShortIdDigits = 8;
constexpr std::size_t kShownBytes = 80;

Failure wrong(const schema::Field& field, std::string_view it, std::string_view en) {
  return Failure("invalid_value", field.label.it + ": " + std::string(it),
                 field.label.en + ": " + std::string(en), field.name);
}

const char* expected_it(schema::FieldKind kind) {
  using schema::FieldKind;
  switch (kind) {
    case FieldKind::integer:
    case FieldKind::counter:
    case FieldKind::escrow:
      return "serve un numero intero";
    case FieldKind::real:
      return "serve un numero";
    case FieldKind::money:
      return "serve un importo, come 1.234,56";
    case FieldKind::date:
      return "serve una data, come 01/06/2021";
    case FieldKind::instant:
      return "servono data e ora, come 01/06/2021 10:30";
    case FieldKind::boolean:
      return "serve sì o no";
    case FieldKind::code:
    case FieldKind::codes:
      return "non è una voce dell'elenco";
    case FieldKind::reference:
    case FieldKind::references:
      return "serve l'identificativo di una scheda";
    case FieldKind::blob:
    case FieldKind::blobs:
      return "servono tipo, dimensione e impronta del contenuto";
    case FieldKind::position:
      return "non è un posto in un elenco";
    case FieldKind::string:
    case FieldKind::text:
    case FieldKind::strings:
      break;
  }
  return "il valore non è leggibile";
}

/// What was meant: a near word, or the first one that begins like this (`figlio` → `Figlio/a`).
std::string nearest_value(std::string_view text, const std::vector<std::string>& words) {
  const std::string folded = schema::fold_case(text);
  std::string begun;
  for (const std::string& word : words) {
    if (folded.size() < 3 || schema::fold_case(word).rfind(folded, 0) != 0) continue;
    if (begun.empty()) begun = word;
  }
  return begun.empty() ? nearest(text, words) : begun;
}

/// A list that a person can take in is told whole; of a long one, what may have been meant.
Failure no_such_code(const schema::Field& field, std::string_view text,
                     const schema::CodeList& list) {
  constexpr std::size_t kFew = 20;
  std::vector<std::string> words;
  std::string all_it;
  std::string all_en;
  for (const schema::CodeValue& value : list.values) {
    words.insert(words.end(), {value.code, value.label.it, value.label.en});
    const std::string comma = all_it.empty() ? "" : ", ";
    all_it += comma + value.code + " (" + value.label.it + ")";
    all_en += comma + value.code + " (" + value.label.en + ")";
  }
  const bool few = list.values.size() <= kFew;
  const std::string meant = nearest_value(text, words);
  return Failure("invalid_value",
                 field.label.it + ": " + quoted_it(text) + " non è una voce dell'elenco." +
                     hint_it(meant) + (few ? " Ammesse: " + all_it + "." : ""),
                 field.label.en + ": " + quoted_en(text) + " is none of the values." +
                     hint_en(meant) + (few ? " Allowed: " + all_en + "." : ""),
                 field.name);
}

/// What was given, so that its author finds it; of a long one, how it begins.
std::string beginning_of(std::string_view text) {
  if (text.size() <= kShownBytes) return std::string(text);
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "…";
}

Outcome<sync::Value> value_of_text(const schema::Field& field, std::string_view text,
                                   const schema::Bundle& bundle) {
  if (!sync::is_valid_utf8(text)) {
    return wrong(field, "il testo non è UTF-8 valido.", "the text is not valid UTF-8.");
  }
  auto value = schema::value_from_text(field, text, bundle);
  if (value.ok()) return std::move(value).value();
  if (const schema::CodeList* list = bundle.find_list(field.list)) {
    return no_such_code(field, text, *list);
  }
  const Said said(value.error().detail);
  const std::string shown = beginning_of(text);
  return Failure("invalid_value",
                 field.label.it + ": " + quoted_it(shown) + " non va bene, " +
                     expected_it(field.kind) + " (" + said.it + ").",
                 field.label.en + ": " + quoted_en(shown) + " does not fit: " + said.en + ".",
                 field.name);
}

Outcome<sync::Value> value_of_number(const schema::Field& field, const json::value& input,
                                     const schema::Bundle& bundle) {
  if (field.kind == schema::FieldKind::money) {
    return wrong(field,
                 "un importo si scrive come testo («1.234,56») o come {\"cents\":\"123456\"}.",
                 "write an amount as text (“1,234.56”) or as {\"cents\":\"123456\"}.");
  }
  if (field.kind == schema::FieldKind::real) return sync::Value{input.to_number<double>()};
  if (input.is_int64()) return value_of_text(field, std::to_string(input.as_int64()), bundle);
  return wrong(field, "qui non va un numero.", "a number does not belong here.");
}

Result<std::uint64_t> number_from(std::string_view text) {
  std::uint64_t number = 0;
  const auto end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || at != end) return Error{ErrorCode::malformed, "not a number"};
  return number;
}

std::string hex_of(const sync::ReplicaId& id) { return sync::to_hex(id.bytes); }

}  // namespace

json::value to_json(const sync::Value& value, const schema::Field* field) {
  return reports::value_json(value, field);
}

Outcome<sync::Value> value_from_json(const schema::Field& field, const json::value& input,
                                     const schema::Bundle& bundle) {
  static const sync::Value nothing;
  if (input.is_null()) return nothing;
  if (input.is_string()) return value_of_text(field, input.as_string(), bundle);
  if (input.is_bool()) {
    if (field.kind == schema::FieldKind::boolean) return sync::Value{input.as_bool()};
    return wrong(field, "qui non va un sì/no.", "a yes/no does not belong here.");
  }
  if (input.is_number()) return value_of_number(field, input, bundle);
  if (const json::object* object = input.if_object()) {
    const std::string cents = text_at(*object, "cents");
    std::int64_t number = 0;
    const char* end = cents.data() + cents.size();
    const auto parsed = std::from_chars(cents.data(), end, number);
    if (field.kind == schema::FieldKind::money && object->size() == 1 && !cents.empty() &&
        parsed.ec == std::errc{} && parsed.ptr == end) {
      return sync::Value{number};
    }
  }
  return wrong(field, "il valore non ha la forma giusta.",
               "the value does not have the right form.");
}

std::string display(const schema::Field* field, const sync::Value& value,
                    const schema::Bundle& bundle, schema::Language language) {
  if (field != nullptr) return schema::value_to_text(*field, value, bundle, language);
  const json::value plain = to_json(value, nullptr);
  if (plain.is_null()) return {};
  return plain.is_string() ? std::string(plain.as_string()) : json::serialize(plain);
}

std::string instant_text(std::int64_t ms) { return reports::instant_text(ms); }

json::string number_text(std::uint64_t number) { return json::string(std::to_string(number)); }
json::string number_text(std::int64_t number) { return json::string(std::to_string(number)); }

std::string dot_text(const sync::Dot& dot) {
  return hex_of(dot.replica) + "-" + std::to_string(dot.seq) + "-" + std::to_string(dot.op);
}

Result<sync::Dot> dot_from_text(std::string_view text) {
  const Error wrong_form{ErrorCode::malformed, "not the name of a value"};
  const std::size_t first = text.find('-');
  const std::size_t second = text.find('-', first == std::string_view::npos ? first : first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return wrong_form;
  sync::Dot dot;
  INSIEME_TRY_ASSIGN(dot.replica, sync::id_from_text<sync::ReplicaId>(text.substr(0, first)));
  INSIEME_TRY_ASSIGN(dot.seq, number_from(text.substr(first + 1, second - first - 1)));
  INSIEME_TRY_ASSIGN(const std::uint64_t op, number_from(text.substr(second + 1)));
  if (op > std::numeric_limits<std::uint32_t>::max()) return wrong_form;
  dot.op = static_cast<std::uint32_t>(op);
  return dot;
}

std::string token_of(const Versions& versions) {
  std::string token;
  for (const auto& [section, version] : versions) {
    if (!token.empty()) token += ';';
    token += section;
    for (const auto& entry : version.entries()) {
      token += '|';
      token += hex_of(entry.replica);
      token += '=';
      token += std::to_string(entry.seq);
    }
  }
  return token;
}

Result<Versions> versions_from_token(std::string_view token) {
  Versions versions;
  while (!token.empty()) {
    std::string_view part = token.substr(0, token.find(';'));
    token.remove_prefix(std::min(token.size(), part.size() + 1));
    const std::string section(part.substr(0, part.find('|')));
    if (!sync::is_valid_section(section)) return Error{ErrorCode::malformed, "not a version"};
    part.remove_prefix(section.size());
    sync::VersionVector& version = versions[section];
    while (!part.empty()) {
      part.remove_prefix(1);
      const std::string_view entry = part.substr(0, part.find('|'));
      part.remove_prefix(entry.size());
      const std::size_t equals = entry.find('=');
      if (equals == std::string_view::npos) return Error{ErrorCode::malformed, "not a version"};
      INSIEME_TRY_ASSIGN(const auto replica,
                         sync::id_from_text<sync::ReplicaId>(entry.substr(0, equals)));
      INSIEME_TRY_ASSIGN(const std::uint64_t seq, number_from(entry.substr(equals + 1)));
      version.set(replica, seq);
    }
  }
  return versions;
}

std::string short_id(std::string_view full) {
  return std::string(full.size() > kShortIdDigits ? full.substr(full.size() - kShortIdDigits)
                                                  : full);
}

}  // namespace insieme::client::commands
