// Sheets of invitations as PDF: what a camera and a person read on them.
#include "cli/sheet_pdf.hpp"

#include <array>
#include <cmath>
#include <sstream>

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
