#pragma once
// What the server knows by itself, as records that its reports look at: questions and decisions,
// devices, acts on dossiers. Their ids derive from what they stand for, so that the same state
// gives the same report.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/schema/rules.hpp"
#include "insieme/server/reporting.hpp"
#include "insieme/server/repository.hpp"

namespace insieme::server {

/// The records of one of `server_types()`, here and below those that may be told to whom `sight` is
/// of (null: all); `invalid_argument` for another type.
[[nodiscard]] Result<std::vector<schema::RuleRecord>> own_records(
    Repository& repository, const std::string& type, std::int64_t now_ms,
    const ReportSight* sight = nullptr);

/// Open questions and decisions in every document, and late edits that wait or waited.
[[nodiscard]] Result<std::vector<schema::RuleRecord>> question_records(
    Repository& repository, std::int64_t now_ms, const ReportSight* sight = nullptr);

/// What is to be found over the whole space.
[[nodiscard]] Result<std::vector<schema::RuleRecord>> finding_records(Repository& repository);

/// Flows that were published for INPS, and outcomes of flows that were not.
[[nodiscard]] std::vector<schema::RuleRecord> flow_records(Repository& repository,
                                                           std::int64_t now_ms);

/// The access log: one record for what a person did in one way with one dossier on one day.
[[nodiscard]] std::vector<schema::RuleRecord> reading_records(Repository& repository,
                                                              const ReportSight* sight = nullptr);

/// Fills in `places` of records about dossiers: the territory that was declared for it, and the
/// communes of its households. Costs a replay of the documents with households.
[[nodiscard]] Status add_places(Repository& repository, std::vector<schema::RuleRecord>& records);

/// One record in the making.
class OwnRecord {
 public:
  /// `key`: what it stands for, different for each record of the type.
  OwnRecord(std::string_view type, std::string_view key);
  void set(std::string_view field, sync::Value value);
  /// Nothing for an empty text.
  void set_text(std::string_view field, std::string text);
  /// The civil day in Rome.
  void set_day(std::string_view field, std::int64_t unix_ms);
  schema::RuleRecord record;
};

/// Whole days from one instant to another, not below 0.
[[nodiscard]] std::int64_t days_between(std::int64_t from_ms, std::int64_t to_ms);

}  // namespace insieme::server
