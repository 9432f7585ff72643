// Two records that are one person: an edge says so, and nothing is moved.
#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

/// Marco stands in two households, both of which Anna and Bruno have.
struct Twice {
  Folder folder;
  Office office;
  Desk anna{folder, "anna", office};
  Desk bruno{folder, "bruno", office};
  Family one;
  Family two;
  std::string here;   ///< Marco in the one
  std::string there;  ///< Marco in the other

  Twice() {
    anna.enrol();
    bruno.enrol();
    one = make_family(anna);
    two = make_family(anna);
    here = member(one.dossier, "Marco");
    there = member(two.dossier, "Marco A.");
    anna.sync();
    for (const Family* family : {&one, &two}) {
      const auto dossier = sync::id_from_text<DossierId>(family->dossier).value();
      office.server.grant("anna", dossier, {"core", "education"});
      office.server.grant("bruno", dossier, {"core", "education"});
    }
    exchange();
  }
  std::string member(const std::string& dossier, const char* name) {
    const json::object reply = anna.call({{"command", "record.save"},
                                          {"type", "member"},
                                          {"dossier", dossier},
                                          {"fields",
                                           {{"surname", "Rossi"},
                                            {"given_names", name},
                                            {"relation", "3"},
                                            {"from_date", "2020-01-01"}}}});
    return text(part(reply, "record"), "id");
  }
  void exchange() {
    for (Desk* desk : {&anna, &bruno, &anna, &bruno}) desk->sync();
  }
  json::object mark(Desk& desk, const std::string& a, const std::string& b) {
    return desk.call({{"command", "same.mark"}, {"record", a}, {"other", b}});
  }
  json::object undo(Desk& desk, const std::string& a, const std::string& b) {
    return desk.call({{"command", "same.undo"}, {"record", a}, {"other", b}});
  }
  json::object identity(Desk& desk, const std::string& record) {
    return desk.call({{"command", "same.list"}, {"record", record}});
  }
  std::size_t together(Desk& desk, const std::string& record) {
    return list(identity(desk, record), "records").size();
  }
};

TEST_CASE("same: an identity is what edges connect, shown under its least id on every tablet",
          "[commands]") {
  Twice twice;
  const std::string third = twice.member(twice.two.dossier, "Marco Aldo");
  CHECK(twice.mark(twice.anna, twice.there, twice.here).at("changed").as_bool());
  twice.mark(twice.anna, twice.there, third);
  CHECK_FALSE(twice.mark(twice.anna, twice.here, twice.there).at("changed").as_bool());
  twice.exchange();
  for (Desk* desk : {&twice.anna, &twice.bruno}) {
    for (const std::string& one : {twice.here, twice.there, third}) {
      const json::object identity = twice.identity(*desk, one);
      CHECK(list(identity, "records").size() == 3);
      CHECK(text(identity, "identity") == std::min({twice.here, twice.there, third}));
    }
  }
}

TEST_CASE("same: late edits land where they were made, before and after they are parted again",
          "[commands][P2]") {
  Twice twice;
  twice.mark(twice.anna, twice.here, twice.there);
  // Bruno has not heard of it.
  twice.bruno.save(twice.there, {{"given_names", "Marco Antonio"}});
  twice.exchange();
  CHECK(twice.together(twice.bruno, twice.there) == 2);
  CHECK(twice.anna.shown(twice.there, "given_names") == "Marco Antonio");
  CHECK(twice.anna.shown(twice.here, "given_names") == "Marco");
  twice.bruno.save(twice.here, {{"given_names", "Marco Luigi"}});
  CHECK(twice.undo(twice.anna, twice.there, twice.here).at("changed").as_bool());
  twice.exchange();
  for (Desk* desk : {&twice.anna, &twice.bruno}) {
    CHECK(twice.together(*desk, twice.here) == 1);
    CHECK(desk->shown(twice.here, "given_names") == "Marco Luigi");
    CHECK(desk->shown(twice.there, "given_names") == "Marco Antonio");
    CHECK(desk->items().empty());
  }
}

TEST_CASE("same: two who say it at once say it once, and may take it back and say it again",
          "[commands][P4]") {
  Twice twice;
  twice.mark(twice.anna, twice.here, twice.there);
  twice.mark(twice.bruno, twice.there, twice.here);
  twice.exchange();
  CHECK(twice.anna.items().empty());
  CHECK(twice.together(twice.bruno, twice.here) == 2);
  twice.undo(twice.bruno, twice.here, twice.there);
  CHECK(twice.together(twice.bruno, twice.here) == 1);
  twice.exchange();
  CHECK(twice.together(twice.anna, twice.there) == 1);
  twice.mark(twice.anna, twice.here, twice.there);
  twice.exchange();
  CHECK(twice.together(twice.bruno, twice.there) == 2);
  CHECK(twice.bruno.items().empty());
}

TEST_CASE("same: late edits of two households that are one land in each, also once they are parted",
          "[commands][P2]") {
  Twice twice;
  const std::string& one = twice.one.household;
  const std::string& two = twice.two.household;
  twice.mark(twice.anna, one, two);
  // Bruno has not heard of it: he edits the household and adds to its dossier.
  twice.bruno.save(two, {{"name", "Famiglia Rossi-Neri"}});
  twice.exchange();
  for (Desk* desk : {&twice.anna, &twice.bruno}) {
    CHECK(twice.together(*desk, one) == 2);
    CHECK(desk->shown(two, "name") == "Famiglia Rossi-Neri");
    CHECK(desk->shown(one, "name") != "Famiglia Rossi-Neri");
  }
  // Now Anna has not heard that they are parted, and takes them for one.
  CHECK(twice.undo(twice.bruno, one, two).at("changed").as_bool());
  twice.bruno.sync();
  twice.anna.save(one, {{"remarks", "trasloco a maggio"}});
  twice.anna.save(two, {{"remarks", "resta in via Roma"}});
  twice.exchange();
  for (Desk* desk : {&twice.anna, &twice.bruno}) {
    CHECK(twice.together(*desk, one) == 1);
    CHECK(twice.together(*desk, two) == 1);
    CHECK(desk->shown(one, "remarks") == "trasloco a maggio");
    CHECK(desk->shown(two, "remarks") == "resta in via Roma");
    CHECK(desk->shown(two, "name") == "Famiglia Rossi-Neri");
    CHECK(desk->items().empty());
  }
}

TEST_CASE("rating: two who rate one sub-dimension at once have one record, and one question",
          "[commands][P4][S071]") {
  Twice twice;
  const auto add = [&](Desk& desk, const char* type, json::object fields) {
    const json::object reply = desk.call({{"command", "record.save"},
                                          {"type", type},
                                          {"dossier", twice.one.dossier},
                                          {"fields", std::move(fields)}});
    return text(part(reply, "record"), "id");
  };
  const std::string assessment =
      add(twice.anna, "child_assessment",
          {{"child", twice.here}, {"time", "T0"}, {"assessed_on", "2024-01-10"}});
  twice.exchange();
  const auto& areas = schema::embedded_bundle().find_list("child_subdimensions")->values;
  const auto rate = [&](Desk& desk, std::size_t area, int rating) {
    return add(desk, "child_rating",
               {{"assessment", assessment}, {"subdimension", areas[area].code},
                {"rating", rating}});
  };
  const std::string differs = rate(twice.anna, 0, 2);
  CHECK(rate(twice.bruno, 0, 5) == differs);
  const std::string agrees = rate(twice.anna, 1, 3);
  CHECK(rate(twice.bruno, 1, 3) == agrees);
  twice.exchange();
  for (Desk* desk : {&twice.anna, &twice.bruno}) {
    REQUIRE(desk->items().size() == 1);
    CHECK(desk->shown(differs, "rating") == twice.anna.shown(differs, "rating"));
    CHECK(desk->shown(agrees, "rating") == "3");
  }
  // Whoever edits it with both in front of them decides.
  twice.bruno.save(differs, {{"rating", 4}});
  twice.exchange();
  for (Desk* desk : {&twice.anna, &twice.bruno}) {
    CHECK(desk->shown(differs, "rating") == "4");
    CHECK(desk->items().empty());
  }
}

TEST_CASE("same: the other end may be unknown here, and other records are not one", "[commands]") {
  Twice twice;
  const std::string elsewhere = "0190b2c4d5e6478899aabbccddeeff00";
  const json::object reply = twice.mark(twice.anna, twice.here, elsewhere);
  CHECK(reply.at("elsewhere").as_bool());
  CHECK(twice.together(twice.anna, twice.here) == 2);
  const auto refused = [&](const std::string& a, const std::string& b, const char* command) {
    return text(twice.anna.refused({{"command", command}, {"record", a}, {"other", b}}), "code");
  };
  CHECK(refused(twice.here, twice.here, "same.mark") == "not_allowed");
  CHECK(refused(twice.here, twice.one.household, "same.mark") == "not_allowed");
  CHECK(refused(twice.one.visit, twice.two.visit, "same.mark") == "not_allowed");
  CHECK(refused(twice.here, twice.there, "same.undo") == "not_found");
}

TEST_CASE("list: objectives are put in order by hand, and two who do so at once both keep theirs",
          "[commands][P4]") {
  Twice twice;
  const auto add = [&](Desk& desk, const char* title, json::value place) {
    return text(part(desk.call({{"command", "record.save"},
                                {"type", "objective"},
                                {"dossier", twice.one.dossier},
                                {"fields",
                                 {{"title", title},
                                  {"area", "a"},
                                  {"status", "in_corso"},
                                  {"place", std::move(place)}}}}),
                     "record"),
                "id");
  };
  const auto titles = [&](Desk& desk) {
    std::string all;
    const json::object reply = desk.call(
        {{"command", "record.list"}, {"type", "objective"}, {"dossier", twice.one.dossier}});
    for (const json::value& one : list(reply, "records")) {
      all += text(one.as_object(), "title") + " ";
    }
    return all;
  };
  const std::string b = add(twice.anna, "b", "last");
  const std::string d = add(twice.anna, "d", "last");
  const std::string a = add(twice.anna, "a", "first");
  CHECK(titles(twice.anna) == "a b d ");
  twice.exchange();
  add(twice.anna, "c1", json::object{{"after", b}});
  add(twice.bruno, "c2", json::object{{"before", d}});
  twice.exchange();
  const std::string order = titles(twice.anna);
  CHECK((order == "a b c1 c2 d " || order == "a b c2 c1 d "));
  CHECK(titles(twice.bruno) == order);
  twice.bruno.save(a, {{"place", "last"}});
  CHECK(titles(twice.bruno).substr(titles(twice.bruno).size() - 4) == "d a ");
  const std::uint64_t unsent = twice.bruno.unsent();
  twice.bruno.save(a, {{"place", json::object{{"after", d}}}});
  CHECK(twice.bruno.unsent() == unsent);
  twice.exchange();
  CHECK(titles(twice.anna) == titles(twice.bruno));
  CHECK(twice.anna.items().empty());
  CHECK(text(twice.anna.refused({{"command", "record.save"},
                                 {"record", a},
                                 {"fields", {{"place", "third"}}}}),
             "code") == "invalid_value");
}

}  // namespace
}  // namespace insieme::testing
