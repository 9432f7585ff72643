#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "insieme/schema/text.hpp"
#include "insieme/sync/value.hpp"

namespace insieme::cli {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// What takes no column: combining marks, joiners, directional marks, variation selectors.
constexpr std::array kZero{Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD},
                           Range{0x0610, 0x061A}, Range{0x064B, 0x065F}, Range{0x0670, 0x0670},
                           Range{0x06D6, 0x06DC}, Range{0x0900, 0x0902}, Range{0x093C, 0x093C},
                           Range{0x0941, 0x0948}, Range{0x094D, 0x094D}, Range{0x1AB0, 0x1AFF},
                           Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200F}, Range{0x202A, 0x202E},
                           Range{0x2060, 0x2064}, Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F},
                           Range{0xFE20, 0xFE2F}, Range{0xFEFF, 0xFEFF}, Range{0xE0100, 0xE01EF}};
// What takes two: East Asian wide and full-width letters, most pictures.
constexpr std::array kWide{
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},
    Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},
    Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE4F},
    Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F},
    Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x3FFFD}};

template <std::size_t N>
bool lies_in(const std::array<Range, N>& ranges, char32_t point) {
  return std::any_of(ranges.begin(), ranges.end(), [point](const Range& range) {
    return point >= range.first && point <= range.last;
  });
}

std::size_t width_of(char32_t point) {
  if (lies_in(kZero, point)) return 0;
  return lies_in(kWide, point) ? 2 : 1;
}

bool is_control(char32_t point) { return point < 0x20 || (point >= 0x7F && point < 0xA0); }

/// Characters that turn the direction of a line could make a name look like another.
bool is_direction(char32_t point) {
  return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

std::string cleaned(std::string_view utf8, bool keep_lines) {
  std::string out;
  if (!sync::is_valid_utf8(utf8)) return "?";
  while (!utf8.empty()) {
    const char32_t point = schema::take_code_point(utf8);
    if (point == '\n' && keep_lines) {
      out += '\n';
    } else if (point == '\n' || point == '\t') {
      out += ' ';
    } else if (!is_control(point) && !is_direction(point)) {
      schema::append_code_point(out, point);
    }
  }
  return out;
}

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 8;
constexpr std::size_t kUsualColumns = 100;

}  // namespace

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  while (!utf8.empty()) width += width_of(schema::take_code_point(utf8));
  return width;
}

std::string one_line(std::string_view utf8) { return cleaned(utf8, false); }
std::string harmless(std::string_view utf8) { return cleaned(utf8, true); }

std::string shortened(std::string_view utf8, std::size_t width) {
  if (display_width(utf8) <= width) return std::string(utf8);
  std::string out;
  std::size_t used = 0;
  while (!utf8.empty()) {
    const char32_t point = schema::take_code_point(utf8);
    if (used + width_of(point) + 1 > width) break;
    used += width_of(point);
    schema::append_code_point(out, point);
  }
  return out + "…";
}

bool is_terminal_out() { return ::isatty(STDOUT_FILENO) == 1; }
bool is_terminal_err() { return ::isatty(STDERR_FILENO) == 1; }

std::size_t terminal_columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kUsualColumns;
}

std::string coloured(std::string text, Colour colour) {
  static const bool wanted = is_terminal_out() && std::getenv("NO_COLOR") == nullptr;
  if (!wanted || colour == Colour::none || text.empty()) return text;
  const char* code = "";
  switch (colour) {
    case Colour::none:
      break;
    case Colour::good:
      code = "32";
      break;
    case Colour::warn:
      code = "33";
      break;
    case Colour::bad:
      code = "31";
      break;
    case Colour::dim:
      code = "2";
      break;
    case Colour::strong:
      code = "1";
      break;
  }
  return "\x1b[" + std::string(code) + "m" + text + "\x1b[0m";
}

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths(header_.size(), 0);
  for (std::size_t i = 0; i < header_.size(); ++i) widths[i] = display_width(header_[i]);
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(one_line(row[i].text)));
    }
  }
  if (!is_terminal_out()) return widths;
  const std::size_t room = terminal_columns();
  while (true) {
    std::size_t total = 0;
    for (const std::size_t width : widths) total += width + kGap;
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (total <= room + kGap || widest == widths.end() || *widest <= kNarrowest) return widths;
    --*widest;
  }
}

std::string Table::text() const {
  const std::vector<std::size_t> columns = widths();
  std::string out;
  const auto put = [&](std::size_t i, const std::string& plain, Colour colour, bool last) {
    const std::string shown = shortened(one_line(plain), columns[i]);
    out += coloured(shown, colour);
    if (!last) out.append(columns[i] - display_width(shown) + kGap, ' ');
  };
  if (!header_.empty()) {
    for (std::size_t i = 0; i < header_.size(); ++i) {
      put(i, header_[i], Colour::strong, i + 1 == header_.size());
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      put(i, row[i].text, row[i].colour, i + 1 == row.size());
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
  }
  return out;
}

void Progress::show(const std::string& text) {
  if (!is_terminal_err()) return;
  std::fprintf(stderr, "\r\x1b[K%s", one_line(text).c_str());
  std::fflush(stderr);
  shown_ = true;
}

void Progress::clear() {
  if (!shown_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace insieme::cli
