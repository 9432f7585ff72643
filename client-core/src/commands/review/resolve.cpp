// review.resolve and review.contest: decisions are ordinary changes, with a reason, and can be
// argued with.
#include <algorithm>

#include "commands/records/marks.hpp"
#include "commands/records/view.hpp"
#include "commands/review/items.hpp"
#include "commands/table.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::client::commands {
namespace {

/// What is to be written, as one change.
struct Decision {
  RecordRef ref;
  std::optional<sync::VersionVector> seen;  ///< what was in front of whoever decides, if told
  std::vector<sync::Operation> ops;
  Plan beside;  ///< what else goes with it
  json::object reply;
};

/// `field`: outcome, or what an item of this kind takes instead.
Failure unfit(std::string it, std::string en, std::string field = "outcome") {
  return {"invalid_argument", std::move(it), std::move(en), std::move(field)};
}

sync::Operation operation(const RecordRef& ref, const std::string& field, sync::Action action) {
  return {ref.id, ref.type, field, std::move(action), {}};
}

sync::ResolveOp resolve_op(const OpenItem& item, sync::Outcome outcome, const std::string& reason) {
  sync::ResolveOp op;
  op.item = item.item.kind;
  op.outcome = outcome;
  op.decided = item.item.dots;
  op.reason = reason;
  return op;
}

/// The alternative that `choose` names: its number from 1, or its dot.
Outcome<std::size_t> chosen(Context& context, const ItemView& view) {
  const json::value* choose = find(context.args, "choose");
  if (choose->is_int64() || (choose->is_string() && choose->as_string().size() < 4)) {
    const std::int64_t number = context.number("choose", 0);
    if (number >= 1 && number <= static_cast<std::int64_t>(view.alternatives.size())) {
      return static_cast<std::size_t>(number - 1);
    }
  } else if (choose->is_string()) {
    const auto dot = dot_from_text(choose->as_string());
    for (std::size_t i = 0; dot.ok() && i < view.alternatives.size(); ++i) {
      if (view.alternatives[i].mark.dot == dot.value()) return i;
    }
  }
  const std::string count = std::to_string(view.alternatives.size());
  return Failure("invalid_argument", "Le alternative vanno da 1 a " + count + ".",
                 "The alternatives are 1 to " + count + ".", "choose");
}

Outcome<sync::Value> new_value(Context& context, const ItemView& view, std::string_view name) {
  const json::value* input = find(context.args, name);
  if (view.field == nullptr) {
    return unfit("Questa versione non conosce il campo: scegliere una delle alternative.",
                 "This version does not know the field: choose one of the alternatives.");
  }
  json::value full = *input;
  if (view.field->kind == schema::FieldKind::reference && input->is_string()) {
    INSIEME_OUT_ASSIGN(const auto id, find_record_id(context, std::string(input->as_string())));
    full = json::string(sync::to_text(id));
  }
  return value_from_json(*view.field, full, context.bundle());
}

/// Whoever decides about its state closes a record, or opens it.
Check note_closure(Context& context, const OpenItem& item, const sync::Value& value, Plan& plan) {
  INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, item.ref));
  if (facets.type == nullptr) return Done{};
  const schema::RecordType& type = *facets.type;
  const bool closes = type.immutable_after && type.immutable_after->field == item.item.field;
  if (!closes && !marks_dossier_by(type, item.item.field)) return Done{};
  const schema::RecordValues before = shown_values(facets);
  schema::RecordValues after = before;
  after[item.item.field] = {value};
  INSIEME_OUT(
      plan_closure(context, *facets.type, facets.main, &facets, before, after, nullptr, plan));
  return plan_marks(context, *facets.type, facets.main, after, nullptr, plan);
}

/// The value stands alone also where what it was chosen over, or made of, is held later.
Check name_what_is_behind(Context& context, const OpenItem& item, sync::ResolveOp& op) {
  INSIEME_OUT_ASSIGN(const auto behind,
                     context.store().replaced_behind(item.ref, item.item.field, op.decided));
  const std::size_t room = sync::kDotsPerResolutionMax - op.decided.size();
  const auto end = behind.begin() + static_cast<std::ptrdiff_t>(std::min(room, behind.size()));
  op.decided.insert(op.decided.end(), behind.begin(), end);
  std::sort(op.decided.begin(), op.decided.end());
  return Done{};
}

Check decide_values(Context& context, const OpenItem& item, const ItemView& view,
                    const std::string& reason, Decision& decision) {
  sync::ResolveOp op;
  if (context.has("choose")) {
    INSIEME_OUT_ASSIGN(const std::size_t index, chosen(context, view));
    op = resolve_op(item, sync::Outcome::choose, reason);
    op.value = view.alternatives[index].value;
  } else if (context.has("combine")) {
    op = resolve_op(item, sync::Outcome::combine, reason);
    INSIEME_OUT_ASSIGN(op.value, new_value(context, view, "combine"));
  } else if (context.has("write")) {
    op = resolve_op(item, sync::Outcome::write_new, reason);
    INSIEME_OUT_ASSIGN(op.value, new_value(context, view, "write"));
  } else if (context.flag("dismiss")) {
    op = resolve_op(item, sync::Outcome::dismiss, reason);
  } else {
    return unfit("Serve una decisione: choose, combine, write o dismiss.",
                 "A decision is needed: choose, combine, write or dismiss.");
  }
  if (op.value) INSIEME_OUT(name_what_is_behind(context, item, op));
  decision.reply["outcome"] = key_of(outcome_name(op.outcome));
  decision.reply["text"] =
      op.value ? shown_text(context, view.field, *op.value) : std::string(view.now);
  if (op.value) INSIEME_OUT(note_closure(context, item, *op.value, decision.beside));
  decision.ops.push_back(operation(item.ref, item.item.field, std::move(op)));
  return Done{};
}

/// The splices that make the chosen alternative out of `text`, as it was in front of whoever
/// decides.
Outcome<std::vector<sync::Splice>> chosen_splices(Context& context, const OpenItem& item,
                                                  const ItemView& view,
                                                  const sync::RecordState& record,
                                                  const sync::TextState& text) {
  INSIEME_OUT_ASSIGN(const std::size_t index, chosen(context, view));
  auto splices = text.prefer(view.alternatives[index].mark.dot, item.item.dots,
                             sync::decisions_on(record, item.item));
  if (splices.ok()) return std::move(splices).value();
  return unfit("Di questa alternativa non si conserva più il testo: scriverne uno con write, o "
               "lasciare com'è con dismiss.",
               "The text of this alternative is not kept any more: write one with write, or leave "
               "it as it is with dismiss.");
}

Check decide_text(Context& context, const OpenItem& item, const ItemView& view,
                  const std::string& reason, Decision& decision) {
  INSIEME_OUT_ASSIGN(const StoredRecord record, context.store().record(item.ref));
  const sync::FieldState* field = record.state.field(item.item.field);
  if (field == nullptr) return Error{ErrorCode::not_found, "the field was never written"};
  const sync::TextState before =
      decision.seen ? field->text.as_of(*decision.seen) : field->text;
  std::vector<sync::Splice> splices;
  sync::Outcome outcome = sync::Outcome::dismiss;
  if (context.has("choose")) {
    INSIEME_OUT_ASSIGN(splices, chosen_splices(context, item, view, record.state, before));
    outcome = sync::Outcome::choose;
  } else if (context.has("write") || context.has("combine")) {
    const char* name = context.has("write") ? "write" : "combine";
    INSIEME_OUT_ASSIGN(const sync::Value value, new_value(context, view, name));
    const auto* written = std::get_if<std::string>(&value);
    splices = sync::diff_text(before.text(), written != nullptr ? *written : std::string());
    outcome = context.has("write") ? sync::Outcome::write_new : sync::Outcome::combine;
  } else if (!context.flag("dismiss")) {
    return unfit("Per un testo: choose, write (testo nuovo) o dismiss (va bene così).",
                 "For a text: choose, write (new text) or dismiss (leave it as it is).");
  }
  decision.reply["text"] = sync::splice_text(before.text(), splices);
  if (!splices.empty()) {
    decision.ops.push_back(
        operation(item.ref, item.item.field, sync::SpliceOp{std::move(splices)}));
  }
  decision.ops.push_back(operation(item.ref, item.item.field, resolve_op(item, outcome, reason)));
  decision.reply["outcome"] = key_of(outcome_name(outcome));
  return Done{};
}

Check decide_life(Context& context, const OpenItem& item, const std::string& reason,
                  Decision& decision) {
  const std::string life = context.text("life");
  if (life != "restore" && life != "retract") {
    return unfit("Serve life: «restore» (tenere la scheda) o «retract» (annullarla).",
                 "life is needed: “restore” (keep the record) or “retract” (retract it).", "life");
  }
  auto op = operation(item.ref, {}, resolve_op(item, sync::Outcome::choose, reason));
  decision.ops.push_back(std::move(op));
  // A decision that brings no value is no edit: the retraction beside it covers what is there.
  if (life == "restore") {
    decision.ops.push_back(operation(item.ref, {}, sync::RestoreOp{}));
  } else {
    decision.ops.push_back(operation(item.ref, {}, sync::RetractOp{}));
  }
  decision.reply["outcome"] = life;
  return Done{};
}

Check decide_spend(Context& context, const OpenItem& item, const ItemView& view,
                   const std::string& reason, Decision& decision) {
  const bool confirms = context.flag("confirm");
  if (confirms == context.flag("refuse")) {
    return unfit("Per una spesa provvisoria: confirm (va bene) oppure refuse (non accettata).",
                 "For a provisional spend: confirm (it stands) or refuse (not accepted).",
                 "confirm");
  }
  const auto outcome = confirms ? sync::Outcome::confirm : sync::Outcome::refuse;
  decision.ops.push_back(operation(item.ref, item.item.field, resolve_op(item, outcome, reason)));
  decision.reply["outcome"] = key_of(outcome_name(outcome));
  if (!view.alternatives.empty()) decision.reply["text"] = view.alternatives.front().text;
  return Done{};
}

/// What was edited stands in a record that is closed: somebody looked at it and says so.
Check decide_closure(Context& context, const OpenItem& item, const std::string& reason,
                     Decision& decision) {
  if (!context.flag("dismiss")) {
    return unfit("Per una scheda chiusa: dismiss (va bene così, con il motivo). Per correggerla si "
                 "riapre, dove il suo stato lo permette.",
                 "For a closed record: dismiss (it is right as it is, with the reason). To correct "
                 "it, open it again where its state allows that.",
                 "dismiss");
  }
  decision.ops.push_back(
      operation(item.ref, {}, resolve_op(item, sync::Outcome::dismiss, reason)));
  decision.reply["outcome"] = key_of(outcome_name(sync::Outcome::dismiss));
  return Done{};
}

Outcome<std::string> reason_of(Context& context) {
  std::string reason = context.text("reason");
  if (reason.size() <= sync::kReasonBytesMax) return reason;
  const std::string most = std::to_string(sync::kReasonBytesMax);
  return Failure("limit_exceeded", "Il motivo è troppo lungo: al massimo " + most + " byte.",
                 "The reason is too long: at most " + most + " bytes.", "reason");
}

/// What `version` says that the person had in front of them; nothing without it. An item that has
/// become another one since is not decided: its alternatives may have other numbers.
Outcome<std::optional<sync::VersionVector>> seen_of(Context& context, const OpenItem& item) {
  std::optional<sync::VersionVector> seen;
  if (!context.has("version")) return seen;
  const auto versions = versions_from_token(context.text("version"));
  const std::string& section = item.ref.document.section;
  if (!versions.ok() || versions->count(section) == 0) {
    return Failure("invalid_argument", "Il campo version non è quello letto con la questione.",
                   "The version is not the one that was read with the item.", "version");
  }
  seen = versions->at(section);
  seen->meet(item.version);
  bool same = true;
  for (const sync::Dot& dot : item.item.dots) same = same && seen->contains(dot);
  for (const sync::Decision& made : item.record->decisions) {
    const bool about_it = made.item == item.item.kind && made.field == item.item.field;
    same = same && (!about_it || seen->contains(made.mark.dot));
  }
  if (same) return seen;
  return Failure("changed", "La questione è cambiata da quando è stata letta: rileggerla.",
                 "The item has changed since it was read: look at it again.", "version");
}

Outcome<Decision> decide(Context& context) {
  INSIEME_OUT_ASSIGN(const OpenItem item, find_item(context, context.text("item")));
  INSIEME_OUT_ASSIGN(const ItemView view, view_item(context, item));
  INSIEME_OUT_ASSIGN(const std::string reason, reason_of(context));
  Decision decision;
  decision.ref = item.ref;
  INSIEME_OUT_ASSIGN(decision.seen, seen_of(context, item));
  decision.reply["item"] = item.id;
  decision.reply["record"] = sync::to_text(item.ref.id);
  decision.reply["field"] = item.item.field;
  switch (item.item.kind) {
    case sync::ItemKind::concurrent_values:
      INSIEME_OUT(decide_values(context, item, view, reason, decision));
      break;
    case sync::ItemKind::text_overlap:
      INSIEME_OUT(decide_text(context, item, view, reason, decision));
      break;
    case sync::ItemKind::edited_after_retraction:
    case sync::ItemKind::concurrent_lifecycle:
      INSIEME_OUT(decide_life(context, item, reason, decision));
      break;
    case sync::ItemKind::provisional_spend:
      INSIEME_OUT(decide_spend(context, item, view, reason, decision));
      break;
    case sync::ItemKind::edited_after_closure:
      INSIEME_OUT(decide_closure(context, item, reason, decision));
      break;
  }
  if (decision.seen && !decision.seen->covers(item.version)) {
    for (sync::Operation& op : decision.ops) op.context = decision.seen;
  }
  decision.reply["reason"] = reason;
  return decision;
}

Outcome<json::object> carry_out_decision(Context& context, const Outcome<Decision>& decision) {
  return once(context, [&decision](Writer& writer) -> Outcome<json::object> {
    if (!decision.ok()) return decision.error();
    INSIEME_OUT(writer.add(decision->ref.document, decision->ops));
    for (const DocumentOps& part : decision->beside.documents) {
      INSIEME_OUT(writer.add(part.document, part.ops));
    }
    return decision->reply;
  });
}

Outcome<json::object> resolve(Context& context) {
  return carry_out_decision(context, decide(context));
}

using Decisions = std::vector<const sync::Decision*>;

/// What is contested of the decisions about a field: all; the one that `decision` names; or, for
/// "own", the newest of this person's.
Decisions decisions_meant(Context& context, const StoredRecord& part, const std::string& field) {
  const std::string which = context.text("decision");
  Decisions meant;
  for (const sync::Decision& made : part.state.decisions) {
    const bool is_text = made.item == sync::ItemKind::text_overlap;
    if (made.field != field) continue;
    if (!is_text && made.item != sync::ItemKind::concurrent_values) continue;
    if (is_text && made.outcome == sync::Outcome::contest) continue;
    if (which == "own" && made.mark.author != context.store().identity().account) continue;
    if (!which.empty() && which != "own" && dot_text(made.mark.dot) != which) continue;
    meant.push_back(&made);
  }
  if (which != "own" || meant.empty()) return meant;
  return {*std::max_element(meant.begin(), meant.end(),
                            [](const sync::Decision* a, const sync::Decision* b) {
                              return a->mark.stamp < b->mark.stamp;
                            })};
}

/// What was decided about passages of a text is open again; the text stays until somebody decides
/// anew, since others have gone on from it.
void contest_text(const StoredRecord& part, const std::string& field, const Decisions& meant,
                  const std::string& reason, Decision& decision) {
  for (const sync::Decision* one : meant) {
    const sync::Decision& made = *one;
    if (made.item != sync::ItemKind::text_overlap) continue;
    sync::ResolveOp op;
    op.item = made.item;
    op.outcome = sync::Outcome::contest;
    op.decided = made.decided;
    op.reason = reason;
    decision.ops.push_back(operation(part.ref, field, std::move(op)));
  }
}

/// The decisions about a field, and the values that lost by them.
Outcome<Decision> plan_contest(Context& context) {
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
  INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, ref));
  if (facets.type == nullptr) return Error{ErrorCode::not_found, "an unknown type"};
  INSIEME_OUT_ASSIGN(const schema::Field* field, find_field(*facets.type, context.text("field")));
  INSIEME_OUT_ASSIGN(const std::string reason, reason_of(context));
  const StoredRecord* part =
      facets.in_section(section_of(*facets.type, *field, facets.main.document.section));
  Decision decision;
  const sync::FieldState* state = part != nullptr ? part->state.field(field->name) : nullptr;
  if (state == nullptr) return Error{ErrorCode::not_found, "the field was never written"};
  decision.ref = part->ref;
  INSIEME_OUT_ASSIGN(const auto lines, context.store().history(part->ref));
  const Decisions meant = decisions_meant(context, *part, field->name);
  contest_text(*part, field->name, meant, reason, decision);
  for (const sync::Decision* one : meant) {
    const sync::Decision& made = *one;
    if (made.item != sync::ItemKind::concurrent_values) continue;
    INSIEME_OUT_ASSIGN(const auto replaced,
                       context.store().replaced_among(part->ref, made.decided));
    for (const HistoryLine& line : lines) {
      if (!line.to || !std::binary_search(made.decided.begin(), made.decided.end(), line.dot) ||
          std::binary_search(replaced.begin(), replaced.end(), line.dot)) {
        continue;
      }
      const auto shown = sync::distinct_values(*state);
      const bool there = std::any_of(shown.begin(), shown.end(), [&](const sync::Value& value) {
        return sync::equal(value, *line.to);
      });
      if (there) continue;
      sync::ResolveOp op;
      op.outcome = sync::Outcome::undo;
      op.value = *line.to;
      op.reason = reason;
      decision.ops.push_back(operation(part->ref, field->name, std::move(op)));
      decision.reply["text"] = shown_text(context, field, *line.to);
    }
  }
  if (decision.ops.empty()) {
    return Failure("not_found", "Per questo campo non c'è una decisione da contestare.",
                   "There is no decision to contest for this field.", "field");
  }
  decision.reply["record"] = sync::to_text(ref.id);
  decision.reply["field"] = field->name;
  decision.reply["reason"] = reason;
  return decision;
}

Outcome<json::object> contest(Context& context) {
  return carry_out_decision(context, plan_contest(context));
}

}  // namespace

std::vector<CommandSpec> resolve_commands() {
  return {
      {"review.resolve",
       Writes::yes,
       "Decide una questione aperta. La decisione torna a entrambi gli autori con il motivo.",
       "Decides on an open item. The decision travels back to both authors with its reason.",
       {{"item", ArgKind::text, true, "id della questione, il suo inizio, o scheda/campo",
         "id of the item, its beginning, or record/field"},
        {"choose", ArgKind::any, false, "numero o dot dell'alternativa scelta",
         "number or dot of the chosen alternative"},
        {"combine", ArgKind::any, false, "valore fatto di più alternative",
         "a value made out of several"},
        {"write", ArgKind::any, false, "valore nuovo", "a new value"},
        {"dismiss", ArgKind::boolean, false, "lasciare com'è", "leave it as it is"},
        {"life", ArgKind::text, false, "«restore» o «retract», per schede annullate",
         "“restore” or “retract”, for retracted records"},
        {"confirm", ArgKind::boolean, false, "la spesa provvisoria va bene",
         "the provisional spend stands"},
        {"refuse", ArgKind::boolean, false, "la spesa provvisoria non è accettata",
         "the provisional spend is not accepted"},
        {"reason", ArgKind::text, false, "motivo, che gli autori leggeranno",
         "reason, which the authors will read"},
        {"version", ArgKind::text, false,
         "version letta con review.list: se la questione è cambiata da allora non si decide "
         "(«changed»), e ciò che è arrivato dopo non viene superato; senza, si decide su ciò che "
         "c'è ora",
         "version read with review.list: an item that has changed since is not decided "
         "(“changed”), and what came later is not superseded; without it, what is here now is "
         "decided on"}},
       "item, record, field, outcome, text?, reason",
       R"({"command": "review.resolve", "request_id": "r-4", "item": "8f21c3aa", "choose": 1,
 "reason": "confermato dalla madre", "version": "…"})",
       resolve},
      {"review.contest",
       Writes::yes,
       "Un autore non è d'accordo con una decisione: il valore perso torna e la questione si "
       "riapre.",
       "An author disagrees with a decision: the value that lost comes back and the item is open "
       "again.",
       {{"record", ArgKind::id, true, "la scheda", "the record"},
        {"field", ArgKind::text, true, "il campo deciso", "the field that was decided"},
        {"reason", ArgKind::text, false, "motivo", "reason"},
        {"decision", ArgKind::text, false,
         "dot di una sola decisione, o «own»: la propria più recente",
         "dot of one decision, or “own”: one's own newest"}},
       "record, field, text, reason",
       R"({"command": "review.contest", "request_id": "r-5", "record": "5f3a9c01",
 "field": "next_step", "reason": "ho parlato io con la scuola"})",
       contest},
  };
}

}  // namespace insieme::client::commands
