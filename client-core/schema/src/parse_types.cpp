// Record types and their fields.

#include <algorithm>
#include <array>
#include <cmath>

#include "insieme/schema/civil.hpp"
#include "insieme/sync/limits.hpp"
#include "parse.hpp"

namespace insieme::schema::detail {
namespace json = boost::json;

namespace {

constexpr std::array kKinds{
    FieldKind::string,  FieldKind::text,    FieldKind::integer,   FieldKind::real,
    FieldKind::money,   FieldKind::date,    FieldKind::instant,   FieldKind::boolean,
    FieldKind::code,    FieldKind::codes,   FieldKind::strings,   FieldKind::reference,
    FieldKind::references, FieldKind::counter, FieldKind::blob, FieldKind::blobs,
    FieldKind::escrow, FieldKind::position};
constexpr std::array kMerges{MergeKind::mv_register, MergeKind::set, MergeKind::counter,
                             MergeKind::text, MergeKind::blob, MergeKind::escrow, MergeKind::list};
constexpr std::array kPolicies{RegisterPolicy::review, RegisterPolicy::automatic,
                               RegisterPolicy::maximum};
constexpr std::array kFormats{TextFormat::user,  TextFormat::month, TextFormat::codice_fiscale,
                              TextFormat::email, TextFormat::phone, TextFormat::cup,
                              TextFormat::iban,  TextFormat::belfiore, TextFormat::area_code};

/// The enumerator whose name stands under `key`; `fallback` if there is none or it is unknown.
template <class Enum, std::size_t N>
Enum read_name(ObjectReader& reader, std::string_view key, const std::array<Enum, N>& all,
               Enum fallback, bool required) {
  const std::string text = reader.string(key, required);
  if (text.empty()) return fallback;
  std::vector<std::string_view> names;
  for (const Enum candidate : all) {
    if (name_of(candidate) == text) return candidate;
    names.push_back(name_of(candidate));
  }
  std::string choices;
  for (const std::string_view name : names) {
    if (!choices.empty()) choices += ", ";
    choices += name;
  }
  const std::string hint = suggestion(text, names);
  reader.fault(key, "\"" + text + "\" is none of " + choices + hint);
  return fallback;
}

MergeKind derived_merge(FieldKind kind) noexcept {
  switch (kind) {
    case FieldKind::text: return MergeKind::text;
    case FieldKind::codes:
    case FieldKind::strings:
    case FieldKind::references:
    case FieldKind::blobs: return MergeKind::set;
    case FieldKind::counter: return MergeKind::counter;
    case FieldKind::blob: return MergeKind::blob;
    case FieldKind::escrow: return MergeKind::escrow;
    case FieldKind::position: return MergeKind::list;
    default: return MergeKind::mv_register;
  }
}

bool is_ordered(FieldKind kind) noexcept {
  switch (kind) {
    case FieldKind::integer:
    case FieldKind::real:
    case FieldKind::money:
    case FieldKind::date:
    case FieldKind::instant:
    case FieldKind::counter: return true;
    default: return false;
  }
}

/// A bound in the value alternative of the field's kind.
std::optional<sync::Value> read_bound(ObjectReader& reader, std::string_view key, FieldKind kind) {
  const json::value* found = reader.find(key);
  if (found == nullptr) return std::nullopt;
  if (!is_ordered(kind)) {
    reader.fault(key, "kind " + std::string(name_of(kind)) + " has no smallest or greatest value");
    return std::nullopt;
  }
  if (kind == FieldKind::date || kind == FieldKind::instant) {
    const json::string* text = found->if_string();
    const std::string_view view =
        text == nullptr ? std::string_view{} : std::string_view(text->data(), text->size());
    if (kind == FieldKind::date) {
      if (const auto date = date_from_iso(view)) return sync::Value{*date};
      reader.fault(key, "must be a date such as \"2021-06-01\"");
    } else {
      if (const auto instant = instant_from_iso(view)) return sync::Value{*instant};
      reader.fault(key, "must be an instant such as \"2021-06-01T08:30:00Z\"");
    }
    return std::nullopt;
  }
  if (kind == FieldKind::real && found->is_number()) {
    const double number = found->to_number<double>();
    if (std::isfinite(number)) return sync::Value{number};
  }
  if (kind != FieldKind::real && found->is_int64()) return sync::Value{found->get_int64()};
  reader.fault(key, kind == FieldKind::real ? "must be a number" : "must be a whole number");
  return std::nullopt;
}

std::optional<Condition> read_condition(ObjectReader& reader, std::string_view key,
                                        Faults& faults) {
  const json::value* found = reader.find(key);
  if (found == nullptr) return std::nullopt;
  ObjectReader inner(*found, reader.place().at(key), faults);
  if (!inner.is_object()) return std::nullopt;
  Condition out;
  out.field = inner.string("field", true);
  out.values = inner.strings("values", true);
  inner.finish();
  return out;
}

void read_transitions(ObjectReader& reader, Field& field, Faults& faults) {
  const json::value* found = reader.find("transitions");
  if (found == nullptr) return;
  const Place place = reader.place().at("transitions");
  const json::object* object = found->if_object();
  if (object == nullptr) {
    faults.add(place, "must be an object: code, then the list of codes that may follow it");
    return;
  }
  for (const auto& member : *object) {
    const std::string from(member.key().data(), member.key().size());
    const json::array* targets = member.value().if_array();
    if (targets == nullptr) {
      faults.add(place.at(from), "must be a list in square brackets");
      continue;
    }
    std::vector<std::string>& out = field.transitions[from];
    for (std::size_t i = 0; i < targets->size(); ++i) {
      const json::string* to = (*targets)[i].if_string();
      if (to == nullptr) {
        faults.add(place.at(from).at(i), "must be a code in quotes");
      } else {
        out.emplace_back(to->data(), to->size());
      }
    }
  }
}

bool may_merge(FieldKind kind, MergeKind merge) noexcept {
  if (merge == derived_merge(kind)) return true;
  return kind == FieldKind::text && merge == MergeKind::mv_register;
}

void check_kind_rules(const ObjectReader& reader, const Field& field) {
  const bool is_code = field.kind == FieldKind::code || field.kind == FieldKind::codes;
  const bool refers = field.kind == FieldKind::reference || field.kind == FieldKind::references;
  const bool is_words = field.kind == FieldKind::string || field.kind == FieldKind::text ||
                        field.kind == FieldKind::strings;
  const std::string kind(name_of(field.kind));
  if (is_code && field.list.empty()) {
    reader.fault("list", "is missing: kind " + kind + " needs one");
  }
  if (!is_code && !field.list.empty()) reader.fault("list", "kind " + kind + " has no code list");
  if (refers && field.target.empty()) {
    reader.fault("target", "is missing: kind " + kind + " needs a record type");
  }
  if (!refers && !field.target.empty()) {
    reader.fault("target", "kind " + kind + " refers to nothing");
  }
  if (!is_words && !field.pattern.empty()) {
    reader.fault("pattern", "kind " + kind + " has no pattern");
  }
  if (!is_words && field.max_length != 0) {
    reader.fault("max_length", "kind " + kind + " has no length");
  }
  if (!is_words && field.search) reader.fault("search", "only texts can be searched");
  if (field.format != TextFormat::none && !is_words) {
    reader.fault("format", "kind " + kind + " has no text format");
  }
  if (field.ahead_max_days && field.kind != FieldKind::date && field.kind != FieldKind::instant) {
    reader.fault("ahead_max_days", "kind " + kind + " has no day");
  }
  if (!field.transitions.empty() && field.kind != FieldKind::code) {
    reader.fault("transitions", "only a code has transitions");
  }
  if (!field.mints.empty() && field.kind != FieldKind::escrow) {
    reader.fault("mints", "only an escrow mints rights");
  }
  const bool is_derived = field.kind == FieldKind::escrow || field.kind == FieldKind::position;
  if (is_derived && field.required) {
    reader.fault("required", "nobody fills in a field of kind " + kind);
  }
  if (field.min && field.max && sync::compare(*field.max, *field.min) < 0) {
    reader.fault("max", "is less than min");
  }
}

void read_policy(ObjectReader& reader, Field& field) {
  const bool stated = reader.find("policy") != nullptr;
  field.policy = read_name(reader, "policy", kPolicies, RegisterPolicy::review, false);
  const bool takes_policy =
      field.merge == MergeKind::mv_register || field.merge == MergeKind::blob;
  if (stated && !takes_policy) {
    reader.fault("policy", "a field that merges as " + std::string(name_of(field.merge)) +
                               " never has concurrent values");
  }
  if (field.merge == MergeKind::list) field.policy = RegisterPolicy::automatic;
  if (field.policy == RegisterPolicy::maximum && !is_ordered(field.kind) &&
      field.kind != FieldKind::boolean) {
    reader.fault("policy", "max has no meaning for kind " + std::string(name_of(field.kind)));
  }
}

void read_pattern(ObjectReader& reader, Field& field) {
  field.pattern = reader.string("pattern");
  field.pattern_warns = reader.boolean("pattern_warns");
  if (field.pattern.empty()) {
    if (field.pattern_warns) reader.fault("pattern_warns", "there is no pattern");
    return;
  }
  field.compiled_pattern = make_pattern(field.pattern);
  if (!is_sound(*field.compiled_pattern)) {
    reader.fault("pattern", "is not a regular expression (ECMAScript)");
  }
}

}  // namespace

Field parse_field(ObjectReader& reader, Faults& faults) {
  Field field;
  field.name = reader.name("name");
  field.kind = read_name(reader, "kind", kKinds, FieldKind::string, true);
  field.merge = read_name(reader, "merge", kMerges, derived_merge(field.kind), false);
  if (!may_merge(field.kind, field.merge)) {
    reader.fault("merge", "kind " + std::string(name_of(field.kind)) + " cannot merge as " +
                              std::string(name_of(field.merge)));
  }
  read_policy(reader, field);
  field.section = reader.string("section");
  field.list = reader.string("list");
  field.target = reader.string("target");
  field.mints = reader.string("mints");
  field.format = read_name(reader, "format", kFormats, TextFormat::none, false);
  field.required = reader.boolean("required");
  field.write_once = reader.boolean("write_once");
  field.search = reader.boolean("search");
  field.sensitive = reader.boolean("sensitive");
  field.retired = reader.boolean("retired");
  field.min = read_bound(reader, "min", field.kind);
  field.max = read_bound(reader, "max", field.kind);
  read_pattern(reader, field);
  field.max_length = static_cast<std::size_t>(reader.integer(
      "max_length", 1, static_cast<std::int64_t>(sync::kTextBytesMax), false));
  if (reader.find("ahead_max_days") != nullptr) {
    constexpr std::int64_t kCentury = 36'525;
    field.ahead_max_days = reader.integer("ahead_max_days", 0, kCentury, false);
  }
  field.not_before = reader.string("not_before");
  field.required_when = read_condition(reader, "required_when", faults);
  if (field.retired && (field.required || field.required_when)) {
    reader.fault("retired", "what nobody fills in any more cannot be required");
  }
  read_transitions(reader, field, faults);
  field.label = reader.label("label", true);
  field.help = reader.label("help", false);
  reader.finish();
  check_kind_rules(reader, field);
  return field;
}

namespace {

std::optional<Spending> read_spending(ObjectReader& reader, Faults& faults) {
  const json::value* found = reader.find("spends");
  if (found == nullptr) return std::nullopt;
  ObjectReader inner(*found, reader.place().at("spends"), faults);
  if (!inner.is_object()) return std::nullopt;
  Spending out;
  out.through = inner.string("through", true);
  out.field = inner.string("field", true);
  out.amount = inner.string("amount", true);
  out.reverses = inner.string("reverses");
  inner.finish();
  return out;
}

void parse_one_type(const json::value& value, const Place& at, Bundle& bundle,
                    std::vector<TypeOrigin>& origins, Faults& faults) {
  ObjectReader reader(value, at, faults);
  if (!reader.is_object()) return;
  RecordType type;
  TypeOrigin origin{reader.place(), {}};
  type.name = reader.name("name");
  type.section = reader.string("section", true);
  if (reader.find("also_sections") != nullptr) type.also_sections = reader.strings("also_sections");
  type.root = reader.boolean("root");
  type.append_only = reader.boolean("append_only");
  type.retired = reader.boolean("retired");
  type.immutable_after = read_condition(reader, "immutable_after", faults);
  if (reader.find("natural_key") != nullptr) type.natural_key = reader.strings("natural_key");
  type.spends = read_spending(reader, faults);
  type.title = reader.string("title", true);
  type.label = reader.label("label", true);
  type.label_plural = reader.label("label_plural", true);
  type.help = reader.label("help", false);
  const json::array* fields = reader.array("fields", true);
  if (fields != nullptr) {
    if (fields->empty()) reader.fault("fields", "must not be empty");
    for (std::size_t i = 0; i < fields->size(); ++i) {
      const Place place = reader.place().at("fields").at(i);
      ObjectReader field_reader((*fields)[i], place, faults);
      if (!field_reader.is_object()) continue;
      Field field = parse_field(field_reader, faults);
      if (field.section.empty()) field.section = type.section;
      if (!type.field_index.emplace(field.name, type.fields.size()).second) {
        faults.add(place.at("name"), "the field \"" + field.name + "\" exists already");
        continue;
      }
      type.fields.push_back(std::move(field));
      origin.fields.push_back(place);
    }
  }
  reader.finish();
  if (!bundle.type_index.emplace(type.name, bundle.types.size()).second) {
    reader.fault("name", "the record type \"" + type.name + "\" exists already");
    return;
  }
  bundle.types.push_back(std::move(type));
  origins.push_back(std::move(origin));
}

}  // namespace

void parse_type_file(const json::value& root, const std::string& file, Bundle& bundle,
                     std::vector<TypeOrigin>& origins, Faults& faults) {
  const json::object* object = root.if_object();
  if (object == nullptr || object->if_contains("types") == nullptr) {
    parse_one_type(root, {file, ""}, bundle, origins, faults);
    return;
  }
  ObjectReader reader(root, {file, ""}, faults);
  const json::array* types = reader.array("types", true);
  reader.finish();
  if (types == nullptr) return;
  if (types->empty()) reader.fault("types", "must not be empty");
  for (std::size_t i = 0; i < types->size(); ++i) {
    parse_one_type((*types)[i], reader.place().at("types").at(i), bundle, origins, faults);
  }
}

}  // namespace insieme::schema::detail
