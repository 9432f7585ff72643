#pragma once

#include <boost/asio/ssl/context.hpp>

#include <string>

#include "insieme/server/config.hpp"

namespace insieme::server {

/// TLS 1.2 or later with the configured certificate. Throws std::runtime_error naming the file.
[[nodiscard]] boost::asio::ssl::context make_tls_context(const Config& config);

/// SHA-256 of the certificate's public key (its SubjectPublicKeyInfo) in hexadecimal: what an
/// invitation pins. A certificate renewed under the same key keeps it. Throws std::runtime_error
/// naming the file.
[[nodiscard]] std::string public_key_pin(const std::string& certificate_file);

}  // namespace insieme::server
