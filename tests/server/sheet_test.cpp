// Sheets of invitations as PDF: what a camera and a person read on them.
#include "cli/sheet_pdf.hpp"

#include <array>
#include <cmath>
#include <sstream>

#include <zlib.h>

#include "cli/qr.hpp"
#include "support/catch.hpp"

using namespace insieme::server::cli;

namespace {

Invitation invitation(const std::string& account, const std::string& name) {
  const std::string code = "ABCDE-FGHIJ-" + account;
  const std::string url = "insieme://ambito.example:8443/" + code + "?key=" + std::string(64, 'a');
  return {account, name, code, url, url, 1'790'000'000'000};
}

/// The squares of each page, back into modules of a code of `size`.
std::vector<QrCode> codes_on(const std::string& pdf, std::size_t size) {
  std::vector<QrCode> codes;
  std::vector<std::array<double, 4>> squares;
  std::istringstream lines(pdf);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with(" re")) {
      std::istringstream numbers(line);
      auto& square = squares.emplace_back();
      for (double& number : square) numbers >> number;
    }
    if (line != "f") continue;
    double left = 1e9;
    double top = 0;
    for (const auto& square : squares) {
      left = std::min(left, square[0]);
      top = std::max(top, square[1] + square[3]);
    }
    const double module = squares.front()[3];
    QrCode code(size, std::vector<bool>(size));
    for (const auto& square : squares) {
      const auto row = static_cast<std::size_t>(
          std::lround((top - square[1] - square[3]) / module));
      const auto column = static_cast<std::size_t>(std::lround((square[0] - left) / module));
      const auto count = static_cast<std::size_t>(std::lround(square[2] / module));
      for (std::size_t i = 0; i < count; ++i) code.at(row).at(column + i) = true;
    }
    codes.push_back(std::move(code));
    squares.clear();
  }
  return codes;
}

std::size_t count_of(const std::string& text, const std::string& words) {
  std::size_t count = 0;
  for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("sheet: each person has a page with their own code, and nobody else's",
          "[server][invite]") {
  const std::vector<Invitation> all{invitation("anna", "Anna Bianchi"),
                                    invitation("bruno", "Bruno Neri")};
  const std::string pdf = sheet_pdf_of("Ambito di prova", all);
  CHECK(count_of(pdf, "/Type /Page ") == 2);
  CHECK(pdf.find("/MediaBox [0 0 595.28 841.89]") != std::string::npos);
  const QrCode first = make_qr(all[0].scanned);
  const auto codes = codes_on(pdf, first.size());
  REQUIRE(codes.size() == 2);
  CHECK(codes[0] == first);
  CHECK(codes[1] == make_qr(all[1].scanned));
  for (const Invitation& one : all) {
    CHECK(count_of(pdf, "(" + one.name + ")") == 1);
    CHECK(count_of(pdf, "(" + one.code + ")") == 1);
  }
  CHECK(count_of(pdf, "una volta sola") == 2);
}

TEST_CASE("sheet: the table of the file names where each object begins", "[server][invite]") {
  const std::string pdf = sheet_pdf_of("X", {invitation("anna", "Anna")});
  const std::size_t start = std::stoul(pdf.substr(pdf.rfind("startxref") + 10));
  CHECK(pdf.compare(start, 4, "xref") == 0);
  std::istringstream table(pdf.substr(start));
  std::string line;
  std::getline(table, line);
  std::getline(table, line);
  REQUIRE(line == "0 8");
  std::getline(table, line);
  for (int object = 1; object < 8; ++object) {
    std::getline(table, line);
    CHECK(line.size() == 19);  // and its end: 20 bytes, as readers count
    const std::string begin = std::to_string(object) + " 0 obj";
    CHECK(pdf.compare(std::stoul(line), begin.size(), begin) == 0);
  }
}

TEST_CASE("sheet: any name is written, and none breaks the page", "[server][invite]") {
  const std::string odd = "Zo\xC3\xAB (detta \\ Zo\xC3\xA9) \xD0\x90\xD0\xBD\xD0\xBD\xD0\xB0 \x01";
  const std::string pdf = sheet_pdf_of(std::string(400, 'w'), {invitation("zoe", odd)});
  CHECK(pdf.find("(Zo\\353 \\(detta \\\\ Zo\\351\\) ???? ?)") != std::string::npos);
  CHECK(pdf.find("\xD0") == std::string::npos);
  const std::string long_name = sheet_pdf_of("X", {invitation("x", std::string(2'000, 'M'))});
  CHECK(codes_on(long_name, make_qr(invitation("x", "").scanned).size()).size() == 1);
  // A stream is as long as it says.
  const std::size_t told = std::stoul(pdf.substr(pdf.find("/Length ") + 8));
  const std::size_t begin = pdf.find("stream\n") + 7;
  CHECK(pdf.compare(begin + told, 9, "endstream") == 0);
}

TEST_CASE("sheet: a picture of a code is a PNG whose pixels are its modules", "[server][invite]") {
  const QrCode code = make_qr(invitation("anna", "Anna Bianchi").scanned);
  const std::string png = png_of(code);
  const auto number_at = [&png](std::size_t at) {
    std::size_t number = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
      number = number << 8 | static_cast<unsigned char>(png.at(i));
    }
    return number;
  };
  REQUIRE(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  REQUIRE(png.substr(12, 4) == "IHDR");
  const std::size_t side = number_at(16);
  CHECK(number_at(20) == side);
  const std::size_t modules = code.size() + 8;
  REQUIRE(side % modules == 0);
  REQUIRE(png.substr(37, 4) == "IDAT");
  const std::string packed = png.substr(41, number_at(33));
  CHECK(number_at(41 + packed.size()) ==
        ::crc32(0, reinterpret_cast<const Bytef*>(png.data()) + 37,
                static_cast<uInt>(packed.size() + 4)));
  const std::size_t stride = 1 + (side + 7) / 8;
  std::string rows(side * stride, '\0');
  uLongf size = rows.size();
  REQUIRE(::uncompress(reinterpret_cast<Bytef*>(rows.data()), &size,
                       reinterpret_cast<const Bytef*>(packed.data()),
                       static_cast<uLong>(packed.size())) == Z_OK);
  REQUIRE(size == rows.size());
  const std::size_t scale = side / modules;
  QrCode seen(code.size(), std::vector<bool>(code.size()));
  std::size_t dark_around = 0;
  for (std::size_t row = 0; row < modules; ++row) {
    for (std::size_t column = 0; column < modules; ++column) {
      const std::size_t x = column * scale + scale / 2;
      const auto byte =
          static_cast<unsigned char>(rows[(row * scale + scale / 2) * stride + 1 + x / 8]);
      const bool dark = (byte >> (7 - x % 8) & 1U) == 0;
      const bool inside = row >= 4 && column >= 4 && row - 4 < code.size() &&
                          column - 4 < code.size();
      if (inside) {
        seen[row - 4][column - 4] = dark;
      } else {
        dark_around += dark ? 1 : 0;
      }
    }
  }
  CHECK(seen == code);
  CHECK(dark_around == 0);
}
