// Documents that stand on a snapshot: folding, compaction, installation.
#include <algorithm>

#include "insieme/sync/document.hpp"

namespace insieme::sync {
namespace {

/// Whether a change stands on all of `folded`: what it depends on can be told by its id, and the
/// places that its splices name are there.
bool has_seen(const Change& change, const VersionVector& deps, const VersionVector& folded) {
  if (!deps.covers(folded)) return false;
  if (!change.ops) return true;
  return std::all_of(change.ops->begin(), change.ops->end(), [&](const Operation& op) {
    return !std::holds_alternative<SpliceOp>(op.action) || !op.context ||
           op.context->covers(folded);
  });
}

/// What a later engine makes of it is in no record here: the change must stay one.
bool holds_unknown(const Change& change) {
  return change.ops && std::any_of(change.ops->begin(), change.ops->end(), [](const auto& op) {
           return std::holds_alternative<OpaqueOp>(op.action);
         });
}

RecordState with_folded_texts(const RecordState& record) {
  RecordState folded = record;
  for (FieldState& field : folded.fields) {
    if (field.text.empty()) continue;
    auto text = TextState::from_base(field.text.folded(), {});
    INSIEME_ASSERT(text.ok());
    field.text = std::move(text).value();
  }
  return folded;
}

/// Evidence worth keeping; a text beyond what a value may be is not kept.
bool fits(const ContestedBase& base) {
  return !base.values.empty() &&
         std::all_of(base.values.begin(), base.values.end(),
                     [](const Value& value) { return check_value(value).ok(); });
}

/// What an open item started from; of a text also what each alternative would make of it, in the
/// order of the item's dots: nobody can tell that any more when the events are gone.
ContestedBase evidence(const Document& document, const Snapshot* before, const RecordState& record,
                       const ReviewItem& item) {
  ContestedBase base{record.id, item.field, document.base_of(item)};
  const FieldState* field = record.field(item.field);
  if (item.kind != ItemKind::text_overlap || field == nullptr) return base;
  const auto settled = decisions_on(record, item);
  for (const Dot& dot : item.dots) {
    const auto splices = field->text.prefer(dot, item.dots, settled);
    if (!splices.ok()) {  // folded before, with what was known then
      const ContestedBase* kept = before == nullptr ? nullptr : before->base(record.id, item.field);
      return kept == nullptr ? base : *kept;
    }
    base.values.emplace_back(splice_text(field->text.text(), *splices));
  }
  return base;
}

}  // namespace

Document Document::from_snapshot(Snapshot snapshot, DossierKey key) {
  Document document(snapshot.document, key);
  document.frontier_ = snapshot.frontier;
  document.records_ = snapshot.records;
  document.newest_ = snapshot.newest;
  document.ground_ = std::make_shared<const Snapshot>(std::move(snapshot));
  return document;
}

const VersionVector& Document::horizon() const noexcept {
  static const VersionVector kNothing;
  return ground_ ? ground_->version() : kNothing;
}

Result<Snapshot> Document::snapshot(const VersionVector& at) const {
  if (!frontier_.version().covers(at) || !at.covers(horizon())) {
    return Error{ErrorCode::invalid_argument, "this document cannot be folded there"};
  }
  Document folded = ground_ ? from_snapshot(*ground_, key_) : Document(id_, key_);
  folded.redaction_ = redaction_;
  DepsWalker walker(ground_.get());
  for (const Change& change : log_) {
    const VersionVector& deps = walker.step(change.header);
    if (!at.contains(change.header.replica, change.header.seq)) {
      if (has_seen(change, deps, at)) continue;
      return Error{ErrorCode::not_yet, "a change here has not seen all that would be folded"};
    }
    if (holds_unknown(change)) {
      return Error{ErrorCode::not_yet, "an operation of a later engine would be lost"};
    }
    INSIEME_TRY_ASSIGN(const Delivery delivery, folded.try_apply(change));
    INSIEME_ASSERT(delivery == Delivery::applied);
  }
  if (!(folded.frontier_.version() == at)) {
    return Error{ErrorCode::invalid_argument, "not a set of changes that is causally closed"};
  }
  Snapshot snapshot;
  snapshot.document = id_;
  snapshot.frontier = folded.frontier_;
  snapshot.newest = folded.newest_;
  for (const auto& [id, record] : folded.records_) {
    snapshot.records.emplace(id, with_folded_texts(record));
    for (const ReviewItem& item : sync::review_items(record, {})) {
      ContestedBase base = evidence(folded, ground_.get(), record, item);
      // One for each field: of several passages of a text the first.
      if (fits(base) && !snapshot.base(id, item.field)) snapshot.bases.push_back(std::move(base));
    }
  }
  std::sort(snapshot.bases.begin(), snapshot.bases.end(),
            [](const ContestedBase& a, const ContestedBase& b) {
              return a.record == b.record ? a.field < b.field : a.record < b.record;
            });
  return snapshot;
}

Status Document::compact(const VersionVector& at) {
  if (at == horizon()) return {};
  INSIEME_TRY_ASSIGN(Snapshot ground, snapshot(at));
  Document compacted = from_snapshot(std::move(ground), key_);
  for (const Change& change : log_) {
    if (at.contains(change.header.replica, change.header.seq)) continue;
    INSIEME_TRY_ASSIGN(const Delivery delivery, compacted.try_apply(change));
    INSIEME_ASSERT(delivery == Delivery::applied);
  }
  compacted.waiting_ = std::move(waiting_);
  compacted.redaction_ = std::move(redaction_);
  *this = std::move(compacted);
  return {};
}

Result<bool> Document::install(const Snapshot& snapshot) {
  if (!(snapshot.document == id_)) {
    return Error{ErrorCode::invalid_argument, "a snapshot of another document"};
  }
  const VersionVector& folded = snapshot.version();
  if (frontier_.version().covers(folded)) return false;
  if (!folded.covers(horizon())) {
    return Error{ErrorCode::not_yet, "the snapshot is older than what is folded here"};
  }
  Snapshot cleaned = snapshot;
  redact(cleaned, redaction_);
  Document installed = from_snapshot(std::move(cleaned), key_);
  installed.redaction_ = redaction_;
  DepsWalker walker(ground_.get());
  for (const Change& change : log_) {
    const VersionVector& deps = walker.step(change.header);
    if (folded.contains(change.header.replica, change.header.seq)) continue;
    if (!has_seen(change, deps, folded)) {
      return Error{ErrorCode::expired, "a change here has not seen what the snapshot folds"};
    }
    INSIEME_TRY_ASSIGN(const Delivery delivery, installed.try_apply(change));
    INSIEME_ASSERT(delivery == Delivery::applied);
  }
  installed.waiting_ = waiting_;
  installed.apply_ready();
  *this = std::move(installed);
  return true;
}

}  // namespace insieme::sync
