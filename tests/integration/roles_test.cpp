// Who is given what by their role: a real server with settings of its own, real stores.
#include <fstream>

#include "ambito.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

/// A file with the sections of two roles.
struct Settings {
  TestFolder folder;
  std::string path = (folder.path() / "settings.conf").string();
  Settings() {
    std::ofstream(path) << "role.front_office.sections = registry front_desk\n"
                           "role.fellow.sections = network\n"
                           "role.technical_assistance.sections = governance\n"
                           "role.auditor.sections = project\n";
  }
};

struct Roles {
  Settings settings;
  Ambito at{{"--config", settings.path}};
  Terminal dina{at.folder.path(), "dina"};
  Terminal fabio{at.folder.path(), "fabio"};

  void enrol(const Terminal& who, const std::string& account, const std::string& role) {
    at.server.admin(
        {"users", "add", account, "--name", account, "--role", role, "--config", settings.path});
    who.ok({"init"});
    who.ok({"enrol", at.invitation(account), "--name", "tablet"});
  }
  /// The dossier that a terminal just made.
  static std::string made(const Terminal& who, const Words& words) {
    return member(who.ask(words), "dossier");
  }
  void assign(const std::string& account, const std::string& dossier) {
    at.server.admin({"assign", account, dossier, "--config", settings.path});
  }
};

std::size_t dossiers(const Terminal& who) {
  return who.ask({"open"}).at("dossiers").as_array().size();
}
std::size_t records(const Terminal& who, const char* type) {
  return who.ask({"list", type}).at("records").as_array().size();
}

TEST_CASE("roles: the front office is given its contacts, and nothing of a household",
          "[integration][S047]") {
  Roles roles;
  roles.enrol(roles.dina, "dina", "front_office");
  const Terminal& carla = roles.at.carla;
  const json::object office = carla.ask({"add", "office", "name=Ufficio di piano"});
  const std::string dossier = member(office, "dossier");
  carla.ok({"add", "front_desk_contact", "--dossier", dossier, "contact_date=2024-02-01",
            "channel=telefono", "topic=casa"});
  carla.ok({"add", "issue", "--dossier", dossier, "title=Riservata al governo",
            "opened_on=2024-02-01", "state=aperta"});
  carla.ok({"sync"});
  roles.assign("dina", dossier);
  roles.assign("dina", roles.at.dossier);  // a household, by mistake
  roles.dina.ok({"sync"});
  CHECK(records(roles.dina, "front_desk_contact") == 1);
  CHECK(records(roles.dina, "issue") == 0);
  CHECK(records(roles.dina, "household") == 0);
  CHECK(records(roles.dina, "visit") == 0);
  CHECK(roles.dina.ok({"search", "Rossi"}).find("Rossi") == std::string::npos);
  // She works there: a contact of hers reaches the office.
  roles.dina.ok({"add", "front_desk_contact", "--dossier", dossier, "contact_date=2024-02-02",
                 "channel=presenza", "topic=lavoro"});
  roles.dina.ok({"sync"});
  carla.ok({"sync"});
  CHECK(records(carla, "front_desk_contact") == 2);
}

TEST_CASE("roles: a fellow is given the network, and nothing of a household",
          "[integration][S045]") {
  Roles roles;
  roles.enrol(roles.fabio, "fabio", "fellow");
  const Terminal& carla = roles.at.carla;
  const std::string network = member(carla.ask({"add", "network", "name=Rete VEN_09"}), "dossier");
  carla.ok({"add", "stakeholder", "--dossier", network, "name=Istituto 1", "kind=scuola"});
  carla.ok({"sync"});
  roles.assign("fabio", network);
  roles.assign("fabio", roles.at.dossier);  // a household, by mistake
  roles.fabio.ok({"sync"});
  CHECK(records(roles.fabio, "stakeholder") == 1);
  for (const char* type : {"household", "member", "visit", "case"}) {
    INFO(type);
    CHECK(records(roles.fabio, type) == 0);
  }
  CHECK(roles.fabio.ok({"search", "Rossi"}).find("Rossi") == std::string::npos);
  CHECK(dossiers(roles.fabio) <= 2);
}

TEST_CASE("roles: technical assistance reads counts that were frozen, and never a name",
          "[integration][S025]") {
  Roles roles;
  const Terminal tina{roles.at.folder.path(), "tina"};
  roles.enrol(tina, "tina", "technical_assistance");
  const Terminal& carla = roles.at.carla;
  for (const char* name : {"Famiglia Uno", "Famiglia Due", "Famiglia Tre"}) {
    carla.ok({"add", "household", std::string("name=") + name, "commune=Treviso",
              "intake_date=01/02/2024", "new_to_services=sì"});
  }
  carla.ok(
      {"add", "household", "name=Famiglia Sola", "commune=Cavriago", "intake_date=01/02/2024"});
  const std::string office = member(carla.ask({"add", "office", "name=Ufficio"}), "dossier");
  carla.ok({"report", "freeze", "R19", "--dossier", office, "--from", "01/01/2024", "--sent-to",
            "Veneto Lavoro"});
  carla.ok({"sync"});
  roles.assign("tina", office);
  tina.ok({"sync"});
  const json::array frozen = tina.ask({"report", "frozen"}).at("frozen").as_array();
  REQUIRE(frozen.size() == 1);
  const std::string shown =
      json::serialize(tina.ask({"report", "show", member(frozen[0].as_object(), "id")}));
  CHECK(shown.find("VEN_09") != std::string::npos);
  CHECK(shown.find("\"value\":\"3\"") != std::string::npos);
  CHECK(shown.find("\"hidden\":true") != std::string::npos);  // the lone household's area
  for (const char* name : {"Uno", "Sola", "Rossi"}) {
    CHECK(shown.find(name) == std::string::npos);
    CHECK(tina.ok({"search", name}).find("Famiglia") == std::string::npos);
  }
  for (const char* type : {"household", "member", "case", "visit", "person"}) {
    CHECK(records(tina, type) == 0);
  }
}

TEST_CASE("roles: an auditor reads what was sent and holds no person", "[integration][S048]") {
  Roles roles;
  const Terminal aldo{roles.at.folder.path(), "aldo"};
  roles.enrol(aldo, "aldo", "auditor");
  const Terminal& carla = roles.at.carla;
  const json::object made = carla.ask({"add", "project", "title=PaIS"});
  const std::string dossier = member(made, "dossier");
  const std::string project = member(made.at("record").as_object(), "id");
  const json::object line = carla.ask({"add", "action_line", "--dossier", dossier, "code=B",
                                       "title=B", "project=" + project, "budget=100,00"});
  for (const char* name : {"Bianchi", "Verdi", "Neri"}) {
    const json::object person =
        carla.ask({"add", "person", std::string("surname=") + name, "given_names=Prova"});
    carla.ok({"add", "participation", "--dossier", member(person, "dossier"),
              "person=" + member(person.at("record").as_object(), "id"),
              "action_line=" + member(line.at("record").as_object(), "id"), "entry_on=01/09/2021"});
  }
  carla.ok({"report", "freeze", "R1", "--with", "project=" + project, "--dossier", dossier});
  carla.ok({"sync"});
  roles.assign("aldo", dossier);
  aldo.ok({"sync"});
  const json::array frozen = aldo.ask({"report", "frozen"}).at("frozen").as_array();
  REQUIRE(frozen.size() == 1);
  const std::string shown =
      json::serialize(aldo.ask({"report", "show", member(frozen[0].as_object(), "id")}));
  CHECK(shown.find("\"value\":\"3\"") != std::string::npos);
  CHECK(records(aldo, "person") == 0);
  const std::string exported = aldo.ok({"export", "project", "--format", "json"}) +
                               aldo.ok({"export", "frozen_report", "--format", "json"});
  for (const char* name : {"Bianchi", "Verdi", "Neri"}) {
    CHECK(exported.find(name) == std::string::npos);
  }
}

}  // namespace
}  // namespace insieme::testing
