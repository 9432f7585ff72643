// Rights that shrink while a tablet is offline: real tablets and server, the operator's words.
#include "ambito.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

json::array inbox(const Terminal& who) { return who.ask({"inbox"}).at("entries").as_array(); }
std::size_t dossiers(const Terminal& who) {
  return who.ask({"open"}).at("dossiers").as_array().size();
}

/// The civil day so many days from now.
std::string server_day_in(int days) {
  const Finished told = run_program(
      "/usr/bin/env", {"date", "-u", "-d", std::to_string(days) + " days", "+%Y-%m-%d"}, {});
  return told.out.substr(0, 10);
}

struct Shrinking {
  Ambito at;

  /// Bruno writes without a network; then it is taken from him.
  void write_offline() {
    at.bruno.ok({"edit", at.visit, "next_step=Di Bruno, senza rete"});
    at.bruno.ok({"add", "visit", "--dossier", at.dossier, "start_at=13/03/2024 10:00",
                 "place=casa", "educator=bruno", "next_step=Una visita intera"});
    CHECK(member(at.bruno.ask({"status"}), "unsent") == "2");
  }
  /// All of it waits for Carla, and nothing of the family is left on his tablet.
  void check_drained() {
    CHECK(dossiers(at.bruno) == 1);  // nothing goes before it is sent
    at.bruno.ok({"sync"});
    CHECK(dossiers(at.bruno) == 0);
    CHECK(at.bruno.ok({"search", "Rossi"}).find("Rossi") == std::string::npos);
    CHECK(member(at.bruno.ask({"status"}), "unsent") == "0");
    at.carla.ok({"sync"});
    const json::array waiting = inbox(at.carla);
    CHECK(waiting.size() == 2);
    for (const char* written : {"Di Bruno, senza rete", "Una visita intera"}) {
      CHECK(json::serialize(waiting).find(written) != std::string::npos);
    }
    CHECK(at.shown(at.carla, "next_step") == "Sentire la scuola");
    at.anna.ok({"sync"});
    CHECK(dossiers(at.anna) == 1);
  }
  [[nodiscard]] json::object why(const std::string& account) const {
    return at.server.admin_json({"why", account, at.dossier}).as_object();
  }
  static std::string rule_of(const json::object& why, const char* section) {
    for (const json::value& one : why.at("sections").as_array()) {
      if (member(one.as_object(), "section") == section) return member(one.as_object(), "rule");
    }
    return "none";
  }
};

TEST_CASE("permission: what is denied to a tablet that is offline drains to the coordinator",
          "[integration][permission][P2][P7][P8]") {
  Shrinking s;
  s.write_offline();
  s.at.server.admin({"deny", "bruno", s.at.dossier, "--reason", "parente della famiglia"});
  CHECK(Shrinking::rule_of(s.why("bruno"), "core") == "denied");
  s.check_drained();
  // His tablet is told that it lost the dossier, and not why.
  const std::string said = json::serialize(s.at.bruno.ask({"status"}));
  CHECK(said.find("parente") == std::string::npos);
  // Carla decides; it is undone; and he has all of it again, with what was decided.
  s.at.server.admin({"deny", "bruno", s.at.dossier, "--undo"});
  s.at.bruno.ok({"sync"});
  CHECK(dossiers(s.at.bruno) == 1);
  CHECK(s.at.bruno.ok({"search", "Rossi"}).find("Rossi") != std::string::npos);
  CHECK(Shrinking::rule_of(s.why("bruno"), "core") == "granted");
  CHECK(Shrinking::rule_of(s.why("bruno"), "antitratta") == "by-name-only");
}

TEST_CASE("permission: a contract that has ended takes the dossier, after what is unsent",
          "[integration][permission][S049][P2][P7][P8]") {
  Shrinking s;
  s.write_offline();
  s.at.server.admin({"organizations", "set", "coop", "--name", "Cooperativa", "--until",
                     "2024-03-31"});
  s.at.server.admin({"users", "set", "bruno", "--organization", "coop"});
  CHECK(Shrinking::rule_of(s.why("bruno"), "core") == "organization-ended");
  s.check_drained();
  // The contract is renewed.
  s.at.server.admin({"organizations", "set", "coop", "--name", "Cooperativa"});
  s.at.bruno.ok({"sync"});
  CHECK(dossiers(s.at.bruno) == 1);
}

TEST_CASE("permission: an absence gives the family to who stands in, and back when it ends",
          "[integration][permission][P2][P8]") {
  Shrinking s;
  Ambito& at = s.at;
  const Terminal dora(at.folder.path(), "dora");
  at.enrol(dora, "dora", "Dora Galli", "educator");
  s.write_offline();
  const Finished nobody = run_program(
      "insieme-server",
      {"absence", "set", "bruno", "--until", "01/01/2020", "--to", "dora", "--data",
       at.server.data()},
      {});
  CHECK(nobody.code == 4);
  CHECK(says(nobody.err, "first"));
  // 300 days: whatever the hour at which this runs, the last one is far.
  const json::object set = at.server
                               .admin_json({"absence", "set", "bruno", "--until",
                                            server_day_in(300), "--to", "dora"})
                               .as_object();
  CHECK(member(set, "state") == "now");
  CHECK(set.at("passes").as_array().size() == 1);
  s.check_drained();
  dora.ok({"sync"});
  CHECK(dossiers(dora) == 1);
  CHECK(member(s.why("dora").at("assignment").as_object(), "basis") == "absence");
  dora.ok({"edit", at.visit, "next_step=Di Dora, che sostituisce"});
  dora.ok({"sync"});
  at.server.admin({"absence", "end", member(set, "number")});
  at.bruno.ok({"sync"});
  dora.ok({"sync"});
  CHECK(dossiers(at.bruno) == 1);
  CHECK(dossiers(dora) == 0);
  CHECK(at.shown(at.bruno, "next_step") == "Di Dora, che sostituisce");
  CHECK(says(at.server.admin({"absence"}), "ended"));
}

TEST_CASE("permission: after a transfer the old commune reads what there was, and writes no more",
          "[integration][permission][S039][S085][P8]") {
  Shrinking s;
  Ambito& at = s.at;
  const Terminal dora(at.folder.path(), "dora");
  at.enrol(dora, "dora", "Dora Galli", "educator");
  for (const char* name : {"comune_x", "comune_y"}) {
    at.server.admin({"organizations", "set", name, "--name", name});
  }
  for (const char* account : {"anna", "bruno"}) {
    at.server.admin({"users", "set", account, "--organization", "comune_x"});
  }
  at.server.admin({"users", "set", "dora", "--organization", "comune_y"});
  at.server.admin({"place", at.dossier, "--organization", "comune_x"});
  // Of another commune: not before the transfer.
  const Finished refused = run_program(
      "insieme-server", {"assign", "dora", at.dossier, "--data", at.server.data()}, {});
  CHECK(refused.code == 4);
  CHECK(says(refused.err, "another organization's"));
  at.bruno.ok({"edit", at.visit, "next_step=Di Bruno, senza rete"});
  at.server.admin({"transfer", at.dossier, "--to", "comune_y", "--reason", "trasloco"});
  at.server.admin({"assign", "dora", at.dossier});
  dora.ok({"sync"});
  dora.ok({"edit", at.visit, "next_step=Di Dora, nel nuovo comune"});
  dora.ok({"sync"});
  at.bruno.ok({"sync"});
  at.bruno.ok({"sync"});
  CHECK(dossiers(at.bruno) == 1);
  CHECK(at.bruno.ok({"search", "Rossi"}).find("Rossi") != std::string::npos);
  CHECK(at.bruno.ok({"history", at.visit}).find("Di Dora") == std::string::npos);
  CHECK(Shrinking::rule_of(s.why("bruno"), "core") == "own-period");
  at.carla.ok({"sync"});
  CHECK(at.shown(at.carla, "next_step") == "Di Dora, nel nuovo comune");
  CHECK(inbox(at.carla).size() == 1);
}

}  // namespace
}  // namespace insieme::testing
