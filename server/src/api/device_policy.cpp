#include <boost/json.hpp>

#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "insieme/server/recovery.hpp"

namespace insieme::server {

/// For anybody: it says nothing that is secret, and a device may ask before it has a token.
Response device_policy(const Services& services, const Request&) {
  const SpaceInfo space = services.repository.space();
  const sync::Digest digest = digest_of_policy(space.id, services.config);
  boost::json::object body;
  body["space"] = sync::to_text(space.id);
  body["pin_required"] = services.config.pin_required;
  body["recovery_key"] = services.config.recovery_key;
  body["signature"] = sync::to_hex(sync::sign(services.server_secret, digest.bytes).bytes);
  Response response = json_response(200, boost::json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace insieme::server
