#include <map>
#include <regex>

#include "insieme/schema/bundle.hpp"
#include "support/catch.hpp"

using namespace insieme::schema;

TEST_CASE("communes: 37 in VEN_09 and 8 in Val d'Enza", "[schema][S028][S031]") {
  const CodeList* communes = embedded_bundle().find_list("communes");
  REQUIRE(communes != nullptr);
  std::map<std::string, int> counts;
  for (const CodeValue& commune : communes->values) {
    INFO(commune.label.it);
    const std::string ambito(commune.attribute("ambito"));
    ++counts[ambito];
    CHECK(commune.code.rfind(ambito == "VEN_09" ? "026" : "035", 0) == 0);
    CHECK(embedded_bundle().find_list("ambiti")->find(ambito) != nullptr);
  }
  CHECK(counts["VEN_09"] == 37);
  CHECK(counts["VAL_DENZA"] == 8);
  CHECK(counts.size() == 2);
}

TEST_CASE("communes: ISTAT and Belfiore codes have their shape", "[schema][S030]") {
  const std::regex istat("[0-9]{6}");
  const std::regex belfiore("[A-Z][0-9]{3}");
  std::map<std::string, int> seen;
  for (const CodeValue& commune : embedded_bundle().find_list("communes")->values) {
    INFO(commune.label.it);
    CHECK(std::regex_match(commune.code, istat));
    const std::string code(commune.attribute("belfiore"));
    CHECK(std::regex_match(code, belfiore));
    CHECK(++seen[code] == 1);
    CHECK(std::stoi(std::string(commune.attribute("population_2011"))) > 500);
  }
  CHECK(embedded_bundle().find_list("communes")->find("026086")->label.it == "Treviso");
}
