// The record types that the casework needs, family by family, and how each is to merge.

#include <algorithm>
#include <map>
#include <set>

#include "insieme/schema/bundle.hpp"
#include "insieme/schema/validate.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;

namespace {

const RecordType& type(std::string_view name) {
  const RecordType* found = embedded_bundle().find_type(name);
  INFO(name);
  REQUIRE(found != nullptr);
  return *found;
}

const Field& field(std::string_view type_name, std::string_view name) {
  const Field* found = type(type_name).find_field(name);
  INFO(type_name << "." << name);
  REQUIRE(found != nullptr);
  return *found;
}

void check_all(const std::string& section, const std::vector<const char*>& names) {
  for (const char* name : names) {
    INFO(name);
    CHECK(type(name).section == section);
  }
}

}  // namespace

TEST_CASE("domain: people and households", "[schema][S051][S060][S061]") {
  check_all("person", {"person", "participation", "entry_snapshot"});
  check_all("core", {"household", "member", "case", "case_assignment", "referral", "case_transfer",
                     "interpreter_need", "housing_spell"});
  check_all("economic", {"isee_attestation", "indigence_attestation", "eligibility",
                         "measure_spell", "household_budget_line", "household_month"});
  CHECK(type("entry_snapshot").immutable_after->field == "state");
  CHECK(field("participation", "person").target == "person");
}

TEST_CASE("domain: assessment, pact, services", "[schema][S066][S068][S069][S083]") {
  check_all("core", {"team", "team_member", "decision", "decision_position", "preliminary_analysis",
                     "analysis_area", "member_analysis_area", "analysis_frame", "frame_area",
                     "frame_member_area", "pact", "pact_signature", "commitment", "support",
                     "monitoring_meeting", "placement", "home_care_plan", "home_care_delivery",
                     "trip", "finding"});
  check_all("education", {"visit", "objective", "child_assessment", "child_rating"});
  check_all("economic", {"voucher", "redemption", "emporium_card", "emporium_access"});
  CHECK(field("pact", "state").allows_transition("in_firma", "attivo"));
  CHECK_FALSE(field("pact", "state").allows_transition("bozza", "attivo"));
  CHECK_FALSE(field("pact", "state").allows_transition("attivo", "bozza"));
}

TEST_CASE("domain: network, fellowship, offer", "[schema][S088][S091][S092][S093][S101]") {
  check_all("network", {"network", "stakeholder", "network_contact", "innovation_need",
                        "opportunity", "service_offer", "innovation_project", "selection_call",
                        "application", "fellowship", "timesheet_entry"});
}

TEST_CASE("domain: programmes, money, work plan", "[schema][S008][S013][S016][S113]") {
  check_all("project", {"project", "action_line", "meeting", "expense", "grant", "procurement",
                        "year_ceiling", "budget_line", "budget_variation", "funding_share",
                        "charged_hours", "plan_item", "recipient_count", "group_activity",
                        "group_session", "group_attendance"});
  check_all("registry", {"programme", "envelope", "call", "legal_act", "plan", "indicator_value"});
}

TEST_CASE("domain: the planning office, its acts and its duties", "[schema][S024][S036][S086]") {
  check_all("registry", {"office", "organization", "ats", "ats_commune", "zone", "staffing",
                         "document"});
  check_all("governance", {"governance_session", "zone_plan", "programming_act", "protocol",
                           "protocol_version", "protocol_signature", "training", "training_session",
                           "training_attendance", "event", "event_attendance", "practice", "issue",
                           "thread", "thread_message", "glossary_term"});
  check_all("front_desk", {"front_desk_contact", "emergency_call"});
  check_all("custody", {"retention_rule", "erasure_order", "access_grant"});
}

TEST_CASE("domain: what is only added to", "[schema]") {
  for (const char* name :
       {"redemption", "emporium_access", "pact_signature", "timesheet_entry", "budget_variation",
        "erasure_order", "isee_attestation", "indigence_attestation", "home_care_delivery", "trip",
        "charged_hours", "protocol_signature", "thread_message", "case_transfer",
        "indicator_value"}) {
    INFO(name);
    CHECK(type(name).append_only);
  }
}

TEST_CASE("domain: two offline creations of one thing are one record", "[schema][S071]") {
  const std::map<std::string, std::vector<std::string>> keys{
      {"child_rating", {"assessment", "subdimension"}},
      {"child_assessment", {"child", "time"}},
      {"household_budget_line", {"month", "direction", "category"}},
      {"household_month", {"month"}},
      {"group_attendance", {"session", "person"}},
      {"training_attendance", {"session", "attendee"}},
      {"event_attendance", {"event", "attendee"}},
      {"decision_position", {"decision", "team_member"}},
      {"analysis_area", {"analysis", "area"}},
      {"preliminary_analysis", {"case_id", "version"}},
      {"pact", {"case_id", "version"}},
      {"budget_line", {"year", "item", "source"}},
      {"home_care_plan", {"support", "month"}},
      {"finding", {"finding_key"}}};
  for (const auto& [name, key] : keys) {
    INFO(name);
    CHECK(type(name).natural_key == key);
  }
}

TEST_CASE("domain: health and judicial data lie in their own sections", "[schema][S126]") {
  const std::set<std::string> guarded{"health",        "judicial",        "antitratta",
                                      "person_health", "person_judicial", "custody"};
  for (const std::string& name : guarded) {
    INFO(name);
    REQUIRE(embedded_bundle().find_section(name) != nullptr);
    CHECK(embedded_bundle().find_section(name)->sensitive);
  }
  for (const char* owner : {"person", "member"}) {
    CHECK(guarded.count(field(owner, "disability").section) == 1);
    CHECK(guarded.count(field(owner, "health_notes").section) == 1);
    CHECK(guarded.count(field(owner, "judicial_notes").section) == 1);
  }
  CHECK(guarded.count(field("entry_snapshot", "minority").section) == 1);
  CHECK(guarded.count(field("visit", "health_notes").section) == 1);
}

TEST_CASE("domain: the compartment of protected pathways holds no address", "[schema][S120]") {
  const RecordType& pathway = type("protected_case");
  CHECK(pathway.section == "antitratta");
  for (const Field& one : pathway.fields) {
    INFO(one.name);
    CHECK(one.section == "antitratta");
    CHECK(one.name.find("address") == std::string::npos);
    CHECK(one.name.find("place") == std::string::npos);
  }
}

TEST_CASE("domain: reserved once is reserved for good", "[schema]") {
  CHECK(field("visit", "reserved").policy == RegisterPolicy::maximum);
  CHECK(field("retention_rule", "legal_hold").policy == RegisterPolicy::maximum);
}

TEST_CASE("domain: the Child's World has 7, 5 and 5 sub-dimensions", "[schema][S071]") {
  const CodeList* list = embedded_bundle().find_list("child_subdimensions");
  REQUIRE(list != nullptr);
  CHECK(list->unverified);
  std::map<std::string, int> sides;
  for (const CodeValue& value : list->values) ++sides[std::string(value.attribute("side"))];
  CHECK(sides == std::map<std::string, int>{{"ambiente", 5}, {"bambino", 7}, {"famiglia", 5}});
}

TEST_CASE("domain: measures are data with a time in force", "[schema][S020][S062][S116][S123]") {
  const CodeList* measures = embedded_bundle().find_list("measures");
  REQUIRE(measures != nullptr);
  for (const char* name : {"rei", "rdc", "adi"}) {
    INFO(name);
    REQUIRE(measures->find(name) != nullptr);
    CHECK(measures->find(name)->valid_from.has_value());
    CHECK(measures->find(name)->attribute("kind") == "national");
  }
  CHECK(measures->find("ria_sostegno")->attribute("monthly_cap") == "40000");
}

TEST_CASE("domain: nineteen output and six result indicators", "[schema]") {
  const CodeList* indicators = embedded_bundle().find_list("esf_indicators");
  REQUIRE(indicators != nullptr);
  const auto count = [&](std::string_view prefix) {
    return std::count_if(indicators->values.begin(), indicators->values.end(),
                         [&](const CodeValue& one) { return one.code.rfind(prefix, 0) == 0; });
  };
  CHECK(count("EECO") == 19);
  CHECK(count("EECR") == 6);
}

TEST_CASE("domain: grant agreements of Avviso 1/2019 have their shape", "[schema][S009]") {
  const auto shaped = [](const char* code) {
    const RecordValues values{{"convention_code", {sync::Value{std::string(code)}}}};
    for (const Problem& problem : check_record(embedded_bundle(), type("grant"), values)) {
      if (problem.field == "convention_code") return false;
    }
    return true;
  };
  CHECK(shaped("AV1-097"));
  CHECK(shaped("AV1-044-MAR_13"));
  CHECK(shaped("4368-0001-307-2025"));  // other funders have other codes
  for (const char* wrong : {"AV1-97", "AV1-0977", "AV1-044-MAR", "av1-097"}) {
    INFO(wrong);
    CHECK_FALSE(shaped(wrong));
  }
}
