#include <algorithm>
#include <set>
#include <tuple>

#include "commands/exchange/archive.hpp"
#include "commands/records/identities.hpp"
#include "commands/records/record_source.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kPage = 1'000;
constexpr const char* kMember = "member";
constexpr const char* kPerson = "person";

bool before(const RecordRef& a, const RecordRef& b) {
  const auto key = [](const RecordRef& ref) {
    return std::tie(ref.document.section, ref.type, ref.id);
  };
  return key(a) < key(b);
}

/// Of the sections of its kind of dossier, those that are not held here.
std::vector<std::string> not_held(const schema::Bundle& bundle, const DossierLine& line) {
  std::vector<std::string> out;
  const schema::RecordType* root = bundle.find_type(line.root_type);
  const schema::Section* home = root == nullptr ? nullptr : bundle.find_section(root->section);
  for (const schema::Section& section : bundle.sections) {
    const bool of_kind = home != nullptr && section.dossier == home->dossier;
    const bool held = std::find(line.sections.begin(), line.sections.end(), section.name) !=
                      line.sections.end();
    if (of_kind && !held) out.push_back(section.name);
  }
  return out;
}

Outcome<ArchivedDossier> whole(Context& context, const DossierLine& line) {
  ArchivedDossier out{
      line.id, line.root_type, {}, {}, not_held(context.bundle(), line), line.title};
  ListQuery query;
  query.dossier = line.id;
  query.retracted_too = true;
  query.limit = kPage;
  while (true) {
    INSIEME_OUT_ASSIGN(const auto lines, context.store().list(query));
    for (const RecordLine& one : lines) {
      // A facet is listed in the words of its own document.
      out.parts.push_back(one.ref);
      if (one.ref.type == line.root_type && out.root.is_nil()) out.root = one.ref.id;
    }
    if (lines.size() < kPage) break;
    query.offset += lines.size();
  }
  std::sort(out.parts.begin(), out.parts.end(), before);
  return out;
}

/// The records that are the same person as `record`, members of households and persons.
Outcome<std::set<sync::RecordId>> one_person(Context& context, const RecordRef& record) {
  INSIEME_OUT_ASSIGN(const auto edges, identity_edges(context));
  Identities identities(edges);
  std::set<sync::RecordId> all{record.id};
  ListQuery query;
  query.type = kMember;
  query.limit = kPage;
  while (context.bundle().find_type(kMember) != nullptr) {
    INSIEME_OUT_ASSIGN(const auto lines, context.store().list(query));
    for (const RecordLine& line : lines) {
      INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, line.ref));
      const schema::RuleRecord member = rule_record(facets);
      all.insert(member.id);
      const auto person = member.values.find(kPerson);
      if (person == member.values.end() || person->second.empty()) continue;
      const auto* reference = std::get_if<sync::Reference>(&person->second.front());
      if (reference == nullptr) continue;
      identities.join(member.id, reference->record);
      all.insert(reference->record);
    }
    if (lines.size() < kPage) break;
    query.offset += lines.size();
  }
  for (const auto& [a, b] : edges) all.insert({a, b});
  std::set<sync::RecordId> out;
  for (const sync::RecordId& id : all) {
    if (identities.of(id) == identities.of(record.id)) out.insert(id);
  }
  return out;
}

/// About other people of the household, and not about this one.
bool about_others(const schema::RuleRecord& record, const std::set<sync::RecordId>& person,
                  const std::set<sync::RecordId>& others) {
  if (others.count(record.id) != 0) return true;
  bool named = false;
  for (const auto& [field, values] : record.values) {
    for (const sync::Value& value : values) {
      const auto* reference = std::get_if<sync::Reference>(&value);
      if (reference == nullptr) continue;
      if (person.count(reference->record) != 0) return false;
      named = named || others.count(reference->record) != 0;
    }
  }
  return named;
}

Outcome<ArchivedDossier> without_others(Context& context, ArchivedDossier dossier,
                                        const std::set<sync::RecordId>& person) {
  std::set<sync::RecordId> others;
  for (const RecordRef& ref : dossier.parts) {
    if (ref.type == kMember && person.count(ref.id) == 0) others.insert(ref.id);
  }
  std::vector<RecordRef> kept;
  for (const RecordRef& ref : dossier.parts) {
    INSIEME_OUT_ASSIGN(const RecordRef main, context.store().locate(ref.id));
    INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, main));
    if (!about_others(rule_record(facets), person, others)) kept.push_back(ref);
  }
  dossier.parts = std::move(kept);
  return dossier;
}

}  // namespace

Outcome<std::vector<ArchivedDossier>> archive_all(Context& context,
                                                  const std::optional<sync::DossierId>& only) {
  INSIEME_OUT_ASSIGN(const auto dossiers, context.store().dossiers());
  std::vector<ArchivedDossier> out;
  for (const DossierLine& line : dossiers) {
    if (only && line.id != *only) continue;
    INSIEME_OUT_ASSIGN(ArchivedDossier one, whole(context, line));
    if (!one.root.is_nil()) out.push_back(std::move(one));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.root < b.root; });
  return out;
}

Outcome<std::vector<ArchivedDossier>> archive_of_person(Context& context, const RecordRef& record) {
  if (record.type != kMember && record.type != kPerson) {
    return Failure("invalid_argument", "Serve una persona, o un componente di un nucleo.",
                   "A person is needed, or a member of a household.", "person");
  }
  INSIEME_OUT_ASSIGN(const std::set<sync::RecordId> person, one_person(context, record));
  INSIEME_OUT_ASSIGN(std::vector<ArchivedDossier> all, archive_all(context, std::nullopt));
  std::vector<ArchivedDossier> out;
  for (ArchivedDossier& dossier : all) {
    const bool concerned =
        std::any_of(dossier.parts.begin(), dossier.parts.end(),
                    [&](const RecordRef& ref) { return person.count(ref.id) != 0; });
    if (!concerned) continue;
    INSIEME_OUT_ASSIGN(ArchivedDossier one, without_others(context, std::move(dossier), person));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace insieme::client::commands
