#include "commands/lookup.hpp"

#include <algorithm>

#include "commands/table.hpp"
#include "insieme/schema/shown.hpp"
#include "insieme/schema/text.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kShortestPart = 4;
constexpr std::size_t kFullDigits = 32;
constexpr std::size_t kPage = 1'000;

/// Lower-case digits without hyphens; empty if it is no part of an id.
std::string digits_of(std::string_view id) {
  std::string digits;
  for (const char c : id) {
    if (c == '-') continue;
    const bool upper = c >= 'A' && c <= 'F';
    if (!upper && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) return {};
    digits += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return digits;
}

bool has_part(std::string_view full, std::string_view part) {
  return full.substr(0, part.size()) == part ||
         (full.size() >= part.size() && full.substr(full.size() - part.size()) == part);
}

Failure not_an_id(std::string_view id) {
  if (id.empty()) {
    return Failure("invalid_argument", "Manca l'identificativo: è vuoto.",
                   "The id is missing: it is empty.", "id");
  }
  return Failure("invalid_argument",
                 quoted_it(id) + " non è un identificativo: servono almeno 4 cifre esadecimali.",
                 quoted_en(id) + " is not an id: at least 4 hexadecimal digits are needed.", "id");
}
Failure not_here(std::string_view id) {
  return Failure("not_found", quoted_it(id) + " non è su questo dispositivo.",
                 quoted_en(id) + " is not on this device.", "id");
}
Failure ambiguous(std::string_view id) {
  return Failure("ambiguous", quoted_it(id) + " indica più di una scheda: scrivere più cifre.",
                 quoted_en(id) + " means more than one record: write more digits.", "id");
}

Outcome<RecordRef> find_by_part(Context& context, std::string_view id, const std::string& part) {
  std::vector<RecordRef> found;
  ListQuery query;
  query.retracted_too = true;
  query.limit = kPage;
  while (true) {
    INSIEME_OUT_ASSIGN(const auto lines, context.store().list(query));
    for (const RecordLine& line : lines) {
      if (!has_part(digits_of(sync::to_text(line.ref.id)), part)) continue;
      const bool known = std::any_of(found.begin(), found.end(), [&](const RecordRef& other) {
        return other.id == line.ref.id;
      });
      if (!known) found.push_back(line.ref);
    }
    if (lines.size() < kPage) break;
    query.offset += lines.size();
  }
  if (found.empty()) return not_here(id);
  if (found.size() > 1) return ambiguous(id);
  // The main part of a record with facets, whichever was listed first.
  INSIEME_OUT_ASSIGN(auto main, context.store().locate(found.front().id));
  return main;
}

bool is_called(std::string_view word, const std::string& name, const schema::Label& label) {
  if (word == name) return true;
  const std::string folded = schema::fold_case(word);
  return folded == schema::fold_case(name) || folded == schema::fold_case(label.it) ||
         folded == schema::fold_case(label.en);
}

}  // namespace

Outcome<RecordRef> find_record(Context& context, std::string_view id) {
  const std::string digits = digits_of(id);
  if (digits.size() < kShortestPart || digits.size() > kFullDigits) return not_an_id(id);
  if (digits.size() < kFullDigits) return find_by_part(context, id, digits);
  INSIEME_OUT_ASSIGN(const auto full, sync::id_from_text<sync::RecordId>(digits));
  auto ref = context.store().locate(full);
  if (ref.ok()) return std::move(ref).value();
  if (ref.error().code == ErrorCode::not_found) return not_here(id);
  return ref.error();
}

Outcome<sync::RecordId> find_record_id(Context& context, std::string_view id) {
  const std::string digits = digits_of(id);
  if (digits.size() == kFullDigits) {
    // What a reference points to may be unknown here.
    INSIEME_OUT_ASSIGN(const auto full, sync::id_from_text<sync::RecordId>(digits));
    return full;
  }
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, id));
  return ref.id;
}

namespace {

/// The one dossier whose id has these digits; nil if there is none.
Outcome<sync::DossierId> dossier_by_digits(Context& context, std::string_view id,
                                           const std::string& digits) {
  sync::DossierId found;
  if (digits.size() == kFullDigits) {
    INSIEME_OUT_ASSIGN(found, sync::id_from_text<sync::DossierId>(digits));
    return found;
  }
  INSIEME_OUT_ASSIGN(const auto ids, context.store().dossier_ids());
  for (const sync::DossierId& one : ids) {
    if (!has_part(digits_of(sync::to_text(one)), digits)) continue;
    if (!found.is_nil()) return ambiguous(id);
    found = one;
  }
  return found;
}

}  // namespace

Outcome<DossierRef> find_dossier(Context& context, std::string_view id) {
  const std::string digits = digits_of(id);
  if (digits.size() < kShortestPart || digits.size() > kFullDigits) return not_an_id(id);
  INSIEME_OUT_ASSIGN(const auto named, dossier_by_digits(context, id, digits));
  auto found = context.store().dossier(named);
  if (found.ok()) return std::move(found).value();
  if (found.error().code != ErrorCode::not_found) return found.error();
  auto root = find_record(context, id);
  if (!root.ok()) return not_here(id);
  const schema::RecordType* type = context.bundle().find_type(root->type);
  if (type == nullptr || !type->root) return not_here(id);
  auto its = context.store().dossier(root->document.dossier);
  if (!its.ok()) return not_here(id);
  return std::move(its).value();
}

Outcome<const schema::RecordType*> find_type(Context& context, std::string_view name) {
  if (const schema::RecordType* type = context.bundle().find_type(name)) return type;
  std::vector<std::string> names;
  for (const schema::RecordType& type : context.bundle().types) {
    if (is_called(name, type.name, type.label) || is_called(name, type.name, type.label_plural)) {
      return &type;
    }
    names.push_back(type.name);
    names.push_back(type.label.it);
  }
  const std::string meant = nearest(name, names);
  return Failure("unknown_type",
                 "Tipo di scheda sconosciuto: " + quoted_it(name) + "." + hint_it(meant),
                 "Unknown record type: " + quoted_en(name) + "." + hint_en(meant), "type");
}

Outcome<const schema::Field*> find_field(const schema::RecordType& type, std::string_view name) {
  if (const schema::Field* field = type.find_field(name)) return field;
  std::vector<std::string> names;
  for (const schema::Field& field : type.fields) {
    if (is_called(name, field.name, field.label)) return &field;
    names.push_back(field.name);
    names.push_back(field.label.it);
    names.push_back(field.label.en);
  }
  const std::string meant = nearest(name, names);
  return Failure(
      "unknown_field", type.label.it + " non ha un campo " + quoted_it(name) + "." + hint_it(meant),
      type.label.en + " has no field " + quoted_en(name) + "." + hint_en(meant), std::string(name));
}

const StoredRecord* Facets::in_section(std::string_view section) const {
  for (const StoredRecord& part : parts) {
    if (part.ref.document.section == section) return &part;
  }
  return nullptr;
}

const sync::FieldState* Facets::field(std::string_view name) const {
  for (const StoredRecord& part : parts) {
    if (const sync::FieldState* field = part.state.field(name)) return field;
  }
  return nullptr;
}

Versions Facets::versions() const {
  Versions versions;
  for (const StoredRecord& part : parts) versions[part.ref.document.section] = part.version;
  return versions;
}

Result<Facets> read_facets(Context& context, const RecordRef& ref) {
  Facets facets;
  facets.main = ref;
  facets.type = context.bundle().find_type(ref.type);
  INSIEME_TRY_ASSIGN(StoredRecord main, context.store().record(ref));
  facets.parts.push_back(std::move(main));
  if (facets.type == nullptr) return facets;
  for (const std::string& section : facets.type->facet_sections()) {
    if (section == facets.type->section || section == ref.document.section) continue;
    auto part = context.store().record({{ref.document.dossier, section}, ref.type, ref.id});
    // Not held here, or nothing written there yet: both are in order.
    if (part.ok()) {
      facets.parts.push_back(std::move(part).value());
    } else if (part.error().code != ErrorCode::not_found) {
      return part.error();
    }
  }
  return facets;
}

std::string main_section_of(const schema::RecordType& type, const std::string& part_section) {
  const auto& others = type.also_sections;
  const bool is_main = std::find(others.begin(), others.end(), part_section) != others.end();
  return is_main ? part_section : type.section;
}

std::string section_of(const schema::RecordType& type, const schema::Field& field,
                       const std::string& part_section) {
  return field.section == type.section ? main_section_of(type, part_section) : field.section;
}

schema::RecordValues shown_values(const Facets& facets) {
  schema::RecordValues values;
  for (const StoredRecord& part : facets.parts) {
    schema::add_shown(values, facets.type, part.state);
  }
  return values;
}

}  // namespace insieme::client::commands
