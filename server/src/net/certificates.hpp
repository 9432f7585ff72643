#pragma once
// The certificate in use, and how it is replaced while the server runs.

#include <boost/asio/ssl/context.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "insieme/server/config.hpp"

namespace insieme::server {

/// When a certificate ends. Throws std::runtime_error naming the file.
[[nodiscard]] std::int64_t certificate_expires_ms(const std::string& certificate_file);

/// Thread-safe.
class Certificates {
 public:
  /// Throws std::runtime_error naming the file. Nothing is read where there is no TLS.
  explicit Certificates(const Config& config);
  /// Reads the files again. Connections that are open keep what they began with, and if it fails
  /// so do all others. `conflict`: another key than those that tablets were told of, and no public
  /// authority vouches for it, so that they would all be shut out; a restart takes it.
  [[nodiscard]] Status reload();

  /// Of the next connection; null without TLS.
  [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> context() const;
  /// As `pins_of`.
  [[nodiscard]] std::string pins() const;
  [[nodiscard]] std::optional<std::int64_t> expires_ms() const;

 private:
  [[nodiscard]] Status check_announced(const std::string& pin) const;
  struct InUse {
    std::shared_ptr<boost::asio::ssl::context> context;
    std::string pins;
    std::optional<std::int64_t> expires_ms;
  };
  [[nodiscard]] static InUse read(const Config& config);

  const Config& config_;
  mutable std::mutex mutex_;
  InUse in_use_;  ///< guarded by mutex_
};

}  // namespace insieme::server
