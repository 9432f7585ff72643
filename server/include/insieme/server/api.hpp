#pragma once
// The HTTP interface without HTTP: request in, response out. No sockets, no coroutines; blocks
// while the repository works, so it is called on worker threads.

#include <cstddef>
#include <cstdint>
#include <string>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "insieme/server/config.hpp"
#include "insieme/server/http.hpp"
#include "insieme/server/limiter.hpp"
#include "insieme/server/metrics.hpp"
#include "insieme/server/read_sessions.hpp"
#include "insieme/server/repository.hpp"
#include "insieme/server/secrets.hpp"
#include "insieme/server/tokens.hpp"
#include "insieme/server/vouchers.hpp"
#include "insieme/server/wait_room.hpp"

namespace insieme::server {

inline constexpr std::string_view kVersion = "0.1.0";
inline constexpr std::string_view kSyncMediaType = "application/vnd.insieme.sync";
inline constexpr std::size_t kJsonBodyBytesMax = 16 * 1024;

class AccountDesk;
class AppFiles;
class FindingBoard;
class BlobStore;
class SignInDesk;

/// Everything that handlers need; outlives them.
struct Services {
  Repository& repository;
  Tokens& tokens;
  Metrics& metrics;
  const Config& config;
  Clock clock;
  sync::PublicKey server_key;
  std::function<std::uint64_t()> free_disk_bytes;
  Random random = fill_random;  ///< of nonces, tokens and device ids
  sync::SecretKey server_secret{};  ///< signs what devices must be able to believe
  std::string pins{};               ///< `sync::are_pins`, or empty without TLS of its own
  const AppFiles* app = nullptr;    ///< null: the app is not served here
  std::function<std::string()> live_pins{};  ///< in place of `pins`, where certificates may change
  Limiter* devices = nullptr;                ///< and machines; null: no limit
  const VoucherKeys* voucher_keys = nullptr; ///< null: flows are not served here
  std::function<std::optional<std::int64_t>()> certificate_expires_ms{};
  WaitRoom* waits = nullptr;  ///< null: nobody can wait for news
  FindingBoard* findings = nullptr;  ///< null: what is found is not told here
  BlobStore* blobs = nullptr;                ///< null: bytes of blobs are not kept here
  std::function<void()> blob_came{};         ///< one is whole; from any thread, and quick
  std::shared_ptr<ReadSessions> reads = std::make_shared<ReadSessions>();
  SignInDesk* sign_in = nullptr;             ///< null: people are invited
  AccountDesk* accounts = nullptr;           ///< null: nobody has a password here
  /// Held while a report is computed for a machine: one at a time, for it replays the space.
  std::shared_ptr<std::mutex> reporting = std::make_shared<std::mutex>();
};

/// Thread-safe.
class Api {
 public:
  explicit Api(Services services) : services_(std::move(services)) {}

  /// Never throws for anything that a request or a storage failure can cause.
  [[nodiscard]] Response handle(const Request& request);
  /// In which line the request waits for a thread: its device's, else its address's; empty for what
  /// comes from this machine and names no device, of which nobody knows whose it is. Quick, and
  /// asks no database.
  [[nodiscard]] std::string line_of(const Request& request) const;
  /// The answer to a request whose line is full.
  [[nodiscard]] Response turn_away(const Request& request) const;
  /// The answer to a request that was kept waiting (`Response::waiting`), whose wait has ended or
  /// is ended now, because time is up or the device went away. Quick, and asks no database.
  [[nodiscard]] Response end_wait(const Waiting& waiting, WaitEnd end) const;
  /// Those who wait are answered, and nobody waits any more: the server stops.
  void end_waits() const;
  /// What is due once in a while: gives up devices that are silent for `give_up_days`. Never
  /// throws.
  void housekeep() const;
  /// How large a body may be there; asked before one is read.
  [[nodiscard]] static std::size_t body_limit(std::string_view method, std::string_view path);
  /// The largest of them: while a header is read nobody knows yet whose body follows.
  [[nodiscard]] static std::size_t largest_body_limit() noexcept;

 private:
  Services services_;
};

}  // namespace insieme::server
