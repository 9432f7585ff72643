#pragma once
// Many tablets and one server for a while: each comes, works, synchronises and goes again.

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "support/cli_runner.hpp"

namespace insieme::testing {

struct SoakSettings {
  std::size_t tablets = 15;  ///< at least 5; five share a household
  std::chrono::seconds time{10};
  std::uint64_t seed = 1;
};

/// Milliseconds of synchronisations, from the first byte to the last.
struct SoakTimes {
  double median = 0;
  double p99 = 0;
  double most = 0;
};

class Soak {
 public:
  Soak(OfficeServer& server, std::filesystem::path folder, SoakSettings settings);

  /// People, tablets, households: a coordinator's afternoon.
  void prepare();
  /// Works until the time is over. Whatever went wrong is in `faults`.
  void run();
  /// Everybody, until everybody has everything; then each tablet's documents are compared with the
  /// server's.
  void settle();

  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }
  [[nodiscard]] std::size_t syncs() const { return spent_ms_.size(); }
  [[nodiscard]] std::size_t saves() const { return saves_; }
  [[nodiscard]] SoakTimes times() const;
  /// Resident memory of the server in KiB: the median of each quarter of the time.
  [[nodiscard]] const std::vector<double>& memory() const { return memory_; }

 private:
  struct Member {
    std::string account;
    std::string store;
    std::string dossier;
    std::string record;  ///< the household's own
    std::mutex in_use;
    std::size_t requests = 0;
  };
  class Sitting;

  void enrol(Member& member);
  void turn(Member& member, std::uint64_t dice);
  void work(std::size_t worker, std::chrono::steady_clock::time_point end);
  void watch(std::chrono::steady_clock::time_point begin,
             std::chrono::steady_clock::time_point end);
  void fault(const std::string& what);

  OfficeServer& server_;
  std::filesystem::path folder_;
  SoakSettings settings_;
  std::vector<std::unique_ptr<Member>> members_;
  std::mutex mutex_;  ///< guards faults and times
  std::vector<std::string> faults_;
  std::vector<double> spent_ms_;
  std::atomic<std::size_t> saves_{0};
  std::vector<double> memory_;
};

}  // namespace insieme::testing
