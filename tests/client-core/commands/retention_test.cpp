// What the retention rules make due: of closed dossiers, by record type, never what has no term.
#include "client-core/commands/report_desk.hpp"

namespace insieme::testing {
namespace {

struct Custody : Household {
  std::string office_dossier = create("office", {{"name", "Ufficio di piano"}}).first;
  std::string member_id = member("Anna");

  std::string rule(const char* type, json::object more) {
    more["record_type"] = type;
    return add(office_dossier, "retention_rule", std::move(more));
  }
  void close(const char* on) {
    desk.save(case_id, {{"state", "chiuso"},
                        {"closed_on", on},
                        {"closure_reason", "4"},
                        {"closure_situation", "1"}});
  }
  json::object due(const char* on) { return desk.call({{"command", "retention.due"}, {"on", on}}); }
};

std::vector<std::string> types_in(const json::object& reply, const char* which) {
  std::vector<std::string> out;
  for (const json::value& one : list(reply, which)) {
    out.push_back(text(one.as_object(), "type"));
  }
  return out;
}

TEST_CASE("retention: due on the day, not the day before, and only once all cases are closed",
          "[commands][S128]") {
  Custody custody;
  custody.rule("visit", {{"months", 12}, {"legal_basis", "Piano di conservazione"}});
  CHECK(list(custody.due("2099-01-01"), "due").empty());  // the case is open
  custody.close("2024-02-29");
  CHECK(list(custody.due("2025-02-27"), "due").empty());
  CHECK(types_in(custody.due("2025-02-27"), "later") == std::vector<std::string>{"visit"});
  const json::object on_the_day = custody.due("28/02/2025");
  REQUIRE(types_in(on_the_day, "due") == std::vector<std::string>{"visit"});
  const json::object& line = list(on_the_day, "due")[0].as_object();
  CHECK(text(line, "due_on") == "2025-02-28");
  CHECK(text(line, "closed_on") == "2024-02-29");
  CHECK(text(line, "legal_basis") == "Piano di conservazione");
  REQUIRE(list(line, "records").size() == 1);
  CHECK(list(line, "records")[0].as_string() == custody.family.visit);
  // A case that is open again, or a second one: nothing is due any more.
  custody.add(custody.family.dossier, "case",
              {{"household", custody.family.household},
               {"state", "segnalato"},
               {"opened_on", "2025-01-08"}});
  CHECK(list(custody.due("2025-03-01"), "due").empty());
}

TEST_CASE("retention: what has no term is never due, and is said to have none",
          "[commands][S128]") {
  Custody custody;
  custody.rule("member", {{"legal_basis", "da definire"}});
  custody.close("2024-02-01");
  const json::object reply = custody.due("2034-06-01");
  CHECK(list(reply, "due").empty());
  const std::vector<std::string> without = types_in(reply, "without_term");
  for (const char* type : {"member", "visit", "case"}) {
    CHECK(std::find(without.begin(), without.end(), type) != without.end());
  }
  CHECK(std::find(without.begin(), without.end(), "voucher") == without.end());  // none is there
}

TEST_CASE("retention: a legal hold suspends; nothing is erased by asking", "[commands][S128][P9]") {
  Custody custody;
  const std::string rule = custody.rule("visit", {{"months", 1}});
  custody.close("2024-02-01");
  REQUIRE(types_in(custody.due("2024-03-01"), "due") == std::vector<std::string>{"visit"});
  custody.desk.save(rule, {{"legal_hold", true}});
  const json::object held = custody.due("2024-03-01");
  CHECK(list(held, "due").empty());
  CHECK(types_in(held, "on_hold") == std::vector<std::string>{"visit"});
  CHECK(custody.desk.get(custody.family.visit).at("lifecycle").as_string() == "active");
  const json::object error =
      custody.desk.refused({{"command", "retention.due"}, {"on", "31/02/2024"}});
  CHECK(text(error, "field") == "on");
}

TEST_CASE("status: an office that works by other rules than this program is told",
          "[commands][S127]") {
  Desks desks;
  const auto status = [&] { return desks.desk.call({{"command", "status"}}); };
  const std::string own = text(status(), "schema_digest");
  const std::string office =
      desks.create("office", {{"name", "Ufficio di piano"}, {"configuration_digest", own}}).second;
  CHECK_FALSE(status().contains("other_rules"));
  desks.desk.save(office, {{"configuration_digest", "0123456789abcdef"}});
  const json::object told = status();
  REQUIRE(told.contains("other_rules"));
  const json::object& other = list(told, "other_rules")[0].as_object();
  CHECK(text(other, "office") == "Ufficio di piano");
  CHECK(text(other, "schema_digest") == "0123456789abcdef");
}

}  // namespace
}  // namespace insieme::testing
