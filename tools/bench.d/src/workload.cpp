#include "workload.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace insieme::bench {
namespace {

constexpr std::array kWords{
    "il",        "la",        "di",         "con",      "che",       "per",       "non",
    "una",       "ha",        "si",         "madre",    "padre",     "figlio",    "scuola",
    "casa",      "visita",    "oggi",       "ieri",     "compiti",   "lettura",   "nonna",
    "fratello",  "sorella",   "educatore",  "colloquio", "insegnante", "lavoro",   "turno",
    "spesa",     "affitto",   "bolletta",   "cucina",   "giardino",  "parco",     "sereno",
    "stanco",    "agitato",   "contento",   "racconta", "chiede",    "propone",   "accetta",
    "rifiuta",   "prossima",  "settimana",  "mattina",  "pomeriggio", "sera",     "medico",
    "vaccino",   "sport",     "calcio",     "musica",   "disegno",   "quaderno",  "libro",
    "matematica", "italiano", "storia",     "progetto", "obiettivo", "verifica",  "accordo",
    "firma",     "documento", "modulo",     "ufficio",  "comune",    "assistente", "volontario",
    "pranzo",    "merenda",   "trasporto",  "autobus",  "bicicletta", "telefono", "messaggio",
    "chiamata",  "ritardo",   "puntuale",   "assente",  "presente",  "insieme",   "gruppo",
    "laboratorio", "teatro",  "biblioteca", "piscina",  "estate",    "inverno",   "vacanza",
    "festa",     "regalo",    "cugino",     "zia",      "vicina",    "amico",     "classe"};
constexpr std::array kSurnameStarts{"Ber", "Cal", "Fer", "Gal", "Lom", "Mor", "Pel", "Ric",
                                    "San", "Tor", "Val", "Zan", "Bar", "Cor", "Mar", "Ros"};
constexpr std::array kSurnameMiddles{"na", "ti", "ra", "let", "del", "ga", "to", "man", "ri", "ci"};
constexpr std::array kSurnameEnds{"ni", "ri", "telli", "zzi", "rini", "no", "lli", "tti", "si"};
constexpr std::array kGivenNames{"Anna",   "Luca",  "Giulia", "Marco", "Sara",  "Omar", "Elena",
                                 "Yusuf",  "Marta", "Paolo",  "Irina", "Diego", "Aisha", "Bruno",
                                 "Chiara", "Dario", "Emma",   "Fabio", "Greta", "Hamid"};
constexpr std::array kCodes{"a", "b", "c", "d", "e", "f", "g", "h"};
constexpr std::array kPlaces{"casa", "scuola", "strada", "servizio", "online"};

constexpr std::uint64_t kFirstMs = 1'700'000'000'000;

std::string code_list(const char* name) {
  std::string values;
  for (const char* code : kCodes) {
    values += fmt::format(R"({}{{"code":"{}","label":{{"it":"{} {}","en":"{} {}"}}}})",
                          values.empty() ? "" : ",", code, name, code, name, code);
  }
  return fmt::format(
      R"({{"name":"{}","label":{{"it":"{}","en":"{}"}},"source":"Insieme","values":[{}]}})", name,
      name, name, values);
}

std::string field(const char* name, const char* rest) {
  return fmt::format(R"({{"name":"{}",{},"label":{{"it":"{}","en":"{}"}}}})", name, rest, name,
                     name);
}

schema::BundleFiles workload_files() {
  schema::BundleFiles files;
  files["bundle.json"] =
      R"({"name":"benchmark","version":1,"min_engine":1,"files":["sections.json",
      "lists/codes.json","types/case.json","types/visit.json"]})";
  files["sections.json"] =
      R"({"sections":[{"name":"core","dossier":"case","label":{"it":"Caso","en":"Case"},
      "help":{"it":"Caso.","en":"Case."}}]})";
  files["lists/codes.json"] =
      R"({"lists":[)" + code_list("one") + "," + code_list("two") + "," + code_list("three") + "]}";
  files["types/case.json"] =
      R"({"name":"case","section":"core","root":true,"title":"{name}","label":{"it":"Caso",
      "en":"Case"},"label_plural":{"it":"Casi","en":"Cases"},"fields":[)" +
      field("name", R"("kind":"string","required":true,"max_length":80)") + "]}";
  files["types/visit.json"] =
      R"({"name":"visit","section":"core","title":"{date} {place}","label":{"it":"Visita",
      "en":"Visit"},"label_plural":{"it":"Visite","en":"Visits"},"fields":[)" +
      field("case_id", R"("kind":"reference","target":"case","required":true)") + "," +
      field("educator", R"("kind":"string","required":true,"max_length":64)") + "," +
      field("date", R"("kind":"date","required":true)") + "," +
      field("minutes", R"("kind":"integer","min":0,"max":1440)") + "," +
      field("place", R"("kind":"string","max_length":64)") + "," +
      field("code_one", R"("kind":"code","list":"one")") + "," +
      field("code_two", R"("kind":"code","list":"two")") + "," +
      field("code_three", R"("kind":"code","list":"three")") + "," +
      field("note", R"("kind":"text","search":true)") + "," +
      field("score", R"("kind":"integer","min":0)") + "," +
      field("amount", R"("kind":"money")") + "]}";
  return files;
}

VisitRow make_row(Chance& chance, std::uint64_t ms, std::size_t document) {
  VisitRow row;
  row.id = sync::RecordId{chance.uuid7(ms)};
  row.document = document;
  row.educator = fmt::format("educatore{}", chance.below(40));
  row.date = invented_date(chance);
  row.minutes = static_cast<std::int64_t>(15 * (1 + chance.below(12)));
  row.place = kPlaces[chance.below(kPlaces.size())];
  for (std::string& code : row.codes) code = kCodes[chance.skewed(kCodes.size())];
  row.note = invented_text(chance, 200);
  row.score = static_cast<std::int64_t>(chance.below(100));
  row.cents = static_cast<std::int64_t>(chance.below(5'000'000));
  return row;
}

}  // namespace

std::string invented_text(Chance& chance, std::size_t characters) {
  std::string text;
  while (text.size() < characters) {
    if (!text.empty()) text.push_back(' ');
    text += kWords[chance.skewed(kWords.size())];
  }
  text.resize(characters);
  if (!text.empty() && text.back() == ' ') text.back() = '.';
  return text;
}

std::string invented_surname(Chance& chance) {
  std::string name = chance.pick(kSurnameStarts);
  name += chance.pick(kSurnameMiddles);
  if (chance.below(2) == 0) name += chance.pick(kSurnameMiddles);
  return name + chance.pick(kSurnameEnds);
}

std::string invented_given_name(Chance& chance) { return chance.pick(kGivenNames); }

std::string invented_date(Chance& chance) {
  return fmt::format("{}-{:02}-{:02}", 2022 + chance.below(4), 1 + chance.below(12),
                     1 + chance.below(28));
}

Workload make_workload(std::uint64_t seed, std::size_t rows, std::size_t documents) {
  Chance chance(seed);
  Workload workload;
  for (std::size_t i = 0; i < documents; ++i) {
    workload.cases.push_back(sync::RecordId{chance.uuid7(kFirstMs + i)});
  }
  workload.rows.reserve(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t document = i / kPerDocument % documents;
    workload.rows.push_back(make_row(chance, kFirstMs + documents + i, document));
  }
  return workload;
}

std::string as_csv(const Workload& workload) {
  std::string csv;
  for (const VisitRow& row : workload.rows) {
    csv += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\n", sync::to_text(row.id),
                       row.document, row.educator, row.date, row.minutes, row.place, row.codes[0],
                       row.codes[1], row.codes[2], row.note, row.score, row.cents);
  }
  return csv;
}

const schema::Bundle& workload_bundle() {
  static const schema::Bundle bundle = [] {
    auto parsed = schema::parse_bundle(workload_files());
    if (!parsed.ok()) throw std::logic_error("the workload's schema: " + parsed.error().detail);
    return std::move(parsed).value();
  }();
  return bundle;
}

}  // namespace insieme::bench
