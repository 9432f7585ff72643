#pragma once
// How a name is found by somebody who heard it and spells it otherwise: `Espozito` for Esposito,
// `Rizzo` for Risso, `Muhammad` for Mohamed. Looser than alike.hpp, whose findings are put before
// people unasked: here somebody is looking, and sees whatever comes as “like” what they typed.

#include <cstddef>
#include <string>
#include <string_view>

namespace insieme::schema {

/// Shorter sounds are a letter apart from too many.
inline constexpr std::size_t kHeardLettersMin = 5;

/// How near, from far to near.
enum class Nearness {
  none,
  vowels,  ///< the same consonants, three or more, and vowels that foreign names are spelt with
  letter,  ///< one letter of its sound more, less or other, but not the first; of kHeardLettersMin
  sound,   ///< the same for an Italian ear, which does not tell s from z, gl from l, gn from n
};

/// The sound of a plain name (alike.hpp), coarser than sound_of. For keys of an index.
[[nodiscard]] std::string heard_sound(std::string_view plain);
/// Its consonants, and whether a vowel stands before them. For keys of an index: names with equal
/// ones may be near each other.
[[nodiscard]] std::string heard_bones(std::string_view sound);
/// Of two sounds. Symmetric.
[[nodiscard]] Nearness nearness(std::string_view sound_a, std::string_view sound_b);

}  // namespace insieme::schema
