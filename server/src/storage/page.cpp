// What one device may see of the log after its cursor, a page at a time.
//
// Rows are visited in the order of positions, each with one look at the assignments (remembered for
// the page). Long stretches that others wrote are passed over in memory: see log_tail.hpp.
#include "insieme/sync/limits.hpp"
#include "storage/glass_rows.hpp"
#include "storage/log_tail.hpp"
#include "storage/log_view.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"
#include "storage/stability.hpp"
#include "storage/voucher_rows.hpp"

namespace insieme::server {
namespace {

constexpr std::uint64_t kExaminedMax = 20'000;  ///< rows a page may pass over
constexpr std::size_t kPartBytesMin = 4'096;    ///< of a snapshot: less is not worth an item
constexpr std::size_t kEventBytes = 256;        ///< what an event adds to a message, about
constexpr std::uint64_t kWalked = 32;           ///< entries: with so few, all are simply read
constexpr std::size_t kDossiersMax = 1'024;     ///< of a person: with more, most concerns them

class PageReader {
 public:
  PageReader(sql::Connection& db, std::int64_t space, const Caller& caller,
             const sync::ReplicaId& replica, const sync::ReadAction& action, LogTail& tail)
      : db_(db),
        space_(space),
        tail_(tail),
        caller_(caller),
        action_(action),
        stability_(db, space),
        view_(db, space, caller, replica, action) {}

  sync::PageRead run() {
    const SpaceInfo space = load_space(db_, space_);
    head_ = space.position;
    epoch_ = space.epoch;
    head_hash_ = space.log_hash;
    cursor_ = action_.cursor.position;
    if (action_.erasures) remind();
    take_up_backfill();
    bool full = false;
    while (!full) {
      if (backfill_) {
        full = read_backfill();
        if (full) break;
        cursor_ = backfill_->grant_position;
        backfill_.reset();
      }
      full = read_stream();
      if (!backfill_) break;
    }
    page_.more = backfill_.has_value() || cursor_ < head_;
    page_.backfill = backfill_;
    page_.cursor = {space.epoch, cursor_, hash_at(cursor_)};
    page_.covered = space.covered_position;
    add_digests();
    add_stable();
    add_permits();
    add_order_keys();
    return std::move(page_);
  }

 private:
  /// Orders that lie behind the cursor and were not confirmed: the device could not finish them
  /// yet, or confirmed them to a server that has been put back from a copy since.
  void remind() {
    const auto rows = db_.walk(
        "SELECT position, payload FROM erasures e"
        " WHERE space = ?1 AND state = 1 AND position <= ?2 AND NOT EXISTS (SELECT 1"
        "  FROM erasure_devices c WHERE c.space = e.space AND c.id = e.id AND c.device = ?3)"
        " AND EXISTS (SELECT 1 FROM assignments a WHERE a.space = e.space"
        "  AND a.dossier = e.dossier AND a.account = ?4)"
        " ORDER BY position LIMIT 64");
    rows->bind_all(space_, i64(cursor_), caller_.device.id.bytes, caller_.user.account);
    while (rows->step()) {
      auto order = sync::decode_order(rows->get_blob(1));
      if (!order.ok()) throw StorageFailure(ErrorCode::storage_failure, "a damaged erasure order");
      bytes_ += kEventBytes + 2 * rows->get_blob(1).size();
      page_.items.push_back(sync::StreamItem{
          u64(rows->get_int64(0)), sync::Event(sync::EraseEvent{*std::move(order), {}})});
    }
  }

  /// A backfill goes on only if its grant still stands; else the stream says what became of it.
  void take_up_backfill() {
    if (!action_.backfill) return;
    const sync::Backfill& asked = *action_.backfill;
    if (asked.grant_position != cursor_ + 1) return;
    if (view_.access(asked.dossier).from_position != asked.grant_position) return;
    backfill_ = asked;
    if (action_.snapshots) return;
    backfill_->next_position = std::max<std::uint64_t>(asked.next_position, 1);
    backfill_->snapshot.reset();
    backfill_->folded.clear();
  }

  /// True when the page is full; false when the snapshots of all sections were sent.
  bool read_snapshots() {
    close_group();
    // A snapshot may hold what came after the period that somebody may read.
    if (view_.access(backfill_->dossier).kept_to) return false;
    const auto rows = db_.walk(
        "SELECT section, digest, version, length(bytes) FROM snapshots"
        " WHERE space = ? AND dossier = ? ORDER BY section");
    rows->bind_all(space_, backfill_->dossier.bytes);
    while (rows->step()) {
      const std::string section(rows->get_text(0));
      if (!view_.access(backfill_->dossier).has(section) || is_shipped(section)) continue;
      sync::SnapshotPart part;
      part.document = {backfill_->dossier, section};
      part.digest = get_bytes<sync::Digest>(*rows, 1);
      part.total = u64(rows->get_int64(3));
      const auto& place = backfill_->snapshot;
      // One that was made anew meanwhile begins again.
      if (place && place->section == section && place->digest == part.digest) {
        part.offset = place->offset;
      }
      if (!add_parts(part)) {
        backfill_->snapshot = sync::SnapshotPlace{section, part.digest, part.offset};
        return true;
      }
      backfill_->snapshot.reset();
      backfill_->folded.push_back({section, unpack_version(rows->get_blob(2))});
      view_.touch(part.document);
    }
    return false;
  }

  [[nodiscard]] bool is_shipped(const std::string& section) const {
    const auto& place = backfill_->snapshot;
    if (place && section < place->section) return true;
    return std::any_of(
        backfill_->folded.begin(), backfill_->folded.end(),
        [&](const sync::ShippedFold& fold) { return fold.section == section; });
  }

  /// What of a snapshot fits, from `part.offset` on, which moves. True: all of it.
  bool add_parts(sync::SnapshotPart& part) {
    sql::Statement& bytes =
        db_.cached("SELECT substr(bytes, CAST(? AS INTEGER), CAST(? AS INTEGER)) FROM snapshots"
                   " WHERE space = ? AND dossier = ? AND section = ?");
    while (part.offset < part.total) {
      const std::size_t rest = static_cast<std::size_t>(part.total - part.offset);
      std::size_t room = action_.bytes_max > bytes_ ? action_.bytes_max - bytes_ : 0;
      if (page_.items.empty()) room = std::max(room, kPartBytesMin);
      const std::size_t size = std::min({rest, room, sync::kSnapshotPartBytesMax});
      const bool worth = size == rest || size >= kPartBytesMin;
      if (!worth || page_.items.size() >= action_.items_max) return false;
      const sql::ResetGuard guard(bytes);
      bytes.bind_all(i64(part.offset + 1), i64(size), space_, part.document.dossier.bytes,
                     part.document.section);
      if (!bytes.step()) throw StorageFailure(ErrorCode::storage_failure, "a snapshot is gone");
      part.bytes = get_vector(bytes, 0);
      if (part.bytes.size() != size) {
        throw StorageFailure(ErrorCode::storage_failure, "a snapshot is cut short");
      }
      page_.items.push_back(sync::StreamItem{backfill_->grant_position, part});
      bytes_ += size + kEventBytes;
      part.offset += size;
    }
    return true;
  }

  /// True when the page is full; false when all older changes of the dossier were sent.
  bool read_backfill() {
    if (backfill_->next_position == 0) {
      if (read_snapshots()) return true;
      backfill_->next_position = 1;
    }
    for (const sync::ShippedFold& fold : backfill_->folded) {
      view_.note_folded({backfill_->dossier, fold.section}, fold.version);
    }
    close_group();
    const auto rows = db_.walk(
        INSIEME_LOG_COLUMNS
        "WHERE space = ? AND dossier = ? AND position >= ? AND position < ? ORDER BY position");
    rows->bind_all(space_, backfill_->dossier.bytes, i64(backfill_->next_position),
                  i64(backfill_->grant_position));
    while (rows->step()) {
      const std::uint64_t position = u64(rows->get_int64(kPosition));
      if (++examined_ > kExaminedMax && !in_group(*rows)) {
        backfill_->next_position = position;
        return true;
      }
      auto item = view_.backfill_item(*rows, position);
      if (!item) continue;
      if (!add(*rows, *std::move(item), position)) {
        backfill_->next_position = resume_;
        return true;
      }
    }
    return false;
  }

  /// True when the page is full. Returns early, with `backfill_` set, at a grant.
  bool read_stream() {
    close_group();
    const auto rows = db_.walk(INSIEME_LOG_COLUMNS
                               "WHERE space = ? AND position BETWEEN ? AND ? ORDER BY position");
    for (const LogRange& range : ranges_ahead()) {
      cursor_ = range.first - 1;
      rows->bind_all(space_, i64(range.first), i64(range.last));
      while (rows->step()) {
        const std::uint64_t position = u64(rows->get_int64(kPosition));
        if (++examined_ > kExaminedMax && !in_group(*rows)) return true;
        auto item = view_.stream_item(*rows, position);
        if (item && !add(*rows, *std::move(item), cursor_)) {
          cursor_ = resume_;
          return true;
        }
        if (item && LogView::kind_of(*rows) == EntryKind::grant) {
          backfill_.emplace();
          backfill_->dossier = get_bytes<sync::DossierId>(*rows, kDossier);
          backfill_->grant_position = position;
          backfill_->next_position = action_.snapshots ? 0 : 1;
          return false;
        }
        cursor_ = position;
      }
    }
    cursor_ = std::max(cursor_, head_);
    return false;
  }

  /// Where in the stream something may be for this person.
  std::vector<LogRange> ranges_ahead() {
    std::vector<LogRange> all;
    if (cursor_ >= head_) return all;
    all.push_back({cursor_ + 1, head_});
    if (head_ - cursor_ <= kWalked) return all;
    const auto dossiers = dossiers_held();
    if (dossiers.size() > kDossiersMax) return all;
    auto some = tail_.concerning(db_, space_, {epoch_, head_, head_hash_}, cursor_,
                                 caller_.user.account, dossiers);
    return some ? *std::move(some) : all;
  }

  /// Those that the person has now; one more than `kDossiersMax` says that they are more.
  std::vector<sync::DossierId> dossiers_held() {
    sql::Statement& rows =
        db_.cached("SELECT dossier FROM assignments WHERE space = ? AND account = ?"
                   " AND to_position IS NULL LIMIT ?");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_, caller_.user.account, i64(kDossiersMax + 1));
    std::vector<sync::DossierId> dossiers;
    while (rows.step()) dossiers.push_back(get_bytes<sync::DossierId>(rows, 0));
    return dossiers;
  }

  /// False: it does not fit, and `resume_` says where the next page goes on. A transaction that
  /// does not fit is taken out whole, unless it is all that the page holds.
  bool add(const sql::Statement& row, sync::StreamItem item, std::uint64_t resume) {
    const bool continues = in_group(row);
    if (!continues) {
      close_group();
      if (!row.is_null(kTx)) group_ = get_bytes<sync::TransactionId>(row, kTx);
      group_items_ = page_.items.size();
      group_resume_ = resume;
    }
    std::size_t size = kEventBytes;
    if (const auto* change = std::get_if<sync::Change>(&item.content)) {
      size = size_of(row, *change);
    } else if (const auto* event = std::get_if<sync::Event>(&item.content)) {
      if (const auto* held = std::get_if<sync::HeldEvent>(event)) {
        size += sync::encoded_size(held->change);
      }
    }
    const bool over = bytes_ + size > action_.bytes_max ||
                      page_.items.size() + 1 > action_.items_max;
    if (over && group_items_ > 0) {
      page_.items.resize(group_items_);
      resume_ = group_resume_;
      return false;
    }
    bytes_ += size;
    page_.items.push_back(std::move(item));
    return true;
  }

  /// `sync::encoded_size`, without writing again what the row holds written.
  [[nodiscard]] static std::size_t size_of(const sql::Statement& row, const sync::Change& change) {
    const bool whole = change.ops && !sync::is_redacted(change);
    return 1 + row.get_blob(kHeader).size() + row.get_blob(kBody).size() -
           (whole ? sizeof(sync::Digest::bytes) : 0);
  }

  [[nodiscard]] bool in_group(const sql::Statement& row) const {
    return group_ && !row.is_null(kTx) && get_bytes<sync::TransactionId>(row, kTx) == *group_;
  }
  void close_group() { group_.reset(); }

  [[nodiscard]] sync::Digest hash_at(std::uint64_t position) {
    if (position == 0) return {};
    sql::Statement& row =
        db_.cached("SELECT log_hash FROM log WHERE space = ? AND position = ?");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, i64(position));
    if (!row.step()) throw StorageFailure(ErrorCode::storage_failure, "the log has a gap");
    return get_bytes<sync::Digest>(row, 0);
  }

  /// Whether the device, with this page, has all that there is of the document.
  [[nodiscard]] bool is_complete(const sync::DocumentId& document) {
    if (!page_.more) return true;
    if (backfill_ && backfill_->dossier == document.dossier) return false;
    sql::Statement& later =
        db_.cached("SELECT 1 FROM log WHERE space = ? AND dossier = ? AND position > ?"
                   " AND section = ? AND kind <= 3 LIMIT 1");
    const sql::ResetGuard guard(later);
    later.bind_all(space_, document.dossier.bytes, i64(cursor_), document.section);
    return !later.step();
  }

  void add_stable() {
    for (const sync::DocumentId& document : action_.stable_of) {
      const Access& access = view_.access(document.dossier);
      if (!access.has(document.section) || access.kept_to) continue;
      auto stable = stability_.stable(document);
      if (!stable.empty()) page_.stable.push_back({document, std::move(stable)});
    }
  }

  void add_permits() {
    for (const sync::DossierId& dossier : action_.permits_of) {
      const auto key = load_key(db_, space_, dossier);
      if (!key) continue;
      // To exchange with colleagues is for those who see all that there is.
      const Access& access = view_.access(dossier);
      if (access.kept_to) continue;
      // A permit outlasts what it rests on: an opening for hours gives none.
      if (is_open_by_glass(db_, space_, caller_.user.account, dossier)) continue;
      page_.permits[dossier] = {true, *key, access.sections};
    }
  }

  void add_order_keys() {
    for (const sync::StreamItem& item : page_.items) {
      const auto* event = std::get_if<sync::Event>(&item.content);
      const auto* erase = event != nullptr ? std::get_if<sync::EraseEvent>(event) : nullptr;
      if (erase == nullptr) continue;
      const auto key = load_key(db_, space_, erase->order.dossier);
      if (key) page_.order_keys[erase->order.dossier] = *key;
    }
  }

  void add_digests() {
    sql::Statement& row = db_.cached(
        "SELECT count, history FROM documents WHERE space = ? AND dossier = ? AND section = ?");
    for (const sync::DocumentId& document : view_.touched()) {
      if (!is_complete(document)) continue;
      const sql::ResetGuard guard(row);
      row.bind_all(space_, document.dossier.bytes, document.section);
      if (!row.step()) continue;
      page_.digests.push_back({document, u64(row.get_int64(0)), decode_sum(row.get_blob(1))});
      if (action_.vouches) add_voucher(document);
    }
  }

  void add_voucher(const sync::DocumentId& document) {
    if (auto voucher = load_voucher(db_, space_, document)) {
      page_.vouchers.push_back(*std::move(voucher));
    }
  }

  sql::Connection& db_;
  std::int64_t space_;
  LogTail& tail_;
  const Caller& caller_;
  const sync::ReadAction& action_;

  sync::PageRead page_;
  std::uint64_t head_ = 0;
  std::uint64_t epoch_ = 0;
  sync::Digest head_hash_;  ///< of the log at head_
  std::uint64_t cursor_ = 0;
  std::optional<sync::Backfill> backfill_;
  std::uint64_t examined_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t resume_ = 0;
  std::optional<sync::TransactionId> group_;  ///< the transaction that the last item belongs to
  std::size_t group_items_ = 0;               ///< items before it
  std::uint64_t group_resume_ = 0;
  Stability stability_;
  LogView view_;
};

}  // namespace

sync::PageRead SqlRepository::read_page(const Caller& caller, const sync::ReplicaId& replica,
                                           const sync::ReadAction& action) {
  return read([&](sql::Connection& db) {
    return PageReader(db, space_, caller, replica, action, tail_).run();
  });
}

}  // namespace insieme::server
