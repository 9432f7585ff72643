#pragma once
// What the two sign when a device is enrolled: the device, that it holds the key that it shows; the
// server, with its own key, so that a device knows whom it speaks to, also where TLS ends at a
// proxy, and learns the keys of certificates that will come.

#include <string>
#include <string_view>

#include "insieme/sync/digest.hpp"

namespace insieme::sync {

/// What a device asks to be enrolled with, as it stands in its JSON. Signed by the key that it
/// shows: a key or a replica id that was changed on its way would be bound for ever, and the device
/// itself kept out.
struct Application {
  std::string invitation;
  std::string device_public_key;
  std::string device_name;
  std::string replica;
};
[[nodiscard]] Digest digest_of(const Application& application);

/// The answer to an enrolment, as it stands in its JSON; ids and keys in their text forms.
struct Welcome {
  std::string device_public_key;  ///< whom it is for: 64 hexadecimal digits
  std::string device;
  std::string space;
  std::string space_name;
  std::string account;
  std::string display_name;
  std::string role;
  bool may_review = false;
  std::string pins;  ///< see `are_pins`; empty: the server does no TLS itself
};
[[nodiscard]] Digest digest_of(const Welcome& welcome);

/// What is signed when pins are told to a device that is enrolled.
[[nodiscard]] Digest digest_of_pins(std::string_view space, std::string_view pins);

/// 1 to 4 SHA-256 of public keys (SubjectPublicKeyInfo), 64 hexadecimal digits each, separated by
/// commas: of the certificate in use first, then of those that may follow.
[[nodiscard]] bool are_pins(std::string_view text) noexcept;

}  // namespace insieme::sync
