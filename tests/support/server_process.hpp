#pragma once
// The real program, and a client that is as rude as it likes. Loopback only; processes are ended by
// their own id.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace insieme::testing {

/// `insieme-server serve --dev` on this port of loopback, or any free one; ready when constructed.
class ServerProcess {
 public:
  explicit ServerProcess(const std::string& data, const Words& flags = {}, std::uint16_t port = 0,
                         const Environment& environment = {});
  ~ServerProcess();  ///< kills it if it still runs
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int id() const { return pid_; }
  void signal(int number) const;
  /// Waits for the end: the exit status, or minus the signal that ended it.
  int wait();
  void kill_hard();  ///< SIGKILL, and waits

 private:
  int pid_ = -1;
  Pipe out_;
  std::uint16_t port_ = 0;
};

struct HttpAnswer {
  int status = 0;  ///< 0: closed before an answer
  std::map<std::string, std::string> headers;  ///< lower-case names
  std::string body;
};

/// One connection. Blocks; a test that hangs is ended by ctest.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connected() const { return socket_ >= 0; }
  /// False when the other side no longer takes it.
  bool send(const std::string& bytes);
  [[nodiscard]] HttpAnswer read_answer();
  /// Of an answer to a HEAD: nothing follows its header, whatever length that tells.
  [[nodiscard]] HttpAnswer read_head();
  /// True once the other side has closed; discards what still comes.
  [[nodiscard]] bool read_to_end();
  void shut_down_sending();

 private:
  bool fill();
  int socket_ = -1;
  std::string buffer_;
};

[[nodiscard]] std::string http_request(const std::string& method, const std::string& target,
                                       const std::string& body = {},
                                       const std::string& headers = {});
/// One request on a connection of its own; a HEAD is read as one.
[[nodiscard]] HttpAnswer http_once(std::uint16_t port, const std::string& request);

}  // namespace insieme::testing
