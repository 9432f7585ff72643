#include "insieme/schema/text.hpp"

#include <string>

#include "support/catch.hpp"

using namespace insieme::schema;

TEST_CASE("text: combining accents become precomposed letters", "[schema][text]") {
  CHECK(compose_nfc("perche\xCC\x81") == "perché");
  CHECK(compose_nfc("Citta\xCC\x80 e\xCC\x80 qui") == "Città è qui");
  CHECK(compose_nfc("S\xCC\xA6tefan, C\xCC\x8Cizmar, A\xCC\x8Angstro\xCC\x88m") ==
        "Ștefan, Čizmar, Ångström");
  CHECK(compose_nfc("Nguye\xCC\x82\xCC\x83n") == "Nguyễn");  // two marks, canonical order
}

TEST_CASE("text: composed text and other scripts stay as they are", "[schema][text]") {
  for (const char* text : {"", "Niccolò", "Ștefan", "日本", "Ольга", "👪", "x\xCC\x81\xCC\x96"}) {
    CHECK(compose_nfc(text) == text);
  }
  CHECK(compose_nfc("\xCC\x81" "a") == "\xCC\x81" "a");  // a mark without a letter before it
  CHECK(compose_nfc(compose_nfc("e\xCC\x81")) == "é");
  const std::string with_nul("a\0e\xCC\x81\0", 6);  // a character like any other: never dropped
  CHECK(compose_nfc(with_nul) == std::string("a\0é\0", 5));
}

TEST_CASE("text: trimming, folding, counting", "[schema][text]") {
  CHECK(trim("  a b\t\n") == "a b");
  CHECK(trim("\xC2\xA0\xE2\x80\xAF" "12\xC2\xA0") == "12");
  CHECK(trim(" \r\n ").empty());
  CHECK(trim("à") == "à");
  CHECK(fold_case("CITTÀ Èra ×") == "città èra ×");
  CHECK(count_code_points("però 👪") == 6);
}
