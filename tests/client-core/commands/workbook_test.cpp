// Sheets of workbooks as rows, whoever wrote them; and what is no workbook.
#include "commands/exchange/workbook.hpp"

#include <xlsxwriter.h>

#include <fstream>

#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

using client::commands::parse_workbook;
using Cells = std::vector<std::string>;

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_days(lxw_worksheet* sheet, lxw_workbook* book) {
  lxw_format* day = workbook_add_format(book);
  format_set_num_format(day, "dd/mm/yyyy");
  lxw_format* moment = workbook_add_format(book);
  format_set_num_format(moment, "yyyy-mm-dd hh:mm");
  lxw_format* euros = workbook_add_format(book);
  format_set_num_format(euros, "[Red]#,##0.00 \"di euro\"");
  lxw_datetime on{2024, 2, 29, 0, 0, 0};
  lxw_datetime at{1985, 12, 10, 8, 30, 0};
  worksheet_write_datetime(sheet, 1, 1, &on, day);
  worksheet_write_datetime(sheet, 1, 2, &at, moment);
  worksheet_write_number(sheet, 1, 3, 1234.5, euros);
  worksheet_write_number(sheet, 1, 4, 0.1 + 0.2, nullptr);
}

/// Two sheets, as an office would send them.
std::string office_file(const Folder& folder) {
  const std::string path = folder.file("nuclei.xlsx");
  lxw_workbook* book = workbook_new(path.c_str());
  lxw_worksheet* sheet = workbook_add_worksheet(book, "Nuclei");
  int column = 0;
  for (const char* head : {"Cognome", "Presa in carico", "Ora", "Importo", "Somma"}) {
    worksheet_write_string(sheet, 0, static_cast<lxw_col_t>(column++), head, nullptr);
  }
  worksheet_write_string(sheet, 1, 0, "Dell'Acqua & <Figli> è", nullptr);
  write_days(sheet, book);
  worksheet_write_string(sheet, 4, 0, "Dopo due righe vuote", nullptr);
  worksheet_write_boolean(sheet, 4, 3, 1, nullptr);
  worksheet_write_formula_num(sheet, 4, 4, "=D2*2", nullptr, 2469);
  lxw_worksheet* other = workbook_add_worksheet(book, "Altro foglio");
  worksheet_write_string(other, 2, 1, "solo qui", nullptr);
  REQUIRE(workbook_close(book) == LXW_NO_ERROR);
  return bytes_of(path);
}

TEST_CASE("workbook: cells as a person would type them, with the number of their row",
          "[commands][import]") {
  Folder folder;
  const auto rows = parse_workbook(office_file(folder), "");
  REQUIRE(rows.ok());
  REQUIRE(rows->size() == 3);
  CHECK((*rows)[0].cells == Cells{"Cognome", "Presa in carico", "Ora", "Importo", "Somma"});
  CHECK((*rows)[1].line == 2);
  CHECK((*rows)[1].cells ==
        Cells{"Dell'Acqua & <Figli> è", "29/02/2024", "10/12/1985 08:30", "1234.5", "0.3"});
  CHECK((*rows)[2].line == 5);
  CHECK((*rows)[2].cells == Cells{"Dopo due righe vuote", "", "", "1", "2469"});
}

TEST_CASE("workbook: another sheet by its name; one that is not there is told with those that are",
          "[commands][import]") {
  Folder folder;
  const std::string bytes = office_file(folder);
  const auto rows = parse_workbook(bytes, "Altro foglio");
  REQUIRE(rows.ok());
  REQUIRE(rows->size() == 1);
  CHECK((*rows)[0].line == 3);
  CHECK((*rows)[0].cells == Cells{"", "solo qui"});
  const auto none = parse_workbook(bytes, "Foglio");
  REQUIRE_FALSE(none.ok());
  CHECK(none.error().code == ErrorCode::not_found);
  CHECK(none.error().detail == "Nuclei, Altro foglio");
}

TEST_CASE("workbook: cut, damaged or something else is an error, wherever", "[commands][import]") {
  Folder folder;
  const std::string bytes = office_file(folder);
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    CHECK_FALSE(parse_workbook(bytes.substr(0, size), "").ok());
  }
  // A byte that is another one: an error, or the same rows where nothing reads it.
  const auto whole = parse_workbook(bytes, "");
  REQUIRE(whole.ok());
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x21);
    const auto rows = parse_workbook(damaged, "");
    if (rows.ok()) CHECK(rows->size() <= whole->size());
  }
  CHECK_FALSE(parse_workbook("PK\x03\x04 e poi nulla", "").ok());
}

TEST_CASE(
    "import: a sheet is imported like a CSV: dry run, wrong lines named, repeated edits nothing",
    "[commands][import]") {
  Folder folder;
  Office office;
  Desk desk(folder, "anna", office);
  const std::string path = folder.file("nuclei2.xlsx");
  lxw_workbook* book = workbook_new(path.c_str());
  lxw_worksheet* sheet = workbook_add_worksheet(book, "Nuclei");
  lxw_format* day = workbook_add_format(book);
  format_set_num_format(day, "dd/mm/yyyy");
  const std::vector<Cells> rows{{"Codice", "Nome", "Comune", "Presa in carico"},
                                {"1", "Famiglia Rossi", "Bibbiano", "2024"},
                                {"2", "Famiglia Verdi", "Atlantide", "2024"},
                                {"3", "Famiglia Neri", "Cavriago", "2024"}};
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const auto row = static_cast<lxw_row_t>(r);
      const auto column = static_cast<lxw_col_t>(c);
      if (r > 0 && c == 3) {
        lxw_datetime on{2024, 2, static_cast<int>(r), 0, 0, 0};
        worksheet_write_datetime(sheet, row, column, &on, day);
      } else {
        worksheet_write_string(sheet, row, column, rows[r][c].c_str(), nullptr);
      }
    }
  }
  REQUIRE(workbook_close(book) == LXW_NO_ERROR);
  const auto import = [&](bool dry_run) {
    return desk.call(
        {{"command", "import"},
         {"type", "household"},
         {"path", path},
         {"mapping", {{"Nome", "name"}, {"Comune", "commune"}, {"Presa in carico", "intake_date"}}},
         {"key", {"Codice"}},
         {"dry_run", dry_run}});
  };
  const json::object tried = import(true);
  CHECK(text(tried, "created") == "2");
  CHECK(list(desk.call({{"command", "dossier.list"}}), "dossiers").empty());
  const json::object done = import(false);
  CHECK(text(done, "created") == "2");
  REQUIRE(list(done, "refused").size() == 1);
  const json::object& refused = list(done, "refused")[0].as_object();
  CHECK(refused.at("line").to_number<int>() == 3);
  CHECK(text(refused, "field") == "commune");
  CHECK(desk.shown(text(list(done, "records")[1].as_object(), "id"), "intake_date") ==
        "03/02/2024");
  CHECK(text(import(false), "unchanged") == "2");
  const json::object error = desk.refused(
      {{"command", "import"}, {"type", "household"}, {"path", path}, {"sheet", "Persone"}});
  CHECK(text(error, "field") == "sheet");
  CHECK(text(error, "message_it").find("Nuclei") != std::string::npos);
}

}  // namespace
}  // namespace insieme::testing
