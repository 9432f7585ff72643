// Mistakes that people make, and what they are told: what is wrong, and what to do.
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/catch.hpp"
#include "support/cli_runner.hpp"

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;

void check_words(const std::string& said, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    CAPTURE(said, word);
    CHECK(said.find(word) != std::string::npos);
  }
}

struct Newcomer {
  TestFolder folder;
  OfficeServer server{folder.path()};
  Terminal anna{folder.path(), "anna"};
  Newcomer() {
    server.admin({"users", "add", "anna", "--name", "Anna Bianchi", "--role", "educator"});
    anna.ok({"init"});
  }
};

TEST_CASE("cli: a store that is not there, and how to make one", "[cli]") {
  TestFolder folder;
  const Terminal anna(folder.path(), "anna");
  for (const Words& words : {Words{"status"}, Words{"sync"}, Words{"add", "household", "name=x"}}) {
    check_words(anna.refused(3, words), {"Non c'è nessun archivio", "insieme init", "--store"});
  }
  CHECK_FALSE(fs::exists(anna.store()));
  anna.ok({"init"});
  check_words(anna.refused(2, {"init"}), {"C'è già un archivio"});
  fs::rename(anna.store() + ".key", folder.file("altrove.key"));
  check_words(anna.refused(3, {"status"}), {"chiave", "--key-file"});
  anna.ok({"--key-file", folder.file("altrove.key"), "status"});
  Terminal wrong = anna;
  wrong.environment["INSIEME_KEY"] = "1234";
  check_words(wrong.refused(2, {"status"}), {"64 cifre esadecimali"});
}

TEST_CASE("cli: a record without its dossier, and how to name it", "[cli]") {
  TestFolder folder;
  const Terminal anna(folder.path(), "anna");
  anna.ok({"init"});
  check_words(anna.refused(1, {"add", "visit", "place=casa"}), {"Manca il fascicolo", "--dossier"});
}

TEST_CASE("cli: an invitation that is none, is wrong, has expired or was used", "[cli][P1]") {
  Newcomer at;
  const std::string good = at.server.invitation("anna");
  check_words(at.anna.refused(2, {"enrol", "ciao"}), {"Non sembra un invito"});
  check_words(at.anna.refused(2, {"enrol", "ftp://x/ABCDEFGHJK"}), {"Non sembra un invito"});
  check_words(at.anna.refused(2, {"enrol", "ABCDEFGHJK"}), {"--server"});
  check_words(at.anna.refused(2, {"enrol", "ABCDEFGHJK", "--server", "server:8443"}), {"https://"});
  check_words(at.anna.refused(2, {"enrol", "ABCDEFGHJK", "--server", "http://192.0.2.1:1"}),
              {"https"});
  std::string wrong = good;
  wrong.replace(wrong.find('?') - 4, 4, "AAAA");
  check_words(at.anna.refused(2, {"enrol", wrong}),
              {"L'invito non è valido", "chiederne un altro"});
  const std::string brief =
      member(at.server.admin_json({"invite", "anna", "--expires", "1s"}).as_object(), "url");
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
  check_words(at.anna.refused(2, {"enrol", brief}), {"L'invito è scaduto", "chiederne un altro"});
  // None of them cost anything: the store is as it was, and the right one still works.
  CHECK(at.anna.ok({"status"}).find("non ancora legato") != std::string::npos);
  at.anna.ok({"enrol", good});
  at.anna.ok({"enrol", good});  // again, after a doubt
  const Terminal other(at.folder.path(), "altro");
  other.ok({"init"});
  check_words(other.refused(2, {"enrol", good}),
              {"L'invito è già stato usato da un altro dispositivo", "chiederne un altro"});
}

TEST_CASE("cli: a server that is down at the enrolment leaves the invitation good", "[cli][P1]") {
  Newcomer at;
  const std::string good = at.server.invitation("anna");
  at.server.stop();
  check_words(at.anna.refused(4, {"enrol", good}),
              {"Il server non risponde", "non è raggiungibile", "l'invito resta valido"});
  at.anna.ok({"add", "household", "name=Famiglia Rossi", "commune=Bibbiano"});
  at.server.start();
  at.anna.ok({"enrol", good});
  CHECK(at.anna.ok({"sync"}).find("Inviat") != std::string::npos);
}

TEST_CASE("cli: words that are too many, too few or unknown are named, in the person's language",
          "[cli]") {
  TestFolder folder;
  Terminal anna(folder.path(), "anna");
  anna.ok({"init"});
  check_words(anna.refused(1, {"sync", "--veloce"}), {"di troppo", "--veloce", "--help"});
  check_words(anna.refused(1, {"show"}), {"manca", "record"});
  check_words(anna.refused(1, {"show", "a", "b", "c"}), {"di troppo: ", "b", "c"});
  check_words(anna.refused(1, {"--lang", "de", "status"}), {"--lang", "it"});
  check_words(anna.refused(1, {"decide", "1234", "--refuse", "--accept"}), {"--help"});
  check_words(anna.refused(1, {"--store"}), {"--store"});
  const std::string english = anna.refused(1, {"--lang", "en", "sync", "--veloce"});
  check_words(english, {"not expected", "--veloce"});
}

TEST_CASE("cli: an option that may come several times takes one word each time", "[cli]") {
  TestFolder folder;
  const Terminal anna(folder.path(), "anna");
  anna.ok({"init"});
  std::ofstream(folder.file("nota")) << "Una nota.";
  anna.ok({"add", "household", "--from-file", "remarks=" + folder.file("nota"),
           "name=Famiglia Rossi", "commune=Bibbiano"});
  CHECK(anna.ask({"open"}).at("dossiers").as_array().size() == 1);
}

TEST_CASE("cli: before an enrolment a synchronisation says what is needed", "[cli][P1]") {
  TestFolder folder;
  const Terminal anna(folder.path(), "anna");
  anna.ok({"init"});
  check_words(anna.refused(4, {"sync"}), {"serve un invito", "Il lavoro resta salvato"});
}

}  // namespace
}  // namespace insieme::testing
