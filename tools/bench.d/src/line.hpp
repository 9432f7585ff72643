#pragma once
// A real server, a process of its own, and plain connections to it.

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "bench.hpp"
#include "insieme/processes/devices.hpp"
#include "insieme/processes/process.hpp"

namespace insieme::bench {

/// A connection that is kept open; blocks. One thread. Ends the program when the server does not
/// answer.
class Line {
 public:
  explicit Line(std::uint16_t port);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void send(std::string_view request) const;
  /// The body of the next answer, whose status must be 2xx.
  std::string receive();
  std::string ask(std::string_view request) {
    send(request);
    return receive();
  }

 private:
  int socket_;
  std::string read_;
};

/// A request as HTTP/1.1; `headers` are whole lines.
[[nodiscard]] std::string post_request(std::string_view path, std::string_view type,
                                       std::string_view headers, std::string_view body);

/// insieme-server on this folder, on loopback; its port. Nobody is refused for coming often.
std::uint16_t start_server(const Bench& bench, processes::Running& server,
                           const std::filesystem::path& data, const processes::Words& flags);

[[nodiscard]] std::vector<std::string> fetch_tokens(Line& line, const sync::SpaceId& space,
                                                    std::span<const processes::BareDevice> devices);

}  // namespace insieme::bench
