// Organizations, users and assignments out of tables, as an operator has them from an office.
#include <filesystem>
#include <fstream>
#include <iterator>

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

TEST_CASE("import: roles go into the settings, before and after are shown, comments stay",
          "[server][process][import]") {
  const Desk at;
  {
    std::ofstream conf(at.data + "/insieme.conf", std::ios::app);
    conf << "# nota dell'ufficio\nrole.educator.glass = 8h\n";
  }
  const std::string table =
      "ruolo;sezioni;scrive;decide;emergenza\n"
      "educator;core, education;sì;no;no\n"
      "volontario;core;no;;\n";
  const Finished dry = at.run({"import", "roles", at.table(table), "--dry-run"});
  CAPTURE(dry.out, dry.err);
  CHECK(dry.code == 0);
  CHECK(says(dry.out, "changed  educator"));
  CHECK(says(dry.out, "glass: 8h → no"));
  CHECK(says(dry.out, "new      volontario"));
  CHECK(says(dry.out, "write: yes → no"));
  CHECK(at.take("roles", table, {"--dry-run"}) == "1 1 0");
  CHECK(at.take("roles", table) == "1 1 0");
  CHECK(at.take("roles", table) == "0 0 2");
  std::ifstream file(at.data + "/insieme.conf");
  const std::string conf{std::istreambuf_iterator<char>(file), {}};
  CHECK(says(conf, "# nota dell'ufficio\nrole.educator.glass = no\n"));
  CHECK(says(conf, "role.volontario.write = no\n"));
  // What the table says is what holds: a person may have the role now, and the audit knows.
  CHECK(at.run({"users", "add", "vera", "--name", "Vera", "--role", "volontario"}).code == 0);
  CHECK(says(at.run({"audit", "--action", "role.set"}).out, "volontario"));
  // Columns that are not there leave alone what stands.
  CHECK(at.take("roles", "role;grant\neducator;no\n") == "0 1 0");
  CHECK(at.take("roles", table) == "0 0 2");
}

TEST_CASE("import: wrong lines about roles are all named, and nothing is written",
          "[server][process][import]") {
  const Desk at;
  const auto conf = [&at] {
    std::ifstream file(at.data + "/insieme.conf");
    return std::string{std::istreambuf_iterator<char>(file), {}};
  };
  const std::string before = conf();
  const std::string said = at.refusal("roles",
                                      "role;sections;write;glass\n"
                                      "educator;core;forse;12h\n"
                                      "Ruolo Nuovo;core;no;no\n"
                                      "fellow;core;no;100h\n"
                                      "coordinator;core;yes;no\n"
                                      "coordinator;core;yes;no\n");
  CHECK(says(said, "line 2: write is yes or no"));
  CHECK(says(said, "line 3: a role's name"));
  CHECK(says(said, "line 4: "));
  CHECK(says(said, "line 6: stands there twice"));
  CHECK(conf() == before);
}

TEST_CASE("import: a region's spaces, each with a folder, a key and its settings",
          "[server][process][import]") {
  const Desk at;
  const std::string root = at.dir.file("regione");
  REQUIRE(std::filesystem::create_directory(root));
  const std::string table = "cartella;nome;listen;public_url;behind_proxy;backup_days\n" + root +
                            "/ven09;Ambito VEN_09;127.0.0.1:8501;https://ven09.example;yes;14\n" +
                            root + "/ven10;Ambito VEN_10;127.0.0.1:8502;;yes;\n";
  CHECK(at.take("spaces", table, {"--dry-run"}) == "2 0 0");
  CHECK(std::filesystem::is_empty(root));
  CHECK(at.take("spaces", table) == "2 0 0");
  CHECK(at.take("spaces", table) == "0 0 2");
  for (const char* folder : {"/ven09", "/ven10"}) {
    const Finished status = run_server({"status", "--data", root + folder});
    CHECK(status.code == 0);
    CHECK(says(status.out, "Ambito VEN_"));
  }
  std::string changed = table;
  changed.replace(changed.find(";14\n"), 4, ";30\n");
  const Finished dry = at.run({"import", "spaces", at.table(changed), "--dry-run"});
  CHECK(says(dry.out, "backup_days: 14 → 30"));
  CHECK(at.take("spaces", changed) == "0 1 1");
  std::ifstream file(root + "/ven09/insieme.conf");
  CHECK(says({std::istreambuf_iterator<char>(file), {}}, "backup_days = 30\n"));
}

TEST_CASE("import: wrong lines about spaces are all named, and none is made",
          "[server][process][import]") {
  const Desk at;
  const std::string root = at.dir.file("regione");
  REQUIRE(std::filesystem::create_directory(root));
  const std::string said =
      at.refusal("spaces", "folder;name;listen;behind_proxy;give_up_days\n" +
                               root + "/a;A;127.0.0.1:1;yes;\n" +           // well
                               root + "/b;B;127.0.0.1:1;yes;\n" +           // another's port
                               root + "/c;C;127.0.0.1:3;;\n" +              // neither TLS nor proxy
                               root + "/d;D;127.0.0.1:4;yes;sempre\n" +     // no number
                               "relativa;E;127.0.0.1:5;yes;\n" +
                               at.data + ";Altro nome;127.0.0.1:6;yes;\n" +
                               root + "/niente/f;F;127.0.0.1:7;yes;\n");
  CHECK(says(said, "line 3: listen = 127.0.0.1:1"));
  CHECK(says(said, "line 4: without TLS"));
  CHECK(says(said, "line 5: give_up_days"));
  CHECK(says(said, "line 6: relativa is no absolute path"));
  CHECK(says(said, "line 7: "));
  CHECK(says(said, "a table renames none"));
  CHECK(says(said, "line 8: "));
  CHECK_FALSE(says(said, "line 2"));
  CHECK(std::filesystem::is_empty(root));
}

TEST_CASE("import: a space that cannot be made takes back those before it",
          "[server][process][import]") {
  const Desk at;
  const std::string root = at.dir.file("regione");
  REQUIRE(std::filesystem::create_directory(root));
  // The name is judged when the space is made.
  const std::string said = at.refusal(
      "spaces", "folder;name;listen;behind_proxy\n" + root + "/a;A;127.0.0.1:1;yes\n" + root +
                    "/b;" + std::string(300, 'x') + ";127.0.0.1:2;yes\n");
  CHECK(says(said, "nothing of it is done"));
  CHECK(std::filesystem::is_empty(root));
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
