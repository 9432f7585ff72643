#include "replay/world.hpp"

#include <algorithm>
#include <cstring>

#include "insieme/sync/limits.hpp"
#include "insieme/sync/protocol.hpp"
#include "replay/dump.hpp"

namespace insieme::replay {
namespace {

constexpr const char* kType = "probe";
/// Repeating a delivery more often shows nothing new.
constexpr std::uint64_t kRepeatMax = 1'000;

Error fault(std::string what) { return Error{ErrorCode::malformed, std::move(what)}; }

sync::DossierKey key() {
  sync::DossierKey key;
  key.bytes.fill(0x50);
  return key;
}

sync::DocumentId document_id() {
  sync::DossierId dossier;
  dossier.bytes.fill(0x11);
  return {dossier, "probe"};
}

/// Names are any strings; ids are 16 bytes.
sync::RecordId record_id(std::string_view name) {
  const sync::Digest digest = sync::Hasher("insieme replay record").add(name).finish();
  sync::RecordId id;
  std::memcpy(id.bytes.data(), digest.bytes.data(), id.bytes.size());
  return id;
}

/// Ids are ordered as the places of the names are.
sync::ReplicaId replica_id(std::size_t place) {
  sync::ReplicaId id;
  const std::uint64_t number = place + 1;
  for (std::size_t i = 0; i < 8; ++i) {
    id.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  return id;
}

std::size_t place_of(const sync::ReplicaId& id) {
  std::uint64_t number = 0;
  for (std::size_t i = 8; i < 16; ++i) number = (number << 8) | id.bytes[i];
  return static_cast<std::size_t>(number - 1);
}

/// Steele, Lea & Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014).
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

template <class T>
void arrange(std::vector<T>& list, const Order& order) {
  if (order.kind == Order::Kind::reverse) std::reverse(list.begin(), list.end());
  if (order.kind != Order::Kind::shuffle) return;
  SplitMix64 random(order.seed);
  for (std::size_t i = list.size(); i-- > 1;) {
    std::swap(list[i], list[static_cast<std::size_t>(random.next() % (i + 1))]);
  }
}

/// What the writer has of its own rights, operation by operation of the line. The engine says what
/// each leaves, since its sums stop at a largest number.
class Pocket {
 public:
  Pocket(const sync::Document& document, const sync::RecordId& record, const sync::ReplicaId& own)
      : seen_(document.frontier().version()), next_{own, seen_[own] + 1, 0} {
    const auto at = document.records().find(record);
    const sync::FieldState* credit =
        at == document.records().end() ? nullptr : at->second.field("credit");
    if (credit != nullptr) known_ = &credit->escrow;
  }
  [[nodiscard]] bool has(std::uint64_t amount) const {
    if (after_) return amount <= after_->rights(next_.replica);
    return amount <= (known_ == nullptr ? 0 : known_->rights(next_.replica));
  }
  void take(sync::EscrowAct act) {
    if (!after_) after_ = known_ == nullptr ? sync::EscrowState() : *known_;
    after_->apply(next_, sync::Stamp{}, {}, seen_, std::move(act));
    ++next_.op;
  }

 private:
  sync::VersionVector seen_;
  sync::Dot next_;
  const sync::EscrowState* known_ = nullptr;
  std::optional<sync::EscrowState> after_;  ///< of `known_`, once something was taken in
};

}  // namespace

/// Makes the operations of a write, in the order of the language.
class World::OperationList {
 public:
  OperationList(const sync::RecordId& record, std::optional<sync::VersionVector> context)
      : record_(record), context_(std::move(context)) {}
  void push(const std::string& field, sync::Action action) {
    ops_.push_back(sync::Operation{record_, kType, field, std::move(action), context_});
  }
  [[nodiscard]] std::vector<sync::Operation> take() {
    if (ops_.empty()) push({}, sync::TouchOp{});
    return std::move(ops_);
  }

 private:
  sync::RecordId record_;
  std::optional<sync::VersionVector> context_;
  std::vector<sync::Operation> ops_;
};

struct World::Runner {
  World& world;
  using Answer = Result<std::optional<std::string>>;

  static Answer done(const Status& status) {
    if (!status.ok()) return status.error();
    return std::optional<std::string>{};
  }

  Answer operator()(const ReplicaLine& line) const { return done(world.add(line)); }
  Answer operator()(const ClockLine& line) const {
    INSIEME_TRY_ASSIGN(const std::size_t on, world.find(line.on));
    world.replicas_[on].clock_ms = line.ms;
    return std::optional<std::string>{};
  }
  Answer operator()(const OpenLine& line) const {
    INSIEME_TRY_ASSIGN(const std::size_t on, world.find(line.on));
    Replica& replica = world.replicas_[on];
    replica.forms[line.form] = replica.document.frontier().version();
    return std::optional<std::string>{};
  }
  Answer operator()(const WriteLine& line) const { return done(world.write(line)); }
  Answer operator()(const LifeLine& line) const { return done(world.live(line)); }
  Answer operator()(const DeliverLine& line) const {
    INSIEME_TRY_ASSIGN(const std::size_t from, world.find(line.from));
    INSIEME_TRY_ASSIGN(const std::size_t to, world.find(line.to));
    return done(world.deliver(from, to, line));
  }
  Answer operator()(const SyncLine& line) const {
    INSIEME_TRY_ASSIGN(const std::size_t first, world.find(line.first));
    INSIEME_TRY_ASSIGN(const std::size_t second, world.find(line.second));
    INSIEME_TRY(world.deliver(first, second, {}));
    return done(world.deliver(second, first, {}));
  }
  Answer operator()(const SnapshotLine& line) const {
    INSIEME_TRY_ASSIGN(const std::size_t from, world.find(line.from));
    INSIEME_TRY_ASSIGN(const std::size_t to, world.find(line.to));
    INSIEME_TRY(world.install(from, to));
    return done(world.deliver(from, to, {}));
  }
  Answer operator()(const CompactLine& line) const {
    INSIEME_TRY_ASSIGN(const std::size_t on, world.find(line.on));
    return done(world.compact(on));
  }
  Answer operator()(const DumpLine& line) const {
    INSIEME_TRY_ASSIGN(const std::size_t on, world.find(line.on));
    return std::optional<std::string>{world.dump(world.replicas_[on])};
  }
};

World::World() = default;

Result<std::optional<std::string>> World::run(const Line& line) {
  if (!std::holds_alternative<ReplicaLine>(line)) freeze();
  return std::visit(Runner{*this}, line);
}

Status World::add(const ReplicaLine& line) {
  if (frozen_) return fault("replica lines stand first");
  if (replicas_.size() >= sync::kReplicasPerDocumentMax) return fault("too many replicas");
  const bool known = std::any_of(replicas_.begin(), replicas_.end(),
                                 [&](const Replica& r) { return r.name == line.name; });
  if (known) return fault("the replica \"" + line.name + "\" stands twice");
  replicas_.emplace_back(line.name, sync::Document(document_id(), key()));
  return {};
}

/// Now all names are known, and with them the order of the ids.
void World::freeze() {
  if (frozen_) return;
  frozen_ = true;
  std::sort(replicas_.begin(), replicas_.end(),
            [](const Replica& a, const Replica& b) { return a.name < b.name; });
  for (std::size_t i = 0; i < replicas_.size(); ++i) replicas_[i].id = replica_id(i);
}

Result<std::size_t> World::find(const std::string& name) const {
  const auto at =
      std::lower_bound(replicas_.begin(), replicas_.end(), name,
                       [](const Replica& r, const std::string& n) { return r.name < n; });
  if (at == replicas_.end() || at->name != name) return fault("unknown replica \"" + name + "\"");
  return static_cast<std::size_t>(at - replicas_.begin());
}

/// False if the line hands on more than the writer has.
Result<bool> World::move_rights(const WriteLine& line, const sync::RecordId& record,
                                const Replica& writer, OperationList& ops) const {
  Pocket pocket(writer.document, record, writer.id);
  if (line.grant) {
    INSIEME_TRY_ASSIGN(const std::size_t to, find(line.grant->to));
    const sync::GrantOp grant{replicas_[to].id, line.grant->amount};
    if (line.transfer || line.spend) pocket.take(grant);
    ops.push("credit", grant);
  }
  if (line.transfer) {
    INSIEME_TRY_ASSIGN(const std::size_t to, find(line.transfer->to));
    if (!pocket.has(line.transfer->amount)) return false;
    const sync::TransferOp transfer{replicas_[to].id, line.transfer->amount};
    if (line.spend) pocket.take(transfer);
    ops.push("credit", transfer);
  }
  if (line.spend) ops.push("credit", sync::SpendOp{*line.spend, pocket.has(*line.spend)});
  return true;
}

Status World::write(const WriteLine& line) {
  INSIEME_TRY_ASSIGN(const std::size_t on, find(line.on));
  Replica& replica = replicas_[on];
  std::optional<sync::VersionVector> context;
  if (line.form) {
    const auto form = replica.forms.find(*line.form);
    if (form == replica.forms.end()) return fault("unknown form \"" + *line.form + "\"");
    context = form->second;
  }
  const sync::RecordId record = record_id(line.record);
  OperationList ops(record, std::move(context));
  for (const auto& [field, value] : line.set) ops.push(field, sync::WriteOp{value});
  for (const std::string& tag : line.remove) ops.push("tags", sync::RemoveOp{tag});
  for (const std::string& tag : line.add) ops.push("tags", sync::AddOp{tag});
  if (line.inc) ops.push("n", sync::IncrementOp{*line.inc});
  if (line.splice) ops.push("note", sync::SpliceOp{*line.splice});
  INSIEME_TRY_ASSIGN(const bool is_possible, move_rights(line, record, replica, ops));
  if (!is_possible) return {};
  INSIEME_TRY(author(replica, ops.take()));
  records_.emplace(record, line.record);
  return {};
}

Status World::live(const LifeLine& line) {
  INSIEME_TRY_ASSIGN(const std::size_t on, find(line.on));
  const sync::RecordId record = record_id(line.record);
  const sync::Action action =
      line.retracts ? sync::Action(sync::RetractOp{}) : sync::Action(sync::RestoreOp{});
  INSIEME_TRY(author(replicas_[on], {sync::Operation{record, kType, {}, action, {}}}));
  records_.emplace(record, line.record);
  return {};
}

/// The counter of a stamp stays 0: what is shown goes by (ms, replica, seq), as the language says.
Status World::author(Replica& replica, std::vector<sync::Operation> ops) {
  const sync::VersionVector& seen = replica.document.frontier().version();
  Authored authored{seen.total(), seen};
  for (const sync::Operation& op : ops) {
    if (std::holds_alternative<sync::SpliceOp>(op.action) && op.context) {
      authored.stands_on.meet(*op.context);
    }
  }
  const std::int64_t ms = std::max(replica.clock_ms, replica.last_ms.value_or(INT64_MIN));
  const auto change = replica.document.author(replica.id, sync::Stamp{ms, 0},
                                              sync::to_text(replica.id), 1, std::move(ops));
  if (!change.ok()) return change.error();
  replica.last_ms = ms;
  replica.authored.push_back(std::move(authored));
  return {};
}

/// What `from` has applied and `to` neither applied nor keeps waiting, in causal order.
std::vector<World::Key> World::candidates(const Replica& from, const Replica& to) const {
  struct Candidate {
    std::uint64_t sum;
    Key key;
  };
  std::vector<Candidate> found;
  const sync::VersionVector& known = to.document.frontier().version();
  for (const auto& entry : from.document.frontier().version().entries()) {
    const std::size_t author = place_of(entry.replica);
    for (std::uint64_t seq = known[entry.replica] + 1; seq <= entry.seq; ++seq) {
      const Key key(author, seq);
      if (to.waiting.count(key) != 0) continue;
      found.push_back(Candidate{replicas_[author].authored[seq - 1].dep_sum, key});
    }
  }
  std::sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    return a.sum != b.sum ? a.sum < b.sum : a.key < b.key;
  });
  std::vector<Key> keys;
  keys.reserve(found.size());
  for (const Candidate& candidate : found) keys.push_back(candidate.key);
  return keys;
}

Status World::deliver(std::size_t from, std::size_t to, const DeliverLine& how) {
  const Replica& source = replicas_[from];
  std::vector<Key> keys = candidates(source, replicas_[to]);
  arrange(keys, how.order);
  if (how.max && *how.max < keys.size()) keys.resize(static_cast<std::size_t>(*how.max));
  std::vector<const sync::Change*> message;
  std::size_t bytes = 0;
  std::size_t ops = 0;
  for (const auto& [author, seq] : keys) {
    const sync::Change* change = source.document.find(replicas_[author].id, seq);
    INSIEME_ASSERT(change != nullptr && change->ops);
    const std::size_t size = sync::encoded_size(*change);
    for (std::uint64_t n = std::min(how.repeat, kRepeatMax); n > 0; --n) {
      const bool full = message.size() >= sync::kChangesPerMessageMax ||
                        bytes + size > sync::kMessageBytesTarget ||
                        ops + change->ops->size() > sync::kOpsPerMessageMax;
      if (full && !message.empty()) {
        INSIEME_TRY(receive(replicas_[to], message));
        message.clear();
        bytes = ops = 0;
      }
      message.push_back(change);
      bytes += size;
      ops += change->ops->size();
    }
  }
  if (!message.empty()) INSIEME_TRY(receive(replicas_[to], message));
  forget_applied(replicas_[to]);
  return {};
}

/// One message, as it would travel: encoded, framed, compressed, decoded, completed.
Status World::receive(Replica& to, const std::vector<const sync::Change*>& changes) {
  sync::SyncRequest request;
  for (const sync::Change* change : changes) request.changes.push_back(*change);
  auto message = sync::decode_message(sync::encode_message(request));
  if (!message.ok()) return message.error();
  auto* received = std::get_if<sync::SyncRequest>(&*message);
  INSIEME_ASSERT(received != nullptr && received->changes.size() == changes.size());
  for (sync::Change& change : received->changes) {
    sync::complete(change, key());
    const Key name(place_of(change.header.replica), change.header.seq);
    const auto delivery = to.document.deliver(std::move(change));
    if (!delivery.ok()) return delivery.error();
    if (*delivery == sync::Delivery::waiting) to.waiting.insert(name);
  }
  return {};
}

void World::forget_applied(Replica& replica) const {
  const sync::VersionVector& version = replica.document.frontier().version();
  for (auto at = replica.waiting.begin(); at != replica.waiting.end();) {
    at = version.contains(replicas_[at->first].id, at->second) ? replica.waiting.erase(at)
                                                               : std::next(at);
  }
}

std::string World::dump(const Replica& replica) const {
  std::vector<Named> names;
  for (const Replica& other : replicas_) names.push_back(Named{other.name, other.id});
  return dump_document(replica.document, replica.name, names, records_);
}

}  // namespace insieme::replay
