#include "rules/lexer.hpp"

namespace insieme::schema::rules {

namespace {

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_name_start(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_name_part(char c) noexcept { return is_name_start(c) || is_digit(c) || c == '_'; }

/// The symbol that `rest` begins with, the longer ones first; empty if none.
std::string_view symbol_at(std::string_view rest) noexcept {
  for (const std::string_view two : {"!=", "<=", ">="}) {
    if (rest.substr(0, 2) == two) return rest.substr(0, 2);
  }
  constexpr std::string_view kOne = "=<>+-*().,:[]";
  return kOne.find(rest[0]) == std::string_view::npos ? std::string_view{} : rest.substr(0, 1);
}

}  // namespace

bool split_words(std::string_view source, std::vector<Word>& words, Fault& fault) {
  std::size_t at = 0;
  while (at < source.size()) {
    if (is_space(source[at])) {
      ++at;
      continue;
    }
    const std::size_t start = at;
    const bool sign = source[at] == '$' && at + 1 < source.size();
    if (is_name_start(source[sign ? at + 1 : at])) {
      if (sign) ++at;
      while (at < source.size() && is_name_part(source[at])) ++at;
      words.push_back({Token::name, start, std::string(source.substr(start, at - start))});
    } else if (is_digit(source[at])) {
      while (at < source.size() && is_digit(source[at])) ++at;
      if (at + 1 < source.size() && source[at] == '.' && is_digit(source[at + 1])) {
        for (++at; at < source.size() && is_digit(source[at]);) ++at;
      }
      words.push_back({Token::number, start, std::string(source.substr(start, at - start))});
    } else if (source[at] == '\'') {
      const std::size_t close = source.find('\'', at + 1);
      if (close == std::string_view::npos) {
        fault = {start, "the quote is not closed"};
        return false;
      }
      words.push_back({Token::text, start, std::string(source.substr(at + 1, close - at - 1))});
      at = close + 1;
    } else if (const std::string_view symbol = symbol_at(source.substr(at)); !symbol.empty()) {
      words.push_back({Token::symbol, start, std::string(symbol)});
      at += symbol.size();
    } else {
      fault = {start, "a character that expressions do not use"};
      return false;
    }
  }
  words.push_back({Token::end, source.size(), {}});
  return true;
}

}  // namespace insieme::schema::rules
