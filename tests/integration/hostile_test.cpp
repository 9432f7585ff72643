// Whatever arrives at any address: an answer in problem+json, a server that lives, nothing written.
#include <zstd.h>

#include <fstream>
#include <random>

#include "ambito.hpp"
#include "insieme/sync/digest.hpp"
#include "support/catch.hpp"
#include "support/server_process.hpp"

namespace insieme::testing {
namespace {

constexpr const char* kSyncType = "application/vnd.insieme.sync";

/// What the server holds; the only thing that may change is nothing.
std::string held_by(const OfficeServer& server) {
  return json::serialize(server.admin_json({"verify"})) +
         json::serialize(server.admin_json({"users"})) +
         json::serialize(server.admin_json({"devices"})) +
         json::serialize(server.admin_json({"dossiers"}));
}

void check_problem(const HttpAnswer& answer) {
  CAPTURE(answer.status, answer.body);
  CHECK(answer.status >= 400);
  CHECK(answer.status != 500);
  REQUIRE(answer.headers.count("content-type") == 1);
  CHECK(answer.headers.at("content-type") == "application/problem+json");
  const json::object problem = json::parse(answer.body).as_object();
  CHECK(problem.at("status").to_number<int>() == answer.status);
  CHECK_FALSE(member(problem, "title").empty());
  CHECK(member(problem, "type").rfind("/problems/", 0) == 0);
  CHECK_FALSE(member(problem, "detail").empty());
}

void check_alive(const OfficeServer& server) {
  CHECK(http_once(server.port(), http_request("GET", "/status")).status == 200);
}

/// A real exchange of Anna's: its token and its frame.
struct Heard {
  std::string token;
  std::string frame;

  explicit Heard(Ambito& at) {
    at.network.take_passed();
    at.anna.ok({"sync"});
    const std::string request = at.network.take_passed().at(0).request;
    const std::size_t sync = request.find("POST /v1/sync");
    const std::size_t bearer = request.find("Bearer ", sync) + 7;
    token = request.substr(bearer, request.find("\r\n", bearer) - bearer);
    frame = request.substr(request.find("\r\n\r\n", sync) + 4);
  }
  [[nodiscard]] HttpAnswer post(const Ambito& at, const std::string& body,
                                const std::string& type = kSyncType) const {
    return http_once(at.server.port(),
                     http_request("POST", "/v1/sync", body,
                                  "Content-Type: " + type + "\r\nAuthorization: Bearer " + token +
                                      "\r\n"));
  }
};

TEST_CASE("hostile: every address answers nonsense with a problem and changes nothing",
          "[integration][server]") {
  Ambito at;
  const std::string before = held_by(at.server);
  const std::vector<std::string> bodies{
      "", "{", "[]", "null", "\"x\"", "{}", std::string(300, '['), std::string("\0\1\2", 3),
      R"({"invitation":1})", R"({"device":"zz"})", R"({"device":{"a":{"b":{"c":{"d":1}}}}})",
      R"({"invitation":"AAAA","device_public_key":"00","device_name":"","replica":""})"};
  for (const char* path : {"/v1/enrol", "/v1/challenge", "/v1/token", "/v1/sync"}) {
    for (const char* type : {"application/json", "text/plain", kSyncType, ""}) {
      for (const std::string& body : bodies) {
        CAPTURE(path, type, body);
        const std::string headers =
            *type == '\0' ? "" : "Content-Type: " + std::string(type) + "\r\n";
        check_problem(http_once(at.server.port(), http_request("POST", path, body, headers)));
      }
    }
    check_problem(http_once(at.server.port(), http_request("GET", path)));
    check_problem(http_once(
        at.server.port(), http_request("POST", path, "{}", "Content-Encoding: gzip\r\n")));
  }
  for (const char* path : {"/v1/digests", "/v1/digests?limit=x", "/v1/nothing", "/", "/../etc",
                           "/v1/sync/", "/%2e%2e/", "*"}) {
    CAPTURE(path);
    check_problem(http_once(at.server.port(), http_request("GET", path)));
  }
  check_alive(at.server);
  CHECK(held_by(at.server) == before);
}

TEST_CASE("hostile: what is too large is refused before it is read", "[integration][server]") {
  Ambito at;
  const std::string before = held_by(at.server);
  const auto answer_to = [&](const std::string& request) {
    return http_once(at.server.port(), request);
  };
  check_problem(answer_to("POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: "
                          "18446744073709551615\r\n\r\n"));
  check_problem(answer_to("POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n"));
  check_problem(answer_to(http_request("GET", "/status", "",
                                       "X-Long: " + std::string(20'000, 'x') + "\r\n")));
  std::string many;
  for (int i = 0; i < 2'000; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
  check_problem(answer_to(http_request("GET", "/status", "", many)));
  check_problem(answer_to("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  check_problem(answer_to("NONSENSE\r\n\r\n"));
  check_alive(at.server);
  CHECK(held_by(at.server) == before);
}

TEST_CASE("hostile: a frame that is cut or has one wrong byte is refused, with a good token, too",
          "[integration][server][P2]") {
  const std::uint64_t seed = seed_or(21);
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  Ambito at;
  at.save("da non perdere");
  const Heard heard(at);
  REQUIRE(heard.post(at, heard.frame).status == 200);
  const std::string before = held_by(at.server);
  for (std::size_t size = 0; size < heard.frame.size(); size += 1 + random() % 23) {
    CAPTURE(size);
    check_problem(heard.post(at, heard.frame.substr(0, size)));
  }
  for (std::size_t i = 0; i < heard.frame.size(); i += 1 + random() % 17) {
    CAPTURE(i);
    std::string wrong = heard.frame;
    wrong[i] = static_cast<char>(wrong[i] ^ (1 << (random() % 8)));
    check_problem(heard.post(at, wrong));
  }
  check_problem(heard.post(at, heard.frame + "x"));
  check_problem(heard.post(at, heard.frame, "application/json"));
  check_alive(at.server);
  CHECK(held_by(at.server) == before);
  at.check_whole();
}

/// Of bytes, as the server computes it: not the hash of a text.
std::uint64_t checksum_of(const std::string& bytes) {
  const std::vector<std::uint8_t> all(bytes.begin(), bytes.end());
  return sync::Hasher("insieme frame v1").add(all).finish().prefix();
}

/// A frame that is right in everything but what its payload becomes.
std::string frame_around(const std::string& payload, std::uint32_t claimed) {
  std::string frame = "IS\1\1\1";
  for (const std::uint32_t number : {static_cast<std::uint32_t>(payload.size()), claimed}) {
    for (unsigned shift = 0; shift < 32; shift += 8) frame += static_cast<char>(number >> shift);
  }
  frame += payload;
  std::uint64_t checksum = checksum_of(frame);
  for (int i = 0; i < 8; ++i, checksum >>= 8) frame += static_cast<char>(checksum);
  return frame;
}

std::size_t resident_kib(const OfficeServer& server) {
  std::ifstream status("/proc/" + std::to_string(server.process()) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stoul(line.substr(6));
  }
  return 0;
}

TEST_CASE("hostile: a few bytes that would become a gigabyte never do", "[integration][server]") {
  Ambito at;
  const Heard heard(at);
  const std::string before = held_by(at.server);
  const std::string zeros(64 * 1024 * 1024, '\0');
  std::string bomb(ZSTD_compressBound(zeros.size()), '\0');
  bomb.resize(ZSTD_compress(bomb.data(), bomb.size(), zeros.data(), zeros.size(), 19));
  REQUIRE(bomb.size() < 16'384);
  const std::size_t resident = resident_kib(at.server);
  for (const std::uint32_t claimed : {0U, 1U, 4U * 1024 * 1024, 64U * 1024 * 1024, 0xffffffffU}) {
    CAPTURE(claimed);
    for (int time = 0; time < 4; ++time) check_problem(heard.post(at, frame_around(bomb, claimed)));
  }
  CHECK(resident_kib(at.server) < resident + 32 * 1024);
  check_alive(at.server);
  CHECK(held_by(at.server) == before);
}

TEST_CASE("hostile: one device's token speaks for no other", "[integration][server][P7]") {
  Ambito at;
  const Heard anna(at);
  at.network.take_passed();
  at.carla.ok({"sync"});
  const std::string request = at.network.take_passed().at(0).request;
  const std::size_t sync = request.find("POST /v1/sync");
  // Other requests follow on the same connection.
  const std::string length = "Content-Length: ";
  const std::size_t bytes = std::stoul(request.substr(request.find(length, sync) + length.size()));
  const std::string frame = request.substr(request.find("\r\n\r\n", sync) + 4, bytes);
  const HttpAnswer answer = anna.post(at, frame);
  check_problem(answer);
  CHECK(answer.status == 403);
}

}  // namespace
}  // namespace insieme::testing
