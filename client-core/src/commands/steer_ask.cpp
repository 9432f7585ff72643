#include "commands/steer_ask.hpp"

#include <utility>

#include "http_problem.hpp"

namespace insieme::client {
namespace {

namespace json = boost::json;

constexpr int kOk = 200;
constexpr int kUnauthorized = 401;
constexpr int kTokens = 2;

Error malformed() {
  return {ErrorCode::malformed,
          "the answer is not that of an Insieme server\n"
          "la risposta non è quella di un server Insieme"};
}

/// As deep as the parser lets anything be.
void make_lines(json::value& value) {
  if (auto* text = value.if_string()) {
    *text = shown_line(std::string(*text));
  } else if (auto* array = value.if_array()) {
    for (json::value& one : *array) make_lines(one);
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object) make_lines(member.value());
  }
}

}  // namespace

Result<json::object> parse_steer(std::span<const std::uint8_t> body) {
  if (body.size() > kSteerBytesMax) return malformed();
  boost::system::error_code failed;
  json::value parsed =
      json::parse({reinterpret_cast<const char*>(body.data()), body.size()}, failed);
  if (failed || !parsed.is_object()) return malformed();
  make_lines(parsed);
  return std::move(parsed.get_object());
}

GlassRun::Asking::Need GlassRun::Asking::begin() {
  if (!engine_.store().identity().is_enrolled()) {
    return Result<HttpReply>(Error{ErrorCode::unauthenticated, "this store is not enrolled"});
  }
  return engine_.token_.empty() ? ask_challenge() : ask();
}

GlassRun::Asking::Need GlassRun::Asking::ask_challenge() {
  ++tokens_;
  asked_ = Asked::challenge;
  return engine_.challenge_request();
}

GlassRun::Asking::Need GlassRun::Asking::ask() {
  asked_ = Asked::act;
  return engine_.request_to(engine_.store().identity(), path_, "application/json",
                            std::vector<std::uint8_t>(body_.begin(), body_.end()));
}

GlassRun::Asking::Need GlassRun::Asking::answered(const Result<HttpReply>& reply) {
  if (!reply.ok()) return Result<HttpReply>(reply.error());
  const Asked asked = std::exchange(asked_, Asked::nothing);
  if (asked == Asked::challenge) {
    auto request = engine_.token_request(reply);
    if (!request.ok()) return Result<HttpReply>(request.error());
    asked_ = Asked::token;
    return std::move(request).value();
  }
  if (asked == Asked::token) {
    auto token = engine_.take_token(reply);
    if (!token.ok()) return Result<HttpReply>(token.error());
    engine_.token_ = std::move(token).value();
    return ask();
  }
  if (asked == Asked::nothing) {
    return Result<HttpReply>(Error{ErrorCode::internal, "an answer to no request"});
  }
  if (reply->status == kUnauthorized && tokens_ < kTokens) {
    engine_.token_.clear();
    return ask_challenge();
  }
  if (reply->status != kOk) return Result<HttpReply>(error_of(*reply));
  return reply;
}

}  // namespace insieme::client
