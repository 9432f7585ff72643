#pragma once
// A transport whose requests end early when somebody says so, for programs that wait for news.

#include <atomic>
#include <memory>

#include "insieme/client/transport.hpp"

namespace insieme::client {

/// As `make_transport`; a request ends within a second of `stop` becoming true, as one that got no
/// answer. `stop` may be set from any thread and from a signal handler, and outlives the transport.
[[nodiscard]] std::unique_ptr<Transport> make_stoppable_transport(const TransportOptions& options,
                                                                  const std::atomic<bool>& stop);

}  // namespace insieme::client
