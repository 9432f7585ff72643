// Forms that were opened before somebody else's work arrived: nobody is overwritten in silence.
#include "client-core/commands/two_desks.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

TEST_CASE("form: a value that arrived after the form was opened is not overwritten",
          "[commands][P4]") {
  Two two;
  const std::string opened = text(two.anna.get(two.family.visit), "version");
  two.bruno.save(two.family.visit, {{"next_step", "Incontrare il preside"}});
  two.bruno.sync();
  two.anna.sync();
  two.anna.save(two.family.visit, {{"next_step", "Telefonare alla madre"}}, opened);
  const json::array items = two.anna.items();
  REQUIRE(items.size() == 1);
  CHECK(text(items[0].as_object(), "field") == "next_step");
  CHECK(list(items[0].as_object(), "alternatives").size() == 2);
  two.exchange();
  CHECK(two.bruno.items().size() == 1);
}

TEST_CASE("form: saving every field unchanged argues with nobody", "[commands][P4]") {
  Two two;
  const json::object visit = two.anna.get(two.family.visit);
  two.bruno.save(two.family.visit, {{"next_step", "Incontrare il preside"}});
  two.bruno.sync();
  two.anna.sync();
  // The form sends what it showed, next_step included; only the place was touched.
  two.anna.save(two.family.visit,
                {{"next_step", "Sentire la scuola"},
                 {"place", "scuola"},
                 {"observations", text(part(part(visit, "fields"), "observations"), "text")}},
                text(visit, "version"));
  CHECK(two.anna.items().empty());
  CHECK(two.anna.shown(two.family.visit, "next_step") == "Incontrare il preside");
  CHECK(two.anna.shown(two.family.visit, "place") == "A scuola");
}

TEST_CASE("form: what the caller says it showed counts as what was shown", "[commands][P4]") {
  Two two;
  const std::string opened = text(two.anna.get(two.family.visit), "version");
  two.bruno.save(two.family.visit, {{"next_step", "Incontrare il preside"}});
  two.bruno.sync();
  two.anna.sync();
  const json::object reply = two.anna.call({{"command", "record.save"},
                                            {"record", two.family.visit},
                                            {"version", opened},
                                            {"fields", {{"next_step", "Sentire la scuola"}}},
                                            {"base", {{"next_step", "Sentire la scuola"}}}});
  CHECK(list(part(reply, "record"), "changed").empty());
}

TEST_CASE("form: without a version the person has seen what is there", "[commands][P4]") {
  Two two;
  two.bruno.save(two.family.visit, {{"next_step", "Incontrare il preside"}});
  two.bruno.sync();
  two.anna.sync();
  two.anna.save(two.family.visit, {{"next_step", "Telefonare alla madre"}});
  CHECK(two.anna.items().empty());
  CHECK(two.anna.shown(two.family.visit, "next_step") == "Telefonare alla madre");
}

TEST_CASE("form: a text is merged, not replaced", "[commands][P4]") {
  Two two;
  const std::string opened = text(two.anna.get(two.family.visit), "version");
  two.bruno.save(
      two.family.visit,
      {{"observations", "La madre lavora al mattino. Clima sereno. Il padre è assente."}});
  two.bruno.sync();
  two.anna.sync();
  two.anna.save(two.family.visit,
                {{"observations", "Oggi la madre lavora al mattino. Clima sereno."}}, opened);
  const std::string merged = two.anna.shown(two.family.visit, "observations");
  CHECK(merged == "Oggi la madre lavora al mattino. Clima sereno. Il padre è assente.");
  CHECK(two.anna.items().empty());
}

TEST_CASE("form: an element added meanwhile is not missed in the form's list", "[commands][P4]") {
  Two two;
  two.anna.save(two.family.visit, {{"activities", json::array{"compiti"}}});
  two.exchange();
  const std::string opened = text(two.anna.get(two.family.visit), "version");
  two.bruno.save(two.family.visit, {{"activities", {{"add", json::array{"gioco"}}}}});
  two.bruno.sync();
  two.anna.sync();
  two.anna.save(two.family.visit, {{"activities", json::array{"sostegno_educativo"}}}, opened);
  const json::object visit = two.anna.get(two.family.visit);
  std::set<std::string> left;
  for (const json::value& value : list(part(part(visit, "fields"), "activities"), "value")) {
    left.insert(std::string(value.as_string()));
  }
  CHECK(left == std::set<std::string>{"gioco", "sostegno_educativo"});
}

TEST_CASE("form: a damaged version is refused, one of another record does no harm", "[commands]") {
  Two two;
  CHECK(text(two.anna.refused({{"command", "record.save"},
                               {"record", two.family.visit},
                               {"version", "x y z"},
                               {"fields", {{"place", "scuola"}}}}),
             "field") == "version");
  two.anna.save(two.family.visit, {{"place", "scuola"}},
                text(two.anna.get(two.family.household), "version"));
  // It claimed to have seen nothing of this document: both values stay.
  CHECK(two.anna.items().size() == 1);
}

TEST_CASE("natural key: two creations offline are one record with two values", "[commands][P4]") {
  Two two;
  const auto line = [&](const char* amount) {
    return json::object{{"command", "record.save"},
                        {"type", "household_budget_line"},
                        {"dossier", two.family.dossier},
                        {"fields",
                         {{"month", "03/2024"},
                          {"direction", "uscita"},
                          {"category", "affitto"},
                          {"amount", amount}}}};
  };
  two.anna.call(line("450,00"));
  two.bruno.call(line("480,00"));
  const json::object twice = two.anna.refused(line("1,00"));
  CHECK(text(twice, "code") == "already_exists");
  two.exchange();
  const json::object lines =
      two.anna.call({{"command", "record.list"}, {"type", "household_budget_line"}});
  REQUIRE(list(lines, "records").size() == 1);
  const json::array items = two.anna.items();
  REQUIRE(items.size() == 1);
  CHECK(text(items[0].as_object(), "field") == "amount");
}

TEST_CASE("receipts: saved here, on the server", "[commands][P6]") {
  Two two;
  CHECK(text(two.anna.get(two.family.visit), "receipt") == "applied");
  two.anna.save(two.family.visit, {{"place", "scuola"}});
  CHECK(text(two.anna.get(two.family.visit), "receipt") == "saved_here");
  const json::object open = two.anna.call({{"command", "receipts"}});
  REQUIRE(list(open, "receipts").size() == 1);
  CHECK(text(list(open, "receipts")[0].as_object(), "receipt_text") == "salvato qui");
  two.anna.sync();
  CHECK(text(two.anna.get(two.family.visit), "receipt") == "applied");
  CHECK(list(two.anna.call({{"command", "receipts"}}), "receipts").empty());
}

}  // namespace
}  // namespace insieme::testing
