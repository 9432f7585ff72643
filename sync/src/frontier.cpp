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

Result<Admission> Frontier::admit(const ChangeHeader& header, const IdLookup& ids) const {
  const Head* own = head(header.replica);
  const std::uint64_t applied = own == nullptr ? 0 : own->seq;
  if (header.seq > applied + 1) return Error{ErrorCode::not_yet, "an earlier change is missing"};
  ChangeId previous;
  Admission admission;
  if (header.seq <= applied) {
    // Known already: only its id is of interest, and the deps of its predecessor are not kept.
    if (header.seq > 1) {
      const auto id = id_at(header.replica, header.seq - 1, ids);
      if (!id) return Error{ErrorCode::duplicate, "applied before the kept history begins"};
      previous = *id;
    }
  } else if (own != nullptr) {
    previous = own->id;
    admission.deps = own->deps;
    admission.deps.set(header.replica, own->seq);
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
    if (header.seq > applied) {
      if (admission.deps.contains(entry.replica, entry.seq)) {
        return Error{ErrorCode::broken_chain, "names a dependency that did not move"};
      }
      admission.deps.set(entry.replica, entry.seq);
    }
    dep_ids.push_back(*id);
  }
  admission.id = compute_id(previous, dep_ids, encode_header(header));
  if (header.seq <= applied) {
    const auto id = id_at(header.replica, header.seq, ids);
    if (id && !(*id == admission.id)) {
      return Error{ErrorCode::fork, "another change has this replica and number"};
    }
    return Error{ErrorCode::duplicate, "applied already"};
  }
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
