#include "net/certificates.hpp"

#include <openssl/asn1.h>
#include <openssl/x509.h>

#include <ctime>
#include <stdexcept>

#include "log.hpp"
#include "net/tls.hpp"

namespace insieme::server {

std::int64_t certificate_expires_ms(const std::string& certificate_file) {
  const CertificatePtr certificate = read_certificate(certificate_file);
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &parts) != 1) {
    throw std::runtime_error("tls_certificate: " + certificate_file + ": its end cannot be read");
  }
  return std::int64_t{::timegm(&parts)} * 1000;
}

Certificates::Certificates(const Config& config) : config_(config), in_use_(read(config)) {}

Certificates::InUse Certificates::read(const Config& config) {
  if (config.tls_certificate.empty()) return {};
  return {std::make_shared<boost::asio::ssl::context>(make_tls_context(config)), pins_of(config),
          certificate_expires_ms(config.tls_certificate)};
}

Status Certificates::reload() {
  try {
    InUse fresh = read(config_);
    if (!config_.tls_certificate.empty()) {
      INSIEME_TRY(check_announced(public_key_pin(config_.tls_certificate)));
    }
    const std::lock_guard lock(mutex_);
    in_use_ = std::move(fresh);
    return {};
  } catch (const std::runtime_error& failure) {
    return {ErrorCode::invalid_argument, failure.what()};
  }
}

Status Certificates::check_announced(const std::string& pin) const {
  if (is_among(pins(), pin)) return {};
  const std::string what =
      config_.tls_certificate + " has a key that tablets were never told of (" + pin + ")";
  if (!is_publicly_trusted(config_.tls_certificate)) {
    return {ErrorCode::conflict, what + ", and no public authority vouches for it: they would be "
                                        "shut out. Announce it first with tls_next_certificate "
                                        "(docs/operations.md), or restart to take it all the same"};
  }
  // They fall back to the public authority, and learn the new key from their next answers.
  log_event("tls key not announced", what);
  return {};
}

std::shared_ptr<boost::asio::ssl::context> Certificates::context() const {
  const std::lock_guard lock(mutex_);
  return in_use_.context;
}

std::string Certificates::pins() const {
  const std::lock_guard lock(mutex_);
  return in_use_.pins;
}

std::optional<std::int64_t> Certificates::expires_ms() const {
  const std::lock_guard lock(mutex_);
  return in_use_.expires_ms;
}

}  // namespace insieme::server
