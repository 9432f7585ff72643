// Half-filled forms.
#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

/// Two desks that have the same family.
struct Colleagues {
  Folder folder;
  Office office;
  Desk anna{folder, "anna", office};
  Desk bruno{folder, "bruno", office};
  Family family;

  Colleagues() {
    anna.enrol();
    bruno.enrol();
    family = make_family(anna);
    anna.sync();
    for (const char* who : {"anna", "bruno"}) {
      office.server.grant(who, sync::id_from_text<DossierId>(family.dossier).value(),
                          {"core", "education"});
    }
    bruno.sync();
    anna.sync();
  }
};

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
  Colleagues at;
  Desk& anna = at.anna;
  Desk& bruno = at.bruno;
  const Family& family = at.family;
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

TEST_CASE("draft: one that was dropped and comes back still has the base it had",
          "[commands][P4]") {
  Colleagues at;
  Desk& anna = at.anna;
  Desk& bruno = at.bruno;
  const Family& family = at.family;
  const json::object fields{{"next_step", "Telefonare"}};
  const json::object opening{
      {"command", "draft.open"}, {"record", family.visit}, {"fields", fields}};
  const json::object dropped = part(anna.call(opening), "draft");
  anna.call({{"command", "draft.discard"}, {"draft", text(dropped, "id")}});
  bruno.save(family.visit, {{"next_step", "Incontrare il preside"}});
  bruno.sync();
  anna.sync();
  const json::object again = part(anna.call({{"command", "draft.open"},
                                             {"record", family.visit},
                                             {"version", text(dropped, "version")},
                                             {"fields", fields}}),
                                  "draft");
  CHECK(text(again, "version") == text(dropped, "version"));
  anna.call({{"command", "draft.commit"}, {"draft", text(again, "id")}});
  CHECK(anna.items().size() == 1);  // what came in between was not seen, and is a question

  const json::object error = anna.refused(
      {{"command", "draft.open"}, {"record", family.visit}, {"version", "core|nonsense"}});
  CHECK(text(error, "field") == "version");
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

TEST_CASE("draft: the words of an act survive a kill, one draft for each subject",
          "[commands][P2]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const json::object opening{{"command", "draft.open"},
                             {"act", "review.resolve"},
                             {"subject", "one question"},
                             {"record", family.visit},
                             {"fields", {{"reason", "la madre ha"}}}};
  const json::object opened = part(anna.call(opening), "draft");
  CHECK(text(opened, "dossier") == family.dossier);
  anna.reopen();
  json::object again = opening;
  again["fields"] = {{"value", "telefonare"}};
  const json::object kept = part(anna.call(again), "draft");
  CHECK(text(kept, "id") == text(opened, "id"));
  CHECK(text(kept, "act") == "review.resolve");
  CHECK(text(kept, "subject") == "one question");
  CHECK(text(part(kept, "fields"), "reason") == "la madre ha");
  CHECK(text(part(kept, "fields"), "value") == "telefonare");
  again["subject"] = "another";
  anna.call(again);
  CHECK(list(anna.call({{"command", "draft.list"}}), "drafts").size() == 2);

  // It is no form of the record: it is not committed, and holds no file.
  const std::string id = text(kept, "id");
  CHECK(text(anna.refused({{"command", "draft.commit"}, {"draft", id}}), "code") ==
        "invalid_argument");
  CHECK(text(anna.refused({{"command", "blob.add"},
                           {"draft", id},
                           {"field", "files"},
                           {"media_type", "image/png"},
                           {"content", "AAAA"}}),
             "code") == "unknown_type");
  CHECK(text(anna.refused({{"command", "draft.open"}, {"act", std::string(65, 'a')}}), "field") ==
        "act");
}

TEST_CASE("draft: a new dossier takes its words with it, or leaves them where they are",
          "[commands][P2]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const json::object fields{{"name", "Famiglia Provata"}, {"commune", "Bibbiano"}};
  const std::string id =
      text(part(anna.call({{"command", "draft.open"},
                           {"act", "dossier.create"},
                           {"subject", "household"},
                           {"fields", fields}}),
                "draft"),
           "id");
  const json::object making{
      {"command", "dossier.create"}, {"type", "household"}, {"draft", id}, {"fields", fields}};
  json::object wrong = making;
  wrong["fields"] = json::object{{"name", "Famiglia Provata"}, {"opened_on", "mai"}};
  anna.refused(wrong);
  CHECK(list(anna.call({{"command", "draft.list"}}), "drafts").size() == 1);
  anna.call(making);
  CHECK(list(anna.call({{"command", "draft.list"}}), "drafts").empty());
}

std::uint64_t count(Desk& desk, const char* what) {
  return std::stoull(text(desk.call({{"command", "blob.list"}}), what));
}

json::object add_to(Desk& desk, const std::string& draft, const char* field, const char* content) {
  return desk.call({{"command", "blob.add"},
                    {"draft", draft},
                    {"field", field},
                    {"media_type", "image/png"},
                    {"content", content}});
}

std::string open_visit(Desk& desk, const Family& family) {
  return text(part(desk.call({{"command", "draft.open"},
                              {"type", "visit"},
                              {"dossier", family.dossier},
                              {"fields",
                               {{"start_at", "12/03/2024 15:30"},
                                {"place", "casa"},
                                {"educator", "anna"}}}}),
                   "draft"),
              "id");
}

TEST_CASE("draft: its photos are kept with it, and are sent once its record is saved",
          "[commands][blob][P2]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const std::string draft = open_visit(anna, family);
  const std::string first = text(add_to(anna, draft, "files", "AAAA"), "content");
  add_to(anna, draft, "files", "BBBB");
  add_to(anna, draft, "signature", "CCCC");
  anna.reopen();
  CHECK(count(anna, "to_send") == 0);  // no record names them
  const json::object got = anna.call(
      {{"command", "blob.get"}, {"draft", draft}, {"field", "files"}, {"content", first}});
  CHECK(text(got, "data") == "AAAA");
  CHECK(text(anna.call({{"command", "blob.get"}, {"draft", draft}, {"field", "signature"}}),
             "data") == "CCCC");
  const std::string record =
      text(part(anna.call({{"command", "draft.commit"}, {"draft", draft}}), "record"), "id");
  CHECK(count(anna, "to_send") == 3);
  const json::array lines =
      list(anna.call({{"command", "blob.list"}, {"record", record}}), "blobs");
  REQUIRE(lines.size() == 3);
  for (const json::value& line : lines) CHECK(text(line.as_object(), "state") == "here");
  CHECK(anna.call({{"command", "verify"}}).at("sound").as_bool());
}

TEST_CASE("draft: what is taken out of it, or dropped with it, leaves no bytes",
          "[commands][blob]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const std::string one = open_visit(anna, family);
  const std::string two = open_visit(anna, family);
  add_to(anna, one, "files", "AAAA");
  add_to(anna, two, "files", "AAAA");  // the same picture, in both
  const json::object added = add_to(anna, one, "files", "BBBB");
  const json::array all = list(part(part(added, "draft"), "fields").at("files").as_object(), "add");
  REQUIRE(all.size() == 2);
  const auto get = [&](const std::string& draft, bool allowed) {
    const json::object ask{{"command", "blob.get"}, {"draft", draft}, {"field", "files"}};
    return allowed ? text(anna.call(ask), "data") : text(anna.refused(ask), "code");
  };
  // Taken out of the draft, it can still be put back.
  const auto keep = [&](const json::array& what) {
    anna.call({{"command", "draft.save"},
               {"draft", one},
               {"fields", {{"files", json::object{{"add", what}}}}}});
  };
  keep({all[0]});
  CHECK(get(one, true) == "AAAA");
  keep({all[1]});
  CHECK(get(one, true) == "BBBB");
  anna.call({{"command", "draft.discard"}, {"draft", one}});
  CHECK(get(two, true) == "AAAA");
  const std::string record =
      text(part(anna.call({{"command", "draft.commit"}, {"draft", two}}), "record"), "id");
  CHECK(count(anna, "to_send") == 1);
  // Its reference is known, its bytes are gone: a record that names it waits for them.
  anna.call({{"command", "record.save"},
             {"record", record},
             {"fields", {{"files", json::object{{"add", json::array{all[1]}}}}}}});
  CHECK(count(anna, "to_fetch") == 1);
}

TEST_CASE("draft: a file needs a record or a draft, a field that there is, and some content",
          "[commands][blob]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  const std::string draft = open_visit(anna, family);
  CHECK(text(anna.refused({{"command", "blob.add"}, {"content", "AAAA"}}), "code") ==
        "invalid_argument");
  CHECK(text(anna.refused({{"command", "blob.add"},
                           {"draft", draft},
                           {"record", family.visit},
                           {"content", "AAAA"}}),
             "code") == "invalid_argument");
  CHECK(text(anna.refused({{"command", "blob.add"}, {"draft", draft}, {"content", "AAAA"}}),
             "code") == "unknown_field");
  CHECK(text(anna.refused({{"command", "blob.add"},
                           {"draft", draft},
                           {"field", "signature"},
                           {"media_type", "image/png"},
                           {"content", ""}}),
             "code") == "invalid_argument");
  CHECK(text(anna.refused({{"command", "blob.get"}, {"draft", draft}, {"field", "signature"}}),
             "code") == "not_found");
}

}  // namespace
}  // namespace insieme::testing
