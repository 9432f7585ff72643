#include "insieme/sync/welcome.hpp"

#include <algorithm>

namespace insieme::sync {
namespace {

constexpr std::size_t kPinDigits = 64;
constexpr std::size_t kPinsMax = 4;

bool is_hex(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

Digest digest_of(const Application& application) {
  Hasher hasher("insieme application v1");
  hasher.add(std::string_view(application.invitation))
      .add(std::string_view(application.device_public_key))
      .add(std::string_view(application.device_name))
      .add(std::string_view(application.replica));
  return hasher.finish();
}

Digest digest_of(const Welcome& welcome) {
  Hasher hasher("insieme enrolment v1");
  hasher.add(std::string_view(welcome.device_public_key))
      .add(std::string_view(welcome.device))
      .add(std::string_view(welcome.space))
      .add(std::string_view(welcome.space_name))
      .add(std::string_view(welcome.account))
      .add(std::string_view(welcome.display_name))
      .add(std::string_view(welcome.role))
      .add(std::uint64_t{welcome.may_review ? 1U : 0U})
      .add(std::string_view(welcome.pins));
  return hasher.finish();
}

Digest digest_of_pins(std::string_view space, std::string_view pins) {
  return Hasher("insieme pins v1").add(space).add(pins).finish();
}

bool are_pins(std::string_view text) noexcept {
  for (std::size_t count = 1; count <= kPinsMax; ++count) {
    const std::string_view pin = text.substr(0, kPinDigits);
    if (pin.size() != kPinDigits || !std::all_of(pin.begin(), pin.end(), is_hex)) return false;
    if (text.size() == kPinDigits) return true;
    if (text[kPinDigits] != ',') return false;
    text.remove_prefix(kPinDigits + 1);
  }
  return false;
}

}  // namespace insieme::sync
