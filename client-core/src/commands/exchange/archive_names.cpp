#include "commands/exchange/archive_names.hpp"

#include "commands/records/plan.hpp"
#include "commands/values.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::string_view kNaturalKey = "insieme natural key v1";
constexpr std::size_t kKeyPartsMax = 16;

const sync::Value* value_of(const schema::RuleRecord& record, const std::string& field) {
  const auto found = record.values.find(field);
  return found == record.values.end() || found->second.empty() ? nullptr : &found->second.front();
}

/// As plan_record derives it; empty if a part of the key is missing.
std::vector<std::string> key_texts(const schema::RecordType& type,
                                   const schema::RuleRecord& record) {
  std::vector<std::string> out;
  for (const std::string& name : type.natural_key) {
    const sync::Value* value = value_of(record, name);
    if (value == nullptr) return {};
    out.push_back(json::serialize(to_json(*value, type.find_field(name))));
  }
  return out;
}

Error no_name(std::string_view name) {
  return {ErrorCode::malformed, "not the name of a record: " + std::string(name.substr(0, 200))};
}

}  // namespace

void ArchiveNames::note(const schema::RecordType& type, const sync::DossierId& dossier,
                        const sync::RecordId& root, schema::RuleRecord record) {
  const std::vector<std::string> key = key_texts(type, record);
  if (key.empty() || derived_id(kNaturalKey, dossier, type.name, key) != record.id) return;
  keyed_[record.id] = {&type, root, std::move(record)};
}

std::string ArchiveNames::of(const sync::RecordId& id) const {
  const auto found = keyed_.find(id);
  if (found == keyed_.end()) return sync::to_text(id);
  const Keyed& one = found->second;
  json::array name{one.type->name, sync::to_text(one.root)};
  for (const std::string& field : one.type->natural_key) {
    const sync::Value* value = value_of(one.record, field);
    const auto* reference = std::get_if<sync::Reference>(value);
    // A key that names a record calls it by its own name.
    name.push_back(reference != nullptr ? json::value(of(reference->record))
                                        : to_json(*value, one.type->find_field(field)));
  }
  return "=" + json::serialize(name);
}

Result<sync::RecordId> id_of_name(const schema::Bundle& bundle, std::string_view name,
                                  const DossierOfRoot& dossier_of) {
  if (name.empty() || name.front() != '=') return sync::id_from_text<sync::RecordId>(name);
  boost::system::error_code failed;
  const std::string_view text = name.substr(1);
  const json::value parsed = json::parse(json::string_view(text.data(), text.size()), failed);
  const json::array* parts = failed ? nullptr : parsed.if_array();
  if (parts == nullptr || parts->size() < 3 || parts->size() > kKeyPartsMax ||
      !(*parts)[0].is_string() || !(*parts)[1].is_string()) {
    return no_name(name);
  }
  const schema::RecordType* type = bundle.find_type(std::string((*parts)[0].get_string()));
  if (type == nullptr || type->natural_key.size() + 2 != parts->size()) return no_name(name);
  const std::string root((*parts)[1].get_string());
  const auto dossier = dossier_of(root);
  if (!dossier) return Error{ErrorCode::not_found, "no dossier of " + root + " in the archive"};
  std::vector<std::string> key;
  for (std::size_t i = 0; i < type->natural_key.size(); ++i) {
    const json::value& part = (*parts)[i + 2];
    const schema::Field* field = type->find_field(type->natural_key[i]);
    if (field == nullptr || field->kind != schema::FieldKind::reference || !part.is_string()) {
      key.push_back(json::serialize(part));
      continue;
    }
    INSIEME_TRY_ASSIGN(const sync::RecordId id,
                       id_of_name(bundle, std::string(part.get_string()), dossier_of));
    key.push_back(json::serialize(json::string(sync::to_text(id))));
  }
  return derived_id(kNaturalKey, *dossier, type->name, key);
}

}  // namespace insieme::client::commands
