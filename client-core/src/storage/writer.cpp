#include "storage/blobs.hpp"
#include "storage/writer.hpp"

#include <algorithm>
#include <map>

#include "insieme/sync/limits.hpp"
#include "storage/erasures.hpp"
#include "storage/exchange.hpp"
#include "storage/marks.hpp"
#include "storage/packed.hpp"
#include "storage/stand_in.hpp"

namespace insieme::client {

sync::DossierId StoreWriter::create_dossier() {
  const auto id = new_uuid7<sync::DossierId>(core_.platform);
  sync::DossierKey key;
  core_.platform.random(key.bytes);
  std::vector<std::string> sections;
  for (const schema::Section& section : core_.bundle.sections) sections.push_back(section.name);
  const std::string joined = join_words(sections);
  // Whoever makes a dossier holds all of its sections until the server says otherwise.
  core_.db
      .cached(
          "INSERT INTO dossiers(id, secret, granted, leaving, may_review, sections) "
          "VALUES(?, ?, 0, 0, ?, ?)")
      .bind_all(id.bytes, key.bytes, std::int64_t{core_.identity.role == "coordinator" ? 1 : 0},
                joined)
      .run();
  return id;
}

Status StoreWriter::add(const sync::DocumentId& id, std::vector<sync::Operation> ops) {
  if (ops.empty()) return {};
  const auto dossier = core_.dossier(id.dossier);
  if (!dossier) return {ErrorCode::not_found, "this dossier is not on this device"};
  if (dossier->leaving) {
    return {ErrorCode::not_allowed, "this dossier has been handed over and is leaving this device"};
  }
  const auto& sections = dossier->sections;
  if (std::find(sections.begin(), sections.end(), id.section) == sections.end()) {
    return {ErrorCode::not_allowed, "this section of the dossier may not be written here"};
  }
  const sync::Redaction erased = redaction_of(core_, id);
  for (const sync::Operation& op : ops) {
    if (!erased.covers(op.record)) continue;
    return {ErrorCode::not_allowed,
            "this was erased by order: nothing can be written there any more\n"
            "è stato cancellato per ordine: non vi si può più scrivere"};
  }
  const auto at = std::find_if(pending_.begin(), pending_.end(),
                               [&](const Pending& pending) { return pending.document->id == id; });
  if (at != pending_.end()) {
    std::move(ops.begin(), ops.end(), std::back_inserter(at->ops));
    return {};
  }
  OpenDocument* document = documents_.find(id, *dossier);
  if (document == nullptr) return {ErrorCode::not_found, "this dossier is not on this device"};
  pending_.push_back(Pending{document, std::move(ops)});
  return {};
}

void StoreWriter::on_behalf_of(std::string author, const sync::Origin& origin) {
  finish();  // what was added before is of somebody else, or of another change of theirs
  author_ = std::move(author);
  origin_ = origin;
}

Result<StoredRecord> StoreWriter::read(const RecordRef& ref) {
  return read_record(core_, documents_, ref);
}

/// A server was told what all new work here has seen. A form that was opened before saw less:
/// fields keep what it showed, but a place in a text must be one of a text that is not folded.
void StoreWriter::catch_up(const OpenDocument& document, sync::Operation& op) {
  auto* splice = std::get_if<sync::SpliceOp>(&op.action);
  if (splice == nullptr) return;
  const bool names_places = op.context && !op.context->covers(document.promised);
  if (!splice->base && !names_places) return;
  const LoadedRecord& record =
      documents_.records().load(document.n, document.id, op.type, op.record);
  const sync::FieldState* field = record.state.field(op.field);
  if (splice->base) {
    // Late work that brings its text along: what the others made of that since is in the log.
    splice->splices = sync::rebase_splices(*splice->base, splice->splices,
                                           field == nullptr ? std::string() : field->text.text());
    splice->base.reset();
  } else if (field != nullptr) {
    splice->splices =
        field->text.moved(splice->splices, *op.context, document.frontier.version());
  }
  op.context.reset();
}

namespace {

/// Of edits in a document whose dossier was closed, merged or handed over: that their author knew
/// of it, where they did. `knows_all`: late work that is accepted, by somebody who knows.
void say_what_is_known(Documents& documents, const OpenDocument& document, bool knows_all,
                       std::vector<sync::Operation>& ops) {
  const auto marks = marks_in_document(documents.records(), document.n, document.id);
  if (marks.empty()) return;
  std::map<std::pair<sync::RecordId, std::string>, sync::VersionVector> edited;
  for (const sync::Operation& op : ops) {
    if (op.type == sync::kMarksType || !sync::is_edit(op)) continue;
    const auto at =
        edited.try_emplace({op.record, op.type}, document.frontier.version()).first;
    if (op.context && !knows_all) at->second.meet(*op.context);
  }
  for (const auto& one : edited) {
    const auto& [record, type] = one.first;
    const LoadedRecord& loaded =
        documents.records().load(document.n, document.id, type, record);
    for (sync::Action& action : sync::knowing_actions(loaded.state, marks, one.second)) {
      ops.push_back({record, type, std::string(sync::kKnowingField), std::move(action), {}});
    }
  }
}

}  // namespace

void StoreWriter::author_change(Pending& pending,
                                const std::optional<sync::Transaction>& transaction) {
  OpenDocument& document = *pending.document;
  sync::Change change;
  change.header.document = document.id;
  const sync::ReplicaId& self = core_.identity.replica;
  const sync::ReplicaId replica = origin_ ? stand_in_for(self, origin_->replica) : self;
  document.frontier.fill_next(change.header, replica);
  if (origin_) {
    // What the author's later work had seen of their earlier work was accepted meanwhile.
    const AcceptedWork accepted(core_, document.n, origin_->replica);
    for (sync::Operation& op : pending.ops) {
      if (op.context) accepted.extend(*op.context);
      if (auto* refund = std::get_if<sync::RefundOp>(&op.action)) accepted.follow(refund->spend);
    }
  }
  change.header.stamp = core_.take_stamp();
  change.header.author = author_.empty() ? core_.identity.account : author_;
  change.header.schema_version = static_cast<std::uint32_t>(core_.bundle.version);
  change.header.transaction = transaction;
  change.header.origin = origin_;
  for (sync::Operation& op : pending.ops) catch_up(document, op);
  say_what_is_known(documents_, document, origin_.has_value(), pending.ops);
  require(sync::check_header(change.header));
  require(sync::check_ops(pending.ops));
  auto body = sync::encode_body(pending.ops);
  if (body.size() > sync::kBodyBytesMax) {
    refuse(ErrorCode::limit_exceeded, "too much in one save: split it in two");
  }
  change.header.body_digest = sync::digest_body(document.key, body);
  change.ops = std::move(pending.ops);
  const auto admission = require(documents_.admit(document, change.header));
  require(sync::check_contexts(*change.ops, admission.deps));
  documents_.append(document, change, admission, ChangeState::unsent, std::nullopt,
                    std::move(body));
}

void StoreWriter::finish() {
  std::optional<sync::Transaction> transaction;
  if (pending_.size() > sync::kChangesPerTransactionMax) {
    refuse(ErrorCode::limit_exceeded, "one act on too many documents");
  }
  if (pending_.size() > 1) {
    transaction = sync::Transaction{new_uuid7<sync::TransactionId>(core_.platform),
                                    static_cast<std::uint32_t>(pending_.size())};
  }
  for (Pending& pending : pending_) author_change(pending, transaction);
  pending_.clear();
  documents_.flush();
  if (dropped_draft_) drop_drafted_blobs(core_);  // what its record does not name now
}

namespace {

Receipt receipt_in_log(Core& core, const LoadedRecord& record) {
  if (record.own == 0) return Receipt::applied;
  auto& find = core.db.cached(
      "SELECT state, replica, seq, handed FROM changes WHERE n = ?1 UNION ALL "
      "SELECT 2, replica, seq, 0 FROM kept WHERE n = ?1");
  const sqlite::ResetGuard guard(find);
  find.bind_all(record.own);
  if (!find.step()) return Receipt::applied;
  const auto number = static_cast<std::uint32_t>(find.get_int64(1));
  const auto seq = static_cast<std::uint64_t>(find.get_int64(2));
  switch (static_cast<ChangeState>(find.get_int64(0))) {
    case ChangeState::unsent:
    case ChangeState::blocked:
      // Only a colleague's own word counts: a file may be anywhere.
      return find.get_int64(3) == static_cast<std::int64_t>(Handed::kept) ? Receipt::with_colleague
                                                                          : Receipt::saved_here;
    case ChangeState::exchanged:
      return Receipt::with_colleague;
    case ChangeState::sent:
      return Receipt::sent;
    case ChangeState::held:
      return Receipt::waiting;
    case ChangeState::refused:
      return Receipt::refused;
    case ChangeState::accepted:
      break;
  }
  if (record.items != 0) return Receipt::waiting;
  const auto* replica = core.dictionary.id_at(number);
  auto& seen = core.db.cached("SELECT by, version FROM seen WHERE document = ?");
  const sqlite::ResetGuard seen_guard(seen);
  seen.bind_all(record.document);
  while (replica != nullptr && seen.step()) {
    if (seen.get_text(0) == core.identity.account) continue;
    const auto version = require(sync::decode_version(seen.get_blob(1)));
    if (version.contains(sync::ReplicaId{*replica}, seq)) return Receipt::seen;
  }
  return Receipt::applied;
}

bool touches(std::span<const std::uint8_t> body, const sync::RecordId& record) {
  const auto ops = read_body(body);
  return std::any_of(ops.begin(), ops.end(),
                     [&](const sync::Operation& op) { return op.record == record; });
}

sync::Stamp stamp_of_own(Core& core, std::int64_t n) {
  auto& find = core.db.cached(
      "SELECT header, 0, 0 FROM changes WHERE n = ?1 UNION ALL "
      "SELECT header, stamp_ms, stamp_counter FROM kept WHERE n = ?1");
  const sqlite::ResetGuard guard(find);
  find.bind_all(n);
  if (!find.step()) return {INT64_MIN, 0};
  if (find.is_null(0)) return {find.get_int64(1), static_cast<std::uint32_t>(find.get_int64(2))};
  return require(sync::decode_header(find.get_blob(0))).stamp;
}

/// Of own work on the record that the server held or refused, the newest, if nothing newer was
/// taken. Its place in the log is hollow: nothing there tells which record it was about.
std::optional<Receipt> put_aside_last(Core& core, const LoadedRecord& record) {
  auto& rows = core.db.cached(
      "SELECT header, body, state FROM quarantine WHERE dossier = ? AND section = ? "
      "AND state IN (3, 4) AND body IS NOT NULL");
  const sqlite::ResetGuard guard(rows);
  rows.bind_all(record.document_id.dossier.bytes, record.document_id.section);
  std::optional<Receipt> found;
  std::optional<sync::Stamp> newest;
  while (rows.step()) {
    if (!newest) newest = stamp_of_own(core, record.own);
    const auto header = require(sync::decode_header(rows.get_blob(0)));
    if (!(*newest < header.stamp) || !touches(rows.get_blob(1), record.state.id)) continue;
    newest = header.stamp;
    const bool held = rows.get_int64(2) == static_cast<std::int64_t>(ChangeState::held);
    found = held ? Receipt::waiting : Receipt::refused;
  }
  return found;
}

}  // namespace

Receipt receipt_of(Core& core, const LoadedRecord& record) {
  const Receipt logged = receipt_in_log(core, record);
  if (logged != Receipt::applied && logged != Receipt::seen) return logged;
  return put_aside_last(core, record).value_or(logged);
}

Result<StoredRecord> read_record(Core& core, Documents& documents, const RecordRef& ref) {
  OpenDocument* document = documents.find(ref.document);
  if (document == nullptr) return Error{ErrorCode::not_found, "this dossier is not on this device"};
  LoadedRecord& row = documents.records().load(document->n, ref.document, ref.type, ref.id);
  if (row.n == 0) return Error{ErrorCode::not_found, "there is no such record here"};
  StoredRecord record;
  record.ref = ref;
  record.state = row.state;
  record.title = title_of(core, row.state);
  record.version = document->frontier.version();
  record.edited_ms = row.edited_ms;
  const std::string* by = core.dictionary.name_at(static_cast<std::uint32_t>(row.edited_by));
  if (by != nullptr) record.edited_by = *by;
  record.receipt = receipt_of(core, row);
  return record;
}

// ---- drafts, inbox, receipts --------------------------------------------------------------------

Status StoreWriter::put_blob(const sync::DocumentId& document, const sync::SealedBlob& blob) {
  keep_blob(core_, document, blob);
  return {};
}

Status StoreWriter::put_draft(const Draft& draft) {
  if (draft.id.empty() || draft.id.size() > sync::kNameBytesMax) {
    return {ErrorCode::invalid_argument, "a draft needs an id of 1 to 64 bytes"};
  }
  if (draft.values_json.size() > sync::kBodyBytesMax) {
    return {ErrorCode::limit_exceeded, "a draft is too long"};
  }
  const auto context = sync::encode_version(draft.context);
  core_.db
      .cached(
          "INSERT INTO drafts(id, dossier, section, type, record, is_new, context, form, "
          "updated_ms) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET "
          "form = excluded.form, updated_ms = excluded.updated_ms")
      .bind_all(draft.id, draft.ref.document.dossier.bytes, draft.ref.document.section,
                draft.ref.type, draft.ref.id.bytes, std::int64_t{draft.is_new ? 1 : 0}, context,
                draft.values_json, core_.platform.now_ms())
      .run();
  return {};
}

Status StoreWriter::drop_draft(const std::string& id) {
  core_.db.cached("DELETE FROM drafts WHERE id = ?").bind_all(id).run();
  if (core_.db.changes() == 0) return {ErrorCode::not_found, "there is no such draft"};
  dropped_draft_ = true;
  return {};
}

Status StoreWriter::decide_held(const sync::DocumentId& document, const sync::ReplicaId& replica,
                                std::uint64_t seq, bool accepted, const std::string& reason) {
  if (reason.size() > sync::kReasonBytesMax) {
    return {ErrorCode::limit_exceeded, "the reason is too long"};
  }
  // What is accepted reaches the server as a change with an origin; what is refused, as a note.
  core_.db
      .cached(
          "UPDATE inbox SET open = 0, accepted = ?, decided_by = ?, decision_reason = ?, "
          "unsent = ? WHERE dossier = ? AND section = ? AND replica = ? AND seq = ? "
          "AND open = 1")
      .bind_all(std::int64_t{accepted ? 1 : 0}, core_.identity.account, reason,
                std::int64_t{accepted ? 0 : 1}, document.dossier.bytes, document.section,
                replica.bytes, static_cast<std::int64_t>(seq))
      .run();
  if (core_.db.changes() == 0) {
    return {ErrorCode::not_found, "there is no such late change to decide on"};
  }
  return {};
}

Status StoreWriter::ask_erasure(const sync::ErasureOrder& order) {
  INSIEME_TRY(sync::check_order(order));
  client::ask_erasure(core_, order);
  return {};
}

Status StoreWriter::mark_seen(const sync::DocumentId& id) {
  OpenDocument* document = documents_.find(id);
  if (document == nullptr) return {ErrorCode::not_found, "this dossier is not on this device"};
  const auto version = sync::encode_version(document->frontier.version());
  core_.db
      .cached(
          "INSERT INTO seen(document, by, version, unsent) VALUES(?, ?, ?, 1) "
          "ON CONFLICT(document, by) DO UPDATE SET version = excluded.version, unsent = 1 "
          "WHERE version <> excluded.version")
      .bind_all(document->n, core_.identity.account, version)
      .run();
  return {};
}

}  // namespace insieme::client
