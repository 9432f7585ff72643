// People sign in with a name and a password of this server's own, step by step.
#include <boost/json.hpp>

#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "api/sign_in_answers.hpp"
#include "insieme/server/account_desk.hpp"
#include "insieme/sync/limits.hpp"
#include "sign_in/kept.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kPasswordBytes = 512;
constexpr std::size_t kCodeBytes = 64;
constexpr std::size_t kWantsBytes = 40;

/// Whoever has to wait is told for how long, whoever it is.
Response locked(std::int64_t wait_ms) {
  const std::int64_t seconds = (wait_ms + 999) / 1'000;
  const std::int64_t minutes = (seconds + 59) / 60;
  const std::string en = minutes == 1 ? "a minute" : std::to_string(minutes) + " minutes";
  const std::string it = minutes == 1 ? "un minuto" : std::to_string(minutes) + " minuti";
  Response response = problem_response(
      {429, "sign-in-locked", "Too many requests",
       "Name, password or code were wrong too often. Try again in " + en + ".",
       "Nome, password o codice errati troppe volte. Riprovare fra " + it + "."});
  response.headers.emplace_back("Retry-After", std::to_string(seconds));
  Allowance allowance;
  allowance.allowed = false;
  allowance.limit = static_cast<std::uint32_t>(kNamePolicy.free);
  allowance.reset_s = static_cast<std::uint32_t>(seconds);
  tell_limit(response, allowance);
  return response;
}

Response next(const AccountAnswer& answer) {
  boost::json::object body{{"next", answer.next}};
  if (!answer.ticket.empty()) {
    body["ticket"] = answer.ticket;
    body["expires_in_s"] = AccountDesk::kSignInMs / 1'000;
  }
  if (!answer.totp_address.empty()) {
    body["totp_address"] = answer.totp_address;
    body["totp_secret"] = answer.totp_secret;
  }
  if (!answer.recovery_codes.empty()) {
    boost::json::array codes;
    for (const std::string& code : answer.recovery_codes) codes.emplace_back(code);
    body["recovery_codes"] = std::move(codes);
  }
  return told_once(body);
}

Response answer_of(const Services& services, const AccountAnswer& answer) {
  switch (answer.kind) {
    case AccountAnswer::Kind::next:
      services.metrics.count_sign_in("right");
      return next(answer);
    case AccountAnswer::Kind::wrong:
      services.metrics.count_sign_in("wrong");
      return refused_sign_in("sign-in-wrong",
                             "Name, password or code are not right. Check them and try again.",
                             "Nome, password o codice non sono giusti. Controllare e riprovare.");
    case AccountAnswer::Kind::locked:
      services.metrics.count_sign_in("locked");
      return locked(answer.wait_ms);
    case AccountAnswer::Kind::busy:
      services.metrics.count_sign_in("busy");
      return busy_with_sign_ins();
    case AccountAnswer::Kind::unknown: return unknown_sign_in();
    case AccountAnswer::Kind::disabled: return account_disabled();
    case AccountAnswer::Kind::password_refused:
      return refused_sign_in("password-refused", answer.refusal, answer.refusal_it);
  }
  return problem_of({ErrorCode::internal, {}});
}

/// Whether `words`, separated by blanks, are known; each sets what it is about.
bool read_wants(std::string_view words, AccountDesk::Begin& begin) {
  while (!words.empty()) {
    const std::size_t end = words.find(' ');
    const std::string_view word = words.substr(0, end);
    words = end == std::string_view::npos ? std::string_view() : words.substr(end + 1);
    if (word == "password") {
      begin.wants_password = true;
    } else if (word == "totp") {
      begin.wants_totp = true;
    } else if (word == "codes") {
      begin.wants_codes = true;
    } else if (!word.empty()) {
      return false;
    }
  }
  return true;
}

}  // namespace

Response sign_in_account(const Services& services, const Request& request) {
  auto parsed = JsonBody::parse(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const JsonBody& body = std::get<JsonBody>(parsed);
  const auto challenge = body.text("challenge", kChallengeHex, kChallengeHex);
  const auto name = body.text("name", 1, sync::kAuthorBytesMax);
  const auto password = body.text("password", 1, kPasswordBytes);
  AccountDesk::Begin begin;
  if (!challenge || !sync::from_hex(*challenge, begin.challenge.bytes).ok()) {
    return bad_sign_in("The body needs 64 hexadecimal digits in \"challenge\".");
  }
  if (!name || !password || name->find('\0') != std::string::npos) {
    return bad_sign_in("The body needs \"name\" (64 bytes) and \"password\" (512 bytes).");
  }
  if (!read_wants(body.text("wants", 0, kWantsBytes).value_or(""), begin)) {
    return bad_sign_in("\"wants\" is of password, totp and codes, separated by blanks.");
  }
  if (services.accounts == nullptr || !services.accounts->is_offered()) return no_sign_in();
  if (auto refusal = over_limit(services.accounts->limiter(), services, request)) {
    return *std::move(refusal);
  }
  begin.name = *name;
  begin.password = *password;
  begin.address = counted_address(request.client);
  return answer_of(services, services.accounts->begin(begin));
}

Response sign_in_step(const Services& services, const Request& request) {
  auto parsed = JsonBody::parse(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const JsonBody& body = std::get<JsonBody>(parsed);
  const auto ticket = body.text("ticket", 1, kSignInSecretMax);
  const auto verifier = body.text("verifier", kVerifierMin, kSignInSecretMax);
  if (!ticket || !verifier) return bad_sign_in("The body needs \"ticket\" and \"verifier\".");
  AccountDesk::Step step;
  step.ticket = *ticket;
  step.verifier = *verifier;
  step.code = body.text("code", 1, kCodeBytes).value_or("");
  step.recovery_code = body.text("recovery_code", 1, kCodeBytes).value_or("");
  // One that is too long is refused in words.
  step.new_password = body.text("new_password", 1, SIZE_MAX).value_or("");
  const int given = int{!step.code.empty()} + int{!step.recovery_code.empty()} +
                    int{!step.new_password.empty()};
  if (given > 1) {
    return bad_sign_in("A step is one of \"code\", \"recovery_code\" and \"new_password\".");
  }
  if (services.accounts == nullptr) return no_sign_in();
  if (auto refusal = over_limit(services.accounts->limiter(), services, request)) {
    return *std::move(refusal);
  }
  step.address = counted_address(request.client);
  return answer_of(services, services.accounts->step(step));
}

}  // namespace insieme::server
