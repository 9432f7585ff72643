#include "api/report_question.hpp"

#include "api/problem.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kParametersMax = 32;
constexpr std::size_t kValueMax = 200;

Response bad(std::string english, std::string italian) {
  return problem_response(
      {400, "bad-request", "Bad request", std::move(english), std::move(italian)});
}

}  // namespace

std::optional<Response> take_parameters(const boost::json::value& with, SpaceRequest& request) {
  if (!with.is_object() || with.get_object().size() > kParametersMax) {
    return bad("with: an object of at most 32 texts.", "with: un oggetto con al più 32 testi.");
  }
  for (const auto& one : with.get_object()) {
    if (!one.value().is_string() || one.value().get_string().size() > kValueMax) {
      return bad("with: each parameter is text of at most 200 bytes.",
                 "with: ogni parametro è un testo di al più 200 byte.");
    }
    request.with.emplace_back(one.key(), one.value().get_string());
  }
  return std::nullopt;
}

std::variant<SpaceReport, Response> compute(
    const Services& services, const SpaceRequest& request,
    const std::function<Response(const Status&)>& refuse) {
  const std::unique_lock one(*services.reporting, std::try_to_lock);
  if (!one.owns_lock()) {
    Response response = problem_of({ErrorCode::busy, {}});
    for (auto& [name, value] : response.headers) {
      if (name == "Retry-After") value = "10";
    }
    return response;
  }
  auto result = run_space_report(services.repository, request, services.clock());
  if (!result.ok()) return refuse(result.error());
  return std::move(result).value();
}

}  // namespace insieme::server
