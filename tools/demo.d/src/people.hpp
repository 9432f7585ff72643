#pragma once
// The people of the demonstration: invented, generated from a fixed seed. Only their numbers are
// those of the Val d'Enza project.

#include <string>
#include <vector>

#include "chance.hpp"

namespace insieme::demo {

struct Person {
  std::string surname;
  std::string given_names;
  std::string sex;         ///< F, M
  std::string birth_date;  ///< ISO
  std::string relation;    ///< code list family_relations
  std::string employment;  ///< at intake: code list employment_states
  std::string school;      ///< code list schools; empty for adults
};

struct Household {
  std::string name;
  std::string commune;  ///< six digits
  std::string commune_name;
  std::string housing;
  std::vector<std::string> typologies;
  std::string intake_date;
  bool new_to_services = false;
  std::vector<Person> people;
};

struct Commune {
  const char* code;
  const char* name;
};
/// The eight of the Unione Val d'Enza.
[[nodiscard]] const std::vector<Commune>& communes();

inline constexpr std::size_t kPeople = 66;
inline constexpr std::size_t kInWork = 4;

/// 24 households, 66 people of whom 4 in work, three in every commune. The first eight have a
/// parent and a child, for the story.
[[nodiscard]] std::vector<Household> make_households(Chance& chance);

/// `2021-06-01` and `days` later.
[[nodiscard]] std::string day_after(const std::string& date, int days);

}  // namespace insieme::demo
