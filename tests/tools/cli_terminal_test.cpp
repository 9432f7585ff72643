// Columns line up whatever the letters.
#include "support/catch.hpp"
#include "terminal.hpp"
#include "words.hpp"

namespace insieme::testing {
namespace {

TEST_CASE("terminal: columns taken by letters, marks and wide characters", "[cli]") {
  CHECK(cli::display_width("Rossi") == 5);
  CHECK(cli::display_width("è") == 1);
  CHECK(cli::display_width("e\xCC\x80") == 1);
  CHECK(cli::display_width("家族") == 4);
  CHECK(cli::display_width("😀") == 2);
  CHECK(cli::display_width("a\xE2\x80\x8B"
                           "b") == 2);
  CHECK(cli::display_width("") == 0);
}

TEST_CASE("terminal: tables line up", "[cli]") {
  cli::Table table({"id", "nome"});
  table.add({"1", "Nicolò"});
  table.add({"家", "e\xCC\x80"});
  CHECK(table.text() == "id  nome\n1   Nicolò\n家  e\xCC\x80\n");
}

TEST_CASE("terminal: a text that is too long ends with an ellipsis within its width", "[cli]") {
  CHECK(cli::shortened("Rossi", 5) == "Rossi");
  CHECK(cli::shortened("Rossini", 5) == "Ross…");
  CHECK(cli::display_width(cli::shortened("家族家族", 5)) <= 5);
}

TEST_CASE("terminal: line ends become blanks in a line and stay in a text", "[cli]") {
  CHECK(cli::one_line("a\nb\tc\x1b[0m") == "a b c[0m");
  CHECK(cli::harmless("a\nb\r\x08") == "a\nb");
  CHECK(cli::one_line("\xff") == "?");
}

TEST_CASE("terminal: times as in Rome, and how long ago", "[cli]") {
  CHECK(cli::when("2024-07-01T10:00:00.000Z") == "01/07/2024 12:00");
  CHECK(cli::when("2024-01-01T23:30:00.000Z") == "02/01/2024 00:30");
  CHECK(cli::when("1969-12-31T22:00:00.000Z") == "31/12/1969 23:00");
  CHECK(cli::when("boh") == "boh");
  const std::int64_t now = 1'700'000'000'000;
  CHECK(cli::how_long_ago("2023-11-14T22:13:00.000Z", now) == "un momento fa");
  CHECK(cli::how_long_ago("2023-11-14T22:12:00.000Z", now) == "1 minuto fa");
  CHECK(cli::how_long_ago("2023-11-14T19:12:00.000Z", now) == "3 ore fa");
  CHECK(cli::how_long_ago("2031-01-01T00:00:00.000Z", now) == "01/01/2031 01:00");
}

}  // namespace
}  // namespace insieme::testing
