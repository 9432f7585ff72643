#include "lock/pin_rules.hpp"

#include <algorithm>
#include <array>

namespace insieme::client::lock {
namespace {

using commands::Check;
using commands::Done;
using commands::Failure;

Failure weak(const char* it, const char* en) { return {"pin_weak", it, en, "pin"}; }

/// The same distance from each to the next, after 9 comes 0: 111111, 123456, 987654, 024680.
bool is_even_walk(std::string_view pin) {
  const auto step = [&](std::size_t i) { return (pin[i] - pin[i - 1] + 130) % 10; };
  for (std::size_t i = 2; i < pin.size(); ++i) {
    if (step(i) != step(1)) return false;
  }
  return true;
}

/// 121212, 123123, abcabc.
bool repeats_itself(std::string_view pin) {
  for (std::size_t part = 1; part <= pin.size() / 2; ++part) {
    if (pin.size() % part != 0) continue;
    bool same = true;
    for (std::size_t i = part; i < pin.size() && same; ++i) same = pin[i] == pin[i - part];
    if (same) return true;
  }
  return false;
}

/// 112233, 332211: pairs in a row; and what fingers draw on the keys.
bool is_well_known(std::string_view pin) {
  constexpr std::array kKnown{"112233", "332211", "223344", "445566", "123321", "123654",
                              "147258", "159753", "147852", "258369", "369258", "789456",
                              "456789", "102030", "112358", "314159", "666999", "520131",
                              "qwerty", "qwertz", "asdfgh", "insieme", "password"};
  return std::any_of(kKnown.begin(), kKnown.end(), [&](const char* one) { return pin == one; });
}

}  // namespace

Check check_pin(std::string_view pin) {
  if (pin.size() < kPinCharactersMin) {
    return weak("Il PIN deve avere almeno 6 cifre o lettere.",
                "The PIN needs at least 6 digits or letters.");
  }
  if (pin.size() > kPinBytesMax) {
    return weak("Il PIN può avere al massimo 64 cifre o lettere.",
                "The PIN may have at most 64 digits or letters.");
  }
  if (!std::all_of(pin.begin(), pin.end(), [](char c) { return c >= ' ' && c <= '~'; })) {
    return weak("Nel PIN vanno solo cifre, lettere senza accento e segni.",
                "A PIN has digits, letters without accents and signs only.");
  }
  if (is_even_walk(pin)) {
    return weak("Così il PIN si indovina subito: non cifre uguali o in fila (111111, 123456).",
                "Such a PIN is guessed at once: no equal digits, none in a row (111111, 123456).");
  }
  if (repeats_itself(pin)) {
    return weak("Così il PIN si indovina subito: non lo stesso pezzo ripetuto (121212, 123123).",
                "Such a PIN is guessed at once: not the same part again (121212, 123123).");
  }
  if (is_well_known(pin)) {
    return weak("Questo PIN è tra i primi che si provano: sceglierne un altro.",
                "This PIN is among the first that are tried: choose another.");
  }
  return Done{};
}

std::int64_t wait_after_ms(std::uint32_t failed) noexcept {
  constexpr std::array<std::int64_t, 12> kSeconds{0, 0, 0, 0, 0, 30, 60, 120, 300, 600, 1800, 3600};
  return kSeconds[std::min<std::size_t>(failed, kSeconds.size() - 1)] * 1000;
}

std::string wait_text(std::int64_t ms, schema::Language language) {
  const bool it = language == schema::Language::it;
  const std::int64_t seconds = (ms + 999) / 1000;
  const auto text = [](std::int64_t n, const char* one, const char* many) {
    return std::to_string(n) + " " + (n == 1 ? one : many);
  };
  if (seconds < 90) {
    return text(seconds, it ? "secondo" : "second", it ? "secondi" : "seconds");
  }
  return text((seconds + 59) / 60, it ? "minuto" : "minute", it ? "minuti" : "minutes");
}

}  // namespace insieme::client::lock
