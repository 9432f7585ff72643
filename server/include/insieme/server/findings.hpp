#pragma once
// What is to be found over all dossiers of the space, with the tablets' code (insieme/findings):
// rules that are broken, one person, household or visit written twice, services that overlap. A
// finding names records and dossiers by their ids, never by their titles, and is told to those who
// may read everything that it rests on: docs/adr/0028.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "insieme/reports/finding.hpp"
#include "insieme/reports/records.hpp"
#include "insieme/server/blind_index.hpp"
#include "insieme/server/repository.hpp"
#include "insieme/server/secrets.hpp"

namespace insieme::server {

struct SpaceFinding {
  reports::Finding finding;
  /// What somebody must be able to read to know of it.
  std::set<sync::DocumentId> documents;
};

/// A person record, and where it lies.
struct SpacePerson {
  const schema::RuleRecord* record = nullptr;
  sync::DocumentId document;
};

struct SpaceFindings {
  std::vector<SpaceFinding> all;  ///< in the order of their keys
  /// Entries of `alike` of which more than reports::kOverlapsMax were found: the rest is not here.
  std::set<std::string> cut;
  /// Records that name a person, by the least id of those that are known to be one.
  std::map<sync::RecordId, std::vector<SpacePerson>> people;
  std::unique_ptr<reports::Records> records;  ///< that `people` points into
};

/// Replays the documents in which such records may live: costs their whole logs and memory for the
/// records; comparing costs a look at each record and its neighbours in an index. Errors: a log
/// that does not follow from itself.
[[nodiscard]] Result<SpaceFindings> find_in_space(Repository& repository);

/// A record that a match is about.
struct MatchedRecord {
  sync::RecordId id;
  std::string type;
  sync::DocumentId document;
};

/// That another body, with which there is an agreement, knows a person like one of this space.
struct SpaceMatch {
  std::string key;  ///< 64 hexadecimal digits
  std::string agreement;
  std::string from;                      ///< the other body
  std::string ask;                       ///< whom to ask there
  std::int64_t made_ms = 0;              ///< when it said so
  std::vector<MatchedRecord> people;     ///< records of the one person, by id
  std::vector<std::string> evidence;     ///< words of reports::blind_evidence
  std::set<sync::DocumentId> documents;  ///< what somebody must be able to read to know of it
  std::optional<MatchDecision> decision;

  [[nodiscard]] std::string id() const;
  /// Nobody dismissed it, or there is more to see now.
  [[nodiscard]] bool is_open() const;
};

/// Costs a few hashes for each person and index. Errors: a file of the agreements is damaged.
[[nodiscard]] Result<std::vector<SpaceMatch>> find_matches(Repository& repository,
                                                           const Agreements& agreements,
                                                           const SpaceFindings& space);

struct IndexRequest {
  std::string agreement;
  std::string from;
  std::string ask;
  std::string organization{};  ///< of whose dossiers, and of those below it; empty: of all
  std::int64_t now_ms = 0;
};
/// The index of this space's people for another body: filled up with random tokens, so that their
/// number says little. `not_found`: no such organization. `limit_exceeded`.
[[nodiscard]] Result<BlindIndex> make_blind_index(Repository& repository,
                                                  const SpaceFindings& space,
                                                  const reports::BlindKey& key,
                                                  const IndexRequest& request,
                                                  const Random& random = fill_random);
/// `conflict`: the index was made by this very space, of dossiers that are among those in which it
/// would be looked for: everybody would be found. `not_found`: no such organization.
[[nodiscard]] Status check_not_own(Repository& repository, const BlindIndex& index,
                                   const reports::BlindKey& key, const std::string& organization);

/// Who may know of a finding, by the one table of permission. Asks for each account and dossier
/// once; belongs to one moment and one thread.
class Knowers {
 public:
  explicit Knowers(Repository& repository);
  /// Whether the account may read all of them.
  [[nodiscard]] bool may_read(const std::string& account,
                              const std::set<sync::DocumentId>& documents);
  /// The accounts that may, in their order; disabled ones are none.
  [[nodiscard]] std::vector<std::string> of(const std::set<sync::DocumentId>& documents);

 private:
  Repository& repository_;
  std::vector<std::string> accounts_;
  std::map<std::pair<std::string, sync::DossierId>, std::optional<Standing>> known_;
};

}  // namespace insieme::server
