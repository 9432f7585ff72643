// libcurl behind its seam, against raw bytes on loopback.
#include <cstdlib>

#include "support/http_stub.hpp"
#include "insieme/client/transport.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

using client::HttpReply;
using client::HttpRequest;

std::string text_of(const HttpReply& reply) { return {reply.body.begin(), reply.body.end()}; }

HttpRequest request_to(const std::string& url) {
  HttpRequest request;
  request.url = url + "/v1/sync";
  request.headers = {{"Content-Type", "application/x-test"}, {"Authorization", "Bearer abc"}};
  request.body = {'a', 0, 'b'};
  return request;
}

HttpReply must_post(client::Transport& transport, const HttpRequest& request) {
  auto reply = transport.post(request);
  if (!reply.ok()) FAIL(reply.error().detail);
  return std::move(reply).value();
}

TEST_CASE("transport: a request arrives as it was given, and its reply comes back", "[transport]") {
  HttpStub stub({ok_reply("fine")});
  auto transport = client::make_transport({});
  const HttpReply reply = must_post(*transport, request_to(stub.url()));
  CHECK(reply.status == 200);
  CHECK(text_of(reply) == "fine");
  CHECK(reply.content_type == "text/plain");
  CHECK(reply.handed_over);
  REQUIRE(stub.requests().size() == 1);
  const std::string seen = stub.requests()[0];
  CHECK(seen.rfind("POST /v1/sync HTTP/1.1\r\n", 0) == 0);
  CHECK(seen.find("Authorization: Bearer abc\r\n") != std::string::npos);
  CHECK(seen.find("Expect:") == std::string::npos);
  CHECK(seen.substr(seen.size() - 3) == std::string("a\0b", 3));
}

TEST_CASE("transport: nobody listens", "[transport]") {
  auto transport = client::make_transport({});
  const HttpReply reply = must_post(*transport, request_to(url_of_nobody()));
  CHECK(reply.status == 0);
  CHECK_FALSE(reply.handed_over);
  CHECK(reply.failure == "the server cannot be reached\nil server non è raggiungibile");
}

TEST_CASE("transport: a connection cut at any byte of the answer is no answer", "[transport]") {
  const std::string whole = ok_reply("0123456789");
  std::vector<std::string> answers;
  for (std::size_t i = 0; i < whole.size(); i += 7) answers.push_back(whole.substr(0, i));
  const std::size_t count = answers.size();
  HttpStub stub(std::move(answers));
  auto transport = client::make_transport({});
  for (std::size_t i = 0; i < count; ++i) {
    CAPTURE(i);
    const HttpReply reply = must_post(*transport, request_to(stub.url()));
    CHECK(reply.status == 0);
    CHECK(reply.body.empty());
    CHECK_FALSE(reply.failure.empty());
    CHECK(reply.handed_over);
  }
}

TEST_CASE("transport: a reply larger than the limit is cut off and counts as none", "[transport]") {
  HttpStub stub({ok_reply(std::string(5'000, 'x'))});
  auto transport = client::make_transport({});
  HttpRequest request = request_to(stub.url());
  request.limits.reply_bytes_max = 4'999;
  const HttpReply reply = must_post(*transport, request);
  CHECK(reply.status == 0);
  CHECK(reply.failure.rfind("the reply is longer than this program takes\n", 0) == 0);
}

TEST_CASE("transport: redirects are not followed, refusals and their times are told",
          "[transport]") {
  HttpStub stub(
      {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n"
       "Connection: close\r\n\r\n",
       "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n"
       "\r\n"});
  auto transport = client::make_transport({});
  CHECK(must_post(*transport, request_to(stub.url())).status == 302);
  const HttpReply busy = must_post(*transport, request_to(stub.url()));
  CHECK(busy.status == 503);
  CHECK(busy.retry_after_s == 7);
}

TEST_CASE("transport: a proxy of the environment is not asked for this machine", "[transport]") {
  ::setenv("http_proxy", url_of_nobody().c_str(), 1);
  HttpStub stub({ok_reply("direct")});
  auto transport = client::make_transport({});
  const HttpReply reply = must_post(*transport, request_to(stub.url()));
  ::unsetenv("http_proxy");
  CHECK(text_of(reply) == "direct");
}

TEST_CASE("transport: what trying again cannot mend is an error", "[transport]") {
  auto transport = client::make_transport({});
  for (const char* url : {"ftp://127.0.0.1", "file:///etc/hostname", "not an address",
                          "http://192.0.2.1:9/", "http://ats.example.it/"}) {
    CAPTURE(url);
    const auto reply = transport->post(request_to(url));
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().code == ErrorCode::invalid_argument);
  }
  client::TransportOptions options;
  options.ca_file = "no/such/file.pem";
  auto strict = client::make_transport(options);
  HttpStub stub({ok_reply("not TLS")});
  std::string url = stub.url();
  url.replace(0, 4, "https");
  const auto reply = strict->post(request_to(url));
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::storage_failure);
}

}  // namespace
}  // namespace insieme::testing
