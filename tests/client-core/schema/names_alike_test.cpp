// How names are compared: what Italian offices mistake for each other, and what they do not.
#include <array>

#include "insieme/schema/alike.hpp"
#include "support/catch.hpp"

using namespace insieme::schema;

namespace {

struct Case {
  const char* a;
  const char* b;
  Likeness likeness;
};

constexpr std::array<Case, 31> kNames{{
    {"Rossi", "ROSSI", Likeness::same},
    {"D'Angelò", "dangelo", Likeness::same},
    {"De Luca", "DELUCA", Likeness::same},
    {"Niccolò", "Niccolo'", Likeness::same},
    {"Chiara", "Kiara", Likeness::sound},
    {"Giovanni", "Giovani", Likeness::sound},
    {"Cattaneo", "Cataneo", Likeness::sound},
    {"Jacopo", "Iacopo", Likeness::sound},
    {"Philip", "Filip", Likeness::sound},
    {"Yasmine", "Iasmine", Likeness::sound},
    {"Walter", "Valter", Likeness::sound},
    {"Pasquale", "Paskuale", Likeness::sound},
    {"Mohamed", "Muhammad", Likeness::sound},
    {"Mohammed", "Mohamed", Likeness::sound},
    {"Hussein", "Hussain", Likeness::sound},
    {"Sciascia", "Shasha", Likeness::sound},
    {"Bianchi", "Bianci", Likeness::letter},
    {"Ferrari", "Ferrati", Likeness::letter},
    {"Martini", "Marrini", Likeness::letter},
    {"Colombo", "Colmobo", Likeness::sound},
    {"Esposito", "Espsito", Likeness::sound},
    {"Mario", "Maria", Likeness::letter},
    {"Luca", "Luce", Likeness::none},
    {"Rossi", "Russi", Likeness::letter},
    {"Rossi", "Bianchi", Likeness::none},
    {"Celli", "Kelli", Likeness::letter},
    {"Anna", "Anita", Likeness::none},
    {"", "", Likeness::none},
    {"Rossi", "", Likeness::none},
    {"李", "李", Likeness::same},
    {"李", "王", Likeness::none},
}};

}  // namespace

TEST_CASE("names: what is mistaken for each other, and what is not", "[schema][alike]") {
  for (const Case& one : kNames) {
    INFO(one.a << " / " << one.b << ": " << sound_of(plain_name(one.a)) << " / "
               << sound_of(plain_name(one.b)));
    CHECK(compare_names(one.a, one.b) == one.likeness);
    CHECK(compare_names(one.b, one.a) == one.likeness);
  }
}

TEST_CASE("names: of given names some may be left out", "[schema][alike]") {
  CHECK(compare_given_names("Maria Grazia", "Maria") == Likeness::same);
  CHECK(compare_given_names("Maria", "Maria Grazia") == Likeness::same);
  CHECK(compare_given_names("Maria Grazia", "Maria Luisa") == Likeness::none);
  CHECK(compare_given_names("Giovanni Battista", "Giovanbattista") == Likeness::sound);
  CHECK(compare_given_names("Maria Grazia", "MARIAGRAZIA") == Likeness::same);
  CHECK(compare_given_names("Anna", "Luca Anna") == Likeness::none);
  CHECK(compare_given_names(" ", "Anna") == Likeness::none);
}
