#include "commands/exchange/workbook.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <locale>
#include <map>
#include <sstream>

#include "commands/exchange/markup_reader.hpp"
#include "commands/exchange/zip.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/schema/text.hpp"
#include "insieme/sync/value.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kPartBytesMax = 64 * 1024 * 1024;
constexpr std::size_t kRowsMax = 200'000;
constexpr std::size_t kCellsMax = 1'000;
/// Day 0 of the two ways in which workbooks count days. The first one has a 29 February 1900, so it
/// is right from 1 March 1900 on.
constexpr int kDays1900 = -25'569;
constexpr int kDays1904 = -24'107;
constexpr std::int64_t kDayMinutes = 1'440;

std::optional<double> real_of(const std::string& text) {
  std::istringstream in(text);
  in.imbue(std::locale::classic());
  double value = 0;
  if (!(in >> value) || !in.eof() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// Fifteen digits, as spreadsheets show them: 0.1 + 0.2 is 0.3.
std::string number_text_of(double value) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out.precision(15);
  out << value;
  std::string text = out.str();
  if (text.find('e') == std::string::npos) return text;
  std::ostringstream whole;
  whole.imbue(std::locale::classic());
  whole << std::fixed;
  whole.precision(0);
  whole << value;
  return whole.str();
}

std::string two(std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

/// `01/06/2021`, with a time if there is one; a time alone where there is no day.
std::string day_text(double value, int day_zero) {
  const double whole = std::floor(value);
  auto day = static_cast<std::int64_t>(whole);
  auto minutes = static_cast<std::int64_t>(std::llround((value - whole) * kDayMinutes));
  if (minutes == kDayMinutes) {
    minutes = 0;
    ++day;
  }
  const std::string time = two(minutes / 60) + ":" + two(minutes % 60);
  if (day == 0) return time;
  const schema::Civil civil =
      schema::civil_from_date(sync::Date{static_cast<std::int32_t>(day + day_zero)});
  const std::string date =
      two(civil.day) + "/" + two(civil.month) + "/" + std::to_string(civil.year);
  return minutes == 0 ? date : date + " " + time;
}

/// Whether a number format shows days or times: letters of dates outside quotes and brackets.
bool shows_days(std::string_view format) {
  char closing = '\0';
  for (std::size_t i = 0; i < format.size(); ++i) {
    const char c = format[i];
    if (closing != '\0') {
      if (c == closing) closing = '\0';
    } else if (c == '"') {
      closing = '"';
    } else if (c == '[') {
      closing = ']';
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (std::string_view("ymdhYMDH").find(c) != std::string_view::npos) {
      return true;
    } else if (c == ';') {
      return false;
    }
  }
  return false;
}

/// The formats that have a number of their own and show days or times (ECMA-376, 18.8.30).
bool is_day_format(int number) {
  return (number >= 14 && number <= 22) || (number >= 27 && number <= 36) ||
         (number >= 45 && number <= 47) || (number >= 50 && number <= 58);
}

int int_of(const std::string& text, int otherwise) {
  int number = otherwise;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : otherwise;
}

/// `BC12` → 54; npos if it begins with no letters.
std::size_t column_of(std::string_view reference) {
  std::size_t column = 0;
  for (const char c : reference) {
    if (c < 'A' || c > 'Z') break;
    column = column * 26 + static_cast<std::size_t>(c - 'A' + 1);
    if (column > kCellsMax) break;
  }
  return column - 1;
}

class Workbook {
 public:
  static Result<std::vector<CsvRow>> read(std::string_view bytes, std::string_view wanted) {
    Workbook book(bytes);
    INSIEME_TRY_ASSIGN(book.entries_, zip_entries(bytes));
    INSIEME_TRY_ASSIGN(const std::string path, book.find_sheet(wanted));
    INSIEME_TRY(book.read_strings());
    INSIEME_TRY(book.read_styles());
    return book.read_sheet(path);
  }

 private:
  explicit Workbook(std::string_view bytes) : bytes_(bytes) {}

  /// Empty if there is none.
  Result<std::string> part(std::string_view name) {
    for (const ZipEntry& entry : entries_) {
      if (entry.name == name) return zip_content(bytes_, entry, kPartBytesMax);
    }
    return std::string();
  }

  static Error no_workbook(const char* what) {
    return {ErrorCode::malformed, std::string("not a workbook: ") + what};
  }

  /// Where its part lies.
  Result<std::string> find_sheet(std::string_view wanted) {
    INSIEME_TRY_ASSIGN(const std::string book, part("xl/workbook.xml"));
    if (book.empty()) return no_workbook("xl/workbook.xml is missing");
    std::string relation;
    std::string names;
    MarkupReader reader(book);
    while (reader.next()) {
      if (reader.name() == "workbookPr" && !reader.is_end()) {
        const std::string from = reader.attribute("date1904");
        if (from == "1" || from == "true") day_zero_ = kDays1904;
      }
      if (reader.name() != "sheet" || reader.is_end()) continue;
      const std::string name = reader.attribute("name");
      names += (names.empty() ? "" : ", ") + name;
      const bool meant = wanted.empty() ? relation.empty() : name == wanted;
      if (meant && relation.empty()) relation = reader.attribute("r:id");
    }
    if (relation.empty()) return Error{ErrorCode::not_found, names};
    INSIEME_TRY_ASSIGN(const std::string relations, part("xl/_rels/workbook.xml.rels"));
    MarkupReader links(relations);
    while (links.next()) {
      if (links.name() != "Relationship" || links.attribute("Id") != relation) continue;
      const std::string target = links.attribute("Target");
      return target.rfind('/', 0) == 0 ? target.substr(1) : "xl/" + target;
    }
    return no_workbook("a sheet that leads nowhere");
  }

  Status read_strings() {
    INSIEME_TRY_ASSIGN(const std::string strings, part("xl/sharedStrings.xml"));
    MarkupReader reader(strings);
    int aside = 0;  // readings of Japanese words are no part of the text
    while (reader.next()) {
      if (reader.name() == "rPh") aside += reader.is_end() ? -1 : 1;
      if (reader.name() == "si" && !reader.is_end()) strings_.emplace_back();
      if (reader.name() == "t" && reader.is_end() && aside == 0 && !strings_.empty()) {
        strings_.back() += reader.text_before();
      }
    }
    return reader.is_sound() ? Status() : Status(no_workbook("its texts"));
  }

  Status read_styles() {
    INSIEME_TRY_ASSIGN(const std::string styles, part("xl/styles.xml"));
    std::map<int, bool> formats;
    bool in_cells = false;
    MarkupReader reader(styles);
    while (reader.next()) {
      if (reader.name() == "cellXfs") in_cells = !reader.is_end() && !reader.is_empty();
      if (reader.is_end()) continue;
      if (reader.name() == "numFmt") {
        formats[int_of(reader.attribute("numFmtId"), -1)] =
            shows_days(reader.attribute("formatCode"));
      }
      if (in_cells && reader.name() == "xf") {
        const int number = int_of(reader.attribute("numFmtId"), 0);
        const auto own = formats.find(number);
        days_.push_back(own != formats.end() ? own->second : is_day_format(number));
      }
    }
    return reader.is_sound() ? Status() : Status(no_workbook("its styles"));
  }

  Result<std::vector<CsvRow>> read_sheet(const std::string& path) {
    INSIEME_TRY_ASSIGN(const std::string sheet, part(path));
    if (sheet.empty()) return no_workbook("a sheet is missing");
    std::vector<CsvRow> rows;
    MarkupReader reader(sheet);
    std::size_t number = 0;
    while (reader.next()) {
      if (reader.name() != "row" || reader.is_end()) continue;
      ++number;
      number = static_cast<std::size_t>(
          std::max(int_of(reader.attribute("r"), static_cast<int>(number)), 1));
      if (reader.is_empty()) continue;
      CsvRow row{number, {}};
      INSIEME_TRY(read_row(reader, row));
      const bool has_content = std::any_of(row.cells.begin(), row.cells.end(),
                                           [](const std::string& cell) { return !cell.empty(); });
      if (has_content) rows.push_back(std::move(row));
      if (rows.size() > kRowsMax) return Error{ErrorCode::limit_exceeded, "too many rows"};
    }
    if (!reader.is_sound()) return no_workbook("its rows");
    return rows;
  }

  Status read_row(MarkupReader& reader, CsvRow& row) {
    while (reader.next() && !(reader.name() == "row" && reader.is_end())) {
      if (reader.name() != "c" || reader.is_end()) continue;
      std::size_t column = column_of(reader.attribute("r"));
      if (column == std::string::npos) column = row.cells.size();
      if (column >= kCellsMax) return {ErrorCode::limit_exceeded, "too many columns"};
      if (row.cells.size() <= column) row.cells.resize(column + 1);
      if (!reader.is_empty()) row.cells[column] = read_cell(reader);
    }
    return {};
  }

  std::string read_cell(MarkupReader& reader) {
    const std::string kind = reader.attribute("t");
    const int style = int_of(reader.attribute("s"), 0);
    std::string value;
    std::string text;
    while (reader.next() && !(reader.name() == "c" && reader.is_end())) {
      if (reader.name() == "v" && reader.is_end()) value = reader.text_before();
      if (reader.name() == "t" && reader.is_end()) text += reader.text_before();
    }
    if (kind == "inlineStr") return text;
    if (kind == "s") {
      const int at = int_of(value, -1);
      const bool known = at >= 0 && static_cast<std::size_t>(at) < strings_.size();
      return known ? strings_[static_cast<std::size_t>(at)] : std::string();
    }
    if (kind == "str" || kind == "e" || kind == "d") return value;
    const auto number = real_of(value);
    if (!number || kind == "b") return value;
    const bool is_day = style >= 0 && static_cast<std::size_t>(style) < days_.size() &&
                        days_[static_cast<std::size_t>(style)];
    constexpr double kLastDay = 2'958'465;  // 31 December 9999
    if (is_day && *number >= 0 && *number <= kLastDay) return day_text(*number, day_zero_);
    return number_text_of(*number);
  }

  std::string_view bytes_;
  std::vector<ZipEntry> entries_;
  std::vector<std::string> strings_;
  std::vector<bool> days_;
  int day_zero_ = kDays1900;
};

}  // namespace

Result<std::vector<CsvRow>> parse_workbook(std::string_view bytes, std::string_view sheet) {
  return Workbook::read(bytes, sheet);
}

}  // namespace insieme::client::commands
