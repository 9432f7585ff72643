// A tablet that was given up, and whose person lost the dossier before it came back: what it has
// not sent can be put on top of nothing. It goes to whoever decides.
#include "simulation/acts.hpp"
#include "simulation/story.hpp"

using namespace insieme;
using namespace insieme::simulation;

namespace {

/// Anna's tablet is silent. Bruno, who coordinates, goes on, and what both had is folded on his.
struct Evicted : Story {
  Tablet& anna = tablet(0);
  Tablet& bruno = tablet(1);
  std::string record = household(anna);
  sync::DossierId dossier = anna.store().dossier_ids()->front();
  std::string note = create(anna, "note", {{"title", "Visita"}, {"body", "uno due tre"}});
  std::string voucher = create(anna, "voucher",
                               {{"number", "VS-1"},
                                {"service", "Doposcuola"},
                                {"units", "40"},
                                {"from_date", "2026-01-01"},
                                {"to_date", "2026-12-31"},
                                {"state", "in_uso"}});

  static Script folding(std::size_t count) {
    Script script = people(count);
    script.settings.fold_from = 2;
    return script;
  }
  explicit Evicted(std::size_t count = 2) : Story(folding(count)) {
    for (const std::size_t i : {0U, 0U, 1U, 1U, 0U}) world.synchronise(tablet(i));
  }
  server::Repository& office() { return world.office().repository(); }
  std::string create(Tablet& on, const std::string& type, json::object fields) {
    const json::object reply = must(on, {{"command", "record.save"},
                                         {"type", type},
                                         {"dossier", sync::to_text(dossier)},
                                         {"fields", std::move(fields)}});
    return text_of(reply.at("record").as_object(), "id");
  }
  void write(Tablet& on, const std::string& text) {
    must(on, {{"command", "record.save"}, {"record", note}, {"fields", {{"body", text}}}});
  }
  std::string field(Tablet& on, const std::string& of, const std::string& name) {
    const json::object shown = world.get(on, of);
    if (shown.empty()) return {};
    return text_of(shown.at("fields").at(name).as_object(), "text");
  }
  /// Nobody waits for anna any more, and the others go on.
  void go_on() {
    REQUIRE(office().give_up_device(anna.store().identity().device).ok());
    for (const char* name : {"A", "B", "C"}) rename(bruno, record, name);
    for (int time = 0; time < 3; ++time) world.synchronise(bruno);
    REQUIRE(bruno.store().verify()->folded > 4);
  }
  void take_away() { REQUIRE(office().unassign("anna", dossier, "passaggio").ok()); }
  json::array waiting() {
    return must(bruno, {{"command", "inbox.list"}}).at("entries").as_array();
  }
  void decide(bool accept) {
    while (!waiting().empty()) {
      must(bruno, {{"command", "inbox.decide"},
                   {"entry", text_of(waiting().front().as_object(), "id")},
                   {"accept", accept},
                   {"reason", "deciso"}});
    }
  }
  std::set<std::string> kinds() {
    std::set<std::string> kinds;
    const json::object reply = must(bruno, {{"command", "review.list"}});
    for (const json::value& item : reply.at("items").as_array()) {
      kinds.insert(text_of(item.as_object(), "kind"));
    }
    return kinds;
  }
};

}  // namespace

TEST_CASE("scenario: who was given up and has lost the dossier hands the work to whoever decides",
          "[simulation][P1][P2][P8]") {
  Evicted story;
  Tablet& anna = story.anna;
  Tablet& bruno = story.bruno;
  story.rename(anna, story.record, "Rossi di Anna");
  story.write(anna, "uno due e mezzo tre");
  story.write(anna, "uno due e mezzo tre, e quattro");
  const std::string second = story.create(anna, "note", {{"title", "Nuova"}, {"body", "di Anna"}});
  story.must(anna, {{"command", "rights.spend"}, {"record", story.voucher}, {"amount", 3}});
  story.write(bruno, "zero uno due tre");
  story.go_on();
  story.take_away();
  CHECK(is_ok(story.world.synchronise(anna)));
  CHECK(is_ok(story.world.synchronise(anna)));
  // Nothing of what the others wrote came to her, and nothing counts as unsent.
  CHECK(anna.store().status()->unsent == 0);
  CHECK(anna.store().status()->dossiers == 0);
  CHECK(anna.store().quarantine()->size() == 5);
  story.world.synchronise(bruno);
  CHECK(story.waiting().size() == 5);
  CHECK(story.name(bruno, story.record) == "C");
  SECTION("accepted, it stands beside what was written meanwhile") {
    story.decide(true);
    CHECK(story.kinds() == std::set<std::string>{"concurrent_values", "provisional_spend"});
    CHECK(story.field(bruno, story.note, "body") == "zero uno due e mezzo tre, e quattro");
    CHECK(story.field(bruno, second, "body") == "di Anna");
  }
  SECTION("refused, it stays with its author, who is told") {
    story.decide(false);
    CHECK(story.kinds().empty());
    CHECK(story.field(bruno, story.note, "body") == "zero uno due tre");
  }
  for (const std::size_t i : {1U, 0U, 1U}) story.world.synchronise(story.tablet(i));
  const auto aside = anna.store().quarantine();
  for (const client::Quarantined& one : aside.value()) {
    CHECK(one.reason.find("by bruno") != std::string::npos);
  }
  story.rest();
}

TEST_CASE("scenario: late work in another order than it was written is the same",
          "[simulation][P3][P8]") {
  Evicted story;
  story.write(story.anna, "uno due tre quattro");
  story.write(story.anna, "uno, due, tre, quattro");
  story.go_on();
  story.take_away();
  for (const std::size_t i : {0U, 0U, 1U}) story.world.synchronise(story.tablet(i));
  while (!story.waiting().empty()) {
    story.must(story.bruno, {{"command", "inbox.decide"},
                             {"entry", text_of(story.waiting().back().as_object(), "id")},
                             {"accept", true},
                             {"reason", "va bene"}});
  }
  CHECK(story.field(story.bruno, story.note, "body") == "uno, due, tre, quattro");
  story.rest();
}

TEST_CASE("scenario: the dossier goes while late work is put on top of what others wrote",
          "[simulation][P2][P8]") {
  Evicted story;
  story.rename(story.anna, story.record, "Rossi di Anna");
  story.go_on();
  SECTION("before it was put there") {
    // The answer comes, and with it the end of the assignment.
    bool taken = false;
    story.world.on_the_way = [&](bool away) {
      if (!away && !taken) story.take_away();
      taken = taken || !away;
    };
    story.world.synchronise(story.anna);
    story.world.on_the_way = [](bool) {};
  }
  SECTION("after it was put there, and was not sent yet") {
    story.take_away();
    story.world.synchronise(story.anna);
  }
  story.world.synchronise(story.anna);
  CHECK(story.anna.store().status()->unsent == 0);
  story.rest();
}

TEST_CASE("scenario: late work of an act in two documents stays one act", "[simulation][P2][P8]") {
  Evicted story;
  const std::string visit = story.create(story.anna, "visit",
                                         {{"start_at", "2026-09-10 15:30"},
                                          {"place", "casa"},
                                          {"educator", "anna"},
                                          {"observations", "tranquilla"},
                                          {"health_notes", "febbre"}});
  // Of the first document alone: it comes after both parts.
  story.must(story.anna, {{"command", "record.save"},
                          {"record", visit},
                          {"fields", {{"place", "scuola"}}}});
  story.go_on();
  story.take_away();
  for (const std::size_t i : {0U, 0U, 1U}) story.world.synchronise(story.tablet(i));
  CHECK(story.anna.store().status()->unsent == 0);
  CHECK(story.waiting().size() == 3);
  story.decide(true);
  CHECK(story.field(story.bruno, visit, "health_notes") == "febbre");
  CHECK(story.field(story.bruno, visit, "place") == "A scuola");
  story.rest();
}

TEST_CASE("scenario: late work that a colleague brings meanwhile waits, and its author is told",
          "[simulation][exchange][P2][P6][P8]") {
  Evicted story(3);
  Tablet& anna = story.anna;
  Tablet& carla = story.tablet(2);
  REQUIRE(story.office().assign("carla", story.dossier, {}).ok());
  const std::string other = story.household(anna);
  for (const std::size_t i : {0U, 2U}) story.world.synchronise(story.tablet(i));
  story.rename(anna, story.record, "uno");
  exchange_between(story.world, anna, carla);
  story.rename(carla, story.record, "due");
  exchange_between(story.world, carla, anna);
  story.rename(anna, story.record, "tre");
  exchange_between(story.world, anna, story.bruno);
  // An act of which a part may go and a part may not: all that was not taken is authored again.
  story.must(anna, {{"command", "record.save"},
                    {"records", {{{"record", story.record}, {"fields", {{"name", "quattro"}}}},
                                 {{"record", other}, {"fields", {{"name", "Bassi"}}}}}}});
  story.take_away();
  // What "tre" stands on is not there yet when she sends it, and is before she sends it again.
  bool brought = false;
  story.world.on_the_way = [&](bool away) {
    if (away || std::exchange(brought, true)) return;
    story.world.synchronise(story.bruno);
  };
  story.world.synchronise(anna);
  story.world.on_the_way = [](bool) {};
  CHECK(brought);
  CHECK(anna.store().status()->unsent == 0);
  CHECK(anna.store().status()->held == 3);
  story.world.synchronise(story.bruno);
  CHECK(story.waiting().size() == 3);
  story.decide(true);
  for (const std::size_t i : {1U, 0U, 2U}) story.world.synchronise(story.tablet(i));
  CHECK(anna.store().status()->held == 0);
  story.rest();
}

TEST_CASE("scenario: of an act in two dossiers one is lost, and the rest is sent all the same",
          "[simulation][P1][P8]") {
  Evicted story;
  const std::string other = story.household(story.anna);
  for (const std::size_t i : {0U, 1U, 0U}) story.world.synchronise(story.tablet(i));
  story.must(story.anna,
             {{"command", "record.save"},
              {"records", {{{"record", story.record}, {"fields", {{"name", "Rossi tutti"}}}},
                           {{"record", other}, {"fields", {{"name", "Bassi tutti"}}}}}}});
  story.go_on();
  story.take_away();
  for (const std::size_t i : {0U, 0U, 1U}) story.world.synchronise(story.tablet(i));
  CHECK(story.anna.store().status()->unsent == 0);
  CHECK(story.waiting().size() == 1);
  CHECK(story.field(story.bruno, other, "name") == "Bassi tutti");
  story.decide(true);
  story.rest();
}

TEST_CASE("scenario: late work goes on waiting when the server is put back, and is there once",
          "[simulation][P2][P8]") {
  Evicted story;
  story.rename(story.anna, story.record, "Rossi di Anna");
  story.write(story.anna, "uno due tre quattro");
  story.go_on();
  story.take_away();
  const bool before = GENERATE(true, false);
  if (before) story.world.office().back_up();
  for (const std::size_t i : {0U, 0U, 1U}) story.world.synchronise(story.tablet(i));
  if (!before) story.world.office().back_up();
  REQUIRE(story.waiting().size() == 2);
  story.world.office().restore_backup();
  story.world.rolled_back = true;
  for (const std::size_t i : {0U, 1U, 0U, 1U}) story.world.synchronise(story.tablet(i));
  REQUIRE(story.waiting().size() == 2);
  story.decide(true);
  CHECK(story.field(story.bruno, story.note, "body") == "uno due tre quattro");
  story.rest();
}

TEST_CASE("scenario: of late work an order to erase takes what it names", "[simulation][P8][P9]") {
  Evicted story;
  story.write(story.anna, "uno due PAROLA-SEGRETA tre");
  story.rename(story.anna, story.record, "Rossi di Anna");
  story.go_on();
  story.take_away();
  const auto erase = [&] {
    story.must(story.bruno, {{"command", "record.erase"},
                             {"record", story.note},
                             {"reason", "richiesta"}});
    story.world.synchronise(story.bruno);
  };
  SECTION("before it came") { erase(); }
  for (const std::size_t i : {0U, 0U, 1U}) story.world.synchronise(story.tablet(i));
  SECTION("while it waits") { erase(); }
  for (const std::size_t i : {0U, 1U, 0U}) story.world.synchronise(story.tablet(i));
  CHECK(story.anna.store().status()->unsent == 0);
  story.decide(true);
  CHECK(story.kinds() == std::set<std::string>{"concurrent_values"});
  story.rest();
}

TEST_CASE("scenario: two copies of a store hand late work over once", "[simulation][P2][P8]") {
  Evicted story;
  story.rename(story.anna, story.record, "Rossi di Anna");
  Tablet& copy = story.clone(story.anna);
  story.go_on();
  story.take_away();
  for (int time = 0; time < 2; ++time) {
    story.world.synchronise(story.anna);
    story.world.synchronise(copy);
  }
  story.world.synchronise(story.bruno);
  CHECK(story.waiting().size() == 1);
  CHECK(copy.store().status()->unsent == 0);
  story.decide(true);
  story.rest();
}
