#pragma once
// Counters for /metrics, in Prometheus' text format.

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "insieme/server/wait_room.hpp"

namespace insieme::server {

struct Gauges {
  std::uint64_t position = 0;
  std::uint64_t epoch = 0;
  std::uint64_t log_bytes = 0;
  std::uint64_t database_bytes = 0;
  std::uint64_t devices = 0;
  std::uint64_t devices_revoked = 0;
  std::uint64_t dossiers = 0;
  std::uint64_t documents = 0;
  std::uint64_t held_waiting = 0;
  std::uint64_t covered_position = 0;
  std::uint64_t free_disk_bytes = 0;
  std::uint64_t min_free_disk_bytes = 0;
  std::uint64_t waiting = 0;  ///< devices
  std::array<std::uint64_t, kWaitEnds> waits_ended{};
  std::uint64_t blobs = 0;
  std::uint64_t blob_bytes = 0;
  std::uint64_t blobs_awaited = 0;
  std::uint64_t blobs_infected = 0;
  std::uint64_t blobs_unchecked = 0;  ///< or in vain; 0 where no scanner is set
  std::int64_t last_backup_s = 0;          ///< since 1970; 0: never
  std::int64_t certificate_expires_s = 0;  ///< since 1970; 0: no TLS of its own
};

/// Thread-safe.
class Metrics {
 public:
  void count_request(std::string_view route, int status, double seconds);
  void count_changes(std::uint64_t accepted, std::uint64_t held, std::uint64_t refused);
  /// An attempt with a password of this server's own, or a step of one. `outcome`: a literal.
  void count_sign_in(std::string_view outcome);
  /// A machine asked for a token. `outcome`: a literal.
  void count_machine(std::string_view outcome);
  void connection_opened();
  void connection_closed();
  void connection_refused();
  /// A request stands in its line, and has a thread, or is gone.
  void request_waits();
  void request_waited();
  void request_turned_away();
  [[nodiscard]] std::string text(const Gauges& gauges) const;

 private:
  static constexpr std::array<double, 9> kBounds{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30};
  struct Durations {
    std::array<std::uint64_t, 10> buckets{};
    double sum = 0;
    std::uint64_t count = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, std::uint64_t> requests_;
  std::map<std::string, Durations> durations_;
  std::map<std::string, std::uint64_t, std::less<>> sign_ins_;
  std::map<std::string, std::uint64_t, std::less<>> machines_;
  std::uint64_t accepted_ = 0;
  std::uint64_t held_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t connections_ = 0;
  std::uint64_t connections_total_ = 0;
  std::uint64_t connections_refused_ = 0;
  std::uint64_t requests_waiting_ = 0;
  std::uint64_t requests_turned_away_ = 0;
};

}  // namespace insieme::server
