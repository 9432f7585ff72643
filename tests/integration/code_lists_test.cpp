// Values that a space adds to its code lists: real stores, a real server, the command line.
#include <fstream>

#include "ambito.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

const json::array& array_of(const json::object& object, const char* name) {
  return object.at(name).as_array();
}

struct Lists {
  Ambito at;
  Terminal ada{at.folder.path(), "ada"};
  Terminal ugo{at.folder.path(), "ugo"};

  Lists() {
    for (const auto& [who, account] : {std::pair{&ada, "ada"}, std::pair{&ugo, "ugo"}}) {
      at.enrol(*who, account, account, "admin");
    }
    for (int round = 0; round < 2; ++round) sync();
  }
  void sync() {
    for (const Terminal* who : all()) who->ok({"sync"});
  }
  [[nodiscard]] std::vector<const Terminal*> all() const {
    return {&ada, &ugo, &at.anna, &at.bruno, &at.carla};
  }
  /// The value as a terminal shows it; empty if it is not there.
  static json::object value(const Terminal& who, const std::string& code,
                            const std::string& list_name = "visit_places") {
    const json::object reply = who.ask({"codes", "show", list_name});
    for (const json::value& one : array_of(reply, "values")) {
      if (member(one.as_object(), "code") == code) return one.as_object();
    }
    return {};
  }
  static std::vector<std::string> offered(const Terminal& who) {
    std::vector<std::string> out;
    const json::object reply = who.ask({"schema", "visit", "place"});
    const json::object& type = reply.at("type").as_object();
    for (const json::value& field : array_of(type, "fields")) {
      for (const json::value& code : array_of(field.as_object(), "codes")) {
        if (!code.as_object().contains("retired")) out.push_back(member(code.as_object(), "code"));
      }
    }
    return out;
  }
  static bool offers(const Terminal& who, const std::string& code) {
    const auto all_offered = offered(who);
    return std::find(all_offered.begin(), all_offered.end(), code) != all_offered.end();
  }
};

}  // namespace

TEST_CASE("lists: a value is added, offered, used, retired, and stays readable",
          "[integration][lists][P1][P2][S102]") {
  Lists l;
  CHECK(says(l.ada.ok({"codes", "add", "visit_places", "Centro diurno", "--en", "Day centre"}),
             "x_centro_diurno"));
  CHECK(Lists::offers(l.ada, "x_centro_diurno"));  // before any network
  CHECK_FALSE(Lists::offers(l.at.anna, "x_centro_diurno"));
  l.sync();
  CHECK(Lists::offers(l.at.anna, "x_centro_diurno"));
  l.at.anna.ok({"edit", l.at.visit, "place=centro diurno"});
  CHECK(l.at.shown(l.at.anna, "place") == "Centro diurno");
  l.sync();
  CHECK(member(Lists::value(l.at.anna, "x_centro_diurno"), "used") == "1");
  l.ada.ok({"codes", "retire", "visit_places", "x_centro_diurno"});
  l.sync();
  CHECK_FALSE(Lists::offers(l.at.anna, "x_centro_diurno"));
  CHECK(l.at.shown(l.at.anna, "place") == "Centro diurno");
  CHECK(l.at.shown(l.at.carla, "place") == "Centro diurno");
  CHECK(says(l.ada.refused(2, {"codes", "add", "visit_places", "Centro diurno!"}), "di nuovo"));
  // A form that holds it is saved all the same; and it comes back when it is wanted again.
  l.at.anna.ok({"edit", l.at.visit, "next_step=Sentire il centro"});
  l.ada.ok({"codes", "retire", "visit_places", "x_centro_diurno", "--back"});
  l.sync();
  CHECK(Lists::offers(l.at.bruno, "x_centro_diurno"));
  l.at.acknowledged.insert("Sentire il centro");
  l.at.check_agreement_of(l.all());
}

TEST_CASE("lists: two who add one value offline made one; two names are shown to who can settle it",
          "[integration][lists][P4]") {
  Lists l;
  l.ada.ok({"codes", "add", "desk_topics", "Doposcuola comunale", "--en", "After school"});
  l.ugo.ok({"codes", "add", "desk_topics", "Doposcuola comunale", "--en", "Afternoon club"});
  l.sync();
  l.sync();
  const std::string code = "x_doposcuola_comunale";
  const json::object here = Lists::value(l.ada, code, "desk_topics");
  CHECK(here == Lists::value(l.ugo, code, "desk_topics"));
  CHECK(here.at("contested").as_array().size() == 2);
  CHECK(l.at.items(l.at.carla).empty());  // nobody else is asked
  l.ugo.ok({"codes", "rename", "desk_topics", code, "--en", "After-school club"});
  l.sync();
  l.sync();
  for (const Terminal* who : l.all()) {
    const json::object value = Lists::value(*who, code, "desk_topics");
    CHECK(member(value, "label_en") == "After-school club");
    CHECK_FALSE(value.contains("contested"));
  }
  l.at.check_agreement_of(l.all());
}

TEST_CASE("lists: who does not administer is told so, and fixed lists take nothing",
          "[integration][lists][P7]") {
  Lists l;
  for (const Terminal* who : {&l.at.anna, &l.at.carla}) {
    CHECK(says(who->refused(2, {"codes", "add", "visit_places", "Mia"}), "chi amministra"));
    CHECK(says(who->refused(2, {"add", "list_value", "list=visit_places", "code=x_mia",
                                "label_it=Mia", "label_en=Mine"}),
               "chi amministra"));
  }
  CHECK(says(l.ada.refused(2, {"codes", "add", "schools", "Liceo"}), "norma"));
  CHECK(says(l.ada.refused(2, {"codes", "add", "visit_places", "A casa"}), "c'è già"));
  CHECK(says(l.ada.refused(2, {"codes", "add", "visit_places", "Bar", "--code", "bar"}), "Codice"));
  l.ada.refused(2, {"codes", "add", "visit_places", std::string(61, 'a')});
  l.ada.ok({"codes", "add", "visit_places", "Bar"});
  const std::string record = member(Lists::value(l.ada, "x_bar"), "record");
  CHECK(says(l.ada.refused(2, {"retract", record}), "ritira"));
  CHECK(says(l.at.anna.refused(2, {"codes", "show", "visit_placs"}), "visit_places"));
  // It is nobody's family.
  for (const Terminal* who : l.all()) {
    const json::object here = who->ask({"open"});
    for (const json::value& one : array_of(here, "dossiers")) {
      CHECK_FALSE(member(one.as_object(), "title").empty());
    }
  }
}

TEST_CASE("lists: a tablet that has the record and not yet the value shows its code, loses nothing",
          "[integration][lists][P2]") {
  Lists l;
  l.ada.ok({"codes", "add", "visit_places", "Parco"});
  l.at.anna.ok({"edit", l.at.visit, "place=x_parco"});  // read out to her over the telephone
  CHECK(l.at.shown(l.at.anna, "place") == "x_parco");
  l.at.anna.ok({"edit", l.at.visit, "next_step=Al parco"});
  l.at.anna.ok({"sync"});
  l.at.bruno.ok({"sync"});
  CHECK(l.at.shown(l.at.bruno, "place") == "x_parco");
  const json::object places = l.at.bruno.ask({"codes", "show", "visit_places"});
  CHECK(array_of(places, "unknown").size() == 1);
  l.ada.ok({"sync"});
  l.at.bruno.ok({"sync"});
  CHECK(l.at.shown(l.at.bruno, "place") == "Parco");
}

TEST_CASE("lists: values come from a CSV, after a trial that writes nothing",
          "[integration][lists]") {
  Lists l;
  const std::string path = (l.at.folder.path() / "voci.csv").string();
  std::ofstream(path) << "list;code;label_it;label_en\n"
                         "school_sites;x_primaria_bibbiano;Primaria di Bibbiano;Bibbiano primary\n"
                         "school_sites;x_media_montecchio;Media di Montecchio;Montecchio middle\n"
                         "schools;x_liceo;Liceo;Lyceum\n"
                         "school_sites;liceo;Liceo;Lyceum\n";
  const auto import = [&](bool trial) {  // two rows are refused
    Words words{"--json", "import", "list_value", path};
    if (trial) words.emplace_back("--dry-run");
    return json::parse(l.ada.run(words).out).as_object();
  };
  const json::object tried = import(true);
  CHECK(member(tried, "created") == "2");
  CHECK(array_of(tried, "refused").size() == 2);
  CHECK(Lists::value(l.ada, "x_primaria_bibbiano", "school_sites").empty());
  CHECK(member(import(false), "created") == "2");
  CHECK(member(Lists::value(l.ada, "x_primaria_bibbiano", "school_sites"), "label_it") ==
        "Primaria di Bibbiano");
  CHECK(member(import(true), "unchanged") == "2");
  // A list has room for 200, and within one file a name counts once.
  std::ofstream many(path);
  many << "list;code;label_it;label_en\nprofessions;x_p;Voce 1;Entry 1\n";
  for (int i = 1; i < 204; ++i) {
    const std::string n = std::to_string(i);
    many << "professions;x_p" + n + ";Voce " + n + ";Entry " + n + "\n";
  }
  many.close();
  const json::object full = import(false);
  CHECK(member(full, "created") == "200");
  CHECK(array_of(full, "refused").size() == 4);
}

TEST_CASE("lists: the server's reports call them by their names", "[integration][lists]") {
  Lists l;
  l.ada.ok({"codes", "add", "stakeholder_kinds", "Oratorio", "--en", "Parish centre"});
  l.ada.ok({"sync"});
  l.at.carla.ok({"sync"});
  const std::string network =
      member(l.at.carla.ask({"add", "network", "name=Rete"}), "dossier");
  l.at.carla.ok({"add", "stakeholder", "--dossier", network, "name=Oratorio San Pio",
                 "kind=Oratorio"});
  const std::string here = l.at.carla.ok({"list", "stakeholder"});
  CHECK(says(here, "Oratorio"));
  l.at.carla.ok({"sync"});
  CHECK(member(Lists::value(l.at.carla, "x_oratorio", "stakeholder_kinds"), "used") == "1");
  for (const auto& [language, name] :
       {std::pair{"it", "Oratorio"}, std::pair{"en", "Parish centre"}}) {
    CHECK(says(l.at.server.admin({"report", "run", "R7", "--lang", language}), name));
    CHECK(says(l.at.carla.ok({"--lang", language, "report", "run", "R7"}), name));
  }
}

}  // namespace insieme::testing
