// Finding people by names that somebody spells otherwise.
#include <array>
#include <set>

#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

struct Found {
  std::vector<std::string> exact;
  std::vector<std::string> alike;
};

class Register {
 public:
  Register() {
    json::array members;
    for (const auto& [surname, name] : kPeople) {
      members.push_back(json::object{
          {"type", "member"},
          {"fields", {{"surname", surname}, {"given_names", name}, {"relation", "1"}}}});
    }
    anna.call({{"command", "dossier.create"},
               {"type", "household"},
               {"fields", {{"name", "Elenco"}, {"commune", "Bibbiano"}}},
               {"records", std::move(members)}});
  }
  Found search(const std::string& words, int limit = 20) {
    const json::object reply =
        anna.call({{"command", "search"}, {"words", words}, {"limit", limit}});
    Found found;
    bool seen_alike = false;
    for (const json::value& value : list(reply, "records")) {
      const json::object& line = value.as_object();
      const bool alike = line.contains("alike");
      CHECK((alike || !seen_alike));  // what was typed stands before what is like it
      seen_alike = seen_alike || alike;
      (alike ? found.alike : found.exact).push_back(text(line, "title"));
    }
    return found;
  }

  static constexpr std::array<std::pair<const char*, const char*>, 16> kPeople{{
      {"Esposito", "Carmela"},
      {"Esposito", "Maria"},
      {"Espinosa", "Ada"},
      {"Rizzo", "Paolo"},
      {"Cattaneo", "Giovanni"},
      {"Bianchi", "Chiara"},
      {"Battaglia", "Agnese"},
      {"Bolognesi", "Lucia"},
      {"D'Angelò", "Walter"},
      {"El Amrani", "Mohamed"},
      {"Kovalenko", "Oleksandr"},
      {"Conti", "Piero"},
      {"Monti", "Elio"},
      {"Rossi", "Marta"},
      {"Rossi", "Marco"},
      {"Rossi", "Mauro"},
  }};
  Folder folder;
  Office office;
  Desk anna{folder, "anna", office};
};

using Titles = std::vector<std::string>;

}  // namespace

TEST_CASE("search: a misspelt name finds who is meant, and says that it is only alike",
          "[commands][search]") {
  Register at;
  struct Case {
    const char* typed;
    const char* meant;
  };
  for (const Case& one : {Case{"cataneo", "Cattaneo Giovanni"}, {"risso", "Rizzo Paolo"},
                          {"bianki", "Bianchi Chiara"}, {"kiara", "Bianchi Chiara"},
                          {"batalia", "Battaglia Agnese"}, {"agniese", "Battaglia Agnese"},
                          {"bolonesi", "Bolognesi Lucia"}, {"valter", "D'Angelò Walter"},
                          {"dangelo", "D'Angelò Walter"},
                          {"muhammad", "El Amrani Mohamed"}, {"alexander", "Kovalenko Oleksandr"},
                          {"covalenco", "Kovalenko Oleksandr"}}) {
    INFO(one.typed);
    const Found found = at.search(one.typed);
    CHECK(found.exact.empty());
    CHECK(found.alike == Titles{one.meant});
  }
  const Found both = at.search("espozito");
  CHECK(both.exact.empty());
  CHECK(std::set<std::string>(both.alike.begin(), both.alike.end()) ==
        std::set<std::string>{"Esposito Carmela", "Esposito Maria"});
}

TEST_CASE("search: every word must be there or be like one that is", "[commands][search]") {
  Register at;
  CHECK(at.search("espozito maria").alike == Titles{"Esposito Maria"});
  CHECK(at.search("espozito mar").alike == Titles{"Esposito Maria"});
  CHECK(at.search("mariia espozito").alike == Titles{"Esposito Maria"});
  CHECK(at.search("espozito piero").alike.empty());
  // Half a name, as it is heard.
  CHECK(at.search("espoz").alike.size() == 2);
}

TEST_CASE("search: strangers are not found, and with many hits nobody is but who is meant",
          "[commands][search]") {
  Register at;
  for (const char* typed : {"bonti", "bossi", "russo", "verdi", "mancini", "ro", "zz",
                            "esp0sito", "()", "\"", "AND OR NOT", "names:"}) {
    INFO(typed);
    const Found found = at.search(typed);
    CHECK(found.alike.empty());
  }
  CHECK(at.search("d'angelo").exact == Titles{"D'Angelò Walter"});
  CHECK(at.search("conti").exact == Titles{"Conti Piero"});
  CHECK(at.search("conti").alike.empty());
  const Found rossi = at.search("rossi");
  CHECK(rossi.exact.size() == 3);
  CHECK(rossi.alike.empty());
  CHECK(at.search("esposito").exact.size() == 2);
}

TEST_CASE("search: the nearest comes first, and no more than were asked for",
          "[commands][search]") {
  Register at;
  at.anna.call({{"command", "dossier.create"},
                {"type", "household"},
                {"fields", {{"name", "Altri"}, {"commune", "Bibbiano"}}},
                {"records",
                 json::array{{{"type", "member"},
                              {"fields",
                               {{"surname", "Esposto"},
                                {"given_names", "Ugo"},
                                {"relation", "1"}}}}}}});
  const Found found = at.search("espozito");
  REQUIRE(found.alike.size() == 3);
  CHECK(found.alike.back() == "Esposto Ugo");
  CHECK(at.search("espozito", 2).alike.size() == 2);
  const Found typed = at.search("esposto");
  CHECK(typed.exact == Titles{"Esposto Ugo"});
  CHECK(typed.alike.size() == 2);
}

TEST_CASE("search: a name is found as it is written now", "[commands][search]") {
  Register at;
  const json::object reply = at.anna.call({{"command", "search"}, {"words", "rizzo"}});
  const std::string record = text(list(reply, "records")[0].as_object(), "id");
  at.anna.save(record, {{"surname", "Gargiulo"}});
  CHECK(at.search("risso").alike.empty());
  CHECK(at.search("gargiullo").alike == Titles{"Gargiulo Paolo"});
  at.anna.reopen();
  CHECK(at.search("gargiullo").alike == Titles{"Gargiulo Paolo"});
}

}  // namespace insieme::testing
