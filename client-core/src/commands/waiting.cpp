// sync.wait, sync.waited: a host waits for news of the server beside everything else that it does.
//
// The core keeps nothing of a wait: what it has to know the next time travels in `state`. So a wait
// is no errand, and one that never comes back holds up nothing.
#include "commands/waiting.hpp"

#include <algorithm>
#include <array>

#include "commands/values.hpp"
#include "insieme/sync/log_place.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::int64_t kTimeoutMs = 90'000;        ///< a server holds a wait for 60 s at most
constexpr std::int64_t kNoTokenMs = 3'000;         ///< the next synchronisation brings one
constexpr std::int64_t kAtOnceMs = 1'000;          ///< between two waits, whatever comes
constexpr std::int64_t kFirstFailureMs = 5'000;
constexpr std::int64_t kLastFailureMs = 300'000;
constexpr std::int64_t kAnotherMs = 300'000;       ///< a copy of this store waits in its place
constexpr std::int64_t kOlderServerMs = 3'600'000;
constexpr std::int64_t kFailuresMax = 16;

struct WaitState {
  std::string own;   ///< the store's cursor when it was asked
  std::string seen;  ///< what the server was told
  std::int64_t failures = 0;
};

WaitState state_of(const Context& context) {
  WaitState state;
  const json::value* given = find(context.args, "state");
  if (given == nullptr || !given->is_object()) return state;
  const json::object& object = given->get_object();
  state.own = text_at(object, "own");
  state.seen = text_at(object, "seen");
  const json::value* failures = find(object, "failures");
  if (failures != nullptr && failures->is_int64()) {
    state.failures = std::clamp<std::int64_t>(failures->get_int64(), 0, kFailuresMax);
  }
  return state;
}

json::object to_json(const WaitState& state) {
  return {{"own", state.own}, {"seen", state.seen}, {"failures", state.failures}};
}

Outcome<json::object> not_yet(const WaitState& state, std::int64_t in_ms) {
  return json::object{{"ready", false}, {"in_ms", in_ms}, {"state", to_json(state)}};
}

/// Where the store is, or further if a wait from there has heard of nothing since.
std::string place_to_tell(const WaitState& state, const std::string& own) {
  return state.own == own && sync::parse_cursor(state.seen).ok() ? state.seen : own;
}

Outcome<json::object> wait(Context& context) {
  INSIEME_OUT(check_enrolled(context));
  WaitState state = state_of(context);
  // Has the same server and the same token; without one, whoever synchronises gets it.
  const HttpRequest known = context.engine.begin_policy();
  const auto token = std::find_if(known.headers.begin(), known.headers.end(),
                                  [](const auto& one) { return one.first == "Authorization"; });
  if (token == known.headers.end()) return not_yet(state, kNoTokenMs);
  INSIEME_OUT_ASSIGN(const StoreStatus now, context.store().status());
  const std::string own = sync::to_text(now.cursor);
  state.seen = place_to_tell(state, own);
  if (state.own != own) state.failures = 0;
  state.own = own;
  json::object out;
  out["ready"] = true;
  out["url"] = now.identity.server_url + "/v1/wait?seen=" + state.seen;
  // Not in braces: an array of one array is, for clang and emscripten, a copy of that one.
  json::array header;
  header.emplace_back(key_of(token->first));
  header.emplace_back(token->second);
  json::array headers;
  headers.emplace_back(std::move(header));
  out["headers"] = std::move(headers);
  out["pin"] = known.pin;
  out["total_timeout_ms"] = kTimeoutMs;
  out["state"] = to_json(state);
  return out;
}

/// Anything in the upper half: who failed together does not come back together.
std::int64_t drawn(Platform& platform, std::int64_t ceiling) {
  std::array<std::uint8_t, 2> bytes{};
  platform.random(bytes);
  return ceiling / 2 + ceiling / 2 * (bytes[0] * 256 + bytes[1]) / 65'536;
}

std::int64_t failed_again(Context& context, WaitState& state) {
  std::int64_t ceiling = kFirstFailureMs;
  for (std::int64_t i = 0; i < state.failures && ceiling < kLastFailureMs; ++i) ceiling *= 2;
  state.failures = std::min(state.failures + 1, kFailuresMax);
  return drawn(context.platform(), std::min(ceiling, kLastFailureMs));
}

struct Heard {
  bool news = false;
  std::int64_t in_ms = kAtOnceMs;
};

Heard hear_answer(Context& context, const std::string& own, WaitState& state) {
  boost::system::error_code error;
  const json::value value = json::parse(context.text("body"), error);
  const json::value* news =
      error || !value.is_object() ? nullptr : find(value.get_object(), "news");
  if (news == nullptr || !news->is_bool()) return {false, failed_again(context, state)};
  const std::string seen = text_at(value.get_object(), "seen");
  // A synchronisation since may have brought what the wait heard of: the next wait tells.
  const bool moved = state.own != own;
  if (!news->get_bool() && !moved && sync::parse_cursor(seen).ok()) state.seen = seen;
  if (moved || !news->get_bool()) {
    state.failures = 0;
    return {};
  }
  // Told again without having got any further: the synchronisation did not work.
  if (state.failures > 0) return {true, failed_again(context, state)};
  state.failures = 1;
  return {true};
}

Heard hear(Context& context, const std::string& own, std::int64_t status, WaitState& state) {
  const std::int64_t told_s =
      std::clamp<std::int64_t>(context.number("retry_after_s", 0), 0, 86'400);
  switch (status) {
    case 200: return hear_answer(context, own, state);
    // Its token has expired, or the server began anew: a synchronisation brings another.
    case 401: return {true, failed_again(context, state)};
    case 403:
    case 404:
    case 405: return {false, kOlderServerMs};
    case 409: return {false, kAnotherMs};
    default: return {false, std::max(told_s * 1'000, failed_again(context, state))};
  }
}

Outcome<json::object> waited(Context& context) {
  INSIEME_OUT(check_enrolled(context));
  WaitState state = state_of(context);
  INSIEME_OUT_ASSIGN(const StoreStatus now, context.store().status());
  const Heard heard =
      hear(context, sync::to_text(now.cursor), context.number("status", 0), state);
  return json::object{
      {"news", heard.news}, {"in_ms", heard.in_ms}, {"state", to_json(state)}};
}

}  // namespace

std::vector<CommandSpec> waiting_commands() {
  return {
      {"sync.wait",
       Writes::no,
       "La richiesta con cui un programma resta in attesa di novità dal server, accanto a tutto il "
       "resto. Contiene un segreto che vale pochi minuti: non va scritta da nessuna parte.",
       "The request by which a host waits for news of the server, beside everything else. It holds "
       "a secret for minutes: to be written nowhere.",
       {{"state", ArgKind::object, false, "quello della risposta precedente",
         "that of the reply before"}},
       "ready, state; if ready url, headers (pairs), pin, total_timeout_ms: to be posted without a "
       "body, and what came to be told to sync.waited; else in_ms: to ask again",
       R"({"command": "sync.wait"})",
       wait},
      {"sync.waited",
       Writes::no,
       "Che cosa ha dato l'attesa: se sincronizzare ora, e quando attendere di nuovo.",
       "What came of the wait: whether to synchronise now, and when to wait again.",
       {{"state", ArgKind::object, true, "quello di sync.wait", "that of sync.wait"},
        {"status", ArgKind::integer, true, "stato HTTP; 0: nessuna risposta",
         "HTTP status; 0: no answer"},
        {"body", ArgKind::text, false, "il corpo della risposta", "the body of the answer"},
        {"retry_after_s", ArgKind::integer, false, "se il server l'ha detto",
         "if the server said it"}},
       "news (synchronise now), in_ms (then sync.wait again), state",
       R"({"command": "sync.waited", "state": {"own": "", "seen": "", "failures": 0},
 "status": 200, "body": "{\"news\": false, \"seen\": \"1.57.…\"}"})",
       waited},
  };
}

}  // namespace insieme::client::commands
