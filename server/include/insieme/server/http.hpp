#pragma once
// Requests and responses as the handlers see them: plain values, no Beast, no sockets.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace insieme::server {

struct Request {
  std::string method;  ///< upper case
  std::string path;    ///< without query; not decoded: our routes need no escapes
  std::string query;
  std::string authorization;
  std::string content_type;
  std::string content_encoding;
  std::string accept_encoding;
  std::string if_none_match;
  std::string range;
  std::string client;      ///< address, as text; empty if it is not known
  std::string request_id;  ///< the client's, if usable, else drawn here; never empty
  std::vector<std::uint8_t> body;
};

class Wait;

/// A request whose answer comes when its wait ends.
struct Waiting {
  std::shared_ptr<Wait> wait;
  std::int64_t ms = 0;  ///< for so long
};

struct Response {
  int status = 200;
  std::string content_type;
  std::vector<std::uint8_t> body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string route;   ///< template of the route, for metrics; `other` if none matched
  Waiting waiting{};   ///< with a wait: this is no answer yet
  std::string device;  ///< or machine: text form, for the log; empty before authentication
};

}  // namespace insieme::server
