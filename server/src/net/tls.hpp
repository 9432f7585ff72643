#pragma once

#include <boost/asio/ssl/context.hpp>

#include "insieme/server/config.hpp"

namespace insieme::server {

/// TLS 1.2 or later with the configured certificate. Throws std::runtime_error naming the file.
[[nodiscard]] boost::asio::ssl::context make_tls_context(const Config& config);

}  // namespace insieme::server
