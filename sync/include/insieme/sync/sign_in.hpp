#pragma once
// What a client tells a server when a person begins to sign in, of the secret that it keeps until
// the browser has come back: whoever gets hold of what the browser brings has nothing without it.

#include <string_view>

#include "insieme/sync/digest.hpp"

namespace insieme::sync {

/// `verifier`: 32 to 128 characters, drawn at random for this sign-in alone.
[[nodiscard]] inline Digest sign_in_challenge(std::string_view verifier) {
  return Hasher("insieme sign-in v1").add(verifier).finish();
}

}  // namespace insieme::sync
