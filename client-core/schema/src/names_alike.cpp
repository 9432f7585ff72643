#include <algorithm>
#include <array>

#include "insieme/schema/alike.hpp"
#include "insieme/schema/text.hpp"

namespace insieme::schema {
namespace {

bool is_one_of(char c, std::string_view letters) {
  return letters.find(c) != std::string_view::npos;
}
bool is_soft(char c) { return is_one_of(c, "eiy"); }
bool is_vowel(char c) { return is_one_of(c, "aeiou"); }

struct Spelling {
  std::string_view letters;
  std::string_view sound;
};
/// Spellings that Italian, or whoever wrote a foreign name down in Italy, uses for one sound. The
/// first that fits is taken.
constexpr std::array<Spelling, 18> kSpellings{{
    {"sch", "sk"},
    {"ch", "k"},
    {"gh", "g"},
    {"ck", "k"},
    {"sh", "S"},
    {"ph", "f"},
    {"th", "t"},
    {"dh", "d"},
    {"kh", "k"},
    {"gn", "N"},
    {"ou", "u"},
    {"oo", "u"},
    {"qu", "ku"},
    {"q", "k"},
    {"w", "v"},
    {"x", "ks"},
    {"y", "i"},
    {"j", "i"},
}};

/// c, g and sc before e and i, and gl before i: a letter of their own, and the i is silent before
/// another vowel. How many letters that takes; 0 if it is none of them.
std::size_t take_soft(std::string_view rest, std::string& out) {
  std::size_t taken = 0;
  if (rest.size() > 2 && rest.substr(0, 2) == "sc" && is_soft(rest[2])) {
    out.push_back('S');
    taken = 2;
  } else if (rest.size() > 2 && rest.substr(0, 2) == "gl" && rest[2] == 'i') {
    out.push_back('L');
    taken = 2;
  } else if (rest.size() > 1 && is_one_of(rest[0], "cg") && is_soft(rest[1])) {
    out.push_back(rest[0] == 'c' ? 'C' : 'J');
    taken = 1;
  }
  const bool silent =
      taken != 0 && rest.size() > taken + 1 && rest[taken] == 'i' && is_vowel(rest[taken + 1]);
  return silent ? taken + 1 : taken;
}

/// Consonants alone, and the first letter: what is left of `Mohamed` and `Muhammad`.
std::string skeleton_of(std::string_view sound) {
  std::string out;
  for (std::size_t i = 0; i < sound.size(); ++i) {
    if (i == 0 || !is_vowel(sound[i])) out.push_back(sound[i]);
  }
  return out;
}

/// Whether one edit makes one of the other: a letter more, less, another, or two that changed
/// places (Damerau 1964).
bool is_one_letter(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);
  if (a.size() - b.size() > 1) return false;
  std::size_t front = 0;
  while (front < b.size() && a[front] == b[front]) ++front;
  std::size_t back = 0;
  while (back < b.size() - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
  const std::string_view left_a = a.substr(front, a.size() - front - back);
  const std::string_view left_b = b.substr(front, b.size() - front - back);
  if (left_a.size() <= 1) return true;
  return left_a.size() == 2 && left_b.size() == 2 && left_a[0] == left_b[1] &&
         left_a[1] == left_b[0];
}

std::vector<std::string> words_of(std::string_view names) {
  std::vector<std::string> words;
  while (!names.empty()) {
    const std::size_t end = names.find_first_of(" ,;-");
    std::string word = plain_name(names.substr(0, end));
    if (!word.empty()) words.push_back(std::move(word));
    if (end == std::string_view::npos) break;
    names.remove_prefix(end + 1);
  }
  return words;
}

Likeness compare_plain(std::string_view a, std::string_view b) {
  constexpr std::size_t kLettersMin = 5;     // shorter ones are a letter apart from too many
  constexpr std::size_t kConsonantsMin = 3;  // Mario and Maria, Ada and Ida have fewer
  if (a.empty() || b.empty()) return Likeness::none;
  if (a == b) return Likeness::same;
  const std::string sound_a = sound_of(a);
  const std::string sound_b = sound_of(b);
  if (sound_a == sound_b) return Likeness::sound;
  const std::string bones = skeleton_of(sound_a);
  if (bones.size() >= kConsonantsMin && bones == skeleton_of(sound_b)) return Likeness::sound;
  const bool long_enough = std::min(a.size(), b.size()) >= kLettersMin;
  return long_enough && is_one_letter(a, b) ? Likeness::letter : Likeness::none;
}

}  // namespace

std::string plain_name(std::string_view name) {
  const std::string folded = fold_case(fold_accents(compose_nfc(name)));
  std::string out;
  for (const char c : folded) {
    const bool other_script = static_cast<unsigned char>(c) >= 0x80;
    if (other_script || (c >= 'a' && c <= 'z')) out.push_back(c);
  }
  return out;
}

std::string sound_of(std::string_view plain) {
  std::string out;
  for (std::string_view rest = plain; !rest.empty();) {
    if (const std::size_t taken = take_soft(rest, out); taken != 0) {
      rest.remove_prefix(taken);
      continue;
    }
    const auto* spelling = std::find_if(
        kSpellings.begin(), kSpellings.end(),
        [rest](const Spelling& one) { return rest.substr(0, one.letters.size()) == one.letters; });
    if (spelling != kSpellings.end()) {
      out += spelling->sound;
      rest.remove_prefix(spelling->letters.size());
      continue;
    }
    const char c = rest.front();
    if (c == 'c') {
      out.push_back('k');
    } else if (c != 'h') {
      out.push_back(c);
    }
    rest.remove_prefix(1);
  }
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Likeness compare_names(std::string_view a, std::string_view b) {
  return compare_plain(plain_name(a), plain_name(b));
}

Likeness compare_given_names(std::string_view a, std::string_view b) {
  const Likeness whole = compare_names(a, b);
  const auto words_a = words_of(a);
  const auto words_b = words_of(b);
  const bool both_several = words_a.size() > 1 && words_b.size() > 1;
  if (whole == Likeness::same || both_several || words_a.empty() || words_b.empty()) return whole;
  return std::max(whole, compare_plain(words_a.front(), words_b.front()));
}

}  // namespace insieme::schema
