// What units cost, small here: that each is measured and that nothing was lost on the way.
// `tools/soak --costs` measures for docs/scaling.md.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "soak/unit_costs.hpp"
#include "support/catch.hpp"

using namespace insieme::testing;

namespace {

std::size_t number_or(const char* name, std::size_t otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

void write_file(const char* path, const std::map<std::string, double>& figures) {
  std::ofstream file(path);
  const char* before = "{\n";
  for (const auto& [name, value] : figures) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.4g", value);
    file << before << "  \"" << name << "\": " << text.data();
    before = ",\n";
  }
  file << "\n}\n";
}

}  // namespace

TEST_CASE("soak: what a tablet, a change and a request cost is measured on PostgreSQL",
          "[soak][postgres]") {
  const Cluster& database = cluster(true);
  const TestFolder folder;
  OfficeServer server(folder.path(), cost_flags(), {{"INSIEME_DATABASE", database.address()}});
  CostSettings settings;
  settings.devices = number_or("INSIEME_COST_DEVICES", settings.devices);
  settings.rounds = number_or("INSIEME_COST_ROUNDS", settings.rounds);
  settings.dossiers = number_or("INSIEME_COST_DOSSIERS", settings.dossiers);
  settings.visits = number_or("INSIEME_COST_VISITS", settings.visits);
  settings.exchanges = number_or("INSIEME_COST_EXCHANGES", settings.exchanges);
  settings.idle_seconds = number_or("INSIEME_COST_IDLE", settings.idle_seconds);
  UnitCosts costs(database, server, folder.path(), settings);
  costs.measure();
  for (const std::string& fault : costs.faults()) CHECK(fault == "");
  REQUIRE(costs.faults().empty());
  CHECK(costs.logged() >= costs.made());
  CHECK(costs.made() >= static_cast<double>(settings.dossiers * (1 + 2 * settings.visits)));
  for (const char* unit : {"token", "wait", "dossier", "visit", "edit", "first_pull_of_change",
                           "push_of_one", "pull_of_one", "empty_sync"}) {
    CAPTURE(unit);
    CHECK(costs.figures().at(std::string(unit) + ".server_cpu_ms") > 0);
  }
  for (const auto& [name, value] : costs.figures()) {
    std::printf("%-36s %.4g\n", name.c_str(), value);
  }
  if (const char* path = std::getenv("INSIEME_COSTS_FILE")) write_file(path, costs.figures());
}
