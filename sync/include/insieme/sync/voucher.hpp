#pragma once
// What a server says of a document in a word that survives it: that it once judged exactly these
// changes. A server that was put back from an old backup believes its own signature, so that any
// device which has the changes can give them back (docs/adr/0013).

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "insieme/sync/change.hpp"

namespace insieme::sync {

/// The newest change of one replica that the server has. Its id stands for the whole chain below it
/// and for all that it depends on.
struct VouchedHead {
  ReplicaId replica;
  std::uint64_t seq = 0;
  ChangeId id;
  friend bool operator==(const VouchedHead&, const VouchedHead&) = default;
};

/// Why the log has a change without its body. Fixed numbers.
enum class HollowState : std::uint8_t {
  waiting = 0,   ///< held: somebody has to decide
  accepted = 1,  ///< held, and accepted by being authored again
  refused = 2,   ///< held, and refused by somebody
  plain = 3,     ///< refused by the server, sent hollow, or erased
};

struct VouchedHollow {
  ReplicaId replica;
  std::uint64_t seq = 0;
  HollowState state = HollowState::plain;
  friend bool operator==(const VouchedHollow&, const VouchedHollow&) = default;
};

/// As it travels to a device, beside the document's digest: the heads are those of the history that
/// the digest sums up, which the device has.
struct Vouch {
  DocumentId document;
  std::vector<VouchedHollow> hollow;  ///< all of them, ascending by replica and seq
  Signature signature;
  friend bool operator==(const Vouch&, const Vouch&) = default;
};

/// As it comes back.
struct Voucher {
  DocumentId document;
  std::vector<VouchedHead> heads;     ///< ascending by replica
  std::vector<VouchedHollow> hollow;  ///< as in `Vouch`
  Signature signature;                ///< Ed25519 by the server over `digest_of_voucher`
  /// Whether this change is at or below a head.
  [[nodiscard]] bool covers(const ReplicaId& replica, std::uint64_t seq) const noexcept;
  /// Nothing: the change has a body.
  [[nodiscard]] std::optional<HollowState> hollow_state(const ReplicaId& replica,
                                                        std::uint64_t seq) const noexcept;
  friend bool operator==(const Voucher&, const Voucher&) = default;
};

/// What is signed. Not the signature.
[[nodiscard]] Digest digest_of_voucher(const SpaceId& space, const Voucher& voucher);

/// What a device gives back to a server that lost it. `changes` are in causal order and go, for
/// each of the documents, from what the server still has up to the heads. The first `take` of them
/// come as they were, and are taken; the rest may be hollow, and only show by their ids that the
/// first ones lie below the heads.
struct Healing {
  std::vector<Voucher> vouchers;  ///< one a document
  std::vector<Change> changes;
  std::uint32_t take = 0;
  [[nodiscard]] bool empty() const noexcept { return vouchers.empty(); }
  friend bool operator==(const Healing&, const Healing&) = default;
};

/// For a store, standing alone.
[[nodiscard]] std::vector<std::uint8_t> encode_voucher(const Voucher& voucher);
/// Errors: those of decoding.
[[nodiscard]] Result<Voucher> decode_voucher(std::span<const std::uint8_t> bytes);

}  // namespace insieme::sync
