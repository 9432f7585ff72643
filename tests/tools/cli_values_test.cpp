// What may stand where, how to find out, and what is told to whoever writes something else.
#include <filesystem>
#include <fstream>

#include "support/catch.hpp"
#include "support/cli_runner.hpp"

namespace insieme::testing {
namespace {

struct Desk {
  TestFolder folder;
  Terminal anna{folder.path(), "anna"};
  std::string dossier;
  std::string visit;

  Desk() {
    anna.ok({"init"});
    anna.ok({"add", "household", "name=Famiglia Rossi", "commune=Bibbiano"});
    dossier = first({"open"}, "dossiers");
    anna.ok({"add", "visit", "--dossier", dossier, "start_at=12/03/2024 15:30", "place=casa",
             "educator=anna"});
    visit = first({"list", "visit"}, "records");
  }
  [[nodiscard]] std::string first(const Words& words, const char* list) const {
    return member(anna.ask(words).at(list).as_array().at(0).as_object(), "short");
  }
};

TEST_CASE("cli: record types, fields and allowed values can be looked up", "[cli]") {
  Desk at;
  CHECK(says(at.anna.ok({"schema"}), "household_budget_line"));
  const std::string visit = at.anna.ok({"schema", "Visita"});
  CHECK(says(visit, "next_step"));
  CHECK(says(visit, "Prossimo passo"));
  CHECK(says(at.anna.ok({"schema", "member", "relation"}), "Minore seguito"));
  CHECK(at.anna.ask({"schema", "member", "relation"})
            .at("type")
            .as_object()
            .at("fields")
            .as_array()
            .size() == 1);
  CHECK(says(at.anna.refused(2, {"schema", "membro"}), "«member»"));
}

TEST_CASE("cli: a value that no list has is told with what may stand there", "[cli]") {
  Desk at;
  const std::string said =
      at.anna.refused(2, {"add", "member", "--dossier", at.dossier, "surname=Rossi",
                          "given_names=Anna", "relation=figlio"});
  CHECK(says(said, "«figlio»"));
  CHECK(says(said, "0 (Minore seguito)"));
  CHECK(says(said, "insieme schema"));
  const std::string field = at.anna.refused(2, {"edit", at.visit, "plce=casa"});
  CHECK(says(field, "Forse «place»"));
  CHECK(says(field, "insieme schema"));
  CHECK(says(at.anna.refused(2, {"add", "visitt", "x=y"}), "insieme schema"));
  // A short list is told whole, and a label does as well as a code, in any case.
  CHECK(says(at.anna.refused(2, {"edit", at.visit, "place=luna"}), "A casa"));
  at.anna.ok({"edit", at.visit, "place=A CASA"});
}

TEST_CASE("cli: reasons are in the person's language, and limits are named", "[cli]") {
  Desk at;
  const std::string said = at.anna.refused(2, {"edit", at.visit, "start_at=31/02/2024 10:00"});
  CHECK(says(said, "quel giorno non esiste"));
  CHECK_FALSE(says(said, "calendar)"));
  const std::string long_text = at.folder.file("lungo");
  std::ofstream(long_text) << std::string(5'000'000, 'x');
  CHECK(says(at.anna.refused(2, {"edit", at.visit, "--from-file", "observations=" + long_text}),
             "al massimo"));
  CHECK(says(at.anna.refused(2, {"edit", at.visit, "--from-file",
                                 "observations=" + at.folder.path().string()}),
             "cartella"));
}

TEST_CASE("cli: what is no UTF-8 is called that", "[cli]") {
  Desk at;
  CHECK(says(at.anna.refused(1, {"edit", at.visit, "next_step=perch\xe9"}), "UTF-8"));
  const Finished piped =
      at.anna.run({"edit", at.visit, "--from-file", "observations=-"}, "perch\xe9");
  CHECK(piped.code == 1);
  CHECK(says(piped.err, "UTF-8"));
}

TEST_CASE("cli: what was reserved stays reserved", "[cli]") {
  Desk at;
  at.anna.ok({"edit", at.visit, "reserved=no"});
  at.anna.ok({"edit", at.visit, "reserved=si"});
  CHECK(says(at.anna.refused(2, {"edit", at.visit, "reserved=no"}), "riservata"));
  CHECK(says(at.anna.refused(2, {"edit", at.visit, "reserved="}), "riservata"));
  at.anna.ok({"edit", at.visit, "next_step=Telefonare"});
  CHECK(says(at.anna.ok({"show", at.visit}), "Riservata"));
}

TEST_CASE("cli: a reference takes records of its type only, as far as they are here", "[cli]") {
  Desk at;
  const std::string household = at.first({"list", "household"}, "records");
  const std::string said = at.anna.refused(2, {"edit", at.visit, "present+=" + household});
  CHECK(says(said, "Nucleo"));
  const json::object saved = at.anna.ask({"add", "member", "--dossier", at.dossier,
                                          "surname=Rossi", "given_names=Anna", "relation=1"});
  at.anna.ok({"edit", at.visit,
              "present+=" + member(saved.at("record").as_object(), "short")});
}

TEST_CASE("cli: a date that lies ahead where none should is saved with a doubt", "[cli]") {
  Desk at;
  const std::string said =
      at.anna.ok({"add", "member", "--dossier", at.dossier, "surname=Rossi", "given_names=Anna",
                  "relation=1", "birth_date=01/01/2199"});
  CHECK(says(said, "Salvata"));
  CHECK(says(said, "Data di nascita: è nel futuro"));
  CHECK(says(at.anna.ok({"edit", at.visit, "start_at=12/03/2199 15:30"}), "Inizio: è nel futuro"));
  CHECK_FALSE(says(at.anna.ok({"edit", at.visit, "next_step=x"}), "futuro"));
}

TEST_CASE("cli: the history of a text shows what was taken away and what came", "[cli][P12]") {
  Desk at;
  at.anna.ok({"edit", at.visit, "observations=Il prossimo incontro è il martedì alle dieci."});
  at.anna.ok({"edit", at.visit, "observations=Il prossimo incontro è il giovedì alle dieci."});
  at.anna.ok({"edit", at.visit, "observations="});
  const Words asked{"history", at.visit, "--field", "observations"};
  const std::string shown = at.anna.ok(asked);
  CHECK(says(shown, "scrive"));
  CHECK(says(shown, "martedì alle dieci. → …"));
  CHECK(says(shown, "giovedì alle dieci. → (vuoto)"));
  const json::array lines = at.anna.ask(asked).at("lines").as_array();
  REQUIRE(lines.size() == 3);
  CHECK_FALSE(lines[0].as_object().contains("from"));
  CHECK(member(lines[0].as_object(), "to") == "Il prossimo incontro è il martedì alle dieci.");
  CHECK(member(lines[1].as_object(), "from") == "…incontro è il martedì alle dieci.");
  CHECK(member(lines[1].as_object(), "to") == "…incontro è il giovedì alle dieci.");
  CHECK(member(lines[2].as_object(), "from") == "Il prossimo incontro è il giovedì alle dieci.");
  CHECK(member(lines[2].as_object(), "to").empty());
}

TEST_CASE("cli: a draft takes fields that there are, shows what was typed, and gives them back",
          "[cli][P2]") {
  Desk at;
  CHECK(says(at.anna.refused(1, {"draft", "open"}), "--type"));
  const json::object opened = at.anna.ask({"draft", "open", at.visit});
  const std::string id = member(opened.at("draft").as_object(), "short");
  CHECK(id.size() == 8);
  CHECK(says(at.anna.refused(2, {"draft", "save", id, "pippo=1"}), "pippo"));
  at.anna.ok({"draft", "save", id, "Prossimo passo=Telefonare", "minutes=sessanta"});
  const std::string page = at.anna.ok({"draft", "show", id});
  CHECK(says(page, "Prossimo passo"));
  CHECK(says(page, "Telefonare"));
  CHECK(at.anna.run({"draft", "commit", id}).code == 2);
  at.anna.ok({"draft", "save", id, "minutes-"});
  at.anna.ok({"draft", "commit", id});
  CHECK(says(at.anna.ok({"show", at.visit}), "Telefonare"));
}

TEST_CASE("cli: an import says which columns it leaves out, and maps the others by name", "[cli]") {
  Desk at;
  const std::string file = at.folder.file("nuclei.csv");
  std::ofstream(file) << "Cognome;commune;Colore\nBianchi;Cavriago;rosso\n";
  const Finished finished = at.anna.run({"import", "household", file, "--map", "Cognome=name"});
  CHECK(finished.code == 0);
  CHECK(says(finished.out, "Colore"));
  CHECK_FALSE(says(finished.out, "Cognome"));
  CHECK(says(finished.out, "1 nuova,"));
  CHECK(says(at.anna.ok({"list", "household", "--where", "commune=Cavriago"}), "Bianchi"));
  CHECK(says(at.anna.refused(2, {"import", "household", at.folder.path().string()}), "cartella"));
  CHECK(says(at.anna.refused(2, {"import", "household", at.folder.file("nessuno")}), "non c'è"));
  std::ofstream(file) << "Cognome\n\"Bianchi\n";
  const std::string broken = at.anna.refused(2, {"import", "household", file});
  CHECK(says(broken, "CSV"));
  CHECK_FALSE(says(broken, "quote"));
}

TEST_CASE("cli: whether a record stays is decided by the options that say so", "[cli][P4]") {
  Desk at;
  const json::object shown = at.anna.ask({"show", at.visit});
  const std::string version = member(shown.at("record").as_object(), "version");
  at.anna.ok({"edit", at.visit, "next_step=Telefonare"});
  at.anna.ok({"call", R"({"command":"record.retract","request_id":"r","record":")" + at.visit +
                          R"(","version":")" + version + "\"}"});
  const json::array items = at.anna.ask({"review"}).at("items").as_array();
  REQUIRE(items.size() == 1);
  const std::string id = member(items[0].as_object(), "id").substr(0, 8);
  const std::string said = at.anna.refused(2, {"resolve", id, "--choose", "1"});
  CHECK(says(said, "--keep"));
  CHECK(says(said, "--retract"));
  at.anna.ok({"resolve", id, "--keep"});
}

TEST_CASE("cli: a word that is no command is named, in the shell and for programs", "[cli]") {
  TestFolder folder;
  const Terminal anna(folder.path(), "anna");
  CHECK(says(anna.refused(1, {"frob"}), "«frob» non è un comando"));
  CHECK(says(anna.refused(1, {}), "manca un comando"));
  CHECK(says(anna.refused(1, {"resolve", "1234"}), "serve una sola di queste opzioni: --choose"));
  const std::string below = anna.refused(1, {"list", "--offset", "-1"});
  CHECK(below.size() < 200);
  CHECK(says(below, "non è tra"));
  const Finished told = anna.run({"--json", "frob"});
  CHECK(told.code == 1);
  CHECK(member(told.reply().at("error").as_object(), "code") == "usage");
  for (const Words& words : {Words{"resolve", "--help"}, Words{"export", "--help"}}) {
    const std::string help = anna.ok(words);
    CHECK_FALSE(says(help, "Options:"));
    CHECK_FALSE(says(help, "Option Group"));
    CHECK_FALSE(says(help, "Exactly"));
    CHECK_FALSE(says(help, "TEXT"));
  }
}

}  // namespace
}  // namespace insieme::testing
