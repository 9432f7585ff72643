#pragma once
// A desk for tests of reports, and what they read of a report.

#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {

using Row = std::vector<std::string>;

/// A desk with what most reports are about: a household with a case, and the planning office.
struct Desks {
  Folder folder;
  Office office;
  Desk desk{folder, "anna", office};

  std::pair<std::string, std::string> create(const char* type, json::object fields) {
    const json::object reply =
        desk.call({{"command", "dossier.create"}, {"type", type}, {"fields", std::move(fields)}});
    return {text(reply, "dossier"), text(list(reply, "records")[0].as_object(), "id")};
  }
  std::string add(const std::string& dossier, const char* type, json::object fields) {
    return text(part(desk.call({{"command", "record.save"},
                                {"type", type},
                                {"dossier", dossier},
                                {"fields", std::move(fields)}}),
                     "record"),
                "id");
  }
  json::object run(const char* report, json::object with = {}, bool full = true) {
    json::object reply = desk.call(
        {{"command", "report.run"}, {"report", report}, {"with", std::move(with)}, {"full", full}});
    for (const json::value& one : list(reply, "checks")) {
      const json::object& check = one.as_object();
      if (!check.at("holds").as_bool()) FAIL(json::serialize(check));
    }
    return reply;
  }
};

/// One row of a table as a person reads it, found by its labels; fails the test if there is none.
Row row_of(const json::object& report, const char* table, const Row& labels);
/// How many rows a table has, the total among them.
std::size_t rows_in(const json::object& report, const char* table);

struct Household : Desks {
  Family family = make_family(desk);
  std::string case_id =
      add(family.dossier, "case",
          {{"household", family.household}, {"state", "segnalato"}, {"opened_on", "2024-01-08"}});
  std::string member(const char* name) {
    return add(family.dossier, "member",
               {{"surname", "Rossi"}, {"given_names", name}, {"relation", "1"}});
  }
  std::string support(const char* kind, const std::string& who, const char* provider,
                      const char* from, const char* to) {
    return add(family.dossier, "support",
               {{"case_id", case_id},
                {"kind", kind},
                {"members", {who}},
                {"provider", provider},
                {"from_date", from},
                {"to_date", to},
                {"hours_planned", 20.0},
                {"hours_actual", 12.5},
                {"status", "attivo"}});
  }
};

struct Registry : Desks {
  std::string dossier = create("office", {{"name", "Ufficio di piano"}}).first;
  std::string area(const char* code, int population) {
    return add(
        dossier, "ats",
        {{"code", code}, {"name", code}, {"valid_from", "2017-01-01"}, {"population", population}});
  }
};

}  // namespace insieme::testing
