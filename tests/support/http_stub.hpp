#pragma once
// A server on loopback that answers one connection after the other with given bytes, or cuts it.

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace insieme::testing {

class HttpStub {
 public:
  /// One answer per connection, as raw bytes; empty: the connection is closed without any.
  explicit HttpStub(std::vector<std::string> answers);
  ~HttpStub();
  HttpStub(const HttpStub&) = delete;
  HttpStub& operator=(const HttpStub&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }
  /// What came, after all answers were given.
  [[nodiscard]] const std::vector<std::string>& requests();

 private:
  void serve();
  int listener_ = -1;
  int port_ = 0;
  std::vector<std::string> answers_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

/// A port of this machine on which nobody listens.
[[nodiscard]] std::string url_of_nobody();
[[nodiscard]] std::string ok_reply(const std::string& body, const std::string& headers = {});

}  // namespace insieme::testing
