#pragma once
// A store and its server: enrolment and synchronisation. Blocks while it talks to the network; the
// store stays usable before and after, whatever happens to the network in between.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "insieme/client/exchange.hpp"
#include "insieme/client/platform.hpp"
#include "insieme/client/store.hpp"
#include "insieme/client/transport.hpp"
#include "insieme/sync/client_sync.hpp"

namespace insieme::client {

/// Waits so many milliseconds; false: the wait was given up and the run should end.
using Waiter = std::function<bool(std::uint32_t ms)>;
/// Sleeps.
[[nodiscard]] Waiter system_waiter();

/// An invitation as it is handed out: an address with the code at its end, or the code alone.
struct Invitation {
  std::string server_url;  ///< without a slash at its end; empty if only a code was given
  std::string code;
  std::optional<sync::PublicKey> server_key;  ///< whose answer is expected
  std::string pin;                            ///< HttpRequest::pin; may be empty
};
/// Reads `insieme://host:port/CODE?key=…&pin=…&tls=0` (HTTPS unless `tls=0`),
/// `https://host/…#CODE`, `…?invitation=CODE`, `…/CODE`, or a bare code. `invalid_argument` if it
/// is none of these.
[[nodiscard]] Result<Invitation> parse_invitation(std::string_view text);

/// What the space asks of its devices, as the server signed it.
struct DevicePolicy {
  std::optional<sync::PublicKey> recovery_key;  ///< whose holder can open a device without its PIN
  bool pin_required = false;
};

struct EnrolRequest {
  Invitation invitation;
  std::string device_name;
};

enum class SyncStep : std::uint8_t { gathering, authenticating, sending, waiting, applying };
[[nodiscard]] std::string_view name_of(SyncStep step) noexcept;

struct SyncProgress {
  SyncStep step = SyncStep::gathering;
  sync::ClientSyncSummary so_far;  ///< answered and stored
  std::uint64_t unsent_left = 0;   ///< as last gathered
  std::uint32_t wait_ms = 0;       ///< of `waiting`
  std::string detail;              ///< why it waits
};
using ProgressSink = std::function<void(const SyncProgress&)>;

/// Bytes of blobs that a run may carry, after everything else.
struct BlobBudget {
  bool carry = true;  ///< false: the network costs, only records travel
  std::uint64_t bytes_max = 64ULL * 1024 * 1024;  ///< out and in; a single one may be larger
};

struct BlobTally {
  std::uint64_t sent = 0;      ///< whole ones
  std::uint64_t received = 0;  ///< likewise
  std::uint64_t bytes_out = 0;
  std::uint64_t bytes_in = 0;
  std::string stopped;  ///< why some did not go, if that was said; as the detail of an error
};

/// A run that ended. What was done before an error stays done.
struct SyncOutcome {
  sync::ClientSyncSummary summary;
  Status status;
  bool unsent = false;  ///< work that can be sent is left
  BlobTally blobs{};
};

/// What a run in steps asks for: a request to perform, time to let pass, or nothing any more.
struct Pause {
  std::uint32_t ms = 0;
};
using SyncNeed = std::variant<HttpRequest, Pause, SyncOutcome>;

/// A document of which the server has accepted other changes than this store knows it to have.
struct DocumentDifference {
  sync::DocumentId document;
  std::uint64_t here = 0;   ///< changes that this store knows to be accepted
  std::uint64_t there = 0;  ///< those of the server; equal: they are not the same ones
};

struct ServerComparison {
  Status status;               ///< why it ended before its end
  std::uint64_t documents = 0; ///< compared
  std::uint64_t position = 0;  ///< of the server
  std::vector<DocumentDifference> differences;  ///< by document; at most kDifferencesMax
};
inline constexpr std::size_t kDifferencesMax = 1'000;

class Engine;

/// One run of synchronisation in steps that never block: everything unsent, everything new. Between
/// two steps the store may be read and written; what is saved meanwhile travels with this run or
/// the next one. The engine must outlive it. A run that is dropped half-way is as harmless as one
/// that was cut off. One run at a time.
class SyncRun {
 public:
  SyncRun(Engine& engine, ProgressSink sink, const BlobBudget& blobs = {});
  ~SyncRun();
  SyncRun(const SyncRun&) = delete;
  SyncRun& operator=(const SyncRun&) = delete;

  /// The first need. `unauthenticated` if not enrolled.
  [[nodiscard]] SyncNeed begin();
  /// After an HttpRequest: what became of it, as Transport::post tells it.
  [[nodiscard]] SyncNeed answered(Result<HttpReply> reply);
  /// After a Pause; `to_its_end` false: the wait was given up and the run should end.
  [[nodiscard]] SyncNeed waited(bool to_its_end);

 private:
  class Steps;
  std::unique_ptr<Steps> steps_;
};

/// The detail of an error that comes from the network or the server is a sentence in English and,
/// where there is one, after a line end the same in Italian.
class Engine {
 public:
  /// All but the store must outlive the engine.
  Engine(std::unique_ptr<Store> store, Platform& platform, Transport& transport, Waiter waiter);

  [[nodiscard]] Store& store() noexcept { return *store_; }
  [[nodiscard]] Platform& platform() noexcept { return platform_; }
  [[nodiscard]] Transport& transport() noexcept { return transport_; }
  [[nodiscard]] const Waiter& waiter() const noexcept { return waiter_; }

  /// Binds the store to a person's account. Keys are made and stored before anything is sent, so
  /// that enrolling again after a lost reply is the same enrolment. Work saved before stays and is
  /// sent at the first sync. Errors: `not_found`, `expired`, `conflict`, `not_allowed` (what the
  /// server says of the invitation, or this store belongs to another space), `unavailable`.
  Result<Identity> enrol(const EnrolRequest& request);

  /// The same in two steps, for whoever performs the request in between.
  [[nodiscard]] Result<HttpRequest> begin_enrol(const EnrolRequest& request);
  Result<Identity> end_enrol(const EnrolRequest& request, const Result<HttpReply>& reply);

  /// Asks the server; `bad_signature` if it was not the store's own that answered, `not_found` if
  /// it is older than policies are. In two steps or in one.
  [[nodiscard]] HttpRequest begin_policy() const;
  [[nodiscard]] Result<DevicePolicy> end_policy(const Result<HttpReply>& reply) const;
  [[nodiscard]] Result<DevicePolicy> fetch_policy() const {
    return end_policy(transport_.post(begin_policy()));
  }

  /// A SyncRun from its begin to its end.
  [[nodiscard]] SyncOutcome sync_now(const ProgressSink& progress = {},
                                     const BlobBudget& blobs = {});

  /// Synchronises, then asks the server how many changes it has of each document that this device
  /// may see, and their sum. What others write meanwhile is fetched and compared again.
  [[nodiscard]] ServerComparison compare_with_server();

  /// The session with another device that is under way; null: none.
  [[nodiscard]] std::unique_ptr<ExchangeRun>& exchange() noexcept { return exchange_; }

  /// Ends the run under way at its next step; from any thread.
  void cancel() noexcept { cancelled_.store(true); }

 private:
  friend class SyncRun;
  friend class FindingsRun;
  friend class GlassRun;
  [[nodiscard]] Status compare_once(ServerComparison& found);
  /// To the store's own server, or to the one of `server`.
  [[nodiscard]] HttpRequest request_to(const Identity& server, std::string_view path,
                                       std::string_view content_type,
                                       std::vector<std::uint8_t> body) const;
  [[nodiscard]] HttpRequest challenge_request() const;
  /// Tells the server what was opened here.
  [[nodiscard]] HttpRequest openings_request(const std::vector<Opening>& openings) const;
  [[nodiscard]] Result<HttpRequest> token_request(const Result<HttpReply>& challenge) const;
  [[nodiscard]] Result<std::string> take_token(const Result<HttpReply>& granted);
  void adopt_pins(const std::string& pins, const std::string& signature);
  void note_rules(std::int64_t version, const std::string& digest, std::int64_t protocol);
  [[nodiscard]] Result<Identity> enrolling(const EnrolRequest& request) const;

  std::unique_ptr<Store> store_;
  Platform& platform_;
  Transport& transport_;
  Waiter waiter_;
  std::string token_;  ///< in memory only: a stolen file opens no session
  std::atomic<bool> cancelled_{false};
  std::unique_ptr<ExchangeRun> exchange_;  ///< uses the store: dies before it
};

}  // namespace insieme::client
