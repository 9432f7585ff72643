#include <algorithm>

#include "insieme/server/findings.hpp"
#include "insieme/server/reporting.hpp"
#include "reports/replay.hpp"
#include "reports/space_reader.hpp"

namespace insieme::server {
namespace {

constexpr const char* kEdgeType = "identity_edge";

using Whole = std::map<sync::RecordId, SpaceRecord>;

std::set<reports::IdentityEdge> edges_in(const Whole& whole) {
  std::vector<reports::EdgeCopy> copies;
  for (const auto& [id, one] : whole) {
    if (one.record.type == kEdgeType) copies.push_back({one.record.values, !one.active});
  }
  return reports::active_edges(copies);
}

/// Where the fields lie that an entry compares in a record.
void add_compared(const schema::Alike& alike, const SpaceRecord& one,
                  std::set<sync::DocumentId>& out) {
  out.insert({one.record.dossier, one.section});
  const schema::RecordType* type = server_bundle().find_type(one.record.type);
  for (const std::string& name : reports::fields_of(alike)) {
    const schema::Field* field = type->find_field(name);
    if (field != nullptr && field->section != type->section) {
      out.insert({one.record.dossier, field->section});
    }
  }
}

void add_all_parts(const SpaceRecord& one, std::set<sync::DocumentId>& out) {
  for (const std::string& section : one.sections) out.insert({one.record.dossier, section});
}

std::set<sync::DocumentId> rests_on(const reports::Finding& finding, const Whole& whole) {
  std::set<sync::DocumentId> out;
  for (const reports::FoundRecord& found : finding.records) {
    const SpaceRecord& one = whole.at(found.id);
    if (finding.alike != nullptr) {
      add_compared(*finding.alike, one, out);
    } else {
      add_all_parts(one, out);
    }
  }
  for (const sync::RecordId& id : finding.seen) {
    const auto one = whole.find(id);
    if (one != whole.end()) add_all_parts(one->second, out);
  }
  return out;
}

void add_people(SpaceFindings& out, const Whole& whole,
                const std::set<reports::IdentityEdge>& edges) {
  const schema::Bundle& bundle = schema::embedded_bundle();
  const reports::Identities said(edges);
  for (const schema::Alike& alike : bundle.alike) {
    if (alike.method != schema::AlikeMethod::people) continue;
    const reports::Identities known = reports::with_references({bundle, *out.records, said}, alike);
    for (const std::string& type : alike.types) {
      for (const schema::RuleRecord* record : out.records->all(type)) {
        const SpaceRecord& one = whole.at(record->id);
        out.people[known.of(record->id)].push_back({record, {record->dossier, one.section}});
      }
    }
  }
}

void note_cut(SpaceFindings& out) {
  std::map<std::string, std::size_t> counts;
  for (const SpaceFinding& one : out.all) {
    const schema::Alike* alike = one.finding.alike;
    if (alike == nullptr || alike->method != schema::AlikeMethod::overlap) continue;
    if (++counts[alike->name] >= reports::kOverlapsMax) out.cut.insert(alike->name);
  }
}

}  // namespace

Result<SpaceFindings> find_in_space(Repository& repository) {
  // The tablets' bundle: what only a server knows takes no part.
  const schema::Bundle& bundle = schema::embedded_bundle();
  const reports::NeededForFindings needed = reports::needed_for_findings(bundle);
  std::set<std::string> types = needed.types;
  types.insert(kEdgeType);
  SpaceReader reader(types);
  INSIEME_TRY(replay_documents(repository, reader.sections(),
                               [&](const sync::Document& document) { reader.read(document); }));
  const Whole whole = reader.take_all();
  const auto edges = edges_in(whole);
  std::map<std::string, std::vector<schema::RuleRecord>> active;
  for (const auto& [id, one] : whole) {
    if (one.active) active[one.record.type].push_back(one.record);
  }
  SpaceFindings out;
  INSIEME_TRY_ASSIGN(
      out.records,
      reports::Records::load(
          needed.types, [&](const std::string& type) -> Result<std::vector<schema::RuleRecord>> {
            return std::move(active[type]);
          }));
  for (reports::Finding& finding : reports::find_all(bundle, *out.records, edges)) {
    std::set<sync::DocumentId> documents = rests_on(finding, whole);
    out.all.push_back({std::move(finding), std::move(documents)});
  }
  note_cut(out);
  add_people(out, whole, edges);
  return out;
}

Knowers::Knowers(Repository& repository) : repository_(repository) {
  for (const User& user : repository.users()) {
    if (!user.disabled) accounts_.push_back(user.account);
  }
  std::sort(accounts_.begin(), accounts_.end());
}

bool Knowers::may_read(const std::string& account, const std::set<sync::DocumentId>& documents) {
  return std::all_of(documents.begin(), documents.end(), [&](const sync::DocumentId& document) {
    const auto [at, is_new] = known_.try_emplace({account, document.dossier});
    if (is_new) {
      auto standing = repository_.standing(account, document.dossier);
      if (standing.ok()) at->second = std::move(standing).value();
    }
    if (!at->second) return false;
    // A period that somebody keeps ends before what may have been compared.
    const SectionDecision decision = decide(*at->second, document.section);
    return decision.may != May::nothing && decision.rule != Rule::own_period;
  });
}

std::vector<std::string> Knowers::of(const std::set<sync::DocumentId>& documents) {
  std::vector<std::string> out;
  for (const std::string& account : accounts_) {
    if (may_read(account, documents)) out.push_back(account);
  }
  return out;
}

}  // namespace insieme::server
