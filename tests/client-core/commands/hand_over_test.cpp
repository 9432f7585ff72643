// A dossier that passes from one person to another by agreement, while the first is out of reach.
#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

/// Anna follows the family, Bruno coordinates.
struct Passing : TwoDesks {
  Family family;

  Passing() {
    office.server.sections_of_new = {"core", "education", "health"};
    office.reviewers = {"bruno"};
    enrol();
    family = make_family(anna);
    anna.sync();
    share(family.dossier, {"core", "education", "health"});
    meet();
  }
  std::string propose(Desk& desk, json::object more = {}) {
    json::object request{{"command", "handover.propose"},
                         {"dossier", family.dossier},
                         {"to", "luca"},
                         {"reason", "cambio di zona"}};
    for (const auto& [name, value] : more) request[name] = value;
    return text(part(desk.call(std::move(request)), "record"), "id");
  }
  static json::object answer(const char* command, const std::string& record) {
    return {{"command", command}, {"record", record}};
  }
};

TEST_CASE("hand-over: late work of who lost the dossier says by which one", "[commands][P8]") {
  Passing at;
  const std::string record = at.propose(at.anna);
  at.meet();
  at.bruno.call(Passing::answer("handover.accept", record));
  at.bruno.sync();
  // What a server does on that.
  const auto dossier = sync::id_from_text<DossierId>(at.family.dossier).value();
  at.office.server.revoke("anna", dossier, "cambio di zona");
  at.anna.save(at.family.visit, {{"observations", "Scritto in autobus."}});
  at.meet();
  const json::object inbox = at.bruno.call({{"command", "inbox.list"}});
  const json::array& entries = list(inbox, "entries");
  REQUIRE(entries.size() == 1);
  const json::object& handed = part(entries[0].as_object(), "hand_over");
  CHECK(text(handed, "record") == record);
  CHECK(text(handed, "from") == "anna");
  CHECK(text(handed, "to") == "luca");
  CHECK(text(handed, "by") == "bruno");
  CHECK(text(handed, "reason") == "cambio di zona");
  CHECK_FALSE(text(handed, "at").empty());
  // Accepted, it was looked at: nothing is asked a second time.
  at.bruno.call({{"command", "inbox.decide"},
                 {"entry", text(entries[0].as_object(), "id")},
                 {"accept", true}});
  at.bruno.sync();
  CHECK(at.bruno.shown(at.family.visit, "observations") == "Scritto in autobus.");
  CHECK(at.bruno.items().empty());
}

TEST_CASE("hand-over: what was written unknowing by who keeps the dossier is asked about",
          "[commands][P4][P8]") {
  Passing at;
  const std::string record = at.propose(at.anna);
  at.meet();
  at.bruno.call(Passing::answer("handover.accept", record));
  at.anna.save(at.family.visit, {{"observations", "Scritto in autobus."}});
  at.meet();
  for (Desk* desk : {&at.anna, &at.bruno}) {
    const json::array items = desk->items();
    REQUIRE(items.size() == 1);
    CHECK(text(items[0].as_object(), "kind_text") ==
          "scritto senza sapere che il fascicolo era passato a un'altra persona");
  }
}

TEST_CASE("hand-over: who may say what, and what is said is said", "[commands]") {
  Passing at;
  CHECK(text(at.anna.refused({{"command", "handover.propose"},
                              {"dossier", at.family.dossier},
                              {"from", "bruno"},
                              {"to", "luca"}}),
             "code") == "not_allowed");
  const std::string record = at.propose(at.anna);
  CHECK(text(at.anna.refused(Passing::answer("handover.accept", record)), "code") ==
        "not_allowed");
  at.anna.call(Passing::answer("handover.revoke", record));
  at.meet();
  CHECK(text(at.bruno.refused(Passing::answer("handover.accept", record)), "code") ==
        "invalid_record");
  // For somebody who is away, whoever coordinates proposes.
  at.propose(at.bruno, {{"from", "anna"}});
  const json::object all = at.bruno.call({{"command", "handover.list"}});
  std::multiset<std::string> states;
  for (const json::value& one : list(all, "hand_overs")) {
    states.insert(text(one.as_object(), "state"));
  }
  CHECK(states == std::multiset<std::string>{"proposta", "revocata"});
}

}  // namespace
}  // namespace insieme::testing
