#include "insieme/schema/heard.hpp"

#include <algorithm>
#include <iterator>

#include "insieme/schema/alike.hpp"

namespace insieme::schema {
namespace {

constexpr std::size_t kConsonantsMin = 3;  // Mario and Maria, Ada and Ida have fewer
constexpr char kAnyVowel = 'a';

bool is_vowel(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }

char coarse(char sound) {
  switch (sound) {
    case 'z':
    case 'S':
      return 's';
    case 'L':
      return 'l';
    case 'N':
      return 'n';
    default:
      return sound;
  }
}

/// Vowels that other languages' names are written with in Italy now so, now so.
bool vowels_mistaken(char a, char b) {
  if (a == b) return true;
  const auto pair = [a, b](char x, char y) { return (a == x && b == y) || (a == y && b == x); };
  return pair('a', 'e') || pair('e', 'i') || pair('o', 'u');
}

/// Whether the shorter run stands within the longer one: an unstressed vowel is often left out.
bool runs_mistaken(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  std::size_t taken = 0;
  for (const char c : b) {
    if (taken < a.size() && vowels_mistaken(a[taken], c)) ++taken;
  }
  return taken == a.size();
}

/// The vowels that `sound` begins with.
std::string_view vowels_of(std::string_view sound) {
  const auto end = std::find_if_not(sound.begin(), sound.end(), is_vowel);
  return sound.substr(0, static_cast<std::size_t>(end - sound.begin()));
}

/// One consonant after the other, with the vowels before it: strangers part early.
bool only_vowels_differ(std::string_view a, std::string_view b) {
  for (std::size_t consonants = 0;; ++consonants) {
    const std::string_view run_a = vowels_of(a);
    const std::string_view run_b = vowels_of(b);
    // Which vowel a name begins with says little: Oleksandr and Alexander.
    const bool mistaken =
        consonants == 0 ? run_a.empty() == run_b.empty() : runs_mistaken(run_a, run_b);
    if (!mistaken) return false;
    a.remove_prefix(run_a.size());
    b.remove_prefix(run_b.size());
    if (a.empty() || b.empty()) return a.empty() && b.empty() && consonants >= kConsonantsMin;
    if (a.front() != b.front()) return false;
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
}

bool one_letter_differs(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (a.size() < kHeardLettersMin || b.size() - a.size() > 1) return false;
  if (a.front() != b.front()) return false;
  std::size_t front = 0;
  while (front < a.size() && a[front] == b[front]) ++front;
  std::size_t back = 0;
  while (back < a.size() - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
  return b.size() - front - back <= 1;
}

}  // namespace

std::string heard_sound(std::string_view plain) {
  std::string sound = sound_of(plain);
  std::transform(sound.begin(), sound.end(), sound.begin(), coarse);
  sound.erase(std::unique(sound.begin(), sound.end()), sound.end());
  return sound;
}

std::string heard_bones(std::string_view sound) {
  std::string out;
  if (!sound.empty() && is_vowel(sound.front())) out.push_back(kAnyVowel);
  std::copy_if(sound.begin(), sound.end(), std::back_inserter(out),
               [](char c) { return !is_vowel(c); });
  return out;
}

Nearness nearness(std::string_view sound_a, std::string_view sound_b) {
  if (sound_a.empty() || sound_b.empty()) return Nearness::none;
  if (sound_a == sound_b) return Nearness::sound;
  if (one_letter_differs(sound_a, sound_b)) return Nearness::letter;
  return only_vowels_differ(sound_a, sound_b) ? Nearness::vowels : Nearness::none;
}

}  // namespace insieme::schema
