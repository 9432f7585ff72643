#pragma once
// A connection whose device waits for news: it costs its socket, a timer and an entry of the room.

#include "insieme/server/http.hpp"
#include "insieme/server/wait_room.hpp"
#include "net/net.hpp"

namespace insieme::server {

/// Until the wait ends or time is up, or until there is something to read: then the device went
/// away, or asks for something else. On the stream's own executor, while nothing else reads it.
[[nodiscard]] asio::awaitable<WaitEnd> stay(const Waiting& waiting, beast::tcp_stream& stream);

}  // namespace insieme::server
