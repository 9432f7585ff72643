// Enrolment and tokens: the small JSON requests.
#include <array>
#include <boost/json.hpp>

#include "http_problem.hpp"
#include "insieme/client/engine.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/sync/welcome.hpp"

namespace insieme::client {
namespace {

namespace json = boost::json;

constexpr int kOk = 200;
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kBadChallenge = "/problems/bad-challenge";
constexpr std::string_view kChecksum = "/problems/checksum";
constexpr std::string_view kTruncated = "/problems/truncated";
constexpr std::size_t kDetailBytesMax = 300;

std::vector<std::uint8_t> bytes_of(const json::object& object) {
  const std::string text = json::serialize(object);
  return {text.begin(), text.end()};
}

/// An object, or null: whatever a stranger in the middle may answer.
json::object object_of(const std::vector<std::uint8_t>& body) {
  boost::system::error_code error;
  const json::value value = json::parse(
      json::string_view(reinterpret_cast<const char*>(body.data()), body.size()), error);
  return !error && value.is_object() ? value.as_object() : json::object{};
}

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(json::string_view(key.data(), key.size()));
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(json::string_view(key.data(), key.size()));
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

bool may_pass(int status) { return status == 0 || status == 408 || status == 429 || status >= 500; }

Error not_ours() {
  return {ErrorCode::malformed,
          "the answer is not that of an Insieme server\n"
          "la risposta non è quella di un server Insieme"};
}

}  // namespace

std::string shown_line(std::string text) {
  if (text.size() > kDetailBytesMax) {
    std::size_t end = kDetailBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    text.resize(end);
  }
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20U) c = ' ';
  }
  return text;
}

std::string sentence_of(const HttpReply& reply) {
  if (reply.status == 0) {
    return reply.failure.empty() ? "no answer\nnessuna risposta" : reply.failure;
  }
  if (reply.content_type.rfind("application/", 0) == 0) {
    const json::object problem = object_of(reply.body);
    std::string detail = text_at(problem, "detail");
    if (detail.empty()) detail = text_at(problem, "title");
    const std::string italian = text_at(problem, "detail_it");
    if (!detail.empty() && italian.empty()) return shown_line(detail);
    if (!detail.empty()) return shown_line(detail) + "\n" + shown_line(italian);
  }
  const std::string status = std::to_string(reply.status);
  return "the server answered with status " + status + "\nil server ha risposto con lo stato " +
         status;
}

bool says_damaged(const HttpReply& reply) {
  if (reply.status != 400 || reply.content_type.rfind("application/", 0) != 0) return false;
  const std::string type = text_at(object_of(reply.body), "type");
  return type == kChecksum || type == kTruncated;
}

Error error_of(const HttpReply& reply) {
  const std::string said = sentence_of(reply);
  switch (reply.status) {
    case 400:
      return {ErrorCode::invalid_argument, said};
    case 401:
      return {ErrorCode::unauthenticated, said};
    case 403:
      return {ErrorCode::not_allowed, said};
    case 404:
      return {ErrorCode::not_found, said};
    case 409:
      return {ErrorCode::conflict, said};
    case 410:
      return {ErrorCode::expired, said};
    case 413:
      return {ErrorCode::limit_exceeded, said};
    case 507:
      return {ErrorCode::quota, said};
    default:
      return {ErrorCode::unavailable, said};
  }
}

HttpRequest Engine::challenge_request() const {
  return request_to(store_->identity(), "/v1/challenge", kJson,
                    bytes_of({{"device", sync::to_text(store_->identity().device)}}));
}

Result<HttpRequest> Engine::token_request(const Result<HttpReply>& challenge) const {
  if (!challenge.ok()) return challenge.error();
  if (challenge->status != kOk) return error_of(*challenge);
  const std::string nonce = text_at(object_of(challenge->body), "nonce");
  if (nonce.empty()) return not_ours();
  const Identity& self = store_->identity();
  const std::string device = sync::to_text(self.device);
  const std::string message =
      "insieme token v1\n" + sync::to_text(self.space) + "\n" + device + "\n" + nonce;
  const sync::Signature signature =
      sync::sign(self.keys.secret_key, std::vector<std::uint8_t>(message.begin(), message.end()));
  return request_to(self, "/v1/token", kJson,
                    bytes_of({{"device", device},
                              {"nonce", nonce},
                              {"signature", sync::to_hex(signature.bytes)},
                              {"app", "insieme " INSIEME_VERSION}}));
}

Result<std::string> Engine::take_token(const Result<HttpReply>& granted) {
  if (!granted.ok()) return granted.error();
  const json::object answer = object_of(granted->body);
  if (granted->status == 401 && text_at(answer, "type") == kBadChallenge) {
    return Error{ErrorCode::expired, sentence_of(*granted)};
  }
  if (granted->status != kOk) return error_of(*granted);
  std::string token = text_at(answer, "token");
  if (token.empty()) return not_ours();
  adopt_pins(text_at(answer, "pins"), text_at(answer, "pins_signature"));
  note_rules(number_at(answer, "schema_version"), text_at(answer, "schema_digest"),
             number_at(answer, "protocol"));
  return token;
}

/// What an older server does not say leaves what was known. Only a hint for people: what cannot be
/// stored now is told again with the next token.
void Engine::note_rules(std::int64_t version, const std::string& digest, std::int64_t protocol) {
  std::array<std::uint8_t, 8> parsed{};
  if (version <= 0 || !sync::from_hex(digest, parsed).ok()) return;
  static_cast<void>(store_->note_server_rules(version, digest, protocol));
}

HttpRequest Engine::openings_request(const std::vector<Opening>& openings) const {
  json::array lines;
  for (const Opening& one : openings) {
    json::object line{{"dossier", sync::to_text(one.document.dossier)},
                      {"section", one.document.section},
                      {"at", schema::iso_text(sync::Instant{one.at_ms})}};
    if (!one.purpose.empty()) line["purpose"] = one.purpose;
    lines.push_back(std::move(line));
  }
  return request_to(store_->identity(), "/v1/openings", kJson,
                    bytes_of({{"openings", std::move(lines)}}));
}

/// The keys of the certificate in use and of the one that will follow, if our server says so. What
/// cannot be believed or stored changes nothing: the next token tells again.
void Engine::adopt_pins(const std::string& pins, const std::string& signature) {
  Identity self = store_->identity();
  if (pins == self.server_pin || !sync::are_pins(pins)) return;
  sync::Signature signed_by;
  if (!sync::from_hex(signature, signed_by.bytes).ok()) return;
  const sync::Digest digest = sync::digest_of_pins(sync::to_text(self.space), pins);
  if (!sync::verify(self.server_key, digest.bytes, signed_by)) return;
  self.server_pin = pins;
  static_cast<void>(store_->set_identity(self));
}

namespace {

/// Who answered an enrolment: the key that the invitation names, or the one that the answer names
/// if only a code was given, as long as it signed all that the answer says.
Result<sync::PublicKey> proven_key(const json::object& answer, const Invitation& invitation,
                                   const sync::PublicKey& device_key) {
  const Error stranger{ErrorCode::bad_signature, "not the server that made the invitation\n"
                                                 "non è il server che ha fatto l'invito"};
  sync::PublicKey key;
  sync::Signature signature;
  if (!sync::from_hex(text_at(answer, "server_public_key"), key.bytes).ok() ||
      !sync::from_hex(text_at(answer, "signature"), signature.bytes).ok()) {
    return stranger;
  }
  const json::value* review = answer.if_contains("may_review");
  const sync::Welcome welcome{sync::to_hex(device_key.bytes),
                              text_at(answer, "device"),
                              text_at(answer, "space"),
                              text_at(answer, "space_name"),
                              text_at(answer, "account"),
                              text_at(answer, "display_name"),
                              text_at(answer, "role"),
                              review != nullptr && review->is_bool() && review->get_bool(),
                              text_at(answer, "pins")};
  const bool expected = !invitation.server_key || *invitation.server_key == key;
  if (!expected || !sync::verify(key, sync::digest_of(welcome).bytes, signature)) return stranger;
  return key;
}

}  // namespace

/// Who this store would be at the invitation's server.
Result<Identity> Engine::enrolling(const EnrolRequest& request) const {
  Identity self = store_->identity();
  if (!request.invitation.server_url.empty()) {
    self.server_url = request.invitation.server_url;
    self.server_pin = request.invitation.pin;
  }
  if (self.server_url.empty()) {
    return Error{ErrorCode::invalid_argument,
                 "a code alone does not say which server: give its address, too (--server)\n"
                 "il codice da solo non dice quale server: dare anche il suo indirizzo (--server)"};
  }
  return self;
}

Result<HttpRequest> Engine::begin_enrol(const EnrolRequest& request) {
  INSIEME_TRY_ASSIGN(Identity self, enrolling(request));
  if (self.keys.public_key == sync::PublicKey{}) {
    std::array<std::uint8_t, 32> seed{};
    platform_.random(seed);
    self.keys = sync::make_key_pair(seed);
  }
  // Before anything is sent: should the reply be lost, the next try shows the same key and the
  // server knows it is us. An enrolment that holds is not touched before there is a better one.
  if (!self.is_enrolled()) INSIEME_TRY(store_->set_identity(self));
  token_.clear();
  const sync::Application asked{request.invitation.code, sync::to_hex(self.keys.public_key.bytes),
                                request.device_name.empty() ? "insieme" : request.device_name,
                                sync::to_text(self.replica)};
  const auto signature = sync::sign(self.keys.secret_key, sync::digest_of(asked).bytes);
  return request_to(self, "/v1/enrol", kJson,
                    bytes_of({{"invitation", asked.invitation},
                              {"device_public_key", asked.device_public_key},
                              {"device_name", asked.device_name},
                              {"replica", asked.replica},
                              {"signature", sync::to_hex(signature.bytes)}}));
}

Result<Identity> Engine::enrol(const EnrolRequest& request) {
  INSIEME_TRY_ASSIGN(const HttpRequest asked, begin_enrol(request));
  return end_enrol(request, transport_.post(asked));
}

Result<Identity> Engine::end_enrol(const EnrolRequest& request, const Result<HttpReply>& reply) {
  if (!reply.ok()) return reply.error();
  INSIEME_TRY_ASSIGN(Identity self, enrolling(request));
  if (may_pass(reply->status)) return Error{ErrorCode::unavailable, sentence_of(*reply)};
  if (reply->status != kOk && reply->status != 201) return error_of(*reply);
  const json::object answer = object_of(reply->body);
  auto device = sync::id_from_text<sync::DeviceId>(text_at(answer, "device"));
  auto space = sync::id_from_text<sync::SpaceId>(text_at(answer, "space"));
  const std::string account = text_at(answer, "account");
  if (!device.ok() || !space.ok() || account.empty()) return not_ours();
  if (self.is_enrolled() && self.space != space.value()) {
    return Error{ErrorCode::conflict, "this store belongs to another space: make a new one\n"
                                     "questo archivio è di un altro spazio: farne uno nuovo"};
  }
  INSIEME_TRY_ASSIGN(self.server_key,
                     proven_key(answer, request.invitation, self.keys.public_key));
  if (const std::string pins = text_at(answer, "pins"); sync::are_pins(pins)) {
    self.server_pin = pins;
  }
  self.device = device.value();
  self.space = space.value();
  self.account = account;
  self.space_name = text_at(answer, "space_name");
  self.display_name = text_at(answer, "display_name");
  self.role = text_at(answer, "role");
  INSIEME_TRY(store_->set_identity(self));
  return self;
}

HttpRequest Engine::begin_policy() const {
  return request_to(store_->identity(), "/v1/device-policy", kJson, bytes_of({}));
}

Result<DevicePolicy> Engine::end_policy(const Result<HttpReply>& reply) const {
  if (!reply.ok()) return reply.error();
  if (reply->status != kOk) return error_of(*reply);
  const json::object answer = object_of(reply->body);
  DevicePolicy policy;
  const std::string key = text_at(answer, "recovery_key");
  if (!key.empty()) {
    policy.recovery_key.emplace();
    if (!sync::from_hex(key, policy.recovery_key->bytes).ok()) return not_ours();
  }
  const json::value* required = answer.if_contains("pin_required");
  if (required == nullptr || !required->is_bool()) return not_ours();
  policy.pin_required = required->get_bool();
  const Identity& self = store_->identity();
  sync::Hasher hasher("insieme device policy v1");
  hasher.add(self.space.bytes).add(std::string_view(key)).add(policy.pin_required ? 1U : 0U);
  sync::Signature signature;
  if (!sync::from_hex(text_at(answer, "signature"), signature.bytes).ok() ||
      !sync::verify(self.server_key, hasher.finish().bytes, signature)) {
    return Error{ErrorCode::bad_signature, "not the server that this device was enrolled with\n"
                                           "non è il server a cui è legato questo dispositivo"};
  }
  return policy;
}

}  // namespace insieme::client
