// Organizations, users and assignments out of tables, as an operator has them from an office.
#include <fstream>

#include "operator.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

struct Desk : Operator {
  Desk() { REQUIRE(run({"init", "--name", "Ambito di prova"}).code == 0); }
  std::string table(const std::string& text) const {
    std::ofstream(dir.file("tabella.csv"), std::ios::binary) << text;
    return dir.file("tabella.csv");
  }
  /// "new changed same", as --json tells.
  [[nodiscard]] std::string take(const std::string& kind, const std::string& text,
                                 std::vector<std::string> more = {}) const {
    std::vector<std::string> words{"import", kind, table(text)};
    words.insert(words.end(), more.begin(), more.end());
    const json::value told = json_of(words);
    return std::to_string(told.at("new").to_number<int>()) + " " +
           std::to_string(told.at("changed").to_number<int>()) + " " +
           std::to_string(told.at("same").to_number<int>());
  }
  [[nodiscard]] std::string refusal(const std::string& kind, const std::string& text) const {
    const Finished said = run({"import", kind, table(text)});
    CAPTURE(said.out);
    CHECK(said.code == 4);
    return said.err;
  }
  [[nodiscard]] std::size_t users() const { return json_of({"users"}).as_array().size(); }
};

bool says(const std::string& text, const char* words) {
  return text.find(words) != std::string::npos;
}

const std::string kBodies =
    "ente;nome;sotto;territori;al\n"
    "ambito;Ambito di prova;;;\n"
    "coop;\"Cooperativa \"\"Il Ponte\"\"\";ambito;bibbiano, canossa;2027-12-31\n";
const std::string kPeople =
    "\xEF\xBB\xBF" "account,name,role,organization,until\r\n"
    "anna,Anna Bianchi,educator,coop,2027-12-31\r\n"
    "carla,\"Verdi, Carla\",coordinator,,\r\n";

}  // namespace

TEST_CASE("import: a table of an office becomes organizations and people, once",
          "[server][process][import]") {
  const Desk at;
  CHECK(at.take("organizations", kBodies, {"--dry-run"}) == "2 0 0");
  CHECK(at.json_of({"organizations"}).as_array().empty());
  CHECK(at.take("organizations", kBodies) == "2 0 0");
  CHECK(at.take("organizations", kBodies) == "0 0 2");
  CHECK(at.take("users", kPeople, {"--dry-run"}) == "2 0 0");
  CHECK(at.users() == 0);
  CHECK(at.take("users", kPeople) == "2 0 0");
  CHECK(at.take("users", kPeople) == "0 0 2");
  const json::value users = at.json_of({"users"});
  CHECK(users.at(0).at("organization").as_string() == "coop");
  CHECK(users.at(0).at("until").as_string() == "2027-12-31");
  CHECK(users.at(1).at("name").as_string() == "Verdi, Carla");
  // Another term is a change, and nothing else is.
  CHECK(at.take("users", "until,account,name,role\n,anna,Anna Bianchi,educator\n") == "0 1 0");
  CHECK(at.json_of({"users"}).at(0).at("until").as_string().empty());
  CHECK(at.json_of({"users"}).at(0).at("organization").as_string() == "coop");
}

TEST_CASE("import: a column that the file does not have leaves alone what stands",
          "[server][process][import]") {
  const Desk at;
  REQUIRE(at.take("organizations", kBodies) == "2 0 0");
  REQUIRE(at.take("users", kPeople) == "2 0 0");
  CHECK(at.take("users", "account;name;role\nanna;Anna Bianchi;educator\n") == "0 0 1");
  // A line that ends early says nothing of what it does not reach.
  CHECK(at.take("users", "account;name;role;until\nanna;Anna Bianchi;educator\n") == "0 0 1");
  CHECK(at.json_of({"users"}).at(0).at("organization").as_string() == "coop");
  CHECK(at.json_of({"users"}).at(0).at("until").as_string() == "2027-12-31");
  CHECK(at.take("organizations", "ente;nome\ncoop;Cooperativa Il Ponte\n") == "0 1 0");
  CHECK(at.take("organizations", kBodies + "altra;Altra;;;\n", {"--dry-run"}) == "1 1 1");
  const Finished said = at.run(
      {"import", "organizations", at.table("ente;nome;territori\ncoop;Il Ponte;\n"), "--dry-run"});
  CAPTURE(said.out);
  CHECK(said.code == 0);
  CHECK(says(said.out, "territories: bibbiano,canossa → (none)"));
  CHECK(says(said.out, "name: Cooperativa Il Ponte → Il Ponte"));
  CHECK_FALSE(says(said.out, "below"));
}

TEST_CASE("import: what only the database refuses undoes the lines above it, and a dry run says so",
          "[server][process][import]") {
  const Desk at;
  const std::string people = "account;name;role\nanna;Anna;educator\noperator;Ugo;educator\n";
  for (const bool is_tried : {true, false}) {
    std::vector<std::string> words{"import", "users", at.table(people)};
    if (is_tried) words.emplace_back("--dry-run");
    const Finished said = at.run(words);
    CAPTURE(said.err);
    CHECK(said.code == 4);
    CHECK(says(said.err, "nothing of it is done"));
    CHECK(says(said.err, "line 3"));
    CHECK(at.users() == 0);
  }
  CHECK(says(at.refusal("users", "account;name;role\nmachine x;Ugo;educator\n"), "audit"));
  CHECK(says(at.refusal("users", "account;name;role\nugo;\"Ugo\nRossi\";educator\n"), "control"));
  CHECK(at.users() == 0);
}

TEST_CASE("import: assignments name dossiers by their digits", "[server][process][import]") {
  const Desk at;
  REQUIRE(at.take("users", "utente;nome;ruolo\nanna;Anna;educator\nbruno;Bruno;educator\n") ==
          "2 0 0");
  CHECK(says(at.refusal("assignments", "utente;fascicolo\nanna;3f2a9c10\n"), "no dossier"));
}

TEST_CASE("import: of a table with a wrong line nothing is done, and every wrong line is told",
          "[server][process][import]") {
  const Desk at;
  const std::string said = at.refusal("users",
                                      "account;name;role;organization;until\n"
                                      "anna;Anna;educator;;\n"
                                      "bruno;Bruno;educatore;;\n"
                                      ";Nessuno;educator;;\n"
                                      "carla;Carla;coordinator;nessuno;\n"
                                      "dora;Dora;educator;;31-12-2027\n"
                                      "anna;Anna;educator;;\n"
                                      "enzo;Enzo;educator;;;;\n");
  for (const char* words : {"line 3", "did you mean \"educator\"", "line 4", "account is empty",
                            "line 5", "no organization", "line 6", "line 7", "twice", "line 8",
                            "more cells"}) {
    CAPTURE(said, words);
    CHECK(says(said, words));
  }
  CHECK_FALSE(says(said, "line 2"));
  CHECK(at.users() == 0);
  CHECK(says(at.refusal("users", "account;name\nanna;Anna\n"), "\"role\" is missing"));
  CHECK(says(at.refusal("users", "account;name;role;età\n"), "names the columns"));
  CHECK(says(at.refusal("users", "account;name;role;account\n"), "each once"));
  CHECK(says(at.refusal("users", "account;name;role\n\"anna;Anna\n"), "line 2"));
  CHECK(says(at.refusal("users", "account;name;role\nann\xE0;Anna;educator\n"), "UTF-8"));
  CHECK(says(at.refusal("organizations", "ente;nome;sotto\ncoop;Coop;ambito\nambito;Ambito;\n"),
             "stands above"));
}

TEST_CASE("import: a role and a name are changed by a file, and the dry run says so",
          "[server][process][import]") {
  const Desk at;
  REQUIRE(at.take("users", "account;name;role\nanna;Anna;educator\n") == "1 0 0");
  const std::string promoted = "account;name;role\nanna;Anna Bianchi;coordinator\n";
  std::ofstream(at.dir.file("p.csv")) << promoted;
  const Finished tried =
      at.run({"import", "users", at.dir.file("p.csv"), "--dry-run"});
  CHECK(says(tried.out, "role: educator → coordinator"));
  CHECK(says(tried.out, "name: Anna → Anna Bianchi"));
  CHECK(at.json_of({"users"}).at(0).at("role").as_string() == "educator");
  CHECK(at.take("users", promoted) == "0 1 0");
  CHECK(at.json_of({"users"}).at(0).at("role").as_string() == "coordinator");
  CHECK(at.json_of({"users"}).at(0).at("name").as_string() == "Anna Bianchi");
  CHECK(says(at.refusal("users", promoted + "anna;Anna Bianchi;educator\n"), "twice"));
}
