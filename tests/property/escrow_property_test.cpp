// Escrow over random histories: rights are conserved, claims are judged by what their authors knew,
// and everything equals the rules applied to the whole set of operations at once.
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>

#include "support/catch.hpp"
#include "support/history.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const std::string kField = "credit";

/// The rules themselves, over sets of operations and with signed numbers: nothing of the engine.
class EscrowRules {
 public:
  explicit EscrowRules(const std::vector<Change>& changes) {
    std::map<ReplicaId, VersionVector> deps;
    for (const Change& change : changes) {
      VersionVector& own = deps[change.header.replica];
      for (const DepEntry& entry : change.header.deps) own.set(entry.replica, entry.seq);
      if (change.header.seq > 1) own.set(change.header.replica, change.header.seq - 1);
      for (std::size_t i = 0; i < change.ops->size(); ++i) {
        const Operation& op = (*change.ops)[i];
        const Dot dot{change.header.replica, change.header.seq, static_cast<std::uint32_t>(i)};
        if (op.field == kField && op.record == rec("r1")) add(dot, op, own);
      }
    }
    for (const Act& act : acts_) judge(act);
  }

  [[nodiscard]] std::int64_t rights(const ReplicaId& replica) const {
    std::set<Dot> all;
    for (const Act& act : acts_) all.insert(act.dot);
    return rights_in(replica, all);
  }
  [[nodiscard]] std::set<Dot> firm() const {
    std::set<Dot> firm;
    for (const Act& act : acts_) {
      if (act.as<SpendOp>() != nullptr && counts_.at(act.dot)) firm.insert(act.dot);
    }
    return firm;
  }
  [[nodiscard]] std::set<Dot> claimed() const {
    std::set<Dot> claimed;
    for (const Act& act : acts_) {
      const auto* spend = act.as<SpendOp>();
      if (spend != nullptr && spend->firm) claimed.insert(act.dot);
    }
    return claimed;
  }

 private:
  struct Act {
    Dot dot;
    Action action;
    std::set<Dot> seen;
    template <class T>
    [[nodiscard]] const T* as() const {
      return std::get_if<T>(&action);
    }
  };

  void add(const Dot& dot, const Operation& op, const VersionVector& deps) {
    const bool narrow = std::holds_alternative<ReclaimOp>(op.action) && op.context.has_value();
    const VersionVector& context = narrow ? *op.context : deps;
    Act act{dot, op.action, {}};
    for (const Act& other : acts_) {
      if (context.contains(other.dot)) act.seen.insert(other.dot);
    }
    // Of its own change it has seen what stands before it, if that has not seen more than it has.
    std::set<Dot> before;
    for (const Act& other : acts_) {
      const bool same = other.dot.replica == dot.replica && other.dot.seq == dot.seq;
      if (same && total(other) <= total(act)) before.insert(other.dot);
    }
    act.seen.insert(before.begin(), before.end());
    acts_.push_back(std::move(act));
  }

  /// How much an operation has seen of other changes: the sum of their replicas' last seqs.
  [[nodiscard]] static std::uint64_t total(const Act& act) {
    std::map<ReplicaId, std::uint64_t> last;
    for (const Dot& dot : act.seen) {
      const bool own = dot.replica == act.dot.replica && dot.seq == act.dot.seq;
      if (!own) last[dot.replica] = std::max(last[dot.replica], dot.seq);
    }
    std::uint64_t sum = 0;
    for (const auto& [replica, seq] : last) sum += seq;
    return sum;
  }

  [[nodiscard]] static bool know_each_other(const Act& a, const Act& b) {
    return a.seen.count(b.dot) != 0 || b.seen.count(a.dot) != 0;
  }

  [[nodiscard]] bool is_void_reclaim(const Act& act) const {
    for (const Act& other : acts_) {
      if (other.as<ReclaimOp>() == nullptr || !(other.dot < act.dot)) continue;
      if (other.as<ReclaimOp>()->from != act.as<ReclaimOp>()->from) continue;
      if (!know_each_other(act, other)) return true;
    }
    return false;
  }

  [[nodiscard]] bool is_reclaimed_from(const Act& act) const {
    for (const Act& other : acts_) {
      const auto* reclaim = other.as<ReclaimOp>();
      if (reclaim == nullptr || reclaim->from != act.dot.replica) continue;
      if (!know_each_other(act, other) && !is_void_reclaim(other)) return true;
    }
    return false;
  }

  [[nodiscard]] std::int64_t rights_in(const ReplicaId& replica, const std::set<Dot>& set) const {
    std::int64_t sum = 0;
    const auto mine = [&](const ReplicaId& id, std::int64_t amount) {
      if (id == replica) sum += amount;
    };
    for (const Act& act : acts_) {
      if (set.count(act.dot) == 0 || !counts_.at(act.dot)) continue;
      if (const auto* grant = act.as<GrantOp>()) mine(grant->to, signed_of(grant->amount));
      if (const auto* transfer = act.as<TransferOp>()) {
        mine(transfer->to, signed_of(transfer->amount));
        mine(act.dot.replica, -signed_of(transfer->amount));
      }
      if (const auto* spend = act.as<SpendOp>()) {
        mine(act.dot.replica, -signed_of(spend->amount));
      }
      if (const auto* reclaim = act.as<ReclaimOp>()) {
        mine(reclaim->to, moved_.at(act.dot));
        mine(reclaim->from, -moved_.at(act.dot));
      }
    }
    return sum;
  }

  static std::int64_t signed_of(std::uint64_t amount) { return static_cast<std::int64_t>(amount); }

  void judge(const Act& act) {
    bool counts = true;
    if (const auto* transfer = act.as<TransferOp>()) {
      counts = !is_reclaimed_from(act) &&
               rights_in(act.dot.replica, act.seen) >= signed_of(transfer->amount);
    } else if (const auto* spend = act.as<SpendOp>()) {
      counts = spend->firm && !is_reclaimed_from(act) &&
               rights_in(act.dot.replica, act.seen) >= signed_of(spend->amount);
    } else if (const auto* reclaim = act.as<ReclaimOp>()) {
      counts = !is_void_reclaim(act);
      moved_[act.dot] = rights_in(reclaim->from, act.seen);
      RC_ASSERT(moved_[act.dot] >= 0);
    }
    counts_[act.dot] = counts;
  }

  std::vector<Act> acts_;
  std::map<Dot, bool> counts_;
  std::map<Dot, std::int64_t> moved_;
};

std::vector<std::uint32_t> draw_words() {
  return *rc::gen::scale(4.0, rc::gen::container<std::vector<std::uint32_t>>(
                                  rc::gen::inRange<std::uint32_t>(0, 5'040)));
}

const EscrowState* escrow_of(const Document& document) {
  const auto at = document.records().find(rec("r1"));
  if (at == document.records().end()) return nullptr;
  const FieldState* field = at->second.field(kField);
  return field == nullptr ? nullptr : &field->escrow;
}

std::uint64_t granted(const EscrowState& escrow) {
  std::uint64_t sum = 0;
  for (const EscrowEvent& event : escrow.events()) {
    if (const auto* grant = std::get_if<GrantOp>(&event.act)) sum += grant->amount;
  }
  return sum;
}

/// Rights are minted by grants alone: what was granted is with somebody, or spent.
void assert_conserved(const EscrowState& escrow) {
  std::uint64_t held = 0;
  for (const EscrowState::Share& share : escrow.shares()) held += share.rights;
  RC_ASSERT(held + escrow.spent() == granted(escrow));
}

/// Tablets that keep to the rules: they claim what they have and hand on no more.
class HonestTablets {
 public:
  HonestTablets(std::vector<std::uint32_t> words, bool with_refunds) : script_(std::move(words)) {
    for (const char* name : {"A", "B", "C"}) peers_.emplace_back(name);
    while (!script_.empty() && changes_.size() < 30) step(with_refunds);
  }
  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }
  [[nodiscard]] const std::vector<Peer>& peers() const { return peers_; }

 private:
  void step(bool with_refunds) {
    Peer& peer = peers_[script_.draw(3)];
    const EscrowState* escrow = escrow_of(peer.document());
    const std::uint64_t own = escrow == nullptr ? 0 : escrow->rights(peer.replica());
    const std::string to(1, static_cast<char>('A' + script_.draw(3)));
    const std::uint64_t amount = script_.draw(6);
    switch (script_.draw(with_refunds ? 7 : 6)) {
      case 0: return peer.pull(peers_[script_.draw(3)]);
      case 1: return write(peer, grant_op(kField, to, amount));
      case 2: return write(peer, transfer_op(kField, to, std::min(own, amount)));
      case 6: return refund(peer, escrow);
      default: return write(peer, spend_op(kField, amount, own >= amount));
    }
  }
  void refund(Peer& peer, const EscrowState* escrow) {
    if (escrow == nullptr || escrow->spends().empty()) return;
    const auto spends = escrow->spends();
    const auto which = script_.draw(static_cast<std::uint32_t>(spends.size()));
    write(peer, refund_op(kField, spends[which].event->dot));
  }
  void write(Peer& peer, Operation op) { changes_.push_back(peer.write({std::move(op)})); }

  Script script_;
  std::vector<Peer> peers_;
  std::vector<Change> changes_;
};

}  // namespace

TEST_CASE("escrow: rights are conserved and never negative, whatever anybody claims",
          "[sync][property][escrow][P11]") {
  CHECK(rc::check([] {
    const auto contexts = *rc::gen::element(Contexts::honest, Contexts::any);
    const History history(draw_words(), 4, contexts, 40);
    for (const Peer& peer : history.peers()) {
      if (const EscrowState* escrow = escrow_of(peer.document())) assert_conserved(*escrow);
    }
    const Document all = delivered(history.changes());
    if (const EscrowState* escrow = escrow_of(all)) assert_conserved(*escrow);
  }));
}

TEST_CASE("escrow: incremental merge equals the rules applied to the whole set at once",
          "[sync][property][escrow][P3][P11]") {
  CHECK(rc::check([] {
    const History history(draw_words(), 4, Contexts::honest, 40);
    const Document document = delivered(history.changes());
    const EscrowState* escrow = escrow_of(document);
    if (escrow == nullptr) return;
    const EscrowRules rules(history.changes());
    for (const Peer& peer : history.peers()) {
      const std::int64_t expected = rules.rights(peer.replica());
      RC_ASSERT(expected >= 0);
      RC_ASSERT(escrow->rights(peer.replica()) == static_cast<std::uint64_t>(expected));
    }
    std::set<Dot> firm;
    for (const EscrowState::Spend& spend : escrow->spends()) {
      if (spend.firm) firm.insert(spend.event->dot);
    }
    RC_ASSERT(firm == rules.firm());
  }));
}

TEST_CASE("escrow: what an honest tablet spent firmly stays firm everywhere",
          "[sync][property][escrow][P11]") {
  CHECK(rc::check([] {
    const bool with_refunds = *rc::gen::arbitrary<bool>();
    const HonestTablets tablets(draw_words(), with_refunds);
    for (const Peer& peer : tablets.peers()) {
      const EscrowState* escrow = escrow_of(peer.document());
      if (escrow == nullptr) continue;
      assert_conserved(*escrow);
      for (const EscrowState::Spend& spend : escrow->spends()) {
        RC_ASSERT(spend.firm == std::get<SpendOp>(spend.event->act).firm);
      }
    }
    const Document all = delivered(tablets.changes());
    if (const EscrowState* escrow = escrow_of(all)) assert_conserved(*escrow);
    if (with_refunds) return;
    const EscrowRules rules(tablets.changes());
    RC_ASSERT(rules.firm() == rules.claimed());
  }));
}
