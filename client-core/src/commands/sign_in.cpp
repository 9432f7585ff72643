// sign_in.ways, sign_in.begin, sign_in.finish: an invitation for whoever signs in with their
// organization. What has to outlive the way through a browser is with the host, which may be a page
// that the browser leaves.
#include "commands/sign_in.hpp"

#include <array>

#include "commands/values.hpp"
#include "http_problem.hpp"
#include "insieme/sync/sign_in.hpp"

namespace insieme::client::commands {
namespace {

constexpr int kOk = 200;
constexpr std::size_t kAddressBytesMax = 8'000;

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

Outcome<Asked> ask_begin(Context& context) {
  std::array<std::uint8_t, 32> drawn{};
  context.platform().random(drawn);
  const std::string verifier = sync::to_hex(drawn);
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

std::vector<CommandSpec> sign_in_commands() {
  const ArgSpec server{"server", ArgKind::text, false, "indirizzo del server, se non è già noto",
                       "the server's address, if it is not known yet"};
  return {
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
}

}  // namespace insieme::client::commands
