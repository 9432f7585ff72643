#include "client-core/commands/casework_judge.hpp"

#include <map>
#include <set>

#include "support/catch.hpp"

namespace insieme::testing {
namespace {

/// One record as a tablet shows it: texts in English, which are plain.
struct Shown {
  std::string id;
  std::map<std::string, std::string> fields;
  std::set<std::string> contested;
  [[nodiscard]] std::string at(const char* field) const {
    const auto found = fields.find(field);
    return found == fields.end() ? std::string() : found->second;
  }
  [[nodiscard]] long number(const char* field) const {
    const std::string text = at(field);
    return text.empty() ? 0 : std::stol(text);
  }
};

std::string plain(const json::value& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return std::string(value.as_string());
  if (const json::object* object = value.if_object()) {
    for (const char* name : {"code", "record", "id", "cents"}) {
      if (const json::value* found = object->if_contains(name)) return plain(*found);
    }
  }
  return json::serialize(value);
}

std::vector<Shown> active(Desk& desk, const char* type) {
  std::vector<Shown> out;
  const json::object all =
      desk.call({{"command", "record.list"}, {"type", type}, {"limit", 1'000}});
  for (const json::value& line : list(all, "records")) {
    Shown one;
    one.id = text(line.as_object(), "id");
    const json::object record = desk.get(one.id);
    for (const auto& [name, field] : part(record, "fields")) {
      one.fields[std::string(name)] = plain(field.as_object().at("value"));
      if (field.as_object().at("contested").as_bool()) one.contested.insert(std::string(name));
    }
    out.push_back(std::move(one));
  }
  return out;
}

/// Open items and findings of a desk, as "rule or kind / record".
std::set<std::string> told(Desk& desk) {
  std::set<std::string> out;
  const json::object all = desk.call({{"command", "review.list"}, {"limit", 1'000}});
  for (const json::value& one : list(all, "items")) {
    const json::object& item = one.as_object();
    const std::string record = text(item, "record");
    out.insert(text(item, "kind") + "/" + record);
    out.insert(text(item, "kind") + "/" + record + "/" + text(item, "field"));
  }
  for (const json::value& one : list(all, "findings")) {
    for (const json::value& line : list(one.as_object(), "records")) {
      out.insert(text(one.as_object(), "rule") + "/" + text(line.as_object(), "id"));
    }
  }
  return out;
}

class Judge {
 public:
  Judge(Desk& desk, const std::set<std::string>& told) : desk_(desk), told_(told) {}
  std::vector<std::string> faults;

  void judge() {
    managers();
    pacts();
    const std::vector<Shown> vouchers = active(desk_, "voucher");
    const std::vector<Shown> redemptions = active(desk_, "redemption");
    numbers(vouchers);
    for (const Shown& voucher : vouchers) spends(voucher, redemptions);
    for (const char* type :
         {"visit", "placement", "household_budget_line", "case_assignment", "pact", "voucher"}) {
      for (const Shown& one : active(desk_, type)) contested(one);
    }
  }

 private:
  void want(const std::string& rule, const std::string& record) {
    if (told_.count(rule + "/" + record) == 0) faults.push_back(rule + " of " + record);
  }

  /// On some day two of them are case managers.
  void managers() {
    const std::vector<Shown> all = active(desk_, "case_assignment");
    const auto last = [](const Shown& one) {
      return one.at("to_date").empty() ? std::string("9999") : one.at("to_date");
    };
    for (const Shown& a : all) {
      for (const Shown& b : all) {
        if (a.id == b.id || a.at("role") != "case_manager" || b.at("role") != "case_manager") {
          continue;
        }
        if (a.at("from_date") <= last(b) && b.at("from_date") <= last(a)) {
          want("one_case_manager", a.id);
        }
      }
    }
  }

  void pacts() {
    const std::vector<Shown> signatures = active(desk_, "pact_signature");
    const std::vector<Shown> members = active(desk_, "member");
    std::vector<Shown> in_force;
    for (const Shown& pact : active(desk_, "pact")) {
      if (pact.at("state") == "attivo") in_force.push_back(pact);
    }
    for (const Shown& pact : in_force) {
      if (in_force.size() > 1) want("one_active_pact", pact.id);
      std::set<std::string> who;
      bool manager = false;
      for (const Shown& signature : signatures) {
        if (signature.at("pact") != pact.id) continue;
        manager = manager || signature.at("role") == "case_manager";
        if (signature.at("role") == "componente") who.insert(signature.at("member"));
      }
      // All members of these stories are adults, and in the household all the time.
      if (!manager || who.size() < members.size()) want("pact_signed_by_all", pact.id);
    }
  }

  void numbers(const std::vector<Shown>& vouchers) {
    std::map<std::string, std::vector<std::string>> by_number;
    for (const Shown& one : vouchers) by_number[one.at("number")].push_back(one.id);
    for (const auto& [number, ids] : by_number) {
      for (const std::string& id : ids) {
        if (ids.size() > 1) want("voucher_number_unique", id);
      }
    }
  }

  void spends(const Shown& voucher, const std::vector<Shown>& redemptions) {
    long used = 0;
    for (const Shown& one : redemptions) {
      if (one.at("voucher") != voucher.id || !one.at("reverses").empty()) continue;
      const bool reversed =
          std::any_of(redemptions.begin(), redemptions.end(),
                      [&](const Shown& other) { return other.at("reverses") == one.id; });
      if (!reversed) used += one.number("units");
      if (one.at("redeemed_on") < voucher.at("from_date") ||
          one.at("redeemed_on") > voucher.at("to_date")) {
        want("redemption_while_valid", one.id);
      }
    }
    const json::object rights = desk_.call({{"command", "rights.list"}, {"record", voucher.id}});
    if (std::stol(text(rights, "left")) < 0) faults.push_back("less than nothing is left");
    long firm = 0;
    long beyond = 0;
    for (const json::value& one : list(rights, "spends")) {
      const long amount = std::stol(text(one.as_object(), "amount"));
      (text(one.as_object(), "state") == "provisional" ? beyond : firm) += amount;
    }
    if (firm > std::stol(text(rights, "granted"))) faults.push_back("overspent: " + voucher.id);
    if (beyond > 0) want("provisional_spend", voucher.id);
    if (used > firm + beyond) faults.push_back("a redemption that nothing was spent for");
  }

  void contested(const Shown& one) {
    for (const std::string& field : one.contested) {
      want("concurrent_values", one.id + "/" + field);
    }
  }

  Desk& desk_;
  const std::set<std::string>& told_;
};

long long total_of(const json::object& report, const char* table, const char* measure) {
  for (const json::value& one : list(report, "tables")) {
    if (text(one.as_object(), "name") != table) continue;
    for (const json::value& row : list(one.as_object(), "rows")) {
      if (text(row.as_object(), "level") != "total") continue;
      for (const json::value& cell : list(row.as_object(), "cells")) {
        if (text(cell.as_object(), "measure") != measure) continue;
        const std::string value = text(cell.as_object(), "value");
        return value.empty() ? 0 : std::stoll(value);
      }
    }
  }
  return 0;
}

/// The totals counted again by hand, and whatever the report itself says must add up.
void judge_reports(Desk& desk, std::vector<std::string>& faults) {
  const auto run = [&](const char* report) {
    return desk.call({{"command", "report.run"}, {"report", report}, {"full", true}});
  };
  const auto same = [&](long long shown, long long counted, const char* what) {
    if (shown != counted) {
      faults.push_back(std::string(what) + ": the report says " + std::to_string(shown) +
                       ", the records " + std::to_string(counted));
    }
  };
  const json::object services = run("R6");
  const json::object vouchers = run("R8");
  for (const json::object* report : {&services, &vouchers}) {
    for (const json::value& one : list(*report, "checks")) {
      const json::object& check = one.as_object();
      // That a voucher is overspent is an item of its own, not a sum that does not foot.
      if (text(check, "name") != "never_overspent" && !check.at("holds").as_bool()) {
        faults.push_back("does not add up: " + text(check, "label"));
      }
    }
  }
  long long minutes = 0;
  const std::vector<Shown> visits = active(desk, "visit");
  for (const Shown& visit : visits) minutes += visit.number("minutes");
  same(total_of(services, "visits", "visits"), static_cast<long long>(visits.size()), "visits");
  same(total_of(services, "visits", "minutes"), minutes, "minutes of visits");
  same(total_of(services, "placements", "placements"),
       static_cast<long long>(active(desk, "placement").size()), "placements");
  long long units = 0;
  for (const Shown& voucher : active(desk, "voucher")) units += voucher.number("units");
  same(total_of(vouchers, "vouchers", "issued"), units, "units issued");
}

}  // namespace

std::vector<std::string> judged(Desk& desk, bool with_reports) {
  const std::set<std::string> here = told(desk);
  Judge judge(desk, here);
  judge.judge();
  if (with_reports) judge_reports(desk, judge.faults);
  return judge.faults;
}

}  // namespace insieme::testing
