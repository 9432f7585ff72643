// Half-filled forms.
#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

TEST_CASE("draft: what is typed survives the death of the process, unchecked", "[commands][P2]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const json::object opened =
      part(anna.call({{"command", "draft.open"}, {"type", "visit"}, {"dossier", family.dossier}}),
           "draft");
  const std::string id = text(opened, "id");
  anna.call({{"command", "draft.save"}, {"draft", id}, {"fields", {{"next_step", "Telef"}}}});
  anna.call({{"command", "draft.save"}, {"draft", id}, {"fields", {{"minutes", "molti"}}}});
  anna.reopen();
  const json::array drafts = list(anna.call({{"command", "draft.list"}}), "drafts");
  REQUIRE(drafts.size() == 1);
  CHECK(text(part(drafts[0].as_object(), "fields"), "next_step") == "Telef");

  json::object error = anna.refused({{"command", "draft.commit"}, {"draft", id}});
  CHECK(text(error, "code") == "invalid_value");
  anna.call({{"command", "draft.save"},
             {"draft", id},
             {"fields",
              {{"minutes", "90"},
               {"start_at", "12/03/2024 15:30"},
               {"place", "casa"},
               {"educator", "anna"},
               {"next_step", "Telefonare"}}}});
  const json::object done = anna.call({{"command", "draft.commit"}, {"draft", id}});
  CHECK(anna.shown(text(part(done, "record"), "id"), "next_step") == "Telefonare");
  CHECK(list(anna.call({{"command", "draft.list"}}), "drafts").empty());
}

TEST_CASE("draft: a commit repeated after a kill gives the first reply", "[commands][P2]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const std::string id = text(part(anna.call({{"command", "draft.open"},
                                              {"record", family.visit},
                                              {"fields", {{"next_step", "Telefonare"}}}}),
                                   "draft"),
                              "id");
  const json::object request{{"command", "draft.commit"}, {"request_id", "c"}, {"draft", id}};
  const json::object first = anna.call(request);
  anna.reopen();
  const json::object again = anna.call(request);
  CHECK(again.at("repeated").as_bool());
  CHECK(part(again, "record") == part(first, "record"));
}

TEST_CASE("draft: what arrived while it was open is not overwritten by its commit",
          "[commands][P4]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  Desk bruno(folder, "bruno", office);
  anna.enrol();
  bruno.enrol();
  const Family family = make_family(anna);
  anna.sync();
  for (const char* who : {"anna", "bruno"}) {
    office.server.grant(who, sync::id_from_text<DossierId>(family.dossier).value(),
                        {"core", "education"});
  }
  bruno.sync();
  anna.sync();
  const std::string id = text(part(anna.call({{"command", "draft.open"},
                                              {"record", family.visit},
                                              {"fields", {{"next_step", "Telefonare"}}}}),
                                   "draft"),
                              "id");
  bruno.save(family.visit, {{"next_step", "Incontrare il preside"}});
  bruno.sync();
  anna.sync();
  anna.call({{"command", "draft.commit"}, {"draft", id}});
  CHECK(anna.items().size() == 1);
}

TEST_CASE("draft: discarding one leaves the record alone", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const std::string id = text(part(anna.call({{"command", "draft.open"},
                                              {"record", family.visit},
                                              {"fields", {{"next_step", "Telefonare"}}}}),
                                   "draft"),
                              "id");
  anna.call({{"command", "draft.discard"}, {"draft", id}});
  CHECK(anna.shown(family.visit, "next_step") == "Sentire la scuola");
  CHECK(text(anna.refused({{"command", "draft.get"}, {"draft", id}}), "code") == "not_found");
}

}  // namespace
}  // namespace insieme::testing
