#pragma once
// The seam to the network: one POST, one reply. The core needs nothing else, so that a host may
// bring its own (a phone's, a browser's, a test's).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "insieme/sync/limits.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::client {

struct HttpLimits {
  /// Longer replies are cut off and count as no answer. A frame, and room for what surrounds it.
  std::size_t reply_bytes_max = sync::kFrameBytesMax + 64 * 1024;
  std::uint32_t connect_timeout_ms = 10'000;
  std::uint32_t total_timeout_ms = 180'000;
  /// Slower than this for so long is as good as no network.
  std::uint32_t low_speed_bytes_per_s = 32;
  std::uint32_t low_speed_s = 30;
};

struct HttpRequest {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::uint8_t> body;
  HttpLimits limits;
  /// SHA-256 of the public keys that the server's certificate is expected to have one of
  /// (`sync::are_pins`), from an invitation or from the server itself. A server that proves one is
  /// the right one, whatever this device's clock says of the certificate and whoever signed it; one
  /// with another key must have a certificate that is trusted without. Nothing is sent before
  /// either is proven.
  std::string pin;
};

struct HttpReply {
  int status = 0;  ///< 0: no complete answer came; `failure` says why
  std::string content_type;
  std::vector<std::uint8_t> body;
  std::uint32_t retry_after_s = 0;  ///< 0: the server named no time
  /// A sentence in English, without addresses of people; after a line end perhaps in Italian, too.
  std::string failure;
  bool handed_over = false;         ///< the whole request left this device
};

class Transport {
 public:
  virtual ~Transport() = default;
  /// Blocks until there is a reply or none will come. Never follows a redirect. An error is what
  /// trying again cannot mend: `invalid_argument` (no such kind of address), `bad_signature` (the
  /// server is not who it should be), `storage_failure` (the file of certificates cannot be read).
  [[nodiscard]] virtual Result<HttpReply> post(const HttpRequest& request) = 0;

 protected:
  Transport() = default;
  Transport(const Transport&) = default;
  Transport& operator=(const Transport&) = default;
};

struct TransportOptions {
  std::string ca_file;     ///< PEM; empty: the system's own
  std::string public_key;  ///< pinned: `sha256//…` (base64) or a file; empty: any trusted one
  std::string user_agent = "insieme/0.1";
  std::string certificate{};      ///< PEM, with its chain: shown to a server that asks; empty: none
  std::string certificate_key{};  ///< PEM: its private key; empty: it is in the same file
};

/// HTTP and HTTPS through libcurl. Keeps connections open between calls. One thread at a time.
/// Proxies of the environment are used, but never for this very machine. In a browser, where no
/// call may wait for the network, no post gets an answer: there the host carries requests itself
/// (`Client::begin`).
[[nodiscard]] std::unique_ptr<Transport> make_transport(const TransportOptions& options);

}  // namespace insieme::client
