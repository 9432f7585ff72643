#include "api/problem.hpp"

#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::server;

TEST_CASE("problems: every code has a status, and nothing internal is told", "[server][api]") {
  for (std::uint16_t number = 1; number <= 99; ++number) {
    const auto code = static_cast<ErrorCode>(number);
    if (name_of(code) == "unknown") continue;
    CAPTURE(name_of(code));
    const int status = http_status_of(code);
    CHECK(status >= 400);
    const Response response = problem_of({code, "secret detail"});
    CHECK(response.status == status);
    CHECK(response.content_type == "application/problem+json");
    const std::string body(response.body.begin(), response.body.end());
    CHECK(body.find("\"type\":\"/problems/") != std::string::npos);
    if (status >= 500) CHECK(body.find("secret") == std::string::npos);
  }
  CHECK(http_status_of(ErrorCode::not_allowed) == 403);
  CHECK(http_status_of(ErrorCode::quota) == 507);
  CHECK(http_status_of(ErrorCode::storage_full) == 507);
  CHECK(http_status_of(ErrorCode::storage_failure) == 500);
  CHECK(http_status_of(static_cast<ErrorCode>(12345)) == 500);
}
