#include "storage/late_work.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "insieme/sync/limits.hpp"
#include "insieme/sync/text.hpp"
#include "storage/exchange.hpp"
#include "storage/notices.hpp"
#include "storage/packed.hpp"
#include "storage/reauthor.hpp"
#include "storage/settle.hpp"
#include "storage/stand_in.hpp"

namespace insieme::client {
namespace {

constexpr std::uint32_t kFirstWithGrounds = 5;
/// Of the text around an edit, where all of it is too much for one change: bytes on each side.
constexpr std::size_t kWindows[] = {4096, 256, 0};

std::size_t code_point_begin(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return at;
}

/// The edit with so much of its text on each side.
void narrow(sync::SpliceOp& splice, std::size_t window) {
  const std::string& before = *splice.base;
  const std::string after = sync::splice_text(before, splice.splices);
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t head = 0;
  while (head < shorter && before[head] == after[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head &&
         before[before.size() - tail - 1] == after[after.size() - tail - 1]) {
    ++tail;
  }
  const std::size_t from = code_point_begin(before, head - std::min(head, window));
  const std::size_t kept = std::min(tail, window);
  // The end is at the beginning of a code point of both, which are equal from there on.
  std::size_t left = tail - kept;
  while (left > 0 && code_point_begin(before, before.size() - left) != before.size() - left) --left;
  std::string part = before.substr(from, before.size() - left - from);
  splice.splices = sync::diff_text(part, std::string_view(after).substr(
                                             from, after.size() - left - from));
  splice.base = std::move(part);
}

/// A change must hold what it held before, and the texts that it is about: as much of them as fits.
void fit(std::vector<sync::Operation>& ops) {
  const auto fits = [&ops] { return sync::encode_body(ops).size() <= sync::kBodyBytesMax; };
  for (const std::size_t window : kWindows) {
    if (fits()) return;
    for (sync::Operation& op : ops) {
      auto* splice = std::get_if<sync::SpliceOp>(&op.action);
      if (splice != nullptr && splice->base) narrow(*splice, window);
    }
  }
  if (fits()) return;
  // What was typed, at least.
  for (sync::Operation& op : ops) {
    auto* splice = std::get_if<sync::SpliceOp>(&op.action);
    if (splice == nullptr || !splice->base) continue;
    std::string typed;
    for (const sync::Splice& one : splice->splices) typed += one.inserted;
    splice->splices = sync::diff_text({}, typed);
    splice->base.emplace();
  }
}

/// One change that is to be authored again.
struct Late {
  bool in_log = false;   ///< else it had left before
  std::int64_t row = 0;  ///< of `changes`, or of `departed`
  sync::ChangeHeader header;
  std::optional<std::vector<sync::Operation>> ops;
  sync::DossierKey key;
};

class LateWork {
 public:
  explicit LateWork(Core& core, Documents& documents) : core_(core), documents_(documents) {}

  void run(const std::vector<sync::Ground>& grounds) {
    for (const sync::Ground& ground : grounds) {
      std::map<sync::ReplicaId, sync::Head> heads;
      for (const sync::VouchedHead& head : ground.heads) {
        heads[head.replica] = sync::Head{head.seq, head.id, {}, {}};
      }
      frontiers_[ground.document] = sync::Frontier::from_parts(std::move(heads), {});
      collect_departed(ground.document);
    }
    for (const sync::Ground& ground : grounds) {
      if (!ground.may_write) collect_log(ground.document);
    }
    if (late_.empty()) return;
    // In the order in which it was written: the parts of an act stand side by side.
    std::sort(late_.begin(), late_.end(), [](const Late& a, const Late& b) {
      return std::pair(a.in_log, a.row) < std::pair(b.in_log, b.row);
    });
    self_ = random_id<sync::ReplicaId>(core_.platform);
    for (const Late& late : late_) number(late);
    cut_acts();
    for (Late& late : late_) author_again(late);
    tell();
  }

 private:
  using Place = std::pair<sync::DocumentId, sync::ReplicaId>;
  /// Changes of one replica in one document, which get numbers under another.
  struct Moved {
    std::uint64_t first = UINT64_MAX;  ///< the least seq that moves
    sync::ReplicaId to;
    std::vector<std::uint64_t> seqs;  ///< that the new ones stand for, in their order
  };

  /// What had left, and was not taken; and what is to follow it.
  void collect_departed(const sync::DocumentId& document) {
    auto rows = core_.db.prepare(
        "SELECT n, header, body, alone, late, secret FROM departed WHERE dossier = ? "
        "AND section = ? AND (offered = 2 OR (late = 1 AND offered = 1)) ORDER BY n");
    rows.bind_all(document.dossier.bytes, document.section);
    std::vector<Late> found;
    while (rows.step()) {
      Late late;
      late.row = rows.get_int64(0);
      late.header = require(sync::decode_header(rows.get_blob(1)));
      const bool stands_alone = rows.get_int64(4) != 0;
      const int content = stands_alone ? 2 : 3;
      if (!rows.is_null(content)) late.ops = read_body(rows.get_blob(content));
      const auto key = rows.get_blob(5);
      std::copy(key.begin(), key.end(), late.key.bytes.begin());
      if (late.ops || stands_alone) found.push_back(std::move(late));
    }
    for (Late& late : found) {
      // Held once, by a server that has forgotten it.
      if (!late.ops) late.ops = quarantined_ops(core_, late.header);
      if (waits_in_quarantine(core_, late.header)) leave_quarantine(core_, late.header);
      core_.db.cached("DELETE FROM departed WHERE n = ?").bind_all(late.row).run();
      if (late.ops) late_.push_back(std::move(late));
    }
  }

  [[nodiscard]] std::optional<std::int64_t> find_document(const sync::DocumentId& id) {
    auto& row = core_.db.cached(
        "SELECT c.n FROM documents c JOIN dossiers d ON d.n = c.dossier "
        "WHERE d.id = ? AND c.section = ?");
    const sqlite::ResetGuard guard(row);
    row.bind_all(id.dossier.bytes, id.section);
    if (!row.step()) return std::nullopt;
    return row.get_int64(0);
  }

  /// What was sent and has no answer yet may have been taken: it is asked for first.
  bool waits_for_an_answer(std::int64_t document) {
    auto& row = core_.db.cached(
        "SELECT 1 FROM changes WHERE state IN (0, 1, 5) AND state = 1 AND own = 1 "
        "AND document = ? LIMIT 1");
    const sqlite::ResetGuard guard(row);
    row.bind_all(document);
    if (!row.step()) return false;
    core_.db
        .cached("UPDATE changes SET state = 0 WHERE state IN (0, 1, 5) AND state = 5 AND own = 1 "
                "AND document = ?")
        .bind_all(document)
        .run();
    return true;
  }

  void collect_log(const sync::DocumentId& id) {
    const auto n = find_document(id);
    if (!n || waits_for_an_answer(*n)) return;
    std::set<std::int64_t> unsent;
    auto rows = core_.db.prepare(
        "SELECT n, elsewhere FROM changes WHERE state IN (0, 1, 5) AND own = 1 AND accepted = 0 "
        "AND position IS NULL AND document = ?");
    rows.bind_all(*n);
    std::set<std::int64_t> elsewhere;  // the server has the same work under another name
    while (rows.step()) {
      unsent.insert(rows.get_int64(0));
      if (rows.get_int64(1) != 0) elsewhere.insert(rows.get_int64(0));
    }
    if (unsent.empty()) return;
    OpenDocument& document = documents_.by_number(*n);
    sync::DepsWalker walker(&document.horizon);
    for_each_change(core_, *n, [&](LoggedChange&& logged) {
      const auto& deps = walker.step(logged.change.header);
      if (unsent.count(logged.n) == 0) return true;
      sync::Change& change = logged.change;
      if (!change.ops) {
        change.ops = quarantined_ops(core_, change.header);
        if (change.ops) leave_quarantine(core_, change.header);
      }
      Late late{true, logged.n, change.header, std::nullopt, document.key};
      const bool goes = change.ops && elsewhere.count(logged.n) == 0;
      if (goes) late.ops = standing_alone(documents_, *n, change, deps);
      if (late.ops) late_.push_back(std::move(late));
      return true;
    });
    for (const std::int64_t change : unsent) {
      core_.db.cached("DELETE FROM changes WHERE n = ?").bind_all(change).run();
    }
    static_cast<void>(forget_exchanged(core_, document));
    documents_.retrace(document);
    documents_.flush();
  }

  /// Work of one replica goes on standing under one id: so what its author wrote on top of it can
  /// be told from what others wrote. It is not the store's own, whose changes are not sent to it.
  void number(const Late& late) {
    const sync::ChangeHeader& header = late.header;
    Moved& moved = moved_[{header.document, header.replica}];
    moved.first = std::min(moved.first, header.seq);
    moved.to = stand_in_for(self_, header.replica);
    moved.seqs.push_back(header.seq);
    if (header.transaction) acts_[header.transaction->id].push_back(&late);
  }

  /// An act of which a part stays, or is with the server, is not whole; nor may the texts that it
  /// brings along make it larger than one may be.
  void cut_acts() {
    for (const auto& [id, parts] : acts_) {
      std::size_t bytes = 0;
      for (const Late* part : parts) {
        bytes += sync::encode_body(*part->ops).size() + sync::kHeaderBytesMax / 64;
      }
      const bool whole = parts.size() == parts.front()->header.transaction->count;
      if (!whole || bytes > sync::kTransactionBytesMax) cut_.insert(id);
      if (!whole) release_rest_of(id);
    }
  }

  /// What stays here of such an act would wait for the rest for ever: it is authored again without.
  void release_rest_of(const sync::TransactionId& act) {
    core_.db
        .cached(
            "UPDATE changes SET state = 5 WHERE act = ? AND state = 0 AND own = 1 AND "
            "accepted = 0 AND handed = 0")
        .bind_all(act.bytes)
        .run();
    if (core_.db.changes() != 0) note_late(core_);
  }

  [[nodiscard]] sync::VersionVector translate(const sync::DocumentId& document,
                                              const sync::VersionVector& context) const {
    sync::VersionVector out;
    for (const auto& entry : context.entries()) {
      const auto at = moved_.find({document, entry.replica});
      if (at == moved_.end()) {
        out.raise(entry.replica, entry.seq);
        continue;
      }
      const Moved& moved = at->second;
      out.raise(entry.replica, std::min(entry.seq, moved.first - 1));
      const auto unseen = std::find_if(moved.seqs.begin(), moved.seqs.end(),
                                       [&](std::uint64_t seq) { return seq > entry.seq; });
      out.raise(moved.to, static_cast<std::uint64_t>(unseen - moved.seqs.begin()));
    }
    return out;
  }

  [[nodiscard]] sync::Dot follow(const sync::DocumentId& document, const sync::Dot& dot) const {
    const auto at = moved_.find({document, dot.replica});
    if (at == moved_.end()) return dot;
    const auto& seqs = at->second.seqs;
    const auto found = std::find(seqs.begin(), seqs.end(), dot.seq);
    if (found == seqs.end()) return dot;
    return {at->second.to, static_cast<std::uint64_t>(found - seqs.begin()) + 1, dot.op};
  }

  /// What it is about may have been lost with a server that was put back. False: nothing is left.
  bool refer(const Late& late, const sync::VersionVector& known, sync::Operation& op) {
    const sync::DocumentId& document = late.header.document;
    if (auto* refund = std::get_if<sync::RefundOp>(&op.action)) {
      refund->spend = follow(document, refund->spend);
      return known.contains(refund->spend);
    }
    if (auto* grant = std::get_if<sync::GrantOp>(&op.action)) {
      if (grant->to == late.header.replica) grant->to = moved_.at({document, grant->to}).to;
      return true;
    }
    auto* resolve = std::get_if<sync::ResolveOp>(&op.action);
    if (resolve == nullptr) return true;
    auto& decided = resolve->decided;
    for (sync::Dot& dot : decided) dot = follow(document, dot);
    decided.erase(std::remove_if(decided.begin(), decided.end(),
                                 [&](const sync::Dot& dot) { return !known.contains(dot); }),
                  decided.end());
    std::sort(decided.begin(), decided.end());
    if (!decided.empty()) return true;
    if (!resolve->value) return false;
    const sync::Value chosen = *resolve->value;
    op.action = sync::WriteOp{chosen};
    return true;
  }

  void author_again(Late& late) {
    sync::Change change;
    change.header = late.header;
    const sync::DocumentId& document = change.header.document;
    sync::Frontier& frontier = frontiers_.at(document);
    if (!late.header.origin) change.header.origin = sync::first_name(late.header);
    if (late.header.transaction && cut_.count(late.header.transaction->id) != 0) {
      change.header.transaction.reset();
    }
    std::vector<sync::Operation> ops;
    for (sync::Operation& op : *late.ops) {
      if (!std::holds_alternative<sync::ErasedOp>(op.action)) {
        op.context = translate(document, *op.context);
        op.context->meet(frontier.version());
        if (!refer(late, frontier.version(), op)) continue;
      }
      ops.push_back(std::move(op));
    }
    // Of what was about something that nobody has, the number stays: others are counted from it.
    if (!ops.empty()) change.ops = std::move(ops);
    frontier.fill_next(change.header, moved_.at({document, late.header.replica}).to);
    sync::complete(change, late.key);
    const auto admission = require(frontier.admit(change.header, {}));
    if (change.ops) require(sync::check_contexts(*change.ops, admission.deps));
    frontier.advance(change.header, admission);
    write(change, late.key);
    documents_told_.insert(document.dossier);
  }

  void write(const sync::Change& change, const sync::DossierKey& key) {
    const sync::ChangeHeader& header = change.header;
    const auto header_bytes = sync::encode_header(header);
    std::optional<std::vector<std::uint8_t>> body;
    if (change.ops) body = sync::encode_body(*change.ops);
    std::vector<std::uint8_t> act;
    if (header.transaction) {
      act.assign(header.transaction->id.bytes.begin(), header.transaction->id.bytes.end());
    }
    core_.db
        .cached("INSERT INTO departed(dossier, section, replica, seq, header, body, act, secret, "
                "position, offered, late) VALUES(?, ?, ?, ?, ?, ?, ?, ?, NULL, 1, 1)")
        .bind_all(header.document.dossier.bytes, header.document.section, header.replica.bytes,
                  static_cast<std::int64_t>(header.seq), header_bytes, body, act, key.bytes)
        .run();
  }

  void tell() {
    // Nothing else waits to be put on top of what the others have.
    auto waits = core_.db.prepare(
        "SELECT 1 FROM changes WHERE state IN (0, 1, 5) AND state = 5 AND own = 1 UNION ALL "
        "SELECT 1 FROM kept WHERE offered = 2 LIMIT 1");
    if (!waits.step() && cut_.empty()) core_.set_setting("late", "");
    for (const sync::DossierId& dossier : documents_told_) {
      const std::string id = sync::to_text(dossier);
      const std::string name = id.substr(id.size() - 8);
      raise_notice(core_,
                   "the dossier " + name +
                       " is no longer assigned to you and the others went on without this device: "
                       "what you wrote there goes to whoever decides about it, nothing was lost",
                   "il fascicolo " + name +
                       " non è più assegnato a te e gli altri sono andati avanti senza questo "
                       "dispositivo: quanto vi hai scritto va a chi decide, nulla è andato perso");
    }
  }

  Core& core_;
  Documents& documents_;
  sync::ReplicaId self_;
  std::map<sync::DocumentId, sync::Frontier> frontiers_;
  std::vector<Late> late_;
  std::map<Place, Moved> moved_;
  std::map<sync::TransactionId, std::vector<const Late*>> acts_;
  std::set<sync::TransactionId> cut_;
  std::set<sync::DossierId> documents_told_;
};

}  // namespace

std::vector<sync::Operation> standing_alone(Documents& documents, std::int64_t document,
                                            const sync::Change& change,
                                            const sync::VersionVector& deps) {
  std::vector<sync::Operation> ops = *change.ops;
  for (sync::Operation& op : ops) {
    if (std::holds_alternative<sync::ErasedOp>(op.action)) continue;
    if (!op.context) op.context = deps;
    auto* splice = std::get_if<sync::SpliceOp>(&op.action);
    if (splice == nullptr || splice->base) continue;
    const LoadedRecord& record =
        documents.records().load(document, change.header.document, op.type, op.record);
    const sync::FieldState* field = record.state.field(op.field);
    splice->base = field == nullptr ? std::string() : field->text.text_at(*op.context);
  }
  fit(ops);
  return ops;
}

namespace {

/// Servers that tell grounds are new, and may be newer than this program.
void note_protocol(Core& core, std::uint32_t protocol) {
  const auto before = core.setting_number("server_protocol", 0);
  if (before == static_cast<std::int64_t>(protocol)) return;
  core.set_setting_number("server_protocol", static_cast<std::int64_t>(protocol));
  if (protocol < kFirstWithGrounds || before >= std::int64_t{kFirstWithGrounds}) return;
  core.db.execute(
      "UPDATE changes SET state = 0, note = NULL WHERE state IN (0, 1, 5) AND state = 5");
}

}  // namespace

void author_late_work(Core& core, Documents& documents, const sync::SyncReply& reply) {
  documents.flush();
  if (!reply.grounds.empty()) LateWork(core, documents).run(reply.grounds);
  note_protocol(core, reply.protocol);
}

std::int64_t count_late_work(Core& core) {
  auto& row = core.db.cached(
      "SELECT count(*) FROM departed WHERE late = 1 AND offered IN (1, 2) AND position IS NULL");
  const sqlite::ResetGuard guard(row);
  return row.step() ? row.get_int64(0) : 0;
}

}  // namespace insieme::client
