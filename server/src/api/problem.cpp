#include "api/problem.hpp"

#include <boost/json.hpp>

#include <array>

namespace insieme::server {
namespace {

constexpr std::array kKinds{
    ProblemKind{400, "Bad request",
                "bad-request truncated malformed trailing-bytes wrong-version checksum "
                "invalid-argument",
                ""},
    ProblemKind{401, "Not authenticated",
                "no-token unknown-token token-expired unknown-device bad-challenge bad-signature "
                "unauthenticated machine-refused",
                "WWW-Authenticate"},
    ProblemKind{403, "Not allowed",
                "device-revoked device-locked device-wiped account-disabled not-allowed no-access "
                "no-sign-in sign-in-declined sign-in-refused sign-in-nobody sign-in-wrong "
                "password-refused no-scope file-infected",
                ""},
    ProblemKind{404, "Not found", "no-such-route invitation-unknown sign-in-unknown not-found", ""},
    ProblemKind{405, "Method not allowed", "method-not-allowed", "Allow"},
    ProblemKind{409, "Conflict",
                "wrong-space invitation-used conflict duplicate not-yet fork broken-chain "
                "already-exists another-wait file-unchecked",
                ""},
    ProblemKind{410, "Expired", "invitation-expired expired", ""},
    ProblemKind{413, "Too large", "too-large limit-exceeded", ""},
    ProblemKind{415, "Unsupported media type", "unsupported-media-type unsupported-encoding", ""},
    ProblemKind{416, "Range not satisfiable", "no-such-range", "Content-Range"},
    ProblemKind{429, "Too many requests", "too-many-requests sign-in-locked",
                "Retry-After X-RateLimit-Limit X-RateLimit-Remaining X-RateLimit-Reset"},
    ProblemKind{431, "Header too large", "header-too-large", ""},
    ProblemKind{500, "Internal error", "internal", ""},
    ProblemKind{503, "Not available now", "busy unavailable cancelled no-room-to-wait "
                "provider-unavailable",
                "Retry-After"},
    ProblemKind{507, "Server full", "quota storage-full dossier-full", ""},
};

std::string_view title_of(int status) noexcept {
  for (const ProblemKind& kind : kKinds) {
    if (kind.status == status) return kind.title;
  }
  return "Internal error";
}

}  // namespace

std::span<const ProblemKind> problem_kinds() noexcept { return kKinds; }

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
  if (!problem.error.empty()) body["error"] = problem.error;
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

void tell_limit(Response& response, const Allowance& allowance) {
  if (allowance.limit == 0) return;
  for (const auto& [name, value] :
       {std::pair<const char*, std::uint32_t>{"X-RateLimit-Limit", allowance.limit},
        {"X-RateLimit-Remaining", allowance.remaining},
        {"X-RateLimit-Reset", allowance.reset_s}}) {
    response.headers.emplace_back(name, std::to_string(value));
  }
}

Response too_many(const Allowance& allowance) {
  Response response = problem_response(
      {429, "too-many-requests", "Too many requests",
       "There were too many requests in a short time. Try again shortly.",
       "Troppe richieste in poco tempo. Riprovare fra poco."});
  response.headers.emplace_back("Retry-After", std::to_string(allowance.retry_s));
  tell_limit(response, allowance);
  return response;
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
