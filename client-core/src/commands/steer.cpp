// steer.people, dossiers, access, erasures, report, act: what only the server knows, for whoever
// coordinates or administers.
#include "commands/lookup.hpp"
#include "commands/steer_ask.hpp"
#include "commands/table.hpp"
#include "commands/values.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::client::commands {
namespace {

Failure steer_failure(const Error& error) {
  const Said said(error.detail);
  if (error.code == ErrorCode::unavailable) {
    return {"unavailable",
            "Questo lo sa solo il server, e adesso non risponde: serve la rete (" + said.it + ").",
            "Only the server knows this, and it does not answer now: the network is needed (" +
                said.en + ")."};
  }
  for (const ErrorCode code : {ErrorCode::not_found, ErrorCode::not_allowed,
                               ErrorCode::invalid_argument, ErrorCode::conflict}) {
    if (error.code == code) return {name_of(code), said.it, said.en};
  }
  return error;
}

/// What a person takes to a new device: the server that this one knows, with its key and its pin.
std::string invitation_url(const Identity& self, const std::string& code) {
  const std::size_t scheme = self.server_url.find("://");
  const bool plain = self.server_url.rfind("http://", 0) == 0;
  std::string host = scheme == std::string::npos ? std::string()
                                                 : self.server_url.substr(scheme + 3);
  host = host.substr(0, host.find('/'));
  std::string url =
      "insieme://" + host + "/" + code + "?key=" + sync::to_hex(self.server_key.bytes);
  if (plain) return url + "&tls=0";
  return self.server_pin.empty() ? url : url + "&pin=" + self.server_pin;
}

struct Question {
  std::string path;
  json::object body;
};

Outcome<json::object> told(Engine& engine, const Result<HttpReply>& reply) {
  if (!reply.ok()) return steer_failure(reply.error());
  auto parsed = parse_steer(reply->body);
  if (!parsed.ok()) return Failure(parsed.error());
  json::object out = std::move(parsed).value();
  if (const std::string code = text_at(out, "code"); !code.empty()) {
    out["url"] = invitation_url(engine.store().identity(), code);
  }
  return out;
}

class SteerErrand final : public Errand {
 public:
  SteerErrand(Engine& engine, const Question& question)
      : engine_(engine), asking_(engine, question.path, json::serialize(question.body)) {}
  Step begin(EventSink) override { return step_of(asking_.begin()); }
  Step answered(Result<HttpReply> reply) override { return step_of(asking_.answered(reply)); }
  Step waited() override { return Outcome<json::object>(Error{ErrorCode::internal, "no wait"}); }

 private:
  Step step_of(GlassRun::Asking::Need need) {
    if (auto* request = std::get_if<HttpRequest>(&need)) return std::move(*request);
    return told(engine_, std::get<Result<HttpReply>>(need));
  }
  Engine& engine_;
  GlassRun::Asking asking_;
};

Outcome<std::string> whole_dossier(Context& context) {
  INSIEME_OUT_ASSIGN(const DossierRef dossier, find_dossier(context, context.text("dossier")));
  return sync::to_text(dossier.id);
}

Outcome<Question> ask_people(Context&) { return Question{"/v1/steer/people", {}}; }
Outcome<Question> ask_erasures(Context&) { return Question{"/v1/steer/erasures", {}}; }

Outcome<Question> ask_dossiers(Context& context) {
  Question question{"/v1/steer/dossiers", {}};
  if (context.has("after")) question.body["after"] = context.text("after");
  return question;
}

Outcome<Question> ask_access(Context& context) {
  INSIEME_OUT_ASSIGN(const std::string dossier, whole_dossier(context));
  Question question{"/v1/steer/access", {{"dossier", dossier}}};
  if (context.has("before")) question.body["before"] = context.text("before");
  return question;
}

/// A page, or with a figure's address what stands behind it.
Outcome<Question> ask_report(Context& context) {
  const bool is_behind = context.has("table");
  Question question{is_behind ? "/v1/steer/report/records" : "/v1/steer/report", {}};
  for (const char* name : {"report", "with", "table", "measure", "row", "column"}) {
    if (const json::value* given = find(context.args, name)) question.body[name] = *given;
  }
  question.body["language"] = context.language == schema::Language::en ? "en" : "it";
  return question;
}

Outcome<Question> ask_act(Context& context) {
  Question question{"/v1/steer/act", {{"act", context.text("act")}}};
  for (const char* name : {"account", "order", "device", "reason", "name", "role",
                           "organization", "deputy", "from", "until", "number"}) {
    if (context.has(name)) question.body[name] = context.text(name);
  }
  if (context.has("hours")) question.body["hours"] = context.number("hours", 0);
  if (context.has("dossier")) {
    INSIEME_OUT_ASSIGN(question.body["dossier"], whole_dossier(context));
  }
  return question;
}

using Asks = Outcome<Question> (*)(Context&);

template <Asks kAsks>
Outcome<std::unique_ptr<Errand>> errand(Context& context) {
  INSIEME_OUT(check_enrolled(context));
  INSIEME_OUT_ASSIGN(const Question question, kAsks(context));
  return std::unique_ptr<Errand>(std::make_unique<SteerErrand>(context.engine, question));
}

template <Asks kAsks>
Outcome<json::object> run(Context& context) {
  INSIEME_OUT_ASSIGN(const std::unique_ptr<Errand> made, errand<kAsks>(context));
  Errand::Step step = made->begin(context.events);
  while (auto* request = std::get_if<HttpRequest>(&step)) {
    step = made->answered(context.engine.transport().post(*request));
  }
  return std::get<Outcome<json::object>>(std::move(step));
}

std::vector<ArgSpec> act_arguments() {
  return {
      {"act", ArgKind::text, true,
       "assign, unassign (account, dossier); erase_propose (dossier, reason), erase_confirm, "
       "erase_withdraw (order); absent (account, deputy, from, until), back (number); invite "
       "(account, hours), uninvite, disable, enable (account), add_person, set_person (account, "
       "name, role, organization, from, until; -: none), revoke, lock, wipe (device, reason), "
       "unlock, give_up (device)",
       "assign, unassign (account, dossier); erase_propose (dossier, reason), erase_confirm, "
       "erase_withdraw (order); absent (account, deputy, from, until), back (number); invite "
       "(account, hours), uninvite, disable, enable (account), add_person, set_person (account, "
       "name, role, organization, from, until; -: none), revoke, lock, wipe (device, reason), "
       "unlock, give_up (device)"},
      {"account", ArgKind::text, false, "di chi", "whose"},
      {"dossier", ArgKind::id, false, "il fascicolo", "the dossier"},
      {"order", ArgKind::text, false, "id dell'ordine di cancellazione", "id of the erasure"},
      {"device", ArgKind::text, false, "id del tablet", "id of the device"},
      {"reason", ArgKind::text, false, "perché, in parole", "why, in words"},
      {"hours", ArgKind::integer, false, "quanto vale l'invito (48; da 1 a 720)",
       "how long the invitation holds (48; 1 to 720)"},
      {"name", ArgKind::text, false, "nome da mostrare", "name to show"},
      {"role", ArgKind::text, false, "ruolo", "role"},
      {"organization", ArgKind::text, false, "ente (il proprio)", "body (one's own)"},
      {"deputy", ArgKind::text, false, "chi sostituisce", "who stands in"},
      {"from", ArgKind::text, false, "primo giorno (oggi)", "first day (today)"},
      {"until", ArgKind::text, false, "ultimo giorno", "last day"},
      {"number", ArgKind::text, false, "numero dell'assenza", "number of the absence"}};
}

CommandSpec report_command() {
  return {"steer.report", Writes::maybe_without_id,
          "Un rapporto che solo il server può calcolare (R10, R11, R15), su ciò che si può sapere; "
          "con table e measure, le righe dietro una cifra. Serve la rete.",
          "A report that only the server can compute (R10, R11, R15), over what one may know; with "
          "table and measure, what stands behind a figure. Needs the network.",
          {{"report", ArgKind::text, true, "R10, R11, R15", "R10, R11, R15"},
           {"with", ArgKind::object, false, "parametri, come in report.run",
            "parameters, as for report.run"},
           {"table", ArgKind::text, false, "tabella", "table"},
           {"measure", ArgKind::text, false, "misura", "measure"},
           {"row", ArgKind::ids, false, "chiavi della riga; senza, il totale",
            "keys of the row; without them the total"},
           {"column", ArgKind::ids, false, "chiavi della colonna; senza, il totale",
            "keys of the column; without them the total"}},
          "as report.run; of a figure records (id, type, title, dossier?), more",
          R"({"command": "steer.report", "report": "R10"})", run<ask_report>, errand<ask_report>};
}

}  // namespace

std::vector<CommandSpec> steer_commands() {
  constexpr Writes kAsks = Writes::maybe_without_id;
  return {
      {"steer.people", kAsks,
       "Le persone del proprio ente con i loro tablet, per chi coordina o amministra. Serve la "
       "rete.",
       "The people of one's body and their devices, for whoever coordinates or administers. Needs "
       "the network.",
       {},
       "people: account, name, role, organization, disabled, administered (one may), "
       "may_be_invited, has_all (dossiers, by role), takes_families, from?, until?, absences? "
       "(that are not over: number, deputy, deputy_name, from, until, now), invitation? (open, "
       "made_at, expires_at), devices (id, name, enrolled_at, last_sync_at?, clock_offset_ms?, "
       "unsent?, protocol?, revoked_at?, revoke_reason?, given_up_at?, order?); more, may_review, "
       "may_administer, roles, organizations",
       R"({"command": "steer.people"})", run<ask_people>, errand<ask_people>},
      {"steer.dossiers", kAsks,
       "Chi ha in carico quali fascicoli, tra quelli che si coordinano. Serve la rete.",
       "Who has which of the dossiers that one coordinates. Needs the network.",
       {{"after", ArgKind::text, false, "dopo questo id", "after this id"}},
       "dossiers: id, organization, territory, held (changes that wait for a decision), people "
       "(account, name, sections, reads_only); more",
       R"({"command": "steer.dossiers"})", run<ask_dossiers>, errand<ask_dossiers>},
      {"steer.access", kAsks,
       "Chi ha letto, scritto o aperto un fascicolo che si coordina, dal più recente. Serve la "
       "rete; resta annotato che si è guardato.",
       "Who read, wrote or opened a dossier that one coordinates, the newest first. Needs the "
       "network; that one looked is noted.",
       {{"dossier", ArgKind::id, true, "il fascicolo", "the dossier"},
        {"before", ArgKind::text, false, "righe con numero minore", "lines with a smaller number"}},
       "lines: number, at, account, name, device, device_name, kind (read, write, refused, "
       "opened), sections, changes, purpose, opened_at?, opened_for?; more",
       R"({"command": "steer.access", "dossier": "9b1e44d2"})", run<ask_access>,
       errand<ask_access>},
      {"steer.erasures", kAsks,
       "Le cancellazioni dei fascicoli che si coordinano, e quali tablet le hanno eseguite. Serve "
       "la rete.",
       "Erasures of dossiers that one coordinates, and which devices carried them out. Needs the "
       "network.",
       {},
       "erasures: id, dossier, state (proposed, carried_out, withdrawn), whole, targets, ground, "
       "asked_by, mine, proposed_at, confirmed_by?, decided_at?, cleaned_at?, key_destroyed, "
       "devices (id, name, account, person, gone, takes_orders, told, last_sync_at?, "
       "confirmed_at?); more",
       R"({"command": "steer.erasures"})", run<ask_erasures>, errand<ask_erasures>},
      report_command(),
      {"steer.act", kAsks,
       "Un atto di chi coordina o amministra, deciso dal server e annotato a suo nome. Serve la "
       "rete.",
       "An act of whoever coordinates or administers, decided by the server and noted in their "
       "name. Needs the network.",
       act_arguments(),
       "done; of an invitation also code, account, expires_at, url (for one device, to be shown as "
       "a QR code); of an absence number, passes, stays (how many dossiers)",
       R"({"command": "steer.act", "act": "invite", "account": "anna", "hours": 48})",
       run<ask_act>, errand<ask_act>},
  };
}

}  // namespace insieme::client::commands
