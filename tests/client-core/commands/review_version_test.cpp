// Decisions about what was in front of the person who decides [P4].
#include "client-core/commands/two_desks.hpp"
#include "support/catch.hpp"
#include "support/memory_device.hpp"

namespace insieme::testing {
namespace {

struct Deciders : Two {
  Deciders() : Two({"anna", "bruno"}) {}
  void disagree(const char* field, const char* one, const char* other) {
    anna.save(family.visit, {{field, one}});
    bruno.save(family.visit, {{field, other}});
    exchange();
    REQUIRE(anna.items().size() == 1);
  }
  json::object request(const std::string& field, const std::string& version) {
    return {{"command", "review.resolve"},
            {"item", family.visit + "/" + field},
            {"version", version}};
  }
};

TEST_CASE("review: an item that changed after it was read is not decided unseen",
          "[commands][P4]") {
  Deciders two;
  const std::string opened = text(two.bruno.get(two.family.visit), "version");
  two.disagree("next_step", "Telefonare", "Incontrare");
  const std::string version = text(two.anna.items()[0].as_object(), "version");
  // A third value, from a form that was opened before.
  two.bruno.save(two.family.visit, {{"next_step", "Scrivere"}}, opened);
  two.exchange();
  REQUIRE(list(two.anna.items()[0].as_object(), "alternatives").size() == 3);
  json::object late = two.request("next_step", version);
  late["choose"] = 1;
  CHECK(text(two.anna.refused(late), "code") == "changed");
  CHECK(two.anna.items().size() == 1);
  json::object again =
      two.request("next_step", text(two.anna.items()[0].as_object(), "version"));
  again["choose"] = 1;
  two.anna.call(again);
  CHECK(two.anna.items().empty());
  json::object broken = two.request("next_step", "nonsense");
  broken["choose"] = 1;
  CHECK(text(two.anna.refused(broken), "code") == "not_open");
}

TEST_CASE("review: text that came after the item was read stays", "[commands][P4]") {
  Deciders two;
  two.disagree("observations", "La madre lavora di notte. Clima sereno.",
               "La madre lavora part-time. Clima sereno.");
  const std::string version = text(two.anna.items()[0].as_object(), "version");
  const std::string now = two.bruno.shown(two.family.visit, "observations");
  two.bruno.save(two.family.visit, {{"observations", now + " Rivedersi a maggio."}});
  two.exchange();
  json::object decision = two.request("observations", version);
  decision["write"] = "La madre lavora.";
  two.anna.call(decision);
  two.exchange();
  CHECK(two.bruno.shown(two.family.visit, "observations") ==
        "La madre lavora. Rivedersi a maggio.");
  CHECK(two.anna.items().empty());
}

TEST_CASE("review: text that came in front of it meanwhile is not cut into", "[commands][P4]") {
  Deciders two;
  two.disagree("observations", "La madre lavora di notte. Clima sereno.",
               "La madre lavora part-time. Clima sereno.");
  const std::string version = text(two.anna.items()[0].as_object(), "version");
  const std::string now = two.bruno.shown(two.family.visit, "observations");
  two.bruno.save(two.family.visit, {{"observations", "Oggi a casa. " + now}});
  two.exchange();
  json::object decision = two.request("observations", version);
  decision["write"] = "La madre lavora.";
  two.anna.call(decision);
  two.exchange();
  CHECK(two.bruno.shown(two.family.visit, "observations") == "Oggi a casa. La madre lavora.");
}

TEST_CASE("review: what somebody else decided since it was read is looked at first",
          "[commands][P4]") {
  Deciders two;
  const std::string opened = text(two.anna.get(two.family.visit), "version");
  two.disagree("next_step", "Telefonare", "Incontrare");
  // Bruno leaves the two as they are, while a third value is written that he does not know of.
  json::object left = two.request("next_step", text(two.bruno.items()[0].as_object(), "version"));
  left["dismiss"] = true;
  two.bruno.call(left);
  two.anna.save(two.family.visit, {{"next_step", "Scrivere"}}, opened);
  const std::string version = text(two.anna.items()[0].as_object(), "version");
  two.exchange();
  REQUIRE(two.anna.items().size() == 1);
  json::object late = two.request("next_step", version);
  late["choose"] = 1;
  CHECK(text(two.anna.refused(late), "code") == "changed");
}

TEST_CASE("review: a version read on another device says only what this one has, too",
          "[commands][P4]") {
  Deciders two;
  two.disagree("next_step", "Telefonare", "Incontrare");
  // Both go on writing elsewhere; neither has what the other wrote.
  two.anna.save(two.family.visit, {{"observations", "Casa ordinata."}});
  two.bruno.save(two.family.visit, {{"observations", "Clima sereno."}});
  const std::string version = text(two.bruno.items()[0].as_object(), "version");
  json::object decision = two.request("next_step", version);
  decision["choose"] = 1;
  two.anna.call(decision);
  two.exchange();
  CHECK(two.bruno.shown(two.family.visit, "next_step") ==
        two.anna.shown(two.family.visit, "next_step"));
}

TEST_CASE("review: an item of hundreds of values can be decided", "[commands][P4]") {
  Deciders two;
  const auto record = sync::id_from_text<sync::RecordId>(two.family.visit).value();
  MemoryDevice many("many");
  enrol(two.office.server, many);
  two.office.server.grant("user-many", two.dossier(), {"core", "education"});
  REQUIRE(many.sync(two.office.server).done);
  const DocumentId education{two.dossier(), "education"};
  for (int i = 0; i < 300; ++i) {
    // From a form that had seen nothing.
    Operation op{record, "visit", "next_step", WriteOp{Value{"passo " + std::to_string(i)}},
                 VersionVector{}};
    many.write(education, {op});
  }
  REQUIRE(many.sync(two.office.server).done);
  two.exchange();
  REQUIRE(two.anna.items().size() == 1);
  const json::object item = two.anna.items()[0].as_object();
  CHECK(list(item, "alternatives").size() > 300);
  json::object decision = two.request("next_step", text(item, "version"));
  const bool dismiss = GENERATE(false, true);
  if (dismiss) {
    decision["dismiss"] = true;
  } else {
    decision["write"] = "Uno solo";
  }
  two.anna.call(decision);
  two.exchange();
  CHECK(two.anna.items().empty());
  CHECK(two.bruno.items().empty());
}

}  // namespace
}  // namespace insieme::testing
