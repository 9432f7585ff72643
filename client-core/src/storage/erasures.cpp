#include "storage/erasures.hpp"

#include <algorithm>
#include <set>

#include "storage/blobs.hpp"
#include "storage/departed.hpp"
#include "storage/erased_handouts.hpp"
#include "storage/exchange.hpp"
#include "storage/notices.hpp"
#include "storage/packed.hpp"

namespace insieme::client {
namespace {

constexpr std::int64_t kErasuresToldMax = 200;  ///< in one request

std::int64_t number_of(ErasureStep step) { return static_cast<std::int64_t>(step); }

using Row = std::pair<std::int64_t, std::optional<std::vector<std::uint8_t>>>;

/// The bodies that `sql` finds (n, header, body), redacted, of those that held something.
std::vector<Row> redacted_rows(sqlite::Statement rows, const sync::Redaction& redaction) {
  std::vector<Row> redacted;
  while (rows.step()) {
    auto left = redact_body(rows.get_blob(1), rows.get_blob(2), redaction);
    if (left) redacted.emplace_back(rows.get_int64(0), std::move(left->body));
  }
  return redacted;
}

std::string short_name(const std::string& id) { return id.substr(id.size() - 8); }

/// One order over one store, within a transaction.
class Eraser {
 public:
  Eraser(Core& core, Documents& documents, const sync::ErasureOrder& order,
         std::uint64_t position)
      : core_(core),
        documents_(documents),
        order_(order),
        position_(static_cast<std::int64_t>(position)) {}

  void run() {
    documents_.flush();
    documents_.forget_closed();
    std::vector<std::pair<std::int64_t, sync::DocumentId>> touched;
    {
      auto rows = core_.db.prepare(
          "SELECT c.n, c.section FROM documents c JOIN dossiers d ON d.n = c.dossier "
          "WHERE d.id = ?");
      rows.bind_all(order_.dossier.bytes);
      while (rows.step()) {
        const sync::DocumentId id{order_.dossier, std::string(rows.get_text(1))};
        if (order_.touches(id.section)) touched.emplace_back(rows.get_int64(0), id);
      }
    }
    for (const auto& [n, id] : touched) redact_document(n, id);
    redact_beside();
    redact_departed(core_, order_);
    drop_unnamed_blobs(core_, documents_, order_);
    drop_carried();
    drop_drafts();
    forget_answers();
    if (order_.is_whole_dossier()) leave_dossier();
    tell();
    // What was open here holds what is gone.
    documents_.forget_closed();
  }

 private:
  void redact_document(std::int64_t n, const sync::DocumentId& id) {
    const sync::Redaction redaction = redaction_of(core_, id);
    {
      auto rows = core_.db.prepare(
          "SELECT n, header, body FROM changes WHERE document = ? AND body IS NOT NULL");
      rows.bind_all(n);
      for (const auto& [change, body] : redacted_rows(std::move(rows), redaction)) {
        count_if_late(change);
        core_.db.cached("UPDATE changes SET body = ? WHERE n = ?").bind_all(body, change).run();
      }
    }
    {
      auto rows = core_.db.prepare(
          "SELECT n, header, body FROM kept WHERE document = ? AND body IS NOT NULL");
      rows.bind_all(n);
      for (const auto& [change, body] : redacted_rows(std::move(rows), redaction)) {
        core_.db.cached("UPDATE kept SET body = ? WHERE n = ?").bind_all(body, change).run();
      }
    }
    redact_waiting(n, redaction);
    redact_ground(n, redaction);
    core_.db.cached("DELETE FROM snapshot_parts WHERE document = ?").bind_all(n).run();
    delete_erased_records(n, redaction);
  }

  /// Work of this device that came after the order, or is not sent yet.
  void count_if_late(std::int64_t change) {
    auto& row = core_.db.cached(
        "SELECT 1 FROM changes WHERE n = ? AND own = 1 AND (position IS NULL OR position > ?)");
    const sqlite::ResetGuard guard(row);
    row.bind_all(change, position_);
    if (row.step()) ++late_;
  }

  void redact_waiting(std::int64_t n, const sync::Redaction& redaction) {
    struct Waiting {
      std::int64_t replica = 0;
      std::int64_t seq = 0;
      std::optional<std::vector<std::uint8_t>> body;
    };
    std::vector<Waiting> redacted;
    auto rows = core_.db.prepare(
        "SELECT replica, seq, header, body FROM waiting WHERE document = ? AND body IS NOT NULL");
    rows.bind_all(n);
    while (rows.step()) {
      auto left = redact_body(rows.get_blob(2), rows.get_blob(3), redaction);
      if (!left) continue;
      redacted.push_back({rows.get_int64(0), rows.get_int64(1), std::move(left->body)});
    }
    for (const Waiting& one : redacted) {
      core_.db.cached("UPDATE waiting SET body = ? WHERE document = ? AND replica = ? AND seq = ?")
          .bind_all(one.body, n, one.replica, one.seq)
          .run();
    }
  }

  void redact_ground(std::int64_t n, const sync::Redaction& redaction) {
    std::vector<std::uint8_t> bytes;
    {
      auto& row = core_.db.cached("SELECT ground FROM documents WHERE n = ?");
      const sqlite::ResetGuard guard(row);
      row.bind_all(n);
      if (!row.step() || row.is_null(0)) return;
      auto snapshot = sync::decode_snapshot(row.get_blob(0));
      if (!snapshot.ok()) refuse(ErrorCode::storage_failure, "a damaged snapshot in the store");
      if (!sync::redact(*snapshot, redaction)) return;
      bytes = require(sync::encode_snapshot(*snapshot));
    }
    core_.db.cached("UPDATE documents SET ground = ? WHERE n = ?").bind_all(bytes, n).run();
  }

  /// Rows, search index and items of what is erased; the other records stay as they are.
  void delete_erased_records(std::int64_t n, const sync::Redaction& redaction) {
    for (const TypedTable& table : core_.tables.all()) {
      std::vector<std::pair<std::int64_t, sync::RecordId>> gone;
      auto rows = core_.db.prepare("SELECT _n, _id FROM " + table.name + " WHERE _document = ?");
      rows.bind_all(n);
      while (rows.step()) {
        const auto id = id_from_blob<sync::RecordId>(rows.get_blob(1));
        if (redaction.covers(id)) gone.emplace_back(rows.get_int64(0), id);
      }
      for (const auto& [row, id] : gone) {
        records_.insert(id);
        core_.db.cached("DELETE FROM search WHERE rowid = ?")
            .bind_all(search_row(table.number, row))
            .run();
        core_.db.prepare("DELETE FROM " + table.name + " WHERE _n = ?").bind_all(row).run();
        core_.db.cached("DELETE FROM items WHERE document = ? AND record = ?")
            .bind_all(n, id.bytes)
            .run();
      }
    }
  }

  /// Work that stands beside the log: what the server did not take, and others' late changes.
  void redact_beside() {
    for (const std::string table : {"quarantine", "inbox"}) {
      std::vector<Row> redacted;
      auto rows = core_.db.prepare("SELECT n, section, header, body FROM " + table +
                                   " WHERE dossier = ?");
      rows.bind_all(order_.dossier.bytes);
      while (rows.step()) {
        const sync::DocumentId id{order_.dossier, std::string(rows.get_text(1))};
        if (!order_.touches(id.section)) continue;
        auto left = redact_body(rows.get_blob(2), rows.get_blob(3), redaction_of(core_, id));
        if (left) redacted.emplace_back(rows.get_int64(0), std::move(left->body));
      }
      for (const auto& [n, body] : redacted) {
        if (body) {
          core_.db.prepare("UPDATE " + table + " SET body = ? WHERE n = ?")
              .bind_all(*body, n)
              .run();
        } else {
          core_.db.prepare("DELETE FROM " + table + " WHERE n = ?").bind_all(n).run();
        }
      }
    }
    core_.db.execute(
        "UPDATE changes SET stands_on = NULL WHERE stands_on IS NOT NULL "
        "AND stands_on NOT IN (SELECT n FROM quarantine)");
  }

  /// Sealed hand-outs of others. One that is still arriving is asked for again.
  void drop_carried() {
    drop_erased_handouts(core_);
    core_.db.execute("DELETE FROM bundle_parts");
    if (order_.is_whole_dossier()) forget_permit(core_, order_.dossier);
  }

  void drop_drafts() {
    std::vector<std::string> gone;
    // A draft holds what its form showed of the record's other sections, too.
    auto rows = core_.db.prepare(
        "SELECT id, section, record FROM drafts WHERE dossier = ?1 UNION "
        "SELECT f.id, c.section, f.record FROM drafts f JOIN dossiers d ON d.id = f.dossier "
        "JOIN documents c ON c.dossier = d.n WHERE f.dossier = ?1 ORDER BY 1");
    rows.bind_all(order_.dossier.bytes);
    while (rows.step()) {
      const sync::DocumentId id{order_.dossier, std::string(rows.get_text(1))};
      const auto record = id_from_blob<sync::RecordId>(rows.get_blob(2));
      const bool again = !gone.empty() && gone.back() == rows.get_text(0);
      if (again || !order_.touches(id.section)) continue;
      if (redaction_of(core_, id).covers(record)) gone.emplace_back(rows.get_text(0));
    }
    drafts_ = gone.size();
    for (const std::string& id : gone) {
      core_.db.cached("DELETE FROM drafts WHERE id = ?").bind_all(id).run();
    }
    drop_drafted_blobs(core_);
  }

  /// Answers to repeated requests quote titles. They stay answers, and say nothing.
  void forget_answers() {
    for (const sync::ErasureTarget& target : order_.targets) {
      if (!target.record.is_nil()) records_.insert(target.record);
    }
    std::vector<std::string> named;
    for (const sync::RecordId& id : records_) named.push_back(sync::to_text(id));
    if (order_.is_whole_dossier()) named.push_back(sync::to_text(order_.dossier));
    std::vector<std::string> quoting;
    {
      auto rows = core_.db.prepare("SELECT id, answer FROM answers WHERE answer IS NOT NULL");
      while (rows.step()) {
        const auto answer = unpack(rows.get_blob(1), kAnswerBytesMax);
        const std::string_view text(reinterpret_cast<const char*>(answer.data()), answer.size());
        const bool quotes = std::any_of(named.begin(), named.end(), [text](const std::string& id) {
          return text.find(id) != std::string_view::npos;
        });
        if (quotes) quoting.emplace_back(rows.get_text(0));
      }
    }
    for (const std::string& id : quoting) {
      core_.db.cached("UPDATE answers SET answer = '{\"erased\":true}' WHERE id = ?")
          .bind_all(id)
          .run();
    }
    if (!order_.is_whole_dossier()) return;
    // Notices name a dossier by its title and the end of its id.
    core_.db.cached("DELETE FROM alarms WHERE instr(text, ?) > 0")
        .bind_all(short_name(sync::to_text(order_.dossier)))
        .run();
  }

  /// What is left of it are headers of own changes, which the server still has to hear.
  void leave_dossier() {
    core_.db.cached("UPDATE dossiers SET leaving = 1 WHERE id = ?")
        .bind_all(order_.dossier.bytes)
        .run();
  }

  void tell() {
    if (records_.empty() && drafts_ == 0 && late_ == 0) return;
    std::string en = "erased by order";
    std::string it = "cancellato per ordine";
    if (!order_.reason.empty()) {
      en += " (" + order_.reason + ")";
      it += " (" + order_.reason + ")";
    }
    const std::string id = short_name(sync::to_text(order_.dossier));
    const bool whole = order_.is_whole_dossier();
    en += whole ? ": a dossier (" + id + ")" : ": a part of dossier " + id;
    it += whole ? ": un fascicolo (" + id + ")" : ": una parte del fascicolo " + id;
    if (late_ != 0) {
      en += "; edits of yours that came later went with it: " + std::to_string(late_);
      it += "; modifiche tue arrivate dopo, andate via con essa: " + std::to_string(late_);
    }
    if (drafts_ != 0) {
      en += "; drafts: " + std::to_string(drafts_);
      it += "; bozze: " + std::to_string(drafts_);
    }
    raise_notice(core_, en, it);
  }

  Core& core_;
  Documents& documents_;
  const sync::ErasureOrder& order_;
  std::set<sync::RecordId> records_;
  std::int64_t position_;
  std::uint64_t late_ = 0;
  std::size_t drafts_ = 0;
};

}  // namespace

sync::Redaction redaction_of(Core& core, const sync::DocumentId& document) {
  sync::Redaction redaction;
  auto& rows = core.db.cached("SELECT payload FROM erasures WHERE dossier = ? AND state > 0");
  const sqlite::ResetGuard guard(rows);
  rows.bind_all(document.dossier.bytes);
  while (rows.step()) {
    sync::add_order(redaction, require(sync::decode_order(rows.get_blob(0))), document.section);
  }
  return redaction;
}

bool is_erased_as_whole(Core& core, const sync::DossierId& dossier) {
  // Of a section that nobody can have only an order of the whole dossier takes all.
  return redaction_of(core, {dossier, {}}).whole();
}

std::optional<RedactedBody> redact_body(std::span<const std::uint8_t> header,
                                        std::span<const std::uint8_t> body,
                                        const sync::Redaction& redaction) {
  sync::Change change;
  change.header = require(sync::decode_header(header));
  change.ops = read_body(body);
  if (!sync::redact(change, redaction)) return std::nullopt;
  RedactedBody left;
  if (change.ops) left.body = sync::encode_body(*change.ops);
  return left;
}

bool is_ordered(Core& core, const sync::ErasureId& id) {
  auto& known = core.db.cached("SELECT 1 FROM erasures WHERE id = ? AND state > 0");
  const sqlite::ResetGuard guard(known);
  known.bind_all(id.bytes);
  return known.step();
}

void carry_out(Core& core, Documents& documents, const sync::ErasureOrder& order,
               std::uint64_t position) {
  require(sync::check_order(order));
  if (is_ordered(core, order.id)) {
    // The log is read once more, by a server that may have lost what was told to it.
    core.db.cached("UPDATE erasures SET state = 2 WHERE id = ? AND state = 3")
        .bind_all(order.id.bytes)
        .run();
    return;
  }
  core.db
      .cached("INSERT INTO erasures(id, dossier, payload, state, at_ms) VALUES(?, ?, ?, ?, ?) "
              "ON CONFLICT(id) DO UPDATE SET payload = excluded.payload, state = excluded.state")
      .bind_all(order.id.bytes, order.dossier.bytes, sync::encode_order(order),
                number_of(ErasureStep::taken), core.platform.now_ms())
      .run();
  Eraser(core, documents, order, position).run();
}

std::vector<std::int64_t> forget_unsent_of_erased(Core& core) {
  std::vector<std::int64_t> documents;
  auto rows = core.db.prepare(
      "SELECT c.n, d.id FROM documents c JOIN dossiers d ON d.n = c.dossier WHERE d.leaving = 1");
  while (rows.step()) {
    const auto dossier = id_from_blob<sync::DossierId>(rows.get_blob(1));
    if (is_erased_as_whole(core, dossier)) documents.push_back(rows.get_int64(0));
  }
  for (const std::int64_t document : documents) {
    core.db
        .cached("DELETE FROM changes WHERE document = ? AND state IN (0, 5) AND position IS NULL")
        .bind_all(document)
        .run();
  }
  return documents;
}

void ask_erasure(Core& core, const sync::ErasureOrder& order) {
  require(sync::check_order(order));
  core.db
      .cached("INSERT INTO erasures(id, dossier, payload, state, at_ms) VALUES(?, ?, ?, ?, ?)")
      .bind_all(order.id.bytes, order.dossier.bytes, sync::encode_order(order),
                number_of(ErasureStep::asked), core.platform.now_ms())
      .run();
}

void settle_erasures(Core& core, const std::vector<sync::ErasureAnswer>& answers) {
  for (const sync::ErasureAnswer& answer : answers) {
    if (answer.code == ErrorCode::ok) continue;  // the order itself comes in the stream
    core.db.cached("DELETE FROM erasures WHERE id = ? AND state = 0")
        .bind_all(answer.id.bytes)
        .run();
    if (core.db.changes() == 0) continue;
    raise_notice(core, "what you asked to erase stays: " + answer.reason,
                 "quel che si è chiesto di cancellare resta: " + answer.reason);
  }
}

void gather_erasures(Core& core, sync::Gathered& out) {
  auto rows = core.db.prepare(
      "SELECT id, payload, state FROM erasures WHERE state IN (0, 2) ORDER BY n LIMIT ?");
  rows.bind_all(kErasuresToldMax);
  while (rows.step()) {
    if (rows.get_int64(2) == number_of(ErasureStep::asked)) {
      out.erase.push_back(require(sync::decode_order(rows.get_blob(1))));
    } else {
      out.erased.push_back(id_from_blob<sync::ErasureId>(rows.get_blob(0)));
    }
  }
}

void note_erasures_told(Core& core, const std::vector<sync::ErasureId>& told) {
  for (const sync::ErasureId& id : told) {
    core.db.cached("UPDATE erasures SET state = 3 WHERE id = ? AND state = 2")
        .bind_all(id.bytes)
        .run();
  }
}

bool has_erasures_to_tell(Core& core) {
  auto& row = core.db.cached("SELECT 1 FROM erasures WHERE state IN (0, 2) LIMIT 1");
  const sqlite::ResetGuard guard(row);
  return row.step();
}

void clean_traces(Core& core) {
  {
    auto& due = core.db.cached("SELECT 1 FROM erasures WHERE state = 1 LIMIT 1");
    const sqlite::ResetGuard guard(due);
    if (!due.step()) return;
  }
  std::vector<std::int64_t> orders;
  {
    // A row deleted from the index leaves its words until segments are merged.
    sqlite::Transaction transaction(core.db);
    auto rows = core.db.prepare("SELECT n FROM erasures WHERE state = 1");
    while (rows.step()) orders.push_back(rows.get_int64(0));
    rebuild_search(core);
    transaction.commit();
  }
  core.db.execute("VACUUM");
  core.db.checkpoint();
  sqlite::Transaction transaction(core.db);
  for (const std::int64_t n : orders) {
    core.db.cached("UPDATE erasures SET state = 2 WHERE n = ? AND state = 1").bind_all(n).run();
  }
  transaction.commit();
}

bool clean_and_tell(Core& core) {
  try {
    clean_traces(core);
    return has_erasures_to_tell(core);
  } catch (...) {
    // Another program reads the file, or there is no room: it is tried again with the next reply
    // and at the next opening, and until then nobody is told.
    static_cast<void>(error_from_current_exception());
    return false;
  }
}

}  // namespace insieme::client
