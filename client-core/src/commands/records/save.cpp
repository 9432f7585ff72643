// record.save: creating and editing, one record or several in one act.
#include "commands/records/plan.hpp"
#include "commands/table.hpp"

namespace insieme::client::commands {
namespace {

Outcome<Plan> plan_all(Context& context) {
  Plan plan(context.args.storage());
  const json::array* several = context.list("records");
  if (several == nullptr) {
    INSIEME_OUT(plan_record(context, context.args, {}, plan));
    INSIEME_OUT(judge_act(context, plan));
    return plan;
  }
  std::size_t number = 0;
  for (const json::value& one : *several) {
    ++number;
    if (!one.is_object()) {
      return Failure("invalid_argument", "records deve contenere oggetti.",
                     "records must hold objects.", "records");
    }
    auto planned = plan_record(context, one.as_object(), {}, plan);
    if (!planned.ok()) {
      Failure failure = planned.error();
      failure.it = "Scheda " + std::to_string(number) + ": " + failure.it;
      failure.en = "Record " + std::to_string(number) + ": " + failure.en;
      return failure;
    }
  }
  INSIEME_OUT(judge_act(context, plan));
  return plan;
}

Outcome<json::object> save(Context& context) {
  // Planned before the act, but a repeated request must get its first reply even if it could not be
  // planned any more.
  Outcome<Plan> plan = plan_all(context);
  const Act act = [&plan, &context](Writer& writer) -> Outcome<json::object> {
    if (!plan.ok()) return plan.error();
    INSIEME_OUT(carry_out(plan.value(), writer));
    json::object out(context.args.storage());
    out["records"] = std::move(plan->records);
    out["warnings"] = std::move(plan->warnings);
    return out;
  };
  auto done = once(context, act, {}, &context.said);
  if (!done.ok()) return done;
  // Behind the act: the answer that is kept for a repetition need not say it twice.
  const json::value* records = find(done.value(), "records");
  const json::array* list = records != nullptr ? records->if_array() : nullptr;
  if (list == nullptr || list->size() != 1) return done;
  json::value only(list->front());
  done.value()["record"] = std::move(only);
  return done;
}

}  // namespace

std::vector<CommandSpec> save_commands() {
  return {
      {"record.save",
       Writes::yes,
       "Crea una scheda o ne modifica i campi cambiati. Tutto o niente, con un solo salvataggio.",
       "Creates a record, or edits the fields that changed. All or nothing, in one save.",
       {{"record", ArgKind::id, false, "scheda da modificare", "record to edit"},
        {"type", ArgKind::text, false, "tipo della scheda nuova", "type of a new record"},
        {"dossier", ArgKind::id, false, "fascicolo della scheda nuova", "dossier of a new record"},
        {"section", ArgKind::text, false, "sezione, se il tipo ne ammette più d'una",
         "section, if the type allows more than one"},
        {"id", ArgKind::id, false, "identificativo scelto da chi chiama",
         "id chosen by the caller"},
        {"as", ArgKind::text, false, "nome @… per riferirsi alla scheda nella stessa richiesta",
         "name @… for references within the same request"},
        {"fields", ArgKind::object, false,
         "campo → testo o JSON; insiemi: lista intera o {add,remove}; contatori: incremento; "
         "testi: testo intero o {splices:[{at,delete,insert}]}; posti: first, last, {after}, "
         "{before}; diritti: {spend}, {grant}, {transfer}, {refund}, {reclaim}",
         "field → text or JSON; sets: the whole list or {add,remove}; counters: an increment; "
         "texts: the whole text or {splices:[{at,delete,insert}]}; places: first, last, {after}, "
         "{before}; rights: {spend}, {grant}, {transfer}, {refund}, {reclaim}"},
        {"base", ArgKind::object, false, "valori mostrati all'apertura del modulo",
         "values that the form showed when it was opened"},
        {"version", ArgKind::text, false,
         "version letta con record.get: un valore arrivato dopo non viene sovrascritto",
         "version read with record.get: a value that came later is not overwritten"},
        {"draft", ArgKind::text, false, "bozza da togliere con lo stesso salvataggio",
         "draft to drop in the same act"},
        {"upsert", ArgKind::boolean, false, "se esiste già, modifica", "edit it if it exists"},
        {"records", ArgKind::array, false, "più schede in un solo atto, con questi stessi membri",
         "several records in one act, each with these same members"}},
       "record (id, short, type, dossier, title, created, changed, contested?), records, warnings, "
       "repeated?",
       R"({"command": "record.save", "request_id": "r-1", "record": "5f3a9c01",
 "fields": {"next_step": "Telefonare alla scuola"}})",
       save},
  };
}

}  // namespace insieme::client::commands
