#include "words.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

#include "insieme/schema/civil.hpp"

namespace insieme::cli {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 24 * 60 * kMinuteMs;

Language& chosen() {
  static Language language = Language::it;
  return language;
}

}  // namespace

void set_language(Language language) { chosen() = language; }
Language language() { return chosen(); }

std::string when(std::string_view iso) {
  const auto instant = schema::instant_from_iso(iso);
  if (!instant) return std::string(iso);
  const std::int64_t ms = instant->ms + schema::rome_offset_minutes(*instant) * kMinuteMs;
  std::int64_t days = ms / kDayMs;
  std::int64_t rest = ms % kDayMs;
  if (rest < 0) {
    rest += kDayMs;
    --days;
  }
  const schema::Civil day = schema::civil_from_date({static_cast<std::int32_t>(days)});
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%02d/%02d/%04d %02d:%02d", day.day, day.month, day.year,
                static_cast<int>(rest / (60 * kMinuteMs)), static_cast<int>(rest / kMinuteMs % 60));
  return text.data();
}

std::string how_long_ago(std::string_view iso, std::int64_t now_ms) {
  const auto instant = schema::instant_from_iso(iso);
  if (!instant) return std::string(iso);
  const std::int64_t minutes = (now_ms - instant->ms) / kMinuteMs;
  if (now_ms < instant->ms || minutes > 7 * 24 * 60) return when(iso);
  if (minutes < 1) return tr("un momento fa", "a moment ago");
  const auto ago = [](std::int64_t number, const char* one, const char* many) {
    return std::to_string(number) + " " + (number == 1 ? one : many) + tr(" fa", " ago");
  };
  if (minutes < 60) return ago(minutes, tr("minuto", "minute"), tr("minuti", "minutes"));
  if (minutes < 48 * 60) return ago(minutes / 60, tr("ora", "hour"), tr("ore", "hours"));
  return ago(minutes / (24 * 60), tr("giorno", "day"), tr("giorni", "days"));
}

std::string count_of(std::string_view number, const char* one, const char* many) {
  return std::string(number) + " " + (number == "1" ? one : many);
}

std::string role_words(const std::string& role) {
  if (role == "educator") return tr("educatrice o educatore", "educator");
  if (role == "fellow") return tr("borsista", "fellow");
  if (role == "social_worker") return tr("assistente sociale", "social worker");
  if (role == "psychologist") return tr("psicologa o psicologo", "psychologist");
  if (role == "coordinator") return tr("coordinamento", "coordinator");
  if (role == "admin") return tr("amministrazione", "administration");
  return role;
}

std::string bytes_text(std::string_view bytes) {
  const double number = std::strtod(std::string(bytes).c_str(), nullptr);
  std::array<char, 40> text{};
  if (number < 1e6) {
    std::snprintf(text.data(), text.size(), "%.0f kB", number / 1e3);
  } else {
    std::snprintf(text.data(), text.size(), "%.1f MB", number / 1e6);
  }
  std::string shown = text.data();
  if (const auto point = shown.find('.');
      point != std::string::npos && language() == Language::it) {
    shown[point] = ',';
  }
  return shown;
}

}  // namespace insieme::cli
