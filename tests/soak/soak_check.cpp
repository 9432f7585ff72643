#include "soak/soak_check.hpp"

#include <cstdio>
#include <cstdlib>

#include "soak/soak.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

std::size_t number_or(const char* name, std::size_t otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

}  // namespace

/// All of them come from one address here.
Words soak_flags() {
  return {"--connections-per-address-max", "0", "--address-requests-max",
          "1000000", "--device-requests-max", "1000000"};
}

void soak_and_check(OfficeServer& server, const TestFolder& folder) {
  SoakSettings settings;
  settings.tablets = number_or("INSIEME_SOAK_TABLETS", settings.tablets);
  settings.time = std::chrono::seconds(number_or("INSIEME_SOAK_SECONDS", 10));
  settings.seed = number_or("INSIEME_SEED", settings.seed);
  Soak soak(server, folder.path(), settings);
  soak.prepare();
  REQUIRE(soak.faults().empty());
  soak.run();
  soak.settle();
  for (const std::string& fault : soak.faults()) {
    CAPTURE(fault);
    CHECK(fault.empty());
  }
  const SoakTimes times = soak.times();
  std::printf("%zu tablets, %lld s: %zu saves, %zu synchronisations; ms p50 %.1f, p99 %.1f, most "
              "%.1f; KiB of the server by quarters",
              settings.tablets, static_cast<long long>(settings.time.count()), soak.saves(),
              soak.syncs(), times.median, times.p99, times.most);
  for (const double kib : soak.memory()) std::printf(" %.0f", kib);
  std::printf("\n");
  CHECK(soak.saves() > settings.tablets);
  // What grows with the space's content is on the disk: a quarter more within one soak is a leak.
  REQUIRE(soak.memory().size() == 4);
  CHECK(soak.memory()[3] < 1.25 * soak.memory()[1] + 16 * 1024);
}

}  // namespace insieme::testing
