// Which random inputs the properties are tried with. The seed is fixed, so that a test that passed
// passes again; it is printed, and another can be given:
//
//   INSIEME_SEED=7 build/dev/bin/property_test       (a number; `random` draws one and prints it)
//   INSIEME_PROPERTY_RUNS=5000 …                     (inputs per property)
//   RC_PARAMS="reproduce=…" …                        (rapidcheck's own words win over both)
#include <stdlib.h>

#include <cstdint>
#include <cstdio>
#include <random>
#include <string>

namespace {

constexpr const char* kSeed = "20221124";
constexpr const char* kRuns = "400";

std::string given(const char* name, const char* otherwise) {
  const char* value = ::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

/// rapidcheck reads RC_PARAMS at its first property, which is after this.
const bool kReady = [] {
  if (!given("RC_PARAMS", "").empty()) return true;
  std::string seed = given("INSIEME_SEED", kSeed);
  if (seed == "random") seed = std::to_string(std::random_device{}());
  const std::string runs = given("INSIEME_PROPERTY_RUNS", kRuns);
  const std::string words = "seed=" + seed + " max_success=" + runs;
  ::setenv("RC_PARAMS", words.c_str(), 1);
  std::printf("INSIEME_SEED=%s INSIEME_PROPERTY_RUNS=%s\n", seed.c_str(), runs.c_str());
  return true;
}();

}  // namespace
