#include "api/problem.hpp"

#include <boost/json.hpp>

namespace insieme::server {
namespace {

std::string_view title_of(int status) noexcept {
  switch (status) {
    case 400: return "Bad request";
    case 401: return "Not authenticated";
    case 403: return "Not allowed";
    case 404: return "Not found";
    case 409: return "Conflict";
    case 410: return "Expired";
    case 413: return "Too large";
    case 503: return "Not available now";
    case 507: return "Server full";
    default: return "Internal error";
  }
}

}  // namespace

Response text_response(int status, std::string_view content_type, std::string text) {
  Response response;
  response.status = status;
  response.content_type = content_type;
  response.body.assign(text.begin(), text.end());
  return response;
}

Response json_response(int status, std::string text) {
  return text_response(status, "application/json", std::move(text));
}

Response problem_response(const Problem& problem) {
  boost::json::object body;
  body["type"] = "/problems/" + std::string(problem.slug);
  body["title"] = problem.title;
  body["status"] = problem.status;
  body["detail"] = problem.detail;
  if (!problem.detail_it.empty()) body["detail_it"] = problem.detail_it;
  return text_response(problem.status, "application/problem+json", boost::json::serialize(body));
}

int http_status_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::ok: return 200;
    case ErrorCode::truncated:
    case ErrorCode::malformed:
    case ErrorCode::trailing_bytes:
    case ErrorCode::wrong_version:
    case ErrorCode::checksum:
    case ErrorCode::invalid_argument: return 400;
    case ErrorCode::limit_exceeded: return 413;
    case ErrorCode::duplicate:
    case ErrorCode::not_yet:
    case ErrorCode::fork:
    case ErrorCode::broken_chain:
    case ErrorCode::already_exists:
    case ErrorCode::conflict: return 409;
    case ErrorCode::bad_signature:
    case ErrorCode::unauthenticated: return 401;
    case ErrorCode::not_allowed: return 403;
    case ErrorCode::not_found: return 404;
    case ErrorCode::expired: return 410;
    case ErrorCode::busy:
    case ErrorCode::unavailable:
    case ErrorCode::cancelled: return 503;
    case ErrorCode::quota:
    case ErrorCode::storage_full: return 507;
    case ErrorCode::storage_failure:
    case ErrorCode::storage_newer:
    case ErrorCode::wrong_key:
    case ErrorCode::internal: return 500;
  }
  return 500;
}

Response problem_of(const Error& error) {
  Problem problem;
  problem.status = http_status_of(error.code);
  std::string slug(name_of(error.code));
  for (char& c : slug) {
    if (c == '_') c = '-';
  }
  if (problem.status == 500) slug = "internal";
  problem.slug = slug;
  problem.title = title_of(problem.status);
  switch (problem.status) {
    case 500:
      problem.detail = "The server could not do this. Nothing was changed.";
      problem.detail_it = "Il server non ha potuto farlo. Nulla è stato modificato.";
      break;
    case 503:
      problem.detail = "The server is busy. Try again shortly.";
      problem.detail_it = "Il server è occupato. Riprovare fra poco.";
      break;
    case 507:
      problem.detail = "The server has no room left. Your work stays on the device; tell the "
                       "people who run the server.";
      problem.detail_it = "Il server non ha più spazio. Il lavoro resta sul dispositivo: avvisare "
                          "chi gestisce il server.";
      break;
    default: problem.detail = error.detail;
  }
  Response response = problem_response(problem);
  if (problem.status == 503) response.headers.emplace_back("Retry-After", "2");
  return response;
}

}  // namespace insieme::server
