#include <boost/json.hpp>

#include "api/handlers.hpp"
#include "api/problem.hpp"

namespace insieme::server {

Response status(const Services& services, const Request&) {
  const SpaceInfo space = services.repository.space();
  boost::json::object body;
  body["status"] = "ok";
  body["version"] = kVersion;
  body["protocol"] = sync::kProtocolVersion;
  body["space"] = sync::to_text(space.id);
  body["position"] = std::to_string(space.position);  // 64 bits do not fit a JSON number
  body["epoch"] = std::to_string(space.epoch);
  Response response = json_response(200, boost::json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response metrics(const Services& services, const Request&) {
  const SpaceInfo space = services.repository.space();
  const Counts counts = services.repository.counts();
  Gauges gauges;
  gauges.position = space.position;
  gauges.epoch = space.epoch;
  gauges.log_bytes = space.log_bytes;
  gauges.database_bytes = counts.database_bytes;
  gauges.devices = counts.devices;
  gauges.devices_revoked = counts.devices_revoked;
  gauges.dossiers = counts.dossiers;
  gauges.documents = counts.documents;
  gauges.held_waiting = counts.held_waiting;
  return text_response(200, "text/plain; version=0.0.4; charset=utf-8",
                       services.metrics.text(gauges));
}

}  // namespace insieme::server
