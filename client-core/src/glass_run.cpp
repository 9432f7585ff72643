#include "insieme/client/glass_run.hpp"

#include <boost/json.hpp>
#include <utility>

#include "http_problem.hpp"
#include "insieme/schema/civil.hpp"

namespace insieme::client {
namespace {

namespace json = boost::json;

constexpr int kOk = 200;
constexpr int kUnauthorized = 401;
constexpr int kTokensMax = 2;
constexpr std::size_t kWordsMax = 500;
constexpr std::string_view kJson = "application/json";

Error malformed() {
  return {ErrorCode::malformed,
          "the answer is not that of an Insieme server\n"
          "la risposta non è quella di un server Insieme"};
}

/// On one line, and no longer than the server lets it be.
std::string line_at(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  std::string text(value->get_string());
  if (text.size() > kWordsMax) return {};
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20U) c = ' ';
  }
  return text;
}

std::optional<std::int64_t> time_at(const json::object& object, const char* key) {
  const auto instant = schema::instant_from_iso(line_at(object, key));
  if (!instant) return std::nullopt;
  return instant->ms;
}

Result<Glass> glass_of(const json::object& object) {
  Glass glass;
  const auto dossier = sync::id_from_text<sync::DossierId>(line_at(object, "dossier"));
  const auto opened = time_at(object, "opened_at");
  const auto until = time_at(object, "until");
  const json::value* mine = object.if_contains("mine");
  if (!sync::from_hex(line_at(object, "id"), glass.id).ok() || !dossier.ok() || !opened ||
      !until || mine == nullptr || !mine->is_bool()) {
    return malformed();
  }
  glass.dossier = *dossier;
  glass.account = line_at(object, "account");
  glass.name = line_at(object, "name");
  glass.reason = line_at(object, "reason");
  glass.opened_ms = *opened;
  glass.until_ms = *until;
  glass.ended_ms = time_at(object, "ended_at");
  glass.ended_by = line_at(object, "ended_by");
  glass.seen_by = line_at(object, "seen_by");
  glass.seen_ms = time_at(object, "seen_at");
  glass.note = line_at(object, "note");
  glass.mine = mine->get_bool();
  return glass;
}

}  // namespace

Result<std::vector<Glass>> parse_glasses(std::span<const std::uint8_t> body) {
  boost::system::error_code failed;
  const json::value parsed =
      json::parse({reinterpret_cast<const char*>(body.data()), body.size()}, failed);
  if (failed || !parsed.is_object()) return malformed();
  const json::value* list = parsed.get_object().if_contains("openings");
  std::vector<Glass> all;
  if (list == nullptr) {
    INSIEME_TRY_ASSIGN(Glass one, glass_of(parsed.get_object()));
    all.push_back(std::move(one));
    return all;
  }
  if (!list->is_array() || list->get_array().size() > kGlassesMax) return malformed();
  for (const json::value& one : list->get_array()) {
    if (!one.is_object()) return malformed();
    INSIEME_TRY_ASSIGN(Glass glass, glass_of(one.get_object()));
    all.push_back(std::move(glass));
  }
  return all;
}

GlassRun::Need GlassRun::begin() {
  if (!engine_.store().identity().is_enrolled()) {
    return end(Error{ErrorCode::unauthenticated, "this store is not enrolled"});
  }
  return engine_.token_.empty() ? ask_challenge() : ask();
}

GlassRun::Need GlassRun::answered(const Result<HttpReply>& reply) {
  if (!reply.ok()) return end(reply.error());
  const Asked asked = std::exchange(asked_, Asked::nothing);
  if (asked == Asked::challenge) {
    auto request = engine_.token_request(reply);
    if (!request.ok()) return end(request.error());
    asked_ = Asked::token;
    return std::move(request).value();
  }
  if (asked == Asked::token) {
    auto token = engine_.take_token(reply);
    if (!token.ok()) return end(token.error());
    engine_.token_ = std::move(token).value();
    return ask();
  }
  if (asked == Asked::nothing) return end(Error{ErrorCode::internal, "an answer to no request"});
  return on_act(*reply);
}

GlassRun::Need GlassRun::ask_challenge() {
  ++tokens_;
  asked_ = Asked::challenge;
  return engine_.challenge_request();
}

GlassRun::Need GlassRun::ask() {
  const bool acts = !acted_ && path_ != kGlassListPath;
  asked_ = acts ? Asked::act : Asked::list;
  const std::string body = acts ? body_ : "{}";
  return engine_.request_to(engine_.store().identity(), acts ? path_ : kGlassListPath, kJson,
                            std::vector<std::uint8_t>(body.begin(), body.end()));
}

GlassRun::Need GlassRun::on_act(const HttpReply& reply) {
  if (reply.status == kUnauthorized && tokens_ < kTokensMax) {
    engine_.token_.clear();
    return ask_challenge();
  }
  if (reply.status != kOk) return end(error_of(reply));
  if (!acted_ && path_ != kGlassListPath) {
    acted_ = true;
    return ask();
  }
  auto glasses = parse_glasses(reply.body);
  if (!glasses.ok()) return end(glasses.error());
  if (const Status noted = engine_.store().note_glasses(*glasses); !noted.ok()) {
    return end(noted.error());
  }
  return end(std::move(glasses));
}

GlassRun::Need GlassRun::end(Result<std::vector<Glass>> result) {
  asked_ = Asked::nothing;
  return result;
}

Result<std::vector<Glass>> ask_glass(Engine& engine, std::string_view path, std::string body) {
  GlassRun run(engine, path, std::move(body));
  GlassRun::Need need = run.begin();
  while (true) {
    if (auto* result = std::get_if<Result<std::vector<Glass>>>(&need)) return std::move(*result);
    need = run.answered(engine.transport().post(std::get<HttpRequest>(need)));
  }
}

}  // namespace insieme::client
