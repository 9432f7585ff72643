// Two educators disagree, a coordinator decides, both read the decision.
#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

struct Three {
  Folder folder;
  Office office;
  Desk anna{folder, "anna", office};
  Desk bruno{folder, "bruno", office};
  Desk carla{folder, "carla", office};
  Family family;

  Three() {
    office.reviewers.insert("carla");
    anna.enrol();
    bruno.enrol();
    carla.enrol();
    family = make_family(anna);
    anna.sync();
    for (const char* who : {"anna", "bruno", "carla"}) {
      office.server.grant(who, dossier(), {"core", "education", "economic"});
    }
    exchange();
  }
  DossierId dossier() { return sync::id_from_text<DossierId>(family.dossier).value(); }
  void exchange() {
    for (Desk* desk : {&anna, &bruno, &carla, &anna, &bruno}) desk->sync();
  }
  json::object decide(json::object request) {
    request["command"] = "review.resolve";
    request["item"] = text(carla.items()[0].as_object(), "id");
    json::object reply = carla.call(request);
    exchange();
    return reply;
  }
  void disagree() {
    anna.save(family.visit, {{"next_step", "Telefonare"}});
    bruno.save(family.visit, {{"next_step", "Incontrare"}});
    exchange();
  }
  void expect_settled() {
    CHECK(anna.items().empty());
    CHECK(bruno.items().empty());
    CHECK(carla.items().empty());
  }
};

TEST_CASE("review: an item shows what was before, both values, who and when", "[commands][P4]") {
  Three three;
  three.disagree();
  const json::array items = three.carla.items();
  REQUIRE(items.size() == 1);
  const json::object item = items[0].as_object();
  CHECK(text(item, "kind") == "concurrent_values");
  CHECK(text(item, "base") == "Sentire la scuola");
  CHECK(text(item, "label") == "Prossimo passo");
  std::set<std::string> sides;
  for (const json::value& one : list(item, "alternatives")) {
    sides.insert(text(one.as_object(), "author") + ": " + text(one.as_object(), "text"));
    CHECK_FALSE(text(one.as_object(), "at").empty());
    CHECK_FALSE(text(one.as_object(), "device").empty());
  }
  CHECK(sides == std::set<std::string>{"anna: Telefonare", "bruno: Incontrare"});
}

TEST_CASE("review: a decision comes back to both authors with its reason", "[commands][P5]") {
  Three three;
  three.disagree();
  const json::object alternative =
      list(three.carla.items()[0].as_object(), "alternatives")[1].as_object();
  const json::object reply = three.decide({{"choose", 2}, {"reason", "confermato dalla madre"}});
  CHECK(text(reply, "text") == text(alternative, "text"));
  three.expect_settled();
  for (Desk* desk : {&three.anna, &three.bruno}) {
    const json::object visit = desk->get(three.family.visit);
    CHECK(text(part(part(visit, "fields"), "next_step"), "text") == text(alternative, "text"));
    REQUIRE(list(visit, "decisions").size() == 1);
    CHECK(text(list(visit, "decisions")[0].as_object(), "reason") == "confermato dalla madre");
    CHECK(text(list(visit, "decisions")[0].as_object(), "author") == "carla");
  }
}

TEST_CASE("review: a new value, a combined one, and leaving it as it is", "[commands][P5]") {
  Three three;
  three.disagree();
  SECTION("write") {
    three.decide({{"write", "Telefonare e poi incontrare"}});
    CHECK(three.anna.shown(three.family.visit, "next_step") == "Telefonare e poi incontrare");
  }
  SECTION("combine") {
    three.decide({{"combine", "Telefonare; incontrare"}});
    CHECK(three.bruno.shown(three.family.visit, "next_step") == "Telefonare; incontrare");
  }
  SECTION("dismiss") {
    const std::string shown = three.carla.shown(three.family.visit, "next_step");
    three.decide({{"dismiss", true}, {"reason", "indifferente"}});
    CHECK(three.anna.shown(three.family.visit, "next_step") == shown);
  }
  three.expect_settled();
}

TEST_CASE("review: choosing by the name of the value, and by record and field", "[commands]") {
  Three three;
  three.disagree();
  const json::object item = three.carla.items()[0].as_object();
  const std::string dot = text(list(item, "alternatives")[0].as_object(), "dot");
  three.carla.call({{"command", "review.resolve"},
                    {"item", three.family.visit.substr(28) + "/Prossimo passo"},
                    {"choose", dot}});
  three.exchange();
  three.expect_settled();
}

TEST_CASE("review: a repeated decision is the same decision", "[commands][P2]") {
  Three three;
  three.disagree();
  const json::object request{{"command", "review.resolve"},
                             {"request_id", "d"},
                             {"choose", 1},
                             {"item", text(three.carla.items()[0].as_object(), "id")}};
  const json::object first = three.carla.call(request);
  three.carla.reopen();
  CHECK(three.carla.call(request).at("repeated").as_bool());
  json::object late = request;
  late["request_id"] = "e";
  CHECK(text(three.carla.refused(late), "code") == "not_open");
  late.erase("choose");
  three.disagree();
  late["item"] = text(three.carla.items()[0].as_object(), "id");
  CHECK(text(three.carla.refused(late), "code") == "invalid_argument");
  late["choose"] = 3;
  CHECK(text(three.carla.refused(late), "field") == "choose");
}

TEST_CASE("review: an author may disagree with a decision, which opens it again",
          "[commands][P5]") {
  Three three;
  three.disagree();
  three.decide({{"choose", 1}, {"reason", "così"}});
  Desk& loser =
      three.anna.shown(three.family.visit, "next_step") == "Telefonare" ? three.bruno : three.anna;
  loser.call({{"command", "review.contest"},
              {"record", three.family.visit},
              {"field", "next_step"},
              {"reason", "ho parlato io con la scuola"}});
  three.exchange();
  REQUIRE(three.carla.items().size() == 1);
  CHECK(list(three.carla.items()[0].as_object(), "alternatives").size() == 2);
}

TEST_CASE("review: one passage rewritten by two", "[commands][P4]") {
  Three three;
  three.anna.save(three.family.visit,
                  {{"observations", "La madre lavora di notte. Clima sereno."}});
  three.bruno.save(three.family.visit,
                   {{"observations", "La madre lavora part-time. Clima sereno."}});
  three.exchange();
  REQUIRE(three.carla.items().size() == 1);
  const json::object item = three.carla.items()[0].as_object();
  CHECK(text(item, "kind") == "text_overlap");
  CHECK(text(item, "base") == "La madre lavora al mattino. Clima sereno.");
  SECTION("a new text") {
    three.decide({{"write", "La madre lavora part-time, di notte. Clima sereno."}});
    CHECK(three.anna.shown(three.family.visit, "observations") ==
          "La madre lavora part-time, di notte. Clima sereno.");
  }
  SECTION("one side's text") {
    const std::string chosen = text(list(item, "alternatives")[0].as_object(), "text");
    three.decide({{"choose", 1}});
    CHECK(three.bruno.shown(three.family.visit, "observations") == chosen);
  }
  SECTION("as it is") { three.decide({{"dismiss", true}}); }
  three.expect_settled();
}

TEST_CASE("review: edited while it was being retracted", "[commands][P4]") {
  Three three;
  three.anna.call({{"command", "record.retract"}, {"record", three.family.visit}});
  three.bruno.save(three.family.visit, {{"next_step", "Incontrare"}});
  three.exchange();
  REQUIRE(three.carla.items().size() == 1);
  const json::object item = three.carla.items()[0].as_object();
  CHECK(text(item, "kind") == "edited_after_retraction");
  REQUIRE(list(item, "alternatives").size() == 2);
  CHECK(text(list(item, "alternatives")[1].as_object(), "author") == "bruno");
  CHECK(text(list(item, "alternatives")[1].as_object(), "text").find("Incontrare") !=
        std::string::npos);
  CHECK(text(three.carla.refused(
                 {{"command", "review.resolve"}, {"item", text(item, "id")}, {"choose", 1}}),
             "field") == "life");
  const std::string life = GENERATE("restore", "retract");
  three.carla.call({{"command", "review.resolve"},
                    {"item", text(item, "id")},
                    {"life", life},
                    {"reason", "visto con Bruno"}});
  CHECK(three.carla.unsent() == 1);  // one change: nothing can come between decision and order
  three.exchange();
  CHECK(text(three.anna.get(three.family.visit), "lifecycle") ==
        (life == "restore" ? "active" : "retracted"));
  CHECK(text(three.bruno.get(three.family.visit), "lifecycle") ==
        text(three.anna.get(three.family.visit), "lifecycle"));
  three.expect_settled();
}

TEST_CASE("review: the same question about two parts of a record is decided for each",
          "[commands][P4][P5]") {
  Three three;
  for (const char* who : {"anna", "bruno", "carla"}) {
    three.office.server.grant(who, three.dossier(), {"core", "education", "economic", "health"});
  }
  three.exchange();
  three.anna.save(three.family.visit, {{"health_notes", "Asma."}});
  three.exchange();
  three.anna.call({{"command", "record.retract"}, {"record", three.family.visit}});
  three.bruno.save(three.family.visit,
                   {{"next_step", "Incontrare"}, {"health_notes", "Asma lieve."}});
  three.exchange();
  const json::array items = three.carla.items();
  REQUIRE(items.size() == 2);
  CHECK(text(items[0].as_object(), "id") == text(items[1].as_object(), "id"));
  for (const json::value& item : items) {
    three.carla.call({{"command", "review.resolve"},
                      {"item", text(item.as_object(), "id")},
                      {"version", text(item.as_object(), "version")},
                      {"life", "restore"},
                      {"reason", "vale"}});
  }
  three.exchange();
  CHECK(text(three.anna.get(three.family.visit), "lifecycle") == "active");
  CHECK(three.anna.shown(three.family.visit, "health_notes") == "Asma lieve.");
  three.expect_settled();
}

TEST_CASE("inbox: a late change is accepted in its author's name, or refused with a reason",
          "[commands][P8]") {
  Three three;
  three.office.server.revoke("anna", three.dossier(), "passaggio a Bruno");
  three.anna.save(three.family.visit, {{"next_date", "2024-04-01"}});
  three.anna.sync();
  three.carla.sync();
  const json::array entries = list(three.carla.call({{"command", "inbox.list"}}), "entries");
  REQUIRE(entries.size() == 1);
  const json::object entry = entries[0].as_object();
  CHECK(text(entry, "author") == "anna");
  CHECK(text(list(entry, "operations")[0].as_object(), "text") == "01/04/2024");
  CHECK(text(entry, "reason") == "il fascicolo non è più assegnato all'autore");
  const std::string id = text(entry, "id");
  SECTION("accepted") {
    three.carla.call({{"command", "inbox.decide"}, {"entry", id.substr(0, 8)}, {"accept", true}});
    three.carla.sync();
    three.bruno.sync();
    CHECK(three.bruno.shown(three.family.visit, "next_date") == "01/04/2024");
    const json::object past = three.bruno.call(
        {{"command", "history"}, {"record", three.family.visit}, {"field", "next_date"}});
    CHECK(text(list(past, "lines")[0].as_object(), "author") == "anna");
  }
  SECTION("refused") {
    CHECK(text(three.carla.refused({{"command", "inbox.decide"}, {"entry", id}, {"accept", false}}),
               "field") == "reason");
    three.carla.call({{"command", "inbox.decide"},
                      {"entry", id},
                      {"accept", false},
                      {"reason", "già registrata"}});
    three.carla.sync();
    three.bruno.sync();
    CHECK(three.bruno.shown(three.family.visit, "next_date").empty());
    // Its author reads what was not taken, and why.
    three.anna.sync();
    const auto kept = [&](const char* language) {
      const json::object reply =
          three.anna.call({{"command", "quarantine.list"}, {"lang", language}});
      REQUIRE(list(reply, "changes").size() == 1);
      return list(reply, "changes")[0].as_object();
    };
    CHECK(text(kept("it"), "reason") == "rifiutata da carla: già registrata");
    CHECK(text(kept("en"), "reason") == "refused by carla: già registrata");
    const json::object op = list(kept("it"), "operations").at(0).as_object();
    CHECK(text(op, "label") == "Prossima visita");
    CHECK(text(op, "text") == "01/04/2024");
  }
  CHECK(list(three.carla.call({{"command", "inbox.list"}}), "entries").empty());
  CHECK(text(three.carla.refused({{"command", "inbox.decide"}, {"entry", id}, {"accept", true}}),
             "code") == "not_open");
}

TEST_CASE("inbox: an accepted change does not overwrite what came meanwhile",
          "[commands][P4][P8]") {
  Three three;
  three.bruno.save(three.family.visit, {{"next_step", "Incontrare"}});
  three.bruno.sync();
  three.office.server.revoke("anna", three.dossier(), "passaggio a Bruno");
  three.anna.save(three.family.visit, {{"next_step", "Telefonare"}});
  three.anna.sync();
  three.carla.sync();
  const json::array entries = list(three.carla.call({{"command", "inbox.list"}}), "entries");
  REQUIRE(entries.size() == 1);
  three.carla.call({{"command", "inbox.decide"},
                    {"entry", text(entries[0].as_object(), "id")},
                    {"accept", true}});
  REQUIRE(three.carla.items().size() == 1);
  CHECK(list(three.carla.items()[0].as_object(), "alternatives").size() == 2);
}

TEST_CASE("inbox: late changes that build on one another are accepted as their author left them",
          "[commands][P2][P8]") {
  Three three;
  three.bruno.save(three.family.visit, {{"observations", "abcdefgh"}});
  three.bruno.sync();
  three.anna.sync();
  three.office.server.revoke("anna", three.dossier(), "passaggio a Bruno");
  three.anna.save(three.family.visit,
                  {{"observations", "Pronto! abcdefgh"}, {"next_step", "Telefonare"}});
  three.anna.save(three.family.visit,
                  {{"observations", "abcdefgh, fine"}, {"next_step", "Incontrare"}});
  three.anna.sync();
  three.carla.sync();
  // Carla writes between the two decisions what Anna had not seen.
  bool first = true;
  while (true) {
    const json::array entries = list(three.carla.call({{"command", "inbox.list"}}), "entries");
    if (entries.empty()) break;
    three.carla.call({{"command", "inbox.decide"},
                      {"entry", text(entries[0].as_object(), "id")},
                      {"accept", true}});
    if (first) three.carla.save(three.family.visit, {{"next_date", "2024-04-01"}});
    first = false;
  }
  CHECK(three.carla.shown(three.family.visit, "observations") == "abcdefgh, fine");
  CHECK(three.carla.shown(three.family.visit, "next_step") == "Incontrare");
  CHECK(three.carla.items().empty());
  three.carla.sync();
  three.bruno.sync();
  CHECK(three.bruno.shown(three.family.visit, "observations") == "abcdefgh, fine");
  CHECK(three.bruno.items().empty());
  three.expect_settled();
}

TEST_CASE("inbox: late changes of one text are decided together", "[commands][P8]") {
  Three three;
  three.office.server.revoke("anna", three.dossier(), "passaggio a Bruno");
  three.anna.save(three.family.visit, {{"observations", "La madre lavora al mattino. Sereno."}});
  three.anna.save(three.family.visit, {{"observations", "La madre lavora al mattino. Serena."}});
  three.anna.save(three.family.visit, {{"next_date", "2024-04-01"}});
  three.anna.sync();
  three.carla.sync();
  const auto waiting = [&] {
    return list(three.carla.call({{"command", "inbox.list"}}), "entries");
  };
  const json::array entries = waiting();
  REQUIRE(entries.size() == 3);
  const std::string first = text(entries[0].as_object(), "id");
  const std::string second = text(entries[1].as_object(), "id");
  CHECK(list(entries[1].as_object(), "stands_on") == json::array{json::string(first)});
  SECTION("the later one accepted: what it goes on from is, too") {
    const json::object reply = three.carla.call(
        {{"command", "inbox.decide"}, {"entry", second}, {"accept", true}});
    CHECK(text(reply, "id") == second);
    CHECK(list(reply, "together").size() == 2);
    CHECK(three.carla.shown(three.family.visit, "observations") ==
          "La madre lavora al mattino. Serena.");
  }
  SECTION("the earlier one refused: what goes on from it is, too") {
    three.carla.call({{"command", "inbox.decide"},
                      {"entry", first},
                      {"accept", false},
                      {"reason", "già scritta"}});
    CHECK(three.carla.shown(three.family.visit, "observations") ==
          "La madre lavora al mattino. Clima sereno.");
  }
  CHECK(waiting().size() == 1);
  three.carla.sync();
  three.carla.sync();
  CHECK(waiting().size() == 1);
  CHECK(three.office.server.state.held.size() == 1);
}

}  // namespace
}  // namespace insieme::testing
