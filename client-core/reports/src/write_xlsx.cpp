// The only file that includes libxlsxwriter.
#include <xlsxwriter.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>

#include "insieme/reports/write.hpp"
#include "insieme/schema/civil.hpp"

namespace insieme::reports {

namespace {

constexpr std::size_t kNameLetters = 28;  // a sheet's name has at most 31
constexpr double kLabelWidth = 42;
constexpr double kFigureWidth = 18;

class Workbook {
 public:
  explicit Workbook(const std::string& folder)
      : folder_(folder.empty() ? "." : folder), path_(folder_ + "/.insieme-report.xlsx.part") {
    lxw_workbook_options options{};
    options.constant_memory = LXW_FALSE;
    options.tmpdir = folder_.data();
    book_ = workbook_new_opt(path_.c_str(), &options);
  }
  ~Workbook() {
    if (book_ != nullptr) (void)workbook_close(book_);
    (void)std::remove(path_.c_str());
  }
  Workbook(const Workbook&) = delete;
  Workbook& operator=(const Workbook&) = delete;

  Result<std::string> write(const Page& page) {
    if (book_ == nullptr) return {ErrorCode::storage_failure, "no workbook"};
    formats();
    for (const PageTable& one : page.tables) table(page, one);
    checks(page);
    const lxw_error closed = workbook_close(book_);
    book_ = nullptr;
    if (closed != LXW_NO_ERROR) {
      return {ErrorCode::storage_failure, std::string("a workbook: ") + lxw_strerror(closed)};
    }
    std::ifstream in(path_, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in || bytes.empty()) return {ErrorCode::storage_failure, "a workbook: cannot be read"};
    return bytes;
  }

 private:
  lxw_format* format(const char* number, bool bold) {
    lxw_format* out = workbook_add_format(book_);
    if (number != nullptr) format_set_num_format(out, number);
    if (bold) format_set_bold(out);
    return out;
  }

  void formats() {
    for (const bool bold : {false, true}) {
      numbers_[0][bold] = format("#,##0", bold);
      numbers_[1][bold] = format("\"€\" #,##0.00", bold);
      numbers_[2][bold] = format("#,##0.00", bold);
      numbers_[3][bold] = format("0.00%", bold);
      numbers_[4][bold] = format("dd/mm/yyyy", bold);
      texts_[bold] = format(nullptr, bold);
    }
    head_ = format(nullptr, true);
    format_set_text_wrap(head_);
    format_set_bottom(head_, LXW_BORDER_THIN);
  }

  /// Sheet names are unique in any case, and do without some characters.
  lxw_worksheet* sheet(const std::string& title) {
    std::string name;
    std::size_t letters = 0;
    for (const char c : title) {
      const bool starts = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
      if (starts && letters++ == kNameLetters) break;
      name += std::string_view("[]:*?/\\'").find(c) == std::string_view::npos ? c : ' ';
    }
    std::string unique = name;
    for (int i = 2; !names_.insert(unique).second; ++i) unique = name + " " + std::to_string(i);
    return workbook_add_worksheet(book_, unique.c_str());
  }

  void text(lxw_worksheet* on, std::uint32_t row, std::size_t column, const std::string& words,
            lxw_format* as) {
    (void)worksheet_write_string(on, row, static_cast<lxw_col_t>(column), words.c_str(), as);
  }

  void figure(lxw_worksheet* on, std::uint32_t row, std::size_t column, const Cell& cell,
              bool bold) {
    if (!cell.value) {
      text(on, row, column, cell.text, texts_[bold]);
      return;
    }
    double number = static_cast<double>(*cell.value);
    std::size_t kind = 0;
    switch (cell.unit) {
      case schema::ReportUnit::number:
        break;
      case schema::ReportUnit::money:
        number /= 100;
        kind = 1;
        break;
      case schema::ReportUnit::hundredths:
        number /= 100;
        kind = 2;
        break;
      case schema::ReportUnit::percent:
        number /= 10'000;
        kind = 3;
        break;
      case schema::ReportUnit::date:
        number += 25'569;  // the day 1970-01-01 of a spreadsheet
        kind = 4;
        break;
    }
    (void)worksheet_write_number(on, row, static_cast<lxw_col_t>(column), number,
                                 numbers_[kind][bold]);
  }

  std::uint32_t top(const Page& page, lxw_worksheet* on, const std::string& title) {
    std::uint32_t row = 0;
    text(on, row++, 0, page.code.empty() ? page.title : page.code + " " + page.title, texts_[1]);
    text(on, row++, 0, title, texts_[1]);
    for (const auto& [label, words] : page.parameters) {
      text(on, row, 0, label, texts_[0]);
      text(on, row++, 1, words, texts_[0]);
    }
    return row + 1;
  }

  void table(const Page& page, const PageTable& one) {
    lxw_worksheet* on = sheet(one.title);
    if (on == nullptr) return;
    std::uint32_t row = top(page, on, one.title);
    const std::size_t labels = std::max<std::size_t>(1, one.label_heads.size());
    (void)worksheet_set_column(on, 0, static_cast<lxw_col_t>(labels - 1), kLabelWidth, nullptr);
    const std::size_t cells = one.rows.empty() ? 1 : one.rows.front().cells.size();
    (void)worksheet_set_column(on, static_cast<lxw_col_t>(labels),
                               static_cast<lxw_col_t>(labels + cells), kFigureWidth, nullptr);
    if (!one.heads.empty()) {
      std::size_t column = 0;
      for (const std::string& head : one.label_heads) text(on, row, column++, head, head_);
      for (const std::string& head : one.heads) text(on, row, column++, head, head_);
      ++row;
      worksheet_freeze_panes(on, row, static_cast<lxw_col_t>(one.label_heads.size()));
    }
    for (const PageRow& line : one.rows) {
      const bool bold = line.level != Level::group;
      std::size_t column = 0;
      for (const std::string& label : line.labels) text(on, row, column++, label, texts_[bold]);
      for (const Cell& cell : line.cells) figure(on, row, column++, cell, bold);
      ++row;
    }
    for (const std::string& note : one.notes) text(on, ++row, 0, note, texts_[0]);
    worksheet_set_landscape(on);
    worksheet_set_paper(on, 9);  // A4
    worksheet_fit_to_pages(on, 1, 0);
  }

  void checks(const Page& page) {
    if (page.checks.empty()) return;
    const bool it = page.language == "it";
    lxw_worksheet* on = sheet(it ? "Quadrature" : "Checks");
    if (on == nullptr) return;
    std::uint32_t row = top(page, on, it ? "Quadrature" : "Checks");
    (void)worksheet_set_column(on, 0, 0, kLabelWidth * 1.5, nullptr);
    for (const PageCheck& one : page.checks) {
      text(on, row, 0, one.label, texts_[0]);
      text(on, row, 1, one.left, texts_[0]);
      text(on, row, 2, one.at_most ? "≤" : "=", texts_[0]);
      text(on, row, 3, one.right, texts_[0]);
      text(on, row++, 4, one.holds ? "ok" : (it ? "NON torna" : "does NOT hold"),
           texts_[one.holds ? 0 : 1]);
    }
  }

  std::string folder_;
  std::string path_;
  lxw_workbook* book_ = nullptr;
  lxw_format* numbers_[5][2] = {};
  lxw_format* texts_[2] = {};
  lxw_format* head_ = nullptr;
  std::set<std::string> names_;
};

}  // namespace

Result<std::string> to_xlsx(const Page& page, const std::string& folder) {
  return Workbook(folder).write(page);
}

}  // namespace insieme::reports
