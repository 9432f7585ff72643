#include "storage/incoming.hpp"

#include <algorithm>

#include "insieme/sync/limits.hpp"
#include "storage/blobs.hpp"
#include "storage/departed.hpp"
#include "storage/exchange.hpp"
#include "storage/erasures.hpp"
#include "storage/glass.hpp"
#include "storage/notices.hpp"
#include "storage/outbox.hpp"
#include "storage/packed.hpp"
#include "storage/queries.hpp"
#include "storage/marks.hpp"
#include "storage/reauthor.hpp"
#include "storage/settle.hpp"
#include "storage/snapshots.hpp"
#include "storage/vouchers.hpp"

namespace insieme::client {

namespace {

/// A change that is here already. What the server has of it, with a body or without, is what
/// everybody has.
void meet_again(Core& core, Documents& documents, OpenDocument& document,
                const LoggedChange& logged, const sync::Change& change, std::int64_t position) {
  const bool was_answered =
      logged.state == ChangeState::held || logged.state == ChangeState::refused;
  const bool loses_body = logged.change.ops && !change.ops;
  ChangeState state = ChangeState::accepted;
  if (was_answered && !change.ops) state = logged.state;
  if (loses_body && logged.own) state = ChangeState::unsent;  // the answer to it says why
  if (!logged.position) {
    documents.note_accepted(document, logged.n, logged.id, position, state);
  } else if (loses_body) {
    core.db.cached("UPDATE changes SET state = ? WHERE n = ?")
        .bind_all(static_cast<std::int64_t>(state), logged.n)
        .run();
  }
  if (change.ops && !logged.change.ops) {
    leave_quarantine(core, change.header);
    documents.fill_in(document, logged.n, *change.ops);
  } else if (loses_body && !logged.own) {
    documents.hollow_out(document, logged.n);
  }
}

void keep_waiting(Core& core, const OpenDocument& document, const sync::Change& change,
                  std::optional<std::int64_t> position) {
  const sync::ChangeHeader& header = change.header;
  const auto header_bytes = sync::encode_header(header);
  const std::int64_t replica = core.dictionary.number_of_id(header.replica.bytes);
  std::optional<std::vector<std::uint8_t>> body;
  if (change.ops) body = sync::encode_body(*change.ops);
  // What the server says goes before what a device handed over, and stays.
  core.db
      .cached(
          "INSERT INTO waiting(document, replica, seq, header, body, position) "
          "VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(document, replica, seq) DO UPDATE SET "
          "header = excluded.header, body = excluded.body, position = excluded.position "
          "WHERE waiting.position IS NULL AND excluded.position IS NOT NULL")
      .bind_all(document.n, replica, static_cast<std::int64_t>(header.seq), header_bytes, body,
                position)
      .run();
}

std::int64_t ready_or_wait(Core& core, Documents& documents, OpenDocument& document,
                           const sync::Change& change, std::optional<std::int64_t> position) {
  const sync::ChangeHeader& header = change.header;
  auto admission = documents.admit(document, header);
  const bool other_branch = !admission.ok() && admission.error().code == ErrorCode::fork;
  if (other_branch && position && make_way(core, documents, document)) {
    admission = documents.admit(document, header);
  }
  if (admission.ok()) {
    if (change.ops) {
      const Status contexts = sync::check_contexts(*change.ops, admission->deps);
      // What a device made up is forgotten; what the server sends must be right.
      if (!contexts.ok() && !position) return 0;
      require(sync::check_ops(*change.ops));
      require(contexts);
    }
    return documents.append(document, change, *admission,
                            position ? ChangeState::accepted : ChangeState::exchanged, position);
  }
  switch (admission.error().code) {
    case ErrorCode::duplicate: {
      if (!position) return 0;
      const auto logged = find_change(core, document.n, header.replica, header.seq);
      if (!logged) return 0;
      if (!logged->position && logged->state == ChangeState::exchanged) {
        confirm_exchanged(core, documents, document, *logged, *position, change.is_hollow());
      } else {
        meet_again(core, documents, document, *logged, change, *position);
      }
      return 0;
    }
    case ErrorCode::fork:
      if (!position) return 0;  // a device's other branch: the server's is the one that counts
      raise_notice(core,
                  "a change of " + sync::to_text(document.id) +
                      " belongs to another branch than the one here and waits",
                  "una modifica di " + sync::to_text(document.id) +
                      " appartiene a un altro ramo da quello di qui e aspetta");
      [[fallthrough]];
    case ErrorCode::not_yet:
      keep_waiting(core, document, change, position);
      return 0;
    default:
      throw Refused(admission.error());
  }
}

/// Changes that waited, now that something was applied. Rare: the server sends in causal order.
void apply_waiting(Core& core, Documents& documents, OpenDocument& document) {
  for (bool progress = true; progress;) {
    progress = false;
    auto rows = core.db.prepare(
        "SELECT replica, seq, header, body, position FROM waiting WHERE document = ?");
    rows.bind_all(document.n);
    std::vector<
        std::tuple<std::int64_t, std::int64_t, sync::Change, std::optional<std::int64_t>>>
        found;
    while (rows.step()) {
      sync::Change change;
      change.header = require(sync::decode_header(rows.get_blob(2)));
      if (!rows.is_null(3)) change.ops = read_body(rows.get_blob(3));
      std::optional<std::int64_t> position;
      if (!rows.is_null(4)) position = rows.get_int64(4);
      found.emplace_back(rows.get_int64(0), rows.get_int64(1), std::move(change), position);
    }
    for (const auto& [replica, seq, change, position] : found) {
      const auto admission = documents.admit(document, change.header);
      const bool known = !admission.ok() && admission.error().code == ErrorCode::duplicate;
      if (!admission.ok() && !known) continue;
      core.db.cached("DELETE FROM waiting WHERE document = ? AND replica = ? AND seq = ?")
          .bind_all(document.n, replica, seq)
          .run();
      ready_or_wait(core, documents, document, change, position);
      progress = true;
    }
  }
}

void apply_what_waited(Core& core, Documents& documents, OpenDocument& document) {
  auto& waiting = core.db.cached("SELECT 1 FROM waiting WHERE document = ? LIMIT 1");
  {
    const sqlite::ResetGuard guard(waiting);
    waiting.bind_all(document.n);
    if (!waiting.step()) return;
  }
  apply_waiting(core, documents, document);
}

void receive_change(Core& core, Documents& documents, sync::Change change, std::int64_t position) {
  require(sync::check_header(change.header));
  OpenDocument* document = documents.find(change.header.document);
  if (document == nullptr) {
    if (has_gone_by_time(core, change.header.document.dossier)) return;
    refuse(ErrorCode::malformed, "the server sent a change of a dossier that it did not grant");
  }
  sync::complete(change, document->key);
  sync::redact(change, document->redaction);
  if (ready_or_wait(core, documents, *document, change, position) != 0) {
    apply_what_waited(core, documents, *document);
  }
}

/// Whether a grant takes a section away that this device had before.
bool narrows(Core& core, const sync::GrantEvent& grant) {
  const auto before = core.dossier(grant.dossier);
  if (!before) return false;
  return std::any_of(before->sections.begin(), before->sections.end(), [&](const auto& section) {
    return std::find(grant.sections.begin(), grant.sections.end(), section) ==
           grant.sections.end();
  });
}

/// Of a dossier that the person had in front of them, and that is about to go.
void tell_of_loss(Core& core, const sync::RevokeEvent& revoke) {
  const auto row = core.dossier(revoke.dossier);
  if (!row || row->leaving) return;
  for (const DossierLine& line : list_dossiers(core)) {
    if (line.id != revoke.dossier || line.records == 0) continue;
    const std::string id = sync::to_text(line.id);
    const std::string name = line.title + " (" + id.substr(id.size() - 8) + ")";
    const std::string why = revoke.reason.empty() ? "" : ": " + revoke.reason;
    raise_notice(core, name + " is no longer assigned to you" + why,
                name + " non è più assegnato a te" + why);
  }
}

/// Something has changed for what could not pass: it comes here now, or does not any more.
void offer_blocked(Core& core, const sync::DossierId& dossier) {
  core.db
      .cached(
          "UPDATE changes SET state = 0, note = NULL WHERE state IN (0, 1, 5) AND state = 5 "
          "AND document IN "
          "(SELECT c.n FROM documents c JOIN dossiers d ON d.n = c.dossier WHERE d.id = ?)")
      .bind_all(dossier.bytes)
      .run();
}

struct EventReceiver {
  Core& core;
  Documents& documents;
  std::uint64_t position;

  void operator()(const sync::GrantEvent& grant) const {
    const std::string sections = join_words(grant.sections);
    if (narrows(core, grant)) core.set_setting("narrowed", "1");
    forget_permit(core, grant.dossier);
    core.db
        .cached(
            "INSERT INTO dossiers(id, secret, granted, leaving, may_review, sections) "
            "VALUES(?, ?, 1, 0, ?, ?) ON CONFLICT(id) DO UPDATE SET secret = excluded.secret, "
            "granted = 1, leaving = 0, may_review = excluded.may_review, "
            "sections = excluded.sections")
        .bind_all(grant.dossier.bytes, grant.key.bytes, std::int64_t{grant.may_review ? 1 : 0},
                  sections)
        .run();
    if (grant.may_review) note_marks_due(core, grant.dossier);
    offer_blocked(core, grant.dossier);
    // A new grant: the server asks again what is held here.
    core.db
        .cached(
            "UPDATE documents SET acked = NULL, ack_due = 1 WHERE dossier = "
            "(SELECT n FROM dossiers WHERE id = ?)")
        .bind_all(grant.dossier.bytes)
        .run();
  }
  void operator()(const sync::RevokeEvent& revoke) const {
    tell_of_loss(core, revoke);
    core.db.cached("UPDATE dossiers SET leaving = 1 WHERE id = ?")
        .bind_all(revoke.dossier.bytes)
        .run();
    offer_blocked(core, revoke.dossier);
  }
  void operator()(const sync::HeldEvent& held) const {
    const sync::ChangeHeader& header = held.change.header;
    if (!held.change.ops) return;
    sync::Change change = held.change;
    if (const auto dossier = core.dossier(header.document.dossier)) {
      sync::complete(change, dossier->key);
    }
    sync::redact(change, redaction_of(core, header.document));
    if (!change.ops) return;
    const auto header_bytes = sync::encode_header(change.header);
    const auto body = sync::encode_body(*change.ops);
    core.db
        .cached(
            "INSERT OR IGNORE INTO inbox(dossier, section, replica, seq, header, body, reason, "
            "open, unsent) VALUES(?, ?, ?, ?, ?, ?, ?, 1, 0)")
        .bind_all(header.document.dossier.bytes, header.document.section, header.replica.bytes,
                  static_cast<std::int64_t>(header.seq), header_bytes, body, held.reason)
        .run();
    if (core.db.changes() == 0) refuse_again(header);
  }
  /// A server that was put back holds anew what was refused here: it heard of that when it did not
  /// have it yet. If it says itself that it is decided, that comes next.
  void refuse_again(const sync::ChangeHeader& header) const {
    core.db
        .cached(
            "UPDATE inbox SET unsent = 1 WHERE dossier = ? AND section = ? AND replica = ? "
            "AND seq = ? AND open = 0 AND accepted = 0 AND decided_by = ?")
        .bind_all(header.document.dossier.bytes, header.document.section, header.replica.bytes,
                  static_cast<std::int64_t>(header.seq), core.identity.account)
        .run();
  }
  void operator()(const sync::HeldClosedEvent& closed) const {
    const sync::HeldDecision& d = closed.decision;
    const auto seq = static_cast<std::int64_t>(d.seq);
    const std::int64_t accepted = d.accepted ? 1 : 0;
    core.db
        .cached(
            "UPDATE inbox SET open = 0, closed = 1, accepted = ?, decided_by = ?, "
            "decision_reason = ?, unsent = 0 "
            "WHERE dossier = ? AND section = ? AND replica = ? AND seq = ?")
        .bind_all(accepted, d.by, d.reason, d.document.dossier.bytes, d.document.section,
                  d.replica.bytes, seq)
        .run();
    const std::string reason = (d.accepted ? "accepted by " : "refused by ") + d.by +
                               (d.reason.empty() ? std::string() : ": " + d.reason);
    const auto state =
        static_cast<std::int64_t>(d.accepted ? ChangeState::accepted : ChangeState::refused);
    core.db
        .cached(
            "UPDATE quarantine SET state = ?, reason = ? WHERE dossier = ? AND section = ? "
            "AND replica = ? AND seq = ?")
        .bind_all(state, reason, d.document.dossier.bytes, d.document.section, d.replica.bytes, seq)
        .run();
  }
  void operator()(const sync::EraseEvent& erase) const {
    keep_for_others(core, erase);  // while the dossier's key is here
    carry_out(core, documents, erase.order, position);
  }
  void operator()(const sync::SeenEvent& event) const {
    const OpenDocument* document = documents.find(event.seen.document);
    if (document == nullptr) return;
    // It may be what this device told itself, and its user has looked again since: what is known
    // only here stays and is still to be told.
    sync::VersionVector known;
    bool unsent = false;
    {
      auto& row = core.db.cached("SELECT version, unsent FROM seen WHERE document = ? AND by = ?");
      const sqlite::ResetGuard guard(row);
      row.bind_all(document->n, event.seen.by);
      if (row.step()) {
        known = require(sync::decode_version(row.get_blob(0)));
        unsent = row.get_int64(1) != 0 && !event.seen.version.covers(known);
      }
    }
    known.merge(event.seen.version);
    core.db
        .cached(
            "INSERT INTO seen(document, by, version, unsent) VALUES(?, ?, ?, ?) "
            "ON CONFLICT(document, by) DO UPDATE SET version = excluded.version, "
            "unsent = excluded.unsent")
        .bind_all(document->n, event.seen.by, sync::encode_version(known),
                  std::int64_t{unsent ? 1 : 0})
        .run();
  }
};

}  // namespace

bool receive(Core& core, Documents& documents, const sync::StreamItem& item) {
  if (const auto* change = std::get_if<sync::Change>(&item.content)) {
    receive_change(core, documents, *change, static_cast<std::int64_t>(item.position));
    return true;
  }
  if (const auto* part = std::get_if<sync::SnapshotPart>(&item.content)) {
    return receive_part(core, documents, *part);
  }
  std::visit(EventReceiver{core, documents, item.position}, std::get<sync::Event>(item.content));
  return true;
}

Arrival receive_exchanged(Core& core, Documents& documents, OpenDocument& document,
                          const sync::Change& change) {
  const auto admission = documents.admit(document, change.header);
  if (!admission.ok() && admission.error().code == ErrorCode::duplicate) return Arrival::known;
  const bool waits = !admission.ok() && admission.error().code == ErrorCode::not_yet;
  if (!admission.ok() && !waits) return Arrival::other_branch;
  if (admission.ok() && change.ops && !sync::check_contexts(*change.ops, admission->deps).ok()) {
    return Arrival::unusable;
  }
  if (waits) {
    auto& count =
        core.db.cached("SELECT count(*) FROM waiting WHERE document = ? AND position IS NULL");
    const sqlite::ResetGuard guard(count);
    count.bind_all(document.n);
    const bool full = count.step() && count.get_int64(0) >=
                                          static_cast<std::int64_t>(sync::kWaitingChangesMax);
    if (full) return Arrival::unusable;
  }
  if (ready_or_wait(core, documents, document, change, std::nullopt) == 0) return Arrival::waits;
  apply_what_waited(core, documents, document);
  return Arrival::applied;
}

bool compare_digests(Core& core, Documents& documents,
                     const std::vector<sync::DocumentDigest>& digests,
                     std::vector<sync::DocumentId>& folded) {
  bool equal = true;
  for (const sync::DocumentDigest& digest : digests) {
    OpenDocument* document = documents.find(digest.document);
    if (document == nullptr) continue;
    const bool same = document->accepted == digest.history &&
                      document->accepted_count == static_cast<std::int64_t>(digest.count);
    if (same) continue;
    // What is handed out there and has no answer yet: the server may count it already. What is to
    // be given back it may lack.
    if (is_due(core, document->n) || has_unanswered(core, document->n)) {
      core.set_setting("compare_again", "1");
      continue;
    }
    equal = false;
    raise_notice(core,
                "the history of " + sync::to_text(digest.document) +
                    " differs from the server's: everything is received again",
                "la storia di " + sync::to_text(digest.document) +
                    " non è quella del server: si riceve tutto di nuovo");
    if (document->is_folded()) folded.push_back(digest.document);
  }
  return equal;
}

bool is_to_be_compared_again(Core& core) {
  if (core.setting("compare_again").value_or("") != "1") return false;
  if (has_unanswered(core) || healing_step(core) != HealingStep::none) return false;
  core.set_setting("compare_again", "");
  return true;
}

namespace {

/// Everything of one document but what its author still needs to see of it: quarantine and inbox.
void drop_document(Core& core, Documents& documents, std::int64_t n) {
  keep_departed(core, documents, n);
  drop_blobs(core, documents.by_number(n).id);
  delete_records(core, n);
  for (const char* sql :
       {"DELETE FROM changes WHERE document = ?", "DELETE FROM waiting WHERE document = ?",
        "DELETE FROM seen WHERE document = ?", "DELETE FROM kept WHERE document = ?",
        "DELETE FROM snapshot_parts WHERE document = ?", "DELETE FROM vouchers WHERE document = ?",
        "DELETE FROM documents WHERE n = ?"}) {
    core.db.prepare(sql).bind_all(n).run();
  }
}

std::vector<std::int64_t> numbers_of(sqlite::Statement rows) {
  std::vector<std::int64_t> numbers;
  while (rows.step()) numbers.push_back(rows.get_int64(0));
  return numbers;
}

constexpr const char* kTaken =
    "SELECT c.n FROM documents c JOIN dossiers d ON d.n = c.dossier "
    "WHERE d.leaving = 0 AND instr(' ' || d.sections || ' ', ' ' || c.section || ' ') = 0";

/// Sections that were taken away while the dossier stays. Unsent work goes first: what waits for it
/// is looked for again with the next reply.
std::vector<std::int64_t> taken_sections(Core& core) {
  if (core.setting("narrowed").value_or("") != "1") return {};
  const auto all = numbers_of(core.db.prepare(kTaken));
  auto gone = numbers_of(core.db.prepare(
      std::string(kTaken) +
      " AND c.n NOT IN (SELECT document FROM changes WHERE state IN (0, 1, 5))"));
  if (all.size() == gone.size()) core.set_setting("narrowed", "");
  return gone;
}

}  // namespace

void drop_what_left(Core& core, Documents& documents) {
  // Whoever leaves gives back first what the server lost.
  if (healing_step(core) != HealingStep::none) return;
  documents.flush();
  const auto dossiers = numbers_of(core.db.prepare(
      "SELECT n FROM dossiers WHERE leaving = 1 AND NOT EXISTS (SELECT 1 FROM changes c JOIN "
      "documents d ON d.n = c.document WHERE d.dossier = dossiers.n AND c.state IN (0, 1, 5))"));
  std::vector<std::int64_t> gone = taken_sections(core);
  for (const std::int64_t dossier : dossiers) {
    auto rows = core.db.prepare("SELECT n FROM documents WHERE dossier = ?");
    rows.bind_all(dossier);
    const auto of_dossier = numbers_of(std::move(rows));
    gone.insert(gone.end(), of_dossier.begin(), of_dossier.end());
  }
  for (const std::int64_t document : gone) drop_document(core, documents, document);
  for (const std::int64_t dossier : dossiers) {
    core.db.prepare("DELETE FROM inbox WHERE dossier = (SELECT id FROM dossiers WHERE n = ?)")
        .bind_all(dossier)
        .run();
    core.db.prepare("DELETE FROM permits WHERE dossier = (SELECT id FROM dossiers WHERE n = ?)")
        .bind_all(dossier)
        .run();
    core.db.prepare("DELETE FROM dossiers WHERE n = ?").bind_all(dossier).run();
  }
  if (!gone.empty() || !dossiers.empty()) documents.forget_closed();
}

}  // namespace insieme::client
