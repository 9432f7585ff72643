#pragma once
// A report in words of one language, ready to be written: titles, headings, cells as people read
// them, and where each figure comes from.

#include <string>
#include <vector>

#include "insieme/reports/run.hpp"

namespace insieme::reports {

struct Cell {
  std::string text;  ///< `€ 35.169,00`, `82,04 %`; what stands for a hidden or absent figure
  std::optional<std::int64_t> value;  ///< in whole `unit`s; absent also when hidden
  schema::ReportUnit unit = schema::ReportUnit::number;
  bool hidden = false;
  std::size_t records = 0;  ///< behind it; 0 when hidden
  // Its address, for asking what is behind it.
  std::string measure;
  std::vector<std::string> row;
  std::vector<std::string> column;
};

struct PageRow {
  Level level = Level::group;
  std::vector<std::string> labels;
  std::vector<Cell> cells;
};

struct PageTable {
  std::string name;
  std::string title;
  std::string help;                      ///< may be empty
  std::vector<std::string> label_heads;  ///< over the labels; empty for a list of figures
  std::vector<std::string> heads;        ///< over the cells; empty for a list of figures
  std::vector<PageRow> rows;
  std::vector<std::string> notes;
  bool bars = false;
};

struct PageCheck {
  std::string name;
  std::string label;
  std::string left;
  std::string right;
  bool at_most = false;
  bool holds = true;
};

struct Page {
  std::string name;
  std::string code;
  std::string title;
  std::string help;
  std::string source;
  std::string language;  ///< `it`, `en`
  std::vector<std::pair<std::string, std::string>>
      parameters;  ///< those given, as people read them
  std::vector<PageTable> tables;
  std::vector<PageCheck> checks;
  bool holds = true;
};

/// `records` gives the titles of records that groups and parameters name.
[[nodiscard]] Page lay_out(const schema::Bundle& bundle, const ReportResult& result,
                           Records& records, schema::Language language);

/// `1.234`, `€ 1.234,50`, `82,04 %`, `01/06/2021`.
[[nodiscard]] std::string figure_text(std::int64_t value, schema::ReportUnit unit,
                                      schema::Language language);

}  // namespace insieme::reports
