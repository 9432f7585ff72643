#include "insieme/server/api.hpp"

#include <algorithm>

#include "api/app_files.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "log.hpp"

namespace insieme::server {
namespace {

constexpr int kTurnedAwayRetryS = 1;

Response wrong_method(std::string_view right) {
  Response response = problem_response({405, "method-not-allowed", "Method not allowed",
                                        "This route takes " + std::string(right) + ".", {}});
  response.headers.emplace_back("Allow", std::string(right));
  return response;
}

/// What answers GET answers HEAD, too; the reply's body stays behind where it is sent.
std::string_view method_of(const Request& request) noexcept {
  return request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
}

/// As an `Allow` header wants them; empty if there is no such path.
std::string methods_of(std::string_view path) {
  std::string allowed;
  for (const Route& route : routes()) {
    if (route.path != path) continue;
    allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
    if (route.method == "GET") allowed += ", HEAD";
  }
  return allowed;
}

Response dispatch(const Services& services, const Request& request) {
  const std::string_view method = method_of(request);
  if (const Route* route = find_route(method, request.path)) {
    if (!request.content_encoding.empty() && request.content_encoding != "identity") {
      return problem_response({415, "unsupported-encoding", "Unsupported encoding",
                               "Frames are compressed inside; send no Content-Encoding.", {}});
    }
    return route->handle(services, request);
  }
  const std::string allowed = methods_of(request.path);
  if (!allowed.empty()) return wrong_method(allowed);
  if (services.app != nullptr && services.app->has(request.path)) {
    if (method == "GET") return services.app->respond(request);
    return wrong_method("GET, HEAD");
  }
  return problem_response({404, "no-such-route", "Not found", "There is nothing here.",
                           "Qui non c'è nulla."});
}

std::string_view route_of(std::string_view path) noexcept {
  for (const Route& route : routes()) {
    if (route.path == path) return route.path;
  }
  return "other";
}

}  // namespace

std::size_t Api::body_limit(std::string_view method, std::string_view path) {
  if (const Route* route = find_route(method, path)) return route->body_bytes_max;
  return kJsonBodyBytesMax;  // enough to read a mistake and answer it
}

std::size_t Api::largest_body_limit() noexcept {
  std::size_t largest = kJsonBodyBytesMax;
  for (const Route& route : routes()) largest = std::max(largest, route.body_bytes_max);
  return largest;
}

std::string Api::line_of(const Request& request) const {
  if (const auto secret = bearer_of(request)) {
    // Also one that has expired: the name of a line lets nobody do anything.
    const auto found = services_.tokens.find_token(*secret, services_.clock());
    if (found) return "device " + sync::to_text(found->device);
  }
  const std::string address = counted_address(request.client);
  return address.empty() ? std::string() : "address " + address;
}

Response Api::turn_away(const Request& request) const {
  Response response = problem_response(
      {429, "too-many-requests", "Too many requests",
       "Too many requests of this device wait already. Try again shortly.",
       "Troppe richieste di questo dispositivo sono già in attesa. Riprovare fra poco."});
  response.headers.emplace_back("Retry-After", std::to_string(kTurnedAwayRetryS));
  response.route = route_of(request.path);
  return response;
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
  const Route* route = find_route(method_of(request), request.path);
  const bool known = route != nullptr && route->proof != Proof::none && !response.device.empty();
  if (known && services_.devices != nullptr && response.status != 429) {
    const std::string name =
        (route->proof == Proof::device ? "" : "machine ") + response.device;
    tell_limit(response, services_.devices->look(name, services_.clock()));
  }
  return response;
}

}  // namespace insieme::server
