// sign_in.ways, begin, account, step, finish: an invitation for whoever signs in, with their
// organization or with a name and a password of the server's own. What has to outlive the way
// through a browser is with the host, which may be a page that the browser leaves.
#include "commands/sign_in.hpp"

#include <array>

#include "commands/values.hpp"
#include "http_problem.hpp"
#include "insieme/sync/sign_in.hpp"

namespace insieme::client::commands {
namespace {

constexpr int kOk = 200;
constexpr std::size_t kAddressBytesMax = 8'000;
constexpr std::size_t kRecoveryCodesMax = 32;

/// A request, and what of its making the answer is told with.
struct Asked {
  HttpRequest request;
  json::object kept;
};
using Ask = Outcome<Asked> (*)(Context&);
using Read = Outcome<json::object> (*)(const json::object& answer, json::object kept);

Failure not_ours() {
  return {"not_insieme", "A quell'indirizzo non risponde un server Insieme: controllarlo.",
          "What answers at that address is no Insieme server: check it."};
}

Failure failure_of(const HttpReply& reply) {
  const Error error = error_of(reply);
  const Said said(error.detail);
  switch (reply.status) {
    case 403: return {"sign_in_refused", said.it, said.en};
    case 404:
      if (reply.content_type.rfind("application/problem+json", 0) != 0) return not_ours();
      return {"not_found", said.it, said.en};
    case 0: case 408: case 429: case 500: case 502: case 503: case 504:
      return {"unavailable", said.it, said.en};
    default: return {"invalid_argument", said.it, said.en};
  }
}

Outcome<json::object> read_reply(const Result<HttpReply>& reply, Read read, json::object kept) {
  if (!reply.ok()) return reply.error();
  if (reply->status != kOk) return failure_of(*reply);
  boost::system::error_code error;
  const json::value value =
      json::parse(json::string_view(reinterpret_cast<const char*>(reply->body.data()),
                                    reply->body.size()),
                  error);
  if (error || !value.is_object()) return not_ours();
  return read(value.get_object(), std::move(kept));
}

Outcome<HttpRequest> request_to(Context& context, std::string_view path, const json::object& body) {
  std::string server = context.text("server");
  if (server.empty()) server = context.store().identity().server_url;
  while (!server.empty() && server.back() == '/') server.pop_back();
  if (server.rfind("https://", 0) != 0 && server.rfind("http://", 0) != 0) {
    return Failure("invalid_argument",
                   "L'indirizzo del server comincia con https://, non è " + quoted_it(server) + ".",
                   "The server's address begins with https://, it is not " + quoted_en(server) +
                       ".",
                   "server");
  }
  HttpRequest request;
  request.url = server + std::string(path);
  request.headers.emplace_back("Content-Type", "application/json");
  const std::string text = json::serialize(body);
  request.body.assign(text.begin(), text.end());
  if (server == context.store().identity().server_url) {
    request.pin = context.store().identity().server_pin;
  }
  return request;
}

Outcome<Asked> ask_ways(Context& context) {
  INSIEME_OUT_ASSIGN(HttpRequest request, request_to(context, "/v1/sign-in/ways", {}));
  return Asked{std::move(request), {}};
}

Outcome<json::object> read_ways(const json::object& answer, json::object) {
  const json::value* told = find(answer, "ways");
  if (told == nullptr || !told->is_array()) return not_ours();
  json::array ways;
  for (const json::value& one : told->get_array()) {
    if (!one.is_object()) continue;
    json::object way;
    way["way"] = shown_line(text_at(one.get_object(), "way"));
    way["name"] = shown_line(text_at(one.get_object(), "name"));
    ways.push_back(std::move(way));
  }
  json::object out;
  out["ways"] = std::move(ways);
  return out;
}

std::string new_verifier(Context& context) {
  std::array<std::uint8_t, 32> drawn{};
  context.platform().random(drawn);
  return sync::to_hex(drawn);
}

Outcome<Asked> ask_begin(Context& context) {
  const std::string verifier = new_verifier(context);
  json::object body;
  body["challenge"] = sync::to_hex(sync::sign_in_challenge(verifier).bytes);
  body["back_to"] = context.text("back_to");
  INSIEME_OUT_ASSIGN(HttpRequest request, request_to(context, "/v1/sign-in/begin", body));
  json::object kept;
  kept["verifier"] = verifier;
  return Asked{std::move(request), std::move(kept)};
}

Outcome<json::object> read_begun(const json::object& answer, json::object kept) {
  const std::string address = text_at(answer, "address");
  const bool is_address = address.rfind("https://", 0) == 0 || address.rfind("http://", 0) == 0;
  if (!is_address || address.size() > kAddressBytesMax) return not_ours();
  for (const char c : address) {
    if (c <= ' ' || c > '~') return not_ours();  // it is shown, and given to a browser
  }
  kept["address"] = address;
  const json::value* seconds = find(answer, "expires_in_s");
  if (seconds != nullptr && seconds->is_int64()) kept["expires_in_s"] = seconds->get_int64();
  return kept;
}

Outcome<Asked> ask_account(Context& context) {
  const std::string verifier = new_verifier(context);
  json::object body;
  body["challenge"] = sync::to_hex(sync::sign_in_challenge(verifier).bytes);
  for (const char* name : {"name", "password", "wants"}) {
    if (const std::string text = context.text(name); !text.empty()) body[name] = text;
  }
  INSIEME_OUT_ASSIGN(HttpRequest request, request_to(context, "/v1/sign-in/account", body));
  json::object kept;
  kept["verifier"] = verifier;
  return Asked{std::move(request), std::move(kept)};
}

Outcome<Asked> ask_step(Context& context) {
  json::object body;
  for (const char* name : {"ticket", "verifier", "code", "recovery_code", "new_password"}) {
    if (const std::string text = context.text(name); !text.empty()) body[name] = text;
  }
  INSIEME_OUT_ASSIGN(HttpRequest request, request_to(context, "/v1/sign-in/step", body));
  return Asked{std::move(request), {}};
}

/// What a person is asked for next, and what they are shown meanwhile.
Outcome<json::object> read_step(const json::object& answer, json::object kept) {
  const std::string next = text_at(answer, "next");
  if (next.empty()) return not_ours();
  kept["next"] = shown_line(next);
  for (const char* name : {"ticket", "totp_address", "totp_secret"}) {
    if (const std::string text = text_at(answer, name); !text.empty()) {
      if (text.size() > kAddressBytesMax) return not_ours();
      kept[name] = shown_line(text);
    }
  }
  const json::value* codes = find(answer, "recovery_codes");
  if (codes == nullptr || !codes->is_array()) return kept;
  json::array shown;
  for (const json::value& code : codes->get_array()) {
    if (!code.is_string() || shown.size() == kRecoveryCodesMax) return not_ours();
    shown.emplace_back(shown_line(std::string(code.get_string())));
  }
  kept["recovery_codes"] = std::move(shown);
  return kept;
}

Outcome<Asked> ask_finish(Context& context) {
  json::object body;
  body["ticket"] = context.text("ticket");
  body["verifier"] = context.text("verifier");
  INSIEME_OUT_ASSIGN(HttpRequest request, request_to(context, "/v1/sign-in/finish", body));
  return Asked{std::move(request), {}};
}

Outcome<json::object> read_finished(const json::object& answer, json::object) {
  json::object out;
  const std::string state = text_at(answer, "state");
  if (state != "pending" && state != "ready") return not_ours();
  out["state"] = state;
  if (state == "pending") return out;
  out["invitation"] = shown_line(text_at(answer, "invitation"));
  out["account"] = shown_line(text_at(answer, "account"));
  return out;
}

template <Ask kAsk, Read kRead>
Outcome<json::object> run(Context& context) {
  INSIEME_OUT_ASSIGN(Asked asked, kAsk(context));
  return read_reply(context.engine.transport().post(asked.request), kRead, std::move(asked.kept));
}

class OneRequest final : public Errand {
 public:
  OneRequest(Asked asked, Read read) : asked_(std::move(asked)), read_(read) {}
  Step begin(EventSink) override { return std::move(asked_.request); }
  Step answered(Result<HttpReply> reply) override {
    return read_reply(reply, read_, std::move(asked_.kept));
  }
  Step waited() override {
    return Outcome<json::object>(Error{ErrorCode::internal, "the end of no wait"});
  }

 private:
  Asked asked_;
  Read read_;
};

template <Ask kAsk, Read kRead>
Outcome<std::unique_ptr<Errand>> errand(Context& context) {
  INSIEME_OUT_ASSIGN(Asked asked, kAsk(context));
  return std::unique_ptr<Errand>(std::make_unique<OneRequest>(std::move(asked), kRead));
}

}  // namespace

namespace {

ArgSpec server_argument() {
  return {"server", ArgKind::text, false, "indirizzo del server, se non è già noto",
          "the server's address, if it is not known yet"};
}

std::vector<CommandSpec> account_commands() {
  const ArgSpec server = server_argument();
  return {
      {"sign_in.account",
       Writes::no,
       "Comincia un accesso con nome e password di questo server. `next` dice che cosa chiedere "
       "poi: `code`, `new_password`, `totp` (mostrare `totp_address` e chiedere un codice) o "
       "`ready`: allora sign_in.finish. `verifier` si tiene e non si mostra.",
       "Begins a sign-in with a name and a password of the server's own. `next` says what to ask "
       "for: `code`, `new_password`, `totp` (show `totp_address`, ask for a code) or `ready`: then "
       "sign_in.finish. `verifier` is kept and shown to nobody.",
       {server,
        {"name", ArgKind::text, true, "nome dell'utenza", "the account's name"},
        {"password", ArgKind::text, true, "password", "password"},
        {"wants", ArgKind::text, false,
         "che cosa cambiare entrando: password, totp, codes, separati da spazi",
         "what to change while signing in: password, totp, codes, separated by blanks"}},
       "ticket, verifier, next, totp_address?, totp_secret?",
       R"({"command": "sign_in.account", "server": "https://ats.example.it", "name": "anna",
 "password": "…"})",
       run<ask_account, read_step>,
       errand<ask_account, read_step>},
      {"sign_in.step",
       Writes::no,
       "Il passo seguente di un accesso: uno fra `code`, `recovery_code` e `new_password`. I "
       "codici di recupero si mostrano una volta sola.",
       "The next step of a sign-in: one of `code`, `recovery_code` and `new_password`. Recovery "
       "codes are shown once.",
       {server,
        {"ticket", ArgKind::text, true, "di sign_in.account", "of sign_in.account"},
        {"verifier", ArgKind::text, true, "di sign_in.account", "of sign_in.account"},
        {"code", ArgKind::text, false, "sei cifre dell'app dei codici",
         "six digits of the app of codes"},
        {"recovery_code", ArgKind::text, false, "un codice di recupero", "a recovery code"},
        {"new_password", ArgKind::text, false, "da 10 a 128 caratteri", "10 to 128 characters"}},
       "next, totp_address?, totp_secret?, recovery_codes?",
       R"({"command": "sign_in.step", "server": "https://ats.example.it", "ticket": "5f…",
 "verifier": "a0…", "code": "123456"})",
       run<ask_step, read_step>,
       errand<ask_step, read_step>},
  };
}

}  // namespace

std::vector<CommandSpec> sign_in_commands() {
  const ArgSpec server = server_argument();
  std::vector<CommandSpec> all{
      {"sign_in.ways",
       Writes::no,
       "In quali modi un server permette di entrare, oltre all'invito.",
       "How a server lets people sign in, beside invitations.",
       {server},
       "ways [{way, name}]",
       R"({"command": "sign_in.ways", "server": "https://ats.example.it"})",
       run<ask_ways, read_ways>,
       errand<ask_ways, read_ways>},
      {"sign_in.begin",
       Writes::no,
       "Comincia un accesso con l'ente: l'indirizzo si apre in un browser, `verifier` si tiene "
       "fino al ritorno e non si mostra.",
       "Begins a sign-in with one's organization: the address goes to a browser, `verifier` is "
       "kept until it has come back, and shown to nobody.",
       {server,
        {"back_to", ArgKind::text, true, "dove torna il browser: app, o http://127.0.0.1:PORTA/",
         "where the browser comes back to: app, or http://127.0.0.1:PORT/"}},
       "address, verifier, expires_in_s",
       R"({"command": "sign_in.begin", "server": "https://ats.example.it", "back_to": "app"})",
       run<ask_begin, read_begun>,
       errand<ask_begin, read_begun>},
      {"sign_in.finish",
       Writes::no,
       "Che ne è dell'accesso: finché è `pending` si richiede dopo un momento; `ready` porta un "
       "invito per device.enrol.",
       "What became of the sign-in: ask again in a moment while it is `pending`; `ready` brings an "
       "invitation for device.enrol.",
       {server,
        {"ticket", ArgKind::text, true, "ciò che il browser ha riportato",
         "what the browser brought back"},
        {"verifier", ArgKind::text, true, "di sign_in.begin", "of sign_in.begin"}},
       "state, invitation?, account?",
       R"({"command": "sign_in.finish", "server": "https://ats.example.it", "ticket": "5f…",
 "verifier": "a0…"})",
       run<ask_finish, read_finished>,
       errand<ask_finish, read_finished>},
  };
  for (CommandSpec& command : account_commands()) all.push_back(std::move(command));
  return all;
}

}  // namespace insieme::client::commands
