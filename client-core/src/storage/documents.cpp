#include "storage/documents.hpp"

#include "storage/erasures.hpp"
#include "storage/kept.hpp"
#include "storage/packed.hpp"

namespace insieme::client {
namespace {

std::vector<std::uint8_t> sum_bytes(const sync::DigestSum& sum) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint64_t word : sum.words) {
    for (int shift = 0; shift < 64; shift += 8) {
      bytes.push_back(static_cast<std::uint8_t>(word >> shift));
    }
  }
  return bytes;
}

sync::DigestSum sum_from(std::span<const std::uint8_t> bytes) {
  sync::DigestSum sum;
  for (std::size_t i = 0; i < bytes.size() && i < 32; ++i) {
    sum.words[i / 8] |= static_cast<std::uint64_t>(bytes[i]) << (8 * (i % 8));
  }
  return sum;
}

sync::RecordState fresh_record(const sync::Operation& op) {
  sync::RecordState state;
  state.id = op.record;
  state.type = op.type;
  return state;
}

LoggedChange read_logged(const sqlite::Statement& row) {
  LoggedChange logged;
  logged.n = row.get_int64(0);
  const auto id = row.get_blob(1);
  std::copy(id.begin(), id.end(), logged.id.bytes.begin());
  logged.change.header = require(sync::decode_header(row.get_blob(2)));
  if (!row.is_null(3)) logged.change.ops = read_body(row.get_blob(3));
  logged.state = static_cast<ChangeState>(row.get_int64(4));
  if (!row.is_null(5)) logged.position = row.get_int64(5);
  logged.own = row.get_int64(6) != 0;
  return logged;
}

/// A snapshot does not tell what was written on this device: what is kept aside does, and receipts
/// ask for it.
void own_what_is_folded(Core& core, RecordCache& records, const OpenDocument& document,
                        const sync::Snapshot& ground) {
  auto rows = core.db.prepare(
      "SELECT n, body FROM kept WHERE document = ? AND forgotten IS NULL AND body IS NOT NULL "
      "ORDER BY n");
  rows.bind_all(document.n);
  while (rows.step()) {
    for (const sync::Operation& op : read_body(rows.get_blob(1))) {
      const auto put = ground.records.find(op.record);
      if (put == ground.records.end() || put->second.type != op.type) continue;
      LoadedRecord& record = records.load(document.n, document.id, op.type, op.record);
      record.own = std::max(record.own, rows.get_int64(0));
      record.dirty = true;
    }
  }
}

}  // namespace

OpenDocument* Documents::find(const sync::DocumentId& id) {
  if (const auto known = open_.find(id); known != open_.end()) return known->second.get();
  const auto dossier = core_.dossier(id.dossier);
  return dossier ? find(id, *dossier) : nullptr;
}

OpenDocument* Documents::find(const sync::DocumentId& id, const DossierRow& dossier) {
  if (const auto known = open_.find(id); known != open_.end()) return known->second.get();
  std::int64_t n = 0;
  {
    auto& find = core_.db.cached("SELECT n FROM documents WHERE dossier = ? AND section = ?");
    const sqlite::ResetGuard guard(find);
    find.bind_all(dossier.n, id.section);
    if (find.step()) n = find.get_int64(0);
  }
  if (n == 0 && access_ == Access::read) return nullptr;
  if (n == 0) {
    const auto empty = sync::pack_frontier({}, core_.dictionary);
    core_.db
        .cached(
            "INSERT INTO documents(dossier, section, frontier, accepted, accepted_count) "
            "VALUES(?, ?, ?, ?, 0)")
        .bind_all(dossier.n, id.section, empty, sum_bytes({}))
        .run();
    n = core_.db.last_insert_rowid();
  }
  return load(n, id, dossier.key);
}

OpenDocument* Documents::load(std::int64_t n, const sync::DocumentId& id,
                              const sync::DossierKey& key) {
  auto document = std::make_unique<OpenDocument>();
  document->n = n;
  document->id = id;
  document->key = key;
  document->redaction = redaction_of(core_, id);
  auto& row =
      core_.db.cached(
          "SELECT frontier, accepted, accepted_count, horizon, promised FROM documents "
          "WHERE n = ?");
  const sqlite::ResetGuard guard(row);
  row.bind_all(n);
  if (!row.step()) refuse(ErrorCode::storage_failure, "a document is missing from the store");
  document->frontier = require(sync::unpack_frontier(row.get_blob(0), core_.dictionary));
  document->accepted = sum_from(row.get_blob(1));
  document->accepted_count = row.get_int64(2);
  if (!row.is_null(3)) {
    document->horizon = require(sync::unpack_frontier(row.get_blob(3), core_.dictionary));
  }
  if (!row.is_null(4)) document->promised = require(sync::decode_version(row.get_blob(4)));
  return open_.insert_or_assign(id, std::move(document)).first->second.get();
}

OpenDocument& Documents::by_number(std::int64_t n) {
  for (auto& [id, document] : open_) {
    if (document->n == n) return *document;
  }
  sync::DocumentId id;
  std::int64_t dossier = 0;
  {
    auto& row = core_.db.cached("SELECT dossier, section FROM documents WHERE n = ?");
    const sqlite::ResetGuard guard(row);
    row.bind_all(n);
    if (!row.step()) refuse(ErrorCode::storage_failure, "a change without a document");
    dossier = row.get_int64(0);
    id.section = std::string(row.get_text(1));
  }
  id.dossier = core_.dossier_id(dossier);
  const auto row = core_.dossier(id.dossier);
  return *load(n, id, row->key);
}

Result<sync::Admission> Documents::admit(const OpenDocument& document,
                                         const sync::ChangeHeader& header) {
  const auto ids = [&](const sync::ReplicaId& replica,
                       std::uint64_t seq) -> std::optional<sync::ChangeId> {
    auto& find =
        core_.db.cached("SELECT id FROM changes WHERE document = ? AND replica = ? AND seq = ?");
    const std::int64_t number = core_.dictionary.find_id(replica.bytes);
    const sqlite::ResetGuard guard(find);
    find.bind_all(document.n, number, static_cast<std::int64_t>(seq));
    if (!find.step()) {
      const sync::Head* folded = document.horizon.head(replica);
      return folded != nullptr && folded->seq == seq ? std::optional(folded->id) : std::nullopt;
    }
    sync::ChangeId id;
    const auto blob = find.get_blob(0);
    std::copy(blob.begin(), blob.end(), id.bytes.begin());
    return id;
  };
  return document.frontier.admit(header, ids);
}

std::int64_t Documents::append(OpenDocument& document, const sync::Change& change,
                               const sync::Admission& admission, ChangeState state,
                               std::optional<std::int64_t> position,
                               std::vector<std::uint8_t> body) {
  const sync::ChangeHeader& header = change.header;
  const auto header_bytes = sync::encode_header(header);
  if (change.ops) {
    if (body.empty()) body = sync::encode_body(*change.ops);
    body = body_column(std::move(body));
  }
  const std::int64_t replica = core_.dictionary.number_of_id(header.replica.bytes);
  auto& insert = core_.db.cached(
      "INSERT INTO changes(document, replica, seq, id, header, body, act, state, position, own, n) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, max("
      "coalesce((SELECT max(n) FROM changes), 0), coalesce((SELECT CAST(value AS INTEGER) "
      "FROM settings WHERE name = 'last_folded'), 0)) + 1)");
  const sqlite::ResetGuard guard(insert);
  insert.bind(1, document.n).bind(2, replica).bind(3, static_cast<std::int64_t>(header.seq));
  insert.bind(4, admission.id.bytes).bind(5, header_bytes);
  if (change.ops) {
    insert.bind(6, body);
  } else {
    insert.bind(6, nullptr);
  }
  if (header.transaction) {
    insert.bind(7, header.transaction->id.bytes);
  } else {
    insert.bind(7, nullptr);
  }
  const bool own = state == ChangeState::unsent;
  const bool told = own || state == ChangeState::exchanged;  // in receipts
  insert.bind(8, static_cast<std::int64_t>(state)).bind(9, position);
  insert.bind(10, std::int64_t{own ? 1 : 0});
  insert.run();
  const std::int64_t n = core_.db.last_insert_rowid();
  document.frontier.advance(header, admission);
  document.dirty = true;
  if (position) {
    document.accepted.add(admission.id);
    ++document.accepted_count;
  }
  if (change.ops && own) {
    records_.author(document.n, header, *change.ops, admission.deps, n);
  } else if (change.ops) {
    records_.apply(document.n, header, *change.ops, admission.deps, told ? n : 0);
  }
  return n;
}

void Documents::note_accepted(OpenDocument& document, std::int64_t change_n,
                              const sync::ChangeId& id, std::int64_t position, ChangeState state) {
  const bool accepted = state == ChangeState::accepted;
  core_.db
      .cached(
          "UPDATE changes SET position = ?, state = ?, note = NULL, stands_on = NULL, "
          "accepted = accepted OR ? WHERE n = ?")
      .bind_all(position, static_cast<std::int64_t>(state), std::int64_t{accepted ? 1 : 0},
                change_n)
      .run();
  document.accepted.add(id);
  ++document.accepted_count;
  document.dirty = true;
}

void Documents::hollow_out(OpenDocument& document, std::int64_t change_n) {
  core_.db.cached("UPDATE changes SET body = NULL WHERE n = ?").bind_all(change_n).run();
  rebuild(document);
}

void Documents::fill_in(OpenDocument& document, std::int64_t change_n,
                        const std::vector<sync::Operation>& ops) {
  core_.db.cached("UPDATE changes SET body = ? WHERE n = ?")
      .bind_all(body_column(sync::encode_body(ops)), change_n)
      .run();
  rebuild(document);
}

void Documents::rebuild(OpenDocument& document) {
  flush();
  const auto folded = ground(document);
  const auto own = placed_only(core_, document.n);
  delete_records(core_, document.n);
  records_.clear();
  replay(document, folded ? &*folded : nullptr);
  if (!folded) return;
  for (const auto& [id, n] : own) {
    const auto put = folded->records.find(id);
    if (put == folded->records.end()) continue;
    LoadedRecord& record = records_.load(document.n, document.id, put->second.type, id);
    record.own = std::max(record.own, n);
    record.dirty = true;
  }
}

/// What the rows hold now is not what comes: they are written from the ground and the log alone.
void Documents::replay(OpenDocument& document, const sync::Snapshot* ground) {
  if (ground != nullptr) {
    for (const auto& [id, state] : ground->records) {
      records_.put(document.n, document.id, state, ground->newest.at(id));
    }
    own_what_is_folded(core_, records_, document, *ground);
  }
  sync::DepsWalker walker(ground);
  std::vector<LoggedChange> log;
  for_each_change(core_, document.n, [&](LoggedChange&& logged) {
    log.push_back(std::move(logged));
    return true;
  });
  for (const LoggedChange& logged : log) {
    if (!logged.change.ops) continue;
    for (const sync::Operation& op : *logged.change.ops) {
      if (std::holds_alternative<sync::ErasedOp>(op.action)) continue;
      const bool grounded = ground != nullptr && ground->records.count(op.record) != 0 &&
                            ground->records.at(op.record).type == op.type;
      if (!grounded) records_.put(document.n, document.id, fresh_record(op), {});
    }
  }
  for (const LoggedChange& logged : log) {
    const auto& deps = walker.step(logged.change.header);
    if (!logged.change.ops) continue;
    records_.apply(document.n, logged.change.header, *logged.change.ops, deps,
                   logged.own || logged.state == ChangeState::exchanged ? logged.n : 0);
  }
}

void Documents::retrace(OpenDocument& document) {
  document.frontier = document.horizon;
  document.dirty = true;
  for_each_change(core_, document.n, [&](LoggedChange&& logged) {
    const auto admission = require(admit(document, logged.change.header));
    document.frontier.advance(logged.change.header, admission);
    return true;
  });
  rebuild(document);
}

std::optional<sync::Snapshot> Documents::ground(const OpenDocument& document) {
  if (!document.is_folded()) return {};
  auto& row = core_.db.cached("SELECT ground FROM documents WHERE n = ?");
  const sqlite::ResetGuard guard(row);
  row.bind_all(document.n);
  if (!row.step()) refuse(ErrorCode::storage_failure, "a document is missing from the store");
  auto snapshot = sync::decode_snapshot(row.get_blob(0));
  if (!snapshot.ok()) refuse(ErrorCode::storage_failure, "a damaged snapshot in the store");
  return std::move(snapshot).value();
}

void Documents::stand_on(OpenDocument& document, const sync::Snapshot& snapshot,
                         std::span<const std::uint8_t> bytes) {
  flush();
  const sync::VersionVector& folded = snapshot.version();
  sync::DepsWalker walker(&document.horizon);
  document.frontier = snapshot.frontier;
  document.horizon = snapshot.frontier;
  document.accepted = snapshot.frontier.history();
  document.accepted_count = static_cast<std::int64_t>(snapshot.frontier.count());
  document.dirty = true;
  const auto horizon = sync::pack_frontier(document.horizon, core_.dictionary);
  core_.db.cached("UPDATE documents SET ground = ?, horizon = ? WHERE n = ?")
      .bind_all(bytes, horizon, document.n)
      .run();
  std::vector<LoggedChange> log;
  for_each_change(core_, document.n, [&](LoggedChange&& logged) {
    log.push_back(std::move(logged));
    return true;
  });
  std::int64_t last = core_.setting_number("last_folded", 0);
  for (const LoggedChange& logged : log) {
    last = std::max(last, logged.n);
    const sync::ChangeHeader& header = logged.change.header;
    const auto& deps = walker.step(header);
    if (folded.contains(header.replica, header.seq)) {
      if (logged.own) keep_folded(core_, logged.n, deps);
      core_.db.cached("DELETE FROM changes WHERE n = ?").bind_all(logged.n).run();
      continue;
    }
    const auto admission = require(admit(document, header));
    document.frontier.advance(header, admission);
    if (logged.position) {
      document.accepted.add(logged.id);
      ++document.accepted_count;
    }
  }
  core_.set_setting_number("last_folded", last);
  records_.clear();
  replay(document, &snapshot);
  flush();
}

void Documents::flush() {
  records_.flush();
  for (auto& [id, document] : open_) {
    if (!document->dirty) continue;
    const auto frontier = sync::pack_frontier(document->frontier, core_.dictionary);
    core_.db
        .cached(
            "UPDATE documents SET frontier = ?, accepted = ?, accepted_count = ? WHERE n = ?")
        .bind_all(frontier, sum_bytes(document->accepted), document->accepted_count, document->n)
        .run();
    // Mostly it is due already; to say so once more would write a page of the index anew.
    core_.db.cached("UPDATE documents SET ack_due = 1 WHERE n = ? AND ack_due IS NOT 1")
        .bind_all(document->n)
        .run();
    document->dirty = false;
  }
}

void for_each_change(Core& core, std::int64_t document,
                     const std::function<bool(LoggedChange&&)>& visit) {
  auto rows = core.db.prepare(
      "SELECT n, id, header, body, state, position, own FROM changes WHERE document = ? ORDER BY "
      "n");
  rows.bind_all(document);
  while (rows.step()) {
    if (!visit(read_logged(rows))) return;
  }
}

std::optional<LoggedChange> find_change(Core& core, std::int64_t document,
                                        const sync::ReplicaId& replica, std::uint64_t seq) {
  const std::int64_t number = core.dictionary.find_id(replica.bytes);
  auto& row = core.db.cached(
      "SELECT n, id, header, body, state, position, own FROM changes "
      "WHERE document = ? AND replica = ? AND seq = ?");
  const sqlite::ResetGuard guard(row);
  row.bind_all(document, number, static_cast<std::int64_t>(seq));
  if (!row.step()) return {};
  return read_logged(row);
}

}  // namespace insieme::client
