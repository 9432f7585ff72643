// From two texts to the edits between them, and UTF-8 that is none.
#include <rapidcheck.h>

#include <random>

#include "insieme/sync/limits.hpp"
#include "insieme/sync/value.hpp"
#include "support/catch.hpp"
#include "text_samples.hpp"

namespace insieme::sync {
namespace {

using Splices = std::vector<Splice>;

/// What every diff must be, however it was found.
bool is_sound(const std::string& before, const std::string& after) {
  const Splices splices = diff_text(before, after);
  if (splice_text(before, splices) != after) return false;
  if (splices.size() > kSplicesPerOpMax) return false;
  std::size_t inserted = 0;
  std::uint64_t removed = 0;
  for (const Splice& splice : splices) {
    if (splice.inserted.size() > kSpliceBytesMax) return false;
    if (splice.inserted.empty() && splice.removed == 0) return false;
    inserted += splice.inserted.size();
    removed += splice.removed;
  }
  return inserted <= after.size() && removed <= count_code_points(before);
}

std::string random_words(std::mt19937& random, std::size_t count) {
  static const char* const kWords[] = {"visita", "madre", "padre", "oggi",  "perché", "e",
                                       "non",    "casa",  "Ñandú", "👩‍👧", "e\u0301"};
  static const char* const kGaps[] = {" ", ", ", ". ", "\n", ""};
  std::string text;
  for (; count > 0; --count) {
    text += kWords[random() % 11];
    text += kGaps[random() % 5];
  }
  return text;
}

TEST_CASE("diff: splicing the difference gives the other text", "[sync][text]") {
  REQUIRE(rc::check("random characters", [](std::uint32_t seed) {
    std::mt19937 random(seed);
    const std::string before = testing::random_text(random, 40);
    RC_ASSERT(is_sound(before, testing::random_text(random, 40)));
    RC_ASSERT(is_sound(before, splice_text(before, testing::random_splices(random))));
  }));
  std::mt19937 random(7);
  for (int i = 0; i < 3'000; ++i) {
    const std::string before = random_words(random, random() % 60);
    std::string after = before;
    for (std::size_t n = random() % 4; n > 0; --n) {
      Splice splice;
      splice.position = static_cast<std::uint32_t>(random() % 200);
      splice.removed = static_cast<std::uint32_t>(random() % 12);
      splice.inserted = random_words(random, random() % 3);
      after = splice_text(after, {splice});
    }
    INFO(before << "\n-- to --\n" << after);
    REQUIRE(is_sound(before, after));
    REQUIRE(is_sound(after, random_words(random, random() % 60)));
  }
}

TEST_CASE("diff: edits are as few and small as a person made them", "[sync][text]") {
  REQUIRE(diff_text("same", "same").empty());
  REQUIRE(diff_text("", "new") == Splices{{0, 0, "new"}});
  REQUIRE(diff_text("old", "") == Splices{{0, 3, ""}});
  REQUIRE(diff_text("the cat", "the big cat") == Splices{{4, 0, "big "}});
  REQUIRE(diff_text("asistnte socile", "assistente sociale") ==
          Splices{{2, 0, "s"}, {6, 0, "e"}, {15, 0, "a"}});
  REQUIRE(diff_text("visita del 3 marzo: tutto bene", "visita del 4 aprile: tutto molto bene") ==
          Splices{{11, 7, "4 aprile"}, {26, 0, " molto"}});
  // Letters that two words share by chance were not kept.
  REQUIRE(diff_text("rent paid.", "lease due.") == Splices{{0, 9, "lease due"}});
}

TEST_CASE("diff: edits keep combining marks, joiners and flags with their base", "[sync][text]") {
  REQUIRE(diff_text("e", "e\u0301") == Splices{{0, 1, "e\u0301"}});
  REQUIRE(diff_text("xe\u0301y", "xe\u0300y") == Splices{{1, 2, "e\u0300"}});
  REQUIRE(diff_text("👩‍👧", "👩‍👦") == Splices{{0, 3, "👩‍👦"}});
  REQUIRE(diff_text("👍🏻", "👍🏿") == Splices{{0, 2, "👍🏿"}});
  REQUIRE(diff_text("🇮🇹", "🇮🇪") == Splices{{0, 2, "🇮🇪"}});
  // The same first bytes, another character.
  REQUIRE(diff_text("\u00e8", "\u00e9") == Splices{{0, 1, "\u00e9"}});
  REQUIRE(diff_text("\u4e00\u4e01", "\u4e00\u4e02") == Splices{{1, 1, "\u4e02"}});
}

TEST_CASE("diff: large and unlike texts stay within the limits", "[sync][text]") {
  std::mt19937 random(1);
  const std::string before = random_words(random, 40'000);
  REQUIRE(is_sound(before, random_words(random, 40'000)));
  REQUIRE(is_sound("", std::string(kTextBytesMax, 'x')));
  std::string wide;
  while (wide.size() + 3 <= kTextBytesMax) wide += "\u20ac";
  REQUIRE(is_sound("a", wide));
  REQUIRE(is_sound(wide, std::string(kTextBytesMax, 'x')));
  // A word changed here and there in a long text, up to more than are looked for.
  for (const std::size_t step : {20'000UL, 2'000UL, 100UL}) {
    std::string after = before;
    for (std::size_t at = step; at < after.size(); at += step) {
      if (after[at] >= 'a' && after[at] <= 'z') after[at] = 'z';
    }
    REQUIRE(is_sound(before, after));
  }
}

TEST_CASE("diff: bytes that are not UTF-8 lead nowhere", "[sync][text]") {
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string before;
    std::string after;
    for (std::size_t n = random() % 12; n > 0; --n) before.push_back(static_cast<char>(random()));
    for (std::size_t n = random() % 12; n > 0; --n) after.push_back(static_cast<char>(random()));
    if (random() % 2 == 0) after = before + after;
    (void)splice_text(before, diff_text(before, after));
  }
}

TEST_CASE("text: bytes that are not UTF-8 count as one code point each", "[sync][text]") {
  REQUIRE(count_code_points("") == 0);
  REQUIRE(count_code_points("a\u00e8\u20ac\U0001f469") == 4);
  REQUIRE(count_code_points("\xff\xc3") == 2);
  // Wherever the first letter that is not ASCII stands in a word of eight bytes, or across two.
  for (std::size_t ascii = 0; ascii < 20; ++ascii) {
    const std::string before(ascii, 'a');
    const std::string text = before + "\u00e8\u20ac\U0001f469" + std::string(20 - ascii, 'b');
    REQUIRE(count_code_points(text) == 23);
    REQUIRE(is_valid_utf8(text));
    REQUIRE_FALSE(is_valid_utf8(before + "\xff" + std::string(20 - ascii, 'b')));
    const auto cut = static_cast<std::uint32_t>(ascii + 3);
    REQUIRE(splice_text(text, {{cut, 20 - static_cast<std::uint32_t>(ascii), ""}}) ==
            before + "\u00e8\u20ac\U0001f469");
  }
  REQUIRE(count_code_points("\xed\xa0\x80") == 3);    // a surrogate half
  REQUIRE(count_code_points("\xc0\xaf") == 2);        // overlong
  REQUIRE(count_code_points("\xf0\x9f\x91") == 3);    // cut short
  REQUIRE(splice_text("\xf0\x9f\x91z", {{3, 1, "y"}}) == "\xf0\x9f\x91y");
  // In a text they are replaced, so that what it holds is always UTF-8.
  TextState state;
  TextEvent event;
  event.dot = {testing::replica(1), 1, 0};
  event.splices = {{0, 0, "a\xff" "b\xe2\x82"}};
  REQUIRE(testing::apply(state, event).ok());
  REQUIRE(state.text() == "a\ufffdb\ufffd\ufffd");
  REQUIRE(state.length() == 5);
}

}  // namespace
}  // namespace insieme::sync
