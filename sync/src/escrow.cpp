#include "insieme/sync/escrow.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace insieme::sync {
namespace {

std::uint64_t plus(std::uint64_t a, std::uint64_t b) noexcept {
  return b > UINT64_MAX - a ? UINT64_MAX : a + b;
}
std::uint64_t less(std::uint64_t a, std::uint64_t b) noexcept { return a > b ? a - b : 0; }

bool canonical_less(const EscrowEvent& a, const EscrowEvent& b) noexcept {
  const std::uint64_t first = a.context.total();
  const std::uint64_t second = b.context.total();
  return first != second ? first < second : a.dot < b.dot;
}

bool is_same_change(const Dot& a, const Dot& b) noexcept {
  return a.replica == b.replica && a.seq == b.seq;
}

}  // namespace

/// What is known of an operation whatever it comes to.
void EscrowState::note(const EscrowEvent& event) {
  if (std::holds_alternative<RefundOp>(event.act)) ++refunds_;
  if (std::holds_alternative<ReclaimOp>(event.act)) ++reclaims_;
  auto at = std::lower_bound(seqs_.begin(), seqs_.end(), event.dot.replica,
                             [](const Seqs& s, const ReplicaId& id) { return s.replica < id; });
  if (at == seqs_.end() || at->replica != event.dot.replica) {
    at = seqs_.insert(at, Seqs{event.dot.replica, {}});
  }
  // A reclaim may have a smaller context than an earlier operation, and so come here first.
  const auto place = std::lower_bound(at->seqs.begin(), at->seqs.end(), event.dot.seq);
  if (place == at->seqs.end() || *place != event.dot.seq) at->seqs.insert(place, event.dot.seq);
}

void EscrowState::apply(const Dot& dot, const Stamp& stamp, std::string_view author,
                        const VersionVector& context, EscrowAct act) {
  const bool was_simple = settled_ && is_simple();
  EscrowEvent event{dot, stamp, std::string(author), seen_in(dot, context), std::move(act)};
  note(event);
  const auto place = std::upper_bound(events_.begin(), events_.end(), event, canonical_less);
  const auto index = static_cast<std::size_t>(place - events_.begin());
  events_.insert(place, std::move(event));
  if (!was_simple || !is_simple()) {
    settled_ = false;
    return;
  }
  // What is there already has not seen the new one, so it stands as it was judged.
  rulings_.insert(rulings_.begin() + static_cast<std::ptrdiff_t>(index), Ruling{});
  judge(index);
  book(index);
}

/// `context` restricted to the operations here. It never holds the change itself.
VersionVector EscrowState::seen_in(const Dot& dot, const VersionVector& context) const {
  VersionVector result;
  for (const Seqs& known : seqs_) {
    std::uint64_t limit = context[known.replica];
    if (known.replica == dot.replica) limit = std::min(limit, dot.seq - 1);
    const auto after = std::upper_bound(known.seqs.begin(), known.seqs.end(), limit);
    if (after != known.seqs.begin()) result.set(known.replica, *std::prev(after));
  }
  return result;
}

/// A context that is not causally closed may name what stands later in canonical order: it does not
/// count as seen, so that everything can be judged in that order.
bool EscrowState::sees(std::size_t event, std::size_t other) const {
  if (other >= event) return false;
  const EscrowEvent& own = events_[event];
  const Dot& dot = events_[other].dot;
  return is_same_change(own.dot, dot) ? dot.op < own.dot.op : own.context.contains(dot);
}

bool EscrowState::is_refund_seen(std::size_t event, const Dot& spend) const {
  for (std::size_t i = 0; i < event; ++i) {
    const auto* refund = std::get_if<RefundOp>(&events_[i].act);
    if (refund != nullptr && refund->spend == spend && rulings_[i].counts && sees(event, i)) {
      return true;
    }
  }
  return false;
}

/// The rights of `replica` as the author of `event` knew them.
std::uint64_t EscrowState::rights_seen(std::size_t event, const ReplicaId& replica) const {
  std::uint64_t gained = 0;
  std::uint64_t given = 0;
  for (std::size_t i = 0; i < event; ++i) {
    const EscrowEvent& other = events_[i];
    if (!rulings_[i].counts) continue;
    const bool own = other.dot.replica == replica;
    if (const auto* grant = std::get_if<GrantOp>(&other.act)) {
      if (grant->to == replica && sees(event, i)) gained = plus(gained, grant->amount);
    } else if (const auto* transfer = std::get_if<TransferOp>(&other.act)) {
      if ((transfer->to != replica && !own) || !sees(event, i)) continue;
      if (transfer->to == replica) gained = plus(gained, transfer->amount);
      if (own) given = plus(given, transfer->amount);
    } else if (const auto* spend = std::get_if<SpendOp>(&other.act)) {
      if (!own || !sees(event, i)) continue;
      if (rulings_[i].refunded && is_refund_seen(event, other.dot)) continue;
      given = plus(given, spend->amount);
    } else if (const auto* reclaim = std::get_if<ReclaimOp>(&other.act)) {
      if ((reclaim->to != replica && reclaim->from != replica) || !sees(event, i)) continue;
      if (reclaim->to == replica) gained = plus(gained, rulings_[i].moved);
      if (reclaim->from == replica) given = plus(given, rulings_[i].moved);
    }
  }
  return less(gained, given);
}

/// Whether a reclaim that counts has taken the rights of its author away, unknown to them.
bool EscrowState::is_outside(std::size_t event) const {
  if (reclaims_ == 0) return false;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const auto* reclaim = std::get_if<ReclaimOp>(&events_[i].act);
    if (reclaim == nullptr || reclaim->from != events_[event].dot.replica) continue;
    if (!sees(i, event) && !sees(event, i) && !is_beaten(i)) return true;
  }
  return false;
}

/// Rights must not be reclaimed twice by two that do not know of each other.
bool EscrowState::is_beaten(std::size_t reclaim) const {
  const ReplicaId& from = std::get_if<ReclaimOp>(&events_[reclaim].act)->from;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const auto* rival = std::get_if<ReclaimOp>(&events_[i].act);
    if (rival == nullptr || rival->from != from) continue;
    if (!(events_[i].dot < events_[reclaim].dot)) continue;
    if (!sees(reclaim, i) && !sees(i, reclaim)) return true;
  }
  return false;
}

/// The author's own rights at that point. Its own operations are applied in their order, so all
/// that it gave away before is in its account.
std::uint64_t EscrowState::own_rights(std::size_t event) const {
  const EscrowEvent& own = events_[event];
  const ReplicaId& replica = own.dot.replica;
  if (!is_simple()) return rights_seen(event, replica);
  std::uint64_t gained = 0;
  auto flow = std::lower_bound(flows_.begin(), flows_.end(), replica,
                               [](const Flow& f, const ReplicaId& id) { return f.to < id; });
  for (; flow != flows_.end() && flow->to == replica; ++flow) {
    const std::uint64_t limit = flow->from == replica ? own.dot.seq : own.context[flow->from];
    const auto after =
        std::upper_bound(flow->sums.begin(), flow->sums.end(), limit,
                         [](std::uint64_t seq, const Flow::Sum& sum) { return seq < sum.seq; });
    if (after != flow->sums.begin()) gained = plus(gained, std::prev(after)->amount);
  }
  return less(gained, account(replica).given);
}

void EscrowState::judge(std::size_t event) const {
  const EscrowEvent& own = events_[event];
  Ruling& ruling = rulings_[event];
  if (const auto* transfer = std::get_if<TransferOp>(&own.act)) {
    ruling.counts = !is_outside(event) && own_rights(event) >= transfer->amount;
  } else if (const auto* spend = std::get_if<SpendOp>(&own.act)) {
    ruling.counts = spend->firm && !is_outside(event) && own_rights(event) >= spend->amount;
  } else if (const auto* refund = std::get_if<RefundOp>(&own.act)) {
    for (std::size_t i = 0; i < event && !ruling.counts; ++i) {
      ruling.counts = events_[i].dot == refund->spend && sees(event, i) &&
                       std::holds_alternative<SpendOp>(events_[i].act);
      if (ruling.counts) rulings_[i].refunded = true;
    }
  } else if (const auto* reclaim = std::get_if<ReclaimOp>(&own.act)) {
    ruling.counts = !is_beaten(event);
    ruling.moved = ruling.counts ? rights_seen(event, reclaim->from) : 0;
  } else {
    ruling.counts = true;
  }
}

EscrowState::Account& EscrowState::account(const ReplicaId& replica) const {
  const auto at = std::lower_bound(
      accounts_.begin(), accounts_.end(), replica,
      [](const Account& entry, const ReplicaId& id) { return entry.replica < id; });
  if (at != accounts_.end() && at->replica == replica) return *at;
  return *accounts_.insert(at, Account{replica, 0, 0});
}

/// `event` gives to `to`.
void EscrowState::gain(const EscrowEvent& event, const ReplicaId& to, std::uint64_t amount) const {
  account(to).gained = plus(account(to).gained, amount);
  const std::pair key(to, event.dot.replica);
  auto flow = std::lower_bound(flows_.begin(), flows_.end(), key, [](const Flow& f, const auto& k) {
    return f.to != k.first ? f.to < k.first : f.from < k.second;
  });
  if (flow == flows_.end() || flow->to != to || flow->from != event.dot.replica) {
    flow = flows_.insert(flow, Flow{to, event.dot.replica, {}});
  }
  const std::uint64_t before = flow->sums.empty() ? 0 : flow->sums.back().amount;
  flow->sums.push_back(Flow::Sum{event.dot.seq, plus(before, amount)});
}

void EscrowState::book(std::size_t event) const {
  const EscrowEvent& own = events_[event];
  const Ruling& ruling = rulings_[event];
  if (!ruling.counts) return;
  const auto move = [&](const ReplicaId& from, const ReplicaId& to, std::uint64_t amount) {
    account(from).given = plus(account(from).given, amount);
    gain(own, to, amount);
  };
  if (const auto* grant = std::get_if<GrantOp>(&own.act)) {
    gain(own, grant->to, grant->amount);
  } else if (const auto* transfer = std::get_if<TransferOp>(&own.act)) {
    move(own.dot.replica, transfer->to, transfer->amount);
  } else if (const auto* spend = std::get_if<SpendOp>(&own.act)) {
    Account& spender = account(own.dot.replica);
    if (!ruling.refunded) spender.given = plus(spender.given, spend->amount);
  } else if (const auto* reclaim = std::get_if<ReclaimOp>(&own.act)) {
    move(reclaim->from, reclaim->to, ruling.moved);
  }
}

/// Judges everything anew, in canonical order. A refund or a reclaim touches what stands before it,
/// so the accounts are then drawn up at the end.
void EscrowState::settle() const {
  if (settled_) return;
  settled_ = true;
  rulings_.assign(events_.size(), Ruling{});
  accounts_.clear();
  flows_.clear();
  for (std::size_t i = 0; i < events_.size(); ++i) {
    judge(i);
    if (is_simple()) book(i);
  }
  if (is_simple()) return;
  for (std::size_t i = 0; i < events_.size(); ++i) book(i);
}

std::uint64_t EscrowState::rights(const ReplicaId& replica) const {
  settle();
  for (const Account& entry : accounts_) {
    if (entry.replica == replica) return less(entry.gained, entry.given);
  }
  return 0;
}

std::vector<EscrowState::Share> EscrowState::shares() const {
  settle();
  std::vector<Share> shares;
  for (const Account& entry : accounts_) {
    if (entry.gained != 0) {
      shares.push_back(Share{entry.replica, less(entry.gained, entry.given)});
    }
  }
  return shares;
}

std::uint64_t EscrowState::left() const {
  std::uint64_t sum = 0;
  for (const Share& share : shares()) sum = plus(sum, share.rights);
  return sum;
}

std::vector<EscrowState::Spend> EscrowState::spends() const {
  settle();
  std::vector<Spend> spends;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (const auto* spend = std::get_if<SpendOp>(&events_[i].act)) {
      spends.push_back(
          Spend{&events_[i], spend->amount, rulings_[i].counts, rulings_[i].refunded});
    }
  }
  return spends;
}

std::uint64_t EscrowState::spent() const {
  std::uint64_t sum = 0;
  for (const Spend& spend : spends()) {
    if (spend.firm && !spend.refunded) sum = plus(sum, spend.amount);
  }
  return sum;
}

std::uint64_t EscrowState::provisional() const {
  std::uint64_t sum = 0;
  for (const Spend& spend : spends()) {
    if (!spend.firm && !spend.refunded) sum = plus(sum, spend.amount);
  }
  return sum;
}

Result<EscrowState> EscrowState::from_events(std::vector<EscrowEvent> events) {
  EscrowState state;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const EscrowEvent& event = events[i];
    if (event.dot.seq == 0 || event.context.contains(event.dot)) {
      return Error{ErrorCode::malformed, "an escrow operation has seen itself"};
    }
    if (i != 0 && !canonical_less(events[i - 1], event)) {
      return Error{ErrorCode::malformed, "escrow operations out of order"};
    }
    state.note(event);
  }
  state.settled_ = events.empty();
  state.events_ = std::move(events);
  return state;
}

}  // namespace insieme::sync
