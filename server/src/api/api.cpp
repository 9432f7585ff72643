#include "insieme/server/api.hpp"

#include <algorithm>
#include <array>

#include "api/app_files.hpp"
#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "insieme/sync/limits.hpp"
#include "log.hpp"

namespace insieme::server {
namespace {

struct Route {
  std::string_view method;
  std::string_view path;
  Response (*handle)(const Services&, const Request&);
  std::size_t body_bytes_max;
};

constexpr std::size_t kFrameSlack = 64 * 1024;

constexpr std::array<Route, 8> kRoutes{
    Route{"POST", "/v1/enrol", enrol, kJsonBodyBytesMax},
    Route{"POST", "/v1/challenge", challenge, kJsonBodyBytesMax},
    Route{"POST", "/v1/token", token, kJsonBodyBytesMax},
    Route{"POST", "/v1/sync", synchronise, sync::kFrameBytesMax + kFrameSlack},
    Route{"GET", "/v1/digests", digests, 0},
    Route{"POST", "/v1/digests", digests, 0},
    Route{"GET", "/status", status, 0},
    Route{"GET", "/metrics", metrics, 0},
};

Response wrong_method(std::string_view right) {
  Response response = problem_response({405, "method-not-allowed", "Method not allowed",
                                        "This route takes " + std::string(right) + ".", {}});
  response.headers.emplace_back("Allow", std::string(right));
  return response;
}

Response dispatch(const Services& services, const Request& request) {
  std::string allowed;  // methods of this path
  for (const Route& route : kRoutes) {
    if (route.path != request.path) continue;
    allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
    if (route.method != request.method) continue;
    if (!request.content_encoding.empty() && request.content_encoding != "identity") {
      return problem_response({415, "unsupported-encoding", "Unsupported encoding",
                               "Frames are compressed inside; send no Content-Encoding.", {}});
    }
    return route.handle(services, request);
  }
  if (allowed.empty() && services.app != nullptr && services.app->has(request.path)) {
    if (request.method == "GET") return services.app->respond(request);
    return wrong_method("GET");
  }
  if (allowed.empty()) {
    return problem_response({404, "no-such-route", "Not found", "There is nothing here.",
                             "Qui non c'è nulla."});
  }
  return wrong_method(allowed);
}

std::string_view route_of(std::string_view path) noexcept {
  for (const Route& route : kRoutes) {
    if (route.path == path) return route.path;
  }
  return "other";
}

}  // namespace

std::size_t Api::body_limit(std::string_view method, std::string_view path) {
  for (const Route& route : kRoutes) {
    if (route.path == path && route.method == method) return route.body_bytes_max;
  }
  return kJsonBodyBytesMax;  // enough to read a mistake and answer it
}

std::size_t Api::largest_body_limit() noexcept {
  std::size_t largest = kJsonBodyBytesMax;
  for (const Route& route : kRoutes) largest = std::max(largest, route.body_bytes_max);
  return largest;
}

Response Api::handle(const Request& request) {
  Response response;
  try {
    response = dispatch(services_, request);
  } catch (const StorageFailure& failure) {
    log_failure(request.request_id, failure.what());
    response = problem_of({failure.code(), {}});
  } catch (const std::exception& failure) {
    log_failure(request.request_id, failure.what());
    response = problem_of({ErrorCode::internal, {}});
  }
  response.route = route_of(request.path);
  return response;
}

}  // namespace insieme::server
