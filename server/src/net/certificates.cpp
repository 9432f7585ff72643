#include "net/certificates.hpp"

#include <openssl/asn1.h>
#include <openssl/x509.h>

#include <ctime>
#include <stdexcept>

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
    const std::lock_guard lock(mutex_);
    in_use_ = std::move(fresh);
    return {};
  } catch (const std::runtime_error& failure) {
    return {ErrorCode::invalid_argument, failure.what()};
  }
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
