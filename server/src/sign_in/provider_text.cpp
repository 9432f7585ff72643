#include "sign_in/provider_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <optional>

#include "insieme/sync/value.hpp"
#include "jose.hpp"
#include "sign_in/web.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

constexpr std::size_t kAddressBytesMax = 2'000;
constexpr std::size_t kErrorBytesMax = 60;
constexpr std::size_t kEmailBytesMax = 254;

std::optional<json::object> object_of(std::string_view text) {
  json::parse_options options;
  options.max_depth = 8;
  json::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

/// Whether a list of words has one of them. An absent list has what the specification says.
bool has_word(const json::object& facts, std::string_view list, std::string_view word,
              bool if_absent) {
  const json::value* value = facts.if_contains(list);
  if (value == nullptr) return if_absent;
  if (!value->is_array()) return false;
  return std::any_of(value->get_array().begin(), value->get_array().end(),
                     [&](const json::value& one) {
                       return one.is_string() && std::string_view(one.get_string()) == word;
                     });
}

bool is_true(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

Error wrong(std::string detail) { return {ErrorCode::unauthenticated, std::move(detail)}; }

Status check_dates(const json::object& claims, const IdTokenWanted& wanted, std::int64_t now_ms) {
  const auto expires = date_claim(claims, "exp");
  const auto issued = date_claim(claims, "iat");
  if (!expires || !issued) return wrong("without dates");
  if (now_ms >= *expires + kSignInSkewMs) return wrong("expired: do the clocks agree?");
  for (const char* name : {"iat", "nbf", "auth_time"}) {
    const auto from = date_claim(claims, name);
    if (!from && claims.contains(name)) return wrong(std::string("no date in ") + name);
    if (from && now_ms + kSignInSkewMs < *from) {
      return wrong("not valid yet: do the clocks agree?");
    }
  }
  const auto recognised = date_claim(claims, "auth_time");
  if (recognised && *recognised + kSignInSkewMs < wanted.begun_ms) {
    return wrong("the provider did not ask who it is");
  }
  return {};
}

}  // namespace

Result<ProviderFacts> parse_provider_facts(std::string_view text, std::string_view issuer) {
  const auto told = object_of(text);
  if (!told) return Error{ErrorCode::malformed, "its description is no JSON object"};
  if (text_claim(*told, "issuer") != issuer) {
    return Error{ErrorCode::malformed, "its description names another issuer"};
  }
  ProviderFacts facts;
  for (const auto& [name, place] :
       {std::pair{"authorization_endpoint", &facts.authorization_endpoint},
        std::pair{"token_endpoint", &facts.token_endpoint},
        std::pair{"jwks_uri", &facts.jwks_uri}}) {
    *place = text_claim(*told, name);
    if (place->size() > kAddressBytesMax || !may_be_asked(*place)) {
      return Error{ErrorCode::malformed,
                   std::string("its description has no https:// address in ") + name};
    }
  }
  if (!has_word(*told, "response_types_supported", "code", true)) {
    return Error{ErrorCode::malformed, "it does not do the authorization code flow"};
  }
  facts.names_itself = is_true(*told, "authorization_response_iss_parameter_supported");
  constexpr std::string_view kMethods = "token_endpoint_auth_methods_supported";
  facts.secret_in_form = !has_word(*told, kMethods, "client_secret_basic", true) &&
                         has_word(*told, kMethods, "client_secret_post", false);
  return facts;
}

Result<std::string> parse_token_reply(std::string_view text) {
  const auto told = object_of(text);
  std::string token = told ? text_claim(*told, "id_token") : std::string();
  if (token.empty()) return Error{ErrorCode::malformed, "its reply holds no id token"};
  return token;
}

std::string error_of_reply(std::string_view text) {
  const auto told = object_of(text);
  return told ? plain_error(text_claim(*told, "error")) : std::string();
}

std::string plain_error(std::string error) {
  error.resize(std::min(error.size(), kErrorBytesMax));
  std::erase_if(error, [](char c) { return c < ' ' || c > '~' || c == '"' || c == '\\'; });
  return error;
}

Result<SignedIn> check_id_token(const json::object& claims, const IdTokenWanted& wanted,
                                std::int64_t now_ms) {
  if (text_claim(claims, "iss") != wanted.issuer) return wrong("of another issuer");
  if (!has_audience(claims, wanted.client)) return wrong("for another client");
  const json::value* audience = claims.if_contains("aud");
  const bool for_several = audience->is_array() && audience->get_array().size() > 1;
  if ((for_several || claims.contains("azp")) && text_claim(claims, "azp") != wanted.client) {
    return wrong("for another client (azp)");
  }
  if (wanted.nonce.empty() || text_claim(claims, "nonce") != wanted.nonce) {
    return wrong("of another sign-in (nonce)");
  }
  INSIEME_TRY(check_dates(claims, wanted, now_ms));
  SignedIn who;
  who.subject = text_claim(claims, "sub");
  const bool usable = !who.subject.empty() && who.subject.size() <= kSubjectBytesMax &&
                      sync::is_valid_utf8(who.subject) &&
                      who.subject.find('\0') == std::string::npos;
  if (!usable) return wrong("without a subject");
  if (is_true(claims, "email_verified")) who.email = plain_email(text_claim(claims, "email"));
  return who;
}

std::string plain_email(std::string_view text) {
  const std::size_t at = text.find('@');
  const bool usable = at != std::string_view::npos && at != 0 && at + 1 < text.size() &&
                      text.find('@', at + 1) == std::string_view::npos &&
                      text.size() <= kEmailBytesMax &&
                      std::all_of(text.begin(), text.end(),
                                  [](char c) { return c > ' ' && c <= '~'; });
  if (!usable) return {};
  std::string email(text);
  for (char& c : email) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return email;
}

}  // namespace insieme::server
