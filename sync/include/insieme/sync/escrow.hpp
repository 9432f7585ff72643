#pragma once
// A bounded counter: rights to spend are held by replicas, so that a voucher is never overspent by
// two tablets that do not hear of each other (Balegas et al., "Extending Eventually Consistent
// Cloud Databases for Enforcing Numeric Invariants", SRDS 2015; escrow after O'Neil 1986). The
// paper keeps a matrix of totals; here the operations themselves are kept, each with what its
// author had seen, because a receiver has to check an author's claim against exactly that.
//
// A replica's own rights are what was granted and transferred to it, less what it transferred away
// and spent firmly. It may hand on and spend firmly no more than that, counted over everything that
// it had applied (the deps of the change, never a form's smaller context: money that is in the
// pocket is in the pocket) and over the operations of the same change before. A spend beyond them
// is provisional, wholly and for ever; a transfer beyond them is void. Receivers check that with
// what the author knew, never with what else they know. Only a reclaim reaches further: it names a
// context, and what that replica did outside it without knowing of the reclaim does not count.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "insieme/sync/ids.hpp"
#include "insieme/sync/result.hpp"
#include "insieme/sync/stamp.hpp"
#include "insieme/sync/version_vector.hpp"

namespace insieme::sync {

/// Amounts are whole units (cents, meals, points), 0..kEscrowAmountMax.

/// Mints rights for a replica. Who may is the schema's and the server's business.
struct GrantOp {
  ReplicaId to;
  std::uint64_t amount = 0;
  friend bool operator==(const GrantOp&, const GrantOp&) = default;
};
/// Moves the author's own rights.
struct TransferOp {
  ReplicaId to;
  std::uint64_t amount = 0;
  friend bool operator==(const TransferOp&, const TransferOp&) = default;
};
/// `firm`: the author claims to have had the rights.
struct SpendOp {
  std::uint64_t amount = 0;
  bool firm = false;
  friend bool operator==(const SpendOp&, const SpendOp&) = default;
};
/// Takes one spend back, whoever made it: the rights return to the replica that spent. A second
/// refund of the same spend has no effect.
struct RefundOp {
  Dot spend;
  friend bool operator==(const RefundOp&, const RefundOp&) = default;
};
/// Moves all rights that `from` has in the operation's context (a silent or evicted device). What
/// it spent outside that context, without knowing of this, is provisional; what it transferred is
/// void. Of two reclaims from one replica that do not know each other, the one with the smaller dot
/// counts.
struct ReclaimOp {
  ReplicaId from;
  ReplicaId to;
  friend bool operator==(const ReclaimOp&, const ReclaimOp&) = default;
};
using EscrowAct = std::variant<GrantOp, TransferOp, SpendOp, RefundOp, ReclaimOp>;

/// One operation on one field. `context` is restricted to this field: entry (r, n) says that of the
/// operations of replica r the author had applied those with seq <= n, where n is the seq of one.
/// Operations of one change see those before them in it.
struct EscrowEvent {
  Dot dot;
  Stamp stamp;
  std::string author;
  VersionVector context;
  EscrowAct act;
  friend bool operator==(const EscrowEvent&, const EscrowEvent&) = default;
};

/// The state of one escrow field: a pure function of the set of operations applied, provided that
/// each comes after what its author had seen (causal delivery). Sums stop at the largest number
/// instead of wrapping. A value type; not thread-safe, reading included.
class EscrowState {
 public:
  /// Takes one operation in. `context` may be any vector (the deps of the change; for a reclaim its
  /// context): it is restricted to this field here. Each dot is applied once.
  void apply(const Dot& dot, const Stamp& stamp, std::string_view author,
             const VersionVector& context, EscrowAct act);

  /// What the replica may still spend or hand on, as far as is known here. Never below 0.
  [[nodiscard]] std::uint64_t rights(const ReplicaId& replica) const;
  struct Share {
    ReplicaId replica;
    std::uint64_t rights = 0;
    friend bool operator==(const Share&, const Share&) = default;
  };
  /// Of all replicas that ever had any, by replica.
  [[nodiscard]] std::vector<Share> shares() const;
  /// What is left to all of them together.
  [[nodiscard]] std::uint64_t left() const;

  struct Spend {
    const EscrowEvent* event = nullptr;  ///< valid until the next `apply`
    std::uint64_t amount = 0;
    bool firm = false;
    bool refunded = false;
  };
  /// All spends in canonical order.
  [[nodiscard]] std::vector<Spend> spends() const;
  /// Sums of the firm and of the provisional spends that were not refunded.
  [[nodiscard]] std::uint64_t spent() const;
  [[nodiscard]] std::uint64_t provisional() const;

  /// All operations in canonical order: ascending (sum of context, replica, seq, op), which is
  /// causal and the same on every replica.
  [[nodiscard]] const std::vector<EscrowEvent>& events() const noexcept { return events_; }
  [[nodiscard]] bool empty() const noexcept { return events_.empty(); }
  /// Takes operations in canonical order; `malformed` if they are not, or one claims to have seen
  /// itself.
  [[nodiscard]] static Result<EscrowState> from_events(std::vector<EscrowEvent> events);

  friend bool operator==(const EscrowState& a, const EscrowState& b) {
    return a.events_ == b.events_;
  }

 private:
  struct Account {
    ReplicaId replica;
    std::uint64_t gained = 0;  ///< granted, transferred in, reclaimed
    std::uint64_t given = 0;   ///< transferred away, spent firmly and not refunded, reclaimed from
  };
  /// What one replica has given to one (grants, transfers), summed up along its operations.
  struct Flow {
    ReplicaId to;
    ReplicaId from;
    struct Sum {
      std::uint64_t seq = 0;
      std::uint64_t amount = 0;
    };
    std::vector<Sum> sums;  ///< by seq
  };
  /// The seqs of one replica's operations in this field.
  struct Seqs {
    ReplicaId replica;
    std::vector<std::uint64_t> seqs;
  };
  /// What an operation came to.
  struct Ruling {
    bool counts = false;      ///< a spend: firm; the others: valid
    bool refunded = false;    ///< a spend that a refund names
    std::uint64_t moved = 0;  ///< by a reclaim
  };

  [[nodiscard]] VersionVector seen_in(const Dot& dot, const VersionVector& context) const;
  /// Whether the author of events_[event] had applied events_[other].
  [[nodiscard]] bool sees(std::size_t event, std::size_t other) const;
  [[nodiscard]] std::uint64_t rights_seen(std::size_t event, const ReplicaId& replica) const;
  [[nodiscard]] bool is_refund_seen(std::size_t event, const Dot& spend) const;
  [[nodiscard]] bool is_outside(std::size_t event) const;
  [[nodiscard]] bool is_beaten(std::size_t reclaim) const;
  [[nodiscard]] std::uint64_t own_rights(std::size_t event) const;
  void judge(std::size_t event) const;
  void book(std::size_t event) const;
  [[nodiscard]] Account& account(const ReplicaId& replica) const;
  void gain(const EscrowEvent& event, const ReplicaId& to, std::uint64_t amount) const;
  void settle() const;
  [[nodiscard]] bool is_simple() const noexcept { return refunds_ == 0 && reclaims_ == 0; }
  void note(const EscrowEvent& event);

  std::vector<EscrowEvent> events_;
  std::vector<Seqs> seqs_;  ///< by replica
  std::size_t refunds_ = 0;
  std::size_t reclaims_ = 0;
  // Derived from the events; brought up to date when it is asked for.
  mutable std::vector<Ruling> rulings_;
  mutable std::vector<Account> accounts_;  ///< by replica
  mutable std::vector<Flow> flows_;        ///< by to, from
  mutable bool settled_ = true;
};

}  // namespace insieme::sync
