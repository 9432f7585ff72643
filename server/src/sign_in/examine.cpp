#include "sign_in/examine.hpp"

#include <cstdlib>

#include "insieme/server/sign_in.hpp"
#include "jose.hpp"
#include "sign_in/provider.hpp"

namespace insieme::server {
namespace {

constexpr int kOk = 200;

Finding trouble(std::string says, std::string advice) {
  return {"sign_in", Health::warning, std::move(says), std::move(advice)};
}

std::string what_came(const WebReply& reply) {
  return reply.status == 0 ? reply.failure : "it answers " + std::to_string(reply.status);
}

}  // namespace

Finding examine_provider(const Config& config, std::int64_t now_ms) {
  const std::string& issuer = config.sign_in_provider;
  const auto secret = load_sign_in_secret(config);
  if (!secret.ok()) {
    return trouble(secret.error().detail, "Put the client's secret there, readable by the server "
                                          "alone; without it the server does not start.");
  }
  const Web web(config.sign_in_ca);
  const std::string url = description_url(issuer);
  const WebReply reply = web.get(url);
  if (reply.status != kOk) {
    return trouble(issuer + ": " + what_came(reply),
                   "curl -v " + url + " from here. Nobody enrols by signing in meanwhile; who is "
                   "enrolled goes on, and invitations work.");
  }
  const auto facts = parse_provider_facts(reply.body, issuer);
  if (!facts.ok()) {
    return trouble(issuer + ": " + facts.error().detail,
                   "sign_in_provider is to be written exactly as \"issuer\" in " + url);
  }
  const WebReply keys = web.get(facts->jwks_uri);
  const auto read = parse_key_set(keys.body);
  if (keys.status != kOk || !read.ok()) {
    return trouble(facts->jwks_uri + ": " + (keys.status == kOk ? read.error().detail
                                                                : what_came(keys)),
                   "The provider has to publish a key for RS256, ES256 or EdDSA.");
  }
  if (reply.date_ms && std::abs(now_ms - *reply.date_ms) > kSignInSkewMs) {
    const std::int64_t off_s = (now_ms - *reply.date_ms) / 1000;
    return trouble("this clock is " + std::to_string(off_s) + " s off the provider's",
                   "Set the clock (timedatectl set-ntp true): beyond 60 s no sign-in is taken.");
  }
  return {"sign_in", Health::well, issuer + ", " + std::to_string(read->size()) + " keys", {}};
}

}  // namespace insieme::server
