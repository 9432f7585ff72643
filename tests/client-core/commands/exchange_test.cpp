// CSV in and out.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "client-core/commands/desk.hpp"
#include "insieme/schema/csv.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

using schema::csv_line;
using schema::parse_csv;

TEST_CASE("csv: quotes, line ends within cells, either separator, a byte order mark", "[csv]") {
  const auto rows = parse_csv(
      "\xEF\xBB\xBF"
      "Nome;Nota\r\n\"Rossi; Anna\";\"due\r\nrighe\"\n\nx;\"a \"\"b\"\"\"");
  REQUIRE(rows.ok());
  REQUIRE(rows->size() == 3);
  CHECK(rows.value()[1].cells == std::vector<std::string>{"Rossi; Anna", "due\r\nrighe"});
  CHECK(rows.value()[1].line == 2);
  CHECK(rows.value()[2].cells == std::vector<std::string>{"x", "a \"b\""});
  CHECK(rows.value()[2].line == 5);
  const auto commas = parse_csv("a,b\n1,\"2;3\"\n");
  REQUIRE(commas.ok());
  CHECK(commas.value()[1].cells == std::vector<std::string>{"1", "2;3"});
}

TEST_CASE("csv: what is no CSV in UTF-8 is refused with the line", "[csv]") {
  CHECK_FALSE(parse_csv("a;b\n\"never ends").ok());
  CHECK(parse_csv("a;b\n\"never ends").error().detail.find("line 2") != std::string::npos);
  CHECK_FALSE(parse_csv("a;b\nperch\xE9;x").ok());
}

TEST_CASE("csv: a cell never becomes a formula, and comes back as it was", "[csv]") {
  CHECK(csv_line({"=1+1", "a;b", "c\"d"}, ';') == "'=1+1;\"a;b\";\"c\"\"d\"\r\n");
  const std::vector<std::string> cells{"due\nrighe", "", "x;y", "\"", "è"};
  const auto back = parse_csv("h1;h2;h3;h4;h5\n" + csv_line(cells, ';'));
  REQUIRE(back.ok());
  CHECK(back.value()[1].cells == cells);
}

json::object import_of(const std::string& content) {
  return {{"command", "import"},
          {"type", "household"},
          {"content", content},
          {"mapping", {{"Cognome", "name"}, {"Comune", "commune"}, {"Ingresso", "intake_date"}}},
          {"key", json::array{"Codice"}}};
}

constexpr const char* kFile =
    "Codice;Cognome;Comune;Ingresso\n"
    "1;Rossi;Bibbiano;01/03/2022\n"
    "2;Bianchi;Atlantide;\n"
    "3;Verdi;Cavriago;31/02/2022\n"
    "4;Neri;Cavriago;\n";

TEST_CASE("import: good rows are saved, bad ones are listed with line and reason",
          "[commands][P2]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const json::object reply = anna.call(import_of(kFile));
  CHECK(text(reply, "created") == "2");
  REQUIRE(list(reply, "refused").size() == 2);
  const json::object first = list(reply, "refused")[0].as_object();
  CHECK(first.at("line").to_number<int>() == 3);
  CHECK(text(first, "field") == "commune");
  CHECK(list(reply, "refused")[1].as_object().at("line").to_number<int>() == 4);
  CHECK(list(anna.call({{"command", "dossier.list"}}), "dossiers").size() == 2);
}

TEST_CASE("import: everything that is wrong in a row is told at once", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const json::object reply =
      anna.call(import_of("Codice;Cognome;Comune;Ingresso\n2;Bianchi;Atlantide;31/02/2022\n"));
  REQUIRE(list(reply, "refused").size() == 1);
  const json::object& row = list(reply, "refused")[0].as_object();
  CHECK(text(row, "message_it").find("Atlantide") != std::string::npos);
  REQUIRE(list(row, "also").size() == 1);
  const json::object& also = list(row, "also")[0].as_object();
  CHECK(text(also, "field") == "intake_date");
  CHECK(text(also, "message_it").find("31/02/2022") != std::string::npos);
  CHECK_FALSE(text(also, "message_en").empty());
  json::object unmapped = import_of("Targa;Colore\nAB;rosso\n");
  for (const char* one : {"mapping", "key"}) unmapped.erase(one);
  CHECK(text(anna.refused(unmapped), "message_it").find("Targa, Colore") != std::string::npos);
}

TEST_CASE("import: again with the same key edits instead of doubling", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  anna.call(import_of(kFile));
  const json::object same = anna.call(import_of(kFile));
  CHECK(text(same, "created") == "0");
  CHECK(text(same, "unchanged") == "2");
  std::string mended = kFile;
  mended.replace(mended.find("Atlantide"), 9, "Gattatico");
  mended.replace(mended.find("Rossi"), 5, "Rosso");
  const json::object after = anna.call(import_of(mended));
  CHECK(text(after, "created") == "1");
  CHECK(text(after, "edited") == "1");
  CHECK(list(anna.call({{"command", "dossier.list"}}), "dossiers").size() == 3);
}

TEST_CASE("import: a dry run writes nothing and says the same", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  json::object request = import_of(kFile);
  request["dry_run"] = true;
  const json::object reply = anna.call(request);
  CHECK(text(reply, "created") == "2");
  CHECK(list(reply, "refused").size() == 2);
  CHECK(anna.unsent() == 0);
}

TEST_CASE("import: cut off in the middle and repeated, every row is there once", "[commands][P2]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  json::object request = import_of(kFile);
  request.erase("key");
  request["request_id"] = "import-1";
  // The first half of the same request, as if the process had died after it.
  json::object half = request;
  half["content"] = "Codice;Cognome;Comune;Ingresso\n1;Rossi;Bibbiano;01/03/2022\n";
  anna.call(request);
  anna.call(request);
  CHECK(list(anna.call({{"command", "dossier.list"}}), "dossiers").size() == 2);
}

TEST_CASE("import: members go into the dossier that a column names", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const std::string content = "Nucleo,Cognome,Nome,Relazione nel nucleo\n" +
                              family.dossier.substr(28) + ",Rossi,Ada,madre\n,Rossi,Ugo,padre\n";
  const json::object reply = anna.call({{"command", "import"},
                                        {"type", "member"},
                                        {"content", content},
                                        {"mapping",
                                         {{"Nucleo", "@dossier"},
                                          {"Cognome", "surname"},
                                          {"Nome", "given_names"},
                                          {"Relazione nel nucleo", "relation"}}}});
  CHECK(text(reply, "created") == "1");
  CHECK(text(list(reply, "refused")[0].as_object(), "field") == "dossier");
  const json::object error = anna.refused({{"command", "import"},
                                           {"type", "member"},
                                           {"content", content},
                                           {"dossier", family.dossier},
                                           {"mapping", {{"Cognomee", "surname"}}}});
  CHECK(text(error, "message_it").find("Cognome") != std::string::npos);
}

TEST_CASE("export: a record whose fields lie in two sections is one row, and one line of a list",
          "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  anna.save(family.visit, {{"health_notes", "Porta l'inalatore."}});
  CHECK(list(anna.call({{"command", "record.list"}, {"type", "visit"}}), "records").size() == 1);
  const json::object csv = anna.call({{"command", "export"}, {"type", "visit"}});
  CHECK(text(csv, "count") == "1");
  const std::string content = text(csv, "content");
  CHECK(std::count(content.begin(), content.end(), '\n') == 2);
  CHECK(content.find("inalatore") != std::string::npos);
  // A dossier as a whole still says that there is something on health.
  const json::object all =
      anna.call({{"command", "record.list"}, {"dossier", family.dossier}});
  bool told = false;
  for (const json::value& one : list(all, "records")) {
    told = told || text(one.as_object(), "section") == "health";
  }
  CHECK(told);
}

TEST_CASE("export: what was exported can be imported again", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  anna.call(import_of(kFile));
  const std::string path = folder.file("nuclei.csv");
  const json::object reply =
      anna.call({{"command", "export"}, {"type", "household"}, {"path", path}});
  CHECK(text(reply, "count") == "2");
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::others_read) ==
        std::filesystem::perms::none);
  CHECK(text(anna.refused({{"command", "export"}, {"type", "household"}, {"path", path}}),
             "code") == "already_exists");
  Desk bruno(folder, "bruno", office);
  const json::object back =
      bruno.call({{"command", "import"}, {"type", "household"}, {"path", path}});
  CHECK(text(back, "created") == "2");
  const json::object lines =
      bruno.call({{"command", "export"}, {"type", "household"}, {"format", "json"}});
  const std::string content = text(lines, "content");
  CHECK(std::count(content.begin(), content.end(), '\n') == 2);
  CHECK(text(json::parse(content.substr(0, content.find('\n'))).as_object(), "type") ==
        "household");
}

}  // namespace
}  // namespace insieme::testing
