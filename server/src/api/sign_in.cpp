// People sign in with their organization's provider; what comes of it, as of the sign-ins of
// account_sign_in.cpp, is an invitation.
#include <boost/json.hpp>
#include <boost/url.hpp>

#include <algorithm>

#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "api/sign_in_answers.hpp"
#include "insieme/server/account_desk.hpp"
#include "insieme/server/sign_in.hpp"
#include "sign_in/kept.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kBackToMax = 120;

Response provider_away() {
  Response response = problem_response(
      {503, "provider-unavailable", "Not available now",
       "Your organization's sign-in does not answer. Try again later, or ask for an invitation.",
       "Il servizio di accesso dell'ente non risponde. Riprovare più tardi, o chiedere un "
       "invito."});
  response.headers.emplace_back("Retry-After", "2");
  return response;
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

Response ready(const SignInOutcome& outcome, std::int64_t now_ms) {
  const std::int64_t left_s = std::max<std::int64_t>(0, (outcome.expires_ms - now_ms) / 1'000);
  return told_once({{"state", "ready"},
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
  if (services.accounts != nullptr && services.accounts->is_offered()) {
    ways.push_back(boost::json::object{{"way", "account"},
                                       {"name", services.repository.space().name}});
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
    return bad_sign_in("The body needs 64 hexadecimal digits in \"challenge\".");
  }
  if (!back_to || (*back_to != "app" && !is_own_listener(*back_to))) {
    return bad_sign_in("The body needs \"app\" or http://127.0.0.1:PORT/ in \"back_to\".");
  }
  if (services.sign_in == nullptr) return no_sign_in();
  if (*back_to == "app" && services.app == nullptr) {
    return bad_sign_in("This server does not give the app.");
  }
  if (auto refusal = over_limit(services.sign_in->limiter(), services, request)) {
    return *std::move(refusal);
  }
  const std::string target = *back_to == "app" ? "/#sign_in=" : *back_to + "?sign_in=";
  auto address = services.sign_in->begin(digest, target);
  if (!address.ok()) {
    return address.error().code == ErrorCode::unavailable ? provider_away() : busy_with_sign_ins();
  }
  return told_once({{"address", *address}, {"expires_in_s", SignInDesk::kBeginMs / 1'000}});
}

Response sign_in_callback(const Services& services, const Request& request) {
  // Whatever looks ahead of a person would use the sign-in up.
  if (request.method == "HEAD") return bad_sign_in("A browser comes back with GET.");
  const auto params = boost::urls::parse_query(request.query);
  if (!params) return bad_sign_in("The query is not well-formed.");
  SignInDesk::Return returned;
  for (const auto& param : boost::urls::params_view(*params)) {
    for (const auto& [name, place] :
         {std::pair{"state", &returned.state}, std::pair{"code", &returned.code},
          std::pair{"error", &returned.error}, std::pair{"iss", &returned.issuer}}) {
      if (param.key != name) continue;
      if (!place->empty()) return bad_sign_in("The query says something twice.");
      *place = param.value;
    }
  }
  if (returned.state.empty()) return bad_sign_in("The query needs \"state\".");
  if (services.sign_in == nullptr) return no_sign_in();
  if (auto refusal = over_limit(services.sign_in->limiter(), services, request)) {
    return *std::move(refusal);
  }
  const auto target = services.sign_in->take_back(returned);
  if (target.ok()) return on_its_way(*target);
  if (target.error().code == ErrorCode::limit_exceeded) return busy_with_sign_ins();
  // A person looks at it, in a browser: the app has words.
  if (services.app != nullptr) return on_its_way("/#sign_in=");
  return unknown_sign_in();
}

Response sign_in_finish(const Services& services, const Request& request) {
  auto parsed = JsonBody::parse(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const JsonBody& body = std::get<JsonBody>(parsed);
  const auto ticket = body.text("ticket", 1, kSignInSecretMax);
  const auto verifier = body.text("verifier", kVerifierMin, kSignInSecretMax);
  if (!ticket || !verifier) return bad_sign_in("The body needs \"ticket\" and \"verifier\".");
  if (services.sign_in == nullptr && services.accounts == nullptr) return no_sign_in();
  std::optional<SignInOutcome> outcome;
  if (services.sign_in != nullptr) outcome = services.sign_in->outcome(*ticket, *verifier);
  if (!outcome && services.accounts != nullptr) {
    outcome = services.accounts->outcome(*ticket, *verifier);
  }
  if (!outcome) return unknown_sign_in();
  switch (outcome->state) {
    case SignInState::pending: return told_once({{"state", "pending"}});
    case SignInState::ready: return ready(*outcome, services.clock());
    case SignInState::declined:
      return refused_sign_in("sign-in-declined",
                             "The sign-in was not completed at your organization. Begin again.",
                             "L'accesso presso l'ente non è stato completato. Ricominciare.");
    case SignInState::provider_away: return provider_away();
    case SignInState::provider_wrong:
      return refused_sign_in(
          "sign-in-refused",
          "What your organization's sign-in answered does not prove who you are. Begin again; if "
          "it goes on, tell the people who run the server.",
          "La risposta dell'ente non dimostra chi è entrato. Ricominciare; se continua, avvisare "
          "chi gestisce il server.");
    case SignInState::nobody:
      return refused_sign_in(
          "sign-in-nobody",
          "Nobody here is linked with you yet. Tell the people who run the server: " +
              outcome->subject,
          "Nessuna utenza di questo spazio è ancora collegata. Comunicare a chi gestisce il "
          "server: " +
              outcome->subject);
    case SignInState::disabled: return account_disabled();
  }
  return problem_of({ErrorCode::internal, {}});
}

}  // namespace insieme::server
