#pragma once
// Short names for Asio and Beast, and how operations report: by value, never by exception.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace insieme::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using boost::system::error_code;

/// `auto [error, n] = co_await stream.async_read_some(buffer, kNoThrow);`
inline constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

}  // namespace insieme::server
