#include "chart.hpp"

#include <algorithm>

#include "insieme/reports/markup.hpp"

namespace insieme::reports {

namespace {

constexpr std::int64_t kRow = 28;
constexpr std::int64_t kLabels = 330;
constexpr std::int64_t kBars = 340;
constexpr std::int64_t kFigures = 140;
constexpr std::size_t kLabelLetters = 46;

struct Bar {
  std::string label;
  std::string text;
  std::int64_t value = 0;
};

/// So many letters of UTF-8, ended by an ellipsis if there were more.
std::string shortened(const std::string& text, std::size_t letters) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (starts && count++ == letters) return text.substr(0, i) + "…";
  }
  return text;
}

std::vector<Bar> bars_of(const PageTable& table) {
  std::vector<Bar> bars;
  for (const PageRow& row : table.rows) {
    if (row.level != Level::group || row.cells.empty()) continue;
    std::string label;
    for (const std::string& one : row.labels) label += (label.empty() ? "" : " · ") + one;
    const Cell& cell = row.cells.front();
    bars.push_back(
        {std::move(label), cell.text, std::max<std::int64_t>(0, cell.value.value_or(0))});
  }
  return bars;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto entity = c == '\'' ? std::string_view("&#39;") : entity_of(c);
    if (entity.empty()) {
      out += c;
    } else {
      out += entity;
    }
  }
  return out;
}

std::string bar_chart(const PageTable& table) {
  const std::vector<Bar> bars = bars_of(table);
  std::int64_t most = 0;
  for (const Bar& bar : bars) most = std::max(most, bar.value);
  if (most == 0) return {};
  const std::int64_t width = kLabels + kBars + kFigures;
  const auto height = static_cast<std::int64_t>(bars.size()) * kRow;
  std::string out = "<svg aria-hidden=\"true\" width=\"" + std::to_string(width) + "\" height=\"" +
                    std::to_string(height) + "\" viewBox=\"0 0 " + std::to_string(width) + " " +
                    std::to_string(height) + "\" font-size=\"13\" fill=\"#17324d\">\n";
  std::int64_t top = 0;
  for (const Bar& bar : bars) {
    // A double is exact enough for a length on paper.
    const auto length = static_cast<std::int64_t>(static_cast<double>(bar.value) /
                                                  static_cast<double>(most) * double{kBars});
    const std::string middle = std::to_string(top + kRow / 2 + 4);
    out += "<text x=\"" + std::to_string(kLabels - 8) + "\" y=\"" + middle +
           "\" text-anchor=\"end\">" + escaped(shortened(bar.label, kLabelLetters)) + "</text>" +
           "<rect x=\"" + std::to_string(kLabels) + "\" y=\"" + std::to_string(top + 5) +
           "\" width=\"" + std::to_string(length) + "\" height=\"" + std::to_string(kRow - 10) +
           "\" fill=\"#06c\"/>" + "<text x=\"" + std::to_string(kLabels + length + 6) + "\" y=\"" +
           middle + "\">" + escaped(bar.text) + "</text>\n";
    top += kRow;
  }
  return out + "</svg>\n";
}

}  // namespace insieme::reports
