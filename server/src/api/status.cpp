#include <boost/json.hpp>

#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "insieme/schema/bundle.hpp"
#include "insieme/server/blob_scans.hpp"
#include "insieme/server/limiter.hpp"

namespace insieme::server {

namespace {

Response fresh(const boost::json::object& body) {
  Response response = json_response(200, boost::json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace

/// Asks no database: whoever starts a program again that does not answer must not do so because the
/// database is away.
Response status(const Services&, const Request&) {
  boost::json::object body;
  body["status"] = "ok";
  body["version"] = kVersion;
  body["protocol"] = sync::kProtocolVersion;
  body["schema_version"] = schema::embedded_bundle().version;
  body["schema_digest"] = schema::embedded_bundle().digest_text();
  return fresh(body);
}

Response ready(const Services& services, const Request&) {
  const SpaceInfo space = services.repository.space();
  boost::json::object body;
  body["status"] = "ready";
  body["space"] = sync::to_text(space.id);
  body["position"] = std::to_string(space.position);  // 64 bits do not fit a JSON number
  body["epoch"] = std::to_string(space.epoch);
  return fresh(body);
}

/// Counts of devices and dossiers are nobody's business. A request whose sender is not known came
/// from no network.
Response metrics(const Services& services, const Request& request) {
  const bool here = request.client.empty() || is_own_address(request.client);
  if (!here && !services.config.metrics_for_all) {
    if (!bearer_of(request)) {
      return problem_of({ErrorCode::not_allowed,
                         "Only this machine is told (metrics_for_all), and who has a token."});
    }
    auto who = authenticate_client(services, request);
    if (auto* refused = std::get_if<Response>(&who)) return std::move(*refused);
    if (auto refused = lacks_scope(std::get<MachineToken>(who), {"metrics"})) {
      return *std::move(refused);
    }
  }
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
  gauges.blobs = counts.blobs;
  gauges.blob_bytes = counts.blob_bytes;
  gauges.blobs_awaited = counts.blobs_awaited;
  const ScanCounts scans = blob_scans_of(services.repository).scan_counts();
  gauges.blobs_infected = scans.infected;
  if (!services.config.blob_scan.empty()) gauges.blobs_unchecked = scans.pending + scans.failed;
  gauges.covered_position = space.covered_position;
  if (services.waits != nullptr) {
    gauges.waiting = services.waits->size();
    gauges.waits_ended = services.waits->ended();
  }
  if (services.free_disk_bytes) gauges.free_disk_bytes = services.free_disk_bytes();
  gauges.min_free_disk_bytes = services.config.min_free_disk;
  gauges.last_backup_s = counts.last_backup_ms.value_or(0) / 1000;
  if (services.certificate_expires_ms) {
    gauges.certificate_expires_s = services.certificate_expires_ms().value_or(0) / 1000;
  }
  return text_response(200, "text/plain; version=0.0.4; charset=utf-8",
                       services.metrics.text(gauges));
}

}  // namespace insieme::server
