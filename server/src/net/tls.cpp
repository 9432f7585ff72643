#include "net/tls.hpp"

#include <stdexcept>

namespace insieme::server {

namespace ssl = boost::asio::ssl;

ssl::context make_tls_context(const Config& config) {
  ssl::context context(ssl::context::tls_server);
  context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                      ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                      ssl::context::no_tlsv1_1 | ssl::context::no_compression);
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
  return context;
}

}  // namespace insieme::server
