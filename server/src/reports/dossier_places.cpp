// Where a dossier belongs, for records that name one by its id.
#include "insieme/server/reporting.hpp"
#include "reports/own_records.hpp"

namespace insieme::server {
namespace {

using Places = std::map<std::string, std::vector<sync::Value>>;  ///< by the dossier's id as text

Result<Places> places_of_dossiers(Repository& repository) {
  Places out;
  for (const DossierInfo& dossier : repository.dossiers()) {
    if (!dossier.territory.empty()) out[sync::to_text(dossier.id)].emplace_back(dossier.territory);
  }
  INSIEME_TRY_ASSIGN(const auto written, read_space(repository, {"household"}));
  const auto households = written.find("household");
  if (households == written.end()) return out;
  for (const schema::RuleRecord& household : households->second) {
    const auto commune = household.values.find("commune");
    if (commune == household.values.end()) continue;
    std::vector<sync::Value>& places = out[sync::to_text(household.dossier)];
    places.insert(places.end(), commune->second.begin(), commune->second.end());
  }
  return out;
}

}  // namespace

Status add_places(Repository& repository, std::vector<schema::RuleRecord>& records) {
  INSIEME_TRY_ASSIGN(const Places places, places_of_dossiers(repository));
  for (schema::RuleRecord& record : records) {
    const auto dossier = record.values.find("dossier_id");
    if (dossier == record.values.end() || dossier->second.empty()) continue;
    const auto* id = std::get_if<std::string>(&dossier->second.front());
    const auto found = id == nullptr ? places.end() : places.find(*id);
    if (found != places.end()) record.values["places"] = found->second;
  }
  return {};
}

}  // namespace insieme::server
