// Copies of one store, and dossiers that somebody else gives back first.
#include "simulation/story.hpp"

using namespace insieme;
using namespace insieme::simulation;

namespace {

/// A voucher that everybody has, of which a first copy notes uses that the second one has as well.
struct Copies : Story {
  Tablet& anna = tablet(0);
  std::string record = household(anna);
  std::string dossier = sync::to_text(anna.store().dossier_ids()->front());
  std::string voucher = text_of(must(anna, {{"command", "record.save"},
                                            {"type", "voucher"},
                                            {"dossier", dossier},
                                            {"fields",
                                             {{"number", "VS-1"},
                                              {"service", "Doposcuola"},
                                              {"units", "2000"},
                                              {"from_date", "2026-01-01"},
                                              {"to_date", "2026-12-31"},
                                              {"state", "in_uso"}}}})
                                    .at("record")
                                    .as_object(),
                                "id");
  Tablet& first = synchronised_clone();
  Tablet& second = with_uses(first, 7);

  Tablet& synchronised_clone() {
    for (int i = 0; i < 2; ++i) world.synchronise(anna);
    return clone(anna);
  }
  Tablet& with_uses(Tablet& on, int uses) {
    use(on, uses);
    return clone(on);
  }
  void use(Tablet& on, int uses) {
    must(on, {{"command", "record.save"},
              {"record", voucher},
              {"fields", {{"used", std::to_string(uses)}}}});
  }
  std::string used(Tablet& on) {
    return text_of(world.get(on, voucher).at("fields").at("used").as_object(), "text");
  }
  void check_everywhere(const std::string& uses) {
    rest();
    for (const auto& one : world.tablets()) {
      CAPTURE(one->name());
      CHECK(used(*one) == uses);
    }
  }
};

}  // namespace

TEST_CASE("scenario: what two copies of a store author again counts once", "[simulation][P2]") {
  Copies story;
  // The name that all three write under goes on with this one.
  story.rename(story.anna, story.record, "Verdi");
  story.use(story.anna, 100);
  story.world.synchronise(story.anna);
  SECTION("and nothing else") {}
  SECTION("and what the second wrote on top of it") {
    story.use(story.second, 20);
    story.world.synchronise(story.first);
    story.world.synchronise(story.second);
    story.check_everywhere("127");
    return;
  }
  SECTION("and what both wrote on top of it, apart") {
    story.use(story.first, 3);
    story.use(story.second, 20);
    story.world.synchronise(story.second);
    story.world.synchronise(story.first);
    story.check_everywhere("130");
    return;
  }
  SECTION("and a name that both changed is asked about once") {
    story.rename(story.first, story.record, "Neri");
    story.rename(story.second, story.record, "Bruni");
  }
  story.world.synchronise(story.first);
  story.world.synchronise(story.second);
  story.check_everywhere("107");
}

TEST_CASE("scenario: what a copy had seen of what it closed is not the other one's work",
          "[simulation][P2][P4]") {
  Story story;
  Tablet& anna = story.tablet(0);
  story.household(anna);
  const std::string dossier = sync::to_text(anna.store().dossier_ids()->front());
  const std::string visit = text_of(story
                                        .must(anna, {{"command", "record.save"},
                                                     {"type", "visit"},
                                                     {"dossier", dossier},
                                                     {"fields",
                                                      {{"start_at", "12/03/2026 15:30"},
                                                       {"place", "casa"},
                                                       {"educator", "anna"},
                                                       {"next_step", "Uno"}}}})
                                        .at("record")
                                        .as_object(),
                                    "id");
  const auto save = [&](Tablet& on, const char* field, const char* value) {
    story.must(on,
               {{"command", "record.save"}, {"record", visit}, {"fields", {{field, value}}}});
  };
  for (int i = 0; i < 2; ++i) story.world.synchronise(anna);
  Tablet& copy = story.clone(anna);
  // Both go on under one name; the server takes this one's.
  save(anna, "next_step", "Due");
  story.world.synchronise(anna);
  for (const char* place : {"scuola", "casa"}) save(copy, "place", place);
  save(copy, "state", "confermata");
  save(copy, "state", "validata");
  story.rest();
  for (Tablet* one : {&anna, &copy, &story.tablet(1)}) {
    CAPTURE(one->name());
    client::ItemQuery query;
    query.kind = sync::ItemKind::edited_after_closure;
    const auto items = one->store().open_items(query);
    REQUIRE(items.ok());
    CHECK(items->total == 1);
  }
}

TEST_CASE("scenario: whoever opened a dossier is assigned to it, also where another gives it back",
          "[simulation][P2][P3]") {
  Story story;
  Tablet& anna = story.tablet(0);
  Tablet& bruno = story.tablet(1);
  story.world.office().back_up();
  const std::string record = story.household(anna);
  // She does not hear the answer: her tablet is full.
  anna.disk().set_full(true);
  story.world.synchronise(anna);
  anna.disk().calm();
  story.world.reopen(anna);
  story.world.synchronise(bruno);
  REQUIRE(story.name(bruno, record) == "Rossi");
  story.world.office().restore_backup();
  story.world.rolled_back = true;
  story.world.synchronise(bruno);
  story.rest();
  CHECK(story.name(anna, record) == "Rossi");
  const auto dossiers = story.world.office().repository().dossiers();
  REQUIRE(dossiers.size() == 1);
  CHECK(dossiers.front().assignments.size() == 2);
}

TEST_CASE("scenario: a copied store beside a restored server learns what its twin wrote since",
          "[simulation][P2][P3]") {
  Story story;
  Tablet& anna = story.tablet(0);
  const std::string record = story.household(anna);
  for (std::size_t i : {0U, 1U, 0U}) story.world.synchronise(story.tablet(i));
  story.world.office().back_up();
  story.rename(anna, record, "Verdi");
  story.world.synchronise(anna);
  story.world.office().restore_backup();
  story.world.rolled_back = true;
  Tablet& copy = story.clone(anna);
  story.rename(anna, record, "Neri");
  story.world.synchronise(anna);
  story.world.synchronise(copy);
  story.rest();
  CHECK(story.name(copy, record) == "Neri");
}
