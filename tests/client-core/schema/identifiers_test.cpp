// IBAN, CUP and the codes of communes. Account numbers are the public examples of the registers.

#include <fstream>
#include <set>
#include <sstream>

#include "fixture.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/schema/cup.hpp"
#include "insieme/schema/iban.hpp"
#include "insieme/schema/place_codes.hpp"
#include "insieme/schema/validate.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;

TEST_CASE("iban: public examples of several countries", "[schema]") {
  for (const char* good :
       {"IT60X0542811101000000123456", "SM86U0322509800000000270100", "DE89370400440532013000",
        "FR1420041010050500013M02606", "GB29NWBK60161331926819", "NO9386011117947",
        "VA59001123000012345678", "MT84MALT011000012345MTLCAST001S"}) {
    INFO(good);
    CHECK(check_iban(good) == IbanFault::none);
  }
  CHECK(iban_text("IT60X0542811101000000123456") == "IT60 X054 2811 1010 0000 0123 456");
}

TEST_CASE("iban: each way of being wrong is told apart", "[schema]") {
  CHECK(check_iban("") == IbanFault::shape);
  CHECK(check_iban("IT60 X054 2811 1010") == IbanFault::shape);
  CHECK(check_iban("it60X0542811101000000123456") == IbanFault::shape);
  CHECK(check_iban("IT60X054281110100000012345") == IbanFault::length);
  CHECK(check_iban("IT60X0542811101000000123457") == IbanFault::check_digits);
  CHECK(check_iban("IT06X0542811101000000123456") == IbanFault::check_digits);
  CHECK(check_iban(std::string(35, 'A')) == IbanFault::shape);
}

TEST_CASE("iban: an Italian account must also fit its own check letter", "[schema]") {
  // Another letter, with check digits made to fit it: only the CIN shows the fault.
  std::string changed = "IT00Y0542811101000000123456";
  bool found = false;
  for (int digits = 2; digits < 99 && !found; ++digits) {
    changed[2] = static_cast<char>('0' + digits / 10);
    changed[3] = static_cast<char>('0' + digits % 10);
    found = check_iban(changed) == IbanFault::national;
  }
  CHECK(found);
}

TEST_CASE("iban: a wrong one is refused with what to do, in both languages", "[schema]") {
  const RecordType* placement = embedded_bundle().find_type("placement");
  REQUIRE(placement != nullptr);
  const RecordValues values{{"iban", {sync::Value{std::string("IT60X0542811101000000123457")}}}};
  bool told = false;
  for (const Problem& problem : check_record(embedded_bundle(), *placement, values)) {
    if (problem.rule != "iban") continue;
    told = true;
    CHECK(problem.severity == Severity::error);
    CHECK(problem.message_it.find("ricontrollalo") != std::string::npos);
    CHECK(problem.message_en.find("look again") != std::string::npos);
  }
  CHECK(told);
}

TEST_CASE("cup: shape and what it says", "[schema][S003]") {
  const auto facts = decode_cup("H71B25000350007");
  REQUIRE(facts);
  CHECK(facts->structure == 'H');
  CHECK(facts->year == 2025);
  for (const char* bad : {"", "H71B2500035000", "H71B250003500070", "h71B25000350007",
                          "771B25000350007", "H71B2500035000X"}) {
    INFO(bad);
    CHECK_FALSE(decode_cup(bad));
  }
}

TEST_CASE("places: shape, the list, and the time in which a code was in force", "[schema][S030]") {
  const Bundle& bundle = embedded_bundle();
  CHECK(istat_standing(bundle, "026086", std::nullopt) == PlaceStanding::in_force);
  CHECK(istat_standing(bundle, "058091", std::nullopt) == PlaceStanding::unknown);
  CHECK(istat_standing(bundle, "26086", std::nullopt) == PlaceStanding::malformed);
  CHECK(istat_standing(bundle, "000001", std::nullopt) == PlaceStanding::malformed);
  CHECK(belfiore_standing(bundle, "L407", std::nullopt) == PlaceStanding::in_force);
  CHECK(belfiore_standing(bundle, "Z330", std::nullopt) == PlaceStanding::unknown);
  CHECK(is_foreign_place("Z330"));
  CHECK_FALSE(is_foreign_place("ZZ30"));
  CHECK(commune_of_belfiore(bundle, "L407", std::nullopt)->label.it == "Treviso");
  CHECK(commune_of_belfiore(bundle, "H501", std::nullopt) == nullptr);
}

TEST_CASE("places: a commune that was merged away is not in force afterwards", "[schema][S030]") {
  BundleFiles files = test::small_bundle_files();
  files["lists/communes.json"] = R"({ "lists": [ { "name": "communes", "source": "test",
    "label": { "it": "Comuni", "en": "Communes" }, "values": [
      { "code": "001001", "label": { "it": "Vecchio", "en": "Old" }, "valid_to": "2015-12-31",
        "attributes": { "belfiore": "A001" } },
      { "code": "001002", "label": { "it": "Nuovo", "en": "New" }, "valid_from": "2016-01-01",
        "attributes": { "belfiore": "A001" } } ] } ] })";
  test::edit(files, "bundle.json", R"("lists/all.json")",
             R"("lists/all.json", "lists/communes.json")");
  const auto bundle = parse_bundle(files);
  REQUIRE(bundle.ok());
  const auto before = date_from_iso("2015-12-31");
  const auto after = date_from_iso("2016-01-01");
  CHECK(istat_standing(*bundle, "001001", before) == PlaceStanding::in_force);
  CHECK(istat_standing(*bundle, "001001", after) == PlaceStanding::not_then);
  CHECK(istat_standing(*bundle, "001002", before) == PlaceStanding::not_then);
  CHECK(commune_of_belfiore(*bundle, "A001", before)->code == "001001");
  CHECK(commune_of_belfiore(*bundle, "A001", after)->code == "001002");
}

TEST_CASE("places: the bundle's communes are those of the public list", "[schema][S030]") {
  std::ifstream in("../shared/data/communes.csv");
  if (!in) {
    WARN("the list of communes is not beside the repository: skipped");
    return;
  }
  std::string line;
  std::getline(in, line);
  REQUIRE(line == "ambito,istat,belfiore,name,province,population_2011");
  std::set<std::string> seen;
  while (std::getline(in, line)) {
    std::istringstream cells(line);
    std::string ambito;
    std::string istat;
    std::string belfiore;
    std::string name;
    std::getline(cells, ambito, ',');
    std::getline(cells, istat, ',');
    std::getline(cells, belfiore, ',');
    std::getline(cells, name, ',');
    INFO(name);
    const CodeValue* commune = commune_of_belfiore(embedded_bundle(), belfiore, std::nullopt);
    REQUIRE(commune != nullptr);
    CHECK(commune->code == istat);
    CHECK(commune->label.it == name);
    CHECK(commune->attribute("ambito") == ambito);
    seen.insert(istat);
  }
  CHECK(seen.size() == embedded_bundle().find_list("communes")->values.size());
}
