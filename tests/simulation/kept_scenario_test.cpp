// What a tablet keeps of its own folded work, and until when.
#include "simulation/acts.hpp"
#include "simulation/story.hpp"

using namespace insieme;
using namespace insieme::simulation;

namespace {

/// A household that both have, on a server of which nothing is folded that no backup holds.
struct Nights : Story {
  Tablet& anna = tablet(0);
  Tablet& bruno = tablet(1);
  std::string record = household(anna);

  static Script folding(Script script) {
    script.settings.fold_from = 2;
    script.settings.waits_for_backup = true;
    return script;
  }
  Nights() : Story(folding(people(2))) { everybody(); }
  void everybody() {
    for (int round = 0; round < 3; ++round) {
      world.synchronise(anna);
      world.synchronise(bruno);
    }
  }
  void work(const std::string& day) {
    for (const char* part : {"mattina", "pomeriggio", "sera"}) {
      rename(anna, record, day + " " + part);
      everybody();
    }
  }
  /// And a morning on which everybody hears of the backup.
  void night() {
    world.office().back_up();
    everybody();
  }
  void day(const std::string& name) {
    work(name);
    night();
  }
  [[nodiscard]] std::uint64_t kept() { return anna.store().verify()->kept; }
  [[nodiscard]] std::uint64_t folded() { return anna.store().verify()->folded; }
  [[nodiscard]] std::string receipt() { return text_of(world.get(anna, record), "receipt"); }
};

}  // namespace

TEST_CASE("scenario: of own folded work a tablet keeps what the backup before the last lacks",
          "[simulation][P2][P9]") {
  Nights story;
  for (const char* name : {"lunedì", "martedì"}) story.day(name);
  for (const char* name : {"mercoledì", "giovedì", "venerdì"}) {
    CAPTURE(name);
    const std::uint64_t folded = story.folded();
    story.work(name);
    // What was done the day before is folded now, and in one backup.
    REQUIRE(story.folded() == folded + 3);
    CHECK(story.kept() == 3);
    story.night();
    CHECK(story.kept() == 0);
  }
  story.rest();
}

TEST_CASE("scenario: what was dropped is nobody's loss, whichever of two backups is put back",
          "[simulation][P2][P3]") {
  Nights story;
  for (const char* name : {"lunedì", "martedì", "mercoledì"}) story.day(name);
  story.rename(story.anna, story.record, "giovedì");
  story.everybody();
  const std::size_t older = GENERATE(0U, 1U);
  CAPTURE(older);
  story.world.office().restore_backup(older);
  story.world.rolled_back = true;
  story.everybody();
  CHECK(story.name(story.bruno, story.record) == "giovedì");
  CHECK(story.world.office().read_log().tokens.count("mercoledì sera") +
            story.world.office().read_log().tokens.count("giovedì") >
        0);
  // And from then on nights go by as ever.
  for (const char* name : {"venerdì", "sabato", "domenica"}) story.day(name);
  CHECK(story.kept() <= 3);
  CHECK(story.name(story.bruno, story.record) == "domenica sera");
  story.rest();
}

TEST_CASE("scenario: the receipt of work that is not kept any more is what it was",
          "[simulation][P6]") {
  Nights story;
  story.day("lunedì");
  story.must(story.bruno, {{"command", "seen.mark"}, {"record", story.record}});
  story.everybody();
  REQUIRE(story.receipt() == "seen");
  // Others write elsewhere; the nights go by.
  for (const char* name : {"martedì", "mercoledì", "giovedì"}) {
    story.household(story.bruno);
    story.everybody();
    story.world.office().back_up();
    story.everybody();
    CAPTURE(name);
    CHECK(story.receipt() == "seen");
  }
  CHECK(story.kept() == 0);
  story.rest();
}
