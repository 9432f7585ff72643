// What an author is told of work that others decide about, and of dossiers that leave.
#include "ambito.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

std::string device_of(const Terminal& who) {
  return member(who.ask({"status"}).at("identity").as_object(), "device");
}

std::string only_entry(const Terminal& who) {
  const json::array entries = who.ask({"inbox"}).at("entries").as_array();
  REQUIRE(entries.size() == 1);
  return member(entries[0].as_object(), "id");
}

TEST_CASE("author: work that is held or was refused is said to be so, and stays readable",
          "[integration][P2][P6][P8]") {
  Ambito at;
  at.server.admin(
      {"handover", at.dossier, "--from", "anna", "--to", "bruno", "--reason", "congedo"});
  at.anna.ok({"edit", at.visit, "next_step=Sentire il pediatra"});
  at.anna.ok({"sync"});
  const std::string held = at.anna.ok({"status", "--receipts"});
  CHECK(says(held, "1 modifica trattenuta"));
  CHECK_FALSE(says(held, "Tutte le schede sono sul server"));
  CHECK(member(at.anna.ask({"status", "--receipts"}), "held") == "1");
  CHECK_FALSE(says(at.anna.ok({"status"}), "tutto è sul server"));
  at.carla.ok({"sync"});
  at.carla.ok({"decide", only_entry(at.carla), "--refuse", "--reason", "già fatto"});
  at.carla.ok({"sync"});
  for (int again = 0; again < 2; ++again) {
    at.anna.ok({"sync"});
    const std::string refused = at.anna.ok({"status", "--receipts"});
    CHECK(says(refused, "1 modifica rifiutata, conservata qui"));
    CHECK_FALSE(says(refused, "Tutte le schede sono sul server"));
    CHECK(says(at.anna.ok({"status", "--quarantine"}), "già fatto"));
  }
}

TEST_CASE("author: a dossier that leaves says so, and why, until that was read",
          "[integration][P8]") {
  Ambito at;
  at.server.admin(
      {"handover", at.dossier, "--from", "anna", "--to", "bruno", "--reason", "congedo"});
  const std::string said = at.anna.ok({"sync"});
  CHECK(says(said, "Famiglia Rossi"));
  CHECK(says(said, "non è più assegnato a te: congedo"));
  CHECK(at.anna.ask({"open"}).at("dossiers").as_array().empty());
  CHECK(says(at.anna.ok({"status"}), "insieme notices"));
  CHECK(says(at.anna.ok({"notices"}), "congedo"));
  CHECK(says(at.anna.ok({"--lang", "en", "notices"}), "no longer assigned to you: congedo"));
  at.anna.ok({"notices", "--seen"});
  CHECK(says(at.anna.ok({"notices"}), "Nessun avviso"));
  CHECK_FALSE(says(at.anna.ok({"sync"}), "congedo"));
  // Given back and taken away again: another loss, another notice.
  at.server.admin({"assign", "anna", at.dossier});
  at.anna.ok({"sync"});
  CHECK(says(at.anna.ok({"notices"}), "Nessun avviso"));
  at.server.admin({"assign", "anna", at.dossier, "--remove", "--reason", "errore"});
  CHECK(says(at.anna.ok({"sync"}), "errore"));
}

TEST_CASE("author: a revoked device is told so by status, too", "[integration][P1]") {
  Ambito at;
  at.server.admin({"revoke", device_of(at.anna), "--reason", "smarrito"});
  at.anna.refused(4, {"sync"});
  CHECK(says(at.anna.ok({"status"}), "non accetta questo dispositivo"));
  CHECK(at.anna.ask({"status"}).contains("server_refusal"));
  CHECK_FALSE(at.bruno.ask({"status"}).contains("server_refusal"));
}

TEST_CASE("author: an item that is a contest, or a clash of decisions, says so with its reasons",
          "[integration][P5]") {
  Ambito at;
  at.anna.ok({"edit", at.visit, "next_step=Telefonare"});
  at.bruno.ok({"edit", at.visit, "next_step=Incontrare gli insegnanti"});
  at.exchange();
  const std::string place = at.visit + "/next_step";
  at.carla.ok({"resolve", place, "--write", "Telefonare", "--reason", "sentita la madre"});
  at.exchange();
  at.bruno.ok({"contest", at.visit, "next_step", "--reason", "ho parlato io con la scuola"});
  at.exchange();
  const json::object contested = at.items(at.carla).at(0).as_object();
  CHECK(contested.at("contested").as_bool());
  CHECK(member(contested, "reason") == "ho parlato io con la scuola");
  CHECK(member(contested, "contested_by") == "bruno");
  const std::string page = at.carla.ok({"review"});
  CHECK(says(page, "decisione contestata da bruno"));
  CHECK(says(page, "ho parlato io con la scuola"));

  // Two decisions that did not see each other.
  at.carla.ok({"resolve", place, "--write", "Scrivere", "--reason", "primo"});
  at.anna.ok({"resolve", place, "--write", "Aspettare", "--reason", "secondo"});
  at.exchange();
  const json::object clash = at.items(at.carla).at(0).as_object();
  CHECK_FALSE(clash.at("contested").as_bool());
  CHECK(says(member(clash, "kind_text"), "due decisioni"));
  const std::string both = at.carla.ok({"review"});
  CHECK(says(both, "primo"));
  CHECK(says(both, "secondo"));
}

TEST_CASE("author: what was written before the enrolment is the account's, here and elsewhere",
          "[integration][P12]") {
  Ambito at;
  const Terminal dario(at.folder.path(), "dario");
  dario.ok({"init"});
  dario.ok({"add", "household", "name=Famiglia Verdi", "commune=Cavriago"});
  const std::string dossier =
      member(dario.ask({"open"}).at("dossiers").as_array().at(0).as_object(), "id");
  const json::object saved = dario.ask({"add", "visit", "--dossier", dossier,
                                        "start_at=12/03/2024 15:30", "place=casa",
                                        "educator=dario", "observations=Prima nota."});
  const std::string visit = member(saved.at("record").as_object(), "id");
  dario.ok({"edit", visit, "observations=Prima nota, corretta."});
  at.server.admin({"users", "add", "dario", "--name", "Dario Blu", "--role", "educator"});
  dario.ok({"enrol", at.invitation("dario")});
  CHECK_FALSE(says(dario.ok({"history", visit}), "local"));
  CHECK(says(dario.ok({"show", visit}), "modificata da dario"));
  CHECK(says(dario.ok({"show", visit}), "Prima nota, corretta."));
  CHECK(dario.ask({"verify"}).at("sound").as_bool());
  dario.ok({"edit", visit, "observations=Prima nota, corretta due volte."});
  dario.ok({"sync"});
  CHECK(member(dario.ask({"status"}), "unsent") == "0");
  at.carla.ok({"sync"});
  const std::string seen = at.carla.ok({"history", visit});
  CHECK_FALSE(says(seen, "local"));
  CHECK(says(seen, "dario"));
  CHECK(says(at.carla.ok({"show", visit}), "corretta due volte."));
  at.check_agreement_of({&dario, &at.carla});
}

}  // namespace
}  // namespace insieme::testing
