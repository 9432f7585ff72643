#include "commands/records/marks.hpp"

#include <algorithm>
#include <map>

#include "insieme/sync/closure.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kPage = 1'000;

/// Which records say what of their dossier. Edges between two dossiers do, too (same.cpp).
struct Marking {
  std::string_view type;
  sync::MarkReason reason;
  std::string_view field;  ///< empty: as soon as there is such a record
  std::string_view value;
};
constexpr Marking kMarkings[] = {
    {"case", sync::MarkReason::closed, "state", "chiuso"},
    {"case_transfer", sync::MarkReason::transferred, {}, {}},
    {"hand_over", sync::MarkReason::handed_over, "state", "accettata"},
};

const Marking* marking_of(const schema::RecordType& type) noexcept {
  for (const Marking& marking : kMarkings) {
    if (marking.type == type.name) return &marking;
  }
  return nullptr;
}

bool stands(const Marking& marking, const schema::RecordValues& values) {
  if (marking.field.empty()) return true;
  const auto found = values.find(std::string(marking.field));
  if (found == values.end() || found->second.empty()) return false;
  const auto* code = std::get_if<std::string>(&found->second.front());
  return code != nullptr && *code == marking.value;
}

RecordRef marks_of(const sync::DocumentId& document) {
  return {document, std::string(sync::kMarksType), sync::marks_record(document.dossier)};
}

void add_op(const sync::DocumentId& document, sync::Action action, Plan& plan) {
  plan.ops_of(document).push_back({sync::marks_record(document.dossier),
                                   std::string(sync::kMarksType), std::string(sync::kMarksField),
                                   std::move(action), {}});
}

/// Sections that are held here; none of a dossier that this very act opens: nobody else has
/// anything of it that they could not know of.
Outcome<std::vector<std::string>> held_sections(Context& context, const sync::DossierId& dossier) {
  auto held = context.store().dossier(dossier);
  if (held.ok()) return std::move(held->sections);
  if (held.error().code == ErrorCode::not_found) return std::vector<std::string>{};
  return held.error();
}

Outcome<std::optional<sync::RecordState>> marks_in_section(Context& context,
                                                           const sync::DocumentId& document) {
  auto record = context.store().record(marks_of(document));
  if (record.ok()) return std::optional(std::move(record->state));
  if (record.error().code == ErrorCode::not_found) return std::optional<sync::RecordState>{};
  return record.error();
}

/// What is here of each section. Any record tells of its whole document.
Outcome<std::map<std::string, sync::VersionVector>> versions_of(Context& context,
                                                                const sync::DossierId& dossier) {
  std::map<std::string, sync::VersionVector> versions;
  const auto look = [&](const RecordRef& ref) -> Check {
    if (versions.count(ref.document.section) != 0) return Done{};
    auto record = context.store().record(ref);
    if (record.ok()) {
      versions[ref.document.section] = std::move(record->version);
    } else if (record.error().code != ErrorCode::not_found) {
      return record.error();
    }
    return Done{};
  };
  INSIEME_OUT_ASSIGN(const auto sections, held_sections(context, dossier));
  for (const std::string& section : sections) INSIEME_OUT(look(marks_of({dossier, section})));
  ListQuery query;
  query.dossier = dossier;
  query.retracted_too = true;
  query.limit = kPage;
  while (versions.size() < sections.size()) {
    INSIEME_OUT_ASSIGN(const auto lines, context.store().list(query));
    for (const RecordLine& line : lines) INSIEME_OUT(look(line.ref));
    if (lines.size() < kPage) break;
    query.offset += lines.size();
  }
  for (const std::string& section : sections) versions.try_emplace(section);
  return versions;
}

/// A dossier is closed once nothing of its kind is open: a family may come back with another case.
Outcome<bool> another_is_open(Context& context, const Marking& marking, const RecordRef& ref) {
  ListQuery query;
  query.type = std::string(marking.type);
  query.dossier = ref.document.dossier;
  query.limit = kPage;
  INSIEME_OUT_ASSIGN(const auto lines, context.store().list(query));
  for (const RecordLine& line : lines) {
    if (line.ref.id == ref.id) continue;
    INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, line.ref));
    if (!stands(marking, shown_values(facets))) return true;
  }
  return false;
}

}  // namespace

Check add_marks(Context& context, const DossierAct& act, const Versions* opened, Plan& plan) {
  INSIEME_OUT_ASSIGN(const auto home, marks_in_section(context, {act.dossier, act.home}));
  const auto there = sync::marks_in(home ? &*home : nullptr);
  if (there.find(act.reason, act.subject) != nullptr) return Done{};
  INSIEME_OUT_ASSIGN(const auto versions, versions_of(context, act.dossier));
  const sync::ReplicaId& self = context.store().identity().replica;
  for (const auto& entry : versions) {
    const std::string& section = entry.first;
    sync::VersionVector seen = entry.second;
    const std::uint64_t own = seen[self];
    if (opened != nullptr) {
      const auto form = opened->find(section);
      if (form != opened->end()) seen.meet(form->second);
    }
    seen.raise(self, own);
    add_op({act.dossier, section},
           sync::AddOp{sync::mark_value({act.reason, act.subject, act.home, seen})}, plan);
  }
  return Done{};
}

Check take_marks_back(Context& context, const sync::DossierId& dossier, sync::MarkReason reason,
                      const std::optional<sync::RecordId>& subject, Plan& plan) {
  INSIEME_OUT_ASSIGN(const auto sections, held_sections(context, dossier));
  for (const std::string& section : sections) {
    const sync::DocumentId document{dossier, section};
    INSIEME_OUT_ASSIGN(const auto record, marks_in_section(context, document));
    const sync::FieldState* field = record ? record->field(sync::kMarksField) : nullptr;
    if (field == nullptr) continue;
    for (const sync::SetMember& member : field->members) {
      const auto mark = sync::mark_of_value(member.element);
      const bool meant =
          mark && mark->reason == reason && (!subject || mark->subject == *subject);
      if (meant) add_op(document, sync::RemoveOp{member.element}, plan);
    }
  }
  return Done{};
}

bool marks_dossier(const schema::RecordType& type) noexcept { return marking_of(type) != nullptr; }

bool marks_dossier_by(const schema::RecordType& type, std::string_view field) noexcept {
  const Marking* marking = marking_of(type);
  return marking != nullptr && !field.empty() && marking->field == field;
}

Check plan_marks(Context& context, const schema::RecordType& type, const RecordRef& ref,
                 const schema::RecordValues& after, const Versions* opened, Plan& plan) {
  const Marking* marking = marking_of(type);
  if (marking == nullptr) return Done{};
  const sync::DossierId& dossier = ref.document.dossier;
  const bool closes = marking->reason == sync::MarkReason::closed;
  if (!stands(*marking, after)) {
    std::optional<sync::RecordId> subject;
    if (!closes) subject = ref.id;
    return take_marks_back(context, dossier, marking->reason, subject, plan);
  }
  if (closes) {
    INSIEME_OUT_ASSIGN(const bool open, another_is_open(context, *marking, ref));
    if (open) return Done{};
  }
  return add_marks(context, {dossier, marking->reason, ref.id, ref.document.section}, opened,
                   plan);
}

Check plan_marks_of_life(Context& context, const Facets& facets, sync::Lifecycle wanted,
                         Plan& plan) {
  if (facets.type == nullptr) return Done{};
  if (wanted == sync::Lifecycle::retracted) return plan_marks_of_leaving(context, facets, plan);
  return plan_marks(context, *facets.type, facets.main, shown_values(facets), nullptr, plan);
}

Check plan_marks_of_leaving(Context& context, const Facets& facets, Plan& plan) {
  const Marking* marking = facets.type == nullptr ? nullptr : marking_of(*facets.type);
  if (marking == nullptr) return Done{};
  return take_marks_back(context, facets.main.document.dossier, marking->reason, facets.main.id,
                         plan);
}

Outcome<std::vector<sync::DocumentMarks::Group>> acts_before(Context& context,
                                                             const OpenItem& item) {
  std::vector<sync::DocumentMarks::Group> acts;
  if (item.item.kind != sync::ItemKind::edited_after_closure) return acts;
  INSIEME_OUT_ASSIGN(const auto marks, marks_in_section(context, item.ref.document));
  if (!marks) return acts;
  return sync::edits_after_marks(*item.record, sync::marks_in(&*marks)).groups;
}

std::string_view act_words(sync::MarkReason reason, schema::Language language) {
  const bool it = language == schema::Language::it;
  switch (reason) {
    case sync::MarkReason::closed:
      return it ? "era stato chiuso" : "had been closed";
    case sync::MarkReason::merged:
      return it ? "era stato unito a un altro" : "had been merged with another";
    case sync::MarkReason::transferred:
      return it ? "era stato trasferito a un altro ente" : "had been transferred to another body";
    case sync::MarkReason::handed_over:
      return it ? "era passato a un'altra persona" : "had been handed over to another person";
  }
  return it ? "non era più com'era" : "was not any more as it had been";
}

std::string_view name_of(sync::MarkReason reason) noexcept {
  switch (reason) {
    case sync::MarkReason::closed:
      return "closed";
    case sync::MarkReason::merged:
      return "merged";
    case sync::MarkReason::transferred:
      return "transferred";
    case sync::MarkReason::handed_over:
      return "handed_over";
  }
  return "other";
}

bool is_own_field(std::string_view name) noexcept {
  return name == sync::kClosureField || name == sync::kKnowingField || name == sync::kMarksField;
}

}  // namespace insieme::client::commands
