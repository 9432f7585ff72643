#include "commands/records/hand_overs.hpp"

#include <algorithm>

#include "commands/records/marks.hpp"
#include "commands/records/view.hpp"

namespace insieme::client::commands {
namespace {

constexpr const char* kType = "hand_over";
constexpr std::size_t kPage = 1'000;

std::string shown(const schema::RecordValues& values, const char* field) {
  const auto found = values.find(field);
  if (found == values.end() || found->second.empty()) return {};
  const auto* text = std::get_if<std::string>(&found->second.front());
  return text != nullptr ? *text : std::string();
}

/// Whether this person decides on the dossier's questions.
Outcome<bool> may_review(Context& context, const sync::DossierId& dossier) {
  INSIEME_OUT_ASSIGN(const auto dossiers, context.store().dossiers());
  return std::any_of(dossiers.begin(), dossiers.end(), [&](const DossierLine& line) {
    return line.id == dossier && line.may_review;
  });
}

Outcome<json::object> carry_out_one(Context& context, Outcome<Plan> plan) {
  return once(context, [&plan](Writer& writer) -> Outcome<json::object> {
    if (!plan.ok()) return plan.error();
    INSIEME_OUT(carry_out(plan.value(), writer));
    return json::object{{"record", plan->records[0]}};
  });
}

Outcome<Plan> planned(Context& context, const json::object& input) {
  Plan plan;
  INSIEME_OUT(plan_record(context, input, {}, plan));
  INSIEME_OUT(judge_act(context, plan));
  return plan;
}

Outcome<Plan> plan_proposal(Context& context) {
  INSIEME_OUT_ASSIGN(const DossierRef dossier, find_dossier(context, context.text("dossier")));
  const std::string& self = context.store().identity().account;
  const std::string from = context.has("from") ? context.text("from") : self;
  if (from != self) {
    INSIEME_OUT_ASSIGN(const bool may, may_review(context, dossier.id));
    if (!may) {
      return Failure("not_allowed",
                     "Si propone il proprio fascicolo; per altri lo fa chi coordina.",
                     "One proposes one's own dossier; for others, whoever coordinates does.",
                     "from");
    }
  }
  if (from == context.text("to")) {
    return Failure("invalid_argument", "Chi lascia e chi prende sono la stessa persona.",
                   "Who leaves and who takes are the same person.", "to");
  }
  json::object fields{{"from", from}, {"to", context.text("to")}, {"state", "proposta"}};
  if (context.has("reason")) fields["reason"] = context.text("reason");
  return planned(context, {{"type", kType},
                           {"dossier", sync::to_text(dossier.id)},
                           {"fields", std::move(fields)}});
}

/// `by`: the field that names who may say this, besides whoever coordinates.
Outcome<Plan> plan_answer(Context& context, const char* state, const char* by) {
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
  INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, ref));
  if (facets.type == nullptr || facets.type->name != kType) {
    return Failure("invalid_argument", "Non è un passaggio di consegne.", "It is no hand-over.",
                   "record");
  }
  const schema::RecordValues values = shown_values(facets);
  if (shown(values, by) != context.store().identity().account) {
    INSIEME_OUT_ASSIGN(const bool may, may_review(context, ref.document.dossier));
    if (!may) {
      const std::string who = shown(values, by);
      return Failure("not_allowed", "Lo dice " + quoted_it(who) + ", o chi coordina.",
                     quoted_en(who) + " says so, or whoever coordinates.", "record");
    }
  }
  json::object fields{{"state", state}};
  if (context.has("reason")) fields["answer"] = context.text("reason");
  return planned(context, {{"record", sync::to_text(ref.id)}, {"fields", std::move(fields)}});
}

Outcome<json::object> propose(Context& context) {
  return carry_out_one(context, plan_proposal(context));
}
Outcome<json::object> accept(Context& context) {
  return carry_out_one(context, plan_answer(context, "accettata", "to"));
}
Outcome<json::object> refuse_it(Context& context) {
  return carry_out_one(context, plan_answer(context, "rifiutata", "to"));
}
Outcome<json::object> revoke(Context& context) {
  return carry_out_one(context, plan_answer(context, "revocata", "from"));
}

Outcome<json::object> list(Context& context) {
  ListQuery query;
  query.type = kType;
  query.limit = kPage;
  if (context.has("dossier")) {
    INSIEME_OUT_ASSIGN(const DossierRef dossier, find_dossier(context, context.text("dossier")));
    query.dossier = dossier.id;
  }
  INSIEME_OUT_ASSIGN(const auto lines, context.store().list(query));
  json::array all;
  for (const RecordLine& line : lines) {
    INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, line.ref));
    const schema::RecordValues values = shown_values(facets);
    json::object one = line_json(context, line);
    for (const char* field : {"from", "to", "state", "reason", "answer"}) {
      one[field] = shown(values, field);
    }
    all.push_back(std::move(one));
  }
  return json::object{{"hand_overs", std::move(all)}};
}

}  // namespace

Outcome<std::optional<json::object>> hand_over_before(Context& context, const HeldChange& held) {
  const sync::DocumentId& document = held.change.header.document;
  const RecordRef ref{document, std::string(sync::kMarksType),
                      sync::marks_record(document.dossier)};
  auto marks = context.store().record(ref);
  if (!marks.ok()) {
    if (marks.error().code == ErrorCode::not_found) return std::optional<json::object>{};
    return marks.error();
  }
  INSIEME_OUT_ASSIGN(const auto lines, context.store().history(ref));
  std::optional<json::object> found;
  for (const auto& act : sync::marks_in(&marks->state).groups) {
    if (act.reason != sync::MarkReason::handed_over) continue;
    auto record = context.store().locate(act.subject);
    if (!record.ok()) continue;
    INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, *record));
    const schema::RecordValues values = shown_values(facets);
    if (shown(values, "from") != held.change.header.author) continue;
    json::object one{{"record", sync::to_text(act.subject)},
                     {"from", shown(values, "from")},
                     {"to", shown(values, "to")},
                     {"reason", shown(values, "reason")}};
    const auto made = std::find_if(lines.begin(), lines.end(), [&act](const HistoryLine& line) {
      return std::binary_search(act.dots.begin(), act.dots.end(), line.dot);
    });
    if (made != lines.end()) {
      const json::object mark = mark_json(context, {made->dot, made->stamp, made->author});
      one["by"] = mark.at("author");
      one["at"] = mark.at("at");
    }
    found = std::move(one);
  }
  return found;
}

std::vector<CommandSpec> dossier_hand_over_commands() {
  const ArgSpec record{"record", ArgKind::id, true, "il passaggio", "the hand-over"};
  const ArgSpec why{"reason", ArgKind::text, false, "perché", "why"};
  return {
      {"handover.propose",
       Writes::yes,
       "Propone di passare un fascicolo a un'altra persona. Il fascicolo passa quando la proposta "
       "accettata arriva al server, che tiene conto della prima risposta.",
       "Proposes that a dossier passes to another person. It does when the accepted proposal "
       "reaches the server, which goes by the first answer.",
       {{"dossier", ArgKind::id, true, "il fascicolo", "the dossier"},
        {"to", ArgKind::text, true, "account di chi lo prende", "account of who takes it"},
        {"from", ArgKind::text, false, "account di chi lo lascia, se non è chi propone",
         "account of who leaves it, if not who proposes"},
        why},
       "record (as of record.save), repeated?",
       R"({"command": "handover.propose", "request_id": "r-1", "dossier": "9b1e44d2",
 "to": "luca", "reason": "cambio di zona"})",
       propose},
      {"handover.accept",
       Writes::yes,
       "Accetta: lo dice chi prende il fascicolo o, se non lo vede ancora, chi coordina.",
       "Accepts: said by who takes the dossier or, where they do not see it yet, who coordinates.",
       {record, why},
       "record, repeated?",
       R"({"command": "handover.accept", "request_id": "r-2", "record": "5f3a9c01"})",
       accept},
      {"handover.refuse",
       Writes::yes,
       "Rifiuta un passaggio proposto.",
       "Refuses a hand-over that was proposed.",
       {record, why},
       "record, repeated?",
       R"({"command": "handover.refuse", "request_id": "r-3", "record": "5f3a9c01",
 "reason": "troppi casi"})",
       refuse_it},
      {"handover.revoke",
       Writes::yes,
       "Revoca un passaggio proposto: lo dice chi lascia il fascicolo o chi coordina.",
       "Revokes a hand-over that was proposed: said by who leaves the dossier or who coordinates.",
       {record, why},
       "record, repeated?",
       R"({"command": "handover.revoke", "request_id": "r-4", "record": "5f3a9c01"})",
       revoke},
      {"handover.list",
       Writes::no,
       "I passaggi di consegne su questo dispositivo.",
       "The hand-overs on this device.",
       {{"dossier", ArgKind::id, false, "solo di questo fascicolo", "of this dossier only"}},
       "hand_overs (as in record.list, and from, to, state, reason, answer)",
       R"({"command": "handover.list"})",
       list},
  };
}

}  // namespace insieme::client::commands
