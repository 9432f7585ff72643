// A person alone with the program: a store, a family, a visit.
#include <fstream>

#include "support/cli_runner.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;

std::string short_of(const json::object& reply, const char* list) {
  return member(reply.at(list).as_array().at(0).as_object(), "short");
}

struct Beginner {
  TestFolder folder;
  Terminal anna{folder.path(), "anna"};
  std::string dossier;
  std::string visit;

  Beginner() {
    anna.ok({"init"});
    anna.ok({"add", "household", "name=Famiglia Rossi", "commune=Bibbiano"});
    dossier = short_of(anna.ask({"open"}), "dossiers");
    anna.ok({"add", "Visita", "--dossier", dossier, "Inizio=12/03/2024 15:30", "place=A casa",
             "educator=anna"});
    visit = short_of(anna.ask({"list", "visit"}), "records");
  }
};

TEST_CASE("cli: from nothing to a saved visit, without any network", "[cli][P1]") {
  Beginner at;
  CHECK(at.anna.ok({"open", at.dossier}).find("12/03/2024 15:30") != std::string::npos);
  at.anna.ok({"edit", at.visit, "next_step=Telefonare", "activities+=compiti"});
  const std::string page = at.anna.ok({"show", at.visit});
  CHECK(page.find("Prossimo passo   Telefonare") != std::string::npos);
  CHECK(page.find("salvato qui") != std::string::npos);
  CHECK(at.anna.ok({"search", "telef"}).find(at.visit) != std::string::npos);
  const std::string status = at.anna.ok({"status"});
  CHECK(status.find("modifiche salvate qui") != std::string::npos);
  CHECK(at.anna.ok({"history", at.visit}).find("Telefonare") != std::string::npos);
  CHECK(at.anna.ok({"verify"}).find("Tutto torna") != std::string::npos);
  at.anna.ok({"retract", at.visit});
  CHECK(at.anna.ok({"list", "visit"}).find(at.visit) == std::string::npos);
  at.anna.ok({"restore-record", at.visit});
  CHECK(at.anna.ok({"list", "visit"}).find(at.visit) != std::string::npos);
}

TEST_CASE("cli: the key file is new, for its owner only, and without it nothing opens", "[cli]") {
  TestFolder folder;
  Terminal anna(folder.path(), "anna");
  anna.ok({"init"});
  const fs::path key = anna.store() + ".key";
  CHECK(fs::status(key).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(anna.run({"init"}).code == 2);
  std::ofstream(key) << std::string(64, 'a') << '\n';
  const Finished wrong = anna.run({"status"});
  CHECK(wrong.code == 3);
  CHECK(wrong.err.find("La chiave non apre questo archivio") != std::string::npos);
  fs::remove(key);
  CHECK(anna.run({"status"}).code == 3);
}

TEST_CASE("cli: a form half filled survives, and what it saved is a record", "[cli][P2]") {
  Beginner at;
  const json::object opened = at.anna.ask({"draft", "open", at.visit});
  const std::string id = member(opened.at("draft").as_object(), "id");
  at.anna.ok({"draft", "save", id, "next_step=Telefonare"});
  CHECK(at.anna.ok({"draft", "list"}).find("next_step") != std::string::npos);
  at.anna.ok({"draft", "commit", id});
  CHECK(at.anna.ok({"show", at.visit}).find("Telefonare") != std::string::npos);
}

TEST_CASE("cli: a text from a file, and one with line ends", "[cli]") {
  Beginner at;
  const std::string note = (at.folder.path() / "nota.txt").string();
  std::ofstream(note) << "Prima riga.\nSeconda riga.\n";
  at.anna.ok({"edit", at.visit, "--from-file", "observations=" + note});
  CHECK(at.anna.ok({"show", at.visit}).find("Prima riga.\nSeconda riga.") != std::string::npos);
  const Finished piped =
      at.anna.run({"edit", at.visit, "--from-file", "observations=-"}, "Dall'ingresso.");
  CHECK(piped.code == 0);
  CHECK(at.anna.ok({"show", at.visit}).find("Dall'ingresso.") != std::string::npos);
}

TEST_CASE("cli: export, import with a mapping, and again", "[cli]") {
  Beginner at;
  const std::string file = (at.folder.path() / "nuclei.csv").string();
  std::ofstream(file) << "Codice;Cognome;Comune\n1;Bianchi;Cavriago\n2;Neri;Atlantide\n";
  const Words import{"import", "household",      file,    "--map", "Cognome=name",
                     "--map",  "Comune=commune", "--key", "Codice"};
  Finished finished = at.anna.run(import);
  CHECK(finished.code == 2);
  CHECK(finished.out.find("riga 3") != std::string::npos);
  CHECK(finished.out.find("1 nuova, ") != std::string::npos);
  finished = at.anna.run(import);
  CHECK(finished.out.find("0 nuove, 0 modificate, 1 uguale") != std::string::npos);
  const std::string csv = at.anna.ok({"export", "household"});
  CHECK(csv.find("Nome del nucleo") != std::string::npos);
  CHECK(csv.find("Bianchi") != std::string::npos);
}

TEST_CASE("cli: a backup is restored under the same key, as another replica", "[cli][P2]") {
  Beginner at;
  const std::string copy = (at.folder.path() / "copia").string();
  at.anna.ok({"backup", copy});
  CHECK(at.anna.run({"backup", copy}).code == 2);
  Terminal again(at.folder.path(), "again");
  again.ok({"restore", copy, "--key-file", at.anna.store() + ".key"});
  fs::copy_file(at.anna.store() + ".key", again.store() + ".key");
  CHECK(again.ok({"show", at.visit}).find("12/03/2024") != std::string::npos);
  CHECK(member(again.ask({"status"}).at("identity").as_object(), "replica") !=
        member(at.anna.ask({"status"}).at("identity").as_object(), "replica"));
}

TEST_CASE("cli: a tablet that believes in 1970 or 2031 saves as any other", "[cli][P3]") {
  Beginner at;
  for (const char* clock : {"0", "-1000", "1924992000000"}) {
    CAPTURE(clock);
    at.anna.ok({"--clock", clock, "edit", at.visit, std::string("next_step=") + clock});
    CHECK(at.anna.ok({"show", at.visit}).find(clock) != std::string::npos);
  }
}

}  // namespace
}  // namespace insieme::testing
