// The real process against clients that do not keep to the rules.
#include "fixture.hpp"
#include <unistd.h>

#include "support/server_process.hpp"
#include "support/catch.hpp"

using namespace insieme::testing;

namespace {

const std::string kStatus = http_request("GET", "/status");

void check_alive(const ServerProcess& server) {
  const HttpAnswer answer = http_once(server.port(), kStatus);
  CHECK(answer.status == 200);
  CHECK(answer.body.find("\"status\":200") != std::string::npos);
}

}  // namespace

TEST_CASE("http: garbage is answered in words and the connection closed", "[server][process]") {
  const TempDir dir;
  const ServerProcess server(dir.file("data"));
  for (const std::string& garbage :
       {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
        std::string("\r\n\r\n\r\n"),
        std::string("GET /status\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"),
        std::string(1000, '\0'), std::string("POST /v1/sync HTTP/1.1\r\nContent-Length: x\r\n\r\n"),
        std::string("POST /v1/sync HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
        std::string("GET /status HTTP/1.1\r\nA B: c\r\n\r\n")}) {
    RawClient client(server.port());
    REQUIRE(client.send(garbage));
    client.shut_down_sending();
    const HttpAnswer answer = client.read_answer();
    CHECK((answer.status == 400 || answer.status == 0));
    CHECK(client.read_to_end());
  }
  // Both ways to tell a length at once is how requests are smuggled past proxies.
  const HttpAnswer smuggled = http_once(
      server.port(),
      http_request("POST", "/v1/sync", "0\r\n\r\n", "Transfer-Encoding: chunked\r\n"));
  CHECK((smuggled.status == 400 || smuggled.status == 0));
  check_alive(server);
}

TEST_CASE("http: headers and bodies that are too large", "[server][process]") {
  const TempDir dir;
  const ServerProcess server(dir.file("data"));
  const auto header = http_once(
      server.port(), http_request("GET", "/status", "", "X: " + std::string(9'000, 'x') + "\r\n"));
  CHECK(header.status == 431);
  CHECK(header.headers.at("content-type") == "application/problem+json");
  const auto claimed = http_once(server.port(),
                                 "POST /v1/sync HTTP/1.1\r\nHost: x\r\n"
                                 "Content-Length: 99999999999\r\n\r\n");
  CHECK(claimed.status == 413);
  const auto json = http_once(server.port(), http_request("POST", "/v1/enrol",
                                                          std::string(20'000, ' ')));
  CHECK(json.status == 413);
  RawClient chunked(server.port());
  REQUIRE(chunked.send("POST /v1/enrol HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = "1000\r\n" + std::string(4096, ' ') + "\r\n";
  bool open = true;
  for (int i = 0; i < 6 && open; ++i) open = chunked.send(chunk);
  CHECK(chunked.read_answer().status == 413);
  check_alive(server);
}

TEST_CASE("http: a frame as large as the protocol allows reaches its handler",
          "[server][process][P10]") {
  const TempDir dir;
  const ServerProcess server(dir.file("data"));
  // Without a token nothing is looked at; the size is not what is refused.
  const auto frame = http_once(
      server.port(),
      http_request("POST", "/v1/sync", std::string(4 * 1024 * 1024, 'x')));
  CHECK(frame.status == 401);
  const auto larger = http_once(
      server.port(),
      http_request("POST", "/v1/sync", std::string(5 * 1024 * 1024, 'x')));
  CHECK(larger.status == 413);  // also while most of it is still under way
  check_alive(server);
}

TEST_CASE("http: whoever says nothing, or a little, is shown the door", "[server][process]") {
  const TempDir dir;
  const ServerProcess server(dir.file("data"), {"--idle-timeout", "1s", "--read-timeout", "1s",
                                                "--request-timeout", "1s"});
  RawClient silent(server.port());
  RawClient half_header(server.port());
  RawClient half_body(server.port());
  REQUIRE(half_header.send("GET /status HT"));
  REQUIRE(half_body.send("POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345"));
  CHECK(silent.read_to_end());
  CHECK(half_header.read_answer().status == 0);
  CHECK(half_body.read_to_end());

  // Drop by drop, each in time: the whole still has an end.
  RawClient dripping(server.port());
  REQUIRE(dripping.send("GET /status HTTP/1.1\r\n"));
  int drops = 0;
  while (dripping.send("A: b\r\n") && drops < 100'000) {
    ++drops;
    ::usleep(100'000);
    if (drops > 60) break;
  }
  CHECK(dripping.read_to_end());
  check_alive(server);
}

TEST_CASE("http: pipelining, methods and ids", "[server][process]") {
  const TempDir dir;
  const ServerProcess server(dir.file("data"));
  RawClient client(server.port());
  REQUIRE(client.send(kStatus + http_request("DELETE", "/status") +
                      http_request("GET", "/v1/sync", "", "X-Request-Id: mine-1\r\n") +
                      http_request("GET", "/nothing", "", "X-Request-Id: <script>\r\n")));
  CHECK(client.read_answer().status == 200);
  const HttpAnswer wrong = client.read_answer();
  CHECK(wrong.status == 405);
  CHECK(wrong.headers.at("allow") == "GET, HEAD");
  const HttpAnswer mine = client.read_answer();
  CHECK(mine.headers.at("allow") == "POST");
  CHECK(mine.headers.at("x-request-id") == "mine-1");
  const HttpAnswer nothing = client.read_answer();
  CHECK(nothing.status == 404);
  CHECK(nothing.headers.at("x-request-id") != "<script>");
  CHECK(nothing.headers.at("content-type") == "application/problem+json");
}

TEST_CASE("http: a client that asks first is told to go on", "[server][process]") {
  const TempDir dir;
  const ServerProcess server(dir.file("data"));
  RawClient client(server.port());
  REQUIRE(client.send("POST /v1/challenge HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                      "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n"));
  CHECK(client.read_answer().status == 100);
  REQUIRE(client.send("{}"));
  CHECK(client.read_answer().status == 400);
}

TEST_CASE("http: connections and requests are counted", "[server][process]") {
  const TempDir dir;
  const ServerProcess server(dir.file("data"),
                             {"--connections-max", "2", "--requests-per-connection-max", "2"});
  {
    RawClient first(server.port());
    RawClient second(server.port());
    REQUIRE(first.send(kStatus));
    REQUIRE(first.read_answer().status == 200);
    REQUIRE(second.send(kStatus));
    REQUIRE(second.read_answer().status == 200);
    RawClient third(server.port());
    CHECK(third.read_to_end());  // closed without a word
    REQUIRE(first.send(kStatus));
    const HttpAnswer last = first.read_answer();
    CHECK(last.status == 200);
    CHECK(last.headers.at("connection") == "close");
    CHECK(first.read_to_end());
  }
  HttpAnswer answer;
  while (answer.status != 200) answer = http_once(server.port(), kStatus);  // until both are gone
}
