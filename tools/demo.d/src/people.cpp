#include "people.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace insieme::demo {
namespace {

constexpr std::size_t kHouseholds = 24;
constexpr std::size_t kStoryHouseholds = 8;

using Words = std::vector<std::string>;

const Words& surnames() {
  static const Words kWords{
      "Acquarossa", "Boscoverde",  "Campolieto",  "Dallapieve",   "Erbaluce",     "Fontelupa",
      "Granvento",  "Lunachiara",  "Montesereno", "Nevegrigia",   "Ortolanella",  "Pianalonga",
      "Querceto",   "Rivabella",   "Sottovigna",  "Tramontella",  "Valdombra",    "Zafferanelli",
      "Argineblu",  "Biancospini", "Cantamaggi",  "Doppiaquercia", "Fiorditè",    "Gelsobianco"};
  return kWords;
}
const Words& women() {
  static const Words kWords{"Alba",   "Bianca", "Celeste", "Dalia",   "Elide",   "Fiorella",
                            "Gioia",  "Ilaria", "Luce",    "Mirella", "Nicoletta", "Oriana",
                            "Perla",  "Rosetta", "Samira", "Tecla",   "Viola",   "Zoe"};
  return kWords;
}
const Words& men() {
  static const Words kWords{"Amos",  "Brando", "Cesare", "Dario",   "Elio",  "Fulvio",
                            "Gino",  "Ivo",    "Karim",  "Libero",  "Mirko", "Nevio",
                            "Orso",  "Primo",  "Rocco",  "Silvano", "Tino",  "Zeno"};
  return kWords;
}

std::string iso(int year, int month, int day) {
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
  return text;
}

std::string some_day(Chance& chance, int first_year, int years) {
  const int year = first_year + static_cast<int>(chance.below(static_cast<std::size_t>(years)));
  return iso(year, 1 + static_cast<int>(chance.below(12)), 1 + static_cast<int>(chance.below(28)));
}

Person make_person(Chance& chance, const std::string& surname, bool woman) {
  Person person;
  person.surname = surname;
  person.given_names = chance.pick(woman ? women() : men());
  person.sex = woman ? "F" : "M";
  return person;
}

Person make_adult(Chance& chance, const std::string& surname, bool woman) {
  Person person = make_person(chance, surname, woman);
  person.birth_date = some_day(chance, 1966, 34);
  person.relation = woman ? "1" : "2";
  static const Words kWithoutWork{"disoccupato", "disoccupato_lungo", "disoccupato_lungo",
                                  "inattivo"};
  person.employment = chance.pick(kWithoutWork);
  return person;
}

Person make_child(Chance& chance, const std::string& surname) {
  Person person = make_person(chance, surname, chance.below(2) == 0);
  const int year = 2006 + static_cast<int>(chance.below(12));
  person.birth_date = iso(year, 1 + static_cast<int>(chance.below(12)),
                          1 + static_cast<int>(chance.below(28)));
  person.relation = "0";
  person.employment = "inattivo";
  person.school = year <= 2007 ? "7" : year <= 2010 ? "6" : year <= 2015 ? "5" : "4";
  return person;
}

/// How many people live in each household: 2 to 4, together exactly 66.
std::vector<std::size_t> make_sizes(Chance& chance) {
  std::vector<std::size_t> sizes(kHouseholds, 2);
  std::size_t left = kPeople - 2 * kHouseholds;
  while (left > 0) {
    std::size_t& size = sizes[chance.below(kHouseholds)];
    if (size == 4) continue;
    ++size;
    --left;
  }
  return sizes;
}

Household make_household(Chance& chance, std::size_t number, std::size_t size) {
  Household household;
  const std::string& surname = surnames()[number];
  const Commune& commune = communes()[number % communes().size()];
  household.name = "Famiglia " + surname;
  household.commune = commune.code;
  household.commune_name = commune.name;
  static const Words kHousing{"affitto", "edilizia_pubblica", "ospite", "proprieta"};
  household.housing = number < kStoryHouseholds ? "precaria" : chance.pick(kHousing);
  household.typologies = {"con_minori", "fragile"};
  household.intake_date = some_day(chance, 2021, 1).replace(5, 2, chance.below(2) ? "06" : "09");
  household.new_to_services = chance.below(2) == 0;
  const bool couple = size > 2 && number >= 2;
  household.people.push_back(make_adult(chance, surname, true));
  if (couple) household.people.push_back(make_adult(chance, surname, false));
  while (household.people.size() < size) {
    Person child = make_child(chance, surname);
    const bool taken = std::any_of(
        household.people.begin(), household.people.end(),
        [&](const Person& other) { return other.given_names == child.given_names; });
    if (!taken) household.people.push_back(std::move(child));
  }
  return household;
}

}  // namespace

const std::vector<Commune>& communes() {
  static const std::vector<Commune> kCommunes{
      {"035004", "Bibbiano"},  {"035010", "Campegine"},         {"035018", "Canossa"},
      {"035017", "Cavriago"},  {"035022", "Gattatico"},         {"035027", "Montecchio Emilia"},
      {"035038", "San Polo d'Enza"}, {"035039", "Sant'Ilario d'Enza"}};
  return kCommunes;
}

std::vector<Household> make_households(Chance& chance) {
  const std::vector<std::size_t> sizes = make_sizes(chance);
  std::vector<Household> households;
  for (std::size_t i = 0; i < kHouseholds; ++i) {
    households.push_back(make_household(chance, i, sizes[i]));
  }
  for (std::size_t i = 0; i < kInWork; ++i) {
    households[kHouseholds - 1 - 3 * i].people.front().employment = "occupato";
  }
  return households;
}

std::string day_after(const std::string& date, int days) {
  using namespace std::chrono;
  const sys_days from{year{std::stoi(date.substr(0, 4))} /
                      month{static_cast<unsigned>(std::stoi(date.substr(5, 2)))} /
                      day{static_cast<unsigned>(std::stoi(date.substr(8, 2)))}};
  const year_month_day to{from + std::chrono::days{days}};
  return iso(static_cast<int>(to.year()), static_cast<int>(static_cast<unsigned>(to.month())),
             static_cast<int>(static_cast<unsigned>(to.day())));
}

}  // namespace insieme::demo
