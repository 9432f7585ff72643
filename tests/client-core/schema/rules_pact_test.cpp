// Rules of the pathway: case, team, decision, analysis, pact.

#include <algorithm>

#include "rules_fixture.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;
using Catch::Matchers::Contains;
using test::Texts;
using test::World;
using Names = std::vector<std::string>;

namespace {

bool has(const Names& names, const char* name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A household of two adults and a child, a case, an analysis concluded on 4 March 2024.
struct Family {
  World world;
  std::string household = world.add("household", {{"name", "Neri"}, {"commune", "035004"}});
  std::string case_id = world.add("case", {{"household", household}, {"opened_on", "2024-01-08"}});
  std::string anna = world.add("member", {{"surname", "Neri"}, {"birth_date", "1985-02-03"}});
  std::string bruno = world.add("member", {{"surname", "Neri"}, {"birth_date", "1983-07-01"}});
  std::string carla = world.add("member", {{"surname", "Neri"}, {"birth_date", "2015-05-05"}});
  std::string analysis = world.add(
      "preliminary_analysis", {{"case_id", case_id}, {"version", "1"}, {"done_on", "2024-03-04"}});
  std::string pact = world.add(
      "pact",
      {{"case_id", case_id}, {"version", "1"}, {"analysis", analysis}, {"state", "in_firma"}});

  std::string sign(const char* role, const std::string& member, const char* on = "2024-03-20") {
    Texts fields{{"pact", pact}, {"role", role}, {"signed_on", on}};
    if (!member.empty()) fields.emplace_back("member", member);
    return world.add("pact_signature", fields);
  }
  void sign_all() {
    sign("componente", anna);
    sign("componente", bruno);
    sign("case_manager", "");
  }
  Names activate(const char* on = "2024-03-20") {
    return world.broken_by_change(pact, {{"state", "attivo"}, {"signed_on", on}});
  }
};

}  // namespace

TEST_CASE("rules: at most one active case manager", "[schema][rules][S040]") {
  Family family;
  World& world = family.world;
  const auto assign = [&](const char* role, const char* from, const char* to) {
    Texts fields{
        {"case_id", family.case_id}, {"user_id", "u"}, {"role", role}, {"from_date", from}};
    if (*to != '\0') fields.emplace_back("to_date", to);
    return world.broken_by_new("case_assignment", fields);
  };
  CHECK(assign("case_manager", "2024-01-08", "2024-03-31") == Names{});
  CHECK(assign("educatore", "2024-01-08", "") == Names{});
  CHECK(assign("case_manager", "2024-04-01", "") == Names{});  // begins the day after
  CHECK(assign("case_manager", "2024-03-31", "2024-03-31") == Names{"one_case_manager"});
  const Problem& told = world.problem("one_case_manager");
  CHECK(told.severity == Severity::error);
  CHECK(told.field == "role");
  CHECK_THAT(told.message_it, Contains("(Case manager)"));
  CHECK_THAT(told.message_it, Contains("ha già un case manager in quel periodo"));
  CHECK_THAT(told.message_it, Contains("Chiudi l'altro incarico"));
  CHECK_THAT(told.message_en, Contains("End the other assignment the day before."));
}

TEST_CASE("rules: two tablets that each named a case manager leave an item, not a loss",
          "[schema][rules][S040]") {
  Family family;
  Names ids;
  for (int i = 0; i < 2; ++i) {
    ids.push_back(family.world.add(
        "case_assignment",
        {{"case_id", family.case_id}, {"role", "case_manager"}, {"from_date", "2024-01-08"}}));
  }
  for (const std::string& id : ids) {
    CHECK(family.world.broken_standing(id) == Names{"one_case_manager"});
  }
  family.world.change(ids[0], {{"to_date", "2024-01-31"}});
  family.world.change(ids[1], {{"from_date", "2024-02-01"}});
  CHECK(family.world.broken_standing(ids[0]) == Names{});
}

TEST_CASE("rules: a team is multidisciplinary with two systems", "[schema][rules][S041]") {
  Family family;
  World& world = family.world;
  const std::string team =
      world.add("team", {{"case_id", family.case_id}, {"name", "EM"}, {"formed_on", "2024-03-01"}});
  const auto join = [&](const char* system, const char* from) {
    world.add("team_member", {{"team", team}, {"system", system}, {"from_date", from}});
  };
  join("sociale", "2024-03-01");
  join("sociale", "2024-03-01");
  CHECK(world.broken_by_change(team, {{"multidisciplinary", "sì"}}) ==
        Names{"team_of_two_systems"});
  CHECK_THAT(world.problem("team_of_two_systems").message_it, Contains("vengono da 1 sistemi"));
  join("sanita", "2024-04-01");  // not yet there when it was formed
  CHECK(has(world.broken_by_change(team, {{"multidisciplinary", "sì"}}), "team_of_two_systems"));
  join("scuola", "2024-03-01");
  CHECK(world.broken_by_change(team, {{"multidisciplinary", "sì"}}) == Names{});
  CHECK(world.computed(team, "systems") == "3");
}

TEST_CASE("rules: no pact without an analysis of the same case", "[schema][rules][S066]") {
  Family family;
  World& world = family.world;
  CHECK(world.broken_by_change(family.pact, {{"analysis", ""}}) ==
        Names{"pact_after_analysis", "pact_contents"});
  const std::string open =
      world.add("preliminary_analysis", {{"case_id", family.case_id}, {"version", "2"}});
  CHECK(has(world.broken_by_change(family.pact, {{"analysis", open}}), "pact_after_analysis"));
  const std::string other = world.add("case", {{"household", family.household}});
  const std::string foreign = world.add(
      "preliminary_analysis", {{"case_id", other}, {"version", "1"}, {"done_on", "2024-03-04"}});
  CHECK(has(world.broken_by_change(family.pact, {{"analysis", foreign}}), "pact_after_analysis"));
  CHECK_FALSE(has(world.broken_by_change(family.pact, {{"analysis", family.analysis}}),
                  "pact_after_analysis"));
  CHECK(has(world.broken_by_change(family.pact, {{"signed_on", "2024-03-03"}}),
            "pact_after_analysis"));
}

TEST_CASE("rules: the pact is signed within twenty working days", "[schema][rules][S068]") {
  Family family;
  World& world = family.world;
  CHECK(world.computed(family.pact, "sign_by") == "02/04/2024");
  CHECK_FALSE(has(world.broken_by_change(family.pact, {{"signed_on", "2024-04-02"}}),
                  "pact_within_20_working_days"));
  CHECK(has(world.broken_by_change(family.pact, {{"signed_on", "2024-04-03"}}),
            "pact_within_20_working_days"));
  // A late signature is a fact: it is told, and kept.
  const Problem& told = world.problem("pact_within_20_working_days");
  CHECK(told.severity == Severity::warning);
  CHECK_THAT(told.message_it, Contains("«Firmato il» (03/04/2024)"));
  CHECK_THAT(told.message_it, Contains("scadeva il 02/04/2024"));
}

TEST_CASE("rules: a pact is active when all adults and the case manager signed",
          "[schema][rules][S050]") {
  Family family;
  World& world = family.world;
  family.sign("componente", family.anna);
  CHECK(has(family.activate(), "pact_signed_by_all"));
  family.sign("case_manager", "");
  CHECK(has(family.activate(), "pact_signed_by_all"));
  CHECK_THAT(world.problem("pact_signed_by_all").message_it, Contains("adulti senza firma: 1"));
  family.sign("componente", family.bruno);
  CHECK_FALSE(has(family.activate(), "pact_signed_by_all"));
  CHECK(has(world.broken_by_change(family.pact, {{"signed_on", ""}}), "pact_signed_by_all"));
}

TEST_CASE("rules: who signs is who was an adult of the household that day",
          "[schema][rules][S050]") {
  Family family;
  World& world = family.world;
  family.sign_all();
  CHECK_FALSE(has(family.activate(), "pact_signed_by_all"));
  world.change(family.carla, {{"birth_date", "2006-03-20"}});  // eighteen on that very day
  CHECK(has(family.activate(), "pact_signed_by_all"));
  world.change(family.carla, {{"birth_date", "2006-03-21"}});
  CHECK_FALSE(has(family.activate(), "pact_signed_by_all"));
  world.change(family.carla, {{"birth_date", ""}});  // not known to be a minor
  CHECK(has(family.activate(), "pact_signed_by_all"));
  world.change(family.carla, {{"to_date", "2024-03-19"}});  // had left
  CHECK_FALSE(has(family.activate(), "pact_signed_by_all"));
}

TEST_CASE("rules: the text of a signed pact does not change", "[schema][rules][S050][S068]") {
  Family family;
  World& world = family.world;
  const std::string aim =
      world.add("objective", {{"title", "Compiti"}, {"pact", family.pact}, {"status", "in_corso"}});
  CHECK(world.broken_by_change(aim, {{"title", "Fare i compiti"}}) == Names{});
  family.sign_all();
  static_cast<void>(family.activate());
  CHECK(world.broken_by_change(aim, {{"title", "Altro"}}) == Names{"signed_pact_objective"});
  CHECK_THAT(world.problem("signed_pact_objective").message_it,
             Contains("il patto (versione 1) è firmato"));
  CHECK(world.broken_by_change(aim, {{"status", "raggiunto"}, {"progress", "100"}}) == Names{});
  CHECK(world.broken_by_new("commitment", {{"pact", family.pact}, {"text", "Nuovo"}}) ==
        Names{"signed_pact_commitment"});
  CHECK(world.broken_by_new("support", {{"pact", family.pact}, {"kind", "d"}}) ==
        Names{"signed_pact_support"});
}

TEST_CASE("rules: versions follow each other, one is active", "[schema][rules][S068]") {
  Family family;
  World& world = family.world;
  family.sign_all();
  static_cast<void>(family.activate());
  const auto version = [&](const char* number) {
    return world.broken_by_new(
        "pact", {{"case_id", family.case_id}, {"version", number}, {"state", "bozza"}});
  };
  CHECK(version("3") == Names{"pact_versions_in_order"});
  CHECK(version("2") == Names{});
  Family second;
  second.sign_all();
  static_cast<void>(second.activate());
  const std::string twin = second.world.add("pact", {{"case_id", second.case_id},
                                                     {"version", "2"},
                                                     {"analysis", second.analysis},
                                                     {"state", "attivo"}});
  CHECK(has(second.world.broken_standing(twin), "one_active_pact"));
}

TEST_CASE("rules: a pact holds an objective, a support and a commitment", "[schema][rules][S068]") {
  Family family;
  World& world = family.world;
  CHECK(world.broken_by_change(family.pact, {{"state", "in_firma"}}) == Names{"pact_contents"});
  world.add("objective", {{"title", "x"}, {"pact", family.pact}});
  world.add("support", {{"kind", "d"}, {"pact", family.pact}});
  world.add("commitment", {{"text", "y"}, {"pact", family.pact}});
  CHECK(world.broken_by_change(family.pact, {{"state", "in_firma"}}) == Names{});
}

TEST_CASE("rules: the steps of a case have their grounds", "[schema][rules][S065]") {
  Family family;
  World& world = family.world;
  CHECK(world.broken_by_change(family.case_id, {{"state", "patto"}}) == Names{});
  CHECK(world.broken_by_change(family.case_id, {{"state", "attivo"}}) ==
        Names{"case_active_with_pact"});
  // Only the step into a state is judged, not every later save.
  CHECK(world.broken_by_change(family.case_id, {{"summary", "x"}}) == Names{});
  world.change(family.analysis, {{"done_on", ""}});
  world.change(family.case_id, {{"state", "analisi"}});
  CHECK(world.broken_by_change(family.case_id, {{"state", "patto"}}) ==
        Names{"case_pact_after_analysis"});
}

TEST_CASE("rules: a decision has a quorum and every position", "[schema][rules][S072]") {
  Family family;
  World& world = family.world;
  const std::string team = world.add("team", {{"case_id", family.case_id}, {"name", "EM"}});
  const std::string one = world.add("team_member", {{"team", team}, {"from_date", "2024-01-01"}});
  const std::string two = world.add("team_member", {{"team", team}, {"from_date", "2024-01-01"}});
  world.add("team_member",
            {{"team", team}, {"from_date", "2024-01-01"}, {"to_date", "2024-02-01"}});
  const std::string decision = world.add(
      "decision", {{"team", team}, {"question", "?"}, {"options", "sì;no"}, {"quorum", "2"}});
  const Texts taken{{"state", "presa"}, {"outcome", "sì"}, {"decided_on", "2024-03-01"}};
  world.add("decision_position",
            {{"decision", decision}, {"team_member", one}, {"position", "favorevole"}});
  CHECK(world.broken_by_change(decision, taken) ==
        Names{"decision_has_quorum", "decision_heard_everybody"});
  world.add("decision_position",
            {{"decision", decision}, {"team_member", two}, {"position", "astenuta"}});
  CHECK(world.broken_by_change(decision, taken) == Names{});
}

TEST_CASE("rules: the analysis answers six areas", "[schema][rules][S067][S052]") {
  Family family;
  World& world = family.world;
  for (const char* area : {"a", "b", "c", "d", "e"}) {
    world.add("analysis_area", {{"analysis", family.analysis}, {"area", area}, {"need", "3"}});
  }
  CHECK(world.broken_by_change(family.analysis, {{"done_on", "2024-03-04"}}) ==
        Names{"analysis_covers_six_areas"});
  world.add("analysis_area", {{"analysis", family.analysis}, {"area", "f"}, {"need", "nr"}});
  CHECK(world.broken_by_change(family.analysis, {{"done_on", "2024-03-04"}}) == Names{});
  CHECK(world.computed(family.analysis, "serious_areas") == "5");
}

TEST_CASE("rules: days from referral to first contact", "[schema][rules][S054]") {
  World world;
  const std::string id =
      world.add("referral", {{"received_on", "2024-02-27"}, {"first_contact_on", "2024-03-01"}});
  CHECK(world.computed(id, "days_to_first_contact") == "3");
  world.change(id, {{"first_contact_on", ""}});
  CHECK(world.computed(id, "days_to_first_contact") == "?");
}
