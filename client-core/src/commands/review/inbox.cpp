// inbox.list and inbox.decide: late changes of people who no longer have the dossier.
#include <algorithm>

#include "commands/records/hand_overs.hpp"
#include "commands/records/view.hpp"
#include "commands/review/untaken.hpp"
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

/// Whether `above` takes back a spend of `below`.
bool takes_back(const sync::Operation& above, const sync::ChangeHeader& below) {
  const auto* refund = std::get_if<sync::RefundOp>(&above.action);
  return refund != nullptr && refund->spend.replica == below.replica &&
         refund->spend.seq == below.seq;
}

/// Whether `above` has an edit whose place is one in a text with what `below` did to it, or takes
/// back what it spent.
bool stands_on(const HeldChange& above, const HeldChange& below) {
  const sync::ChangeHeader& under = below.change.header;
  const bool elsewhere = !(above.change.header.document == under.document);
  if (elsewhere || !above.change.ops || !below.change.ops) return false;
  for (const sync::Operation& op : *above.change.ops) {
    if (takes_back(op, under)) return true;
    const auto* splice = std::get_if<sync::SpliceOp>(&op.action);
    if (splice == nullptr || splice->base) continue;  // its text comes with it
    const sync::VersionVector& seen = op.context ? *op.context : above.context;
    if (!seen.contains(under.replica, under.seq)) continue;
    for (const sync::Operation& earlier : *below.change.ops) {
      const bool same_text = std::holds_alternative<sync::SpliceOp>(earlier.action) &&
                             earlier.record == op.record && earlier.field == op.field;
      if (same_text) return true;
    }
  }
  return false;
}

/// What is decided together with `chosen`, in the order of arrival: a refusal takes along what
/// stands on it, an acceptance also what it stands on.
std::vector<HeldChange> decided_together(const std::vector<HeldChange>& open, std::size_t chosen,
                                         bool accept) {
  std::vector<bool> in(open.size(), false);
  in[chosen] = true;
  // What stands on a change came after it: one pass each way finds all.
  for (std::size_t i = open.size(); accept && i-- > 0;) {
    for (std::size_t j = i + 1; j < open.size() && !in[i]; ++j) {
      in[i] = in[j] && stands_on(open[j], open[i]);
    }
  }
  for (std::size_t i = 0; i < open.size(); ++i) {
    for (std::size_t j = 0; j < i && !in[i]; ++j) in[i] = in[j] && stands_on(open[i], open[j]);
  }
  std::vector<HeldChange> together;
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (in[i]) together.push_back(open[i]);
  }
  return together;
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
    one["reason"] = reason_text(context.language, held.reason);
    one["open"] = held.open;
    if (held.accepted) one["accepted"] = *held.accepted;
    if (!held.decided_by.empty()) one["decided_by"] = held.decided_by;
    if (!held.decision_reason.empty()) one["decision_reason"] = held.decision_reason;
    INSIEME_OUT_ASSIGN(auto handed, hand_over_before(context, held));
    if (handed) one["hand_over"] = *std::move(handed);
    json::array operations;
    if (held.change.ops) {
      for (const sync::Operation& op : *held.change.ops) {
        operations.push_back(operation_json(context, op));
      }
    }
    one["operations"] = std::move(operations);
    json::array below;
    for (const HeldChange& other : entries) {
      if (held.open && other.open && stands_on(held, other)) {
        below.emplace_back(json::string(name_of_held(other)));
      }
    }
    if (!below.empty()) one["stands_on"] = std::move(below);
    lines.push_back(std::move(one));
  }
  return json::object{{"entries", std::move(lines)}};
}

/// Its place among the open ones.
Outcome<std::size_t> find_entry(const std::vector<HeldChange>& entries, const std::string& named) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (named.size() < kShortestName ||
        name_of_held(entries[i]).compare(0, named.size(), named) != 0) {
      continue;
    }
    if (found) {
      return Failure("ambiguous", quoted_it(named) + " indica più di una modifica.",
                     quoted_en(named) + " means more than one change.", "entry");
    }
    found = i;
  }
  if (found) return *found;
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
  std::vector<sync::Operation> ops;
  for (const sync::Operation& op : *held.change.ops) {
    if (!std::holds_alternative<sync::ErasedOp>(op.action)) ops.push_back(op);
  }
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

struct Decided {
  HeldChange held;
  std::vector<sync::Operation> ops;  ///< if it is accepted
  bool is_chosen = false;            ///< by name; the others go with it
};

Outcome<std::vector<Decided>> to_decide(Context& context, bool accept) {
  INSIEME_OUT_ASSIGN(const auto open, context.store().inbox(false));
  INSIEME_OUT_ASSIGN(const std::size_t chosen, find_entry(open, context.text("entry")));
  std::vector<Decided> all;
  for (HeldChange& held : decided_together(open, chosen, accept)) {
    std::vector<sync::Operation> ops;
    if (accept) {
      INSIEME_OUT_ASSIGN(ops, operations_again(context, held));
    }
    const bool is_chosen = name_of_held(held) == name_of_held(open[chosen]);
    all.push_back(Decided{std::move(held), std::move(ops), is_chosen});
  }
  return all;
}

Outcome<json::object> decide(Context& context) {
  const bool accept = context.flag("accept");
  const std::string reason = context.text("reason");
  Outcome<std::vector<Decided>> all = to_decide(context, accept);
  return once(context, [&](Writer& writer) -> Outcome<json::object> {
    if (!all.ok()) return all.error();
    if (!accept && reason.empty()) {
      return Failure("missing_argument", "Per rifiutare serve un motivo: l'autore lo leggerà.",
                     "Refusing needs a reason: the author will read it.", "reason");
    }
    json::array together;
    json::object out;
    for (Decided& one : all.value()) {
      const sync::ChangeHeader& header = one.held.change.header;
      if (one.is_chosen) {
        out["id"] = name_of_held(one.held);
        out["accepted"] = accept;
        out["author"] = header.author;
        out["reason"] = reason;
      }
      if (accept) {
        writer.on_behalf_of(header.author, {header.replica, header.seq});
        INSIEME_OUT(writer.add(header.document, std::move(one.ops)));
      }
      INSIEME_OUT(
          writer.decide_held(header.document, header.replica, header.seq, accept, reason));
      together.emplace_back(json::string(name_of_held(one.held)));
    }
    if (together.size() > 1) out["together"] = std::move(together);
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
       "hand_over? (by which the author lost it: record, from, to, reason, by?, at?), "
       "decided_by?, decision_reason?, stands_on? (ids of those whose text it goes on from), "
       "operations: record, short, type, type_label, title?, field, label, text)",
       R"({"command": "inbox.list"})",
       list},
      {"inbox.decide",
       Writes::yes,
       "Accetta una modifica tardiva, a nome del suo autore, o la rifiuta con un motivo; e con "
       "essa quelle che continuano lo stesso testo.",
       "Accepts a late change on behalf of its author, or refuses it with a reason; and with it "
       "those that go on from the same text.",
       {{"entry", ArgKind::text, true, "id della modifica, o il suo inizio",
         "id of the change, or its beginning"},
        {"accept", ArgKind::boolean, true, "true accetta, false rifiuta",
         "true accepts, false refuses"},
        {"reason", ArgKind::text, false, "motivo; obbligatorio se si rifiuta",
         "reason; needed for a refusal"}},
       "id, accepted, author, reason, together? (ids of all that were decided with it)",
       R"({"command": "inbox.decide", "request_id": "r-6", "entry": "1c9a", "accept": true})",
       decide},
  };
}

}  // namespace insieme::client::commands
