#include "sign_in/provider.hpp"

#include <openssl/evp.h>

#include <array>

namespace insieme::server {
namespace {

constexpr int kOk = 200;

std::string base64_of(const std::string& text) {
  std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return encoded;
}

void add(std::string& form, std::string_view name, std::string_view value) {
  if (!form.empty()) form += '&';
  form += std::string(name) + "=" + url_encode(value);
}

}  // namespace

std::string description_url(std::string issuer) {
  while (issuer.ends_with('/')) issuer.pop_back();
  return issuer + "/.well-known/openid-configuration";
}

std::string pkce_challenge(const std::string& verifier) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(verifier.data(), verifier.size(), digest.data(), &size, EVP_sha256(), nullptr) !=
      1) {
    throw std::runtime_error("SHA-256 is not to be had");
  }
  return to_base64url({reinterpret_cast<const char*>(digest.data()), size});
}

Status Provider::learn() {
  const std::int64_t now_ms = clock_();
  {
    const std::lock_guard lock(mutex_);
    // Also after a clock that was set back.
    const std::int64_t age_ms = now_ms - facts_ms_;
    if (facts_ && age_ms >= 0 && age_ms < kFreshMs) return {};
  }
  const WebReply reply = web_.get(description_url(settings_.issuer));
  if (reply.status == 0) return {ErrorCode::unavailable, reply.failure};
  if (reply.status != kOk) {
    return {ErrorCode::unavailable, "it answers " + std::to_string(reply.status) +
                                        " where its description should be"};
  }
  INSIEME_TRY_ASSIGN(ProviderFacts facts, parse_provider_facts(reply.body, settings_.issuer));
  const std::lock_guard lock(mutex_);
  facts_ = std::move(facts);
  facts_ms_ = now_ms;
  return {};
}

bool Provider::is_known() const {
  const std::lock_guard lock(mutex_);
  return facts_.has_value();
}

ProviderFacts Provider::facts() const {
  const std::lock_guard lock(mutex_);
  return facts_.value_or(ProviderFacts{});
}

bool Provider::is_itself(const std::string& issuer) const {
  return issuer.empty() ? !facts().names_itself : issuer == settings_.issuer;
}

std::string Provider::address(const std::string& state, const SignInSecrets& secrets) const {
  const std::string endpoint = facts().authorization_endpoint;
  std::string query;
  add(query, "response_type", "code");
  add(query, "client_id", settings_.client);
  add(query, "redirect_uri", settings_.redirect);
  add(query, "scope", settings_.ask_email ? "openid email" : "openid");
  add(query, "state", state);
  add(query, "nonce", secrets.nonce);
  add(query, "code_challenge", pkce_challenge(secrets.verifier));
  add(query, "code_challenge_method", "S256");
  // A device becomes somebody's: not of whoever used this browser last.
  add(query, "prompt", "login");
  return endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") + query;
}

Result<std::string> Provider::exchange(const std::string& code,
                                       const std::string& verifier) const {
  const ProviderFacts known = facts();
  std::string form;
  add(form, "grant_type", "authorization_code");
  add(form, "code", code);
  add(form, "redirect_uri", settings_.redirect);
  add(form, "code_verifier", verifier);
  std::string authorization;
  if (settings_.secret.empty() || known.secret_in_form) add(form, "client_id", settings_.client);
  if (!settings_.secret.empty() && known.secret_in_form) {
    add(form, "client_secret", settings_.secret);
  } else if (!settings_.secret.empty()) {  // RFC 6749, 2.3.1: encoded first
    authorization =
        "Basic " + base64_of(url_encode(settings_.client) + ":" + url_encode(settings_.secret));
  }
  const WebReply reply = web_.post_form(known.token_endpoint, form, authorization);
  if (reply.status == 0) return Error{ErrorCode::unavailable, reply.failure};
  if (reply.status >= 500) {
    return Error{ErrorCode::unavailable, "it answers " + std::to_string(reply.status)};
  }
  if (reply.status != kOk) {
    return Error{ErrorCode::unauthenticated, "it does not take the code: " +
                                                 std::to_string(reply.status) + " " +
                                                 error_of_reply(reply.body)};
  }
  auto token = parse_token_reply(reply.body);
  if (!token.ok()) return Error{ErrorCode::unauthenticated, token.error().detail};
  return token;
}

/// What was known stays if it fails.
Status Provider::fetch_keys() {
  const WebReply reply = web_.get(facts().jwks_uri);
  Result<JsonWebKeys> keys = Error{ErrorCode::unavailable, reply.failure};
  if (reply.status == kOk) keys = parse_key_set(reply.body);
  if (reply.status != kOk && reply.status != 0) {
    keys = Error{ErrorCode::unavailable, "it answers " + std::to_string(reply.status)};
  }
  const std::lock_guard lock(mutex_);
  // In vain counts, too, unless there is nothing to go on with.
  if (keys.ok() || keys_.size() != 0) keys_ms_ = clock_();
  if (!keys.ok()) return {ErrorCode::unavailable, "its keys: " + keys.error().detail};
  keys_ = std::move(keys).value();
  return {};
}

JsonWebKeys Provider::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

bool Provider::asked_for_keys_within(std::int64_t ms) const {
  const std::int64_t now_ms = clock_();
  const std::lock_guard lock(mutex_);
  return keys_ms_ && now_ms >= *keys_ms_ && now_ms - *keys_ms_ < ms;
}

Result<boost::json::object> Provider::open(const std::string& token) {
  // Old keys: one may have been taken back. If no others are to be had, they have to do.
  if (!asked_for_keys_within(kFreshMs)) {
    const Status fetched = fetch_keys();
    if (!fetched.ok() && keys().size() == 0) return fetched.error();
  }
  auto claims = open_jwt(token, keys(), kIdTokenBytesMax);
  if (claims.ok() || claims.error().code != ErrorCode::not_found) return claims;
  // It signs with a new key. What anybody may send must not make us ask as often as they like.
  if (asked_for_keys_within(kKeysPauseMs)) return claims;
  INSIEME_TRY(fetch_keys());
  return open_jwt(token, keys(), kIdTokenBytesMax);
}

Result<SignedIn> Provider::redeem(const std::string& code, const SignInSecrets& secrets) {
  INSIEME_TRY_ASSIGN(const std::string token, exchange(code, secrets.verifier));
  auto claims = open(token);
  if (!claims.ok()) {
    if (claims.error().code == ErrorCode::unavailable) return claims.error();
    return Error{ErrorCode::unauthenticated,
                 claims.error().code == ErrorCode::not_found
                     ? "its id token is signed with a key that it does not publish"
                     : "its id token is not signed by it"};
  }
  auto who = check_id_token(
      *claims, {settings_.issuer, settings_.client, secrets.nonce, secrets.begun_ms}, clock_());
  // Many send it unasked.
  if (who.ok() && !settings_.ask_email) who->email.clear();
  return who;
}

}  // namespace insieme::server
