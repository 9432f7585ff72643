#pragma once
// Two devices over a stream of bytes, as a machine without I/O: feed it what happened, do what it
// answers. Both sides tell what they hold, then one gives and the other takes, then the other way
// round. Cut anywhere, nothing is lost: what was kept is kept, and the next session goes on there.
//
// Who listens in, or is not assigned to a dossier, learns sizes and nothing else: a document is
// named by a tag of this session alone, and what is told of it is sealed with its key.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "insieme/sync/exchange.hpp"

namespace insieme::sync {

enum class ExchangeRole : std::uint8_t { connects = 1, listens = 2 };

/// A document that may be exchanged: this device has its key and a grant that has not expired.
struct HeldDocument {
  DocumentId document;
  SealKey key;
  ExchangeGrant grant;
  VersionVector version;  ///< everything that is applied here
};
struct PartialBundle {
  Digest bundle;
  std::uint64_t bytes = 0;  ///< that are here
};
/// What a device holds when a session begins.
struct Holdings {
  SpaceId space;
  SecretKey device_key;
  PublicKey server_key;
  std::int64_t now_ms = 0;
  std::array<std::uint8_t, 32> nonce{};  ///< random, for this session
  std::vector<Digest> bundles;           ///< whole ones, sorted
  std::vector<PartialBundle> partial;
  std::vector<HeldDocument> documents;
};

/// What the other one holds, as far as it proved that it may have it.
struct PeerDocument {
  DocumentId document;
  DeviceId device;
  VersionVector version;
};
struct PeerHoldings {
  std::set<Digest> bundles;
  std::map<Digest, std::uint64_t> partial;
  std::vector<PeerDocument> documents;
};
struct OfferedBundle {
  Digest bundle;
  std::uint64_t bytes = 0;
};
struct ExchangeSummary {
  std::uint64_t given = 0;      ///< bundles that the other one has kept
  std::uint64_t taken = 0;      ///< bundles that were kept here
  std::uint64_t documents = 0;  ///< that both may read
  std::uint64_t not_let = 0;    ///< documents of which the other one's grant was not good
  std::uint64_t bytes_out = 0;
  std::uint64_t bytes_in = 0;
};

// ---- inputs -------------------------------------------------------------------------------------
struct StartExchange { Holdings holdings; };
struct FrameSent {};
/// A whole frame, its length included.
struct FrameArrived { std::vector<std::uint8_t> frame; };
/// What is to be given, in the order in which it should be taken.
struct Offered { std::vector<OfferedBundle> bundles; };
struct PieceRead { std::vector<std::uint8_t> bytes; };
/// `code`: why a bundle that is whole now was not kept; `ok` if it was, or is not whole yet.
struct PieceKept { ErrorCode code = ErrorCode::ok; };
struct HandedNoted {};
struct ExchangeFailed { Error error; };
using ExchangeInput = std::variant<StartExchange, FrameSent, FrameArrived, Offered, PieceRead,
                                   PieceKept, HandedNoted, ExchangeFailed>;

// ---- actions ------------------------------------------------------------------------------------
struct SendFrame { std::vector<std::uint8_t> frame; };
struct ReceiveFrame {};
/// Say what the other one lacks.
struct OfferAction { PeerHoldings peer; };
struct ReadPiece {
  Digest bundle;
  std::uint64_t offset = 0;
  std::size_t bytes = 0;
};
/// Durable before it is answered; the last piece ends at `total`, and the bundle is then taken.
struct KeepPiece {
  Digest bundle;
  std::uint64_t total = 0;
  std::uint64_t offset = 0;
  std::vector<std::uint8_t> bytes;
};
/// The other one has these: note it.
struct NoteHanded { std::vector<Digest> bundles; };
struct ExchangeDone { ExchangeSummary summary; };
struct ExchangeGiveUp {
  Error error;
  ExchangeSummary summary;
};
using ExchangeAction = std::variant<SendFrame, ReceiveFrame, OfferAction, ReadPiece, KeepPiece,
                                    NoteHanded, ExchangeDone, ExchangeGiveUp>;

/// Bytes of a frame that tell how long the rest is.
inline constexpr std::size_t kExchangeLengthBytes = 4;
/// What follows them, from those four bytes. `limit_exceeded`: more than a frame may have;
/// `malformed`: less.
[[nodiscard]] Result<std::size_t> exchange_rest_length(std::span<const std::uint8_t> length);

/// One session, from `StartExchange` to `ExchangeDone` or `ExchangeGiveUp`. Errors: `conflict` (the
/// other device is of another space), `wrong_version`, those of decoding, and what was fed in. Ends
/// after at most kExchangeFramesMax frames. Not thread-safe.
class ExchangeSession {
 public:
  explicit ExchangeSession(ExchangeRole role) : role_(role) {}
  [[nodiscard]] ExchangeAction resume(ExchangeInput input);

 private:
  enum class State : std::uint8_t {
    idle, saying_hello, hearing_hello, telling, hearing, offering, reading, giving, ending,
    hearing_kept, noting, taking, keeping, telling_kept, ended
  };
  ExchangeAction on_frame(const std::vector<std::uint8_t>& frame);
  ExchangeAction hear_hello(std::span<const std::uint8_t> payload);
  ExchangeAction hear_have(std::span<const std::uint8_t> payload);
  ExchangeAction hear_piece(std::uint8_t kind, std::span<const std::uint8_t> payload);
  ExchangeAction hear_kept(std::span<const std::uint8_t> payload);
  ExchangeAction after_sent();
  ExchangeAction say_hello();
  ExchangeAction tell_more();
  ExchangeAction begin_offer();
  ExchangeAction give_next();
  ExchangeAction on_kept(const PieceKept& kept);
  ExchangeAction tell_kept();
  ExchangeAction begin_take();
  ExchangeAction send(State next, std::uint8_t kind, std::vector<std::uint8_t> payload);
  ExchangeAction receive(State next);
  ExchangeAction give_up(Error error);
  void meet(const PartLabel& tag, std::span<const std::uint8_t> sealed);
  [[nodiscard]] PartLabel tag_of(const SealKey& key, ExchangeRole teller) const;
  [[nodiscard]] Digest proof_of(const DocumentId& document, ExchangeRole teller) const;

  ExchangeRole role_;
  State state_ = State::idle;
  Holdings own_;
  std::array<std::uint8_t, 32> peer_nonce_{};
  PeerHoldings peer_;
  std::map<PartLabel, const HeldDocument*> expected_;  ///< by the tag that the peer would use
  std::size_t told_bundles_ = 0;
  std::size_t told_partial_ = 0;
  std::size_t told_documents_ = 0;
  bool all_told_ = false;
  std::vector<OfferedBundle> offered_;
  std::size_t giving_ = 0;
  std::uint64_t given_bytes_ = 0;  ///< of the bundle under way
  std::map<Digest, std::uint64_t> arriving_;
  Digest arriving_now_;
  std::uint64_t arriving_total_ = 0;
  std::vector<std::pair<Digest, ErrorCode>> kept_;
  std::size_t told_kept_ = 0;
  std::vector<Digest> handed_;
  bool more_kept_ = false;
  bool has_given_ = false;
  bool has_taken_ = false;
  std::uint64_t frames_ = 0;
  ExchangeSummary summary_;
};

}  // namespace insieme::sync
