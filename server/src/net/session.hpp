#pragma once
// One connection. All of it runs on the one I/O thread; only Api::handle runs on a worker.

#include <boost/asio/thread_pool.hpp>

#include <list>
#include <memory>
#include <string>

#include "insieme/server/api.hpp"
#include "net/certificates.hpp"
#include "net/net.hpp"
#include "net/seats.hpp"
#include "net/turnstile.hpp"

namespace insieme::server {

/// What sessions share. Outlives them.
struct SessionContext {
  Api& api;
  Metrics& metrics;
  const Config& config;
  asio::thread_pool& workers;
  const Certificates& certificates;
  Limiter& addresses;     ///< used on the I/O thread
  Turnstile& turnstile;   ///< before the workers
  Seats seats{};
  bool stopping = false;  ///< finish the request in flight, then close
};

/// How the listener reaches a session that waits for its next request.
struct SessionControl {
  asio::ip::address address;  ///< the connection's other end, whose seat it has
  tcp::socket::native_handle_type handle = -1;
  beast::tcp_stream* stream = nullptr;
  bool idle = false;  ///< between two requests: may be closed at once
};

/// Serves one connection to its end. `control` is valid as long as the coroutine runs.
[[nodiscard]] asio::awaitable<void> run_session(SessionContext& context,
                                                std::shared_ptr<SessionControl> control,
                                                tcp::socket socket);

}  // namespace insieme::server
