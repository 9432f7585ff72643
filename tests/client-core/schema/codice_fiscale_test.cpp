// Known answers are public: the usual examples of the algorithm, with invented people.

#include "insieme/schema/codice_fiscale.hpp"

#include <set>

#include "insieme/schema/civil.hpp"
#include "insieme/schema/text.hpp"
#include "insieme/schema/validate.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;

namespace {

/// One person, from the plain code to the code that seven namesakes would leave.
const char* const kChain[] = {"RSSMRA85T10A562S", "RSSMRA85T10A56NH", "RSSMRA85T10A5SNT",
                              "RSSMRA85T10ARSNO", "RSSMRA85T1LARSNR", "RSSMRA85TMLARSNC",
                              "RSSMRA8RTMLARSNO", "RSSMRAURTMLARSNL"};

PersonFacts rossi() {
  return {"Rossi", "Mario", date_from_iso("1985-12-10"), "M", "A562"};
}

}  // namespace

TEST_CASE("codice fiscale: the check letter of known codes", "[schema][S129]") {
  for (const char* good : {"RSSMRA85T10A562S", "ABCDEF12B23P432P", "ABCDEF12B23P43NE",
                           "RSSMRK66C14H501U", "XXXXXX80P20B501B", "GHBLDE25A42H199X"}) {
    INFO(good);
    CHECK(has_valid_check_character(good));
  }
  for (const char* bad : {"AAABBB39M66A351C", "CCCDDD25A42H199X", "RSSMRA85T10A562", "",
                          "rssmra85t10a562s", "RSSMRA85T10A562SX", "RSSMRA85T10A56è"}) {
    INFO(bad);
    CHECK_FALSE(has_valid_check_character(bad));
  }
  CHECK(check_character("AAABBB39M66A351") == 'T');
  CHECK(check_character("CCCDDD25A42H199") == 'E');
  CHECK_FALSE(check_character("AAABBB39M66A35"));
}

TEST_CASE("codice fiscale: a changed character is noticed, whichever it is", "[schema][S129]") {
  const std::string code = "RSSMRA85T10A562S";
  std::size_t noticed = 0;
  std::size_t tried = 0;
  for (std::size_t at = 0; at < code.size(); ++at) {
    const bool digit = code[at] >= '0' && code[at] <= '9';
    for (char other = digit ? '0' : 'A'; other <= (digit ? '9' : 'Z'); ++other) {
      if (other == code[at]) continue;
      std::string changed = code;
      changed[at] = other;
      ++tried;
      noticed += has_valid_check_character(changed) ? 0U : 1U;
    }
  }
  CHECK(noticed == tried);
}

TEST_CASE("codice fiscale: the chain of omocodia, forwards and back", "[schema][S129]") {
  std::string code = kChain[0];
  for (std::size_t i = 1; i < std::size(kChain); ++i) {
    const auto next = next_omocodia(code);
    REQUIRE(next);
    CHECK(*next == kChain[i]);
    CHECK(has_valid_check_character(*next));
    CHECK(tax_code_kind(*next) == TaxCodeKind::omocodia);
    CHECK(plain_tax_code(*next) == kChain[0]);
    code = *next;
  }
  CHECK_FALSE(next_omocodia(code));
  CHECK(plain_tax_code("ABCDEF12B23P43NE") == "ABCDEF12B23P432P");
}

TEST_CASE("codice fiscale: all 127 omocodie of a code say the same", "[schema][S129]") {
  const std::size_t places[] = {6, 7, 9, 10, 12, 13, 14};
  const std::string letters = "LMNPQRSTUV";
  std::set<std::string> seen;
  for (unsigned mask = 1; mask < 128; ++mask) {
    std::string code = kChain[0];
    for (std::size_t i = 0; i < 7; ++i) {
      const std::size_t at = places[i];
      if ((mask >> i & 1U) != 0) code[at] = letters[static_cast<std::size_t>(code[at] - '0')];
    }
    code.back() = *check_character(code.substr(0, 15));
    seen.insert(code);
    CHECK(plain_tax_code(code) == kChain[0]);
    const auto facts = decode_tax_code(code);
    REQUIRE(facts);
    CHECK(tax_code_birth_date(*facts, *date_from_iso("2024-01-01")) == rossi().birth_date);
    CHECK(tax_code_disagreements(code, rossi()).empty());
  }
  CHECK(seen.size() == 127);
}

TEST_CASE("codice fiscale: birth date, sex and place", "[schema][S129]") {
  const auto woman = decode_tax_code("GHBLDE25A42H199X");
  REQUIRE(woman);
  CHECK(woman->female);
  CHECK(woman->day == 2);
  CHECK(woman->month == 1);
  CHECK(woman->place == "H199");
  // The century comes from a date of the record: the same code, two lives.
  CHECK(tax_code_birth_date(*woman, *date_from_iso("2024-12-31")) == date_from_iso("1925-01-02"));
  CHECK(tax_code_birth_date(*woman, *date_from_iso("2025-01-02")) == date_from_iso("2025-01-02"));
  CHECK(tax_code_birth_date(*woman, *date_from_iso("2025-01-01")) == date_from_iso("1925-01-02"));
  CHECK_FALSE(decode_tax_code("RSSMRA85F10A562S"));  // F is no month
  CHECK_FALSE(decode_tax_code("RSSMRA85B30A562S"));  // 30 February
  CHECK_FALSE(decode_tax_code("RSSMRA85T00A562S"));
  CHECK_FALSE(decode_tax_code("RSSMRA85T72A562S"));
  CHECK(decode_tax_code("RSSMRA00B29A562S"));  // 2000 was a leap year
  const auto leap = decode_tax_code("RSSMRA00B29A562S");
  CHECK_FALSE(tax_code_birth_date(*leap, *date_from_iso("1999-01-01")));  // 1900 was not
}

TEST_CASE("codice fiscale: letters of names", "[schema][S129]") {
  CHECK(tax_code_surname("Rossi") == "RSS");
  CHECK(tax_code_surname("Fo") == "FOX");
  CHECK(tax_code_surname("Aiello") == "LLA");
  CHECK(tax_code_surname("D'Angelò") == "DNG");
  CHECK(tax_code_surname("De Nittis") == "DNT");
  CHECK(tax_code_surname("") == "XXX");
  CHECK(tax_code_given_names("Mario") == "MRA");
  CHECK(tax_code_given_names("Gianfranco") == "GFR");  // first, third and fourth of four or more
  CHECK(tax_code_given_names("Anna Maria") == "NMR");
  CHECK(tax_code_given_names("Ada") == "DAA");
  CHECK(tax_code_given_names("Ilaria José") == "LJS");
  CHECK(make_tax_code(rossi()) == "RSSMRA85T10A562S");
  PersonFacts unknown = rossi();
  unknown.place.clear();
  CHECK_FALSE(make_tax_code(unknown));
  CHECK(fold_accents("Nguyễn Bđ") == "Nguyen Bđ");
}

TEST_CASE("codice fiscale: what does not agree with the person is named", "[schema][S129]") {
  using Part = TaxCodePart;
  PersonFacts person = rossi();
  CHECK(tax_code_disagreements(kChain[7], person).empty());
  person.surname = "Bianchi";
  person.birth_date = date_from_iso("1985-10-12");
  CHECK(tax_code_disagreements(kChain[0], person) ==
        std::vector<Part>{Part::surname, Part::birth_date});
  person = rossi();
  person.sex = "F";
  person.place = "L407";
  CHECK(tax_code_disagreements(kChain[0], person) == std::vector<Part>{Part::sex, Part::place});
  person.sex = "N";  // the code knows two values only: nothing to compare
  CHECK(tax_code_disagreements(kChain[0], person) == std::vector<Part>{Part::place});
  CHECK(tax_code_disagreements("12345678903", person).empty());
  CHECK(tax_code_disagreements(kChain[0], PersonFacts{}).empty());
}

TEST_CASE("codice fiscale: eleven digits are provisional, and checked as such", "[schema][S129]") {
  CHECK(tax_code_kind("12345678903") == TaxCodeKind::provisional);
  CHECK(has_valid_check_character("12345678903"));
  CHECK_FALSE(has_valid_check_character("12345678904"));
  CHECK(tax_code_kind("1234567890A") == TaxCodeKind::malformed);
  CHECK(tax_code_kind("RSSMRA85T10A56AS") == TaxCodeKind::malformed);  // A stands for no digit
  CHECK_FALSE(plain_tax_code("12345678903"));
  CHECK_FALSE(next_omocodia("12345678903"));
}

TEST_CASE("codice fiscale: a missing or wrong code never blocks a person", "[schema][S129]") {
  const RecordType* person = embedded_bundle().find_type("person");
  REQUIRE(person != nullptr);
  RecordValues values{{"surname", {sync::Value{std::string("Rossi")}}},
                      {"given_names", {sync::Value{std::string("Mario")}}}};
  CHECK(check_record(embedded_bundle(), *person, values).empty());
  for (const char* code : {"AAABBB39M66A351C", "12345678904", "X"}) {
    values["codice_fiscale"] = {sync::Value{std::string(code)}};
    const auto problems = check_record(embedded_bundle(), *person, values);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].severity == Severity::warning);
  }
}
