#include <algorithm>
#include <utility>

#include "insieme/schema/shown.hpp"
#include "insieme/server/reporting.hpp"
#include "reports/replay.hpp"
#include "reports/space_reader.hpp"

namespace insieme::server {
namespace {

/// Where the record itself lives rather than one of its facets: the type's section first.
std::size_t rank_of(const schema::RecordType& type, const std::string& section) {
  if (section == type.section) return 0;
  const auto also = std::find(type.also_sections.begin(), type.also_sections.end(), section);
  return 1 + static_cast<std::size_t>(also - type.also_sections.begin());
}

}  // namespace

std::set<std::string> SpaceReader::sections() const {
  std::set<std::string> out;
  for (const std::string& name : types_) {
    const schema::RecordType* type = server_bundle().find_type(name);
    if (type == nullptr) continue;
    for (const std::string& section : type->facet_sections()) out.insert(section);
    out.insert(type->also_sections.begin(), type->also_sections.end());
  }
  return out;
}

void SpaceReader::read(const sync::Document& document) {
  for (const auto& [id, state] : document.records()) {
    const schema::RecordType* type =
        types_.count(state.type) == 0 ? nullptr : server_bundle().find_type(state.type);
    if (type == nullptr) continue;
    const std::size_t rank = rank_of(*type, document.id().section);
    const auto [at, is_new] = all_.try_emplace(id);
    SpaceRecord& one = at->second;
    one.sections.insert(document.id().section);
    if (is_new || rank < one.rank) {
      one.record.id = id;
      one.record.type = state.type;
      one.record.dossier = document.id().dossier;
      one.section = document.id().section;
      one.rank = rank;
      one.active = state.lifecycle() == sync::Lifecycle::active;
    }
    schema::add_shown(one.record.values, type, state);
  }
}

std::map<std::string, std::vector<schema::RuleRecord>> SpaceReader::take() {
  std::map<std::string, std::vector<schema::RuleRecord>> out;
  for (auto& [id, one] : all_) {
    if (one.active) out[one.record.type].push_back(std::move(one.record));
  }
  all_.clear();
  return out;
}

std::map<sync::RecordId, SpaceRecord> SpaceReader::take_all() {
  return std::exchange(all_, {});
}

Result<std::map<std::string, std::vector<schema::RuleRecord>>> read_space(
    Repository& repository, const std::set<std::string>& types) {
  SpaceReader reader(types);
  INSIEME_TRY(replay_documents(repository, reader.sections(),
                               [&](const sync::Document& document) { reader.read(document); }));
  return reader.take();
}

}  // namespace insieme::server
