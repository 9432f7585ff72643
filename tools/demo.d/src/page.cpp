#include "page.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace insieme::demo {
namespace {

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; }

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

}  // namespace

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  bool escaped = false;
  for (const char byte : text) {
    if (byte == '\x1b') escaped = true;
    if (!escaped && begins_character(byte)) ++width;
    if (escaped && byte == 'm') escaped = false;
  }
  return width;
}

std::string shortened(std::string_view text, std::size_t columns) {
  std::string one_line;
  for (const char byte : text) {
    const bool blank = byte == '\n' || byte == ' ';
    if (blank && (one_line.empty() || one_line.back() == ' ')) continue;
    one_line += blank ? ' ' : byte;
  }
  if (width_of(one_line) <= columns) return one_line;
  std::string cut;
  std::size_t width = 0;
  for (const char byte : one_line) {
    if (begins_character(byte) && ++width == columns) break;
    cut += byte;
  }
  return cut + "…";
}

std::string Page::paint(const char* code, std::string_view text) const {
  if (!colours_) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

void Page::title(const std::string& italian, const std::string& english) {
  print("");
  print(strong(std::to_string(++chapter_) + ". " + italian) + faint("  — " + english));
}

void Page::line(const std::string& text) { print(text.empty() ? text : "   " + text); }

void Page::table(const std::vector<Row>& rows, std::size_t widest) {
  std::vector<std::size_t> widths;
  std::vector<Row> cells = rows;
  for (Row& row : cells) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool painted = row[i].find('\x1b') != std::string::npos;
      if (!painted) row[i] = shortened(row[i], widest);
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  }
  for (std::size_t r = 0; r < cells.size(); ++r) {
    std::string text = "   ";
    for (std::size_t i = 0; i < cells[r].size(); ++i) {
      const std::string& cell = cells[r][i];
      text += r == 0 ? faint(cell) : cell;
      if (i + 1 < cells[r].size()) text.append(widths[i] - width_of(cell) + 2, ' ');
    }
    print(text);
  }
}

void Page::quote(const std::string& command, const std::string& output, std::size_t lines_max) {
  print("   " + strong(command));
  std::istringstream lines(output);
  std::string text;
  std::size_t printed = 0;
  while (std::getline(lines, text)) {
    if (printed++ == lines_max) {
      print("   " + faint("│ …"));
      return;
    }
    print("   " + faint("│ ") + text);
  }
}

}  // namespace insieme::demo
