#pragma once
// The language of the person at the terminal, and what depends on it.

#include <cstdint>
#include <string>
#include <string_view>

namespace insieme::cli {

enum class Language { it, en };

/// Set once, from the command line or INSIEME_LANG, before anything is said.
void set_language(Language language);
[[nodiscard]] Language language();
[[nodiscard]] inline const char* tr(const char* it, const char* en) {
  return language() == Language::it ? it : en;
}

/// `01/06/2021 10:30` as in Rome, from the API's ISO time; unreadable ones as they are.
[[nodiscard]] std::string when(std::string_view iso);
/// `3 minuti fa`, `2 hours ago`; the date beyond a week, or if it lies ahead.
[[nodiscard]] std::string how_long_ago(std::string_view iso, std::int64_t now_ms);
/// `1 modifica`, `3 modifiche`.
[[nodiscard]] std::string count_of(std::string_view number, const char* one, const char* many);
/// What a role of the server's defaults is called; others, which a service adds, as they are.
[[nodiscard]] std::string role_words(const std::string& role);
[[nodiscard]] std::string bytes_text(std::string_view bytes);

}  // namespace insieme::cli
