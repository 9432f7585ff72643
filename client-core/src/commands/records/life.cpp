// record.retract and record.restore.
#include "commands/records/marks.hpp"
#include "commands/table.hpp"
#include "insieme/sync/space_dossier.hpp"

namespace insieme::client::commands {
namespace {

/// One operation on every part of the record, so that no facet outlives it.
Outcome<Plan> plan_life(Context& context, const sync::Action& action, sync::Lifecycle wanted) {
  Plan plan;
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
  INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, ref));
  if (facets.type != nullptr && facets.type->spends) {
    return Failure("not_allowed",
                   facets.type->label.it +
                       ": non si annulla, si storna con un'altra che rimanda a questa.",
                   facets.type->label.en +
                       ": this is not retracted but reversed, by another one that refers to it.",
                   "record");
  }
  // What a code meant stays readable wherever it was used.
  const bool goes = wanted == sync::Lifecycle::retracted;
  if (goes && facets.type != nullptr && facets.type->section == sync::kSpaceSection) {
    return Failure("not_allowed", "Una voce di elenco non si annulla: si ritira dall'uso.",
                   "A value of a list is not retracted: it is taken out of use.", "record");
  }
  Versions opened;
  if (context.has("version")) {
    INSIEME_OUT_ASSIGN(opened, versions_from_token(context.text("version")));
  }
  bool changed = false;
  for (const StoredRecord& part : facets.parts) {
    const bool contested = !part.state.retractions.empty() && !part.state.restores.empty();
    if (part.state.lifecycle() == wanted && !contested &&
        (wanted == sync::Lifecycle::retracted || part.state.retractions.empty())) {
      continue;
    }
    sync::Operation op{ref.id, ref.type, {}, action, {}};
    const auto seen = opened.find(part.ref.document.section);
    if (seen != opened.end() && !seen->second.covers(part.version)) {
      op.context = seen->second;
      op.context->meet(part.version);
    }
    plan.ops_of(part.ref.document).push_back(std::move(op));
    changed = true;
  }
  if (changed) INSIEME_OUT(plan_marks_of_life(context, facets, wanted, plan));
  json::object out;
  out["id"] = sync::to_text(ref.id);
  out["short"] = short_id(sync::to_text(ref.id));
  out["title"] = facets.first().title;
  out["lifecycle"] = wanted == sync::Lifecycle::retracted ? "retracted" : "active";
  out["changed"] = changed;
  plan.records.push_back(std::move(out));
  return plan;
}

Outcome<json::object> perform(Context& context, const sync::Action& action,
                              sync::Lifecycle wanted) {
  Outcome<Plan> plan = plan_life(context, action, wanted);
  return once(context, [&plan](Writer& writer) -> Outcome<json::object> {
    if (!plan.ok()) return plan.error();
    INSIEME_OUT(carry_out(plan.value(), writer));
    return json::object{{"record", plan->records[0]}};
  });
}

Outcome<json::object> retract(Context& context) {
  return perform(context, sync::RetractOp{}, sync::Lifecycle::retracted);
}
Outcome<json::object> restore(Context& context) {
  return perform(context, sync::RestoreOp{}, sync::Lifecycle::active);
}

}  // namespace

std::vector<CommandSpec> life_commands() {
  return {
      {"record.retract",
       Writes::yes,
       "Annulla una scheda. Non cancella nulla: si può ripristinare.",
       "Retracts a record. Nothing is erased: it can be restored.",
       {{"record", ArgKind::id, true, "la scheda", "the record"},
        {"version", ArgKind::text, false, "version letta con record.get",
         "version read with record.get"}},
       "record (id, short, title, lifecycle, changed)",
       R"({"command": "record.retract", "request_id": "r-2", "record": "5f3a9c01"})",
       retract},
      {"record.restore",
       Writes::yes,
       "Ripristina una scheda annullata.",
       "Restores a retracted record.",
       {{"record", ArgKind::id, true, "la scheda", "the record"},
        {"version", ArgKind::text, false, "version letta con record.get",
         "version read with record.get"}},
       "record (id, short, title, lifecycle, changed)",
       R"({"command": "record.restore", "request_id": "r-3", "record": "5f3a9c01"})",
       restore},
  };
}

}  // namespace insieme::client::commands
