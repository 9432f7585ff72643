#include "order_run.hpp"

#include <boost/json.hpp>

#include "http_problem.hpp"

namespace insieme::client {
namespace {

namespace json = boost::json;

constexpr int kOk = 200;
constexpr int kForbidden = 403;
constexpr std::string_view kJson = "application/json";
constexpr std::size_t kNonceMax = 256;

std::vector<std::uint8_t> bytes_of(const json::object& object) {
  const std::string text = json::serialize(object);
  return {text.begin(), text.end()};
}

std::string nonce_in(const HttpReply& reply) {
  boost::system::error_code error;
  const json::value value = json::parse(
      json::string_view(reinterpret_cast<const char*>(reply.body.data()), reply.body.size()),
      error);
  const json::object* object = error ? nullptr : value.if_object();
  const json::value* nonce = object != nullptr ? object->if_contains("nonce") : nullptr;
  if (nonce == nullptr || !nonce->is_string() || nonce->as_string().size() > kNonceMax) return {};
  return std::string(nonce->as_string());
}

}  // namespace

HttpRequest OrderRun::request(std::string_view path, std::string_view type,
                              std::vector<std::uint8_t> body) const {
  const Identity& self = engine_.store().identity();
  HttpRequest out;
  out.url = self.server_url + std::string(path);
  out.pin = self.server_pin;
  out.headers.emplace_back("Content-Type", type);
  if (!heard_.token.empty()) out.headers.emplace_back("Authorization", "Bearer " + heard_.token);
  out.body = std::move(body);
  return out;
}

OrderRun::Need OrderRun::begin() {
  asked_ = Asked::challenge;
  return request("/v1/challenge", kJson,
                 bytes_of({{"device", sync::to_text(engine_.store().identity().device)}}));
}

OrderRun::Need OrderRun::answered(const Result<HttpReply>& reply) {
  if (!reply.ok()) return OrderOutcome{reply.error(), {}, {}, {}};
  switch (asked_) {
    case Asked::challenge:
      return on_challenge(*reply);
    case Asked::token:
      return on_token(*reply);
    case Asked::escrow:
      break;
  }
  escrow_->answered(reply);
  return go_on();
}

OrderRun::Need OrderRun::on_challenge(const HttpReply& reply) {
  const std::string nonce = nonce_in(reply);
  if (reply.status != kOk || nonce.empty()) return OrderOutcome{error_of(reply), {}, {}, {}};
  const Identity& self = engine_.store().identity();
  const std::string device = sync::to_text(self.device);
  const std::string message =
      "insieme token v1\n" + sync::to_text(self.space) + "\n" + device + "\n" + nonce;
  const sync::Signature signature =
      sync::sign(self.keys.secret_key, std::vector<std::uint8_t>(message.begin(), message.end()));
  engine_.platform().random(ask_);
  asked_ = Asked::token;
  return request("/v1/token", kJson,
                 bytes_of({{"device", device},
                           {"nonce", nonce},
                           {"signature", sync::to_hex(signature.bytes)},
                           {"ask", sync::to_hex(ask_)}}));
}

OrderRun::Need OrderRun::on_token(const HttpReply& reply) {
  if (reply.status == kOk) return OrderOutcome{};
  if (reply.status != kForbidden) return OrderOutcome{error_of(reply), {}, {}, {}};
  const Identity& self = engine_.store().identity();
  auto heard = parse_device_order(reply.body, self.space, self.device, self.server_key, ask_);
  // Refused without an order, or by somebody who is not to be believed: nothing happens here.
  if (!heard.ok() || heard->order.kind == sync::OrderKind::none) {
    return OrderOutcome{error_of(reply), {}, {}, {}};
  }
  heard_ = std::move(heard).value();
  if (heard_.order.kind == sync::OrderKind::lock) {
    return OrderOutcome{error_of(reply), heard_.order, {}, {}};
  }
  asked_ = Asked::escrow;
  escrow_.emplace(engine_.store(), heard_.order,
                  [this](std::string_view path, std::string_view type,
                         std::vector<std::uint8_t> body) {
                    return request(path, type, std::move(body));
                  });
  return go_on();
}

OrderRun::Need OrderRun::go_on() {
  if (auto next = escrow_->next()) return *std::move(next);
  return OrderOutcome{escrow_->status(), heard_.order, escrow_->receipt(), escrow_->names()};
}

OrderOutcome ask_order(Engine& engine) {
  OrderRun run(engine);
  OrderRun::Need need = run.begin();
  while (const auto* request = std::get_if<HttpRequest>(&need)) {
    need = run.answered(engine.transport().post(*request));
  }
  return std::get<OrderOutcome>(std::move(need));
}

}  // namespace insieme::client
