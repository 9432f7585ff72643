#include "cli/sheet_pdf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cli/output.hpp"
#include "cli/qr.hpp"

namespace insieme::server::cli {
namespace {

// Points, from the lower left corner.
constexpr double kWidth = 595.28;
constexpr double kHeight = 841.89;
constexpr double kMargin = 56.7;        // 20 mm
constexpr double kCodeSide = 226.8;     // 80 mm, with the quiet zone
constexpr std::size_t kQuiet = 4;       // modules
constexpr std::size_t kFirstPage = 6;   // objects before it: catalog, pages, three fonts
constexpr std::size_t kNameLines = 3;

enum class Font : std::uint8_t { plain = 1, bold, code };

/// How wide a letter may be, by the size of the font: an upper bound that no name exceeds for long.
double advance(Font font) { return font == Font::code ? 0.6 : font == Font::bold ? 0.58 : 0.5; }

/// In WinAnsi as far as it is Latin-1, escaped as a PDF string wants it.
std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    unsigned letter = byte;
    if (byte >= 0x80) {
      const bool two = (byte == 0xC2 || byte == 0xC3) && i + 1 < text.size();
      letter = two ? ((byte & 3U) << 6) | (static_cast<unsigned char>(text[i + 1]) & 0x3FU) : '?';
      while (i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xC0U) == 0x80) ++i;
    }
    if (letter < 0x20 || (letter >= 0x7F && letter < 0xA0)) letter = '?';
    if (letter == '(' || letter == ')' || letter == '\\') out += '\\';
    if (letter < 0x80) {
      out += static_cast<char>(letter);
    } else {
      out += fmt::format("\\{:03o}", letter);
    }
  }
  return out;
}

/// Letters of UTF-8, so that none is cut.
std::vector<std::string> letters_of(std::string_view text) {
  std::vector<std::string> letters;
  for (const char c : text) {
    const bool goes_on = (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
    if (goes_on && !letters.empty()) {
      letters.back() += c;
    } else {
      letters.emplace_back(1, c);
    }
  }
  return letters;
}

/// Broken where a space is, or anywhere if there is none.
std::vector<std::string> lines_of(std::string_view text, std::size_t letters_max) {
  std::vector<std::string> lines(1);
  std::size_t count = 0;
  std::size_t space = std::string::npos;  // in the last line, in bytes
  for (const std::string& letter : letters_of(text)) {
    if (count == letters_max) {
      std::string rest;
      if (space != std::string::npos) {
        rest = lines.back().substr(space + 1);
        lines.back().resize(space);
      }
      count = letters_of(rest).size();
      lines.push_back(std::move(rest));
      space = std::string::npos;
    }
    if (letter == " ") space = lines.back().size();
    lines.back() += letter;
    ++count;
  }
  return lines;
}

/// From top to bottom.
class Page {
 public:
  void text(Font font, double size, std::string_view words, std::size_t lines_max = 12) {
    const double room = kWidth - 2 * kMargin;
    const auto letters = static_cast<std::size_t>(room / (size * advance(font)));
    std::vector<std::string> lines = lines_of(words, letters);
    if (lines.size() > lines_max) lines.resize(lines_max);
    for (const std::string& line : lines) {
      y_ -= size * 1.4;
      content_ += fmt::format("BT /F{} {:g} Tf {:.2f} {:.2f} Td ({}) Tj ET\n",
                              static_cast<int>(font), size, kMargin, y_, escaped(line));
    }
  }
  void space(double points) { y_ -= points; }
  void code(const QrCode& code) {
    const double module = kCodeSide / static_cast<double>(code.size() + 2 * kQuiet);
    const double left = (kWidth - kCodeSide) / 2;
    for (std::size_t row = 0; row < code.size(); ++row) {
      const double below = y_ - module * static_cast<double>(row + kQuiet + 1);
      for (std::size_t column = 0; column < code.size();) {
        std::size_t end = column;
        while (end < code.size() && code[row][end]) ++end;
        if (end > column) {
          content_ += fmt::format("{:.3f} {:.3f} {:.3f} {:.3f} re\n",
                                  left + module * static_cast<double>(column + kQuiet), below,
                                  module * static_cast<double>(end - column), module);
        }
        column = std::max(end, column + 1);
      }
    }
    content_ += "f\n";
    y_ -= kCodeSide;
  }
  [[nodiscard]] const std::string& content() const { return content_; }

 private:
  double y_ = kHeight - kMargin;
  std::string content_;
};

Page page_of(const std::string& space_name, const Invitation& one) {
  const std::string until = show_time(one.expires_ms);
  Page page;
  page.text(Font::plain, 14, "Insieme \xC2\xB7 " + space_name, kNameLines);
  page.space(8);
  page.text(Font::bold, 22, one.name, kNameLines);
  page.text(Font::plain, 12, one.account, 1);
  page.space(8);
  page.text(Font::plain, 12,
            "Questo invito lega un solo dispositivo a questa persona, una volta sola, entro il " +
                until +
                ". Inquadrare il codice con la fotocamera del tablet, oppure aprire Insieme e "
                "scrivere il codice. Poi distruggere il foglio.");
  page.space(4);
  page.text(Font::plain, 10,
            "This invitation binds one device to this person, once, until " + until +
                ". Point the tablet's camera at it, or open Insieme and type the code. Then "
                "destroy the sheet.");
  page.space(12);
  page.code(make_qr(one.scanned));
  page.space(12);
  page.text(Font::code, 14, one.code);
  page.space(8);
  page.text(Font::code, 8, one.url);
  return page;
}

/// Objects in their order, and where each begins.
class File {
 public:
  File() : bytes_("%PDF-1.4\n%\xE2\xE3\xCF\xD3\n") {}
  void add(const std::string& object) {
    places_.push_back(bytes_.size());
    bytes_ += fmt::format("{} 0 obj\n{}\nendobj\n", places_.size(), object);
  }
  [[nodiscard]] std::string finish() && {
    const std::size_t table = bytes_.size();
    bytes_ += fmt::format("xref\n0 {}\n0000000000 65535 f \n", places_.size() + 1);
    for (const std::size_t place : places_) bytes_ += fmt::format("{:010} 00000 n \n", place);
    bytes_ += fmt::format("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n",
                          places_.size() + 1, table);
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> places_;
};

}  // namespace

std::string sheet_pdf_of(const std::string& space_name,
                         const std::vector<Invitation>& invitations) {
  File file;
  std::string pages;
  for (std::size_t i = 0; i < invitations.size(); ++i) {
    pages += fmt::format("{} 0 R ", kFirstPage + 2 * i);
  }
  file.add("<< /Type /Catalog /Pages 2 0 R /Lang (it) >>");
  file.add(fmt::format("<< /Type /Pages /Kids [ {}] /Count {} >>", pages, invitations.size()));
  for (const char* font : {"Helvetica", "Helvetica-Bold", "Courier-Bold"}) {
    file.add(fmt::format("<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding "
                         ">>",
                         font));
  }
  for (std::size_t i = 0; i < invitations.size(); ++i) {
    const std::string content = page_of(space_name, invitations[i]).content();
    file.add(fmt::format("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {:g} {:g}] /Contents {} 0 R "
                         "/Resources << /Font << /F1 3 0 R /F2 4 0 R /F3 5 0 R >> >> >>",
                         kWidth, kHeight, kFirstPage + 2 * i + 1));
    file.add(fmt::format("<< /Length {} >>\nstream\n{}endstream", content.size(), content));
  }
  return std::move(file).finish();
}

}  // namespace insieme::server::cli
