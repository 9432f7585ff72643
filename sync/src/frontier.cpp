#include "insieme/sync/frontier.hpp"

namespace insieme::sync {

const Head* Frontier::head(const ReplicaId& replica) const noexcept {
  const auto at = heads_.find(replica);
  return at == heads_.end() ? nullptr : &at->second;
}

std::optional<ChangeId> Frontier::id_at(const ReplicaId& replica, std::uint64_t seq,
                                        const IdLookup& ids) const {
  const Head* known = head(replica);
  if (known == nullptr || known->seq < seq) return {};
  if (known->seq == seq) return known->id;
  return ids ? ids(replica, seq) : std::nullopt;
}

Status Frontier::judge_known(const ChangeHeader& header, const IdLookup& ids) const {
  // What is not kept any more cannot be compared: then it counts as the same.
  const Status known{ErrorCode::duplicate, "applied already"};
  const Status other{ErrorCode::fork, "another change has this replica and number"};
  const auto id = id_at(header.replica, header.seq, ids);
  if (!id) return known;
  ChangeId previous;
  if (header.seq > 1) {
    const auto before = id_at(header.replica, header.seq - 1, ids);
    if (!before) return known;
    previous = *before;
  }
  std::vector<ChangeId> dep_ids;
  for (const DepEntry& entry : header.deps) {
    // The change applied here had all of its dependencies.
    if (!version_.contains(entry.replica, entry.seq)) return other;
    const auto dep = id_at(entry.replica, entry.seq, ids);
    if (!dep) return known;
    dep_ids.push_back(*dep);
  }
  return *id == compute_id(previous, dep_ids, encode_header(header)) ? known : other;
}

Result<Admission> Frontier::admit(const ChangeHeader& header, const IdLookup& ids) const {
  const Head* own = head(header.replica);
  const std::uint64_t applied = own == nullptr ? 0 : own->seq;
  if (header.seq <= applied) return judge_known(header, ids).error();
  if (header.seq > applied + 1) return Error{ErrorCode::not_yet, "an earlier change is missing"};
  ChangeId previous;
  Admission admission;
  if (own != nullptr) {
    previous = own->id;
    admission.deps = own->deps;
    admission.deps.set(header.replica, own->seq);
  }
  if (previous.prefix() != header.previous_prefix) {
    return Error{ErrorCode::fork, "follows a change that is not the one known here"};
  }
  std::vector<ChangeId> dep_ids;
  dep_ids.reserve(header.deps.size());
  for (const DepEntry& entry : header.deps) {
    if (!version_.contains(entry.replica, entry.seq)) {
      return Error{ErrorCode::not_yet, "a change that this one depends on is missing"};
    }
    const auto id = id_at(entry.replica, entry.seq, ids);
    if (!id) return Error{ErrorCode::broken_chain, "depends on a change older than kept history"};
    if (id->prefix() != entry.id_prefix) {
      return Error{ErrorCode::fork, "depends on a change that is not the one known here"};
    }
    if (admission.deps.contains(entry.replica, entry.seq)) {
      return Error{ErrorCode::broken_chain, "names a dependency that did not move"};
    }
    admission.deps.set(entry.replica, entry.seq);
    dep_ids.push_back(*id);
  }
  admission.id = compute_id(previous, dep_ids, encode_header(header));
  return admission;
}

void Frontier::advance(const ChangeHeader& header, const Admission& admission) {
  Head& head = heads_[header.replica];
  INSIEME_ASSERT(header.seq == head.seq + 1);
  head = Head{header.seq, admission.id, admission.deps, header.stamp};
  version_.set(header.replica, header.seq);
  history_.add(admission.id);
}

void Frontier::fill_next(ChangeHeader& header, const ReplicaId& replica) const {
  const Head* own = head(replica);
  header.replica = replica;
  header.seq = own == nullptr ? 1 : own->seq + 1;
  header.previous_prefix = own == nullptr ? 0 : own->id.prefix();
  header.deps.clear();
  for (const auto& [other, head] : heads_) {
    if (other == replica || (own != nullptr && own->deps.contains(other, head.seq))) continue;
    header.deps.push_back(DepEntry{other, head.seq, head.id.prefix()});
  }
}

Frontier Frontier::from_parts(std::map<ReplicaId, Head> heads, DigestSum history) {
  Frontier frontier;
  for (const auto& [replica, head] : heads) frontier.version_.set(replica, head.seq);
  frontier.heads_ = std::move(heads);
  frontier.history_ = history;
  return frontier;
}

}  // namespace insieme::sync
