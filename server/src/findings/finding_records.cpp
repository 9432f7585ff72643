// Findings as records of the server's own reports: kinds, states and numbers, nothing of what the
// records say.
#include <algorithm>

#include "insieme/server/findings.hpp"
#include "reports/own_records.hpp"

namespace insieme::server {
namespace {

/// A finding lies where the household of its first dossier lives that has one.
void add_commune(const SpaceFinding& one, reports::Records& records, OwnRecord& out) {
  for (const reports::FoundRecord& found : one.finding.records) {
    for (const schema::RuleRecord* household : records.in_dossier(found.dossier, "household")) {
      const auto commune = household->values.find("commune");
      if (commune == household->values.end() || commune->second.empty()) continue;
      out.record.values["commune"] = commune->second;
      return;
    }
  }
}

}  // namespace

Result<std::vector<schema::RuleRecord>> finding_records(Repository& repository) {
  INSIEME_TRY_ASSIGN(const SpaceFindings space, find_in_space(repository));
  Knowers knowers(repository);
  std::vector<schema::RuleRecord> out;
  for (const SpaceFinding& one : space.all) {
    OwnRecord record("server_finding", one.finding.key);
    record.record.dossier = one.finding.records.front().dossier;
    record.set_text("kind", one.finding.kind());
    record.set_text("name", one.finding.name());
    record.set_text("state", one.finding.is_open() ? "aperta" : "risolta");
    std::vector<sync::Value>& evidence = record.record.values["evidence"];
    for (const std::string& word : one.finding.evidence) {
      evidence.emplace_back(reports::evidence_text(word, schema::Language::it));
    }
    std::set<sync::DossierId> dossiers;
    for (const reports::FoundRecord& found : one.finding.records) dossiers.insert(found.dossier);
    record.set("dossiers", static_cast<std::int64_t>(dossiers.size()));
    record.set("known_by", static_cast<std::int64_t>(knowers.of(one.documents).size()));
    add_commune(one, *space.records, record);
    out.push_back(std::move(record.record));
  }
  return out;
}

}  // namespace insieme::server
