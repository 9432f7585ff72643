// A check that cannot fail shows nothing: each is given a fault of its own here.
#include <functional>

#include "../src/facts.hpp"
#include "support/catch.hpp"

namespace insieme::demo {
namespace {

Facts good_facts() {
  Facts facts;
  facts.figures = {66, 62, 9, 7, 29, 3'516'900, 770'000, 4'286'900};
  facts.server = {{"d1/core", {"3", "h1", "s1"}}, {"d2/core", {"4", "h2", "s2"}}};
  facts.replicas["Anna"] = {{"d1/core", {"3", "h1", "s1"}}};
  facts.replicas["Carla"] = facts.server;
  facts.faults["Anna"] = {};
  facts.held = {{"Anna", {"d1"}}, {"Carla", {"d1", "d2"}}};
  facts.owners = {{"Anna", "anna"}, {"Carla", "carla"}};
  facts.assigned = {{"anna", {"d1"}}, {"carla", {"d1", "d2"}}};
  facts.expected_dossiers = facts.assigned;
  facts.expected_items = {"r/b", "r/a"};
  facts.items = {"r/a", "r/b"};
  facts.items_of = {{"Anna", {"r/b"}}, {"Bruno", {"r/a"}}, {"Carla", {"r/a", "r/b"}}};
  facts.open_items = {{"Anna", 0}, {"Carla", 0}};
  facts.unsent = {{"Anna", 0}, {"Carla", 0}};
  facts.late_changes = 2;
  facts.saved_without_server = 5;
  facts.saves_without_server = 5;
  facts.cuts = 3;
  return facts;
}

std::string first_fault(const Facts& facts) {
  for (const Check& check : checks()) {
    if (!check.fault(facts).empty()) return check.name;
  }
  return {};
}

std::string fault_of(std::string_view name, const Facts& facts) {
  for (const Check& check : checks()) {
    if (name == check.name) return check.fault(facts);
  }
  return "there is no such check";
}

}  // namespace

TEST_CASE("demo: facts that are as they must be pass every check", "[demo]") {
  CHECK(first_fault(good_facts()).empty());
}

TEST_CASE("demo: facts that nobody collected fail every check that asks for some", "[demo]") {
  CHECK(!first_fault(Facts{}).empty());
}

TEST_CASE("demo: every check can fail", "[demo]") {
  using Spoil = std::function<void(Facts&)>;
  const std::vector<Spoil> spoilers{
      [](Facts& f) { f.saved_without_server = 4; },
      [](Facts& f) { f.cuts = 0; },
      [](Facts& f) { f.expected_items.push_back("r/c"); },
      [](Facts& f) { f.items_of["Anna"] = {"r/x"}; },
      [](Facts& f) { f.not_merged.push_back("Anna: phones"); },
      [](Facts& f) { f.clock_faults.push_back("2031"); },
      [](Facts& f) { f.late_changes = 1; },
      [](Facts& f) { f.not_back.push_back("Bruno"); },
      [](Facts& f) { f.open_items["Anna"] = 1; },
      [](Facts& f) { f.unsent["Carla"] = 2; },
      [](Facts& f) { f.figures.without_work = 61; },
      [](Facts& f) { f.leaks.push_back("Sara"); },
      [](Facts& f) { f.held["Anna"].insert("d2"); },
      [](Facts& f) { f.replicas["Anna"].clear(); },
      [](Facts& f) { f.faults["Anna"].push_back("a broken chain"); },
      [](Facts& f) { f.replicas["Carla"]["d2/core"].state = "s3"; },
  };
  REQUIRE(spoilers.size() == checks().size());
  for (std::size_t i = 0; i < spoilers.size(); ++i) {
    Facts facts = good_facts();
    spoilers[i](facts);
    INFO(checks()[i].name);
    CHECK(first_fault(facts) == checks()[i].name);
  }
}

TEST_CASE("demo: a household that its new educator lacks is found", "[demo]") {
  Facts facts = good_facts();
  facts.assigned["anna"].insert("d2");
  CHECK(!fault_of("each store holds exactly the dossiers that it may", facts).empty());
}

}  // namespace insieme::demo
