#pragma once
// Records that may be one thing written twice, or two that get in each other's way: which the
// bundle looks for (`alike` under rules/), and how names are compared. A likeness is a question for
// a person, never a merge.

#include <string>
#include <string_view>
#include <vector>

#include "insieme/schema/types.hpp"

namespace insieme::schema {

enum class AlikeMethod {
  people,      ///< names, date of birth, tax code, telephones
  households,  ///< dossiers that share people
  overlap,     ///< periods that meet
};

struct Alike {
  std::string name;  ///< unique in the bundle, rules included
  AlikeMethod method = AlikeMethod::people;
  std::string kind;                ///< code of the list `finding_kinds`
  std::vector<std::string> types;  ///< of the records compared, each with each; never empty
  // people: names of fields that each of the types has; those after given_names may be empty
  std::string surname;
  std::string given_names;
  std::string birth_date;
  std::string tax_code;
  std::string phones;
  std::string sex;
  std::string person;  ///< a reference by which a record says itself who it is about
  // households: `through` names an entry of method people
  std::string through;
  // overlap: `from` and `to` are dates (the last day counts) or instants. Without `to`: so many
  // `minutes`, or for dates without end
  std::string from;
  std::string to;
  std::string minutes;
  std::vector<std::string> equal;  ///< fields that must show the same
  std::string shares;              ///< references, at least one of which both have
  std::string differs;             ///< a field that both fill in, differently
  Label message;
  Label remedy;
  std::string source;
  std::vector<std::string> rows;  ///< of the domain's inventory, such as `S038`
};

/// How near two names are, from far to near.
enum class Likeness {
  none,
  letter,  ///< one letter more, less, other, or two that changed places; of five letters or more
  sound,  ///< they sound the same in Italian, or differ only in vowels of a foreign name's spelling
  same,   ///< but for case, accents, spaces and apostrophes
};

/// Letters only, in lower case without accents: `D'Angelò` becomes `dangelo`. Letters of other
/// scripts stay as they are.
[[nodiscard]] std::string plain_name(std::string_view name);
/// How a plain name sounds in Italian, roughly: `chiara` and `kiara`, `giovanni` and `giovani`,
/// `cattaneo` and `cataneo` are one each. For keys of an index; means nothing by itself.
[[nodiscard]] std::string sound_of(std::string_view plain);
/// Symmetric. An empty name is like no other.
[[nodiscard]] Likeness compare_names(std::string_view a, std::string_view b);
/// As compare_names, but of names of which one may leave some out: `Maria Grazia` and `Maria` are
/// the same.
[[nodiscard]] Likeness compare_given_names(std::string_view a, std::string_view b);

}  // namespace insieme::schema
