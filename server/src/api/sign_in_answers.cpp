#include "api/sign_in_answers.hpp"

#include <boost/json.hpp>

#include "api/problem.hpp"

namespace insieme::server {

Response bad_sign_in(std::string detail) {
  return problem_response({400, "bad-request", "Bad request", std::move(detail), {}});
}

Response no_sign_in() {
  return problem_response({403, "no-sign-in", "Not allowed",
                           "This server knows no such sign-in: an invitation is needed.",
                           "Questo server non prevede questo accesso: serve un invito."});
}

Response unknown_sign_in() {
  return problem_response({404, "sign-in-unknown", "Not found",
                           "There is no such sign-in, or it took too long. Begin again.",
                           "L'accesso non esiste più, o è durato troppo. Ricominciare."});
}

Response busy_with_sign_ins() {
  Response response = problem_response(
      {503, "busy", "Not available now", "Too many people sign in just now. Try again shortly.",
       "Troppe persone accedono in questo momento. Riprovare fra poco."});
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

Response refused_sign_in(std::string_view slug, std::string detail, std::string detail_it) {
  return problem_response({403, slug, "Not allowed", std::move(detail), std::move(detail_it)});
}

Response told_once(const boost::json::object& body) {
  Response response = json_response(200, boost::json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

std::optional<Response> over_limit(Limiter& limiter, const Services& services,
                                   const Request& request) {
  const std::string counted = counted_address(request.client);
  if (counted.empty()) return std::nullopt;
  const Allowance allowance = limiter.take(counted, services.clock());
  if (allowance.allowed) return std::nullopt;
  return too_many(allowance);
}

}  // namespace insieme::server
