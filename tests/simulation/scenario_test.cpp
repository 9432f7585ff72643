// What the simulation found, as short stories in the same world: real stores, real server, and only
// the trouble that it took.
#include "simulation/story.hpp"

namespace insieme::simulation {
namespace {

TEST_CASE("scenario: a copied store that writes nothing learns what its twin wrote",
          "[simulation][P2][P3]") {
  Story story;
  Tablet& anna = story.tablet(0);
  const std::string record = story.household(anna);
  SECTION("copied before anything was sent") {
    Tablet& copy = story.clone(anna);
    story.rename(anna, record, "Rossi Bianchi");
    story.world.synchronise(anna);
    story.world.synchronise(copy);
    story.world.synchronise(copy);
    CHECK(story.name(copy, record) == "Rossi Bianchi");
    story.rest();
  }
  SECTION("copied with everything sent") {
    story.world.synchronise(anna);
    Tablet& copy = story.clone(anna);
    story.rename(anna, record, "Rossi Bianchi");
    story.world.synchronise(anna);
    story.world.synchronise(copy);
    story.world.synchronise(copy);
    CHECK(story.name(copy, record) == "Rossi Bianchi");
    CHECK(copy.store().identity().replica != anna.store().identity().replica);
    story.rest();
  }
  SECTION("copied with unsent work, which both send") {
    story.world.synchronise(anna);
    story.rename(anna, record, "Verdi");
    Tablet& copy = story.clone(anna);
    story.rename(copy, record, "Neri");
    story.world.synchronise(copy);
    story.world.synchronise(anna);
    story.rest();
    CHECK(story.name(anna, record) == "Neri");
  }
}

TEST_CASE("scenario: a section that was taken away leaves the device, unsent work first",
          "[simulation][P2][P7]") {
  Story story;
  Tablet& anna = story.tablet(0);
  story.household(anna);
  const std::string dossier = sync::to_text(anna.store().dossiers().value().front().id);
  const auto id = anna.store().dossiers().value().front().id;
  const std::string note = text_of(story
                                       .must(anna, {{"command", "record.save"},
                                                    {"type", "note"},
                                                    {"dossier", dossier},
                                                    {"section", "health"},
                                                    {"fields", {{"title", "Riservata"}}}})
                                       .at("record")
                                       .as_object(),
                                   "id");
  story.world.synchronise(anna);
  const auto given = story.world.office().repository().assign("anna", id, {"core", "education"});
  REQUIRE(given.ok());
  SECTION("with nothing unsent") {
    story.world.synchronise(anna);
    CHECK(story.world.get(anna, note).empty());
    CHECK(story.must(anna, {{"command", "search"}, {"words", "Riservata"}})
              .at("records")
              .as_array()
              .empty());
    story.rest();
  }
  SECTION("with unsent work there: it goes to the coordinator") {
    story.must(
        anna,
        {{"command", "record.save"}, {"record", note}, {"fields", {{"title", "Riservata, due"}}}});
    story.rest();
    CHECK(story.world.get(anna, note).empty());
    CHECK(story.world.office().repository().held().size() == 1);
    CHECK(anna.store().quarantine()->size() == 1);
  }
  SECTION("and comes back when it is given again") {
    story.world.synchronise(anna);
    REQUIRE(story.world.office().repository().assign("anna", id, {}).ok());
    story.rest();
    CHECK_FALSE(story.world.get(anna, note).empty());
  }
}

TEST_CASE("scenario: a server put back from an old backup is healed by its devices",
          "[simulation][P2][P3]") {
  Story story;
  Tablet& anna = story.tablet(0);
  Tablet& bruno = story.tablet(1);
  const std::string record = story.household(anna);
  SECTION("its author offers again what was lost") {
    story.world.synchronise(anna);
    story.world.office().back_up();
    story.rename(anna, record, "Rossi Bianchi");
    story.world.synchronise(anna);
    story.world.synchronise(bruno);
    story.world.office().restore_backup();
    story.rest();
    CHECK(story.name(bruno, record) == "Rossi Bianchi");
  }
}

TEST_CASE("scenario: a disk that fails while the questions are read is told as such",
          "[simulation]") {
  Story story;
  Tablet& anna = story.tablet(0);
  story.household(anna);
  const std::string dossier = sync::to_text(anna.store().dossiers().value().front().id);
  for (int i = 0; i < 40; ++i) {  // more than fits into a few pages
    story.must(anna, {{"command", "record.save"},
                      {"type", "voucher"},
                      {"dossier", dossier},
                      {"fields",
                       {{"number", "VS-" + std::to_string(i)},
                        {"service", std::string(150, 's')},
                        {"units", "40"},
                        {"from_date", "2026-01-01"},
                        {"to_date", "2026-12-31"},
                        {"state", "in_uso"}}}});
  }
  std::size_t failed = 0;
  for (std::size_t nth = 1;; ++nth) {
    anna.close();
    story.world.reopen(anna);
    anna.disk().fail_at(nth);
    const std::uint64_t before = anna.disk().counts().refused_io;
    const auto reply = anna.call({{"command", "review.list"}});
    anna.disk().calm();
    REQUIRE(reply.has_value());
    if (anna.disk().counts().refused_io == before) break;  // it took fewer reads than that
    ++failed;
    INFO("read " << nth);
    CHECK((is_ok(*reply) || code_of(*reply) == "storage_failure"));
  }
  CHECK(failed > 5);
}

}  // namespace
}  // namespace insieme::simulation
