// Requests to the server's handlers over a real database: first byte the route, then query, bearer
// token and body, separated by form feeds. Every answer is a status that HTTP knows, and none is
// the server's own fault.
#include <string>

#include "fuzz_input.hpp"
#include "insieme/server/recovery.hpp"
#include "insieme/server/secrets.hpp"
#include "server/fixture.hpp"

using namespace insieme;

namespace {

/// Kept between inputs: making one takes longer than many requests.
class Office {
 public:
  Office() : tablet_("anna") { world_.add(tablet_); }
  server::Response handle(const server::Request& request) {
    world_.now_ms += 1'000;
    return world_.api().handle(request);
  }

 private:
  testing::World world_;
  testing::MemoryDevice tablet_;
};

std::string take(std::string& rest) {
  std::string part = rest.substr(0, rest.find('\f'));
  rest.erase(0, part.size() + 1);
  return part;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Office office;
  static const char* const kRoutes[] = {"/v1/enrol",   "/v1/challenge", "/v1/token", "/v1/sync",
                                        "/v1/digests", "/status",       "/metrics",  "/",
                                        "/v1/device-policy", "/v1/findings"};
  if (size == 0) return 0;
  std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  static_cast<void>(server::hash_invitation(rest));
  static_cast<void>(server::answer_recovery(sync::make_key_pair({1}).secret_key, rest));
  server::Request request;
  request.path = kRoutes[data[0] % std::size(kRoutes)];
  request.method = data[0] / 16 % 2 == 0 ? "POST" : "GET";
  request.content_type =
      request.path == "/v1/sync" ? std::string(server::kSyncMediaType) : "application/json";
  request.request_id = "fuzz";
  request.query = take(rest);
  request.authorization = "Bearer " + take(rest);
  request.body.assign(rest.begin(), rest.end());
  if (request.path == "/v1/sync" && data[0] < 128) {
    request.body = fuzzing::frame_of(1, request.body);
  }
  const server::Response response = office.handle(request);
  fuzzing::expect(response.status >= 200 && response.status < 500);
  return 0;
}
