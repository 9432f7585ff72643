#pragma once
// Requests to an identity provider: over TLS that is verified, small, soon over, never redirected.

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

namespace insieme::server {

inline constexpr std::size_t kWebReplyBytesMax = 256 * 1024;

struct WebReply {
  int status = 0;  ///< 0: no whole answer; `failure` says why
  std::string content_type;
  std::string body;
  std::optional<std::int64_t> date_ms;  ///< the other side's clock, if it tells it
  std::string failure;                  ///< in English, without secrets
};

/// Thread-safe. Plain HTTP goes to this machine alone. A proxy of the environment is used, but
/// never for this machine.
class Web {
 public:
  static constexpr long kConnectMs = 4'000;
  static constexpr long kTotalMs = 10'000;

  /// `ca_file`: PEM, in place of the system's; empty: the system's.
  explicit Web(std::string ca_file);
  [[nodiscard]] WebReply get(const std::string& url) const;
  /// `authorization`: value of that header, or empty.
  [[nodiscard]] WebReply post_form(const std::string& url, const std::string& form,
                                   const std::string& authorization) const;
  /// What is under way ends soon, what is asked later at once.
  void stop() noexcept { stop_.store(true); }

 private:
  [[nodiscard]] WebReply perform(const std::string& url, const std::string* form,
                                 const std::string& authorization) const;
  std::string ca_file_;
  std::atomic<bool> stop_{false};
};

/// `https://…`, or `http://` to this machine.
[[nodiscard]] bool may_be_asked(const std::string& url);
/// As `application/x-www-form-urlencoded` and queries want it.
[[nodiscard]] std::string url_encode(std::string_view text);

}  // namespace insieme::server
