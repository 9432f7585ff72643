#include "insieme/server/metrics.hpp"

#include <fmt/format.h>

#include <iterator>

namespace insieme::server {

void Metrics::count_request(std::string_view route, int status, double seconds) {
  const std::lock_guard lock(mutex_);
  ++requests_[{std::string(route), status}];
  Durations& durations = durations_[std::string(route)];
  std::size_t bucket = 0;
  while (bucket < kBounds.size() && seconds > kBounds[bucket]) ++bucket;
  ++durations.buckets[bucket];
  durations.sum += seconds;
  ++durations.count;
}

void Metrics::count_changes(std::uint64_t accepted, std::uint64_t held, std::uint64_t refused) {
  const std::lock_guard lock(mutex_);
  accepted_ += accepted;
  held_ += held;
  refused_ += refused;
}

void Metrics::count_sign_in(std::string_view outcome) {
  const std::lock_guard lock(mutex_);
  ++sign_ins_[std::string(outcome)];
}

void Metrics::count_machine(std::string_view outcome) {
  const std::lock_guard lock(mutex_);
  ++machines_[std::string(outcome)];
}

void Metrics::connection_opened() {
  const std::lock_guard lock(mutex_);
  ++connections_;
  ++connections_total_;
}

void Metrics::connection_closed() {
  const std::lock_guard lock(mutex_);
  --connections_;
}

void Metrics::connection_refused() {
  const std::lock_guard lock(mutex_);
  ++connections_refused_;
}

void Metrics::request_waits() {
  const std::lock_guard lock(mutex_);
  ++requests_waiting_;
}

void Metrics::request_waited() {
  const std::lock_guard lock(mutex_);
  --requests_waiting_;
}

void Metrics::request_turned_away() {
  const std::lock_guard lock(mutex_);
  ++requests_turned_away_;
}

namespace {

void put_waits_ended(std::string& out, const Gauges& gauges) {
  out += "# HELP insieme_waits_ended_total Waits for news that ended, by how.\n"
         "# TYPE insieme_waits_ended_total counter\n";
  for (std::size_t i = 0; i < kWaitEnds; ++i) {
    fmt::format_to(std::back_inserter(out), "insieme_waits_ended_total{{how=\"{}\"}} {}\n",
                   name_of(static_cast<WaitEnd>(i)), gauges.waits_ended[i]);
  }
}

template <class Put>
void put_blobs(const Put& put, const Gauges& gauges) {
  put("blobs", "gauge", "Photos and files that were begun or are whole.", gauges.blobs);
  put("blob_bytes", "gauge", "Size of their content.", gauges.blob_bytes);
  put("blobs_awaited", "gauge", "Photos and files that a record names and that are not all here.",
      gauges.blobs_awaited);
  put("blobs_infected", "gauge", "Photos and files in which a virus was found.",
      gauges.blobs_infected);
  put("blobs_unchecked", "gauge", "Photos and files that the virus scanner has not passed yet.",
      gauges.blobs_unchecked);
}

void put_outcomes(std::string& out, std::string_view name, std::string_view help,
                  const std::map<std::string, std::uint64_t, std::less<>>& outcomes,
                  std::string_view label = "outcome") {
  if (outcomes.empty()) return;
  fmt::format_to(std::back_inserter(out), "# HELP insieme_{0} {1}\n# TYPE insieme_{0} counter\n",
                 name, help);
  for (const auto& [outcome, count] : outcomes) {
    fmt::format_to(std::back_inserter(out), "insieme_{}{{{}=\"{}\"}} {}\n", name, label, outcome,
                   count);
  }
}

}  // namespace

std::string Metrics::text(const Gauges& gauges) const {
  std::string out;
  const auto put = [&out](std::string_view name, std::string_view type, std::string_view help,
                          std::uint64_t value) {
    fmt::format_to(std::back_inserter(out), "# HELP insieme_{0} {1}\n# TYPE insieme_{0} {2}\n"
                   "insieme_{0} {3}\n", name, help, type, value);
  };
  const std::lock_guard lock(mutex_);
  out += "# HELP insieme_requests_total Requests by route and status.\n"
         "# TYPE insieme_requests_total counter\n";
  for (const auto& [key, count] : requests_) {
    fmt::format_to(std::back_inserter(out),
                   "insieme_requests_total{{route=\"{}\",status=\"{}\"}} {}\n", key.first,
                   key.second, count);
  }
  out += "# HELP insieme_request_duration_seconds Time from the last byte in to the reply.\n"
         "# TYPE insieme_request_duration_seconds histogram\n";
  for (const auto& [route, durations] : durations_) {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
      below += durations.buckets[i];
      fmt::format_to(std::back_inserter(out),
                     "insieme_request_duration_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n",
                     route, kBounds[i], below);
    }
    fmt::format_to(std::back_inserter(out),
                   "insieme_request_duration_seconds_bucket{{route=\"{0}\",le=\"+Inf\"}} {1}\n"
                   "insieme_request_duration_seconds_sum{{route=\"{0}\"}} {2}\n"
                   "insieme_request_duration_seconds_count{{route=\"{0}\"}} {1}\n",
                   route, durations.count, durations.sum);
  }
  put_outcomes(out, "changes_total", "Changes taken into the log, by verdict.",
               {{"accepted", accepted_}, {"held", held_}, {"refused", refused_}}, "verdict");
  put_outcomes(out, "sign_in_steps_total", "Steps of sign-ins with a password, by outcome.",
               sign_ins_);
  put_outcomes(out, "machine_tokens_total", "Tokens that machines asked for, by outcome.",
               machines_);
  put("connections", "gauge", "Open connections.", connections_);
  put("connections_total", "counter", "Connections accepted.", connections_total_);
  put("connections_refused_total", "counter", "Connections over the limit.",
      connections_refused_);
  put("requests_waiting", "gauge", "Requests that wait for a thread.", requests_waiting_);
  put("requests_turned_away_total", "counter", "Requests whose line was full.",
      requests_turned_away_);
  put("waiting", "gauge", "Devices that wait for news.", gauges.waiting);
  put_waits_ended(out, gauges);
  put("log_position", "gauge", "Newest position of the log.", gauges.position);
  put("log_epoch", "gauge", "Epoch of the log.", gauges.epoch);
  put("log_bytes", "gauge", "Bytes of all changes in the log.", gauges.log_bytes);
  put("database_bytes", "gauge", "Size of the database.", gauges.database_bytes);
  put("devices", "gauge", "Enrolled devices.", gauges.devices);
  put("devices_revoked", "gauge", "Revoked devices.", gauges.devices_revoked);
  put("dossiers", "gauge", "Dossiers.", gauges.dossiers);
  put("documents", "gauge", "Documents.", gauges.documents);
  put("covered_position", "gauge", "The log up to there is in a checked backup.",
      gauges.covered_position);
  put("free_disk_bytes", "gauge", "Free where the data folder is.", gauges.free_disk_bytes);
  put("min_free_disk_bytes", "gauge", "Below it pushes are refused.", gauges.min_free_disk_bytes);
  put("last_backup_timestamp_seconds", "gauge", "When a backup was noted; 0: never.",
      static_cast<std::uint64_t>(gauges.last_backup_s));
  put("certificate_expires_timestamp_seconds", "gauge",
      "End of the certificate in use; 0: no TLS of its own.",
      static_cast<std::uint64_t>(gauges.certificate_expires_s));
  put_blobs(put, gauges);
  put("held_waiting", "gauge", "Held changes that wait for a decision.", gauges.held_waiting);
  return out;
}

}  // namespace insieme::server
