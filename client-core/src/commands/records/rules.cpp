// Rules about changing a record, as opposed to rules about what it holds (schema::check_record).
#include <algorithm>

#include "commands/records/plan.hpp"
#include "insieme/sync/closure.hpp"

namespace insieme::client::commands {
namespace {

const sync::Value* first_of(const schema::RecordValues& values, const std::string& field) {
  const auto found = values.find(field);
  if (found == values.end() || found->second.empty()) return nullptr;
  const sync::Value& value = found->second.front();
  const auto* text = std::get_if<std::string>(&value);
  const bool empty =
      std::holds_alternative<sync::Null>(value) || (text != nullptr && text->empty());
  return empty ? nullptr : &value;
}

std::string code_of(const sync::Value* value) {
  if (value == nullptr) return {};
  if (const auto* flag = std::get_if<bool>(value)) return *flag ? "true" : "false";
  const auto* text = std::get_if<std::string>(value);
  return text != nullptr ? *text : std::string();
}

bool holds(const schema::Condition& condition, const schema::RecordValues& values) {
  const std::string code = code_of(first_of(values, condition.field));
  return std::find(condition.values.begin(), condition.values.end(), code) !=
         condition.values.end();
}

schema::Problem problem(const std::string& field, const char* rule, std::string it,
                        std::string en) {
  return {field, schema::Severity::error, rule, std::move(it), std::move(en)};
}

void check_field(const schema::Field& field, const schema::RecordValues& before,
                 const schema::RecordValues& after, std::vector<schema::Problem>& problems) {
  const sync::Value* old_value = first_of(before, field.name);
  if (old_value == nullptr) return;
  if (field.write_once) {
    problems.push_back(problem(field.name, "write_once",
                               field.label.it + ": una volta scritto non si cambia.",
                               field.label.en + ": once written it is not changed."));
    return;
  }
  const std::string from = code_of(old_value);
  const std::string to = code_of(first_of(after, field.name));
  if (to.empty() || field.transitions.empty() || field.allows_transition(from, to)) return;
  problems.push_back(problem(
      field.name, "transition",
      field.label.it + ": da " + quoted_it(from) + " non si passa a " + quoted_it(to) + ".",
      field.label.en + ": " + quoted_en(from) + " is not followed by " + quoted_en(to) + "."));
}

/// Where a part of the record may come to lie, also one that somebody else is about to write: of a
/// dossier that is here, its sections; of one that is being opened, those that are written.
Outcome<std::vector<std::string>> sections_of(Context& context, const schema::RecordType& type,
                                              const RecordRef& ref, const Plan& plan) {
  std::vector<std::string> held;
  auto dossier = context.store().dossier(ref.document.dossier);
  if (dossier.ok()) {
    held = std::move(dossier->sections);
  } else if (dossier.error().code == ErrorCode::not_found) {
    for (const DocumentOps& written : plan.documents) held.push_back(written.document.section);
  } else {
    return dossier.error();
  }
  std::vector<std::string> of_type = type.facet_sections();
  std::replace(of_type.begin(), of_type.end(), type.section, ref.document.section);
  std::erase_if(held, [&](const std::string& section) {
    return std::find(of_type.begin(), of_type.end(), section) == of_type.end();
  });
  return held;
}

/// What of the part's newest edits was in the form; without one, all of them.
sync::VersionVector seen_of(const StoredRecord* part, const Versions* opened) {
  sync::VersionVector seen;
  if (part == nullptr) return seen;
  if (opened == nullptr) return part->state.last_edits;
  const auto version = opened->find(part->ref.document.section);
  if (version == opened->end()) return seen;
  for (const auto& entry : part->state.last_edits.entries()) {
    const bool shown = version->second.contains(entry.replica, entry.seq);
    if (shown) seen.raise(entry.replica, entry.seq);
  }
  return seen;
}

}  // namespace

Check plan_closure(Context& context, const schema::RecordType& type, const RecordRef& ref,
                   const Facets* facets, const schema::RecordValues& before,
                   const schema::RecordValues& after, const Versions* opened, Plan& plan) {
  if (!type.immutable_after) return Done{};
  const auto mark = [&](const std::string& section, sync::Action action) {
    plan.ops_of({ref.document.dossier, section})
        .push_back({ref.id, type.name, std::string(sync::kClosureField), std::move(action), {}});
  };
  if (!holds(*type.immutable_after, after)) {
    if (facets == nullptr) return Done{};
    for (const StoredRecord& part : facets->parts) {
      const sync::FieldState* closed = part.state.field(sync::kClosureField);
      if (closed == nullptr) continue;
      for (const sync::SetMember& member : closed->members) {
        mark(part.ref.document.section, sync::RemoveOp{member.element});
      }
    }
    return Done{};
  }
  if (facets != nullptr && holds(*type.immutable_after, before)) return Done{};
  INSIEME_OUT_ASSIGN(const auto sections, sections_of(context, type, ref, plan));
  for (const std::string& section : sections) {
    const StoredRecord* part = facets != nullptr ? facets->in_section(section) : nullptr;
    mark(section, sync::AddOp{sync::closure_value(seen_of(part, opened))});
  }
  return Done{};
}

std::vector<schema::Problem> edit_problems(const schema::RecordType& type,
                                           const schema::RecordValues& before,
                                           const schema::RecordValues& after,
                                           const std::vector<std::string>& changed) {
  std::vector<schema::Problem> problems;
  if (changed.empty()) return problems;
  if (type.append_only) {
    problems.push_back(problem({}, "append_only",
                               type.label.it + ": non si modifica; si aggiunge una rettifica.",
                               type.label.en + ": not edited; add a record that corrects it."));
    return problems;
  }
  if (type.immutable_after && holds(*type.immutable_after, before)) {
    for (const std::string& name : changed) {
      if (name == type.immutable_after->field) continue;
      const schema::Field* field = type.find_field(name);
      const schema::Field* lock = type.find_field(type.immutable_after->field);
      const std::string label_it = field != nullptr ? field->label.it : name;
      const std::string label_en = field != nullptr ? field->label.en : name;
      const std::string lock_it = lock != nullptr ? lock->label.it : type.immutable_after->field;
      const std::string lock_en = lock != nullptr ? lock->label.en : type.immutable_after->field;
      problems.push_back(problem(
          name, "immutable", label_it + ": la scheda è chiusa alle modifiche (" + lock_it + ").",
          label_en + ": the record is closed to changes (" + lock_en + ")."));
    }
  }
  for (const std::string& name : changed) {
    if (const schema::Field* field = type.find_field(name)) {
      check_field(*field, before, after, problems);
    }
  }
  return problems;
}

}  // namespace insieme::client::commands
