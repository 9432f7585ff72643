// People sign in with their organization's provider; what comes of it is an invitation.
#include <boost/json.hpp>
#include <boost/url.hpp>

#include <algorithm>

#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "insieme/server/sign_in.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kChallengeHex = 64;
constexpr std::size_t kSecretMin = 32;
constexpr std::size_t kSecretMax = 128;
constexpr std::size_t kBackToMax = 120;

Response bad(std::string detail) {
  return problem_response({400, "bad-request", "Bad request", std::move(detail), {}});
}

Response not_offered() {
  return problem_response({403, "no-sign-in", "Not allowed",
                           "This server knows no sign-in: an invitation is needed.",
                           "Questo server non prevede l'accesso: serve un invito."});
}

Response unknown_sign_in() {
  return problem_response({404, "sign-in-unknown", "Not found",
                           "There is no such sign-in, or it took too long. Begin again.",
                           "L'accesso non esiste più, o è durato troppo. Ricominciare."});
}

Response provider_away() {
  Response response = problem_response(
      {503, "provider-unavailable", "Not available now",
       "Your organization's sign-in does not answer. Try again later, or ask for an invitation.",
       "Il servizio di accesso dell'ente non risponde. Riprovare più tardi, o chiedere un "
       "invito."});
  response.headers.emplace_back("Retry-After", "2");
  return response;
}

Response too_busy() {
  Response response = problem_response(
      {503, "busy", "Not available now", "Too many people sign in just now. Try again shortly.",
       "Troppe persone accedono in questo momento. Riprovare fra poco."});
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

Response refused(std::string_view slug, std::string detail, std::string detail_it) {
  return problem_response({403, slug, "Not allowed", std::move(detail), std::move(detail_it)});
}

std::optional<Response> over_limit(const Services& services, const Request& request) {
  const std::string counted = counted_address(request.client);
  if (counted.empty()) return std::nullopt;
  const Allowance allowance = services.sign_in->limiter().take(counted, services.clock());
  if (allowance.allowed) return std::nullopt;
  return too_many(allowance);
}

/// A program on the person's own machine listens there (RFC 8252, 7.3): an address, not a name that
/// could be somebody else's.
bool is_own_listener(std::string_view address) {
  std::string_view rest = address;
  constexpr std::string_view kFour = "http://127.0.0.1:";
  constexpr std::string_view kSix = "http://[::1]:";
  if (rest.starts_with(kFour)) {
    rest.remove_prefix(kFour.size());
  } else if (rest.starts_with(kSix)) {
    rest.remove_prefix(kSix.size());
  } else {
    return false;
  }
  const std::string_view port = rest.substr(0, rest.find('/'));
  const std::string_view path = rest.substr(port.size());
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/';
  };
  return !port.empty() && port.size() <= 5 && !path.empty() &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         std::all_of(path.begin(), path.end(), is_plain);
}

Response on_its_way(const std::string& target) {
  Response response;
  response.status = 303;
  response.headers.emplace_back("Location", target);
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response told(boost::json::object body) {
  Response response = json_response(200, boost::json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response ready(const SignInOutcome& outcome, std::int64_t now_ms) {
  const std::int64_t left_s = std::max<std::int64_t>(0, (outcome.expires_ms - now_ms) / 1'000);
  return told({{"state", "ready"},
               {"invitation", outcome.invitation},
               {"account", outcome.account},
               {"expires_in_s", left_s}});
}

}  // namespace

Response sign_in_ways(const Services& services, const Request&) {
  boost::json::array ways;
  if (services.sign_in != nullptr) {
    ways.push_back(boost::json::object{{"way", "provider"},
                                       {"name", services.sign_in->provider_name()}});
  }
  return json_response(200, boost::json::serialize(boost::json::object{{"ways", ways}}));
}

Response sign_in_begin(const Services& services, const Request& request) {
  auto parsed = JsonBody::parse(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const JsonBody& body = std::get<JsonBody>(parsed);
  const auto challenge = body.text("challenge", kChallengeHex, kChallengeHex);
  const auto back_to = body.text("back_to", 1, kBackToMax);
  sync::Digest digest;
  if (!challenge || !sync::from_hex(*challenge, digest.bytes).ok()) {
    return bad("The body needs 64 hexadecimal digits in \"challenge\".");
  }
  if (!back_to || (*back_to != "app" && !is_own_listener(*back_to))) {
    return bad("The body needs \"app\" or http://127.0.0.1:PORT/ in \"back_to\".");
  }
  if (services.sign_in == nullptr) return not_offered();
  if (*back_to == "app" && services.app == nullptr) {
    return bad("This server does not give the app.");
  }
  if (auto refusal = over_limit(services, request)) return *std::move(refusal);
  const std::string target = *back_to == "app" ? "/#sign_in=" : *back_to + "?sign_in=";
  auto address = services.sign_in->begin(digest, target);
  if (!address.ok()) {
    return address.error().code == ErrorCode::unavailable ? provider_away() : too_busy();
  }
  return told({{"address", *address}, {"expires_in_s", SignInDesk::kBeginMs / 1'000}});
}

Response sign_in_callback(const Services& services, const Request& request) {
  // Whatever looks ahead of a person would use the sign-in up.
  if (request.method == "HEAD") return bad("A browser comes back with GET.");
  const auto params = boost::urls::parse_query(request.query);
  if (!params) return bad("The query is not well-formed.");
  SignInDesk::Return returned;
  for (const auto& param : boost::urls::params_view(*params)) {
    for (const auto& [name, place] :
         {std::pair{"state", &returned.state}, std::pair{"code", &returned.code},
          std::pair{"error", &returned.error}, std::pair{"iss", &returned.issuer}}) {
      if (param.key != name) continue;
      if (!place->empty()) return bad("The query says something twice.");
      *place = param.value;
    }
  }
  if (returned.state.empty()) return bad("The query needs \"state\".");
  if (services.sign_in == nullptr) return not_offered();
  if (auto refusal = over_limit(services, request)) return *std::move(refusal);
  const auto target = services.sign_in->take_back(returned);
  if (target.ok()) return on_its_way(*target);
  if (target.error().code == ErrorCode::limit_exceeded) return too_busy();
  // A person looks at it, in a browser: the app has words.
  if (services.app != nullptr) return on_its_way("/#sign_in=");
  return unknown_sign_in();
}

Response sign_in_finish(const Services& services, const Request& request) {
  auto parsed = JsonBody::parse(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const JsonBody& body = std::get<JsonBody>(parsed);
  const auto ticket = body.text("ticket", 1, kSecretMax);
  const auto verifier = body.text("verifier", kSecretMin, kSecretMax);
  if (!ticket || !verifier) return bad("The body needs \"ticket\" and \"verifier\".");
  if (services.sign_in == nullptr) return not_offered();
  const auto outcome = services.sign_in->outcome(*ticket, *verifier);
  if (!outcome) return unknown_sign_in();
  switch (outcome->state) {
    case SignInState::pending: return told({{"state", "pending"}});
    case SignInState::ready: return ready(*outcome, services.clock());
    case SignInState::declined:
      return refused("sign-in-declined",
                     "The sign-in was not completed at your organization. Begin again.",
                     "L'accesso presso l'ente non è stato completato. Ricominciare.");
    case SignInState::provider_away: return provider_away();
    case SignInState::provider_wrong:
      return refused("sign-in-refused",
                     "What your organization's sign-in answered does not prove who you are. Begin "
                     "again; if it goes on, tell the people who run the server.",
                     "La risposta dell'ente non dimostra chi è entrato. Ricominciare; se continua, "
                     "avvisare chi gestisce il server.");
    case SignInState::nobody:
      return refused("sign-in-nobody",
                     "Nobody here is linked with you yet. Tell the people who run the server: " +
                         outcome->subject,
                     "Nessuna utenza di questo spazio è ancora collegata. Comunicare a chi "
                     "gestisce il server: " +
                         outcome->subject);
    case SignInState::disabled: return account_disabled();
  }
  return problem_of({ErrorCode::internal, {}});
}

}  // namespace insieme::server
