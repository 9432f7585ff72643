// Bytes that no client of ours sends: at the border between us, proxies and browsers.
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "fixture.hpp"
#include "insieme/processes/process.hpp"
#include "operator.hpp"
#include "support/cli_runner.hpp"

using namespace insieme::testing;

namespace {

const std::string kStatus = http_request("GET", "/status");

bool is_problem(const HttpAnswer& answer) {
  return answer.headers.count("content-type") == 1 &&
         answer.headers.at("content-type") == "application/problem+json";
}

HttpAnswer from(const ServerProcess& server, const std::string& address,
                const std::string& target = "/status") {
  return http_once(server.port(), http_request("GET", target, "",
                                               "X-Forwarded-For: " + address + "\r\n"));
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("attack: what two programs could read in two ways is refused", "[server][process]") {
  const TempDir dir;
  const ServerProcess server(dir.file("data"));
  const std::string line = "POST /v1/challenge HTTP/1.1\r\n";
  const std::string json = "Content-Type: application/json\r\n";
  for (const char* request :
       {"GET /status HTTP/1.1\r\n\r\n", "GET /status HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /status HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nAuthorization: Bearer y\r\n"
        "\r\n"}) {
    CAPTURE(request);
    CHECK(http_once(server.port(), request).status == 400);
  }
  for (const std::string& fields :
       {json + json + "Content-Length: 2\r\n", json + "Content-Length: 2\r\nContent-Length: 3\r\n",
        json + "Content-Length: 2\r\nContent-Length: 2\r\n", json + "Content-Length: +2\r\n",
        json + "Content-Length: 0x2\r\n", json + "Content-Length: 2,2\r\n",
        json + "Content-Length: 2 2\r\n", json + "Content-Length : 2\r\n",
        json + "Content-Length: 18446744073709551618\r\n",
        json + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        json + "Transfer-Encoding: chunked, identity\r\n", json + "Transfer-Encoding: identity\r\n",
        json + "Transfer-Encoding: xchunked\r\n", json + "Transfer-Encoding: gzip, chunked\r\n",
        json + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        json + "Transfer-Encoding\r\n: chunked\r\n"}) {
    CAPTURE(fields);
    RawClient client(server.port());
    REQUIRE(client.send(line + "Host: a\r\n" + fields + "\r\n{}" + kStatus));
    client.shut_down_sending();
    const int status = client.read_answer().status;
    CHECK((status == 400 || status == 413 || status == 0));
    // Whatever followed was not taken for a request of its own.
    CHECK(client.read_answer().status == 0);
  }
  CHECK(http_once(server.port(), kStatus).status == 200);
}

TEST_CASE("attack: no spelling of a path leads anywhere else", "[server][process]") {
  const TempDir dir;
  std::filesystem::create_directory(dir.file("app"));
  std::ofstream(dir.file("app/index.html")) << "app";
  std::ofstream(dir.file("secret")) << "secret";
  const ServerProcess server(dir.file("data"), {"--app", dir.file("app")});
  for (const char* path :
       {"/../secret", "/..%2fsecret", "/%2e%2e/secret", "/..\\secret", "/./index.html",
        "//index.html", "/index.html/", "/index.html%00", "/index.html?/../secret/..%00",
        "/index.html;a=b", "/%69ndex.html", "/INDEX.HTML", "/..", "/.", "/status/", "/STATUS",
        "/status%20", "/v1//sync", "/v1/../status", "secret", "../secret", "*",
        "file:///etc/passwd", "/\x80\xff", "/~root", "/server.key", "/data/server.key",
        "/data/server.db"}) {
    CAPTURE(path);
    const HttpAnswer answer = http_once(server.port(), http_request("GET", path));
    CHECK(answer.body.find("secret") == std::string::npos);
    if (std::string(path).rfind("/index.html?", 0) == 0) {
      CHECK(answer.status == 200);
      continue;
    }
    CHECK((answer.status == 404 || answer.status == 400));
    CHECK(is_problem(answer));
  }
  // A target that names the server is what proxies send; who is named does not matter.
  CHECK(http_once(server.port(), http_request("GET", "http://a/status")).status == 200);
  CHECK(http_once(server.port(), http_request("GET", "https://a/status?x")).status == 200);
  CHECK(http_once(server.port(), http_request("GET", "http://a")).body == "app");
  CHECK(http_once(server.port(), http_request("GET", "http://a/../secret")).status == 404);
  CHECK(http_once(server.port(), http_request("GET", "/" + std::string(7'000, 'a'))).status == 404);
  CHECK(http_once(server.port(), http_request("GET", "/" + std::string(9'000, 'a'))).status == 431);
}

TEST_CASE("attack: a header cannot be made to last", "[server][process]") {
  const TempDir dir;
  const ServerProcess server(dir.file("data"), {"--idle-timeout", "60s", "--read-timeout", "1s",
                                                "--request-timeout", "60s"});
  RawClient dripping(server.port());
  REQUIRE(dripping.send("GET /status HTTP/1.1\r\nHost: a\r\n"));
  // No byte is late; the header as a whole is, long before all of these have come.
  constexpr int kDrops = 2'000;
  int drops = 0;
  for (; drops < kDrops && dripping.send("a"); ++drops) ::usleep(20'000);
  CHECK(drops < kDrops);
  // Trickling pipelines begin anew with each request.
  RawClient pipeline(server.port());
  REQUIRE(pipeline.send(kStatus + "GET /status HT"));
  CHECK(pipeline.read_answer().status == 200);
  CHECK(pipeline.read_to_end());
}

TEST_CASE("attack: one address cannot take all connections", "[server][process]") {
  const TempDir dir;
  const ServerProcess server(dir.file("data"), {"--connections-per-address-max", "3"});
  {
    std::vector<std::unique_ptr<RawClient>> held;
    for (int i = 0; i < 3; ++i) {
      held.push_back(std::make_unique<RawClient>(server.port()));
      REQUIRE(held.back()->send(kStatus));
      REQUIRE(held.back()->read_answer().status == 200);
    }
    RawClient fourth(server.port());
    CHECK(fourth.read_to_end());  // closed without a word
    REQUIRE(held.front()->send(kStatus));
    CHECK(held.front()->read_answer().status == 200);
  }
  HttpAnswer answer;
  while (answer.status != 200) answer = http_once(server.port(), kStatus);  // they are counted out
}

TEST_CASE("attack: one address has its share of requests, and others theirs", "[server][process]") {
  const TempDir dir;
  const ServerProcess server(dir.file("data"), {"--behind-proxy", "--address-requests-max", "3"});
  for (int i = 0; i < 3; ++i) CHECK(from(server, "192.0.2.1").status == 200);
  const HttpAnswer refused = from(server, "192.0.2.1");
  CHECK(refused.status == 429);
  CHECK(is_problem(refused));
  CHECK(std::stoi(refused.headers.at("retry-after")) > 0);
  CHECK(refused.headers.at("x-ratelimit-limit") == "3");
  CHECK(refused.headers.at("x-ratelimit-remaining") == "0");
  CHECK(refused.headers.count("x-ratelimit-reset") == 1);
  CHECK(refused.headers.at("connection") == "close");
  // What a client says of itself before its proxy does not count.
  CHECK(from(server, "203.0.113.9, 192.0.2.1").status == 429);
  CHECK(from(server, "192.0.2.2").status == 200);
  // A network of IPv6 is one customer.
  for (int i = 0; i < 3; ++i) {
    CHECK(from(server, "2001:db8:1:2::" + std::to_string(i)).status == 200);
  }
  CHECK(from(server, "2001:db8:1:2:3:4:5:6").status == 429);
  CHECK(from(server, "2001:db8:1:3::1").status == 200);
  // A proxy that says nothing is not itself held back: all tablets come through it.
  for (int i = 0; i < 10; ++i) CHECK(http_once(server.port(), kStatus).status == 200);
  // It counts before a body is read.
  RawClient large(server.port());
  REQUIRE(large.send("POST /v1/sync HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n"
                     "Content-Length: 4000000\r\n\r\n"));
  CHECK(large.read_answer().status == 429);
}

TEST_CASE("attack: every answer tells what is left of the share of requests, of whoever asks",
          "[server][process]") {
  const TempDir dir;
  const ServerProcess server(dir.file("data"), {"--behind-proxy", "--address-requests-max", "50"});
  const std::string of = "X-Forwarded-For: 192.0.2.1\r\n";
  int left = 50;
  for (const std::string& request :
       {http_request("GET", "/status", "", of), http_request("GET", "/nothing", "", of),
        http_request("DELETE", "/status", "", of), http_request("HEAD", "/ready", "", of),
        http_request("GET", "/v1/digests", "", of), http_request("GET", "/v1/sign-in/ways", "", of),
        http_request("POST", "/v1/enrol", std::string(20'000, ' '), of)}) {
    const HttpAnswer answer = http_once(server.port(), request);
    CAPTURE(request, answer.status);
    CHECK(answer.headers.at("x-ratelimit-limit") == "50");
    CHECK(std::stoi(answer.headers.at("x-ratelimit-remaining")) >= --left);
    CHECK(std::stoi(answer.headers.at("x-ratelimit-remaining")) < 50);
    CHECK(answer.headers.count("x-ratelimit-reset") == 1);
  }
  // Who is not counted has all of it, and what is no HTTP is answered so, too.
  for (const std::string& request : {kStatus, std::string("x\r\n\r\n")}) {
    const HttpAnswer answer = http_once(server.port(), request);
    CHECK(answer.headers.at("x-ratelimit-remaining") == "50");
    CHECK(answer.headers.at("x-ratelimit-reset") == "0");
  }
}

TEST_CASE("attack: every answer tells browsers to keep, guess and run nothing",
          "[server][process]") {
  const TempDir dir;
  std::filesystem::create_directory(dir.file("app"));
  std::ofstream(dir.file("app/index.html")) << "app";
  const auto check = [](const HttpAnswer& answer, const char* policy) {
    CAPTURE(answer.status, answer.body);
    CHECK(answer.headers.at("x-content-type-options") == "nosniff");
    CHECK(answer.headers.at("content-security-policy").find(policy) != std::string::npos);
    CHECK(answer.headers.at("content-security-policy").find("frame-ancestors 'none'") !=
          std::string::npos);
    CHECK(answer.headers.at("server") == "insieme");  // and no version
  };
  const ServerProcess server(dir.file("data"), {"--app", dir.file("app"), "--behind-proxy"});
  for (const std::string& request :
       {kStatus, http_request("GET", "/nothing"), http_request("DELETE", "/status"),
        http_request("HEAD", "/status"), std::string("x\r\n\r\n"),
        http_request("POST", "/v1/enrol", std::string(20'000, ' ')),
        http_request("GET", "/metrics")}) {
    const HttpAnswer answer = http_once(server.port(), request);
    check(answer, "default-src 'none'");
    CHECK(answer.headers.at("cache-control") == "no-store");
    CHECK(answer.headers.at("strict-transport-security") == "max-age=31536000");
  }
  const HttpAnswer page = http_once(server.port(), http_request("GET", "/"));
  check(page, "script-src 'self'");
  CHECK(page.headers.at("cache-control") == "no-cache");
  // Where nobody speaks TLS, to ask for it for a year would lock people out.
  const TempDir plain;
  const ServerProcess dev(plain.file("data"));
  CHECK(http_once(dev.port(), kStatus).headers.count("strict-transport-security") == 0);
}

TEST_CASE("attack: what the server counts is told to its own machine alone", "[server][process]") {
  const TempDir dir;
  {
    const ServerProcess server(dir.file("data"), {"--behind-proxy"});
    CHECK(from(server, "192.0.2.1", "/metrics").status == 403);
    CHECK(from(server, "127.0.0.1", "/metrics").status == 200);
    CHECK(http_once(server.port(), http_request("GET", "/metrics")).status == 200);
  }
  const ServerProcess open(dir.file("data"), {"--behind-proxy", "--metrics-for-all"});
  CHECK(from(open, "192.0.2.1", "/metrics").status == 200);
}

TEST_CASE("attack: no secret and no broken line gets into the log", "[server][process]") {
  const Operator op;
  REQUIRE(op.run({"init", "--name", "X"}).code == 0);
  REQUIRE(op.run({"users", "add", "anna", "--name", "Anna", "--role", "educator"}).code == 0);
  const std::string code(op.json_of({"invite", "anna"}).at("code").as_string());
  const std::string log = op.dir.file("log");
  std::string bare = code;
  bare.erase(std::remove(bare.begin(), bare.end(), '-'), bare.end());
  {
    // Its messages go to a file, as a service manager keeps them.
    insieme::processes::Running server;
    const std::string said = server.start(
        Launch("insieme-server", {"serve", "--data", op.data, "--dev", "--listen", "127.0.0.1:0"},
               {}),
        log);
    const auto port = static_cast<std::uint16_t>(std::stoi(said.substr(said.rfind(':') + 1)));
    const std::string bearer = "Authorization: Bearer mysecrettoken\r\n";
    for (const std::string& target : {"/" + code, "/" + bare, "/?invitation=" + code,
                                      std::string("/a\xff\xfe\"}{"), "/v1/digests?after=" + code}) {
      CHECK(http_once(port, http_request("GET", target, "", bearer)).status >= 400);
    }
    const std::string body = json::serialize(json::object{{"invitation", code}});
    const HttpAnswer wrong = http_once(
        port, http_request("POST", "/v1/enrol", body, "Content-Type: application/json\r\n"));
    CHECK(wrong.status == 400);
    CHECK(server.stop() == 0);
  }
  const std::string text = content_of(log);
  CHECK(text.find(code) == std::string::npos);
  CHECK(text.find(bare) == std::string::npos);
  CHECK(text.find("mysecrettoken") == std::string::npos);
  CHECK(text.find("/(invitation)") != std::string::npos);
  std::istringstream lines(text);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    CAPTURE(line);
    const json::object told = json::parse(line).as_object();
    CHECK(told.at("ts").as_string().back() == 'Z');
    for (const char c : line) CHECK(static_cast<unsigned char>(c) < 0x80);
  }
  CHECK(count >= 7);
}
