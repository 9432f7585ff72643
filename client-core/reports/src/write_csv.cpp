#include "insieme/reports/write.hpp"

namespace insieme::reports {

namespace {

/// Plain, so that a spreadsheet takes it for a number.
std::string number_text(const Cell& cell, char decimal_sign) {
  if (!cell.value || cell.unit == schema::ReportUnit::date) return cell.text;
  if (cell.unit == schema::ReportUnit::number) return std::to_string(*cell.value);
  const std::int64_t value = *cell.value;
  const std::uint64_t magnitude =
      value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  std::string cents = std::to_string(magnitude % 100);
  if (cents.size() < 2) cents.insert(0, "0");
  return (value < 0 ? "-" : "") + std::to_string(magnitude / 100) + decimal_sign + cents;
}

std::string quoted(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos) {
    text.insert(0, "'");
  }
  if (text.find_first_of(";\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

void add_line(std::string& out, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) out += (i > 0 ? ";" : "") + cells[i];
  out += "\r\n";
}

void add_table(std::string& out, const PageTable& table, char decimal_sign) {
  add_line(out, {quoted(table.title)});
  std::vector<std::string> heads;
  for (const std::string& head : table.label_heads) heads.push_back(quoted(head));
  for (const std::string& head : table.heads) heads.push_back(quoted(head));
  if (!heads.empty()) add_line(out, heads);
  for (const PageRow& row : table.rows) {
    std::vector<std::string> cells;
    for (const std::string& label : row.labels) cells.push_back(quoted(label));
    for (const Cell& cell : row.cells) cells.push_back(number_text(cell, decimal_sign));
    add_line(out, cells);
  }
  for (const std::string& note : table.notes) add_line(out, {quoted(note)});
}

}  // namespace

std::string to_csv(const Page& page) {
  const bool it = page.language == "it";
  const char decimal_sign = it ? ',' : '.';
  std::string out = "\xEF\xBB\xBF";
  add_line(out, {quoted(page.code.empty() ? page.title : page.code + " " + page.title)});
  for (const auto& [label, text] : page.parameters) add_line(out, {quoted(label), quoted(text)});
  for (const PageTable& table : page.tables) {
    out += "\r\n";
    add_table(out, table, decimal_sign);
  }
  if (page.checks.empty()) return out;
  out += "\r\n";
  add_line(out, {it ? "Quadrature" : "Checks"});
  for (const PageCheck& one : page.checks) {
    add_line(out, {quoted(one.label), quoted(one.left), one.at_most ? "<=" : "'=",
                   quoted(one.right), one.holds ? "ok" : (it ? "NO" : "BROKEN")});
  }
  return out;
}

}  // namespace insieme::reports
