// same.*: two records that are one person or one household. Nothing is moved or copied: an edge
// says so, in both dossiers, and an identity is what active edges connect. Taking it back retracts
// the edge; whatever was written meanwhile stands where it was written.
#include <algorithm>
#include <set>

#include "commands/records/identities.hpp"
#include "commands/records/marks.hpp"
#include "commands/records/view.hpp"
#include "commands/table.hpp"

namespace insieme::client::commands {
namespace {

constexpr const char* kEdge = "identity_edge";

using Pair = IdentityEdge;

Pair pair_of(const sync::RecordId& a, const sync::RecordId& b) {
  return a < b ? Pair(a, b) : Pair(b, a);
}

/// The same for both dossiers and for everybody who says the same.
sync::RecordId edge_id(const Pair& ends) {
  return derived_id("insieme identity v1", sync::DossierId{}, kEdge,
                    {sync::to_text(ends.first), sync::to_text(ends.second)});
}

/// Where an edge of a record stands: beside what everybody with the dossier may see.
std::optional<sync::DocumentId> edge_document(Context& context, const RecordRef& end) {
  const schema::RecordType* type = context.bundle().find_type(end.type);
  const schema::RecordType* edge = context.bundle().find_type(kEdge);
  if (type == nullptr || edge == nullptr) return std::nullopt;
  const bool fits = type->section == edge->section ||
                    std::find(edge->also_sections.begin(), edge->also_sections.end(),
                              type->section) != edge->also_sections.end();
  if (!fits) return std::nullopt;
  return sync::DocumentId{end.document.dossier, type->section};
}

struct Ends {
  RecordRef a;
  std::optional<RecordRef> b;  ///< nothing: it is not held here
  sync::RecordId other;
  [[nodiscard]] Pair pair() const { return pair_of(a.id, other); }
};

Outcome<Ends> read_ends(Context& context) {
  Ends ends;
  INSIEME_OUT_ASSIGN(ends.a, find_record(context, context.text("record")));
  INSIEME_OUT_ASSIGN(ends.other, find_record_id(context, context.text("other")));
  if (auto ref = context.store().locate(ends.other); ref.ok()) ends.b = ref.value();
  if (ends.other == ends.a.id) {
    return Failure("not_allowed", "È la stessa scheda.", "It is the same record.", "other");
  }
  const bool other_kind = ends.b && ends.b->type != ends.a.type;
  if (other_kind || !edge_document(context, ends.a)) {
    return Failure("not_allowed",
                   "Si possono unire due persone, due componenti o due nuclei, non schede diverse.",
                   "Two persons, two members or two households can be the same, not other records.",
                   "other");
  }
  return ends;
}

/// The documents in which the edge has its place, as far as they are held here.
std::vector<sync::DocumentId> documents_of(Context& context, const Ends& ends) {
  std::vector<sync::DocumentId> documents{*edge_document(context, ends.a)};
  if (!ends.b) return documents;
  const auto other = edge_document(context, *ends.b);
  if (other && !(*other == documents.front())) documents.push_back(*other);
  return documents;
}

std::optional<StoredRecord> edge_in(Context& context, const sync::DocumentId& document,
                                    const sync::RecordId& id) {
  auto record = context.store().record({document, kEdge, id});
  if (!record.ok()) return std::nullopt;
  return std::move(record).value();
}

bool is_active(const std::optional<StoredRecord>& edge) {
  return edge && edge->state.lifecycle() == sync::Lifecycle::active;
}

json::object act_json(const Ends& ends, bool changed) {
  return json::object{{"record", sync::to_text(ends.a.id)},
                      {"other", sync::to_text(ends.other)},
                      {"edge", sync::to_text(edge_id(ends.pair()))},
                      {"elsewhere", !ends.b.has_value()},
                      {"changed", changed}};
}

/// Of two dossiers that turn out to be one, each section says so; of two members within theirs,
/// nothing is merged but these.
Check plan_merge(Context& context, const Ends& ends, bool undo, Plan& plan) {
  const sync::RecordId edge = edge_id(ends.pair());
  for (const RecordRef* end : {&ends.a, ends.b ? &*ends.b : nullptr}) {
    const schema::RecordType* type =
        end == nullptr ? nullptr : context.bundle().find_type(end->type);
    if (type == nullptr || !type->root) continue;
    const sync::DossierId& dossier = end->document.dossier;
    if (undo) {
      INSIEME_OUT(take_marks_back(context, dossier, sync::MarkReason::merged, edge, plan));
    } else {
      INSIEME_OUT(add_marks(context, {dossier, sync::MarkReason::merged, edge, type->section},
                            nullptr, plan));
    }
  }
  return Done{};
}

struct Act {
  Plan plan;
  json::object reply;
};

Outcome<Act> plan_mark(Context& context) {
  INSIEME_OUT_ASSIGN(const Ends ends, read_ends(context));
  const auto [first, second] = ends.pair();
  const sync::RecordId id = edge_id(ends.pair());
  Act act;
  for (const sync::DocumentId& document : documents_of(context, ends)) {
    const auto known = edge_in(context, document, id);
    if (is_active(known)) continue;
    auto& ops = act.plan.ops_of(document);
    const auto add = [&](const char* field, sync::Action action) {
      ops.push_back(sync::Operation{id, kEdge, field, std::move(action), {}});
    };
    if (known) {
      add("", sync::RestoreOp{});
    } else {
      add("kind", sync::WriteOp{sync::Value{ends.a.type}});
      add("first", sync::WriteOp{sync::Value{sync::to_text(first)}});
      add("second", sync::WriteOp{sync::Value{sync::to_text(second)}});
    }
    const std::string reason = context.text("reason");
    if (!reason.empty()) add("reason", sync::WriteOp{sync::Value{reason}});
  }
  const bool changed = !act.plan.documents.empty();
  act.reply = act_json(ends, changed);
  if (changed) INSIEME_OUT(plan_merge(context, ends, false, act.plan));
  return act;
}

Outcome<Act> plan_undo(Context& context) {
  INSIEME_OUT_ASSIGN(const Ends ends, read_ends(context));
  const sync::RecordId id = edge_id(ends.pair());
  Act act;
  bool known = false;
  for (const sync::DocumentId& document : documents_of(context, ends)) {
    const auto edge = edge_in(context, document, id);
    known = known || edge.has_value();
    if (!is_active(edge)) continue;
    act.plan.ops_of(document).push_back(sync::Operation{id, kEdge, {}, sync::RetractOp{}, {}});
  }
  if (!known) {
    return Failure("not_found", "Nessuno ha detto che queste due schede sono la stessa.",
                   "Nobody has said that these two records are the same.", "other");
  }
  const bool changed = !act.plan.documents.empty();
  act.reply = act_json(ends, changed);
  if (changed) INSIEME_OUT(plan_merge(context, ends, true, act.plan));
  return act;
}

Outcome<json::object> perform(Context& context, Outcome<Act> act) {
  return once(context, [&act](Writer& writer) -> Outcome<json::object> {
    if (!act.ok()) return act.error();
    INSIEME_OUT(carry_out(act->plan, writer));
    return act->reply;
  });
}

Outcome<json::object> mark(Context& context) { return perform(context, plan_mark(context)); }
Outcome<json::object> undo(Context& context) { return perform(context, plan_undo(context)); }

Outcome<json::object> list(Context& context) {
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
  INSIEME_OUT_ASSIGN(const std::set<Pair> edges, identity_edges(context));
  std::set<sync::RecordId> together{ref.id};
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& [first, second] : edges) {
      if (together.count(first) == together.count(second)) continue;
      grown = together.insert(first).second || grown;
      grown = together.insert(second).second || grown;
    }
  }
  json::array records;
  for (const sync::RecordId& id : together) {
    json::object one{{"id", sync::to_text(id)}, {"short", short_id(sync::to_text(id))}};
    const auto located = context.store().locate(id);
    one["here"] = located.ok();
    if (located.ok()) {
      INSIEME_OUT_ASSIGN(const StoredRecord record, context.store().record(located.value()));
      one["title"] = record.title;
      one["type"] = located->type;
      one["dossier"] = sync::to_text(located->document.dossier);
    }
    records.push_back(std::move(one));
  }
  return json::object{{"identity", sync::to_text(*together.begin())},
                      {"records", std::move(records)}};
}

}  // namespace

std::vector<CommandSpec> same_commands() {
  const ArgSpec record{"record", ArgKind::id, true, "una persona, un componente o un nucleo",
                       "a person, a member or a household"};
  const ArgSpec other{"other", ArgKind::id, true, "l'altra scheda: l'id intero se non è qui",
                      "the other record: its full id if it is not here"};
  return {
      {"same.mark",
       Writes::yes,
       "Dice che due schede sono la stessa persona o lo stesso nucleo. Non sposta nulla.",
       "Says that two records are the same person or household. Moves nothing.",
       {record, other, {"reason", ArgKind::text, false, "perché", "why"}},
       "record, other, edge, elsewhere (the other one is not held here), changed, repeated?",
       R"({"command": "same.mark", "request_id": "r-11", "record": "5f3a9c01",
 "other": "77e0b1d4"})",
       mark},
      {"same.undo",
       Writes::yes,
       "Dice che non lo sono. Ciò che si è scritto resta dov'è stato scritto.",
       "Says that they are not. What was written stays where it was written.",
       {record, other},
       "record, other, edge, elsewhere, changed, repeated?",
       R"({"command": "same.undo", "request_id": "r-12", "record": "5f3a9c01",
 "other": "77e0b1d4"})",
       undo},
      {"same.list",
       Writes::no,
       "Tutte le schede che sono la stessa persona o lo stesso nucleo.",
       "All records that are the same person or household.",
       {record},
       "identity (the least id among them), records (id, short, here, title?, type?, dossier?)",
       R"({"command": "same.list", "record": "5f3a9c01"})",
       list},
  };
}

}  // namespace insieme::client::commands
