// Acts and days as the documents write them.

#include "insieme/schema/act_text.hpp"

#include "insieme/schema/bundle.hpp"
#include "insieme/schema/civil.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::schema;

namespace {

std::string told(std::string_view text) {
  const auto act = read_act(text);
  if (!act) return "-";
  if (!act->kind.empty()) CHECK(embedded_bundle().find_list("act_kinds")->find(act->kind));
  return act->kind + "," + act->number + "," + (act->year ? std::to_string(*act->year) : "") + "," +
         (act->date ? iso_text(*act->date) : "") + "," + act->annex + "," + act->page;
}

std::string day(std::string_view text, std::string_view near = {}) {
  const auto found = find_day(text);
  if (!found) return "-";
  const auto date = day_near(*found, date_from_iso(near));
  return date ? iso_text(*date) : "?";
}

}  // namespace

TEST_CASE("acts: kind, number, day, annex and page are read from a sentence",
          "[schema][S002][S008]") {
  CHECK(told("DGR n. 69 del 26 gennaio 2023") == "dgr,69,2023,2023-01-26,,");
  CHECK(told("ALLEGATO B DGR n. 69 del 26 gennaio 2023 pag. 13 di 52.") ==
        "dgr,69,2023,2023-01-26,B,13 di 52");
  CHECK(told("Il progetto, finanziato con DGR 69/23, intende creare Linee Guida") ==
        "dgr,69,2023,,,");
  CHECK(
      told("con Decreto Direttoriale del Ministero del Lavoro e delle Politiche Sociali n. 47 del "
           "15/02/2021 la proposta") == "decreto_direttoriale,47,2021,2021-02-15,,");
  CHECK(told("Con Decreto del Direttore Generale per la Lotta alla povertà e per la programmazione "
             "sociale del 27 settembre 2019") == "decreto_direttoriale,,2019,2019-09-27,,");
  CHECK(told("decreto legislativo 147/2017") == "decreto_legislativo,147,2017,,,");
  CHECK(told("D.Lgs. 147/2017, art. 7") == "decreto_legislativo,147,2017,,,");
  CHECK(told("D.L. 48/2023") == "decreto_legge,48,2023,,,");
  CHECK(told("L.R. 9/2024") == "legge_regionale,9,2024,,,");
  CHECK(told("L. 178/2020") == "legge,178,2020,,,");
  CHECK(told("Regolamento (UE) 2021/1057") == "regolamento_ue,1057,2021,,,");
  CHECK(told("v. DGR 1504/2018") == "dgr,1504,2018,,,");
}

TEST_CASE("acts: what is not said is not guessed", "[schema][S002][S020]") {
  // Which kind of decree it was, the sentence does not say.
  CHECK(told("introdotto con Decreto n.4/2019, e tutte le attività") == ",4,2019,,,");
  CHECK(told("un documento che sarà adottato con DGR e che è stato discusso") == "-");
  CHECK(told("l'atto 12") == "-");
  CHECK(told("") == "-");
  CHECK(told(std::string(3'000, '1')) == "-");
  CHECK(told("DGR n. 69 del 31 febbraio 2023") == "dgr,69,,,,");
}

TEST_CASE("days: a year that is not stated is that of the nearest day", "[schema][S094]") {
  CHECK(day("Scopri l'evento SEMINARIO progetto “INSIEME” del 15 Febbraio", "2024-03-04") ==
        "2024-02-15");
  CHECK(day("15 Febbraio") == "?");
  CHECK(day("entro la giornata di lunedì 4 marzo 2024") == "2024-03-04");
  CHECK(day("28 dicembre", "2024-01-10") == "2023-12-28");
  CHECK(day("1° maggio 2022") == "2022-05-01");
  CHECK(day("01.06.2021") == "2021-06-01");
  CHECK(day("29 febbraio", "2023-03-01") == "2024-02-29");
  CHECK(day("29 febbraio", "2022-03-01") == "?");
  CHECK(day("31 aprile") == "-");
  CHECK(day("nessun giorno") == "-");
}
