#pragma once
// What one tablet, dossier, record, change or request costs a server and its PostgreSQL: processor
// time by process, bytes of the database and of its write-ahead log. Real programs, one space.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "insieme/client/client.hpp"
#include "postgres/cluster.hpp"
#include "support/cli_runner.hpp"

namespace insieme::testing {

struct CostSettings {
  std::size_t devices = 20;   ///< enrolled beside the two that work; all of them wait
  std::size_t rounds = 2;     ///< of waiting
  std::size_t dossiers = 3;
  std::size_t visits = 4;     ///< in each dossier, and as many edits of them
  std::size_t exchanges = 5;  ///< of one change, and of none
  std::size_t idle_seconds = 1;
};

/// Flags of `serve` that the figures are made with.
[[nodiscard]] Words cost_flags();

class UnitCosts {
 public:
  UnitCosts(const Cluster& database, OfficeServer& server, std::filesystem::path folder,
            CostSettings settings);
  /// Everything, in this order. Whatever went wrong is in `faults`.
  void measure();

  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }
  /// Name to value; units stand in the names.
  [[nodiscard]] const std::map<std::string, double>& figures() const { return figures_; }
  /// Changes that the server's log has, and that the tablets made.
  [[nodiscard]] double logged() const;
  [[nodiscard]] double made() const { return made_; }

 private:
  struct Reading {
    double server_ms = 0;    ///< processor
    double postgres_ms = 0;  ///< processor, of all its processes that live
    double wal = 0;          ///< bytes
    double database = 0;     ///< bytes
  };
  class Tablet;

  [[nodiscard]] Reading read_processors() const;
  [[nodiscard]] Reading read_all() const;
  void add(const std::string& unit, const Reading& from, const Reading& to, double count);

  void enrol_devices();
  void let_wait();
  void rest();
  void write_dossiers(Tablet& anna);
  void write_visits(Tablet& anna);
  void edit_visits(Tablet& anna);
  void fetch_all(Tablet& bruno);
  void exchange(Tablet& anna, Tablet& bruno);
  void look_at_processes();

  const Cluster& database_;
  OfficeServer& server_;
  std::filesystem::path folder_;
  CostSettings settings_;
  std::vector<std::string> faults_;
  std::map<std::string, double> figures_;
  std::vector<std::string> tokens_;
  std::vector<std::string> dossiers_;
  std::vector<std::string> visits_;
  double made_ = 0;
};

}  // namespace insieme::testing
