#include "storage/log_view.hpp"

#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"
#include "storage/space_dossier.hpp"

namespace insieme::server {
namespace {

/// To a device that cannot erase a part: it drops the dossier, and gets the rest when it can.
const std::string kErasedHere =
    "part of it was erased by order and this program cannot take out a part: update it, and the "
    "rest comes back (parte del fascicolo è stata cancellata per ordine: aggiornare il programma e "
    "il resto torna) ";

}  // namespace

LogView::Item LogView::backfill_item(const sql::Statement& row, std::uint64_t position) {
  const EntryKind kind = kind_of(row);
  // A device that dropped the dossier when it was revoked needs its own changes again.
  if (is_change(kind)) return change_item(row, position);
  if (kind == EntryKind::held) return held_item(row, position);
  if (kind == EntryKind::erasure) return erasure_item(row, position);
  return std::nullopt;
}

LogView::Item LogView::stream_item(const sql::Statement& row, std::uint64_t position) {
  const EntryKind kind = kind_of(row);
  switch (kind) {
    case EntryKind::change:
    case EntryKind::held_change:
    case EntryKind::refused_change:
      if (get_bytes<sync::ReplicaId>(row, kReplica) == replica_) return own_change(row, position);
      return started_by(row, position) ? change_item(row, position) : std::nullopt;
    case EntryKind::held:
      return started_by(row, position) ? held_item(row, position) : std::nullopt;
    case EntryKind::grant: return grant_item(row, position);
    case EntryKind::revoke: return revoke_item(row, position);
    case EntryKind::held_closed: return held_closed_item(row, position);
    case EntryKind::seen: return seen_item(row, position);
    case EntryKind::erasure: return erasure_item(row, position);
  }
  return std::nullopt;
}

LogView::Item LogView::change_item(const sql::Statement& row, std::uint64_t position) {
  const sync::DocumentId document = get_document(row, kDossier);
  const Access& now = access(document.dossier);
  if (!now.has(document.section) || !now.sees(position)) return std::nullopt;
  if (!now.kept_to) touch(document);  // of a part there is no digest to compare with
  const auto replica = get_bytes<sync::ReplicaId>(row, kReplica);
  if (knows(document, replica, u64(row.get_int64(kSeq)))) return std::nullopt;
  std::optional<std::span<const std::uint8_t>> body;
  if (!row.is_null(kBody)) body = row.get_blob(kBody);
  return sync::StreamItem{position, make_change(row.get_blob(kHeader), body)};
}

LogView::Item LogView::own_change(const sql::Statement& row, std::uint64_t position) {
  const sync::DocumentId document = get_document(row, kDossier);
  if (started_by(row, position) && !access(document.dossier).kept_to) touch(document);
  return std::nullopt;
}

bool LogView::knows(const sync::DocumentId& document, const sync::ReplicaId& replica,
                    std::uint64_t seq) {
  if (!snapshots_) return false;
  sync::VersionVector& version = known_[document];
  if (acknowledged_.insert(document).second) {
    version.merge(stability_.acknowledged(caller_.device.id, replica_, document));
  }
  return version.contains(replica, seq);
}

LogView::Item LogView::grant_item(const sql::Statement& row, std::uint64_t position) {
  if (row.get_text(kAccount) != caller_.user.account) return std::nullopt;
  const auto dossier = get_bytes<sync::DossierId>(row, kDossier);
  const Access& now = access(dossier);
  if (now.from_position != position) return std::nullopt;  // replaced or taken away since
  const auto key = load_key(db_, space_, dossier);
  if (!key) return std::nullopt;
  const bool of_space = dossier == sync::space_dossier(load_space(db_, space_).id);
  const bool decides =
      of_space ? keeps_lists(caller_.rules) : caller_.rules.may_review && !now.kept_to;
  return sync::StreamItem{
      position, sync::Event(sync::GrantEvent{dossier, now.sections, *key, decides})};
}

LogView::Item LogView::revoke_item(const sql::Statement& row, std::uint64_t position) {
  if (row.get_text(kAccount) != caller_.user.account) return std::nullopt;
  const auto dossier = get_bytes<sync::DossierId>(row, kDossier);
  if (access(dossier).any()) return std::nullopt;
  const std::string reason(as_text(row.get_blob(kHeader)));
  return sync::StreamItem{position, sync::Event(sync::RevokeEvent{dossier, reason})};
}

LogView::Item LogView::held_item(const sql::Statement& row, std::uint64_t position) {
  const sync::DocumentId document = get_document(row, kDossier);
  const Access& now = access(document.dossier);
  const bool decides = caller_.rules.may_review && !now.kept_to;
  if (!decides || !now.has(document.section)) return std::nullopt;
  sql::Statement& kept =
      db_.cached("SELECT h.reason, h.body, l.header, h.code FROM held h JOIN log l"
                 " ON l.space = h.space AND l.position = h.position"
                 " WHERE h.space = ? AND h.dossier = ? AND h.section = ? AND h.replica = ?"
                 " AND h.seq = ? AND h.state = 0 AND h.body IS NOT NULL");
  const sql::ResetGuard guard(kept);
  const auto replica = get_bytes<sync::ReplicaId>(row, kReplica);
  kept.bind_all(space_, document.dossier.bytes, document.section, replica.bytes,
                row.get_int64(kSeq));
  if (!kept.step()) return std::nullopt;
  // An older program could not read it. When it is updated it is told: `Turn::load`.
  const bool is_late = kept.get_int64(3) == static_cast<std::int64_t>(ErrorCode::expired);
  if (is_late && !takes_late_texts_) return std::nullopt;
  sync::HeldEvent held;
  held.reason = kept.get_text(0);
  held.change = make_change(kept.get_blob(2), kept.get_blob(1));
  return sync::StreamItem{position, sync::Event(std::move(held))};
}

LogView::Item LogView::held_closed_item(const sql::Statement& row, std::uint64_t position) {
  const sync::DocumentId document = get_document(row, kDossier);
  const bool author = row.get_text(kAccount) == caller_.user.account;
  if (!author && !started_by(row, position)) return std::nullopt;
  const auto payload = row.get_blob(kHeader);
  if (payload.size() < 2 || payload.size() < 2U + payload[1]) return std::nullopt;
  sync::HeldDecision decision;
  decision.document = document;
  decision.replica = get_bytes<sync::ReplicaId>(row, kReplica);
  decision.seq = u64(row.get_int64(kSeq));
  decision.accepted = payload[0] == 1;
  decision.by = as_text(payload.subspan(2, payload[1]));
  decision.reason = as_text(payload.subspan(2U + payload[1]));
  return sync::StreamItem{position, sync::Event(sync::HeldClosedEvent{std::move(decision)})};
}

LogView::Item LogView::erasure_item(const sql::Statement& row, std::uint64_t position) {
  const auto dossier = get_bytes<sync::DossierId>(row, kDossier);
  if (!erasures_.held_once(caller_.user.account, dossier)) return std::nullopt;
  auto order = sync::decode_order(row.get_blob(kHeader));
  if (!order.ok()) throw StorageFailure(ErrorCode::storage_failure, "a damaged erasure order");
  if (!takes_erasures_) {
    return sync::StreamItem{position,
                            sync::Event(sync::RevokeEvent{dossier, kErasedHere + order->reason})};
  }
  return sync::StreamItem{position, sync::Event(sync::EraseEvent{*std::move(order), {}})};
}

LogView::Item LogView::seen_item(const sql::Statement& row, std::uint64_t position) {
  if (!started_by(row, position)) return std::nullopt;
  sync::Seen seen;
  seen.document = get_document(row, kDossier);
  seen.version = unpack_version(row.get_blob(kHeader));
  seen.by = row.get_text(kAccount);
  return sync::StreamItem{position, sync::Event(sync::SeenEvent{std::move(seen)})};
}

bool LogView::started_by(const sql::Statement& row, std::uint64_t position) {
  const sync::DocumentId document = get_document(row, kDossier);
  const Access& now = access(document.dossier);
  return now.any() && now.from_position <= position && now.sees(position) &&
         now.has(document.section);
}

const Access& LogView::access(const sync::DossierId& dossier) {
  const auto at = access_.find(dossier);
  if (at != access_.end()) return at->second;
  Access now = load_access(db_, space_, caller_.user.account, dossier);
  if (!takes_erasures_ && now.any() && erasures_.any(dossier)) now = {};
  return access_.emplace(dossier, std::move(now)).first->second;
}

}  // namespace insieme::server
