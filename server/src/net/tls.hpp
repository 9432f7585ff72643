#pragma once

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

#include "insieme/server/config.hpp"

struct x509_st;

namespace insieme::server {

struct FreeCertificate {
  void operator()(x509_st* certificate) const noexcept;
};
using CertificatePtr = std::unique_ptr<x509_st, FreeCertificate>;
/// The first one of a PEM file. Throws std::runtime_error naming the file.
[[nodiscard]] CertificatePtr read_certificate(const std::string& certificate_file);

/// TLS 1.2 or later with the configured certificate. Throws std::runtime_error naming the file.
[[nodiscard]] boost::asio::ssl::context make_tls_context(const Config& config);

/// SHA-256 of the certificate's public key (its SubjectPublicKeyInfo) in hexadecimal: what an
/// invitation pins. A certificate renewed under the same key keeps it. Throws std::runtime_error
/// naming the file.
[[nodiscard]] std::string public_key_pin(const std::string& certificate_file);
/// The pins of the certificate in use and of the one that will follow, separated by a comma; empty
/// without TLS.
[[nodiscard]] std::string pins_of(const Config& config);

}  // namespace insieme::server
