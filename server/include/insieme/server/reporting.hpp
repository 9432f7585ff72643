#pragma once
// Reports over all dossiers of the space: the same definitions and the same code as on a tablet
// (insieme/reports), over what the log of the server replays to, and the server's own reports over
// what it knows of devices, questions and accesses. Figures about few people are always hidden, and
// nothing here names a person: docs/adr/0024.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "insieme/reports/page.hpp"
#include "insieme/schema/report.hpp"
#include "insieme/server/repository.hpp"

namespace insieme::server {

/// The bundle of the program with the record types and the reports that only a server has
/// (`schema/server/`). Its digest is not the one that tablets show: that is
/// `schema::embedded_bundle()`'s.
[[nodiscard]] const schema::Bundle& server_bundle();
[[nodiscard]] const schema::ReportBook& server_reports();

/// The record types that the server fills in by itself: nobody writes such a record.
[[nodiscard]] const std::set<std::string>& server_types();

/// What may be told to somebody who may not know everything of the space. Of a report that is cut
/// down to it, whatever concerns nothing in it is left out before anything is counted.
struct ReportSight {
  std::map<sync::DossierId, std::set<std::string>> sections;  ///< that they have, of each dossier
  std::map<sync::DossierId, std::set<std::string>> people;    ///< whom they see to have had it
  std::set<std::string> accounts;                             ///< whose devices they know of
  [[nodiscard]] bool sees(const sync::DossierId& dossier, const std::string& section) const;
};

struct SpaceRequest {
  std::string report;  ///< name or code
  /// Parameter → value as people write it; a record by its id or by the last digits of it.
  std::vector<std::pair<std::string, std::string>> with;
  /// Only for reports over nothing but `server_types()`; null: all of it.
  const ReportSight* sight = nullptr;
};

struct SpaceReport {
  std::shared_ptr<const schema::Bundle> words;  ///< what it is laid out with; never null
  std::unique_ptr<reports::Records> records;
  reports::ReportResult result;
};

/// Replays the documents in which the report's record types may live: costs their whole logs.
/// `now_ms` says how long what is open has been so. Errors: `not_found` (no such report, record or
/// code), `invalid_argument` (parameters, or a report that cannot be cut down), `limit_exceeded`;
/// their details are for the operator.
[[nodiscard]] Result<SpaceReport> run_space_report(Repository& repository,
                                                   const SpaceRequest& request,
                                                   std::int64_t now_ms);

/// The server's bundle with the values that the space added to code lists, retired ones, too.
[[nodiscard]] Result<std::shared_ptr<const schema::Bundle>> space_words(Repository& repository);

/// All active records of some types that people wrote, in any order, as they show now.
[[nodiscard]] Result<std::map<std::string, std::vector<schema::RuleRecord>>> read_space(
    Repository& repository, const std::set<std::string>& types);

}  // namespace insieme::server
