#pragma once
// Random histories of one document: replicas that write, exchange a part of what they have, save
// forms opened long before, retract, restore and decide. A script is any list of numbers, so that
// rapidcheck shrinks it and a fuzzer mutates it; the same script gives the same history.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/builders.hpp"

namespace insieme::testing {

/// Reads numbers off a script; after its end everything is 0.
class Script {
 public:
  explicit Script(std::vector<std::uint32_t> words) : words_(std::move(words)) {}
  [[nodiscard]] bool empty() const { return at_ >= words_.size(); }
  /// 0..limit-1; limit is not 0.
  std::uint32_t draw(std::uint32_t limit) { return empty() ? 0 : words_[at_++] % limit; }
  bool one_in(std::uint32_t n) { return draw(n) == n - 1; }

 private:
  std::vector<std::uint32_t> words_;
  std::size_t at_ = 0;
};

enum class Contexts : std::uint8_t {
  honest,  ///< what some form really showed: causally closed
  any,     ///< any vector that passes `check_contexts`, as a hostile peer may send
};

class History {
 public:
  /// Once there are `meet_at` changes everybody gets everything and opens their forms anew.
  History(std::vector<std::uint32_t> words, std::size_t replicas, Contexts contexts,
          std::size_t changes_max, std::size_t meet_at = SIZE_MAX)
      : script_(std::move(words)), contexts_(contexts), favourite_(script_.draw(12)) {
    for (std::size_t i = 0; i < replicas; ++i) {
      peers_.emplace_back(std::string(1, static_cast<char>('A' + i)));
      forms_.emplace_back();
    }
    if (changes_max > 0 && script_.one_in(2)) begin();
    while (!script_.empty() && changes_.size() < changes_max) {
      if (changes_.size() >= meet_at && !met_) meet();
      step();
    }
  }

  /// All changes in the order of authorship, which is causal.
  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }
  [[nodiscard]] const std::vector<Peer>& peers() const { return peers_; }

 private:
  /// A record that everybody has from the start.
  void begin() {
    author(0, {set_op("reg", text("a")), splice_op("note", {{0, 0, "C'era la nonna"}})});
    for (std::size_t r = 1; r < peers_.size(); ++r) receive(r, peers_[0], 1);
  }

  void meet() {
    met_ = true;
    for (Peer& peer : peers_) {
      for (const Change& change : changes_) INSIEME_ASSERT(peer.receive(change).ok());
    }
    for (std::size_t r = 0; r < peers_.size(); ++r) forms_[r] = peers_[r].version();
  }

  void step() {
    const std::size_t r = script_.draw(static_cast<std::uint32_t>(peers_.size()));
    switch (script_.draw(9)) {
      case 0:
        forms_[r] = peers_[r].version();
        return;
      case 1:
      case 2:
        return pull(r);
      case 3:
        return decide(r);
      case 4:
        if (script_.one_in(2)) return tidy_up(r);
        return write(r);
      default:
        return write(r);
    }
  }

  /// Some of what another one has, in its order.
  void pull(std::size_t r) {
    const std::size_t from = script_.draw(static_cast<std::uint32_t>(peers_.size()));
    receive(r, peers_[from], 1 + script_.draw(6));
  }

  void receive(std::size_t r, const Peer& from, std::size_t count) {
    for (const Change& change : from.log()) {
      if (count == 0) return;
      if (peers_[r].version().contains(change.header.replica, change.header.seq)) continue;
      INSIEME_ASSERT(peers_[r].receive(change).ok());
      --count;
    }
  }

  /// Retracts a record with everything in view that anybody wrote.
  void tidy_up(std::size_t r) {
    for (const Peer& peer : peers_) {
      if (&peer != &peers_[r]) receive(r, peer, changes_.size());
    }
    author(r, {retract_op(record())});
  }

  void write(std::size_t r) {
    peers_[r].set_clock(script_.draw(4) * 1'000);
    std::vector<Operation> ops;
    for (std::uint32_t n = 1 + script_.draw(3); n > 0; --n) {
      ops.push_back(operation());
      if (script_.one_in(3)) ops.back().context = context(r);
      if (!check_ops(ops).ok()) ops.pop_back();
    }
    author(r, std::move(ops));
  }

  void decide(std::size_t r) {
    const auto items = peers_[r].items();
    if (items.empty()) return write(r);
    const ReviewItem& item = items[script_.draw(static_cast<std::uint32_t>(items.size()))];
    std::vector<Operation> ops;
    const std::uint32_t how = script_.draw(5);
    const bool has_values = item.kind == ItemKind::concurrent_values;
    if (how == 0 && has_values) {
      const auto which = script_.draw(static_cast<std::uint32_t>(item.values.size()));
      ops.push_back(resolve_op(item, Outcome::choose, item.values[which].value));
    } else if (how == 1 && has_values) {
      for (const Survivor& survivor : item.values) {
        ops.push_back(resolve_op(item, Outcome::undo, survivor.value));
      }
    } else if (how == 2) {
      ops.push_back(resolve_op(item, Outcome::contest));
    } else if (how == 3) {
      ops.push_back(resolve_op(item, Outcome::combine, word()));
    } else {
      ops.push_back(resolve_op(item, Outcome::dismiss));
    }
    if (script_.one_in(4)) ops.back().context = context(r);
    author(r, std::move(ops));
  }

  void author(std::size_t r, std::vector<Operation> ops) {
    changes_.push_back(peers_[r].write(std::move(ops)));
  }

  Operation operation() {
    const char* const record = this->record();
    switch (script_.one_in(2) ? favourite_ : script_.draw(12)) {
      case 0:
      case 1:
        return set_op(script_.one_in(4) ? "auto" : "reg", word(), record);
      case 2:
        return op_on(record, "tags", AddOp{word()});
      case 3:
        return op_on(record, "tags", RemoveOp{word()});
      case 4:
        return inc_op("n", std::int64_t{script_.draw(7)} - 3, record);
      case 5:
        return splice_op("note", {{script_.draw(9), script_.draw(4), typed()}}, record);
      case 6:
        return retract_op(record);
      case 7:
        return restore_op(record);
      case 8:
        return touch_op(record);
      case 9:
      case 10:
        return op_on(record, "credit", right());
      default:
        return op_on(record, "future", OpaqueOp{40, {1}});
    }
  }

  const char* record() { return script_.one_in(4) ? "r2" : "r1"; }

  const char* typed() {
    static constexpr const char* kTyped[] = {"", "x\xc3\xa8", "casa", "la nonna"};
    return kTyped[script_.draw(4)];
  }

  /// What is claimed need not be true.
  Action right() {
    const ReplicaId to = peers_[script_.draw(static_cast<std::uint32_t>(peers_.size()))].replica();
    const std::uint64_t amount = script_.draw(6);
    switch (script_.draw(6)) {
      case 0:
      case 1:
        return GrantOp{to, 2 * amount};
      case 2:
        return TransferOp{to, amount};
      case 3:
        return ReclaimOp{to, peers_[0].replica()};
      default:
        return SpendOp{amount, !script_.one_in(4)};
    }
  }

  Value word() {
    static const std::vector<Value> kWords{text("a"), text("b"), text("c"), number(1), Null{}};
    return kWords[script_.draw(static_cast<std::uint32_t>(kWords.size()))];
  }

  VersionVector context(std::size_t r) {
    if (contexts_ == Contexts::honest) return forms_[r];
    VersionVector any;
    for (const auto& entry : peers_[r].version().entries()) {
      any.set(entry.replica, script_.draw(static_cast<std::uint32_t>(entry.seq) + 1));
    }
    return any;
  }

  Script script_;
  Contexts contexts_;
  std::uint32_t favourite_;  ///< kind of operation that is half of this history
  std::vector<Peer> peers_;
  std::vector<VersionVector> forms_;
  std::vector<Change> changes_;
  bool met_ = false;
};

/// The greatest closed part of the first `count` changes that every other one has seen with all of
/// its operations, and none of a later engine among them: what may be folded.
[[nodiscard]] inline VersionVector stable_part(const std::vector<Change>& changes,
                                               std::size_t count) {
  std::vector<VersionVector> deps;
  DepsWalker walker;
  VersionVector stable;
  for (const Change& change : changes) {
    deps.push_back(walker.step(change.header));
    if (deps.size() <= count) stable.raise(change.header.replica, change.header.seq);
  }
  const auto is_unknown = [](const Operation& op) {
    return std::holds_alternative<OpaqueOp>(op.action);
  };
  for (VersionVector before; !(before == stable);) {
    before = stable;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const ChangeHeader& header = changes[i].header;
      const auto& ops = changes[i].ops;
      if (ops && std::any_of(ops->begin(), ops->end(), is_unknown) &&
          stable.contains(header.replica, header.seq)) {
        stable.set(header.replica, header.seq - 1);  // what a later engine wrote is not folded
      }
      if (stable.contains(header.replica, header.seq)) {
        if (!stable.covers(deps[i])) stable.set(header.replica, header.seq - 1);
        continue;
      }
      stable.meet(deps[i]);
      if (!changes[i].ops) continue;
      for (const Operation& op : *changes[i].ops) {
        if (op.context) stable.meet(*op.context);
      }
    }
  }
  return stable;
}

/// A document that was given these changes, in this order.
[[nodiscard]] inline Document delivered(const std::vector<Change>& changes) {
  Document document(document_of("d1"), key_of("key"));
  for (const Change& change : changes) INSIEME_ASSERT(document.deliver(change).ok());
  return document;
}

}  // namespace insieme::testing
