// inbox.list and inbox.decide: late changes of people who no longer have the dossier.
#include <algorithm>

#include "commands/records/view.hpp"
#include "commands/table.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kNameDigits = 16;
constexpr std::size_t kShortestName = 4;

/// A stable short name of a held change.
std::string name_of_held(const HeldChange& held) {
  const sync::ChangeHeader& header = held.change.header;
  return sync::to_hex(sync::Hasher("insieme held v1")
                          .add(sync::to_text(header.document))
                          .add(header.replica.bytes)
                          .add(header.seq)
                          .finish())
      .substr(0, kNameDigits);
}

std::string action_text(Context& context, const schema::Field* field, const sync::Operation& op) {
  if (const auto* write = std::get_if<sync::WriteOp>(&op.action)) {
    return shown_text(context, field, write->value);
  }
  if (const auto* add = std::get_if<sync::AddOp>(&op.action)) {
    return "+ " + shown_text(context, field, add->element);
  }
  if (const auto* remove = std::get_if<sync::RemoveOp>(&op.action)) {
    return "- " + shown_text(context, field, remove->element);
  }
  if (const auto* increment = std::get_if<sync::IncrementOp>(&op.action)) {
    return (increment->delta < 0 ? "" : "+") + std::to_string(increment->delta);
  }
  if (const auto* splice = std::get_if<sync::SpliceOp>(&op.action)) {
    std::string text;
    for (const sync::Splice& one : splice->splices) text += one.inserted;
    return text;
  }
  const bool it = context.language == schema::Language::it;
  if (std::holds_alternative<sync::RetractOp>(op.action)) return it ? "annullata" : "retracted";
  if (std::holds_alternative<sync::RestoreOp>(op.action)) return it ? "ripristinata" : "restored";
  return {};
}

json::object operation_json(Context& context, const sync::Operation& op) {
  const schema::RecordType* type = context.bundle().find_type(op.type);
  const schema::Field* field = type != nullptr ? type->find_field(op.field) : nullptr;
  json::object out;
  const std::string id = sync::to_text(op.record);
  out["record"] = id;
  out["short"] = short_id(id);
  out["type"] = op.type;
  out["type_label"] = type != nullptr ? type->label.in(context.language) : op.type;
  out["field"] = op.field;
  out["label"] = field != nullptr ? field->label.in(context.language) : op.field;
  out["text"] = action_text(context, field, op);
  const auto ref = context.store().locate(op.record);
  if (ref.ok()) {
    const auto record = context.store().record(ref.value());
    if (record.ok()) out["title"] = record->title;
  }
  return out;
}

Outcome<json::object> list(Context& context) {
  INSIEME_OUT_ASSIGN(const auto entries, context.store().inbox(context.flag("closed")));
  json::array lines;
  for (const HeldChange& held : entries) {
    const sync::ChangeHeader& header = held.change.header;
    json::object one =
        mark_json(context, {{header.replica, header.seq, 0}, header.stamp, header.author});
    one.erase("dot");
    one["id"] = name_of_held(held);
    one["dossier"] = sync::to_text(header.document.dossier);
    one["section"] = header.document.section;
    one["reason"] = held.reason;
    one["open"] = held.open;
    if (held.accepted) one["accepted"] = *held.accepted;
    if (!held.decided_by.empty()) one["decided_by"] = held.decided_by;
    if (!held.decision_reason.empty()) one["decision_reason"] = held.decision_reason;
    json::array operations;
    if (held.change.ops) {
      for (const sync::Operation& op : *held.change.ops) {
        operations.push_back(operation_json(context, op));
      }
    }
    one["operations"] = std::move(operations);
    lines.push_back(std::move(one));
  }
  return json::object{{"entries", std::move(lines)}};
}

Outcome<HeldChange> find_entry(Context& context, const std::string& named) {
  INSIEME_OUT_ASSIGN(const auto entries, context.store().inbox(false));
  const HeldChange* found = nullptr;
  for (const HeldChange& held : entries) {
    if (named.size() < kShortestName || name_of_held(held).compare(0, named.size(), named) != 0) {
      continue;
    }
    if (found != nullptr) {
      return Failure("ambiguous", quoted_it(named) + " indica più di una modifica.",
                     quoted_en(named) + " means more than one change.", "entry");
    }
    found = &held;
  }
  if (found != nullptr) return *found;
  return Failure("not_open", quoted_it(named) + " non è in attesa: forse è già stata decisa.",
                 quoted_en(named) + " is not waiting: perhaps it was decided already.", "entry");
}

/// The held operations with what their author had seen, as far as it is known here: a value that
/// came later is not overwritten, it becomes a review item.
Outcome<std::vector<sync::Operation>> operations_again(Context& context, const HeldChange& held) {
  if (!held.change.ops) {
    return Failure("not_found", "Il contenuto di questa modifica non è qui.",
                   "The content of this change is not here.", "entry");
  }
  std::vector<sync::Operation> ops = *held.change.ops;
  for (sync::Operation& op : ops) {
    const auto record = context.store().record({held.change.header.document, op.type, op.record});
    sync::VersionVector known;
    if (record.ok()) {
      known = record->version;
    } else if (record.error().code != ErrorCode::not_found) {
      return record.error();
    }
    sync::VersionVector seen = op.context ? *op.context : held.context;
    seen.meet(known);
    op.context = std::move(seen);
  }
  return ops;
}

Outcome<json::object> decide(Context& context) {
  const bool accept = context.flag("accept");
  const std::string reason = context.text("reason");
  Outcome<HeldChange> held = find_entry(context, context.text("entry"));
  Outcome<std::vector<sync::Operation>> ops = std::vector<sync::Operation>{};
  if (held.ok() && accept) ops = operations_again(context, held.value());
  return once(context, [&](Writer& writer) -> Outcome<json::object> {
    if (!held.ok()) return held.error();
    if (!ops.ok()) return ops.error();
    if (!accept && reason.empty()) {
      return Failure("missing_argument", "Per rifiutare serve un motivo: l'autore lo leggerà.",
                     "Refusing needs a reason: the author will read it.", "reason");
    }
    const sync::ChangeHeader& header = held->change.header;
    if (accept) {
      writer.on_behalf_of(header.author, {header.replica, header.seq});
      INSIEME_OUT(writer.add(header.document, std::move(ops).value()));
    }
    INSIEME_OUT(writer.decide_held(header.document, header.replica, header.seq, accept, reason));
    json::object out;
    out["id"] = name_of_held(held.value());
    out["accepted"] = accept;
    out["author"] = header.author;
    out["reason"] = reason;
    return out;
  });
}

}  // namespace

std::vector<CommandSpec> inbox_commands() {
  return {
      {"inbox.list",
       Writes::no,
       "Modifiche arrivate in ritardo da chi non ha più il fascicolo, da accettare o rifiutare.",
       "Changes that came late from people who no longer have the dossier, to accept or refuse.",
       {{"closed", ArgKind::boolean, false, "anche quelle decise", "decided ones too"}},
       "entries (id, author, at, device, mine, dossier, section, reason, open, accepted?, "
       "decided_by?, decision_reason?, operations: record, short, type, type_label, title?, field, "
       "label, text)",
       R"({"command": "inbox.list"})",
       list},
      {"inbox.decide",
       Writes::yes,
       "Accetta una modifica tardiva, a nome del suo autore, o la rifiuta con un motivo.",
       "Accepts a late change on behalf of its author, or refuses it with a reason.",
       {{"entry", ArgKind::text, true, "id della modifica, o il suo inizio",
         "id of the change, or its beginning"},
        {"accept", ArgKind::boolean, true, "true accetta, false rifiuta",
         "true accepts, false refuses"},
        {"reason", ArgKind::text, false, "motivo; obbligatorio se si rifiuta",
         "reason; needed for a refusal"}},
       "id, accepted, author, reason",
       R"({"command": "inbox.decide", "request_id": "r-6", "entry": "1c9a", "accept": true})",
       decide},
  };
}

}  // namespace insieme::client::commands
