#include "commands/records/plan.hpp"

#include <algorithm>

#include "commands/catalogue/lists.hpp"
#include "commands/records/marks.hpp"
#include "commands/records/rights.hpp"
#include "commands/records/signature.hpp"
#include "insieme/schema/own_values.hpp"
#include "insieme/schema/validate.hpp"
#include "insieme/sync/digest.hpp"
#include "insieme/sync/space_dossier.hpp"

namespace insieme::client::commands {
namespace {

/// What is being saved: an existing record, or one to come.
struct Target {
  const schema::RecordType* type = nullptr;
  sync::DossierId dossier;
  std::string main_section;
  sync::RecordId id;
  std::optional<Facets> existing;
  std::vector<std::string> natural_key;  ///< of a new record with one
  [[nodiscard]] RecordRef ref() const { return {{dossier, main_section}, type->name, id}; }
};

struct Edit {
  std::vector<std::string> changed;
  std::vector<std::string> left_contested;
  schema::RecordValues before;
  schema::RecordValues after;
};

Outcome<sync::DossierId> dossier_of(Context& context, const json::object& input,
                                    const std::optional<sync::DossierId>& new_dossier,
                                    Plan& plan) {
  const std::string named = text_at(input, "dossier");
  if (named.empty() && new_dossier) return *new_dossier;
  if (named.empty()) {
    return Failure("missing_argument", "Manca il fascicolo in cui salvare la scheda.",
                   "The dossier to save the record in is missing.", "dossier");
  }
  if (plan.named_dossier.given == named) return plan.named_dossier.id;
  INSIEME_OUT_ASSIGN(const DossierRef line, find_dossier(context, named));
  plan.named_dossier = {named, line.id};
  return line.id;
}

Outcome<std::string> section_asked(const schema::RecordType& type, const json::object& input) {
  const std::string named = text_at(input, "section");
  if (named.empty() || named == type.section) return type.section;
  const auto& others = type.also_sections;
  if (std::find(others.begin(), others.end(), named) != others.end()) return named;
  return Failure(
      "not_allowed", type.label.it + " non si tiene nella sezione " + quoted_it(named) + ".",
      type.label.en + " is not kept in the section " + quoted_en(named) + ".", "section");
}

Outcome<Target> existing_target(Context& context, std::string_view id) {
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, id));
  Target target;
  INSIEME_OUT_ASSIGN(target.existing, read_facets(context, ref));
  target.type = target.existing->type;
  if (target.type == nullptr) {
    return Failure(
        "unknown_type",
        "Questa versione del programma non conosce il tipo " + quoted_it(ref.type) + ".",
        "This version of the program does not know the type " + quoted_en(ref.type) + ".");
  }
  if (target.type->section == sync::kSpaceSection) {
    INSIEME_OUT(kept_space_dossier(context));
  }
  target.dossier = ref.document.dossier;
  // What is here may be a facet alone: its main part is on its way, or not given to this user.
  target.main_section = main_section_of(*target.type, ref.document.section);
  target.id = ref.id;
  return target;
}

/// The texts of the natural key that the fields of a new record give; empty if it has none.
Outcome<std::vector<std::string>> natural_key_of(Context& context, const schema::RecordType& type,
                                                 const json::object& fields) {
  std::vector<std::string> key;
  for (const std::string& name : type.natural_key) {
    const schema::Field* field = type.find_field(name);
    const json::value* input = nullptr;
    for (const auto& [given, value] : fields) {
      auto meant = find_field(type, std::string_view(given.data(), given.size()));
      if (meant.ok() && meant.value() == field) input = &value;
    }
    // An incomplete key is a missing required field: the rules will say so.
    if (field == nullptr || input == nullptr) return std::vector<std::string>{};
    INSIEME_OUT_ASSIGN(const sync::Value value, value_from_json(*field, *input, context.bundle()));
    key.push_back(json::serialize(to_json(value, field)));
  }
  return key;
}

Outcome<Target> new_target(Context& context, const json::object& input,
                           const std::optional<sync::DossierId>& new_dossier, Plan& plan) {
  const std::string type_name = text_at(input, "type");
  if (type_name.empty()) {
    return Failure("missing_argument",
                   "Manca il tipo della scheda nuova, o la scheda da modificare.",
                   "The type of the new record is missing, or the record to edit.", "type");
  }
  Target target;
  INSIEME_OUT_ASSIGN(target.type, find_type(context, type_name));
  if (target.type->retired) {
    return Failure("type_retired",
                   target.type->label.it + ": queste schede non si fanno più; quelle che ci sono "
                                           "si leggono e si correggono.",
                   target.type->label.en + ": such records are not made any more; those that are "
                                           "there can be read and corrected.",
                   "type");
  }
  if (target.type->section == sync::kSpaceSection) {
    INSIEME_OUT_ASSIGN(target.dossier, kept_space_dossier(context));
  } else {
    INSIEME_OUT_ASSIGN(target.dossier, dossier_of(context, input, new_dossier, plan));
  }
  INSIEME_OUT_ASSIGN(target.main_section, section_asked(*target.type, input));
  const json::value* fields = find(input, "fields");
  if (fields != nullptr && fields->is_object()) {
    INSIEME_OUT_ASSIGN(target.natural_key,
                       natural_key_of(context, *target.type, fields->as_object()));
  }
  const std::string given = text_at(input, "id");
  if (!given.empty()) {
    INSIEME_OUT_ASSIGN(target.id, sync::id_from_text<sync::RecordId>(given));
  } else if (!target.natural_key.empty()) {
    target.id =
        derived_id("insieme natural key v1", target.dossier, target.type->name, target.natural_key);
    if (new_dossier) plan.keyed.push_back({target.id, target.type->name, target.natural_key});
  } else {
    target.id = new_uuid7<sync::RecordId>(context.platform());
    return target;  // nothing can be here under it
  }
  auto there = context.store().locate(target.id);
  if (!there.ok()) {
    if (there.error().code != ErrorCode::not_found) return there.error();
    return target;
  }
  const json::value* upsert = find(input, "upsert");
  if (upsert == nullptr || !upsert->is_bool() || !upsert->as_bool()) {
    return Failure("already_exists",
                   target.type->label.it + ": questa scheda esiste già (" +
                       short_id(sync::to_text(target.id)) + "); si può modificare.",
                   target.type->label.en + ": this record exists already (" +
                       short_id(sync::to_text(target.id)) + "); edit it.",
                   "id");
  }
  return existing_target(context, sync::to_text(target.id));
}

void add_ops(const Target& target, const schema::Field& field, FieldTask& task,
             const sync::VersionVector& known, std::vector<sync::Operation>& ops) {
  const bool form_is_older = task.seen != nullptr && !task.seen->covers(known);
  for (sync::Action& action : task.actions) {
    sync::Operation& op = ops.emplace_back();
    op.record = target.id;
    op.type = target.type->name;
    op.field = field.name;
    op.action = std::move(action);
    if (!form_is_older) continue;
    op.context = *task.seen;
    op.context->meet(known);
  }
}

/// What may be minted of an escrow, all in all.
std::optional<std::uint64_t> limit_of(const schema::Field& field,
                                      const schema::RecordValues& values) {
  const auto found = values.find(field.mints);
  if (field.mints.empty() || found == values.end() || found->second.empty()) return std::nullopt;
  const auto* limit = std::get_if<std::int64_t>(&found->second.front());
  if (limit == nullptr || *limit < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*limit);
}

Failure retired_failure(const schema::Field& field) {
  return Failure("field_retired",
                 field.label.it + ": non si compila più; quel che dice resta leggibile.",
                 field.label.en + ": no longer filled in; what it says stays readable.",
                 field.name);
}

Check plan_fields(Context& context, const json::object& input, const Target& target,
                  const Versions* opened, Plan& plan, Edit& edit) {
  const json::value* fields = find(input, "fields");
  if (fields == nullptr || !fields->is_object()) return Done{};
  const json::value* bases = find(input, "base");
  const sync::VersionVector nothing;
  for (const auto& [given, value] : fields->as_object()) {
    const std::string_view name(given.data(), given.size());
    INSIEME_OUT_ASSIGN(const schema::Field* field, find_field(*target.type, name));
    const std::string section = section_of(*target.type, *field, target.main_section);
    const StoredRecord* part = target.existing ? target.existing->in_section(section) : nullptr;
    FieldTask task{context, *field, value, nullptr, part, nullptr, &plan, {}, {}, {}, false};
    if (bases != nullptr && bases->is_object()) task.base = find(bases->as_object(), name);
    if (opened != nullptr && part != nullptr) {
      const auto version = opened->find(section);
      task.seen = version != opened->end() ? &version->second : &nothing;
    }
    if (field->merge == schema::MergeKind::escrow) {
      task.limit = limit_of(*field, edit.after);
      INSIEME_OUT(plan_escrow(task, target.ref(), plan));
    } else if (field->merge == schema::MergeKind::list) {
      INSIEME_OUT(plan_position(task, target.ref()));
    } else {
      INSIEME_OUT(plan_field(task));
    }
    if (task.left_contested) edit.left_contested.push_back(field->name);
    if (task.actions.empty()) continue;
    if (field->retired) return retired_failure(*field);
    edit.changed.push_back(field->name);
    edit.after[field->name] = std::move(task.after);
    add_ops(target, *field, task, part != nullptr ? part->version : nothing,
            plan.ops_of({target.dossier, section}));
  }
  return Done{};
}

bool same_problem(const schema::Problem& a, const schema::Problem& b) {
  return a.field == b.field && a.rule == b.rule;
}

/// Errors that this edit makes or touches stop it. Those that were there before (a merge may leave
/// them) do not: nobody should have to mend a stranger's field to save their own.
Check check_rules(Context& context, const Target& target, const Edit& edit, Plan& plan) {
  std::vector<schema::Problem> found =
      schema::check_record(context.bundle(), *target.type, edit.after);
  std::vector<schema::Problem> before;
  if (target.existing) {
    before = schema::check_record(context.bundle(), *target.type, edit.before);
    const auto more = edit_problems(*target.type, edit.before, edit.after, edit.changed);
    found.insert(found.end(), more.begin(), more.end());
  }
  json::array errors;
  std::string it;
  std::string en;
  for (schema::Problem& problem : found) {
    const bool touched =
        std::find(edit.changed.begin(), edit.changed.end(), problem.field) != edit.changed.end();
    const bool old = std::any_of(before.begin(), before.end(), [&](const schema::Problem& other) {
      return same_problem(problem, other);
    });
    if (old && !touched) continue;
    json::object shown = to_json(problem, *target.type, context.language);
    if (problem.severity == schema::Severity::error) {
      it += (it.empty() ? "" : " ") + problem.message_it;
      en += (en.empty() ? "" : " ") + problem.message_en;
      errors.push_back(std::move(shown));
    } else {
      shown["record"] = sync::to_text(target.id);
      plan.warnings.push_back(std::move(shown));
    }
  }
  if (errors.empty()) return Done{};
  Failure failure("invalid_record", it, en);
  if (errors.size() == 1) failure.field = text_at(errors[0].as_object(), "field");
  failure.problems = std::move(errors);
  return failure;
}

json::object reply_of(Context& context, const Target& target, const Edit& edit,
                      const json::storage_ptr& memory) {
  json::object out(memory);
  out.reserve(9);
  const std::string id = sync::to_text(target.id);
  out["id"] = id;
  out["short"] = short_id(id);
  out["type"] = target.type->name;
  out["dossier"] = sync::to_text(target.dossier);
  out["section"] = target.main_section;
  out["title"] = schema::record_title(context.bundle(), *target.type, edit.after, context.language);
  out["created"] = !target.existing.has_value();
  json::array changed(memory);
  changed.reserve(edit.changed.size());
  for (const std::string& name : edit.changed) changed.emplace_back(name);
  out["changed"] = std::move(changed);
  if (!edit.left_contested.empty()) {
    json::array left;
    for (const std::string& name : edit.left_contested) left.emplace_back(name);
    out["contested"] = std::move(left);
  }
  return out;
}

}  // namespace

std::vector<sync::Operation>& Plan::ops_of(const sync::DocumentId& document) {
  for (DocumentOps& one : documents) {
    if (one.document == document) return one.ops;
  }
  documents.push_back({document, {}});
  return documents.back().ops;
}

Check plan_record(Context& context, const json::object& input,
                  const std::optional<sync::DossierId>& new_dossier, Plan& plan) {
  const std::string id = text_at(input, "record");
  INSIEME_OUT_ASSIGN(Target target, id.empty() ? new_target(context, input, new_dossier, plan)
                                               : existing_target(context, id));
  if (const std::string name = text_at(input, "as"); !name.empty()) {
    plan.names[name.front() == '@' ? name : "@" + name] = target.id;
  }
  Versions opened;
  const std::string token = text_at(input, "version");
  if (!token.empty()) {
    auto versions = versions_from_token(token);
    if (!versions.ok()) {
      return Failure("invalid_argument", "Il campo version non è quello letto con la scheda.",
                     "The version is not the one that was read with the record.", "version");
    }
    opened = std::move(versions).value();
  }
  Edit edit;
  if (target.existing) edit.before = shown_values(*target.existing);
  edit.after = edit.before;
  INSIEME_OUT(plan_fields(context, input, target, token.empty() ? nullptr : &opened, plan, edit));
  if (!target.existing && edit.changed.empty()) {
    return Failure("empty_record", target.type->label.it + ": la scheda è vuota.",
                   target.type->label.en + ": the record is empty.");
  }
  if (target.type->name == schema::kOwnValueType) {
    INSIEME_OUT(check_own_value(context, edit.after));
  }
  INSIEME_OUT(check_rules(context, target, edit, plan));
  const Facets* facets = target.existing ? &*target.existing : nullptr;
  INSIEME_OUT(plan_minting(context, target.ref(), *target.type, facets, edit.after, edit.changed,
                           plan));
  if (!target.existing) {
    INSIEME_OUT(plan_entry(context, target.ref(), *target.type, edit.after, plan));
    INSIEME_OUT(plan_signature(context, target.ref(), edit.after, plan));
  }
  INSIEME_OUT(plan_closure(context, *target.type, target.ref(), facets, edit.before, edit.after,
                           token.empty() ? nullptr : &opened, plan));
  if (const std::string draft = text_at(input, "draft"); !draft.empty()) {
    plan.drafts_to_drop.push_back(draft);
  }
  plan.records.push_back(reply_of(context, target, edit, plan.records.storage()));
  if (!edit.changed.empty()) {
    INSIEME_OUT(plan_marks(context, *target.type, target.ref(), edit.after,
                           token.empty() ? nullptr : &opened, plan));
    const auto as_record = [&target](schema::RecordValues values) {
      return schema::RuleRecord{target.id, target.type->name, target.dossier, std::move(values)};
    };
    PlannedRecord planned{std::nullopt, as_record(std::move(edit.after)),
                          std::move(edit.changed)};
    if (target.existing) planned.before = as_record(std::move(edit.before));
    plan.judged.push_back(std::move(planned));
  }
  return Done{};
}

Check carry_out(Plan& plan, Writer& writer) {
  for (DocumentOps& document : plan.documents) {
    if (document.ops.empty()) continue;
    const Status added = writer.add(document.document, std::move(document.ops));
    if (!added.ok()) return added.error();
  }
  for (const std::string& draft : plan.drafts_to_drop) INSIEME_OUT(writer.drop_draft(draft));
  return Done{};
}

void settle(Plan& plan, const sync::DossierId& provisional, const sync::DossierId& real) {
  std::map<sync::RecordId, sync::RecordId> ids;
  for (const KeyedId& keyed : plan.keyed) {
    ids[keyed.provisional] = derived_id("insieme natural key v1", real, keyed.type, keyed.key);
  }
  const auto settled = [&ids](sync::RecordId& id) {
    if (const auto found = ids.find(id); found != ids.end()) id = found->second;
  };
  const auto settle_value = [&settled](sync::Value& value) {
    if (auto* reference = std::get_if<sync::Reference>(&value)) settled(reference->record);
  };
  for (DocumentOps& document : plan.documents) {
    if (document.document.dossier == provisional) document.document.dossier = real;
    for (sync::Operation& op : document.ops) {
      settled(op.record);
      if (auto* write = std::get_if<sync::WriteOp>(&op.action)) settle_value(write->value);
      if (auto* add = std::get_if<sync::AddOp>(&op.action)) settle_value(add->element);
    }
  }
  for (json::value& record : plan.records) {
    json::object& shown = record.as_object();
    if (text_at(shown, "dossier") == sync::to_text(provisional)) {
      shown["dossier"] = sync::to_text(real);
    }
    const auto id = sync::id_from_text<sync::RecordId>(text_at(shown, "id"));
    if (!id.ok() || ids.find(id.value()) == ids.end()) continue;
    const std::string text = sync::to_text(ids[id.value()]);
    shown["id"] = text;
    shown["short"] = short_id(text);
  }
}

sync::RecordId derived_id(std::string_view domain, const sync::DossierId& dossier,
                          std::string_view type, const std::vector<std::string>& key) {
  sync::Hasher hasher(domain);
  hasher.add(dossier.bytes).add(type);
  for (const std::string& part : key) hasher.add(part);
  const sync::Digest digest = hasher.finish();
  sync::RecordId id;
  std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  // RFC 9562 §5.8: version 8, made by a rule of our own.
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x80);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

}  // namespace insieme::client::commands
