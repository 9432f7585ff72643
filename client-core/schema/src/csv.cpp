#include "insieme/schema/csv.hpp"

#include <algorithm>

#include "insieme/sync/value.hpp"

namespace insieme::schema {
namespace {

char separator_of(std::string_view text) {
  bool quoted = false;
  std::ptrdiff_t semicolons = 0;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == '\n' && !quoted) break;
    if (quoted) continue;
    semicolons += c == ';' ? 1 : c == ',' ? -1 : 0;
  }
  return semicolons >= 0 ? ';' : ',';
}

/// A state machine over the bytes; quotes may hold separators, line ends and doubled quotes.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), separator_(separator_of(text)) {}

  Result<std::vector<CsvRow>> run() {
    for (at_ = 0; at_ < text_.size(); ++at_) step(text_[at_]);
    if (quoted_) {
      const std::string line = std::to_string(quote_line_);
      return Error{ErrorCode::malformed,
                   "a quote that begins in line " + line + " never ends\n" +
                       "le virgolette aperte nella riga " + line + " non si chiudono"};
    }
    end_row();
    return std::move(rows_);
  }

 private:
  void step(char c) {
    if (c == '\n') ++line_;
    if (quoted_) {
      if (c != '"') {
        cell_ += c;
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        cell_ += c;
        ++at_;
      } else {
        quoted_ = false;
      }
      return;
    }
    if (c == '"' && cell_.empty()) {
      quoted_ = true;
      was_quoted_ = true;
      quote_line_ = line_;
    } else if (c == separator_) {
      end_cell();
    } else if (c == '\n') {
      end_row();
    } else if (c != '\r') {
      cell_ += c;
    }
  }
  void end_cell() {
    row_.cells.push_back(std::move(cell_));
    cell_.clear();
  }
  void end_row() {
    end_cell();
    const bool blank = !was_quoted_ && std::all_of(row_.cells.begin(), row_.cells.end(),
                                                   [](const std::string& c) { return c.empty(); });
    if (!blank) rows_.push_back(std::move(row_));
    row_ = CsvRow{};
    row_.line = line_;
    was_quoted_ = false;
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t quote_line_ = 1;
  bool quoted_ = false;
  bool was_quoted_ = false;
  std::string cell_;
  CsvRow row_;
  std::vector<CsvRow> rows_;
};

}  // namespace

Result<std::vector<CsvRow>> parse_csv(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  if (!sync::is_valid_utf8(text)) {
    return Error{ErrorCode::malformed, "it is not UTF-8: save it as “CSV UTF-8”\n"
                                      "non è UTF-8: salvarlo come «CSV UTF-8»"};
  }
  return Parser(text).run();
}

std::string csv_line(const std::vector<std::string>& cells, char separator) {
  std::string line;
  bool first = true;
  for (const std::string& cell : cells) {
    if (!first) line += separator;
    first = false;
    const bool formula = !cell.empty() && (cell[0] == '=' || cell[0] == '@' || cell[0] == '\t');
    const std::string shown = formula ? "'" + cell : cell;
    const std::string special = std::string("\"\r\n") + separator;
    if (shown.find_first_of(special) == std::string::npos) {
      line += shown;
      continue;
    }
    line += '"';
    for (const char c : shown) {
      if (c == '"') line += '"';
      line += c;
    }
    line += '"';
  }
  return line + "\r\n";
}

}  // namespace insieme::schema
