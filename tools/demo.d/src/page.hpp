#pragma once
// What the demonstration prints: titles, sentences, aligned columns; colours on a terminal only.

#include <string>
#include <string_view>
#include <vector>

namespace insieme::demo {

using Row = std::vector<std::string>;

class Page {
 public:
  /// `colours`: escape sequences may be written.
  explicit Page(bool colours) : colours_(colours) {}

  void title(const std::string& italian, const std::string& english);
  void line(const std::string& text = {});
  /// Columns as wide as their content; the first row is the head. No column is wider than
  /// `widest`: longer texts end with an ellipsis.
  void table(const std::vector<Row>& rows, std::size_t widest = 34);
  /// What another program printed, set off; not more than `lines_max` lines.
  void quote(const std::string& command, const std::string& output, std::size_t lines_max);

  [[nodiscard]] std::string strong(std::string_view text) const { return paint("1", text); }
  [[nodiscard]] std::string faint(std::string_view text) const { return paint("2", text); }
  [[nodiscard]] std::string good(std::string_view text) const { return paint("32", text); }
  [[nodiscard]] std::string bad(std::string_view text) const { return paint("1;31", text); }

 private:
  [[nodiscard]] std::string paint(const char* code, std::string_view text) const;
  bool colours_;
  int chapter_ = 0;
};

/// Columns that a text takes: characters, not bytes, and no escape sequences.
[[nodiscard]] std::size_t width_of(std::string_view text);
/// At most so many columns, with an ellipsis where something was left out; one line.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t columns);

}  // namespace insieme::demo
