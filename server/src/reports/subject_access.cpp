#include "reports/subject_access.hpp"

#include <algorithm>
#include <set>

#include "insieme/reports/identities.hpp"
#include "reports/replay.hpp"
#include "reports/space_reader.hpp"

namespace insieme::server {
namespace {

constexpr const char* kMember = "member";
constexpr const char* kPerson = "person";
constexpr const char* kEdge = "identity_edge";
constexpr std::size_t kDigitsMin = 8;

using People = std::map<sync::RecordId, SpaceRecord>;

/// Retracted ones, too: they are data of the person all the same.
Result<People> people_of(Repository& repository) {
  SpaceReader reader({kMember, kPerson, kEdge});
  INSIEME_TRY(replay_documents(repository, reader.sections(),
                               [&](const sync::Document& document) { reader.read(document); }));
  return reader.take_all();
}

Result<sync::RecordId> record_named(const People& people, const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c != '-') digits += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  std::optional<sync::RecordId> found;
  for (const auto& [id, one] : people) {
    const bool named = digits.size() >= kDigitsMin && one.record.type != kEdge &&
                       sync::to_hex(id.bytes).ends_with(digits);
    if (!named) continue;
    if (found) return Error{ErrorCode::not_found, "several people are named " + text};
    found = id;
  }
  if (found) return *found;
  return Error{ErrorCode::not_found,
               "there is no person or member of a household \"" + text +
                   "\" (its id, or its last 8 or more digits)"};
}

/// As a tablet's export puts them together: edges, and members that name their person.
reports::Identities identities_of(const People& people) {
  std::vector<reports::EdgeCopy> copies;
  for (const auto& [id, one] : people) {
    if (one.record.type == kEdge) copies.push_back({one.record.values, !one.active});
  }
  reports::Identities identities(reports::active_edges(copies));
  for (const auto& [id, one] : people) {
    const auto person = one.record.values.find(kPerson);
    if (one.record.type != kMember || person == one.record.values.end() ||
        person->second.empty()) {
      continue;
    }
    const auto* reference = std::get_if<sync::Reference>(&person->second.front());
    if (reference != nullptr) identities.join(id, reference->record);
  }
  return identities;
}

std::set<std::string> accounts_that_work(Repository& repository) {
  std::set<std::string> accounts;
  for (const User& user : repository.users()) {
    if (!user.disabled) accounts.insert(user.account);
  }
  return accounts;
}

void add_holders(SubjectDossier& dossier, const std::vector<DossierInfo::Assignment>& assignments,
                 const std::set<std::string>& working) {
  for (const DossierInfo::Assignment& one : assignments) {
    // Who keeps an earlier period does not see all of it.
    if (one.to_position || one.kept_to || working.count(one.account) == 0) continue;
    for (const std::string& section : one.sections) {
      const auto at = dossier.sections.find(section);
      if (at != dossier.sections.end()) at->second.push_back(one.account);
    }
  }
}

std::vector<std::string> who_see_all(const std::vector<SubjectDossier>& dossiers,
                                     std::set<std::string> left) {
  for (const SubjectDossier& dossier : dossiers) {
    for (const auto& [section, holders] : dossier.sections) {
      std::erase_if(left, [&holders = holders](const std::string& account) {
        return std::find(holders.begin(), holders.end(), account) == holders.end();
      });
    }
  }
  return {left.begin(), left.end()};
}

}  // namespace

Result<SubjectAccess> subject_access(Repository& repository, const std::string& record) {
  INSIEME_TRY_ASSIGN(const People people, people_of(repository));
  SubjectAccess out;
  INSIEME_TRY_ASSIGN(out.record, record_named(people, record));
  const reports::Identities identities = identities_of(people);
  std::map<sync::DossierId, SubjectDossier> dossiers;
  for (const auto& [id, one] : people) {
    if (one.record.type == kEdge || identities.of(id) != identities.of(out.record)) continue;
    dossiers[one.record.dossier].dossier = one.record.dossier;
  }
  for (const sync::DocumentId& document : repository.documents()) {
    const auto at = dossiers.find(document.dossier);
    if (at != dossiers.end()) at->second.sections[document.section];
  }
  const std::set<std::string> working = accounts_that_work(repository);
  for (const DossierInfo& info : repository.dossiers()) {
    const auto at = dossiers.find(info.id);
    if (at != dossiers.end()) add_holders(at->second, info.assignments, working);
  }
  for (auto& [id, dossier] : dossiers) out.dossiers.push_back(std::move(dossier));
  out.whole = who_see_all(out.dossiers, working);
  return out;
}

}  // namespace insieme::server
