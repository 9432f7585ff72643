#pragma once
// The client's side of synchronisation as a machine without I/O: feed it what happened, do what it
// answers. It never waits, reads no clock and draws no random numbers; a caller with a network, a
// caller with a loop-back and a test that fails every step drive it alike.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "insieme/sync/protocol.hpp"

namespace insieme::sync {

/// What the store hands out for one request.
struct Gathered {
  /// The one that the store writes under now; it changes when a fork is found. Nil: the identity's.
  ReplicaId replica;
  Cursor cursor;
  std::optional<Backfill> backfill;
  std::vector<DossierSecret> secrets;
  std::vector<Change> changes;  ///< complete, in causal order, whole transactions
  std::vector<Seen> seen;
  std::vector<HeldDecision> held_decisions;
  std::uint64_t unsent_left = 0;
  std::int64_t device_ms = 0;
  bool log_only = false;
  std::vector<Acknowledgement> acknowledgements;
  Healing healing;
  std::vector<DossierId> permits_wanted;
  std::vector<TextOfOther> texts_of_others;
  std::vector<std::vector<std::uint8_t>> letters;
  std::vector<ErasureId> erased;    ///< carried out here, the server does not know yet
  std::vector<ErasureOrder> erase;  ///< asked for here
};

/// Takes out of it what a request of an older version has no room for.
void limit_to(std::uint32_t protocol, Gathered& gathered);

struct ClientIdentity {
  SpaceId space;
  DeviceId device;
  ReplicaId replica;
  std::uint32_t schema_version = 0;
  SecretKey key;
};

struct ClientSyncSummary {
  std::uint64_t sent = 0;
  std::uint64_t accepted = 0;   ///< accepted or known already
  std::uint64_t held = 0;
  std::uint64_t refused = 0;
  std::uint64_t received = 0;   ///< changes and events
  std::uint64_t turns = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t bytes_in = 0;
};

/// Inputs.
struct StartSync {};
struct GatherDone { Gathered gathered; };
struct TokenReady {};
struct TokenFailed { Error error; };
struct ReplyArrived { std::vector<std::uint8_t> body; };
/// `http_status` 0: no answer at all (no network, cut, timed out). `damaged`: the server received
/// other bytes than were sent, and says nothing of what it understands.
struct SendFailed {
  int http_status = 0;
  std::string detail;
  std::uint32_t retry_after_s = 0;
  bool damaged = false;
};
struct WaitOver {};
/// `unsent` says whether anything is left to send; false also when nothing of it can be sent.
struct ApplyDone { bool unsent = false; };
struct StoreFailed { Error error; };
using ClientInput = std::variant<StartSync, GatherDone, TokenReady, TokenFailed, ReplyArrived,
                                 SendFailed, WaitOver, ApplyDone, StoreFailed>;

/// Actions.
/// `changes_max` 0: no changes this time, the server has no room for them. `protocol`: the version
/// that the request will be in; whatever it cannot carry stays where it is (`limit_to`).
struct GatherAction {
  std::size_t bytes_target = 0;
  std::size_t changes_max = 0;
  std::uint32_t protocol = kProtocolVersion;
};
struct TokenAction {};  ///< get a fresh token by signing a challenge
struct SendAction { std::vector<std::uint8_t> body; };
/// Wait before trying again: `ms` is a ceiling, the caller draws uniformly from (0, ms] (full
/// jitter), unless the server named a time.
struct WaitAction { std::uint32_t ms = 0; bool exact = false; };
struct ApplyAction { SyncReply reply; };
/// The cursor is unknown to the server: forget it and mark own changes as unsent.
struct ResetAction {};
struct DoneAction { ClientSyncSummary summary; };
struct GiveUpAction { Error error; ClientSyncSummary summary; };
using ClientAction = std::variant<GatherAction, TokenAction, SendAction, WaitAction, ApplyAction,
                                  ResetAction, DoneAction, GiveUpAction>;

/// One run of synchronisation, from `StartSync` to `DoneAction` or `GiveUpAction`. After the end,
/// or on an input that does not answer the last action, it gives up with `internal`. A run ends
/// whatever the server does: one that has no room for
/// what was sent (507) is asked for the news alone, and the run gives up with `quota` after that; a
/// cursor never goes back, a turn that brings nobody further is the
/// last one, and there are at most kTurnsPerRunMax of them. A server that refuses the first request
/// as not understood (400) may be older: it is asked once more in each version down to
/// kProtocolVersionSpoken. Not thread-safe.
class ClientSync {
 public:
  explicit ClientSync(ClientIdentity identity) : identity_(std::move(identity)) {}
  [[nodiscard]] ClientAction resume(ClientInput input);

 private:
  enum class State : std::uint8_t {
    idle, gathering, waiting_token, sending, backing_off, applying, resetting, ended
  };
  ClientAction on_gathered(Gathered gathered);
  Status check_place(const SyncReply& reply);
  ClientAction on_reply(const std::vector<std::uint8_t>& body);
  ClientAction on_failure(const SendFailed& failure);
  ClientAction on_not_understood(const SendFailed& failure);
  ClientAction on_applied(bool unsent);
  ClientAction gather();
  ClientAction give_up(Error error);

  ClientIdentity identity_;
  State state_ = State::idle;
  std::vector<std::uint8_t> request_;
  std::vector<Change> pushed_;
  std::vector<Change> given_back_;
  std::vector<Digest> letters_;  ///< that the request under way carries
  Cursor cursor_;  ///< of the request that is under way
  std::optional<Backfill> backfill_;
  ClientSyncSummary summary_;
  std::uint32_t protocol_ = kProtocolVersion;
  std::uint32_t attempts_ = 0;
  std::uint32_t tokens_ = 0;
  std::uint32_t resets_ = 0;
  bool was_reset_ = false;  ///< since the last reply that was applied
  std::optional<Error> full_;  ///< the server's own words; from then on this run only receives
  bool more_ = false;
  bool progress_ = false;  ///< the last turn brought this device or the server further
};

}  // namespace insieme::sync
