#include "commands/records/record_source.hpp"

#include <algorithm>

#include "insieme/schema/civil.hpp"

namespace insieme::client::commands {
namespace {

/// More than this of one type are not looked at: a rule over so many is told as not checked.
constexpr std::size_t kRecordsMax = 50'000;
constexpr std::size_t kPage = 1'000;

/// As the typed column writes it; nullopt for kinds that are compared here instead.
std::optional<std::string> column_text(const sync::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* date = std::get_if<sync::Date>(&value)) return schema::iso_text(*date);
  if (const auto* reference = std::get_if<sync::Reference>(&value)) {
    return sync::to_text(reference->record);
  }
  return std::nullopt;
}

bool shows(const schema::RuleRecord& record, std::string_view field, const sync::Value& value) {
  const auto found = record.values.find(field);
  return found != record.values.end() && !found->second.empty() &&
         sync::equal(found->second.front(), value);
}

}  // namespace

schema::RuleRecord rule_record(const Facets& facets) {
  return {facets.main.id, facets.main.type, facets.main.document.dossier, shown_values(facets)};
}

void StoreRecords::put(const schema::RuleRecord& record) {
  planned_.insert(planned_.end(), record.id);
  known_[record.id].shown = &record;
}

const schema::RuleRecord* StoreRecords::find(const sync::RecordId& id) {
  if (const auto found = known_.find(id); found != known_.end()) return found->second.shown;
  Known& slot = known_[id];
  const auto ref = context_.store().locate(id);
  if (!ref.ok()) {
    if (ref.error().code != ErrorCode::not_found && status_.ok()) status_ = ref.error();
    return nullptr;
  }
  const auto facets = read_facets(context_, *ref);
  if (!facets.ok()) {
    if (status_.ok()) status_ = facets.error();
    return nullptr;
  }
  const sync::RecordState& state = facets.value().first().state;
  if (state.lifecycle() == sync::Lifecycle::retracted) return nullptr;
  slot.read = std::make_unique<const schema::RuleRecord>(rule_record(facets.value()));
  slot.shown = slot.read.get();
  return slot.shown;
}

StoreRecords::Records StoreRecords::stored(ListQuery query) {
  Records out;
  query.limit = kPage;
  while (query.offset < kRecordsMax) {
    const auto lines = context_.store().list(query);
    if (!lines.ok()) {
      if (status_.ok()) status_ = lines.error();
      break;
    }
    for (const RecordLine& line : *lines) {
      if (planned_.count(line.ref.id) != 0) continue;
      if (const schema::RuleRecord* record = find(line.ref.id)) out.push_back(record);
    }
    if (lines->size() < kPage) break;
    query.offset += kPage;
  }
  return out;
}

std::vector<const schema::RuleRecord*> StoreRecords::in_dossier(const sync::DossierId& dossier,
                                                                std::string_view type) {
  const std::string key = sync::to_text(dossier) + std::string(type);
  auto found = in_dossiers_.find(key);
  if (found == in_dossiers_.end()) {
    ListQuery query;
    query.type = std::string(type);
    query.dossier = dossier;
    found = in_dossiers_.emplace(key, stored(std::move(query))).first;
  }
  Records out = found->second;
  for (const sync::RecordId& id : planned_) {
    const schema::RuleRecord* record = known_[id].shown;
    if (record->type == type && record->dossier == dossier) out.push_back(record);
  }
  return out;
}

std::vector<const schema::RuleRecord*> StoreRecords::with(std::string_view type,
                                                          std::string_view field,
                                                          const sync::Value& value) {
  ListQuery query;
  query.type = std::string(type);
  if (const auto text = column_text(value)) query.where.emplace_back(std::string(field), *text);
  Records out = stored(std::move(query));
  out.erase(std::remove_if(out.begin(), out.end(),
                           [&](const auto* record) { return !shows(*record, field, value); }),
            out.end());
  for (const sync::RecordId& id : planned_) {
    const schema::RuleRecord* record = known_[id].shown;
    if (record->type == type && shows(*record, field, value)) out.push_back(record);
  }
  return out;
}

}  // namespace insieme::client::commands
