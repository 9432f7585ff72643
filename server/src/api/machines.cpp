// Machines prove who they are and get a token: RFC 6749 (4.4) with RFC 7523, and RFC 8414.
#include <boost/json.hpp>
#include <boost/url.hpp>

#include <algorithm>
#include <array>
#include <map>

#include "api/handlers.hpp"
#include "api/machines.hpp"
#include "api/problem.hpp"
#include "jose.hpp"
#include "log.hpp"
#include "machines/assertion.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::uint32_t kTokenLongestS = 3'600;
constexpr std::string_view kAssertionType =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr std::string_view kTokenPath = "/v1/machines/token";

sync::Digest hash_of_token(std::string_view token) {
  return sync::Hasher("insieme machine token v1").add(token).finish();
}

Response bad_request(std::string_view error, std::string detail) {
  Problem problem{400, "bad-request", "Bad request", std::move(detail), {}};
  problem.error = error;
  return problem_response(problem);
}

/// 401, in the words of OAuth, too.
Response refused(std::string_view detail) {
  Problem problem{401, "machine-refused", "Not authenticated", std::string(detail), {}};
  problem.error = "invalid_client";
  Response response = problem_response(problem);
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"insieme\"");
  return response;
}

/// One answer to whoever does not hold a key of a machine that is let in.
Response unproven() {
  return refused(
      "No machine that is let in here has signed this: its name, its key (kid) or the algorithm is "
      "another one.");
}

using Form = std::map<std::string, std::string>;

std::variant<Form, Response> parse_form(const Request& request) {
  const std::string_view type(request.content_type);
  if (type.substr(0, type.find(';')) != "application/x-www-form-urlencoded") {
    return problem_response({415, "unsupported-media-type", "Unsupported media type",
                             "This route takes application/x-www-form-urlencoded.", {}});
  }
  std::string text;
  for (const std::uint8_t byte : request.body) {
    text += byte == '+' ? std::string("%20") : std::string(1, static_cast<char>(byte));
  }
  const auto parameters = boost::urls::parse_query(text);
  if (!parameters) return bad_request("invalid_request", "The body is not well-formed.");
  Form form;
  for (const auto& one : boost::urls::params_view(*parameters)) {
    if (!form.emplace(one.key, one.value).second) {
      return bad_request("invalid_request", "A parameter is given twice.");
    }
  }
  return form;
}

std::string value_of(const Form& form, const char* name) {
  const auto at = form.find(name);
  return at == form.end() ? std::string() : at->second;
}

/// What is wrong with the request before anybody's proof is looked at.
std::optional<Response> wrong_request(const Request& request, const Form& form) {
  if (value_of(form, "grant_type") != "client_credentials") {
    return bad_request("unsupported_grant_type", "The grant_type here is client_credentials.");
  }
  if (!request.authorization.empty() || form.contains("client_secret")) {
    return bad_request("invalid_request",
                       "Machines prove who they are by an assertion, and by nothing besides.");
  }
  if (value_of(form, "client_assertion_type") != kAssertionType) {
    return bad_request("invalid_request",
                       "client_assertion_type is " + std::string(kAssertionType) + ".");
  }
  const std::string assertion = value_of(form, "client_assertion");
  if (assertion.empty() || assertion.size() > kAssertionBytesMax) {
    return bad_request("invalid_request", "client_assertion is a JWT of at most 6 KiB.");
  }
  return std::nullopt;
}

/// The scopes that are asked for, all that the machine has if none are.
std::optional<std::string> scopes_for(const Machine& machine, const std::string& asked) {
  const std::vector<std::string> words = scope_words(asked);
  if (words.empty()) return machine.scopes;
  for (const std::string& word : words) {
    if (!has_scope(machine.scopes, word)) return std::nullopt;
  }
  return join_scopes(words);
}

Response answer_of(const Services& services, const MachineGrant& grant, const std::string& token,
                   std::uint32_t ttl_s, const Status& granted) {
  if (granted.ok()) {
    services.metrics.count_machine("given");
    Response response = json_response(200, boost::json::serialize(boost::json::object{
                                               {"access_token", token},
                                               {"token_type", "Bearer"},
                                               {"expires_in", ttl_s},
                                               {"scope", grant.scopes}}));
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
  }
  if (granted.code() == ErrorCode::duplicate) {
    return refused("The assertion was used before: sign another one, with a \"jti\" of its own.");
  }
  if (granted.code() == ErrorCode::limit_exceeded) {
    constexpr std::uint32_t kWaitS = 60;
    Allowance allowance;
    allowance.allowed = false;
    allowance.limit = static_cast<std::uint32_t>(MachineStore::kAssertionsMax);
    allowance.retry_s = kWaitS;
    allowance.reset_s = kWaitS;
    return too_many(allowance);
  }
  return unproven();  // changed or revoked a moment ago
}

}  // namespace

std::vector<std::string> machine_audiences(const Config& config) {
  std::string base = config.public_url;
  while (base.ends_with('/')) base.pop_back();
  if (base.empty()) return {};
  std::vector<std::string> all{base + std::string(kTokenPath), base};
  if (config.public_url != base) all.push_back(config.public_url);
  return all;
}

Response machine_token(const Services& services, const Request& request) {
  auto parsed = parse_form(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const Form& form = std::get<Form>(parsed);
  if (auto wrong = wrong_request(request, form)) return *std::move(wrong);
  const std::vector<std::string> audiences = machine_audiences(services.config);
  if (audiences.empty()) {
    log_event("machine refused", "public_url is not set: nobody can say that he means this server");
    return problem_response({503, "unavailable", "Not available now",
                             "This server was not told its own address (public_url).",
                             "A questo server non è stato detto il suo indirizzo (public_url)."});
  }
  const std::string assertion = value_of(form, "client_assertion");
  const std::string subject = unproven_subject(assertion, kAssertionBytesMax);
  const std::string client = form.contains("client_id") ? value_of(form, "client_id") : subject;
  const auto turned_away = [&](Response response) {
    services.metrics.count_machine("refused");
    return response;
  };
  if (!is_machine_name(client) || client != subject) return turned_away(unproven());
  const auto machine = services.repository.machine(client);
  if (!machine || machine->revoked_ms) return turned_away(unproven());
  const auto keys = parse_key_set(machine->keys);
  if (!keys.ok()) return turned_away(unproven());
  const auto claims = open_jwt(assertion, *keys, kAssertionBytesMax);
  if (!claims.ok()) return turned_away(unproven());
  // From here on it is the machine, whatever it says: it is told what is wrong.
  if (auto waiting = over_limit(services, "machine " + client)) return *std::move(waiting);
  const auto told = [&](Response response) {
    response.device = client;
    return response.status == 200 ? response : turned_away(std::move(response));
  };
  const auto judged = check_assertion(*claims, client, audiences, services.clock());
  if (!judged.ok()) return told(refused(judged.error().detail));
  const auto scopes = scopes_for(*machine, value_of(form, "scope"));
  if (!scopes) return told(bad_request("invalid_scope", "The machine was not given that scope."));
  const std::string token = random_hex(kTokenBytes, services.random);
  const std::uint32_t ttl_s = std::min(services.config.token_ttl_s, kTokenLongestS);
  const MachineGrant grant{client,          machine->generation,
                           judged->name,    judged->until_ms,
                           hash_of_token(token), services.clock() + std::int64_t{ttl_s} * 1000,
                           *scopes};
  return told(answer_of(services, grant, token, ttl_s, services.repository.grant_machine(grant)));
}

Response machine_metadata(const Services& services, const Request&) {
  const std::vector<std::string> audiences = machine_audiences(services.config);
  if (audiences.empty()) {
    return problem_response({404, "not-found", "Not found",
                             "This server was not told its own address (public_url).", {}});
  }
  boost::json::array scopes;
  for (const std::string_view scope : kMachineScopes) scopes.emplace_back(scope);
  return json_response(
      200, boost::json::serialize(boost::json::object{
               {"issuer", audiences[1]},
               {"token_endpoint", audiences[0]},
               {"grant_types_supported", {"client_credentials"}},
               {"response_types_supported", boost::json::array{}},
               {"token_endpoint_auth_methods_supported", {"private_key_jwt"}},
               {"token_endpoint_auth_signing_alg_values_supported", {"RS256", "ES256", "EdDSA"}},
               {"scopes_supported", std::move(scopes)},
               {"service_documentation", audiences[1] + "/openapi.json"}}));
}

std::variant<MachineToken, Response> authenticate_client(const Services& services,
                                                         const Request& request) {
  const auto secret = bearer_of(request);
  if (!secret) {
    return unauthorized("no-token", "This needs a machine's token: " + std::string(kTokenPath) +
                                        " gives one for an assertion.");
  }
  auto token = services.repository.machine_token(hash_of_token(*secret));
  if (!token) return unauthorized("unknown-token", "The access token is unknown, or over.");
  if (services.clock() >= token->until_ms) {
    return unauthorized("token-expired", "The access token has expired.");
  }
  if (auto waiting = over_limit(services, "machine " + token->client)) return *std::move(waiting);
  return *std::move(token);
}

std::optional<Response> lacks_scope(const MachineToken& token,
                                    std::initializer_list<std::string_view> any_of) {
  std::string wanted;
  for (const std::string_view scope : any_of) {
    if (has_scope(token.scopes, scope)) return std::nullopt;
    wanted += (wanted.empty() ? "" : " ") + std::string(scope);
  }
  Response response = problem_response(
      {403, "no-scope", "Not allowed",
       "The machine was not given this; the scope is " + wanted + ".", {}});
  response.headers.emplace_back("WWW-Authenticate",
                                "Bearer realm=\"insieme\", error=\"insufficient_scope\"");
  response.device = token.client;
  return response;
}

}  // namespace insieme::server
