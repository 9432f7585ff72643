// Challenge, token, and who a token belongs to.
#include <boost/json.hpp>

#include <algorithm>

#include "api/device_orders.hpp"
#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "insieme/schema/bundle.hpp"
#include "insieme/server/secrets.hpp"
#include "insieme/sync/welcome.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kNonceBytes = 32;
constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kIdTextMax = 36;
constexpr std::size_t kSignatureHex = 128;

Response bad_member(std::string_view what) {
  return problem_response({400, "bad-request", "Bad request",
                           "The body needs " + std::string(what) + ".", {}});
}

/// Which program a device says that it is: shown to operators, so nothing but plain letters.
bool is_fit_app(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::optional<sync::OrderAsk> ask_of(const JsonBody& body) {
  const auto text = body.text("ask", 64, 64);
  sync::OrderAsk ask{};
  if (!text || !sync::from_hex(*text, ask).ok()) return std::nullopt;
  return ask;
}

bool starts_with_bearer(std::string_view header) noexcept {
  constexpr std::string_view kBearer = "bearer ";
  if (header.size() < kBearer.size()) return false;
  for (std::size_t i = 0; i < kBearer.size(); ++i) {
    const char c = header[i];
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (lower != kBearer[i]) return false;
  }
  return true;
}

}  // namespace

Response unauthorized(std::string_view slug, std::string detail) {
  Response response = problem_response({401, slug, "Not authenticated", std::move(detail), {}});
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"insieme\"");
  return response;
}

std::optional<Response> over_limit(const Services& services, const std::string& name) {
  if (services.devices == nullptr) return std::nullopt;
  const Allowance allowance = services.devices->take(name, services.clock());
  if (allowance.allowed) return std::nullopt;
  Response response = too_many(allowance);
  response.device = name;
  return response;
}

std::optional<std::string_view> bearer_of(const Request& request) noexcept {
  if (!starts_with_bearer(request.authorization)) return std::nullopt;
  return std::string_view(request.authorization).substr(7);
}

std::string pins_now(const Services& services) {
  return services.live_pins ? services.live_pins() : services.pins;
}

Response device_revoked() {
  return problem_response(
      {403, "device-revoked", "Device revoked",
       "This device was taken off the list. Its unsent work stays on it; speak with your "
       "coordinator.",
       "Questo dispositivo è stato revocato. Il lavoro non inviato resta sul dispositivo: parlare "
       "con il coordinatore."});
}

Response account_disabled() {
  return problem_response({403, "account-disabled", "Account disabled",
                           "The account of this device is disabled.",
                           "L'utenza di questo dispositivo è disattivata."});
}

std::variant<boost::json::value, Response> parse_json(const Request& request) {
  const std::string_view type(request.content_type);
  if (type.substr(0, type.find(';')) != "application/json") {
    return problem_response({415, "unsupported-media-type", "Unsupported media type",
                             "This route takes application/json.", {}});
  }
  const std::string_view text(reinterpret_cast<const char*>(request.body.data()),
                              request.body.size());
  boost::json::parse_options options;
  options.max_depth = 4;
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(text, error, {}, options);
  if (error) {
    return problem_response({400, "bad-request", "Bad request", "The body is not JSON.", {}});
  }
  return value;
}

std::variant<JsonBody, Response> JsonBody::parse(const Request& request) {
  auto parsed = parse_json(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const auto& value = std::get<boost::json::value>(parsed);
  if (!value.is_object()) {
    return problem_response({400, "bad-request", "Bad request",
                             "The body is not a JSON object.", {}});
  }
  JsonBody body;
  for (const auto& member : value.get_object()) {
    if (member.value().is_string()) {
      body.members_[std::string(member.key())] = std::string(member.value().get_string());
    }
  }
  return body;
}

std::optional<std::string> JsonBody::text(std::string_view name, std::size_t min,
                                          std::size_t max) const {
  const auto at = members_.find(name);
  if (at == members_.end() || at->second.size() < min || at->second.size() > max) {
    return std::nullopt;
  }
  return at->second;
}

Response challenge(const Services& services, const Request& request) {
  auto parsed = JsonBody::parse(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const auto text = std::get<JsonBody>(parsed).text("device", 1, kIdTextMax);
  if (!text) return bad_member("a device id in \"device\"");
  const auto device = sync::id_from_text<sync::DeviceId>(*text);
  if (!device.ok()) return bad_member("a device id in \"device\"");
  const std::string nonce = random_hex(kNonceBytes, services.random);
  const std::int64_t ttl_ms = std::int64_t{services.config.challenge_ttl_s} * 1000;
  // A stranger gets a nonce like anybody else, and nothing is kept for one.
  if (services.repository.find_caller(*device)) {
    services.tokens.put_nonce(*device, nonce, services.clock() + ttl_ms);
  }
  Response response = json_response(
      200, boost::json::serialize(boost::json::object{
               {"nonce", nonce}, {"expires_in_s", services.config.challenge_ttl_s}}));
  response.device = *text;
  return response;
}

Response token(const Services& services, const Request& request) {
  auto parsed = JsonBody::parse(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const JsonBody& body = std::get<JsonBody>(parsed);
  const auto device_text = body.text("device", 1, kIdTextMax);
  const auto nonce = body.text("nonce", 1, 2 * kNonceBytes);
  const auto signature_text = body.text("signature", kSignatureHex, kSignatureHex);
  if (!device_text || !nonce || !signature_text) {
    return bad_member("\"device\", \"nonce\" and \"signature\" (128 hexadecimal digits)");
  }
  const auto device = sync::id_from_text<sync::DeviceId>(*device_text);
  sync::Signature signature;
  if (!device.ok() || !sync::from_hex(*signature_text, signature.bytes).ok()) {
    return bad_member("\"device\", \"nonce\" and \"signature\" (128 hexadecimal digits)");
  }
  const bool known_nonce = services.tokens.take_nonce(*device, *nonce, services.clock());
  const auto caller = services.repository.find_caller(*device);
  if (!caller) return unauthorized("unknown-device", "The server does not know this device.");
  const std::string message = token_message(services.repository.space().id, *device, *nonce);
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(message.data()),
                                            message.size());
  if (!known_nonce) {
    return unauthorized("bad-challenge", "The challenge is unknown, used or expired. Ask again.");
  }
  if (!sync::verify(caller->device.key, bytes, signature)) {
    return unauthorized("bad-signature", "The signature is not this device's.");
  }
  if (const auto app = body.text("app", 1, kAppBytesMax); app && is_fit_app(*app)) {
    device_orders_of(services.repository).note_app(*device, *app);
  }
  const auto give = [&] {
    const std::string given = random_hex(kTokenBytes, services.random);
    services.tokens.put_token(*device, given,
                              services.clock() + std::int64_t{services.config.token_ttl_s} * 1000);
    return given;
  };
  if (caller->device.order != sync::OrderKind::none) {
    const auto order = device_orders_of(services.repository).facts_of(*device).order;
    if (!order) return problem_of({ErrorCode::busy, {}});  // taken back this very moment
    const auto ask = ask_of(body);
    const bool is_wipe = order->kind == sync::OrderKind::wipe;
    return device_ordered(services, *device, *order, ask,
                          is_wipe && ask ? give() : std::string());
  }
  if (caller->device.revoked_ms) return device_revoked();
  if (caller->user.disabled) return account_disabled();
  const std::string secret = give();
  boost::json::object granted{{"token", secret}, {"expires_in_s", services.config.token_ttl_s}};
  granted["protocol"] = sync::kProtocolVersion;
  granted["schema_version"] = schema::embedded_bundle().version;
  granted["schema_digest"] = schema::embedded_bundle().digest_text();
  if (const std::string pins = pins_now(services); !pins.empty()) {
    const std::string space = sync::to_text(services.repository.space().id);
    const sync::Digest digest = sync::digest_of_pins(space, pins);
    granted["pins"] = pins;
    granted["pins_signature"] =
        sync::to_hex(sync::sign(services.server_secret, digest.bytes).bytes);
  }
  Response response = json_response(200, boost::json::serialize(granted));
  response.headers.emplace_back("Cache-Control", "no-store");
  response.device = *device_text;
  return response;
}

namespace {

std::variant<Caller, Response> authenticate(const Services& services, const Request& request,
                                            Devices which) {
  const auto secret = bearer_of(request);
  if (!secret) {
    return unauthorized("no-token", "This needs an access token: sign a challenge first.");
  }
  const auto found = services.tokens.find_token(*secret, services.clock());
  if (!found) return unauthorized("unknown-token", "The access token is unknown.");
  const auto caller = services.repository.find_caller(found->device);
  if (!caller) return unauthorized("unknown-device", "The server does not know this device.");
  const sync::OrderKind order = caller->device.order;
  const bool is_wipe = order == sync::OrderKind::wipe;
  if (is_wipe ? which == Devices::in_use
              : which == Devices::to_be_wiped || order != sync::OrderKind::none) {
    // With the next token it hears, signed, what is ordered of it.
    return unauthorized("token-expired", "Something is ordered of this device: ask for a token.");
  }
  if (!is_wipe && caller->device.revoked_ms) return device_revoked();
  if (!is_wipe && caller->user.disabled) return account_disabled();
  if (found->expired) return unauthorized("token-expired", "The access token has expired.");
  if (auto refused = over_limit(services, sync::to_text(found->device))) return *refused;
  services.repository.settle();  // a day that began, or ended something
  return *caller;
}

}  // namespace

Response for_device(const Services& services, const Request& request,
                    const std::function<Response(const Caller&)>& act, Devices which) {
  auto who = authenticate(services, request, which);
  if (auto* refused = std::get_if<Response>(&who)) return std::move(*refused);
  const Caller& caller = std::get<Caller>(who);
  Response response = act(caller);
  response.device = sync::to_text(caller.device.id);
  return response;
}

std::variant<Voucher, Response> authenticate_machine(const Services& services,
                                                     const Request& request) {
  const auto secret = bearer_of(request);
  // A voucher is a JWT; what this server gives holds no dot.
  if (secret && secret->find('.') == std::string_view::npos) {
    auto own = authenticate_client(services, request);
    if (auto* refused = std::get_if<Response>(&own)) return std::move(*refused);
    const MachineToken& token = std::get<MachineToken>(own);
    if (auto refused = lacks_scope(token, {"flows"})) return *std::move(refused);
    return Voucher{token.client};
  }
  if (services.voucher_keys == nullptr) {
    Response response =
        problem_response({503, "unavailable", "Not available now",
                          "This server was not told who may fetch flows (siuss_keys).",
                          "A questo server non è stato detto chi può prendere i flussi."});
    response.headers.emplace_back("Retry-After", "3600");
    return response;
  }
  if (!secret) return unauthorized("no-token", "This needs a voucher of PDND.");
  const Config& config = services.config;
  const VoucherPolicy policy{config.siuss_issuer, config.siuss_audience, config.siuss_purpose};
  const auto voucher = services.voucher_keys->verify(
      *secret, policy, services.clock());
  if (voucher.ok()) {
    if (auto refused = over_limit(services, "machine " + voucher->client)) return *refused;
    return *voucher;
  }
  const std::string& detail = voucher.error().detail;
  if (voucher.error().code == ErrorCode::not_allowed) return problem_of(voucher.error());
  const bool expired = voucher.error().code == ErrorCode::expired;
  return unauthorized(expired ? "token-expired" : "unknown-token", detail);
}

}  // namespace insieme::server
