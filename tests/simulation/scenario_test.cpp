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

/// A server that was backed up when Anna's household was new, and has forgotten since that she
/// called it otherwise.
struct RolledBack : Story {
  Tablet& anna = tablet(0);
  Tablet& bruno = tablet(1);
  std::string record = household(anna);
  sync::DossierId dossier;

  RolledBack() {
    world.synchronise(anna);
    world.synchronise(bruno);
    dossier = anna.store().dossiers().value().front().id;
    world.office().back_up();
    rename(anna, record, "Rossi Bianchi");
    world.synchronise(anna);
  }
  [[nodiscard]] server::Repository& office() { return world.office().repository(); }
  void roll_back() {
    world.office().restore_backup();
    world.rolled_back = true;
  }
};

TEST_CASE("scenario: a server put back from an old backup is healed by its devices",
          "[simulation][P2][P3]") {
  RolledBack story;
  Tablet& anna = story.anna;
  Tablet& bruno = story.bruno;
  SECTION("its author offers again what was lost") {
    story.world.synchronise(bruno);
    story.roll_back();
    story.rest();
    CHECK(story.name(bruno, story.record) == "Rossi Bianchi");
  }
  SECTION("somebody else gives back what an author wrote who has been revoked") {
    story.world.synchronise(bruno);
    REQUIRE(story.office().revoke_device(anna.store().identity().device, "smarrito").ok());
    anna.revoked = true;
    story.roll_back();
    CHECK(is_ok(story.world.synchronise(bruno)));
    CHECK(story.world.office().read_log().tokens.count("Rossi Bianchi") == 1);
    story.rest();
    CHECK(story.name(bruno, story.record) == "Rossi Bianchi");
  }
  SECTION("somebody else gives back what an author wrote who has dropped the dossier") {
    story.world.synchronise(bruno);
    REQUIRE(story.office().unassign("anna", story.dossier, "passaggio").ok());
    story.world.synchronise(anna);
    REQUIRE(story.world.get(anna, story.record).empty());
    story.roll_back();
    CHECK(is_ok(story.world.synchronise(bruno)));
    CHECK(story.world.office().read_log().tokens.count("Rossi Bianchi") == 1);
    story.rest();
  }
  SECTION("an author who has dropped the dossier is the only one who had it") {
    REQUIRE(story.office().unassign("anna", story.dossier, "passaggio").ok());
    story.world.synchronise(anna);
    REQUIRE(story.world.get(anna, story.record).empty());
    story.roll_back();
    CHECK(is_ok(story.world.synchronise(anna)));
    CHECK(story.world.office().read_log().tokens.count("Rossi Bianchi") == 1);
    story.rest();
  }
  SECTION("what a backup covers need not be kept by who has dropped it") {
    story.world.office().back_up();
    REQUIRE(story.office().unassign("anna", story.dossier, "passaggio").ok());
    story.world.synchronise(anna);
    story.roll_back();
    CHECK(is_ok(story.world.synchronise(bruno)));
    CHECK(story.world.office().read_log().tokens.count("Rossi Bianchi") == 1);
    story.rest();
  }
  SECTION("and goes on being so, if it is put back once more") {
    story.world.synchronise(bruno);
    story.roll_back();
    story.world.synchronise(bruno);
    story.rename(bruno, story.record, "Verdi");
    story.world.synchronise(bruno);
    story.roll_back();
    story.rest();
    CHECK(story.name(anna, story.record) == "Verdi");
  }
}

TEST_CASE("scenario: late work that a server forgot waits again for whoever decides",
          "[simulation][P2][P8]") {
  RolledBack story;
  Tablet& anna = story.anna;
  Tablet& bruno = story.bruno;
  story.world.synchronise(bruno);
  REQUIRE(story.office().unassign("anna", story.dossier, "passaggio").ok());
  story.rename(anna, story.record, "Rossi tardi");
  story.world.synchronise(anna);
  REQUIRE(story.office().held().size() == 1);
  const auto waiting = [&] {
    return story.must(bruno, {{"command", "inbox.list"}}).at("entries").as_array();
  };
  SECTION("its author is not assigned there any more") {
    story.roll_back();
    REQUIRE(story.office().unassign("anna", story.dossier, "passaggio").ok());
    story.rest();
    CHECK(story.office().held().size() == 1);
    CHECK(waiting().size() == 1);
    CHECK(story.name(bruno, story.record) == "Rossi Bianchi");
  }
  SECTION("somebody who had heard of it is faster than its author, and decides") {
    story.world.synchronise(bruno);
    story.roll_back();
    story.world.synchronise(bruno);
    story.world.synchronise(anna);
    story.world.synchronise(bruno);
    REQUIRE(waiting().size() == 1);
    story.must(bruno, {{"command", "inbox.decide"},
                       {"entry", text_of(waiting().front().as_object(), "id")},
                       {"accept", true},
                       {"reason", "va bene"}});
    story.rest();
    CHECK(story.name(bruno, story.record) == "Rossi tardi");
  }
  SECTION("it had been refused, and is not asked about again") {
    story.world.synchronise(bruno);
    story.must(bruno, {{"command", "inbox.decide"},
                       {"entry", text_of(waiting().front().as_object(), "id")},
                       {"accept", false},
                       {"reason", "non più"}});
    story.world.synchronise(bruno);
    story.world.synchronise(anna);
    story.roll_back();
    story.world.synchronise(bruno);
    story.rest();
    CHECK(waiting().empty());
    CHECK(story.name(bruno, story.record) == "Rossi Bianchi");
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

struct VoucherStory : Story {
  std::string new_voucher(Tablet& on, const std::string& number) {
    const std::string dossier = sync::to_text(on.store().dossiers().value().front().id);
    const json::object reply = must(on, {{"command", "record.save"},
                                         {"type", "voucher"},
                                         {"dossier", dossier},
                                         {"fields",
                                          {{"number", number},
                                           {"service", "Doposcuola"},
                                           {"units", "40"},
                                           {"from_date", "2026-01-01"},
                                           {"to_date", "2026-12-31"},
                                           {"state", "in_uso"}}}});
    return text_of(reply.at("record").as_object(), "id");
  }
  json::object rights(Tablet& on, const std::string& voucher) {
    return must(on, {{"command", "rights.list"}, {"record", voucher}});
  }
  /// Spends 5 and 7 and takes the 5 back.
  void spend_and_refund(Tablet& on, const std::string& voucher) {
    for (const int amount : {5, 7}) {
      must(on, {{"command", "rights.spend"}, {"record", voucher}, {"amount", amount}});
    }
    std::string first;
    const json::object shown = rights(on, voucher);
    for (const json::value& spend : shown.at("spends").as_array()) {
      if (text_of(spend.as_object(), "amount") == "5") first = text_of(spend.as_object(), "dot");
    }
    must(on, {{"command", "rights.refund"}, {"record", voucher}, {"spend", first}});
  }
};

TEST_CASE("scenario: units of a voucher stay with a store that goes on under a new name",
          "[simulation][P2][P11]") {
  VoucherStory story;
  Tablet& anna = story.tablet(0);
  story.household(anna);
  story.world.synchronise(anna);
  Tablet& copy = story.clone(anna);
  story.new_voucher(copy, "VS-1");
  const std::string voucher = story.new_voucher(anna, "VS-2");
  story.spend_and_refund(anna, voucher);
  const sync::ReplicaId before = anna.store().identity().replica;
  // The copy is heard first: anna's work on the document is authored again.
  story.world.synchronise(copy);
  story.world.synchronise(anna);
  story.world.synchronise(anna);
  REQUIRE(anna.store().identity().replica != before);
  const json::object rights = story.rights(anna, voucher);
  CHECK(text_of(rights, "here") == "33");
  CHECK(text_of(rights, "spent") == "7");
  CHECK(text_of(rights, "provisional") == "0");
  story.rest();
}

TEST_CASE("scenario: of an act in two dossiers one is lost, and both receipts say that it waits",
          "[simulation][P6]") {
  Story story;
  Tablet& anna = story.tablet(0);
  const std::string lost = story.household(anna);
  story.world.synchronise(anna);
  const json::object shown = story.world.get(anna, lost);
  const auto dossier = sync::id_from_text<sync::DossierId>(text_of(shown, "dossier")).value();
  REQUIRE(story.world.office().repository().unassign("anna", dossier, "passaggio").ok());
  const std::string kept = story.household(anna);
  story.must(anna, {{"command", "record.save"},
                    {"records", {{{"record", kept}, {"fields", {{"name", "Bassi"}}}},
                                 {{"record", lost}, {"fields", {{"name", "Neri"}}}}}}});
  story.world.synchronise(anna);
  CHECK(anna.store().status()->held == 2);
  CHECK(story.name(anna, kept) == "Rossi");
  CHECK(text_of(story.world.get(anna, kept), "receipt") == "waiting");
  story.rest();
}

TEST_CASE("scenario: a draft of a record in two sections takes nothing away from what was folded",
          "[simulation][P1][P2]") {
  Script script = people(2);
  script.settings.fold_from = 2;
  Story story(script);
  Tablet& anna = story.tablet(0);
  Tablet& bruno = story.tablet(1);
  story.household(anna);
  const std::string visit = text_of(
      story.must(anna, {{"command", "record.save"},
                        {"type", "visit"},
                        {"dossier", sync::to_text(anna.store().dossier_ids()->front())},
                        {"fields",
                         {{"start_at", "2026-09-10 15:30"},
                          {"place", "casa"},
                          {"educator", "anna"},
                          {"observations", "serena"},
                          {"health_notes", "asma"}}}})
          .at("record")
          .as_object(),
      "id");
  const auto everybody = [&] {
    for (const std::size_t i : {0U, 1U, 0U, 1U}) story.world.synchronise(story.tablet(i));
  };
  everybody();
  ++story.world.opened_drafts;
  const std::string draft = text_of(
      story.must(anna, {{"command", "draft.open"}, {"record", visit}}).at("draft").as_object(),
      "id");
  for (const char* note : {"asma lieve", "asma lieve, di giorno"}) {
    story.must(bruno, {{"command", "record.save"},
                       {"record", visit},
                       {"fields", {{"health_notes", note}, {"observations", "molto serena"}}}});
    for (int round = 0; round < 3; ++round) everybody();
  }
  REQUIRE(anna.store().verify()->folded > 1);
  story.must(anna, {{"command", "draft.commit"},
                    {"draft", draft},
                    {"fields",
                     {{"health_notes", "asma; tosse"}, {"observations", "serena, oggi"}}}});
  const json::object fields = story.world.get(anna, visit).at("fields").as_object();
  CHECK(text_of(fields.at("health_notes").as_object(), "text") == "asma lieve, di giorno; tosse");
  CHECK(text_of(fields.at("observations").as_object(), "text") == "molto serena, oggi");
  story.rest();
}

TEST_CASE("scenario: a refund that came late goes with the spend that it takes back",
          "[simulation][P8][P11]") {
  VoucherStory story;
  Tablet& anna = story.tablet(0);
  Tablet& bruno = story.tablet(1);
  story.household(anna);
  const std::string voucher = story.new_voucher(anna, "VS-1");
  story.world.synchronise(anna);
  story.world.synchronise(bruno);
  const auto dossier = anna.store().dossiers().value().front().id;
  story.spend_and_refund(anna, voucher);
  REQUIRE(story.world.office().repository().unassign("anna", dossier, "passaggio").ok());
  story.world.synchronise(anna);
  story.world.synchronise(bruno);
  const auto entries = [&] {
    return story.must(bruno, {{"command", "inbox.list"}}).at("entries").as_array();
  };
  REQUIRE(entries().size() == 3);
  const bool refund_first = GENERATE(false, true);
  while (!entries().empty()) {
    const json::array open = entries();
    const json::object& entry = (refund_first ? open.back() : open.front()).as_object();
    story.must(bruno, {{"command", "inbox.decide"},
                       {"entry", text_of(entry, "id")},
                       {"accept", true},
                       {"reason", "va bene"}});
  }
  const json::object rights = story.rights(bruno, voucher);
  // The units were anna's device's: what is accepted for her is spent without them.
  CHECK(text_of(rights, "provisional") == "7");
  CHECK(text_of(rights, "left") == "40");
  story.rest();
}

}  // namespace
}  // namespace insieme::simulation
