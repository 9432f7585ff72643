#pragma once
// What a document must look like, from the rules alone: every operation is looked at against every
// other one, with no state kept in between and nothing of the engine's merge used. Slow and plain.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "insieme/sync/document.hpp"

namespace insieme::testing {

using namespace insieme::sync;  // NOLINT: a namespace for tests only

/// A record in plain containers, to be compared.
struct Picture {
  std::string type;
  bool retracted = false;
  std::map<std::string, std::map<Dot, std::string>> values;             ///< by field
  std::map<std::string, std::string> shown;                             ///< by field
  std::map<std::string, std::map<std::string, std::set<Dot>>> members;  ///< field, element
  std::map<std::string, std::map<ReplicaId, std::int64_t>> shares;      ///< field
  std::map<std::string, std::set<Dot>> text_events;
  std::set<Dot> retractions;
  std::set<Dot> restores;
  std::set<Dot> decisions;
  std::map<ReplicaId, std::uint64_t> last_edits;
  std::set<std::pair<int, std::string>> items;  ///< kind, field
  friend bool operator==(const Picture&, const Picture&) = default;
};
using Pictures = std::map<RecordId, Picture>;

[[nodiscard]] inline std::string spelled(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return "text " + *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return "kind " + std::to_string(value.index());
}

[[nodiscard]] inline std::string spelled(const Dot& dot) {
  return std::string(1, static_cast<char>(dot.replica.bytes[0])) + std::to_string(dot.seq) + "." +
         std::to_string(dot.op);
}

/// One line per fact, so that a failing property shows what differs.
[[nodiscard]] inline std::string described(const Pictures& pictures) {
  std::string all;
  const auto line = [&all](const std::string& what) { all += what + "\n"; };
  const auto dots = [](const std::set<Dot>& set) {
    std::string text;
    for (const Dot& dot : set) text += " " + spelled(dot);
    return text;
  };
  for (const auto& [id, p] : pictures) {
    line("record " + to_text(id) + " " + p.type + (p.retracted ? " retracted" : " active"));
    for (const auto& [field, values] : p.values) {
      for (const auto& [dot, value] : values) line(field + " " + spelled(dot) + " = " + value);
    }
    for (const auto& [field, value] : p.shown) line(field + " shows " + value);
    for (const auto& [field, members] : p.members) {
      for (const auto& [element, adds] : members) line(field + " has " + element + dots(adds));
    }
    for (const auto& [field, shares] : p.shares) {
      for (const auto& [replica, sum] : shares) {
        line(field + " " + spelled(Dot{replica, 0, 0}) + " + " + std::to_string(sum));
      }
    }
    for (const auto& [field, events] : p.text_events) line(field + " events" + dots(events));
    line("retractions" + dots(p.retractions) + ", restores" + dots(p.restores) + ", decisions" +
         dots(p.decisions));
    for (const auto& [replica, seq] : p.last_edits) line("edited " + spelled(Dot{replica, seq, 0}));
    for (const auto& [kind, field] : p.items) line("item " + std::to_string(kind) + " " + field);
  }
  return all;
}

/// The engine's state in the same form.
[[nodiscard]] inline Pictures pictures_of(const Document& document, const PolicyLookup& policy) {
  Pictures pictures;
  for (const auto& [id, record] : document.records()) {
    Picture& picture = pictures[id];
    picture.type = record.type;
    picture.retracted = record.lifecycle() == Lifecycle::retracted;
    for (const FieldState& field : record.fields) {
      for (const Survivor& survivor : field.survivors) {
        picture.values[field.name][survivor.mark.dot] = spelled(survivor.value);
      }
      if (const Survivor* best = displayed(field)) picture.shown[field.name] = spelled(best->value);
      for (const SetMember& member : field.members) {
        picture.members[field.name][spelled(member.element)] = {member.adds.begin(),
                                                                member.adds.end()};
      }
      for (const CounterShare& share : field.shares) {
        picture.shares[field.name][share.replica] = static_cast<std::int64_t>(share.sum);
      }
      for (const TextEvent& event : field.text.events()) {
        picture.text_events[field.name].insert(event.dot);
      }
    }
    for (const Retraction& retraction : record.retractions) {
      picture.retractions.insert(retraction.mark.dot);
    }
    for (const Mark& restore : record.restores) picture.restores.insert(restore.dot);
    for (const Decision& decision : record.decisions) picture.decisions.insert(decision.mark.dot);
    for (const auto& entry : record.last_edits.entries()) {
      picture.last_edits[entry.replica] = entry.seq;
    }
    for (const ReviewItem& item : review_items(record, policy)) {
      // Texts and escrow have oracles of their own.
      if (item.kind == ItemKind::text_overlap || item.kind == ItemKind::provisional_spend) continue;
      picture.items.insert({static_cast<int>(item.kind), item.field});
    }
  }
  return pictures;
}

class MergeOracle {
 public:
  /// Whether a restore that another life operation replaced keeps a record alive. While contexts
  /// are causally closed it makes no difference, and the rule that users are told names all of
  /// them.
  enum class Restores : std::uint8_t { all, surviving };

  /// The changes in any order; all that they depend on is among them.
  MergeOracle(std::vector<Change> all, Restores restores)
      : restores_(restores), changes_(std::move(all)) {
    std::map<std::pair<ReplicaId, std::uint64_t>, const Change*> sorted;
    for (const Change& change : changes_) {
      sorted[{change.header.replica, change.header.seq}] = &change;
    }
    std::map<ReplicaId, std::map<ReplicaId, std::uint64_t>> seen;
    for (const auto& [key, change] : sorted) {
      auto& deps = seen[key.first];  // deps only ever grow along a replica's changes
      for (const DepEntry& entry : change->header.deps) deps[entry.replica] = entry.seq;
      if (key.second > 1) deps[key.first] = key.second - 1;
      if (!change->ops) continue;
      for (std::size_t i = 0; i < change->ops->size(); ++i) {
        const Operation& op = (*change->ops)[i];
        std::map<ReplicaId, std::uint64_t> context = deps;
        if (op.context) {
          context.clear();
          for (const auto& entry : op.context->entries()) context[entry.replica] = entry.seq;
        }
        all_.push_back(Act{Dot{key.first, key.second, static_cast<std::uint32_t>(i)}, change, &op,
                           std::move(context)});
      }
    }
  }

  [[nodiscard]] Pictures pictures(const PolicyLookup& policy) const {
    Pictures pictures;
    for (const Act& act : all_) paint(act, pictures[act.op->record]);
    for (auto& [id, picture] : pictures) conclude(id, picture, policy);
    return pictures;
  }

  /// The rule as users are told it: a tag is in iff one of its adds lies in no context of a remove.
  [[nodiscard]] std::set<std::string> tags_in(const RecordId& record,
                                              const std::string& field) const {
    std::set<std::string> in;
    for (const Act& add : all_) {
      if (!add.is<AddOp>() || !add.on(record, field)) continue;
      const std::string element = element_of(add);
      bool removed = false;
      for (const Act& act : all_) {
        removed = removed || (act.is<RemoveOp>() && act.on(record, field) &&
                              element_of(act) == element && act.saw(add.dot));
      }
      if (!removed) in.insert(element);
    }
    return in;
  }

  MergeOracle(const MergeOracle&) = delete;
  MergeOracle& operator=(const MergeOracle&) = delete;

 private:
  struct Act {
    Dot dot;
    const Change* change;
    const Operation* op;
    std::map<ReplicaId, std::uint64_t> context;

    template <class T>
    [[nodiscard]] bool is() const {
      return std::holds_alternative<T>(op->action);
    }
    [[nodiscard]] bool on(const RecordId& record, const std::string& field) const {
      return op->record == record && op->field == field;
    }
    [[nodiscard]] bool saw(const Dot& other) const {
      const auto at = context.find(other.replica);
      return at != context.end() && at->second >= other.seq;
    }
    [[nodiscard]] const ResolveOp* resolve() const { return std::get_if<ResolveOp>(&op->action); }
    /// A value that this writes into a register; null if it writes none.
    [[nodiscard]] const Value* written() const {
      if (const auto* write = std::get_if<WriteOp>(&op->action)) return &write->value;
      const ResolveOp* decision = resolve();
      const bool writes = decision != nullptr && decision->value && !op->field.empty() &&
                          decision->item == ItemKind::concurrent_values;
      return writes ? &*decision->value : nullptr;
    }
    /// Whether this write takes that one away.
    [[nodiscard]] bool replaces(const Dot& other) const {
      if (is<WriteOp>()) return saw(other);
      const auto& decided = resolve()->decided;
      return std::find(decided.begin(), decided.end(), other) != decided.end();
    }
    [[nodiscard]] bool is_life() const { return is<RetractOp>() || is<RestoreOp>(); }
    [[nodiscard]] bool is_edit() const {
      return !is_life() && (resolve() == nullptr || written() != nullptr);
    }
  };

  static std::string element_of(const Act& act) {
    if (const auto* add = std::get_if<AddOp>(&act.op->action)) return spelled(add->element);
    return spelled(std::get<RemoveOp>(act.op->action).element);
  }

  template <class Test>
  [[nodiscard]] bool any(Test&& test) const {
    for (const Act& act : all_) {
      if (test(act)) return true;
    }
    return false;
  }

  void paint(const Act& act, Picture& picture) const {
    const Operation& op = *act.op;
    if (picture.type.empty() || op.type < picture.type) picture.type = op.type;
    if (const Value* value = act.written()) {
      const bool gone = any([&](const Act& other) {
        return other.on(op.record, op.field) && other.written() != nullptr &&
               other.replaces(act.dot);
      });
      if (!gone) picture.values[op.field][act.dot] = spelled(*value);
    }
    if (act.is<AddOp>()) {
      const bool gone = any([&](const Act& other) {
        return (other.is<AddOp>() || other.is<RemoveOp>()) && other.on(op.record, op.field) &&
               element_of(other) == element_of(act) && other.saw(act.dot);
      });
      if (!gone) picture.members[op.field][element_of(act)].insert(act.dot);
    }
    if (const auto* increment = std::get_if<IncrementOp>(&op.action)) {
      picture.shares[op.field][act.dot.replica] += increment->delta;
    }
    if (act.is<SpliceOp>()) picture.text_events[op.field].insert(act.dot);
    if (act.is_life()) {
      const bool gone = any([&](const Act& other) {
        return other.is_life() && other.op->record == op.record && other.saw(act.dot);
      });
      if (!gone) (act.is<RetractOp>() ? picture.retractions : picture.restores).insert(act.dot);
    }
    if (const ResolveOp* decision = act.resolve()) {
      const bool alone = decision->item == ItemKind::provisional_spend;
      const bool gone = any([&](const Act& other) {
        return other.resolve() != nullptr && other.resolve()->item == decision->item &&
               (!alone || other.resolve()->decided == decision->decided) &&
               other.on(op.record, op.field) && other.saw(act.dot);
      });
      if (!gone) picture.decisions.insert(act.dot);
    }
    if (act.is_edit()) {
      std::uint64_t& last = picture.last_edits[act.dot.replica];
      last = std::max(last, act.dot.seq);
    }
  }

  [[nodiscard]] bool covered(const Picture& picture, const Dot& dot) const {
    return any(
        [&](const Act& act) { return picture.retractions.count(act.dot) != 0 && act.saw(dot); });
  }

  void conclude(const RecordId& id, Picture& picture, const PolicyLookup& policy) const {
    bool late_edit = false;
    bool late_restore = false;
    for (const Act& act : all_) {
      if (act.op->record != id || covered(picture, act.dot)) continue;
      late_edit = late_edit || act.is_edit();
      const bool counts = restores_ == Restores::all || picture.restores.count(act.dot) != 0;
      late_restore = late_restore || (act.is<RestoreOp>() && counts);
    }
    picture.retracted = !picture.retractions.empty() && !late_edit && !late_restore;
    for (const auto& [field, values] : picture.values) {
      show(picture, field, values);
      std::set<std::string> distinct;
      std::vector<Dot> dots;
      for (const auto& [dot, value] : values) {
        distinct.insert(value);
        dots.push_back(dot);
      }
      const bool differ =
          distinct.size() > 1 && policy(picture.type, field) == RegisterPolicy::review;
      open(id, picture, ItemKind::concurrent_values, field, dots, differ);
    }
    std::vector<Dot> lives(picture.retractions.begin(), picture.retractions.end());
    lives.insert(lives.end(), picture.restores.begin(), picture.restores.end());
    std::sort(lives.begin(), lives.end());
    if (!picture.retractions.empty() && !picture.restores.empty()) {
      open(id, picture, ItemKind::concurrent_lifecycle, "", lives, true);
    }
    if (!picture.retractions.empty() && late_edit && !picture.retracted) {
      std::set<Dot> dots = picture.retractions;
      for (const auto& [replica, seq] : picture.last_edits) {
        if (!covered(picture, Dot{replica, seq, 0})) dots.insert(Dot{replica, seq, 0});
      }
      open(id, picture, ItemKind::edited_after_retraction, "", {dots.begin(), dots.end()}, true);
    }
  }

  void show(Picture& picture, const std::string& field,
            const std::map<Dot, std::string>& values) const {
    std::pair<Stamp, Dot> best{};
    for (const Act& act : all_) {
      const auto at = values.find(act.dot);
      if (at == values.end()) continue;
      const std::pair<Stamp, Dot> place{act.change->header.stamp, act.dot};
      if (picture.shown.count(field) != 0 && !(best.first < place.first) &&
          !(best.first == place.first && best.second < place.second)) {
        continue;
      }
      best = place;
      picture.shown[field] = at->second;
    }
  }

  /// An item is open if there is reason for it and nobody has decided exactly this, or if somebody
  /// contests what all stands in it.
  void open(const RecordId& id, Picture& picture, ItemKind kind, const std::string& field,
            const std::vector<Dot>& dots, bool reason) const {
    bool decided = false;
    bool contested = false;
    for (const Act& act : all_) {
      if (picture.decisions.count(act.dot) == 0 || act.op->record != id) continue;
      const ResolveOp& decision = *act.resolve();
      if (decision.item != kind || act.op->field != field) continue;
      if (decision.outcome != Outcome::contest) {
        decided = decided || decision.decided == dots;
        continue;
      }
      bool stands = !decision.decided.empty();
      for (const Dot& dot : decision.decided) {
        stands = stands && std::find(dots.begin(), dots.end(), dot) != dots.end();
      }
      contested = contested || stands;
    }
    if (contested || (reason && !decided)) picture.items.insert({static_cast<int>(kind), field});
  }

  Restores restores_;
  std::vector<Change> changes_;
  std::vector<Act> all_;  ///< points into `changes_`
};

}  // namespace insieme::testing
