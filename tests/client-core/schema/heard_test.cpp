// Which misspelt names find which, and which find nothing of each other.
#include <array>

#include "insieme/schema/alike.hpp"
#include "insieme/schema/heard.hpp"
#include "support/catch.hpp"

using namespace insieme::schema;

namespace {

struct Case {
  const char* typed;
  const char* meant;
  Nearness near;
};

constexpr std::array<Case, 52> kNames{{
    // double consonants
    {"Cataneo", "Cattaneo", Nearness::sound},
    {"Giovani", "Giovanni", Nearness::sound},
    {"Rosi", "Rossi", Nearness::sound},
    {"Bellini", "Belini", Nearness::sound},
    // s and z
    {"Espozito", "Esposito", Nearness::sound},
    {"Risso", "Rizzo", Nearness::sound},
    {"Gonzales", "Gonsales", Nearness::sound},
    {"Zanini", "Sanini", Nearness::sound},
    // c, ch, k, q
    {"Kiara", "Chiara", Nearness::sound},
    {"Karlo", "Carlo", Nearness::sound},
    {"Pascuale", "Pasquale", Nearness::sound},
    {"Bianci", "Bianchi", Nearness::letter},
    // gl and li, gn and ni
    {"Battalia", "Battaglia", Nearness::letter},
    {"Pulia", "Puglia", Nearness::none},  // four letters as it sounds: too short
    {"Bolonesi", "Bolognesi", Nearness::sound},
    {"Agniese", "Agnese", Nearness::letter},
    {"Colia", "Coglia", Nearness::none},
    // sc, h, y, j, w, x
    {"Scimone", "Simone", Nearness::sound},
    {"Jacopo", "Iacopo", Nearness::sound},
    {"Yasmine", "Iasmine", Nearness::sound},
    {"Valter", "Walter", Nearness::sound},
    {"Aleks", "Alex", Nearness::sound},
    {"Filip", "Philip", Nearness::sound},
    // a slip of the pen
    {"Expocito", "Esposito", Nearness::none},
    {"Esposto", "Esposito", Nearness::letter},
    {"Ferarri", "Ferrari", Nearness::sound},
    {"Colonbo", "Colombo", Nearness::letter},
    {"Marchetti", "Marchetto", Nearness::letter},
    {"Fontanna", "Fontana", Nearness::sound},
    // foreign names
    {"Mohamed", "Muhammad", Nearness::vowels},
    {"Mohammed", "Mohamed", Nearness::sound},
    {"Mohamed", "Mohmed", Nearness::letter},
    {"Oleksandr", "Alexander", Nearness::vowels},
    {"Hussein", "Hussain", Nearness::letter},
    {"Ahmed", "Ahmad", Nearness::none},  // two consonants after the vowel
    {"Xhafer", "Jafar", Nearness::none},
    {"Shehu", "Sehu", Nearness::sound},
    {"Kowalski", "Kovalsky", Nearness::sound},
    // strangers
    {"Rossi", "Bossi", Nearness::none},
    {"Rossi", "Rossa", Nearness::none},
    {"Rossi", "Russo", Nearness::none},
    {"Conti", "Monti", Nearness::none},
    {"Marino", "Morena", Nearness::none},
    {"Marino", "Merano", Nearness::none},
    {"Esposito", "Aspesi", Nearness::none},
    {"Bianchi", "Bianco", Nearness::letter},
    {"Anna", "Anita", Nearness::none},
    {"Luca", "Luce", Nearness::none},
    {"Ferrari", "Ferraro", Nearness::letter},
    {"Ferrari", "Ferrante", Nearness::none},
    {"Costa", "Castelli", Nearness::none},
    {"", "Rossi", Nearness::none},
}};

std::string sound(const char* name) { return heard_sound(plain_name(name)); }

}  // namespace

TEST_CASE("heard names: a misspelt name is near the one that is meant, and no stranger is",
          "[schema][search]") {
  for (const Case& one : kNames) {
    INFO(one.typed << " / " << one.meant << ": " << sound(one.typed) << " / " << sound(one.meant));
    CHECK(nearness(sound(one.typed), sound(one.meant)) == one.near);
    CHECK(nearness(sound(one.meant), sound(one.typed)) == one.near);
  }
}

TEST_CASE("heard names: names whose vowels alone differ have the same bones", "[schema][search]") {
  for (const Case& one : kNames) {
    if (one.near != Nearness::vowels) continue;
    INFO(one.typed);
    CHECK(heard_bones(sound(one.typed)) == heard_bones(sound(one.meant)));
  }
}
