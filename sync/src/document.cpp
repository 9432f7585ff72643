#include "insieme/sync/document.hpp"

#include <algorithm>

#include "insieme/sync/dossier_mark.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::sync {

Result<Change> Document::author(const ReplicaId& replica, const Stamp& stamp, std::string author,
                                std::uint32_t schema_version, std::vector<Operation> ops,
                                std::optional<Transaction> transaction,
                                std::optional<Origin> origin) {
  Change change;
  change.header.document = id_;
  frontier_.fill_next(change.header, replica);
  change.header.stamp = stamp;
  change.header.author = std::move(author);
  change.header.schema_version = schema_version;
  change.header.transaction = transaction;
  change.header.origin = origin;
  INSIEME_TRY(check_header(change.header));
  INSIEME_TRY(check_ops(ops));
  const auto body = encode_body(ops);
  if (body.size() > kBodyBytesMax) {
    return Error{ErrorCode::limit_exceeded, "too much in one change"};
  }
  change.header.body_digest = digest_body(key_, body);
  change.ops = std::move(ops);
  redact(change, redaction_);
  INSIEME_TRY_ASSIGN(const Delivery delivery, try_apply(change));
  INSIEME_ASSERT(delivery == Delivery::applied);
  apply_ready();
  return change;
}

Result<Delivery> Document::deliver(Change change) {
  INSIEME_TRY(check_header(change.header));
  if (!(change.header.document == id_)) {
    return Error{ErrorCode::invalid_argument, "a change of another document"};
  }
  if (change.ops) {
    INSIEME_TRY(check_ops(*change.ops));
    const bool whole = !is_redacted(change);
    if (whole && !(digest_body(key_, encode_body(*change.ops)) == change.header.body_digest)) {
      return Error{ErrorCode::checksum, "the content is not the one that the header names"};
    }
    redact(change, redaction_);
  }
  auto delivery = try_apply(change);
  if (!delivery.ok() && delivery.error().code == ErrorCode::not_yet) {
    const std::pair key(change.header.replica, change.header.seq);
    const auto [first, last] = waiting_.equal_range(key);
    const bool waits = std::any_of(first, last, [&](const auto& w) { return w.second == change; });
    if (waits) return Delivery::waiting;
    if (waiting_.size() >= kWaitingChangesMax) {
      return Error{ErrorCode::limit_exceeded, "too many changes wait for missing ones"};
    }
    waiting_.emplace(key, std::move(change));
    return Delivery::waiting;
  }
  if (delivery.ok() && delivery.value() == Delivery::applied) apply_ready();
  return delivery;
}

Result<Delivery> Document::try_apply(const Change& change) {
  const auto ids = [this](const ReplicaId& replica,
                          std::uint64_t seq) -> std::optional<ChangeId> {
    const auto at = log_index_.find({replica, seq});
    if (at != log_index_.end()) return log_ids_[at->second];
    const Head* folded = ground_ ? ground_->frontier.head(replica) : nullptr;
    return folded != nullptr && folded->seq == seq ? std::optional(folded->id) : std::nullopt;
  };
  auto admission = frontier_.admit(change.header, ids);
  if (!admission.ok()) {
    if (admission.error().code == ErrorCode::duplicate) return Delivery::duplicate;
    return admission.error();
  }
  if (change.ops) INSIEME_TRY(check_contexts(*change.ops, admission->deps));
  frontier_.advance(change.header, *admission);
  log_index_.emplace(std::pair(change.header.replica, change.header.seq), log_.size());
  log_ids_.push_back(admission->id);
  log_.push_back(change);
  if (!change.ops) return Delivery::applied;
  for (std::size_t i = 0; i < change.ops->size(); ++i) {
    const Operation& op = (*change.ops)[i];
    if (std::holds_alternative<ErasedOp>(op.action)) continue;
    RecordState& record = records_[op.record];
    record.id = op.record;
    const Dot dot{change.header.replica, change.header.seq, static_cast<std::uint32_t>(i)};
    apply(record, op,
          Provenance{dot, change.header.stamp, change.header.author, admission->deps});
    Mark& newest = newest_[op.record];
    const bool newer = newest.dot.seq == 0 || newest.stamp < change.header.stamp ||
                       (newest.stamp == change.header.stamp && newest.dot < dot);
    if (newer) newest = Mark{dot, change.header.stamp, change.header.author};
  }
  return Delivery::applied;
}

void Document::erase(const Redaction& redaction) {
  if (!redaction_.merge(redaction)) return;
  for (Change& change : log_) redact(change, redaction_);
  for (auto& [place, change] : waiting_) redact(change, redaction_);
  if (ground_) {
    Snapshot ground = *ground_;
    redact(ground, redaction_);
    ground_ = std::make_shared<const Snapshot>(std::move(ground));
  }
  // Records do not look at one another: those that stay are what they would be anyway.
  for (auto at = records_.begin(); at != records_.end();) {
    if (!redaction_.covers(at->first)) {
      ++at;
      continue;
    }
    newest_.erase(at->first);
    at = records_.erase(at);
  }
}

void Document::apply_ready() {
  bool progress = true;
  while (progress) {
    progress = false;
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      const auto delivery = try_apply(at->second);
      if (!delivery.ok() && delivery.error().code == ErrorCode::not_yet) {
        ++at;
        continue;
      }
      // Applied, known meanwhile, or of a branch that cannot be applied here: nothing to wait for.
      progress = true;
      at = waiting_.erase(at);
    }
  }
}

Digest Document::state_digest() const {
  return state_digest_of(frontier_.version(), records_);
}

std::vector<ReviewItem> Document::review_items(const PolicyLookup& policy) const {
  std::vector<ReviewItem> all;
  const auto marked = records_.find(marks_record(id_.dossier));
  const DocumentMarks marks = marks_in(marked == records_.end() ? nullptr : &marked->second);
  for (const auto& [id, record] : records_) {
    auto items = sync::review_items(record, policy, marks);
    std::move(items.begin(), items.end(), std::back_inserter(all));
  }
  return all;
}

const Change* Document::find(const ReplicaId& replica, std::uint64_t seq) const {
  const auto at = log_index_.find({replica, seq});
  return at == log_index_.end() ? nullptr : &log_[at->second];
}

VersionVector Document::deps_of(const ReplicaId& replica, std::uint64_t seq) const {
  VersionVector deps;
  if (const Head* head = ground_ ? ground_->frontier.head(replica) : nullptr) deps = head->deps;
  for (std::uint64_t own = horizon()[replica] + 1; own <= seq; ++own) {
    const Change* change = find(replica, own);
    if (change == nullptr) continue;
    for (const DepEntry& entry : change->header.deps) deps.raise(entry.replica, entry.seq);
  }
  if (seq > 1) deps.set(replica, seq - 1);
  return deps;
}

std::vector<Value> Document::values_at(const RecordId& record, std::string_view field,
                                       const VersionVector& context) const {
  return base_values({ground_.get(), log_}, record, field, context);
}

std::vector<Value> Document::base_of(const ReviewItem& item) const {
  const auto record = records_.find(item.record);
  if (record == records_.end()) return {};
  return sync::base_of({ground_.get(), log_}, record->second, item);
}

}  // namespace insieme::sync
