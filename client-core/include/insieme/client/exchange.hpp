#pragma once
// A session with another device over whatever stream the host has: a socket, Bluetooth, a test.

#include <map>
#include <optional>
#include <vector>

#include "insieme/client/store.hpp"
#include "insieme/sync/exchange_session.hpp"

namespace insieme::client {

/// What a session needs next. `send`: these bytes; `receive`: one frame, whose first
/// kExchangeLengthBytes tell how long the rest is (`exchange_rest_length`).
struct ExchangeStep {
  enum class Kind : std::uint8_t { send, receive, ended };
  Kind kind = Kind::ended;
  std::vector<std::uint8_t> frame;
};

/// What was given and taken, also if it ended early.
struct ExchangeOutcome {
  Status status;
  sync::ExchangeSummary session;
  std::uint64_t changes_given = 0;  ///< own ones, that the other device has kept
  TakenBundle taken;                ///< of all hand-outs together
};

/// One session in steps that never block on the network. Whatever was kept before it broke is kept;
/// the next session goes on there. The store must outlive it and may be used between two steps.
class ExchangeRun {
 public:
  ExchangeRun(Store& store, sync::ExchangeRole role) : store_(store), session_(role) {}

  /// `unauthenticated`: this store is not enrolled, or the server's key is not known.
  [[nodiscard]] Result<ExchangeStep> begin();
  [[nodiscard]] ExchangeStep sent();
  [[nodiscard]] ExchangeStep arrived(std::vector<std::uint8_t> frame);
  /// The stream broke.
  [[nodiscard]] ExchangeStep failed(Error error);

  /// Once a step says `ended`.
  [[nodiscard]] const ExchangeOutcome& outcome() const noexcept { return outcome_; }

 private:
  [[nodiscard]] ExchangeStep go_on(sync::ExchangeInput input);
  [[nodiscard]] sync::ExchangeInput perform(const sync::OfferAction& offer);
  [[nodiscard]] sync::ExchangeInput perform(const sync::ReadPiece& read);
  [[nodiscard]] sync::ExchangeInput perform(const sync::KeepPiece& piece);
  [[nodiscard]] sync::ExchangeInput perform(const sync::NoteHanded& handed);
  void add(const TakenBundle& taken);

  Store& store_;
  sync::ExchangeSession session_;
  std::map<sync::Digest, OutgoingBundle> own_;
  sync::Digest read_;  ///< of `bytes_`
  std::vector<std::uint8_t> bytes_;
  ExchangeOutcome outcome_;
};

/// Adds what became of one hand-out to what became of others.
void add_taken(TakenBundle& sum, const TakenBundle& taken);
/// Whether an error is the device's own and no fault of what it was given.
[[nodiscard]] bool is_of_device(ErrorCode code) noexcept;
/// Why a hand-out was not kept, whatever was applied of it; `ok` if it was, or was known before, or
/// is this device's own.
[[nodiscard]] ErrorCode code_of(const TakenBundle& taken) noexcept;

}  // namespace insieme::client
