#pragma once
// Expressions in words.

#include <string>
#include <string_view>
#include <vector>

#include "rules/expression.hpp"

namespace insieme::schema::rules {

enum class Token : std::uint8_t { end, name, number, text, symbol };

struct Word {
  Token token = Token::end;
  std::size_t at = 0;
  std::string text;  ///< of a text: without quotes
};

/// All words, the last of which is `end`. False with `fault` if there is something else.
[[nodiscard]] bool split_words(std::string_view source, std::vector<Word>& words, Fault& fault);

}  // namespace insieme::schema::rules
