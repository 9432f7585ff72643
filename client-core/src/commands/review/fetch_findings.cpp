// finding.fetch: what the server found over all dossiers, shown as what this device finds.
#include <map>

#include "commands/lookup.hpp"
#include "commands/records/view.hpp"
#include "commands/review/findings.hpp"
#include "commands/table.hpp"
#include "commands/values.hpp"
#include "insieme/client/findings_run.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kIdDigits = 16;

Failure fetch_failure(const Error& error) {
  const Said said(error.detail);
  switch (error.code) {
    case ErrorCode::not_found:
      return {"not_supported",
              "Questo server non comunica ancora ciò che trova confrontando tutti i fascicoli: "
              "chiedere a chi lo gestisce di aggiornarlo. Ciò che si trova qui è nelle questioni.",
              "This server does not tell yet what it finds by comparing all dossiers: ask the "
              "people who run it to update it. What is found here is among the review items."};
    case ErrorCode::not_allowed:
      return {"device_refused", "Il server non accetta questo dispositivo: " + said.it,
              "The server does not accept this device: " + said.en};
    case ErrorCode::unavailable:
      return {"unavailable",
              "Il server non risponde (" + said.it +
                  "): ciò che trova si può chiedere solo con la "
                  "rete. Riprovare più tardi.",
              "The server does not answer (" + said.en +
                  "): what it finds can be asked for only "
                  "with a network. Try again later."};
    case ErrorCode::malformed:
      return {"bad_reply",
              "La risposta del server non è quella attesa (" + said.it +
                  "). Riprovare; se "
                  "continua, avvisare chi gestisce il server.",
              "The server's answer is not the expected one (" + said.en +
                  "). Try again; if it "
                  "goes on, tell the people who run the server."};
    default:
      return error;
  }
}

struct Words {
  std::string kind;
  std::string message;
};

/// What the finding is and what to do, as far as this device's rules know it.
Words words_of(Context& context, const ServerFinding& one) {
  const bool it = context.language == schema::Language::it;
  if (!one.body.empty()) {
    const std::string whom = one.body + (one.ask.empty() ? "" : ", " + one.ask);
    return {it ? "una persona così è nota altrove" : "a person like this is known elsewhere",
            it ? "Anche un altro ente conosce una persona come questa: chiedere a " + whom + "."
               : "Another body knows a person like this, too: ask " + whom + "."};
  }
  for (const schema::Alike& alike : context.bundle().alike) {
    if (alike.name != one.name) continue;
    Finding finding;
    finding.alike = &alike;
    return {
        reports::kind_text(context.bundle(), finding, context.language),
        it ? alike.message.it + " " + alike.remedy.it : alike.message.en + " " + alike.remedy.en};
  }
  for (const schema::Rule& rule : context.bundle().rules) {
    if (rule.name != one.name) continue;
    Finding finding;
    finding.rule = &rule;
    return {reports::kind_text(context.bundle(), finding, context.language),
            it ? rule.remedy.it : rule.remedy.en};
  }
  return {one.kind, it ? "Aggiornare il programma per leggere di che si tratta."
                       : "Update the program to read what it is about."};
}

/// Titles of sensitive sections are not shown: a list of questions is no reason to open them.
json::object record_json(Context& context, const ServerFinding::Record& one,
                         const std::string& message) {
  const std::string id = sync::to_text(one.id);
  const schema::RecordType* type = context.bundle().find_type(one.type);
  json::object line{{"id", id},
                    {"short", short_id(id)},
                    {"type", one.type},
                    {"type_label", type == nullptr ? one.type : type->label.in(context.language)},
                    {"title", ""},
                    {"dossier", sync::to_text(one.dossier)},
                    {"held", false},
                    {"message", message}};
  const auto ref = context.store().locate(one.id);
  if (!ref.ok() || type == nullptr) return line;
  line["held"] = true;
  if (is_sensitive(context.bundle(), ref->document.section)) return line;
  const auto facets = read_facets(context, *ref);
  if (facets.ok()) {
    line["title"] = schema::record_title(context.bundle(), *type, shown_values(facets.value()),
                                         context.language);
  }
  return line;
}

/// What this device says of the record, where it finds the same: with the record's own particulars.
std::string message_of(Context& context, const Finding* here, const sync::RecordId& id,
                       const std::string& otherwise) {
  const bool it = context.language == schema::Language::it;
  for (const FoundRecord& one : here == nullptr ? std::vector<FoundRecord>{} : here->records) {
    if (one.id == id) return it ? one.problem.message_it : one.problem.message_en;
  }
  return otherwise;
}

/// `here`: the same finding on this device; null: there is none.
json::object server_finding_json(Context& context, const ServerFinding& one, const Finding* here) {
  const Words words = words_of(context, one);
  json::array records;
  for (const ServerFinding::Record& record : one.records) {
    records.push_back(
        record_json(context, record, message_of(context, here, record.id, words.message)));
  }
  json::array evidence;
  for (const std::string& word : one.evidence) {
    evidence.push_back(
        json::object{{"code", word}, {"text", reports::evidence_text(word, context.language)}});
  }
  json::object out{{"id", one.key.substr(0, kIdDigits)},
                   {"kind", "finding"},
                   {"kind_text", words.kind},
                   {"rule", one.name},
                   {"open", true},
                   {"evidence", std::move(evidence)},
                   {"records", std::move(records)}};
  if (!one.body.empty()) {
    out["body"] = one.body;
    out["ask"] = one.ask;
  }
  return out;
}

Outcome<json::object> fetched(Context& context, Result<ServerFindings> found) {
  if (!found.ok()) return fetch_failure(found.error());
  const Store::Reading reading = context.store().reading();
  INSIEME_OUT_ASSIGN(const auto here, find_all(context));
  std::map<std::string, const Finding*> known;
  for (const Finding& finding : here) {
    known.emplace(finding.key, &finding);
  }
  json::array lines;
  std::uint64_t only_there = 0;
  for (const ServerFinding& one : found->all) {
    const auto same = known.find(one.key);
    // Dismissed here, and the server was not told yet.
    if (same != known.end() && !same->second->is_open()) continue;
    json::object line =
        server_finding_json(context, one, same == known.end() ? nullptr : same->second);
    line["here"] = same != known.end();
    if (same == known.end()) ++only_there;
    lines.push_back(std::move(line));
  }
  json::array cut;
  for (const std::string& name : found->cut) cut.emplace_back(name);
  return json::object{{"findings", std::move(lines)},
                      {"only_there", number_text(only_there)},
                      {"more", found->more},
                      {"cut", std::move(cut)}};
}

Outcome<json::object> fetch(Context& context) {
  INSIEME_OUT(check_enrolled(context));
  return fetched(context, ask_findings(context.engine));
}

class FetchErrand final : public Errand {
 public:
  explicit FetchErrand(Context& context)
      : engine_(context.engine),
        scheduler_(context.scheduler),
        language_(context.language),
        run_(context.engine) {}
  Step begin(EventSink) override { return step_of(run_.begin()); }
  Step answered(Result<HttpReply> reply) override { return step_of(run_.answered(reply)); }
  Step waited() override { return step_of(run_.waited(true)); }

 private:
  Step step_of(FindingsRun::Need need) {
    if (auto* request = std::get_if<HttpRequest>(&need)) return std::move(*request);
    if (const auto* pause = std::get_if<Pause>(&need)) return *pause;
    const EventSink nobody;
    Context context{engine_, scheduler_, nobody, {}, language_, {}, 0, nullptr, {}, {}, {}};
    return fetched(context, std::get<Result<ServerFindings>>(std::move(need)));
  }

  Engine& engine_;
  Scheduler& scheduler_;
  schema::Language language_;
  FindingsRun run_;
};

Outcome<std::unique_ptr<Errand>> fetch_errand(Context& context) {
  INSIEME_OUT(check_enrolled(context));
  return std::unique_ptr<Errand>(std::make_unique<FetchErrand>(context));
}

}  // namespace

std::vector<CommandSpec> fetch_finding_commands() {
  return {
      {"finding.fetch",
       Writes::maybe_without_id,
       "Chiede al server ciò che ha trovato confrontando tutti i fascicoli, anche con altri enti, "
       "e che questa persona può sapere. Serve la rete; non scrive nulla.",
       "Asks the server what it found by comparing all dossiers, with other bodies, too, and what "
       "this person may know of. Needs the network; writes nothing.",
       {},
       "findings (as in review.list, those that are open; here: this device finds it, too; body? "
       "and ask? of one that another body knows; records: held: the record is on this device), "
       "only_there (how many are not found here), more (there are more than 2000), cut "
       "(comparisons of which the server looked at the first only)",
       R"({"command": "finding.fetch"})",
       fetch,
       fetch_errand},
  };
}

}  // namespace insieme::client::commands
