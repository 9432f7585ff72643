#include "net/tls.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "insieme/sync/digest.hpp"

namespace insieme::server {

namespace ssl = boost::asio::ssl;

namespace {

/// Longer chains are nobody's.
constexpr std::size_t kChainMax = 10;

/// Whoever shows a certificate must show one that these vouch for. Whoever shows none may still ask
/// whether the server lives (net/session.cpp), as those do that watch over it.
void ask_for_certificates(ssl::context& context, const std::string& ca_file) {
  if (ca_file.empty()) return;
  boost::system::error_code error;
  context.load_verify_file(ca_file, error);
  STACK_OF(X509_NAME)* names = error ? nullptr : SSL_load_client_CA_file(ca_file.c_str());
  if (names == nullptr) {
    throw std::runtime_error("tls_client_ca: " + ca_file +
                             ": cannot be read, or holds no certificate in PEM");
  }
  SSL_CTX_set_client_CA_list(context.native_handle(), names);
  context.set_verify_mode(ssl::verify_peer);
  // A session that is resumed brings the certificate of its beginning.
  constexpr std::string_view kContext = "insieme";
  SSL_CTX_set_session_id_context(context.native_handle(),
                                 reinterpret_cast<const unsigned char*>(kContext.data()),
                                 static_cast<unsigned int>(kContext.size()));
}

}  // namespace

ssl::context make_tls_context(const Config& config) {
  ssl::context context(ssl::context::tls_server);
  context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                      ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                      ssl::context::no_tlsv1_1 | ssl::context::no_compression);
  // Of TLS 1.2 what has forward secrecy and authenticates what it encrypts; 1.3 has nothing else.
  SSL_CTX_set_cipher_list(context.native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(context.native_handle(),
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  boost::system::error_code error;
  context.use_certificate_chain_file(config.tls_certificate, error);
  if (error) {
    throw std::runtime_error("tls_certificate: " + config.tls_certificate + ": " +
                             error.message());
  }
  context.use_private_key_file(config.tls_key, ssl::context::pem, error);
  if (error) throw std::runtime_error("tls_key: " + config.tls_key + ": " + error.message());
  if (SSL_CTX_check_private_key(context.native_handle()) != 1) {
    throw std::runtime_error("tls_key: " + config.tls_key + " is not the certificate's key");
  }
  ask_for_certificates(context, config.tls_client_ca);
  return context;
}

std::string pins_of(const Config& config) {
  if (config.tls_certificate.empty()) return {};
  std::string pins = public_key_pin(config.tls_certificate);
  if (!config.tls_next_certificate.empty()) {
    pins += "," + public_key_pin(config.tls_next_certificate);
  }
  return pins;
}

bool is_among(const std::string& pins, const std::string& pin) {
  return !pin.empty() && ("," + pins + ",").find("," + pin + ",") != std::string::npos;
}

bool is_publicly_trusted(const std::string& certificate_file) {
  const std::unique_ptr<BIO, int (*)(BIO*)> file(BIO_new_file(certificate_file.c_str(), "r"),
                                                 &BIO_free);
  if (!file) return false;
  std::vector<CertificatePtr> certificates;
  while (certificates.size() < kChainMax) {
    CertificatePtr one(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
    if (!one) break;
    certificates.push_back(std::move(one));
  }
  if (certificates.empty()) return false;
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> chain(
      sk_X509_new_null(), [](STACK_OF(X509)* all) { sk_X509_free(all); });
  for (std::size_t i = 1; i < certificates.size(); ++i) {
    sk_X509_push(chain.get(), certificates[i].get());
  }
  const std::unique_ptr<X509_STORE, void (*)(X509_STORE*)> store(X509_STORE_new(),
                                                                 &X509_STORE_free);
  const std::unique_ptr<X509_STORE_CTX, void (*)(X509_STORE_CTX*)> asked(X509_STORE_CTX_new(),
                                                                         &X509_STORE_CTX_free);
  return X509_STORE_set_default_paths(store.get()) == 1 &&
         X509_STORE_CTX_init(asked.get(), store.get(), certificates.front().get(), chain.get()) ==
             1 &&
         X509_verify_cert(asked.get()) == 1;
}

void FreeCertificate::operator()(x509_st* certificate) const noexcept { X509_free(certificate); }

CertificatePtr read_certificate(const std::string& certificate_file) {
  const auto fail = [&certificate_file](const std::string& why) {
    return std::runtime_error("tls_certificate: " + certificate_file + ": " + why);
  };
  const std::unique_ptr<BIO, int (*)(BIO*)> file(BIO_new_file(certificate_file.c_str(), "r"),
                                                 &BIO_free);
  if (!file) throw fail("cannot be read");
  CertificatePtr certificate(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
  if (!certificate) throw fail("is no certificate in PEM");
  return certificate;
}

std::string public_key_pin(const std::string& certificate_file) {
  const CertificatePtr certificate = read_certificate(certificate_file);
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> bytes(
      der, [](unsigned char* memory) { OPENSSL_free(memory); });
  std::array<std::uint8_t, 32> digest{};
  if (size <= 0 || EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), nullptr,
                              EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("tls_certificate: " + certificate_file +
                             ": its public key cannot be read");
  }
  return sync::to_hex(digest);
}

}  // namespace insieme::server
