#include <boost/json.hpp>

#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "insieme/server/secrets.hpp"
#include "insieme/sync/value.hpp"
#include "insieme/sync/welcome.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kDeviceNameMax = 100;
constexpr std::size_t kCodeMax = 64;

Response refused(const Error& error) {
  switch (error.code) {
    case ErrorCode::not_found:
      return problem_response({404, "invitation-unknown", "Unknown invitation",
                               "There is no such invitation. Check the code.",
                               "L'invito non esiste. Controllare il codice."});
    case ErrorCode::expired:
      return problem_response({410, "invitation-expired", "Invitation expired",
                               "The invitation has expired. Ask for a new one.",
                               "L'invito è scaduto. Chiederne uno nuovo."});
    case ErrorCode::conflict:
      return problem_response({409, "invitation-used", "Invitation used",
                               "An invitation works once: " + error.detail + ".",
                               "L'invito vale una volta sola ed è già stato usato, oppure questo "
                               "dispositivo è già iscritto."});
    case ErrorCode::not_allowed: return account_disabled();
    default: return problem_of(error);
  }
}

Response welcome_response(const Services& services, const Caller& caller) {
  const SpaceInfo space = services.repository.space();
  const sync::Welcome welcome{sync::to_hex(caller.device.key.bytes),
                              sync::to_text(caller.device.id),
                              sync::to_text(space.id),
                              space.name,
                              caller.user.account,
                              caller.user.display_name,
                              caller.user.role,
                              caller.rules.may_review,
                              pins_now(services)};
  boost::json::object body;
  body["device"] = welcome.device;
  body["space"] = welcome.space;
  body["space_name"] = welcome.space_name;
  body["account"] = welcome.account;
  body["display_name"] = welcome.display_name;
  body["role"] = welcome.role;
  body["may_review"] = welcome.may_review;
  if (!welcome.pins.empty()) body["pins"] = welcome.pins;
  body["server_public_key"] = sync::to_hex(services.server_key.bytes);
  const auto signature = sync::sign(services.server_secret, sync::digest_of(welcome).bytes);
  body["signature"] = sync::to_hex(signature.bytes);
  Response response = json_response(200, boost::json::serialize(body));
  response.device = sync::to_text(caller.device.id);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

/// Whether the device signed what came. Programs before this one did not.
bool is_as_sent(const JsonBody& body, const sync::PublicKey& key,
                const sync::Application& application) {
  const auto given = body.text("signature", 0, SIZE_MAX);
  if (!given) return true;
  sync::Signature signature;
  return sync::from_hex(*given, signature.bytes).ok() &&
         sync::verify(key, sync::digest_of(application).bytes, signature);
}

}  // namespace

Response enrol(const Services& services, const Request& request) {
  auto parsed = JsonBody::parse(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const JsonBody& body = std::get<JsonBody>(parsed);
  const auto bad = [](std::string detail) {
    return problem_response({400, "bad-request", "Bad request", std::move(detail), {}});
  };
  const auto code = body.text("invitation", 1, kCodeMax);
  const auto key = body.text("device_public_key", 64, 64);
  const auto name = body.text("device_name", 1, kDeviceNameMax);
  const auto replica = body.text("replica", 1, 36);
  if (!code) return bad("The body needs the code in \"invitation\".");
  if (!key) return bad("The body needs 64 hexadecimal digits in \"device_public_key\".");
  if (!name || !sync::is_valid_utf8(*name)) {
    return bad("The body needs 1 to 100 bytes of text in \"device_name\".");
  }
  Enrolment enrolment;
  const auto replica_id = sync::id_from_text<sync::ReplicaId>(replica.value_or(""));
  if (!replica_id.ok() || replica_id->is_nil()) return bad("The body needs an id in \"replica\".");
  if (!sync::from_hex(*key, enrolment.device_key.bytes).ok()) {
    return bad("The body needs 64 hexadecimal digits in \"device_public_key\".");
  }
  if (!is_as_sent(body, enrolment.device_key, {*code, *key, *name, *replica})) {
    return problem_response({400, "checksum", "Bad request",
                             "The request arrived other than it was sent: try again.",
                             "La richiesta è arrivata diversa da come era partita: riprovare."});
  }
  const auto hash = hash_invitation(*code);
  if (!hash) return refused({ErrorCode::not_found, {}});
  enrolment.invitation_hash = *hash;
  enrolment.device_name = *name;
  enrolment.replica = *replica_id;
  enrolment.new_device = sync::DeviceId{new_id(services.clock(), services.random)};
  const auto caller = services.repository.enrol(enrolment);
  if (!caller.ok()) return refused(caller.error());
  if (caller->device.revoked_ms) return device_revoked();
  return welcome_response(services, *caller);
}

}  // namespace insieme::server
