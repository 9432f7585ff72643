// Indexes of this space's people for other bodies, and what theirs say about them.
#include <algorithm>

#include "insieme/schema/bundle.hpp"
#include "insieme/server/findings.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kIdDigits = 16;

using Organizations = std::map<std::string, std::string>;  ///< each with the one above it

Organizations organizations_of(Repository& repository) {
  Organizations out;
  for (const Organization& one : repository.organizations()) out[one.id] = one.parent;
  return out;
}

/// Whether `one` is `other` or below it. Chains have no cycles: the repository sees to it.
bool is_within(const Organizations& all, std::string one, const std::string& other) {
  if (other.empty()) return true;
  while (!one.empty()) {
    if (one == other) return true;
    const auto at = all.find(one);
    one = at == all.end() ? std::string() : at->second;
  }
  return false;
}

Status check_organization(const Organizations& all, const std::string& name) {
  if (name.empty() || all.count(name) != 0) return {};
  return {ErrorCode::not_found, "there is no organization \"" + name + "\""};
}

/// The dossiers of an organization and of those below it.
class Scope {
 public:
  Scope(Repository& repository, const std::string& organization) : all_(organization.empty()) {
    if (all_) return;
    const Organizations organizations = organizations_of(repository);
    for (const DossierInfo& dossier : repository.dossiers()) {
      if (is_within(organizations, dossier.organization, organization)) {
        dossiers_.insert(dossier.id);
      }
    }
  }
  [[nodiscard]] bool has(const SpacePerson& person) const {
    return all_ || dossiers_.count(person.document.dossier) != 0;
  }

 private:
  bool all_;
  std::set<sync::DossierId> dossiers_;
};

const schema::Alike* entry_for(const schema::RuleRecord& record) {
  for (const schema::Alike& alike : schema::embedded_bundle().alike) {
    if (alike.method == schema::AlikeMethod::people &&
        std::find(alike.types.begin(), alike.types.end(), record.type) != alike.types.end()) {
      return &alike;
    }
  }
  return nullptr;
}

std::vector<reports::BlindValue> values_of(const SpacePerson& person) {
  const schema::Alike* alike = entry_for(*person.record);
  return alike == nullptr ? std::vector<reports::BlindValue>{}
                          : reports::blind_values(*person.record, *alike);
}

std::string origin_of(const reports::BlindKey& key, const sync::SpaceId& space,
                      const std::string& organization) {
  return sync::to_hex(sync::Hasher("insieme blind origin v1", key.bytes)
                          .add(space.bytes)
                          .add(organization)
                          .finish())
      .substr(0, kIdDigits);
}

/// The next number of which only the first four binary digits are not 0, at least 64: at most an
/// eighth more.
std::size_t rounded(std::size_t count) {
  std::size_t unit = 8;
  while (unit * 16 < count) unit *= 2;
  return std::max<std::size_t>(64, (count + unit - 1) / unit * unit);
}

void add_match(const ReceivedIndex& received, const sync::RecordId& identity,
               std::vector<MatchedRecord> people, const std::set<reports::BlindKind>& matched,
               std::vector<SpaceMatch>& out) {
  SpaceMatch match;
  match.agreement = received.index.agreement;
  match.from = received.index.from;
  match.ask = received.index.ask;
  match.made_ms = received.index.made_ms;
  match.evidence = reports::blind_evidence(matched);
  for (const MatchedRecord& person : people) match.documents.insert(person.document);
  match.people = std::move(people);
  match.key =
      reports::finding_key("known_elsewhere\n" + match.agreement + "\n" + match.from, {identity});
  out.push_back(std::move(match));
}

void look_up(const ReceivedIndex& received, const Scope& scope, const reports::BlindKey& key,
             const SpaceFindings& space, std::vector<SpaceMatch>& out) {
  const reports::BlindHasher hasher(key, received.index.salt);
  const auto& tokens = received.index.tokens;
  for (const auto& [identity, all] : space.people) {
    std::vector<MatchedRecord> people;
    std::set<reports::BlindKind> matched;
    for (const SpacePerson& person : all) {
      if (!scope.has(person)) continue;
      bool found = false;
      for (const reports::BlindValue& value : values_of(person)) {
        if (!std::binary_search(tokens.begin(), tokens.end(), hasher.token(value))) continue;
        matched.insert(value.kind);
        found = true;
      }
      if (found) people.push_back({person.record->id, person.record->type, person.document});
    }
    if (!people.empty()) add_match(received, identity, std::move(people), matched, out);
  }
}

}  // namespace

std::string SpaceMatch::id() const { return key.substr(0, kIdDigits); }

bool SpaceMatch::is_open() const {
  return !decision || !decision->dismissed ||
         !std::includes(decision->evidence.begin(), decision->evidence.end(), evidence.begin(),
                        evidence.end());
}

Result<std::vector<SpaceMatch>> find_matches(Repository& repository, const Agreements& agreements,
                                             const SpaceFindings& space) {
  INSIEME_TRY_ASSIGN(const std::vector<ReceivedIndex> indexes, agreements.received());
  INSIEME_TRY_ASSIGN(const auto decisions, agreements.decisions());
  std::vector<SpaceMatch> out;
  for (const ReceivedIndex& received : indexes) {
    INSIEME_TRY_ASSIGN(const reports::BlindKey key, agreements.key(received.index.agreement));
    look_up(received, Scope(repository, received.organization), key, space, out);
  }
  for (SpaceMatch& match : out) {
    const auto decided = decisions.find(match.key);
    if (decided != decisions.end()) match.decision = decided->second;
  }
  std::sort(out.begin(), out.end(),
            [](const SpaceMatch& a, const SpaceMatch& b) { return a.key < b.key; });
  return out;
}

Result<BlindIndex> make_blind_index(Repository& repository, const SpaceFindings& space,
                                    const reports::BlindKey& key, const IndexRequest& request,
                                    const Random& random) {
  INSIEME_TRY(check_organization(organizations_of(repository), request.organization));
  BlindIndex out;
  out.agreement = request.agreement;
  out.from = request.from;
  out.ask = request.ask;
  out.key_id = key.id();
  out.origin = origin_of(key, repository.space().id, request.organization);
  out.made_ms = request.now_ms;
  random(out.salt);
  const Scope scope(repository, request.organization);
  const reports::BlindHasher hasher(key, out.salt);
  std::set<reports::BlindToken> tokens;
  for (const auto& [identity, people] : space.people) {
    for (const SpacePerson& person : people) {
      if (!scope.has(person)) continue;
      for (const reports::BlindValue& value : values_of(person)) tokens.insert(hasher.token(value));
    }
  }
  for (const std::size_t wanted = rounded(tokens.size()); tokens.size() < wanted;) {
    reports::BlindToken nobody{};
    random(nobody);
    tokens.insert(nobody);
  }
  if (tokens.size() > kBlindTokensMax) {
    return Error{ErrorCode::limit_exceeded,
                 "more than " + std::to_string(kBlindTokensMax) +
                     " tokens: make an index for each organization (--organization)"};
  }
  out.tokens.assign(tokens.begin(), tokens.end());
  return out;
}

Status check_not_own(Repository& repository, const BlindIndex& index, const reports::BlindKey& key,
                     const std::string& organization) {
  const Organizations all = organizations_of(repository);
  INSIEME_TRY(check_organization(all, organization));
  const sync::SpaceId space = repository.space().id;
  const auto made_here = [&](const std::string& name) {
    return origin_of(key, space, name) == index.origin;
  };
  bool own = made_here({});
  for (const auto& [name, above] : all) {
    const bool overlaps = is_within(all, name, organization) || is_within(all, organization, name);
    own = own || (overlaps && made_here(name));
  }
  if (!own) return {};
  return {ErrorCode::conflict,
          "this index was made here, of the same dossiers: each person would be found in it. Take "
          "the one that the other body made"};
}

}  // namespace insieme::server
