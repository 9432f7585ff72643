// glass.open, list, end, seen: dossiers that are opened with a reason, for a while.
#include "insieme/client/glass_run.hpp"

#include "commands/table.hpp"
#include "commands/values.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::int64_t kHoursMax = 1'000;
constexpr std::size_t kReasonMin = 10;
constexpr std::size_t kReasonMax = 500;

Failure glass_failure(const Error& error) {
  const Said said(error.detail);
  switch (error.code) {
    case ErrorCode::not_found:
      // An older server has no such route, and says so.
      return {"not_found", said.it, said.en};
    case ErrorCode::not_allowed: return {"not_allowed", said.it, said.en};
    case ErrorCode::invalid_argument: return {"invalid_argument", said.it, said.en};
    case ErrorCode::conflict: return {"conflict", said.it, said.en};
    case ErrorCode::unavailable:
      return {"unavailable",
              "Per aprire un fascicolo che non si ha in carico serve la rete: lo decide il server, "
              "che avvisa chi coordina (" + said.it + ").",
              "To open a dossier that is not assigned needs the network: the server decides, and "
              "tells who coordinates (" + said.en + ")."};
    default: return error;
  }
}

json::object glass_json(const Glass& glass) {
  const std::string dossier = sync::to_text(glass.dossier);
  const std::string id = sync::to_hex(glass.id);
  json::object out{{"id", id},
                   {"short", short_id(id)},
                   {"dossier", dossier},
                   {"dossier_short", short_id(dossier)},
                   {"account", glass.account},
                   {"name", glass.name},
                   {"mine", glass.mine},
                   {"reason", glass.reason},
                   {"opened_at", instant_text(glass.opened_ms)},
                   {"until", instant_text(glass.until_ms)},
                   {"open", !glass.ended_ms.has_value()},
                   {"unseen", !glass.mine && !glass.seen_ms}};
  if (glass.ended_ms) {
    out["ended_at"] = instant_text(*glass.ended_ms);
    out["ended_by"] = glass.ended_by;
  }
  if (glass.seen_ms) {
    out["seen_at"] = instant_text(*glass.seen_ms);
    out["seen_by"] = glass.seen_by;
    out["note"] = glass.note;
  }
  return out;
}

json::object glasses_json(const std::vector<Glass>& glasses) {
  json::array all;
  for (const Glass& glass : glasses) all.push_back(glass_json(glass));
  return json::object{{"openings", std::move(all)}};
}

Outcome<json::object> told(Result<std::vector<Glass>> glasses) {
  if (!glasses.ok()) return glass_failure(glasses.error());
  return glasses_json(*glasses);
}

/// What is asked of the server, or why it is not.
struct Question {
  std::string_view path;
  std::string body;
};

Outcome<Question> open_question(Context& context) {
  INSIEME_OUT(check_enrolled(context));
  const std::string reason = context.text("reason");
  if (reason.size() < kReasonMin || reason.size() > kReasonMax) {
    return Failure("invalid_argument",
                   "Il motivo va scritto in parole, da 10 a 500 caratteri: chi coordina lo legge.",
                   "The reason is given in words, 10 to 500 bytes: whoever coordinates reads it.",
                   "reason");
  }
  json::object body{{"dossier", context.text("dossier")}, {"reason", reason}};
  if (context.has("hours")) {
    const std::int64_t hours = context.number("hours", 0);
    if (hours < 1 || hours > kHoursMax) {
      return Failure("invalid_argument", "Le ore sono un numero da 1 in su.",
                     "Hours are a number from 1 on.", "hours");
    }
    body["hours"] = hours;
  }
  return Question{kGlassPath, json::serialize(body)};
}

/// The opening that the person means: its id, or the last digits of it.
Outcome<std::string> opening_named(Context& context) {
  const std::string text = context.text("opening");
  INSIEME_OUT_ASSIGN(const auto all, context.store().glasses());
  std::vector<std::string> found;
  constexpr std::size_t kShortest = 4;
  for (const Glass& glass : all) {
    const std::string id = sync::to_hex(glass.id);
    if (text.size() >= kShortest && id.ends_with(text)) found.push_back(id);
  }
  if (found.size() == 1) return found.front();
  return Failure("not_found", "Nessuna apertura, o più di una, si chiama così: insieme glass.",
                 "No opening, or more than one, is called that: insieme glass.", "opening");
}

Outcome<Question> end_question(Context& context) {
  INSIEME_OUT(check_enrolled(context));
  INSIEME_OUT_ASSIGN(const std::string id, opening_named(context));
  return Question{kGlassEndPath, json::serialize(json::object{{"id", id}})};
}

Outcome<Question> seen_question(Context& context) {
  INSIEME_OUT(check_enrolled(context));
  INSIEME_OUT_ASSIGN(const std::string id, opening_named(context));
  return Question{kGlassSeenPath,
                  json::serialize(json::object{{"id", id}, {"note", context.text("note")}})};
}

class GlassErrand final : public Errand {
 public:
  GlassErrand(Engine& engine, Question question)
      : run_(engine, question.path, std::move(question.body)) {}
  Step begin(EventSink) override { return step_of(run_.begin()); }
  Step answered(Result<HttpReply> reply) override { return step_of(run_.answered(reply)); }
  Step waited() override { return Outcome<json::object>(Error{ErrorCode::internal, "no wait"}); }

 private:
  static Step step_of(GlassRun::Need need) {
    if (auto* request = std::get_if<HttpRequest>(&need)) return std::move(*request);
    return told(std::get<Result<std::vector<Glass>>>(std::move(need)));
  }
  GlassRun run_;
};

using Asks = Outcome<Question> (*)(Context&);

template <Asks kAsks>
Outcome<json::object> act(Context& context) {
  INSIEME_OUT_ASSIGN(const Question question, kAsks(context));
  return told(ask_glass(context.engine, question.path, question.body));
}

template <Asks kAsks>
Outcome<std::unique_ptr<Errand>> act_errand(Context& context) {
  INSIEME_OUT_ASSIGN(Question question, kAsks(context));
  return std::unique_ptr<Errand>(
      std::make_unique<GlassErrand>(context.engine, std::move(question)));
}

Outcome<json::object> list(Context& context) {
  INSIEME_OUT_ASSIGN(const auto glasses, context.store().glasses());
  return glasses_json(glasses);
}

constexpr const char* kReturns =
    "openings: id, short, dossier, dossier_short, account, name, mine, reason, opened_at, until, "
    "open, unseen (somebody else's, to be looked into), ended_at?, ended_by?, seen_by?, seen_at?, "
    "note?; the newest first";

}  // namespace

std::vector<CommandSpec> glass_commands() {
  return {
      {"glass.list", Writes::no,
       "I fascicoli aperti d'urgenza: da questa persona, e da altri dove questa persona decide.",
       "Dossiers opened with a reason: by this person, and by others where this person decides.",
       {}, kReturns, R"({"command": "glass.list"})", list},
      {"glass.open", Writes::maybe_without_id,
       "Apre per alcune ore un fascicolo che non si ha in carico, con un motivo. Serve la rete; "
       "chi coordina viene avvisato, e tutto resta annotato. Poi sync.run lo porta qui.",
       "Opens for some hours a dossier that is not assigned, with a reason. Needs the network; "
       "whoever coordinates is told, and all of it is logged. Then sync.run brings it here.",
       {{"dossier", ArgKind::text, true, "il suo id, o le ultime 8 cifre o più, lette da qualcuno",
         "its id, or the last 8 or more digits, as somebody reads them out"},
        {"reason", ArgKind::text, true, "perché, in parole", "why, in words"},
        {"hours", ArgKind::integer, false, "per quante ore (4; il ruolo dice il massimo)",
         "for how many hours (4; the role says how many at most)"}},
       kReturns,
       R"({"command": "glass.open", "dossier": "3f2a9c10",
 "reason": "Minore solo al pronto soccorso, collega assente", "hours": 4})",
       act<open_question>, act_errand<open_question>},
      {"glass.end", Writes::maybe_without_id,
       "Chiude prima del tempo un'apertura propria, o di altri dove si decide.",
       "Ends before its time an opening of one's own, or of others where one decides.",
       {{"opening", ArgKind::text, true, "il suo id, o le ultime cifre", "its id, or last digits"}},
       kReturns, R"({"command": "glass.end", "opening": "5d1c09f3"})", act<end_question>,
       act_errand<end_question>},
      {"glass.seen", Writes::maybe_without_id,
       "Dice che chi decide ha esaminato un'apertura di altri.",
       "Says that somebody who decides has looked into an opening of others.",
       {{"opening", ArgKind::text, true, "il suo id, o le ultime cifre", "its id, or last digits"},
        {"note", ArgKind::text, false, "che cosa ne dice", "what they say of it"}},
       kReturns, R"({"command": "glass.seen", "opening": "5d1c09f3", "note": "Sentita"})",
       act<seen_question>, act_errand<seen_question>},
  };
}

}  // namespace insieme::client::commands
