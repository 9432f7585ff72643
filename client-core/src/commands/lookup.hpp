#pragma once
// From what people name (a short id, a label) to what is meant, with a helpful answer otherwise.

#include <string>
#include <string_view>
#include <vector>

#include "commands/context.hpp"
#include "commands/values.hpp"

namespace insieme::client::commands {

/// A full id, or its beginning or end of at least 4 digits if only one record here has it. A
/// beginning or end is looked for among all records, so hosts should send full ids.
[[nodiscard]] Outcome<RecordRef> find_record(Context& context, std::string_view id);
[[nodiscard]] Outcome<sync::RecordId> find_record_id(Context& context, std::string_view id);
/// As find_record, for dossiers held here. Also the id of its root record.
[[nodiscard]] Outcome<DossierRef> find_dossier(Context& context, std::string_view id);

/// By name or label, any case.
[[nodiscard]] Outcome<const schema::RecordType*> find_type(Context& context, std::string_view name);
[[nodiscard]] Outcome<const schema::Field*> find_field(const schema::RecordType& type,
                                                       std::string_view name);

/// Every part of a record that is held here: the main one first, then its facets in other sections.
struct Facets {
  const schema::RecordType* type = nullptr;  ///< null: the bundle does not know it
  RecordRef main;
  std::vector<StoredRecord> parts;  ///< never empty

  [[nodiscard]] const StoredRecord& first() const { return parts.front(); }
  [[nodiscard]] const StoredRecord* in_section(std::string_view section) const;
  /// The state of a field in whichever part holds it; null if it was never written.
  [[nodiscard]] const sync::FieldState* field(std::string_view name) const;
  [[nodiscard]] Versions versions() const;
};
[[nodiscard]] Result<Facets> read_facets(Context& context, const RecordRef& ref);

/// Where the main part of a record lies of which a part lies in `part_section`: there, or in the
/// type's own section if that part is a facet. The main part may not be here.
[[nodiscard]] std::string main_section_of(const schema::RecordType& type,
                                          const std::string& part_section);
/// Where a field of such a record is written.
[[nodiscard]] std::string section_of(const schema::RecordType& type, const schema::Field& field,
                                     const std::string& part_section);

/// What the record shows now, field by field: what the rules of the schema look at.
[[nodiscard]] schema::RecordValues shown_values(const Facets& facets);

}  // namespace insieme::client::commands
