#include "insieme/sync/record.hpp"

#include <algorithm>

#include "insieme/sync/dossier_mark.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::sync {
namespace {

/// The context of an operation: what its author had in front of them.
const VersionVector& context_of(const Operation& op, const Provenance& from) {
  return op.context ? *op.context : from.deps;
}

Mark mark_of(const Provenance& from) {
  return Mark{from.dot, from.stamp, std::string(from.author)};
}

bool has_dot(const std::vector<Dot>& dots, const Dot& dot) {
  return std::binary_search(dots.begin(), dots.end(), dot);
}

FieldState& field_of(RecordState& record, const std::string& name) {
  auto at = std::lower_bound(record.fields.begin(), record.fields.end(), name,
                             [](const FieldState& f, const std::string& n) { return f.name < n; });
  if (at == record.fields.end() || at->name != name) {
    FieldState fresh;
    fresh.name = name;
    at = record.fields.insert(at, std::move(fresh));
  }
  return *at;
}

void add_survivor(FieldState& field, const Value& value, const Provenance& from) {
  const auto at = std::lower_bound(field.survivors.begin(), field.survivors.end(), from.dot,
                                   [](const Survivor& s, const Dot& d) { return s.mark.dot < d; });
  if (at != field.survivors.end() && at->mark.dot == from.dot) return;
  field.survivors.insert(at, Survivor{mark_of(from), value});
}

std::vector<SetMember>::iterator find_member(FieldState& field, const Value& element) {
  return std::lower_bound(
      field.members.begin(), field.members.end(), element,
      [](const SetMember& m, const Value& e) { return compare(m.element, e) < 0; });
}

/// Takes out the adds of `element` that lie in the context; other operations of the same change are
/// never in it.
void remove_adds(FieldState& field, const Value& element, const VersionVector& context) {
  const auto at = find_member(field, element);
  if (at == field.members.end() || !equal(at->element, element)) return;
  auto& adds = at->adds;
  adds.erase(std::remove_if(adds.begin(), adds.end(),
                            [&](const Dot& dot) { return context.contains(dot); }),
             adds.end());
  if (adds.empty()) field.members.erase(at);
}

/// A decision that writes a value.
bool writes_value(const Operation& op, const ResolveOp& resolve) {
  return !op.field.empty() && resolve.item == ItemKind::concurrent_values && resolve.value;
}

struct Applier {
  RecordState& record;
  const Operation& op;
  const Provenance& from;

  void operator()(const WriteOp& write) const {
    FieldState& field = field_of(record, op.field);
    const VersionVector& context = context_of(op, from);
    auto& survivors = field.survivors;
    survivors.erase(
        std::remove_if(survivors.begin(), survivors.end(),
                       [&](const Survivor& s) { return context.contains(s.mark.dot); }),
        survivors.end());
    add_survivor(field, write.value, from);
  }

  void operator()(const AddOp& add) const {
    FieldState& field = field_of(record, op.field);
    // An add stands for the adds that its author saw: the set keeps one dot per element and writer
    // instead of one per click. No remove can tell the difference: contexts are causally closed.
    remove_adds(field, add.element, context_of(op, from));
    auto at = find_member(field, add.element);
    if (at == field.members.end() || !equal(at->element, add.element)) {
      at = field.members.insert(at, SetMember{add.element, {}});
    }
    auto& adds = at->adds;
    const auto place = std::lower_bound(adds.begin(), adds.end(), from.dot);
    if (place == adds.end() || *place != from.dot) adds.insert(place, from.dot);
  }

  void operator()(const RemoveOp& remove) const {
    remove_adds(field_of(record, op.field), remove.element, context_of(op, from));
  }

  void operator()(const IncrementOp& increment) const {
    auto& shares = field_of(record, op.field).shares;
    auto at = std::lower_bound(
        shares.begin(), shares.end(), from.dot.replica,
        [](const CounterShare& s, const ReplicaId& id) { return s.replica < id; });
    if (at == shares.end() || at->replica != from.dot.replica) {
      at = shares.insert(at, CounterShare{from.dot.replica, 0});
    }
    at->sum += static_cast<std::uint64_t>(increment.delta);
  }

  void operator()(const SpliceOp& splice) const {
    if (splice.base) return;  // for whoever decides; no server accepts it as it is
    // Received events always apply; a duplicate dot cannot come here, admission sees to it.
    const Status status =
        field_of(record, op.field)
            .text.apply(from.dot, from.stamp, from.author, context_of(op, from), splice.splices,
                        TextState::Origin::received);
    static_cast<void>(status);
  }

  void operator()(const RetractOp&) const {
    supersede_lives();
    const auto at = std::lower_bound(
        record.retractions.begin(), record.retractions.end(), from.dot,
        [](const Retraction& r, const Dot& d) { return r.mark.dot < d; });
    record.retractions.insert(at, Retraction{mark_of(from), context_of(op, from)});
  }

  void operator()(const RestoreOp&) const {
    supersede_lives();
    const auto at = std::lower_bound(record.restores.begin(), record.restores.end(), from.dot,
                                     [](const Mark& m, const Dot& d) { return m.dot < d; });
    record.restores.insert(at, mark_of(from));
  }

  void operator()(const ResolveOp& resolve) const {
    if (writes_value(op, resolve)) {
      FieldState& field = field_of(record, op.field);
      auto& survivors = field.survivors;
      survivors.erase(
          std::remove_if(survivors.begin(), survivors.end(),
                         [&](const Survivor& s) { return has_dot(resolve.decided, s.mark.dot); }),
          survivors.end());
      add_survivor(field, *resolve.value, from);
    }
    keep_decision(resolve);
  }

  void operator()(const TouchOp&) const {}
  void operator()(const OpaqueOp&) const {}
  void operator()(const ErasedOp&) const {}

  // Rights are counted over all that the author had applied: they are the device's, whatever form
  // was open. A reclaim alone is about less: what it names is how far the other device was heard.
  void operator()(const ReclaimOp& reclaim) const { keep_escrow(context_of(op, from), reclaim); }
  template <class Act>
  void operator()(const Act& act) const {
    keep_escrow(from.deps, act);
  }

 private:
  void keep_escrow(const VersionVector& context, const EscrowAct& act) const {
    field_of(record, op.field).escrow.apply(from.dot, from.stamp, from.author, context, act);
  }

  /// Whether two decisions are about the same thing. Each provisional spend is decided by itself;
  /// so is each passage of a text, and one that has grown since contains what was decided before.
  [[nodiscard]] bool is_same_matter(const Decision& decision, const ResolveOp& resolve) const {
    if (decision.item != resolve.item || decision.field != op.field) return false;
    if (resolve.item == ItemKind::provisional_spend) return decision.decided == resolve.decided;
    if (resolve.item != ItemKind::text_overlap) return true;
    // A contested decision is kept: whoever decides anew takes back what it did to the text.
    if (resolve.outcome == Outcome::contest && decision.outcome != Outcome::contest) return false;
    return std::includes(resolve.decided.begin(), resolve.decided.end(), decision.decided.begin(),
                         decision.decided.end());
  }

  void supersede_lives() const {
    const VersionVector& context = context_of(op, from);
    auto& retractions = record.retractions;
    retractions.erase(
        std::remove_if(retractions.begin(), retractions.end(),
                       [&](const Retraction& r) { return context.contains(r.mark.dot); }),
        retractions.end());
    auto& restores = record.restores;
    restores.erase(std::remove_if(restores.begin(), restores.end(),
                                  [&](const Mark& m) { return context.contains(m.dot); }),
                   restores.end());
  }

  /// A decision replaces the earlier ones on the same matter that its author saw.
  void keep_decision(const ResolveOp& resolve) const {
    auto& decisions = record.decisions;
    const VersionVector& context = context_of(op, from);
    decisions.erase(std::remove_if(decisions.begin(), decisions.end(),
                                   [&](const Decision& d) {
                                     return is_same_matter(d, resolve) &&
                                            context.contains(d.mark.dot);
                                   }),
                    decisions.end());
    const auto at =
        std::lower_bound(decisions.begin(), decisions.end(), from.dot,
                         [](const Decision& d, const Dot& o) { return d.mark.dot < o; });
    decisions.insert(at, Decision{mark_of(from), resolve.item, op.field, resolve.outcome,
                                  resolve.decided, resolve.reason});
  }
};

}  // namespace

/// Decisions that write nothing are none: one to leave an edit after a retraction as it is must not
/// be another such.
bool is_edit(const Operation& op) {
  if (const auto* resolve = std::get_if<ResolveOp>(&op.action)) return writes_value(op, *resolve);
  return !std::holds_alternative<RetractOp>(op.action) &&
         !std::holds_alternative<RestoreOp>(op.action) &&
         !std::holds_alternative<ErasedOp>(op.action);
}

void apply(RecordState& record, const Operation& op, const Provenance& provenance) {
  if (std::holds_alternative<ErasedOp>(op.action)) return;
  if (record.type.empty() || op.type < record.type) record.type = op.type;
  std::visit(Applier{record, op, provenance}, op.action);
  if (is_edit(op)) record.last_edits.raise(provenance.dot.replica, provenance.dot.seq);
}

Lifecycle RecordState::lifecycle() const noexcept {
  if (retractions.empty()) return Lifecycle::active;
  const auto covered = [this](const ReplicaId& replica, std::uint64_t seq) {
    return std::any_of(retractions.begin(), retractions.end(), [&](const Retraction& r) {
      return r.context.contains(replica, seq);
    });
  };
  for (const auto& entry : last_edits.entries()) {
    if (!covered(entry.replica, entry.seq)) return Lifecycle::active;
  }
  for (const Mark& restore : restores) {
    if (!covered(restore.dot.replica, restore.dot.seq)) return Lifecycle::active;
  }
  return Lifecycle::retracted;
}

const FieldState* RecordState::field(std::string_view name) const noexcept {
  const auto at =
      std::lower_bound(fields.begin(), fields.end(), name,
                       [](const FieldState& f, std::string_view n) { return f.name < n; });
  return at != fields.end() && at->name == name ? &*at : nullptr;
}

const Survivor* displayed(const FieldState& field) noexcept {
  const Survivor* best = nullptr;
  for (const Survivor& survivor : field.survivors) {
    if (best == nullptr || survivor.mark.stamp > best->mark.stamp ||
        (survivor.mark.stamp == best->mark.stamp && survivor.mark.dot > best->mark.dot)) {
      best = &survivor;
    }
  }
  return best;
}

std::vector<Value> distinct_values(const FieldState& field) {
  std::vector<Value> values;
  values.reserve(field.survivors.size());
  for (const Survivor& survivor : field.survivors) values.push_back(survivor.value);
  std::sort(values.begin(), values.end(),
            [](const Value& a, const Value& b) { return compare(a, b) < 0; });
  values.erase(std::unique(values.begin(), values.end(),
                           [](const Value& a, const Value& b) { return equal(a, b); }),
               values.end());
  return values;
}

std::int64_t counter_total(const FieldState& field) noexcept {
  std::uint64_t sum = 0;
  for (const CounterShare& share : field.shares) sum += share.sum;
  return static_cast<std::int64_t>(sum);
}

}  // namespace insieme::sync
