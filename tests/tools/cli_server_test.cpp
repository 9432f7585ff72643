// Two educators and a coordinator, each at a terminal, and a real server process.
#include "support/cli_runner.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

struct Ambito {
  TestFolder folder;
  OfficeServer server{folder.path()};
  Terminal anna{folder.path(), "anna"};
  Terminal bruno{folder.path(), "bruno"};
  Terminal carla{folder.path(), "carla"};
  std::string dossier;
  std::string visit;

  Ambito() {
    enrol(anna, "anna", "Anna Bianchi", "educator");
    enrol(bruno, "bruno", "Bruno Neri", "educator");
    enrol(carla, "carla", "Carla Verdi", "coordinator");
    anna.ok({"add", "household", "name=Famiglia Rossi", "commune=Bibbiano"});
    dossier = member(anna.ask({"open"}).at("dossiers").as_array()[0].as_object(), "id");
    const json::object saved =
        anna.ask({"add", "visit", "--dossier", dossier, "start_at=12/03/2024 15:30", "place=casa",
                  "educator=anna", "next_step=Sentire la scuola"});
    visit = member(saved.at("record").as_object(), "short");
    anna.ok({"sync"});
    server.admin({"assign", "bruno", dossier});
    bruno.ok({"sync"});
    carla.ok({"sync"});
  }
  void enrol(Terminal& who, const std::string& account, const std::string& name,
             const std::string& role) {
    server.admin({"users", "add", account, "--name", name, "--role", role});
    who.ok({"init"});
    CHECK(who.ok({"enrol", server.invitation(account), "--name", "tablet"}).find(name) !=
          std::string::npos);
  }
  void exchange() {
    for (const Terminal* who : {&anna, &bruno, &carla, &anna, &bruno}) who->ok({"sync"});
  }
  json::array items() { return carla.ask({"review"}).at("items").as_array(); }
  std::string states_of(const Terminal& who) {
    return json::serialize(who.ask({"verify"}).at("states"));
  }
};

TEST_CASE("cli: both values, who and when, a decision, and its reason on both tablets",
          "[cli][P4][P5]") {
  Ambito at;
  at.anna.ok({"edit", at.visit, "next_step=Telefonare"});
  at.bruno.ok({"edit", at.visit, "next_step=Incontrare gli insegnanti"});
  at.exchange();
  CHECK(at.carla.run({"review", "--check"}).code == 5);
  const std::string page = at.carla.ok({"review"});
  for (const char* words : {"prima", "Sentire la scuola", "Telefonare", "Incontrare gli insegnanti",
                            "anna", "bruno", "Prossimo passo"}) {
    CAPTURE(words);
    CHECK(page.find(words) != std::string::npos);
  }
  const std::string item = member(at.items()[0].as_object(), "id");
  at.carla.ok({"resolve", item.substr(0, 8), "--choose", "2", "--reason", "sentita la madre"});
  at.exchange();
  CHECK(at.carla.run({"review", "--check"}).code == 0);
  for (const Terminal* who : {&at.anna, &at.bruno}) {
    CHECK(who->ok({"show", at.visit}).find("«sentita la madre»") != std::string::npos);
  }
  CHECK(at.states_of(at.anna) == at.states_of(at.bruno));
  CHECK(at.states_of(at.anna) == at.states_of(at.carla));
}

TEST_CASE("cli: a form opened before a sync does not overwrite what came with it", "[cli][P4]") {
  Ambito at;
  const std::string version =
      member(at.anna.ask({"show", at.visit}).at("record").as_object(), "version");
  at.bruno.ok({"edit", at.visit, "next_step=Incontrare gli insegnanti"});
  at.bruno.ok({"sync"});
  at.anna.ok({"sync"});
  at.anna.ok({"edit", at.visit, "next_step=Telefonare", "--version-token", version});
  at.exchange();
  CHECK(at.items().size() == 1);
}

TEST_CASE("cli: after a hand-over the late edit waits in the inbox, and is not lost", "[cli][P8]") {
  Ambito at;
  at.server.admin(
      {"handover", at.dossier, "--from", "anna", "--to", "bruno", "--reason", "congedo"});
  at.anna.ok({"edit", at.visit, "next_date=01/04/2024"});
  CHECK(at.anna.ok({"sync"}).find("1 trattenuta") != std::string::npos);
  CHECK(at.anna.ok({"status", "--quarantine"}).find("in attesa di decisione") != std::string::npos);
  at.carla.ok({"sync"});
  CHECK(at.carla.ok({"inbox"}).find("01/04/2024") != std::string::npos);
  const std::string entry =
      member(at.carla.ask({"inbox"}).at("entries").as_array()[0].as_object(), "id");
  CHECK(at.carla.run({"decide", entry, "--refuse"}).code == 1);
  at.carla.ok({"decide", entry, "--accept"});
  at.carla.ok({"sync"});
  at.bruno.ok({"sync"});
  CHECK(at.bruno.ok({"show", at.visit}).find("01/04/2024") != std::string::npos);
}

TEST_CASE("cli: a server that is away stops no work, and says so", "[cli][P1][P2]") {
  Ambito at;
  at.server.stop();
  at.anna.ok({"edit", at.visit, "next_step=Telefonare"});
  const json::object status = at.anna.ask({"status"});
  CHECK(member(status, "unsent") == "1");
  CHECK(at.anna.ok({"status", "--receipts"}).find("salvato qui") != std::string::npos);
}

}  // namespace
}  // namespace insieme::testing
