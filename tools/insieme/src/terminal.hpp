#pragma once
// What a terminal shows: columns that line up, colours where they help, progress where it is long.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace insieme::cli {

/// Columns that a text takes on a terminal: combining marks take none, wide letters two.
[[nodiscard]] std::size_t display_width(std::string_view utf8);
/// Without control characters, which could drive the terminal: line ends and tabs become blanks.
[[nodiscard]] std::string one_line(std::string_view utf8);
/// The same, but lines stay lines.
[[nodiscard]] std::string harmless(std::string_view utf8);
/// At most `width` columns, ended by `…` if it was longer.
[[nodiscard]] std::string shortened(std::string_view utf8, std::size_t width);

enum class Colour { none, good, warn, bad, dim, strong };
/// In colour on a terminal that has them and unless NO_COLOR is set.
[[nodiscard]] std::string coloured(std::string text, Colour colour);

[[nodiscard]] bool is_terminal_out();
[[nodiscard]] bool is_terminal_err();
[[nodiscard]] std::size_t terminal_columns();

struct Cell {
  std::string text;
  Colour colour = Colour::none;
  Cell(std::string words) : text(std::move(words)) {}  // NOLINT: implicit by design
  Cell(const char* words) : text(words) {}             // NOLINT
  Cell(std::string words, Colour shown) : text(std::move(words)), colour(shown) {}
};

/// Aligned columns. The widest ones give way until a line fits the terminal; written to a pipe,
/// nothing is shortened.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths() const;
  std::vector<std::string> header_;  ///< empty: no header line
  std::vector<std::vector<Cell>> rows_;
};

/// One line on standard error that is written over; nothing where that is no terminal.
class Progress {
 public:
  ~Progress() { clear(); }
  void show(const std::string& text);
  void clear();

 private:
  bool shown_ = false;
};

}  // namespace insieme::cli
