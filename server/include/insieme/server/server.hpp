#pragma once
// The running server: listener, sessions, worker threads.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "insieme/server/api.hpp"

namespace insieme::server {

class Certificates;

/// One listening socket. `run` blocks until `stop` (from any thread or a signal) and then finishes
/// what is in flight, within Config::shutdown_timeout_s.
class Server {
 public:
  /// Binds at once. Throws std::runtime_error with a clear sentence when it cannot (address in
  /// use). All arguments must outlive it.
  /// `on_reload` is called on SIGHUP, on the thread of `run`.
  Server(Api& api, Metrics& metrics, const Config& config, const Certificates& certificates,
         std::function<void()> on_reload = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  /// `http://127.0.0.1:8443`
  [[nodiscard]] std::string url() const;
  /// Also stops on SIGTERM and SIGINT.
  void run();
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace insieme::server
