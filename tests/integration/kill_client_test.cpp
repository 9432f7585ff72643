// SIGKILL of the client at every place where it changes a file or sends a byte.
#include <signal.h>

#include <filesystem>

#include "ambito.hpp"
#include "support/catch.hpp"
#include "support/doomed.hpp"

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kStopsMax = 16;

bool can_watch() {
  if (Doomed::is_possible()) return true;
  WARN("skipped: this system lets no program watch another (ptrace)");
  return false;
}

/// How many places to die there are; the run itself lives.
std::uint64_t places_of(const Terminal& who, const Words& words) {
  Doomed run("insieme", words, who.environment);
  const Finished finished = run.wait();
  CAPTURE(words, finished.out, finished.err);
  REQUIRE(finished.code == 0);
  return run.calls();
}

/// Some of 1..places, other ones with every seed; never further apart than they must be.
std::vector<std::uint64_t> choose(std::uint64_t places, std::uint64_t seed) {
  const std::uint64_t step = places / kStopsMax + 1;
  std::vector<std::uint64_t> chosen;
  for (std::uint64_t n = 1 + seed % step; n <= places; n += step) chosen.push_back(n);
  return chosen;
}

TEST_CASE("kill: a save that dies anywhere is there whole or not at all, repeated it is there once",
          "[integration][P2]") {
  if (!can_watch()) return;
  const std::uint64_t seed = seed_or(1);
  CAPTURE(seed);
  Ambito at;
  const auto words = [&at](const std::string& value) {
    return Words{"--request-id", value, "edit", at.visit, "next_step=" + value};
  };
  const std::uint64_t places = places_of(at.anna, words("intero"));
  at.acknowledged.insert("intero");
  REQUIRE(places > 10);
  std::size_t kills = 0;
  for (const std::uint64_t n : choose(places, seed)) {
    const std::string value = "passo " + std::to_string(n);
    CAPTURE(n, places);
    const Finished died = run_doomed("insieme", words(value), at.anna.environment, n);
    CHECK((died.code == -SIGKILL || died.code == 0));
    kills += died.code == -SIGKILL;
    const std::string shown = at.shown(at.anna, "next_step");
    if (!died.out.empty()) CHECK(shown == value);  // it had said that it was saved
    at.anna.ok(words(value));
    at.acknowledged.insert(value);
    CHECK(at.shown(at.anna, "next_step") == value);
  }
  CHECK(kills > kStopsMax / 2);
  at.check_whole();
}

TEST_CASE("kill: a synchronisation that dies anywhere goes on the next time",
          "[integration][P2][P10]") {
  if (!can_watch()) return;
  const std::uint64_t seed = seed_or(2);
  CAPTURE(seed);
  Ambito at;
  at.save("prima");
  at.bruno.ok({"edit", at.visit, "next_date=01/04/2024"});
  at.bruno.ok({"sync"});
  const std::uint64_t places = places_of(at.anna, {"sync"});
  REQUIRE(places > 10);
  std::size_t kills = 0;
  int day = 1;
  for (const std::uint64_t n : choose(places, seed)) {
    CAPTURE(n, places);
    at.save("passo " + std::to_string(n));
    if (++day % 4 == 0) {  // something to receive, too
      at.bruno.ok({"edit", at.visit, "next_date=" + std::to_string(day) + "/05/2024"});
      at.bruno.ok({"sync"});
    }
    const Finished died = run_doomed("insieme", {"sync"}, at.anna.environment, n);
    CHECK((died.code == -SIGKILL || died.code == 0));
    kills += died.code == -SIGKILL;
    CHECK(at.shown(at.anna, "next_step") == "passo " + std::to_string(n));
  }
  CHECK(kills > kStopsMax / 2);
  at.check_whole();
}

TEST_CASE("kill: an enrolment that dies anywhere is completed by the same invitation",
          "[integration][P2]") {
  if (!can_watch()) return;
  const std::uint64_t seed = seed_or(3);
  CAPTURE(seed);
  Ambito at;
  std::uint64_t places = 0;
  {
    const Terminal tablet(at.folder.path(), "prova");
    tablet.ok({"init"});
    places = places_of(tablet, {"enrol", at.invitation("anna")});
  }
  const std::uint64_t step = places / 6 + 1;
  for (std::uint64_t n = 1 + seed % step; n <= places; n += step) {
    CAPTURE(n, places);
    const Terminal tablet(at.folder.path(), "tablet-" + std::to_string(n));
    tablet.ok({"init"});
    tablet.ok({"add", "household", "name=Prima dell'invito", "commune=Bibbiano"});
    const std::string invitation = at.invitation("anna");
    const Finished died =
        run_doomed("insieme", {"enrol", invitation}, tablet.environment, n);
    CHECK((died.code == -SIGKILL || died.code == 0));
    tablet.ok({"enrol", invitation});
    tablet.ok({"sync"});
    CHECK(member(tablet.ask({"status"}), "unsent") == "0");
  }
  at.check_whole();
}

TEST_CASE("kill: making a store can be done again wherever it died", "[integration][P2]") {
  if (!can_watch()) return;
  TestFolder folder;
  std::uint64_t places = 0;
  {
    const Terminal tablet(folder.path(), "prova");
    places = places_of(tablet, {"init"});
  }
  std::vector<std::uint64_t> chosen = choose(places, seed_or(4));
  for (std::uint64_t n = 1; n <= 12; ++n) chosen.push_back(n);  // the key first
  for (const std::uint64_t n : chosen) {
    CAPTURE(n, places);
    const Terminal tablet(folder.path(), "tablet-" + std::to_string(n));
    if (fs::exists(tablet.store())) continue;
    const Finished died = run_doomed("insieme", {"init"}, tablet.environment, n);
    CHECK((died.code == -SIGKILL || died.code == 0));
    const Finished again = tablet.run({"init"});
    CAPTURE(again.err);
    CHECK((again.code == 0 || again.code == 2));  // 2: there is one already
    tablet.ok({"add", "household", "name=Famiglia Rossi", "commune=Bibbiano"});
    CHECK(tablet.ask({"open"}).at("dossiers").as_array().size() == 1);
  }
}

TEST_CASE("kill: a backup that died is no backup, and the next one takes its place",
          "[integration][P2]") {
  if (!can_watch()) return;
  Ambito at;
  const std::uint64_t places =
      places_of(at.anna, {"backup", at.folder.file("intera.backup")});
  const std::uint64_t step = places / 8 + 1;
  for (std::uint64_t n = 1 + seed_or(5) % step; n <= places; n += step) {
    CAPTURE(n, places);
    const std::string name = "copia-" + std::to_string(n);
    const std::string path = at.folder.file(name + ".backup");
    const Finished died = run_doomed("insieme", {"backup", path}, at.anna.environment, n);
    CHECK((died.code == -SIGKILL || died.code == 0));
    if (!fs::exists(path)) at.anna.ok({"backup", path});
    // Restoring may die too; what stands at the target afterwards is whole or nothing.
    const Terminal again(at.folder.path(), name);
    fs::copy_file(at.anna.store() + ".key", again.store() + ".key");
    const Finished halted = run_doomed("insieme", {"restore", path}, again.environment, n);
    CHECK((halted.code == -SIGKILL || halted.code == 0));
    if (!fs::exists(again.store())) again.ok({"restore", path});
    CHECK(at.shown(again, "next_step") == "Sentire la scuola");
  }
  at.check_whole();
}

}  // namespace
}  // namespace insieme::testing
