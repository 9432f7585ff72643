#include "storage/glass.hpp"
#include "storage/snapshots.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "insieme/sync/limits.hpp"
#include "storage/incoming.hpp"
#include "storage/kept.hpp"
#include "storage/notices.hpp"
#include "storage/outbox.hpp"
#include "storage/reauthor.hpp"

namespace insieme::client {
namespace {

constexpr std::int64_t kAcknowledgementsMax = 500;  ///< told in one request

void drop_parts(Core& core, std::int64_t document) {
  core.db.cached("DELETE FROM snapshot_parts WHERE document = ?").bind_all(document).run();
}

/// Whether the piece goes on where the last one ended.
bool continues(Core& core, std::int64_t document, const sync::SnapshotPart& part) {
  auto& last = core.db.cached(
      "SELECT offset + length(bytes), digest FROM snapshot_parts WHERE document = ? "
      "ORDER BY offset DESC LIMIT 1");
  const sqlite::ResetGuard guard(last);
  last.bind_all(document);
  if (!last.step()) return false;
  const auto digest = last.get_blob(1);
  return static_cast<std::uint64_t>(last.get_int64(0)) == part.offset &&
         std::equal(digest.begin(), digest.end(), part.digest.bytes.begin(),
                    part.digest.bytes.end());
}

std::vector<std::uint8_t> assemble(Core& core, std::int64_t document) {
  std::vector<std::uint8_t> bytes;
  auto& parts =
      core.db.cached("SELECT bytes FROM snapshot_parts WHERE document = ? ORDER BY offset");
  const sqlite::ResetGuard guard(parts);
  parts.bind_all(document);
  while (parts.step()) {
    const auto part = parts.get_blob(0);
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  return bytes;
}

/// Whether everything of the log that is not in `folded` stands on it.
bool stands_on(Core& core, const OpenDocument& document, const sync::VersionVector& folded) {
  sync::DepsWalker walker(&document.horizon);
  bool stands = true;
  for_each_change(core, document.n, [&](LoggedChange&& logged) {
    const sync::ChangeHeader& header = logged.change.header;
    const sync::VersionVector& deps = walker.step(header);
    if (folded.contains(header.replica, header.seq)) return true;
    stands = deps.covers(folded);
    if (stands && logged.change.ops) {
      for (const sync::Operation& op : *logged.change.ops) {
        if (std::holds_alternative<sync::SpliceOp>(op.action) && op.context &&
            !op.context->covers(folded)) {
          stands = false;
        }
      }
    }
    return stands;
  });
  return stands;
}

bool install(Core& core, Documents& documents, OpenDocument& document,
             std::vector<std::uint8_t> bytes) {
  const std::string name = sync::to_text(document.id);
  auto snapshot = sync::decode_snapshot(bytes);
  if (!snapshot.ok() || !(snapshot->document == document.id)) {
    raise_notice(core,
                 "the snapshot of " + name + " is not what it says (" +
                     (snapshot.ok() ? "another document" : snapshot.error().detail) +
                     "): its changes are received one by one",
                 "l'istantanea di " + name +
                     " non è quello che dice: le sue modifiche si ricevono una per una");
    return false;
  }
  // One that was made before the order.
  if (sync::redact(*snapshot, document.redaction)) {
    bytes = require(sync::encode_snapshot(*snapshot));
  }
  const sync::VersionVector& folded = snapshot->version();
  if (document.frontier.version().covers(folded)) return true;  // ahead of it
  if (!folded.covers(document.horizon.version())) {
    raise_notice(core, "the snapshot of " + name + " is older than what is folded here",
                 "l'istantanea di " + name + " è più vecchia di quanto qui è già riunito");
    return false;
  }
  if (stands_on(core, document, folded)) {
    documents.stand_on(document, *snapshot, bytes);
    return true;
  }
  // The others have gone on without this device: its work is authored again on top of theirs.
  if (has_unanswered(core)) return false;
  documents.flush();
  const std::int64_t n = document.n;
  reauthor_late(core, [&](Documents& emptied) {
    OpenDocument& bare = emptied.by_number(n);
    if (stands_on(core, bare, folded)) emptied.stand_on(bare, *snapshot, bytes);
  });
  documents.forget_closed();
  return true;
}

}  // namespace

bool receive_part(Core& core, Documents& documents, const sync::SnapshotPart& part) {
  OpenDocument* document = documents.find(part.document);
  if (document == nullptr) {
    if (has_gone_by_time(core, part.document.dossier)) return true;
    refuse(ErrorCode::malformed, "the server sent a snapshot of a dossier that it did not grant");
  }
  const std::int64_t n = document->n;
  const bool fits = part.total <= sync::kSnapshotBytesMax && part.offset <= part.total &&
                    part.bytes.size() <= part.total - part.offset && !part.bytes.empty();
  if (part.offset == 0) drop_parts(core, n);
  if (!fits || (part.offset != 0 && !continues(core, n, part))) {
    drop_parts(core, n);
    const std::string name = sync::to_text(part.document);
    raise_notice(core,
                 "the snapshot of " + name +
                     " came with a gap: its changes are received one by one",
                 "l'istantanea di " + name +
                     " è arrivata con un vuoto: le sue modifiche si ricevono una per una");
    return false;
  }
  core.db
      .cached("INSERT INTO snapshot_parts(document, offset, digest, bytes) VALUES(?, ?, ?, ?)")
      .bind_all(n, static_cast<std::int64_t>(part.offset), part.digest.bytes, part.bytes)
      .run();
  if (part.offset + part.bytes.size() < part.total) return true;
  const std::vector<std::uint8_t> bytes = assemble(core, n);
  drop_parts(core, n);
  if (!(sync::digest_snapshot(bytes) == part.digest)) {
    const std::string name = sync::to_text(part.document);
    raise_notice(core,
                 "the snapshot of " + name +
                     " has another digest than was told: its changes are received one by one",
                 "l'istantanea di " + name +
                     " ha un'altra impronta: le sue modifiche si ricevono una per una");
    return false;
  }
  return install(core, documents, *document, bytes);
}

void note_stable(Core& core, Documents& documents, const sync::Acknowledgement& stable) {
  OpenDocument* document = documents.find(stable.document);
  if (document == nullptr) return;
  const auto version = sync::encode_version(stable.version);
  core.db.cached("UPDATE documents SET stable = ? WHERE n = ?")
      .bind_all(version, document->n)
      .run();
  {
    auto& count = core.db.cached("SELECT count(*) FROM changes WHERE document = ?");
    const sqlite::ResetGuard guard(count);
    count.bind_all(document->n);
    if (!count.step() || count.get_int64(0) < core.fold_from) return;
  }
  if (!document->frontier.version().covers(stable.version)) return;
  documents.flush();
  auto ground = documents.ground(*document);
  sync::Document whole = ground ? sync::Document::from_snapshot(*std::move(ground), document->key)
                                : sync::Document(document->id, document->key);
  for_each_change(core, document->n, [&](LoggedChange&& logged) {
    const auto delivered = whole.deliver(std::move(logged.change));
    if (!delivered.ok()) refuse(delivered.error().code, delivered.error().detail);
    return true;
  });
  // Not closed, or something here does not stand on it: then it is not folded here.
  const auto snapshot = whole.snapshot(stable.version);
  if (!snapshot.ok()) return;
  const auto bytes = sync::encode_snapshot(*snapshot);
  if (!bytes.ok()) return;
  documents.stand_on(*document, *snapshot, *bytes);
}

std::vector<sync::Acknowledgement> due_acknowledgements(Core& core) {
  auto rows = core.db.prepare(
      "SELECT c.n, d.id, c.section, c.frontier, c.acked FROM documents c "
      "JOIN dossiers d ON d.n = c.dossier WHERE c.ack_due = 1 AND d.granted = 1 AND c.n NOT IN "
      "(SELECT document FROM changes WHERE state IN (0, 1, 5)) AND c.n NOT IN "
      "(SELECT document FROM changes WHERE state = 6) LIMIT ?");
  rows.bind_all(kAcknowledgementsMax);
  std::vector<sync::Acknowledgement> due;
  while (rows.step()) {
    sync::Acknowledgement one;
    one.document = {id_from_blob<sync::DossierId>(rows.get_blob(1)),
                    std::string(rows.get_text(2))};
    one.version =
        require(sync::unpack_frontier(rows.get_blob(3), core.dictionary)).version();
    auto& drafts = core.db.cached("SELECT context FROM drafts WHERE dossier = ? AND section = ?");
    const sqlite::ResetGuard guard(drafts);
    drafts.bind_all(one.document.dossier.bytes, one.document.section);
    while (drafts.step()) one.version.meet(require(sync::decode_version(drafts.get_blob(0))));
    if (!rows.is_null(4) && require(sync::decode_version(rows.get_blob(4))) == one.version) {
      continue;
    }
    due.push_back(std::move(one));
  }
  return due;
}

void note_acknowledged(Core& core, Documents& documents,
                       const std::vector<sync::Acknowledgement>& told) {
  for (const sync::Acknowledgement& one : told) {
    OpenDocument* document = documents.find(one.document);
    if (document == nullptr) continue;
    const bool all = document->frontier.version() == one.version;
    document->promised.merge(one.version);
    const auto version = sync::encode_version(one.version);
    const auto promised = sync::encode_version(document->promised);
    core.db.cached("UPDATE documents SET acked = ?, promised = ?, ack_due = ? WHERE n = ?")
        .bind_all(version, promised, std::int64_t{all ? 0 : 1}, document->n)
        .run();
  }
}

void forget_document(Core& core, Documents& documents, OpenDocument& document) {
  documents.flush();
  const std::int64_t n = document.n;
  std::int64_t at = core.setting_number("last_folded", 0);
  {
    auto& last = core.db.cached("SELECT coalesce(max(n), 0) FROM changes");
    const sqlite::ResetGuard guard(last);
    if (last.step()) at = std::max(at, last.get_int64(0));
  }
  core.set_setting_number("last_folded", at);
  // The log stands on what is folded: if the server has another branch of that, it cannot take it.
  const std::int64_t offered = is_branch_elsewhere(core, n) ? 2 : 1;
  sync::DepsWalker walker(&document.horizon);
  for_each_change(core, n, [&](LoggedChange&& logged) {
    const auto& deps = walker.step(logged.change.header);
    if (logged.own) keep_folded(core, logged.n, deps, offered);
    return true;
  });
  core.db
      .cached(
          "UPDATE kept SET offered = max(offered, 1), forgotten = ? "
          "WHERE document = ? AND forgotten IS NULL AND header IS NOT NULL")
      .bind_all(at, n)
      .run();
  delete_records(core, n);
  documents.records().clear();
  core.db.cached("DELETE FROM changes WHERE document = ?").bind_all(n).run();
  core.db.cached("DELETE FROM waiting WHERE document = ?").bind_all(n).run();
  core.db
      .cached(
          "UPDATE documents SET ground = NULL, horizon = NULL, acked = NULL, stable = NULL "
          "WHERE n = ?")
      .bind_all(n)
      .run();
  document.frontier = {};
  document.horizon = {};
  document.accepted = {};
  document.accepted_count = 0;
  document.dirty = true;
  documents.flush();
  core.mint_replica();
}

void note_to_forget(Core& core, std::int64_t document) {
  auto words = split_words(core.setting("to_forget").value_or(""));
  words.push_back(std::to_string(document));
  core.set_setting("to_forget", join_words(words));
}

bool forget_noted(Core& core, Documents& documents) {
  const auto words = split_words(core.setting("to_forget").value_or(""));
  if (words.empty()) return false;
  core.set_setting("to_forget", "");
  std::set<std::int64_t> numbers;
  for (const std::string& word : words) numbers.insert(std::strtoll(word.c_str(), nullptr, 10));
  for (const std::int64_t n : numbers) forget_document(core, documents, documents.by_number(n));
  return true;
}

void forget_other_branches(Core& core, Documents& documents) {
  auto rows = core.db.prepare(
      "SELECT DISTINCT document FROM kept WHERE offered = 2 AND forgotten IS NULL");
  std::vector<std::int64_t> numbers;
  while (rows.step()) numbers.push_back(rows.get_int64(0));
  for (const std::int64_t n : numbers) forget_document(core, documents, documents.by_number(n));
}

}  // namespace insieme::client
