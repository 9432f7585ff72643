// What fields show in many records at once, read from columns alone: no state is unpacked.
#include <algorithm>
#include <boost/json.hpp>

#include "storage/queries.hpp"

namespace insieme::client {
namespace {

namespace json = boost::json;

/// A set stands in its column as a JSON array of texts.
std::vector<sync::Value> elements_of(const schema::Field& field, std::string_view column) {
  std::vector<sync::Value> out;
  boost::system::error_code failed;
  const json::value parsed = json::parse({column.data(), column.size()}, failed);
  if (failed || !parsed.is_array()) return out;
  for (const json::value& one : parsed.as_array()) {
    if (!one.is_string()) continue;
    const std::string_view text(one.as_string().data(), one.as_string().size());
    if (field.kind == schema::FieldKind::blobs) {
      sync::Bytes bytes;
      bytes.data.resize(text.size() / 2);
      if (sync::from_hex(text, bytes.data).ok()) out.emplace_back(std::move(bytes));
    } else if (field.kind != schema::FieldKind::references) {
      out.emplace_back(std::string(text));
    } else if (auto id = sync::id_from_text<sync::RecordId>(text); id.ok()) {
      out.emplace_back(sync::Reference{id.value()});
    }
  }
  return out;
}

std::vector<const schema::Field*> columns_of(const TypedTable& table,
                                             const std::vector<std::string>& fields) {
  std::vector<const schema::Field*> out;
  for (const schema::Field* field : table.columns) {
    if (std::find(fields.begin(), fields.end(), field->name) != fields.end()) {
      out.push_back(field);
    }
  }
  return out;
}

}  // namespace

std::vector<schema::RuleRecord> read_shown(Core& core, const std::string& type,
                                           const std::vector<std::string>& fields) {
  std::vector<schema::RuleRecord> out;
  const schema::RecordType* known = core.bundle.find_type(type);
  if (known == nullptr) return out;
  const TypedTable& table = core.tables.table_for(type, known->section);
  const auto columns = columns_of(table, fields);
  std::string sql = "SELECT t._id, s.id";
  for (const schema::Field* field : columns) sql += ", t." + quoted(field->name);
  sql += " FROM " + table.name +
         " t JOIN documents d ON d.n = t._document JOIN dossiers s ON s.n = d.dossier "
         "WHERE t._retracted = 0";
  auto& rows = core.db.cached(sql);
  const sqlite::ResetGuard guard(rows);
  while (rows.step()) {
    schema::RuleRecord record;
    record.id = id_from_blob<sync::RecordId>(rows.get_blob(0));
    record.dossier = id_from_blob<sync::DossierId>(rows.get_blob(1));
    record.type = type;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const int at = static_cast<int>(i) + 2;
      if (rows.is_null(at)) continue;
      const schema::Field& field = *columns[i];
      std::vector<sync::Value>& values = record.values[field.name];
      if (field.is_set()) {
        values = elements_of(field, rows.get_text(at));
      } else {
        values.push_back(value_from_column(field, rows, at));
      }
    }
    out.push_back(std::move(record));
  }
  return out;
}

}  // namespace insieme::client
