#include <algorithm>
#include <array>

#include "insieme/schema/text.hpp"
#include "insieme/schema/types.hpp"

namespace insieme::schema {

std::string_view name_of(FieldKind kind) noexcept {
  switch (kind) {
    case FieldKind::string: return "string";
    case FieldKind::text: return "text";
    case FieldKind::integer: return "integer";
    case FieldKind::real: return "real";
    case FieldKind::money: return "money";
    case FieldKind::date: return "date";
    case FieldKind::instant: return "instant";
    case FieldKind::boolean: return "boolean";
    case FieldKind::code: return "code";
    case FieldKind::codes: return "codes";
    case FieldKind::strings: return "strings";
    case FieldKind::reference: return "reference";
    case FieldKind::references: return "references";
    case FieldKind::counter: return "counter";
    case FieldKind::blob: return "blob";
    case FieldKind::blobs: return "blobs";
    case FieldKind::escrow: return "escrow";
    case FieldKind::position: return "position";
  }
  return "string";
}

std::string_view name_of(MergeKind kind) noexcept {
  switch (kind) {
    case MergeKind::mv_register: return "register";
    case MergeKind::set: return "set";
    case MergeKind::counter: return "counter";
    case MergeKind::text: return "text";
    case MergeKind::blob: return "blob";
    case MergeKind::escrow: return "escrow";
    case MergeKind::list: return "list";
  }
  return "register";
}

std::string_view name_of(RegisterPolicy policy) noexcept {
  switch (policy) {
    case RegisterPolicy::review: return "review";
    case RegisterPolicy::automatic: return "auto";
    case RegisterPolicy::maximum: return "max";
  }
  return "review";
}

std::string_view name_of(TextFormat format) noexcept {
  switch (format) {
    case TextFormat::none: return "none";
    case TextFormat::user: return "user";
    case TextFormat::month: return "month";
    case TextFormat::codice_fiscale: return "codice_fiscale";
    case TextFormat::email: return "email";
    case TextFormat::phone: return "phone";
    case TextFormat::cup: return "cup";
    case TextFormat::iban: return "iban";
    case TextFormat::belfiore: return "belfiore";
    case TextFormat::area_code: return "area_code";
  }
  return "none";
}

std::string_view sql_type(const Field& field) noexcept {
  switch (field.kind) {
    case FieldKind::integer:
    case FieldKind::money:
    case FieldKind::boolean:
    case FieldKind::counter:
    case FieldKind::escrow: return "INTEGER";
    case FieldKind::real: return "REAL";
    default: return "TEXT";
  }
}

bool Field::allows_transition(std::string_view from, std::string_view to) const {
  if (transitions.empty() || from == to) return true;
  const auto found = transitions.find(from);
  if (found == transitions.end()) return false;
  return std::find(found->second.begin(), found->second.end(), to) != found->second.end();
}

const Field* RecordType::find_field(std::string_view field_name) const noexcept {
  const auto found = field_index.find(field_name);
  return found == field_index.end() ? nullptr : &fields[found->second];
}

std::vector<std::string> RecordType::facet_sections() const {
  std::vector<std::string> out{section};
  for (const Field& field : fields) {
    if (std::find(out.begin(), out.end(), field.section) == out.end()) out.push_back(field.section);
  }
  return out;
}

std::string_view CodeValue::attribute(std::string_view attribute_name) const noexcept {
  const auto found = attributes.find(attribute_name);
  return found == attributes.end() ? std::string_view{} : std::string_view(found->second);
}

std::vector<std::string> CodeValue::other_spellings() const {
  std::vector<std::string> out;
  std::string_view rest = attribute("also");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    if (const std::string_view one = trim(rest.substr(0, end)); !one.empty()) out.emplace_back(one);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

const CodeValue* CodeList::find(std::string_view code) const noexcept {
  const auto found = value_index.find(code);
  return found == value_index.end() ? nullptr : &values[found->second];
}

}  // namespace insieme::schema
