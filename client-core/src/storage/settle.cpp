#include "storage/kept.hpp"
#include "storage/settle.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "storage/departed.hpp"
#include "storage/elsewhere.hpp"
#include "storage/packed.hpp"
#include "storage/reauthor.hpp"
#include "storage/snapshots.hpp"

namespace insieme::client {

std::optional<ChangeState> state_aside(sync::Verdict verdict) noexcept {
  if (verdict == sync::Verdict::held) return ChangeState::held;
  if (verdict == sync::Verdict::refused) return ChangeState::refused;
  return std::nullopt;
}

std::int64_t quarantine(Core& core, const sync::Change& change, const sync::PushResult& result,
                        ChangeState state) {
  const sync::ChangeHeader& header = change.header;
  const auto header_bytes = sync::encode_header(header);
  const auto body = sync::encode_body(*change.ops);
  core.db
      .cached(
          "INSERT INTO quarantine(dossier, section, replica, seq, header, body, state, code, "
          "reason) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind_all(header.document.dossier.bytes, header.document.section, header.replica.bytes,
                static_cast<std::int64_t>(header.seq), header_bytes, body,
                static_cast<std::int64_t>(state), static_cast<std::int64_t>(result.code),
                result.reason)
      .run();
  return core.db.last_insert_rowid();
}

namespace {

/// What was with nobody is accepted after all, by a server that had forgotten its verdict.
void put_back(Core& core, Documents& documents, OpenDocument& document,
              const LoggedChange& logged) {
  const sync::ChangeHeader& header = logged.change.header;
  const auto ops = quarantined_ops(core, header);
  if (!ops) return;
  leave_quarantine(core, header);
  documents.fill_in(document, logged.n, *ops);
}

/// Its place in the log may be known already.
void note_answer(Core& core, Documents& documents, OpenDocument& document,
                 const LoggedChange& logged, std::int64_t position, ChangeState state) {
  if (!logged.position) {
    documents.note_accepted(document, logged.n, logged.id, position, state);
    return;
  }
  core.db.cached("UPDATE changes SET state = ?, note = NULL, stands_on = NULL WHERE n = ?")
      .bind_all(static_cast<std::int64_t>(state), logged.n)
      .run();
}

using Text = std::pair<sync::RecordId, std::string>;  ///< record and field

std::set<Text> texts_of(const std::vector<sync::Operation>& ops) {
  std::set<Text> texts;
  for (const sync::Operation& op : ops) {
    if (std::holds_alternative<sync::SpliceOp>(op.action)) texts.emplace(op.record, op.field);
  }
  return texts;
}

/// Own work that was written on top of what is now with nobody: its places in the text are places
/// in a text with it.
void note_standing(Core& core, std::int64_t document, const LoggedChange& below,
                   std::int64_t quarantined) {
  const std::set<Text> texts = texts_of(*below.change.ops);
  if (texts.empty()) return;
  const sync::ChangeHeader& header = below.change.header;
  auto rows = core.db.prepare(
      "SELECT n, body FROM changes WHERE document = ? AND n > ? AND own = 1 "
      "AND state IN (0, 1, 5) AND body IS NOT NULL");
  rows.bind_all(document, below.n);
  while (rows.step()) {
    const auto ops = read_body(rows.get_blob(1));
    const bool stands = std::any_of(ops.begin(), ops.end(), [&](const sync::Operation& op) {
      return std::holds_alternative<sync::SpliceOp>(op.action) &&
             texts.count({op.record, op.field}) != 0 &&
             (!op.context || op.context->contains(header.replica, header.seq));
    });
    if (!stands) continue;
    core.db.cached("UPDATE changes SET stands_on = ? WHERE n = ?")
        .bind_all(quarantined, rows.get_int64(0))
        .run();
  }
}

/// A late change that was accepted here but not there waits again, unless somebody else decided.
void reopen_inbox(Core& core, const sync::ChangeHeader& header) {
  if (!header.origin) return;
  core.db
      .cached(
          "UPDATE inbox SET open = 1, accepted = NULL, decided_by = NULL, decision_reason = NULL "
          "WHERE dossier = ? AND section = ? AND replica = ? AND seq = ? AND closed = 0 "
          "AND accepted = 1")
      .bind_all(header.document.dossier.bytes, header.document.section,
                header.origin->replica.bytes, static_cast<std::int64_t>(header.origin->seq))
      .run();
}

/// The server that had lost it does not take it any more. It is folded here with its body, so the
/// document is received anew, as the server has it.
void quarantine_kept(Core& core, const OpenDocument& document, const sync::PushResult& result,
                     ChangeState state) {
  const auto seq = static_cast<std::int64_t>(result.seq);
  const std::int64_t replica = core.dictionary.find_id(result.replica.bytes);
  core.db
      .cached(
          "INSERT INTO quarantine(dossier, section, replica, seq, header, body, state, code, "
          "reason) SELECT ?, ?, ?, seq, header, body, ?, ?, ? FROM kept WHERE document = ? "
          "AND replica = ? AND seq = ? AND body IS NOT NULL")
      .bind_all(document.id.dossier.bytes, document.id.section, result.replica.bytes,
                static_cast<std::int64_t>(state),
                static_cast<std::int64_t>(result.code), result.reason, document.n, replica, seq)
      .run();
  const bool was_folded_whole = core.db.changes() != 0;
  core.db.cached("DELETE FROM kept WHERE document = ? AND replica = ? AND seq = ?")
      .bind_all(document.n, replica, seq)
      .run();
  if (was_folded_whole) note_to_forget(core, document.n);
}

}  // namespace

void release_handed(Core& core, std::int64_t document, std::int64_t from) {
  struct Row {
    std::int64_t n = 0;
    std::int64_t document = 0;
    std::string act;
  };
  std::vector<Row> unsent;
  auto rows = core.db.prepare(
      "SELECT n, document, act FROM changes WHERE state IN (0, 1, 5) AND own = 1 ORDER BY n");
  while (rows.step()) {
    const auto act = rows.get_blob(2);
    unsent.push_back({rows.get_int64(0), rows.get_int64(1), {act.begin(), act.end()}});
  }
  std::map<std::int64_t, std::int64_t> stopped{{document, from}};  ///< document, first change
  std::set<std::string> acts;
  std::set<std::int64_t> released;
  for (bool more = true; more;) {
    more = false;
    for (const Row& row : unsent) {
      const auto at = stopped.find(row.document);
      const bool follows = at != stopped.end() && row.n >= at->second;
      if (!follows && acts.count(row.act) == 0) continue;
      if (!released.insert(row.n).second) continue;
      more = true;
      if (!row.act.empty()) acts.insert(row.act);
      if (at == stopped.end() || row.n < at->second) stopped[row.document] = row.n;
    }
  }
  for (const std::int64_t n : released) {
    core.db.cached("UPDATE changes SET handed = 0 WHERE n = ?").bind_all(n).run();
  }
}

namespace {

/// It need not be offered any more.
void note_kept_is_there(Core& core, const OpenDocument& document, const sync::PushResult& result) {
  core.db
      .cached("UPDATE kept SET offered = 0, forgotten = NULL "
              "WHERE document = ? AND replica = ? AND seq = ?")
      .bind_all(document.n, core.dictionary.find_id(result.replica.bytes),
                static_cast<std::int64_t>(result.seq))
      .run();
}

/// A change that was folded here long ago and offered to a server that may have lost it.
void settle_kept(Core& core, const OpenDocument& document, const sync::PushResult& result) {
  if (result.verdict == sync::Verdict::deferred) return;
  const std::int64_t replica = core.dictionary.find_id(result.replica.bytes);
  const auto seq = static_cast<std::int64_t>(result.seq);
  if (const auto state = state_aside(result.verdict)) {
    return quarantine_kept(core, document, result, *state);
  }
  if (result.verdict != sync::Verdict::forked) {
    return note_kept_is_there(core, document, result);
  }
  // It is authored again, on top of the other branch, and with it what was written here since.
  core.db
      .cached("UPDATE kept SET offered = 2 FROM (SELECT n AS first, forgotten AS at FROM kept "
              "WHERE document = ?1 AND replica = ?2 AND seq = ?3 AND offered = 1) "
              "WHERE document = ?1 AND offered = 1 AND n >= first AND forgotten IS at")
      .bind_all(document.n, replica, seq)
      .run();
  if (core.db.changes() == 0) return;
  if (result.code == ErrorCode::expired) note_late(core);
  if (is_branch_elsewhere(core, document.n)) note_fork(core);
}

}  // namespace

std::optional<std::vector<sync::Operation>> quarantined_ops(Core& core,
                                                            const sync::ChangeHeader& header) {
  auto& find = core.db.cached(
      "SELECT body FROM quarantine WHERE dossier = ? AND section = ? AND replica = ? AND seq = ? "
      "AND state IN (3, 4)");
  const sqlite::ResetGuard guard(find);
  find.bind_all(header.document.dossier.bytes, header.document.section, header.replica.bytes,
                static_cast<std::int64_t>(header.seq));
  if (!find.step()) return std::nullopt;
  return read_body(find.get_blob(0));
}

void leave_quarantine(Core& core, const sync::ChangeHeader& header) {
  core.db
      .cached("UPDATE quarantine SET state = 2, reason = '' WHERE dossier = ? AND section = ? "
              "AND replica = ? AND seq = ?")
      .bind_all(header.document.dossier.bytes, header.document.section, header.replica.bytes,
                static_cast<std::int64_t>(header.seq))
      .run();
}

bool waits_in_quarantine(Core& core, const sync::ChangeHeader& header) {
  auto& find = core.db.cached(
      "SELECT 1 FROM quarantine WHERE dossier = ? AND section = ? AND replica = ? AND seq = ? "
      "AND state = 3");
  const sqlite::ResetGuard guard(find);
  find.bind_all(header.document.dossier.bytes, header.document.section, header.replica.bytes,
                static_cast<std::int64_t>(header.seq));
  return find.step();
}

void confirm_exchanged(Core& core, Documents& documents, OpenDocument& document,
                       const LoggedChange& logged, std::int64_t position, bool hollow) {
  const bool taken_out = hollow && logged.change.ops.has_value();
  if (taken_out) {
    const sync::PushResult unheard{};
    note_standing(core, document.n, logged,
                  quarantine(core, logged.change, unheard, ChangeState::exchanged));
    core.db
        .cached("DELETE FROM quarantine WHERE state = 6 AND NOT EXISTS "
                "(SELECT 1 FROM changes WHERE state IN (0, 1, 5) AND stands_on = quarantine.n)")
        .run();
  }
  documents.note_accepted(document, logged.n, logged.id, position, ChangeState::accepted);
  if (taken_out) documents.hollow_out(document, logged.n);
}

namespace {

/// It cannot pass now. What cannot pass as it is must not be offered again and again.
void keep_unsent(Core& core, const OpenDocument& document, const LoggedChange& logged,
                 const sync::PushResult& result) {
  const bool forked = result.verdict == sync::Verdict::forked;
  const bool elsewhere = forked && result.code == ErrorCode::duplicate;
  if (elsewhere) note_elsewhere(core, logged.n);
  // It goes on from what the others have, once that is here; or all of its dossier was erased.
  const bool late = elsewhere || result.code == ErrorCode::expired;
  if (late) {
    note_late(core);
  } else if (forked) {
    note_fork(core);
  }
  if (late || forked) release_handed(core, document.n, logged.n);
  if (forked) {
    // Whoever took it once has lost it, and with it all that was authored here afterwards.
    core.db.cached("UPDATE changes SET accepted = 0 WHERE document = ? AND own = 1 AND n >= ?")
        .bind_all(document.n, logged.n)
        .run();
  }
  const bool wait = result.code == ErrorCode::not_yet && !forked;
  core.db.cached("UPDATE changes SET state = ?, note = ? WHERE n = ?")
      .bind_all(static_cast<std::int64_t>(wait ? ChangeState::unsent : ChangeState::blocked),
                result.reason, logged.n)
      .run();
}

}  // namespace

void put_aside(Core& core, Documents& documents, OpenDocument& document,
               const LoggedChange& logged, const sync::PushResult& result, ChangeState state) {
  const auto position = static_cast<std::int64_t>(result.position);
  if (logged.change.ops) {
    note_standing(core, document.n, logged, quarantine(core, logged.change, result, state));
    reopen_inbox(core, logged.change.header);
  }
  note_answer(core, documents, document, logged, position, state);
  if (logged.change.ops) documents.hollow_out(document, logged.n);
}

namespace {

/// The usual answer: taken, and for the first time. Nothing of the change has to be read for it.
/// False: it is another one.
bool settle_taken(Core& core, Documents& documents, OpenDocument& document,
                  const sync::PushResult& result) {
  const bool taken = result.verdict == sync::Verdict::accepted ||
                     result.verdict == sync::Verdict::duplicate;
  if (!taken) return false;
  std::int64_t n = 0;
  sync::ChangeId id;
  {
    auto& row = core.db.cached(
        "SELECT n, id FROM changes WHERE document = ? AND replica = ? AND seq = ? "
        "AND position IS NULL AND body IS NOT NULL");
    const sqlite::ResetGuard guard(row);
    row.bind_all(document.n, core.dictionary.find_id(result.replica.bytes),
                 static_cast<std::int64_t>(result.seq));
    if (!row.step()) return false;
    n = row.get_int64(0);
    const auto bytes = row.get_blob(1);
    std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  }
  documents.note_accepted(document, n, id, static_cast<std::int64_t>(result.position),
                          ChangeState::accepted);
  return true;
}

}  // namespace

void settle(Core& core, Documents& documents, const sync::PushResult& result) {
  if (settle_departed(core, result)) return;
  OpenDocument* document = documents.find(result.document);
  if (document == nullptr) return;
  if (settle_taken(core, documents, *document, result)) return;
  const auto logged = find_change(core, document->n, result.replica, result.seq);
  if (!logged) settle_kept(core, *document, result);
  if (!logged) return;
  // Settled before, the reply came twice; or offered once more, as its body was wanted or its
  // verdict was not known.
  const bool is_offered =
      logged->state == ChangeState::unsent || logged->state == ChangeState::sent;
  if (logged->position && !is_offered) {
    // It was kept aside when the document was forgotten here, and has come back in its log since.
    if (result.verdict != sync::Verdict::deferred) note_kept_is_there(core, *document, result);
    return;
  }
  const auto position = static_cast<std::int64_t>(result.position);
  switch (result.verdict) {
    case sync::Verdict::accepted:
    case sync::Verdict::duplicate:
      note_answer(core, documents, *document, *logged, position, ChangeState::accepted);
      if (!logged->change.ops) put_back(core, documents, *document, *logged);
      return;
    case sync::Verdict::held:
    case sync::Verdict::refused:
      return put_aside(core, documents, *document, *logged, result, *state_aside(result.verdict));
    case sync::Verdict::forked:
    case sync::Verdict::deferred:
      keep_unsent(core, *document, *logged, result);
      return;
  }
}

}  // namespace insieme::client
