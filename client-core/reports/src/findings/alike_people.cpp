// Persons who may be one. Who is compared with whom comes from an index: the same tax code, the
// same day of birth (or with day and month the other way round), names that sound the same.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "findings/person.hpp"
#include "insieme/reports/alike.hpp"

namespace insieme::reports {
namespace {

using schema::Likeness;

/// More than so many under one key say nothing (everybody who does not know their day of birth has
/// 1 January): they are found by their other keys.
constexpr std::size_t kNeighboursMax = 300;

struct Person {
  const schema::RuleRecord* record = nullptr;
  std::string surname;
  std::string given_names;
  std::optional<sync::Date> birth;
  std::string tax_code;    ///< as it was written
  std::string plain_code;  ///< without omocodia; empty unless it is one of 16 characters that fit
  std::set<std::string> phones;
  std::string sex;
  sync::RecordId identity;
};

std::string digits_of(std::string_view phone) {
  constexpr std::size_t kDigits = 9;  // without a country's prefix
  std::string out;
  for (const char c : phone) {
    if (c >= '0' && c <= '9') out.push_back(c);
  }
  return out.size() > kDigits ? out.substr(out.size() - kDigits) : out;
}

Person person_of(const AlikeInput& input, const schema::Alike& by,
                 const schema::RuleRecord& record) {
  Person out;
  out.record = &record;
  out.surname = words_in(record, by.surname);
  out.given_names = words_in(record, by.given_names);
  out.birth = date_in(record, by.birth_date);
  out.tax_code = words_in(record, by.tax_code);
  out.plain_code = plain_code_in(record, by);
  if (const auto phones = record.values.find(by.phones); phones != record.values.end()) {
    for (const sync::Value& phone : phones->second) {
      const auto* words = std::get_if<std::string>(&phone);
      std::string digits = words == nullptr ? std::string() : digits_of(*words);
      if (digits.size() >= 6) out.phones.insert(std::move(digits));
    }
  }
  out.sex = words_in(record, by.sex);
  out.identity = input.identities.of(record.id);
  return out;
}

std::vector<std::string> keys_of(const Person& person) {
  std::vector<std::string> keys;
  if (!person.plain_code.empty()) keys.push_back("t" + person.plain_code);
  if (person.birth) {
    keys.push_back("b" + schema::iso_text(*person.birth));
    if (const auto other = turned(*person.birth)) keys.push_back("b" + schema::iso_text(*other));
  }
  std::string names = sound_of_names(person.surname, person.given_names);
  if (!names.empty()) keys.push_back("n" + std::move(names));
  return keys;
}

/// How the names of two persons compare, in the order in which they stand or the other way round.
struct Names {
  Likeness likeness = Likeness::none;
  bool swapped = false;
};
Names compare_names_of(const Person& a, const Person& b) {
  const Likeness straight = std::min(schema::compare_names(a.surname, b.surname),
                                     schema::compare_given_names(a.given_names, b.given_names));
  const Likeness crossed = std::min(schema::compare_given_names(a.surname, b.given_names),
                                    schema::compare_given_names(a.given_names, b.surname));
  return crossed > straight ? Names{crossed, true} : Names{straight, false};
}

enum class Births { unknown, different, one_digit, turned, same };
Births compare_births(const Person& a, const Person& b) {
  if (!a.birth || !b.birth) return Births::unknown;
  if (*a.birth == *b.birth) return Births::same;
  const auto other = turned(*a.birth);
  if (other && *other == *b.birth) return Births::turned;
  const std::string iso_a = schema::iso_text(*a.birth);
  const std::string iso_b = schema::iso_text(*b.birth);
  if (iso_a.size() != iso_b.size()) return Births::different;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < iso_a.size(); ++i) {
    if (iso_a[i] != iso_b[i]) ++digits;
  }
  return digits == 1 ? Births::one_digit : Births::different;
}

bool share_a_phone(const Person& a, const Person& b) {
  return std::any_of(a.phones.begin(), a.phones.end(),
                     [&b](const std::string& phone) { return b.phones.count(phone) != 0; });
}

bool is_question(const Person& a, const Person& b, const Names& names, Births births,
                 bool same_phone) {
  if (!a.plain_code.empty() && !b.plain_code.empty()) return a.plain_code == b.plain_code;
  if (!a.sex.empty() && !b.sex.empty() && a.sex != b.sex) return false;
  switch (births) {
    case Births::same:
      return names.likeness >= Likeness::letter;
    case Births::turned:
      return names.likeness >= Likeness::sound;
    case Births::one_digit:
      return names.likeness == Likeness::same;
    case Births::unknown:
      return names.likeness >= Likeness::sound && same_phone;
    case Births::different:
      break;
  }
  return false;
}

const char* word_of(const Names& names) {
  if (names.swapped) return "names_swapped";
  switch (names.likeness) {
    case Likeness::same:
      return "same_name";
    case Likeness::sound:
      return "name_sounds_alike";
    case Likeness::letter:
      return "name_one_letter";
    case Likeness::none:
      break;
  }
  return nullptr;
}

/// Why two persons may be one; empty if nothing says so.
std::vector<std::string> evidence_of(const Person& a, const Person& b) {
  std::vector<std::string> out;
  const Names names = compare_names_of(a, b);
  const Births births = compare_births(a, b);
  const bool same_phone = share_a_phone(a, b);
  if (!is_question(a, b, names, births, same_phone)) return out;
  if (!a.plain_code.empty() && a.plain_code == b.plain_code) {
    out.emplace_back(a.tax_code == b.tax_code ? "same_tax_code" : "same_tax_code_omocodia");
  }
  if (const char* word = word_of(names)) out.emplace_back(word);
  if (births == Births::same) out.emplace_back("same_birth_date");
  if (births == Births::turned) out.emplace_back("birth_day_month_swapped");
  if (births == Births::one_digit) out.emplace_back("birth_one_digit");
  if (same_phone) out.emplace_back("same_phone");
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Identities with_references(const AlikeInput& input, const schema::Alike& by) {
  Identities all = input.identities;
  for (const std::string& type : by.types) {
    for (const schema::RuleRecord* record : input.records.all(type)) {
      for (const sync::RecordId& id : references_in(*record, by.person)) all.join(record->id, id);
    }
  }
  return all;
}

std::vector<AlikeFound> find_people(const AlikeInput& input, const schema::Alike& by) {
  const Identities identities = with_references(input, by);
  const AlikeInput known{input.bundle, input.records, identities};
  std::vector<Person> people;
  for (const std::string& type : by.types) {
    for (const schema::RuleRecord* record : input.records.all(type)) {
      people.push_back(person_of(known, by, *record));
    }
  }
  std::map<std::string, std::vector<std::size_t>> neighbours;
  for (std::size_t i = 0; i < people.size(); ++i) {
    for (std::string& key : keys_of(people[i])) neighbours[std::move(key)].push_back(i);
  }
  std::map<IdentityEdge, AlikeFound> found;
  std::set<std::pair<std::size_t, std::size_t>> compared;
  for (const auto& [key, places] : neighbours) {
    if (places.size() > kNeighboursMax) continue;
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::size_t j = i + 1; j < places.size(); ++j) {
        const Person* a = &people[places[i]];
        const Person* b = &people[places[j]];
        if (a->identity == b->identity || !compared.emplace(places[i], places[j]).second) continue;
        std::vector<std::string> evidence = evidence_of(*a, *b);
        if (evidence.empty()) continue;
        if (b->record->id < a->record->id) std::swap(a, b);
        found.emplace(IdentityEdge{a->record->id, b->record->id},
                      AlikeFound{&by, {a->record, b->record}, std::move(evidence)});
      }
    }
  }
  std::vector<AlikeFound> out;
  for (auto& [ids, one] : found) out.push_back(std::move(one));
  return out;
}

}  // namespace insieme::reports
