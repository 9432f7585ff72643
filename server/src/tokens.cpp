#include "insieme/server/tokens.hpp"

#include <algorithm>

namespace insieme::server {
namespace {

sync::Digest hash_of(std::string_view domain, std::string_view secret) {
  return sync::Hasher(domain).add(secret).finish();
}

}  // namespace

void Tokens::put_nonce(const sync::DeviceId& device, std::string_view nonce,
                       std::int64_t expires_ms) {
  const sync::Digest hash = hash_of("insieme nonce v1", nonce);
  const std::lock_guard lock(mutex_);
  std::deque<Secret>& own = nonces_[device];
  if (own.size() >= kNoncesPerDeviceMax) own.pop_front();
  own.push_back({hash, expires_ms});
}

bool Tokens::take_nonce(const sync::DeviceId& device, std::string_view nonce,
                        std::int64_t now_ms) {
  const sync::Digest hash = hash_of("insieme nonce v1", nonce);
  const std::lock_guard lock(mutex_);
  const auto own = nonces_.find(device);
  if (own == nonces_.end()) return false;
  const auto at = std::find_if(own->second.begin(), own->second.end(),
                               [&hash](const Secret& secret) { return secret.hash == hash; });
  if (at == own->second.end()) return false;
  const bool valid = now_ms < at->expires_ms;
  own->second.erase(at);
  if (own->second.empty()) nonces_.erase(own);
  return valid;
}

void Tokens::put_token(const sync::DeviceId& device, std::string_view token,
                       std::int64_t expires_ms) {
  const sync::Digest hash = hash_of("insieme access token v1", token);
  const std::lock_guard lock(mutex_);
  std::deque<sync::Digest>& own = tokens_of_[device];
  if (own.size() >= kTokensPerDeviceMax) {
    tokens_.erase(own.front());
    own.pop_front();
  }
  own.push_back(hash);
  tokens_[hash] = {device, expires_ms};
}

std::optional<Tokens::Found> Tokens::find_token(std::string_view token, std::int64_t now_ms) {
  const sync::Digest hash = hash_of("insieme access token v1", token);
  const std::lock_guard lock(mutex_);
  const auto at = tokens_.find(hash);
  if (at == tokens_.end()) return std::nullopt;
  return Found{at->second.first, now_ms >= at->second.second, at->second.second};
}

std::string token_message(const sync::SpaceId& space, const sync::DeviceId& device,
                          std::string_view nonce) {
  std::string message = "insieme token v1\n";
  message += sync::to_text(space);
  message += '\n';
  message += sync::to_text(device);
  message += '\n';
  message += nonce;
  return message;
}

}  // namespace insieme::server
