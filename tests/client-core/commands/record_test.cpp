// Saving, editing, finding: one person at one device, mostly without a network.
#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

TEST_CASE("record.save: work is saved without network, account or token", "[commands][P1]") {
  const Folder folder;
  Office office;
  office.is_down = true;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  CHECK(office.calls.empty());
  anna.reopen();
  CHECK(anna.shown(family.visit, "next_step") == "Sentire la scuola");
  CHECK(text(anna.get(family.visit), "receipt") == "saved_here");
  const json::object error = anna.refused({{"command", "sync.run"}});
  CHECK(text(error, "code") == "not_enrolled");
  anna.save(family.visit, {{"next_step", "Telefonare"}});
  CHECK(anna.shown(family.visit, "next_step") == "Telefonare");
}

TEST_CASE("record.save: what was retired is read and searched, and no longer filled in",
          "[commands][schema][P2]") {
  schema::BundleFiles files = schema::embedded_bundle_files();
  const auto retire = [&](const std::string& file, const std::string& name) {
    const std::size_t at = files.at(file).find(name);
    REQUIRE(at != std::string::npos);
    files.at(file).insert(at + name.size(), R"(, "retired": true)");
  };
  retire("types/visit.json", R"("name": "next_step")");
  retire("types/objective.json", R"("name": "objective")");
  auto later = schema::parse_bundle(files);
  if (!later.ok()) FAIL(later.error().detail);

  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const json::object goal{{"type", "objective"},
                          {"dossier", family.dossier},
                          {"fields", {{"title", "Più tempo insieme"}, {"status", "da_avviare"}}}};
  json::object request = goal;
  request["command"] = "record.save";
  request["request_id"] = "before";
  const std::string objective = text(part(anna.call(request), "record"), "id");

  anna.bundle = &later.value();
  anna.reopen();
  CHECK(anna.shown(family.visit, "next_step") == "Sentire la scuola");
  CHECK(list(anna.call({{"command", "search"}, {"words", "scuola"}}), "records").size() == 1);
  anna.save(family.visit, {{"next_step", "Sentire la scuola"}, {"place", "scuola"}});
  const json::object error = anna.refused({{"command", "record.save"},
                                           {"request_id", "r"},
                                           {"record", family.visit},
                                           {"fields", {{"next_step", "Altro"}}}});
  CHECK(text(error, "code") == "field_retired");
  CHECK(text(error, "field") == "next_step");
  anna.save(objective, {{"title", "Più tempo, insieme"}});
  request["request_id"] = "after";
  CHECK(text(anna.refused(request), "code") == "type_retired");
  const json::object type =
      anna.call({{"command", "schema.type"}, {"type", "visit"}, {"field", "next_step"}});
  CHECK(list(part(type, "type"), "fields")[0].at("retired").as_bool());
}

TEST_CASE("record.save: a repeated request gets its first reply and writes nothing twice",
          "[commands][P2]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const json::object request{
      {"command", "record.save"},
      {"request_id", "once"},
      {"type", "visit"},
      {"dossier", family.dossier},
      {"fields",
       {{"start_at", "2024-04-01T08:00:00Z"}, {"place", "scuola"}, {"educator", "anna"}}}};
  const json::object first = anna.call(request);
  anna.reopen();
  const json::object again = anna.call(request);
  CHECK(again.at("repeated").as_bool());
  CHECK(again.at("record") == first.at("record"));
  CHECK(again.at("records") == first.at("records"));
  CHECK(list(anna.call({{"command", "record.list"}, {"type", "visit"}}), "records").size() == 2);
  json::object other = request;
  other["fields"] = json::object{{"place", "casa"}};
  CHECK(text(anna.refused(other), "code") == "conflict");
}

TEST_CASE("record.save: only what changed is written, and reading writes nothing",
          "[commands][P4]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const std::uint64_t before = anna.unsent();
  static_cast<void>(anna.get(family.visit));
  const json::object reply =
      anna.save(family.visit, {{"next_step", "  Sentire la scuola "},
                               {"place", "A casa"},
                               {"start_at", "12/03/2024 15:30"},
                               {"observations", "La madre lavora al mattino. Clima sereno."},
                               {"activities", json::array{}}});
  CHECK(list(part(reply, "record"), "changed").empty());
  CHECK(anna.unsent() == before);
}

TEST_CASE("record.save: every broken rule is named, and nothing is written", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const std::uint64_t before = anna.unsent();
  json::object error = anna.refused({{"command", "record.save"},
                                     {"type", "visit"},
                                     {"dossier", family.dossier},
                                     {"fields", {{"minutes", 5'000}, {"next_step", "x"}}}});
  CHECK(text(error, "code") == "invalid_record");
  CHECK(list(error, "problems").size() >= 4);  // start, place, educator are missing; minutes
  error = anna.refused({{"command", "record.save"},
                        {"record", family.visit},
                        {"fields", {{"place", "sulla luna"}}}});
  CHECK(text(error, "field") == "place");
  error = anna.refused(
      {{"command", "record.save"}, {"record", family.visit}, {"fields", {{"next_stepp", "x"}}}});
  CHECK(text(error, "message_it").find("next_step") != std::string::npos);
  CHECK(anna.unsent() == before);
}

TEST_CASE("record.save: what is written once or closed is not changed by a person", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const std::string member = text(part(anna.call({{"command", "record.save"},
                                                  {"type", "Componente"},
                                                  {"dossier", family.dossier},
                                                  {"fields",
                                                   {{"Cognome", "Rossi"},
                                                    {"Nome", "Ada"},
                                                    {"relation", "madre"},
                                                    {"entry_date", "2022-01-10"}}}}),
                                       "record"),
                                  "id");
  json::object error = anna.refused(
      {{"command", "record.save"}, {"record", member}, {"fields", {{"entry_date", "2022-02-10"}}}});
  CHECK(text(list(error, "problems")[0].as_object(), "rule") == "write_once");
  anna.save(family.visit, {{"state", "confermata"}});
  anna.save(family.visit, {{"state", "validata"}});
  error = anna.refused(
      {{"command", "record.save"}, {"record", family.visit}, {"fields", {{"next_step", "dopo"}}}});
  CHECK(text(list(error, "problems")[0].as_object(), "rule") == "immutable");
  error = anna.refused(
      {{"command", "record.save"}, {"record", family.visit}, {"fields", {{"state", "bozza"}}}});
  CHECK(text(list(error, "problems")[0].as_object(), "rule") == "transition");
}

TEST_CASE("record.save: several records over several documents are one act", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const json::object good{{"type", "member"},
                          {"dossier", family.dossier},
                          {"as", "@ada"},
                          {"fields",
                           {{"surname", "Rossi"},
                            {"given_names", "Ada"},
                            {"relation", "madre"},
                            {"health_notes", "Asma."}}}};
  const json::object visit{{"record", family.visit},
                           {"fields", {{"present", json::array{"@ada"}}}}};
  json::object bad = visit;
  bad["fields"] = json::object{{"minutes", "molti"}};
  const json::object error =
      anna.refused({{"command", "record.save"}, {"records", json::array{good, bad}}});
  CHECK(text(error, "message_it").find("Scheda 2") == 0);
  CHECK(list(anna.call({{"command", "record.list"}, {"type", "member"}}), "records").empty());
  anna.call({{"command", "record.save"}, {"records", json::array{good, visit}}});
  CHECK(anna.shown(family.visit, "present") == "Rossi Ada");
  const json::object member =
      list(anna.call({{"command", "record.list"}, {"type", "member"}}), "records")[0].as_object();
  CHECK(anna.shown(text(member, "id"), "health_notes") == "Asma.");
}

TEST_CASE("record.save: of a record of which a facet alone is here, each field goes to its section",
          "[commands][P4]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  // What is here of it when its main part still waits for changes that it stands on.
  const RecordId visit =
      sync::id_from_text<RecordId>("01a0fad9-9c4b-756a-8c09-adebbde1fc64").value();
  const DossierId dossier = sync::id_from_text<DossierId>(family.dossier).value();
  const auto written = anna.engine->store().once(
      "part", 1, [&](client::Writer& writer) -> Result<std::string> {
        sync::SpliceOp note;
        note.splices.push_back({0, 0, "Asma."});
        INSIEME_TRY(writer.add({dossier, "health"}, {{visit, "visit", "health_notes", note, {}}}));
        return std::string("{}");
      });
  REQUIRE(written.ok());
  const std::string id = sync::to_text(visit);
  anna.save(id, {{"observations", "Serena."}, {"health_notes", "Asma, di notte."}},
            text(anna.get(id), "version"));
  CHECK(anna.shown(id, "observations") == "Serena.");
  CHECK(anna.shown(id, "health_notes") == "Asma, di notte.");
  CHECK(text(part(part(anna.get(id), "fields"), "observations"), "section") == "education");
}

TEST_CASE("record.save: amounts, counters, sets and typed values", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const std::string voucher = text(part(anna.call({{"command", "record.save"},
                                                   {"type", "voucher"},
                                                   {"dossier", family.dossier},
                                                   {"fields",
                                                    {{"number", "VS-1"},
                                                     {"service", "Doposcuola"},
                                                     {"units", 10},
                                                     {"unit_cost", {{"cents", "650"}}},
                                                     {"used", 2},
                                                     {"from_date", "01/01/2024"},
                                                     {"to_date", "2024-06-30"},
                                                     {"state", "in_uso"}}}}),
                                        "record"),
                                   "id");
  CHECK(anna.shown(voucher, "unit_cost") == "€ 6,50");
  anna.save(voucher, {{"used", {{"increment", "3"}}}});
  CHECK(anna.shown(voucher, "used") == "5");
  CHECK(text(anna.refused(
                 {{"command", "record.save"}, {"record", voucher}, {"fields", {{"unit_cost", 7}}}}),
             "field") == "unit_cost");
  anna.save(family.visit, {{"activities", json::array{"compiti", "gioco"}}});
  anna.save(family.visit,
            {{"activities",
              {{"add", json::array{"sostegno_educativo"}}, {"remove", json::array{"gioco"}}}}});
  const json::object visit = anna.get(family.visit);
  CHECK(list(part(part(visit, "fields"), "activities"), "value").size() == 2);
  anna.save(family.visit,
            {{"observations",
              {{"splices", json::array{{{"at", 0}, {"delete", 8}, {"insert", "Il padre"}}}}}}});
  CHECK(anna.shown(family.visit, "observations") == "Il padre lavora al mattino. Clima sereno.");
}

TEST_CASE("record.retract: nothing is erased, and it can be restored", "[commands][P2]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  anna.call({{"command", "record.retract"}, {"record", family.visit}});
  CHECK(text(anna.get(family.visit), "lifecycle") == "retracted");
  CHECK(list(anna.call({{"command", "record.list"}, {"type", "visit"}}), "records").empty());
  const json::object again = anna.call({{"command", "record.retract"}, {"record", family.visit}});
  CHECK_FALSE(part(again, "record").at("changed").as_bool());
  anna.call({{"command", "record.restore"}, {"record", family.visit}});
  CHECK(text(anna.get(family.visit), "lifecycle") == "active");
  CHECK(anna.shown(family.visit, "next_step") == "Sentire la scuola");
}

TEST_CASE("ids: the end or the beginning is enough where only one thing has it", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  CHECK(text(anna.get(family.visit.substr(28)), "id") == family.visit);
  // Both ids begin with the same milliseconds.
  const json::object error =
      anna.refused({{"command", "record.get"}, {"record", family.visit.substr(0, 6)}});
  CHECK(text(error, "code") == "ambiguous");
  CHECK(text(anna.refused({{"command", "record.get"}, {"record", "00000000"}}), "code") ==
        "not_found");
}

TEST_CASE("record.list: visits stand in the order of their days, not of their last edit",
          "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const auto visit = [&](const char* start) {
    return text(part(anna.call({{"command", "record.save"},
                                {"request_id", start},
                                {"type", "visit"},
                                {"dossier", family.dossier},
                                {"fields",
                                 {{"start_at", start}, {"place", "casa"}, {"educator", "anna"}}}}),
                     "record"),
                "id");
  };
  const std::string second = visit("2024-07-16T14:00:00Z");
  const std::string third = visit("2024-07-30T14:00:00Z");
  const std::string first = visit("2024-07-09T14:00:00Z");
  anna.save(first, {{"next_step", "Telefonare"}});
  const auto listed = [&](const json::object& more) {
    json::object request{{"command", "record.list"},
                         {"type", "visit"},
                         {"dossier", family.dossier},
                         {"order", "start_at"}};
    for (const auto& [name, value] : more) request[name] = value;
    std::vector<std::string> out;
    const json::object reply = anna.call(request);
    for (const json::value& one : list(reply, "records")) {
      const std::string id = text(one.as_object(), "id");
      if (id != family.visit) out.push_back(id);
    }
    return out;
  };
  CHECK(listed({}) == std::vector<std::string>{third, second, first});
  CHECK(text(anna.refused({{"command", "record.list"}, {"type", "visit"}, {"order", "nothing"}}),
             "code") == "unknown_field");
  CHECK(text(anna.refused({{"command", "record.list"}, {"order", "start_at"}}), "field") ==
        "order");
}

TEST_CASE("titles are in the language that is asked for, wherever they stand", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  anna.save(family.visit, {{"place", "casa"}});
  const auto title = [&](const char* language) {
    return text(part(anna.call({{"command", "record.get"},
                                {"record", family.visit},
                                {"lang", language}}),
                     "record"),
                "title");
  };
  const auto line = [&](const char* language) {
    const json::object reply =
        anna.call({{"command", "record.list"}, {"type", "visit"}, {"lang", language}});
    return text(list(reply, "records")[0].as_object(), "title");
  };
  CHECK(title("it").ends_with("A casa"));
  CHECK(line("it").ends_with("A casa"));
  CHECK(title("en").ends_with("At home"));
  CHECK(line("en").ends_with("At home"));
  CHECK(title("it").ends_with("A casa"));
}

TEST_CASE("search and history answer in people's words", "[commands][P12]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  anna.save(family.visit, {{"next_step", "Parlare con l'insegnante"}});
  const json::object found = anna.call({{"command", "search"}, {"words", "insegn"}});
  REQUIRE(list(found, "records").size() == 1);
  CHECK(text(list(found, "records")[0].as_object(), "id") == family.visit);
  const json::object past =
      anna.call({{"command", "history"}, {"record", family.visit}, {"field", "next_step"}});
  REQUIRE(list(past, "lines").size() == 2);
  const json::object line = list(past, "lines")[1].as_object();
  CHECK(text(line, "from") == "Sentire la scuola");
  CHECK(text(line, "to") == "Parlare con l'insegnante");
  CHECK(text(line, "device") == "questo dispositivo");
}

}  // namespace
}  // namespace insieme::testing
