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
/// Whether an authority that this system trusts vouches for it, by the chain in its file: a tablet
/// then accepts it under another key than the one that it pins, too. False where it cannot be read.
[[nodiscard]] bool is_publicly_trusted(const std::string& certificate_file);
/// Whether one of them, separated by commas, is this one.
[[nodiscard]] bool is_among(const std::string& pins, const std::string& pin);
/// The pins of the certificate in use and of the one that will follow, separated by a comma; empty
/// without TLS.
[[nodiscard]] std::string pins_of(const Config& config);

}  // namespace insieme::server
