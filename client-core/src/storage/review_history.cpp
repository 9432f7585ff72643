// Open items with their base, and the history of a record: read from the log, never from memory.
#include <algorithm>
#include <map>

#include "storage/loaded_history.hpp"
#include "storage/marks.hpp"
#include "storage/queries.hpp"
#include "storage/text_change.hpp"
#include "storage/writer.hpp"

namespace insieme::client {
namespace {

struct ActionNames {
  std::string_view operator()(const sync::WriteOp&) const { return "write"; }
  std::string_view operator()(const sync::AddOp&) const { return "add"; }
  std::string_view operator()(const sync::RemoveOp&) const { return "remove"; }
  std::string_view operator()(const sync::IncrementOp&) const { return "increment"; }
  std::string_view operator()(const sync::SpliceOp&) const { return "splice"; }
  std::string_view operator()(const sync::RetractOp&) const { return "retract"; }
  std::string_view operator()(const sync::RestoreOp&) const { return "restore"; }
  std::string_view operator()(const sync::ResolveOp&) const { return "resolve"; }
  std::string_view operator()(const sync::TouchOp&) const { return "touch"; }
  std::string_view operator()(const sync::GrantOp&) const { return "grant"; }
  std::string_view operator()(const sync::TransferOp&) const { return "transfer"; }
  std::string_view operator()(const sync::SpendOp&) const { return "spend"; }
  std::string_view operator()(const sync::RefundOp&) const { return "refund"; }
  std::string_view operator()(const sync::ReclaimOp&) const { return "reclaim"; }
  std::string_view operator()(const sync::ErasedOp&) const { return "erased"; }
  std::string_view operator()(const sync::OpaqueOp&) const { return "unknown"; }
};

sync::Value amount_of(std::uint64_t amount) {
  return sync::Value{static_cast<std::int64_t>(amount)};
}

std::optional<sync::Value> value_of(const sync::Action& action) {
  if (const auto* grant = std::get_if<sync::GrantOp>(&action)) return amount_of(grant->amount);
  if (const auto* spend = std::get_if<sync::SpendOp>(&action)) return amount_of(spend->amount);
  if (const auto* moved = std::get_if<sync::TransferOp>(&action)) return amount_of(moved->amount);
  if (const auto* write = std::get_if<sync::WriteOp>(&action)) return write->value;
  if (const auto* add = std::get_if<sync::AddOp>(&action)) return add->element;
  if (const auto* remove = std::get_if<sync::RemoveOp>(&action)) return remove->element;
  if (const auto* plus = std::get_if<sync::IncrementOp>(&action)) return sync::Value{plus->delta};
  if (const auto* resolve = std::get_if<sync::ResolveOp>(&action)) return resolve->value;
  return {};
}

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kYear2000Ms = 946'684'800'000;

/// By an hour or more. A device may claim any time: nothing is computed that could overflow.
bool is_behind(std::int64_t stamp_ms, std::int64_t read_ms) {
  return read_ms >= kYear2000Ms && stamp_ms <= read_ms - kHourMs;
}

/// The newest stamp among changes that a version covers. Stamps are corrected by the server's clock
/// and still wrong where a clock was set between two exchanges.
class NewestStamps {
 public:
  void note(const sync::ChangeHeader& header) {
    auto& all = newest_[header.replica];
    const std::int64_t before = all.empty() ? INT64_MIN : all.back().second;
    all.emplace_back(header.seq, std::max(before, header.stamp.ms));
  }
  /// INT64_MIN: none of them is known here.
  [[nodiscard]] std::int64_t among(const sync::VersionVector& version) const {
    std::int64_t newest = INT64_MIN;
    for (const sync::VersionVector::Entry& entry : version.entries()) {
      const auto known = newest_.find(entry.replica);
      if (known == newest_.end()) continue;
      const auto& all = known->second;
      const auto after = std::upper_bound(
          all.begin(), all.end(), entry.seq,
          [](std::uint64_t seq, const auto& one) { return seq < one.first; });
      if (after != all.begin()) newest = std::max(newest, std::prev(after)->second);
    }
    return newest;
  }

 private:
  std::map<sync::ReplicaId, std::vector<std::pair<std::uint64_t, std::int64_t>>> newest_;
};


/// Replays one record beside its log and writes down what each operation did.
class HistoryReader {
 public:
  HistoryReader(Core& core, const RecordRef& ref) : core_(core), ref_(ref) {
    state_.id = ref.id;
    state_.type = ref.type;
  }

  /// What is folded is told in one line.
  void start_at(const sync::Snapshot& ground) {
    const auto known = ground.records.find(ref_.id);
    if (known == ground.records.end() || known->second.type != ref_.type) return;
    state_ = known->second;
    const sync::Mark& newest = ground.newest.at(ref_.id);
    HistoryLine line;
    line.dot = newest.dot;
    line.stamp = newest.stamp;
    line.author = newest.author;
    line.action = "folded";
    lines_.push_back(std::move(line));
  }

  /// `position`: of the change in the server's log, if it is known.
  void step(const sync::Change& change, std::optional<std::int64_t> position,
            const sync::VersionVector& deps) {
    const sync::ChangeHeader& header = change.header;
    const bool is_slow = is_behind(header.stamp.ms, stamps_.among(deps));
    if (is_slow) doubt_what_was_read(header.stamp, deps);
    is_slow_ = is_slow;
    // Nobody is slow beside a clock that is years ahead.
    if (header.stamp.ms <= core_.corrected_now_ms() + kDayMs) stamps_.note(header);
    if (!change.ops) {
      stepped_.raise(header.replica, header.seq);
      return;
    }
    for (std::size_t i = 0; i < change.ops->size(); ++i) {
      const sync::Operation& op = (*change.ops)[i];
      if (op.record != ref_.id || op.type != ref_.type) continue;
      const sync::Provenance from{
          sync::Dot{header.replica, header.seq, static_cast<std::uint32_t>(i)}, header.stamp,
          header.author, deps};
      lines_.push_back(line(header, op, from));
      if (position) lines_.back().position = static_cast<std::uint64_t>(*position);
      sync::apply(state_, op, from);
    }
    stepped_.raise(header.replica, header.seq);
  }
  [[nodiscard]] std::vector<HistoryLine> take() { return std::move(lines_); }

 private:
  /// Of a stamp and an earlier one that it lies behind, either may be of the clock that was wrong.
  void doubt_what_was_read(const sync::Stamp& stamp, const sync::VersionVector& deps) {
    for (HistoryLine& line : lines_) {
      line.clock_suspect |= deps.contains(line.dot) && is_behind(stamp.ms, line.stamp.ms);
    }
  }

  HistoryLine line(const sync::ChangeHeader& header, const sync::Operation& op,
                   const sync::Provenance& from) const {
    HistoryLine line;
    line.dot = from.dot;
    line.stamp = from.stamp;
    line.author = header.author;
    line.action = std::visit(ActionNames{}, op.action);
    line.field = op.field;
    line.to = value_of(op.action);
    line.origin = header.origin;
    // A stamp far ahead of now, or far behind what its author had read.
    line.clock_suspect = from.stamp.ms > core_.corrected_now_ms() + kDayMs ||
                         from.stamp.ms < kYear2000Ms || is_slow_;
    if (const auto* resolve = std::get_if<sync::ResolveOp>(&op.action))
      line.reason = resolve->reason;
    const sync::FieldState* field = state_.field(op.field);
    const sync::VersionVector& context = op.context ? *op.context : from.deps;
    if (const auto* splice = std::get_if<sync::SpliceOp>(&op.action)) {
      tell_text(field, context, *splice, line);
    } else if (field != nullptr) {
      for (const sync::Survivor& survivor : field->survivors) {
        if (context.contains(survivor.mark.dot)) line.from = survivor.value;
      }
    }
    return line;
  }

  /// What the author saw, and what they made of it; not what came of it beside the work of others.
  void tell_text(const sync::FieldState* field, const sync::VersionVector& context,
                 const sync::SpliceOp& splice, HistoryLine& line) const {
    std::string seen;
    if (field != nullptr && !field->text.empty()) {
      seen = context.covers(stepped_) ? field->text.text() : field->text.text_at(context);
    }
    TextChange change = text_change(seen, sync::splice_text(seen, splice.splices));
    if (!seen.empty()) line.from = std::move(change.before);
    line.to = std::move(change.after);
  }

  Core& core_;
  RecordRef ref_;
  sync::RecordState state_;
  sync::VersionVector stepped_;  ///< the changes of the log so far
  NewestStamps stamps_;
  bool is_slow_ = false;  ///< the change's stamp is far behind what its author had read
  std::vector<HistoryLine> lines_;
};

}  // namespace

namespace {

/// The WHERE clause of a query for items; `bind` fills it.
std::string conditions(const ItemQuery& query) {
  std::string where = " WHERE 1";
  if (query.record) where += " AND i.record = ?";
  if (query.dossier) {
    where +=
        " AND i.document IN (SELECT c.n FROM documents c JOIN dossiers d ON d.n = c.dossier "
        "WHERE d.id = ?)";
  }
  if (query.kind) where += " AND i.kind = ?";
  if (!query.id.empty()) where += " AND substr(printf('%016x', i.generation), 1, length(?)) = ?";
  return where;
}

int bind_conditions(sqlite::Statement& rows, const ItemQuery& query) {
  int index = 0;
  if (query.record) rows.bind(++index, query.record->bytes);
  if (query.dossier) rows.bind(++index, query.dossier->bytes);
  if (query.kind) rows.bind(++index, static_cast<std::int64_t>(*query.kind));
  if (!query.id.empty()) {
    rows.bind(++index, std::string_view(query.id));
    rows.bind(++index, std::string_view(query.id));
  }
  return index;
}

/// Fills items in from the records and logs of their documents, each of which is read once.
class ItemReader {
 public:
  explicit ItemReader(Core& core) : core_(core), documents_(core, Access::read) {}

  /// Nothing if the record has no such item any more at this schema version.
  std::optional<OpenItem> read(std::int64_t document, const RecordRef& ref,
                               std::uint64_t generation) {
    const auto record = documents_.records().share(document, ref.document, ref.type, ref.id);
    const auto policy = [this](std::string_view type, std::string_view field) {
      return core_.bundle.policy(type, field);
    };
    auto items = sync::review_items(record->state, policy, marks_of(document, ref.document));
    const auto found = std::find_if(items.begin(), items.end(), [&](const sync::ReviewItem& item) {
      return item.generation == generation;
    });
    if (found == items.end()) return {};
    OpenItem open;
    open.ref = ref;
    open.title = title_of(core_, record->state);
    open.record = {record, &record->state};
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
      bytes[i] = static_cast<std::uint8_t>(generation >> (56 - 8 * i));
    }
    open.id = sync::to_hex(bytes);
    const LoadedHistory& history = history_of(document);
    open.base = sync::base_of(history.view(), record->state, *found);
    open.folded = sync::folded_alternatives(history.view(), *found);
    if (tells_edits(found->kind)) open.edits = edits_of(history, document, ref, found->dots);
    open.item = std::move(*found);
    open.version = documents_.by_number(document).frontier.version();
    return open;
  }

 private:
  static bool tells_edits(sync::ItemKind kind) noexcept {
    return kind == sync::ItemKind::edited_after_retraction ||
           kind == sync::ItemKind::concurrent_lifecycle ||
           kind == sync::ItemKind::edited_after_closure;
  }

  std::vector<HistoryLine> edits_of(const LoadedHistory& history, std::int64_t document,
                                    const RecordRef& ref, const std::vector<sync::Dot>& dots) {
    HistoryReader reader(core_, ref);
    if (history.ground) reader.start_at(*history.ground);
    sync::DepsWalker walker(&documents_.by_number(document).horizon);
    for (const sync::Change& change : history.log) {
      reader.step(change, {}, walker.step(change.header));
    }
    std::vector<HistoryLine> lines = reader.take();
    const auto is_other = [&dots](const HistoryLine& line) {
      return std::none_of(dots.begin(), dots.end(), [&line](const sync::Dot& dot) {
        return dot.replica == line.dot.replica && dot.seq == line.dot.seq;
      });
    };
    lines.erase(std::remove_if(lines.begin(), lines.end(), is_other), lines.end());
    return lines;
  }

  const sync::DocumentMarks& marks_of(std::int64_t document, const sync::DocumentId& id) {
    const auto known = marks_.find(document);
    if (known != marks_.end()) return known->second;
    return marks_.emplace(document, marks_in_document(documents_.records(), document, id))
        .first->second;
  }

  const LoadedHistory& history_of(std::int64_t document) {
    const auto known = logs_.find(document);
    if (known != logs_.end()) return known->second;
    return logs_.emplace(document, load_history(core_, documents_, document)).first->second;
  }

  Core& core_;
  Documents documents_;
  std::map<std::int64_t, LoadedHistory> logs_;
  std::map<std::int64_t, sync::DocumentMarks> marks_;
};

}  // namespace

OpenItems read_open_items(Core& core, const ItemQuery& query) {
  if (query.limit == 0 || query.limit > 1'000) {
    refuse(ErrorCode::invalid_argument, "a list has 1 to 1000 items a page");
  }
  OpenItems page;
  const std::string where = conditions(query);
  {
    auto& count = core.db.cached("SELECT count(*) FROM items i" + where);
    const sqlite::ResetGuard guard(count);
    bind_conditions(count, query);
    if (count.step()) page.total = static_cast<std::uint64_t>(count.get_int64(0));
  }
  // Only what is on the page is looked up further: what is skipped costs a step of one table.
  auto& rows = core.db.cached(
      "SELECT i.document, i.record, i.type, d.id, c.section, i.generation FROM (SELECT * FROM "
      "items i" + where + " ORDER BY i.n LIMIT ? OFFSET ?) i JOIN documents c ON c.n = i.document "
      "JOIN dossiers d ON d.n = c.dossier ORDER BY i.n");
  const sqlite::ResetGuard guard(rows);
  int index = bind_conditions(rows, query);
  rows.bind(++index, static_cast<std::int64_t>(query.limit));
  rows.bind(++index, static_cast<std::int64_t>(query.offset));
  ItemReader reader(core);
  while (rows.step()) {
    RecordRef ref;
    ref.id = id_from_blob<sync::RecordId>(rows.get_blob(1));
    ref.type = std::string(rows.get_text(2));
    ref.document = {id_from_blob<sync::DossierId>(rows.get_blob(3)), std::string(rows.get_text(4))};
    auto item = reader.read(rows.get_int64(0), ref, static_cast<std::uint64_t>(rows.get_int64(5)));
    if (item) page.items.push_back(*std::move(item));
  }
  return page;
}

std::vector<HistoryLine> read_history(Core& core, const RecordRef& ref) {
  Documents documents(core, Access::read);
  const OpenDocument* document = documents.find(ref.document);
  if (document == nullptr) refuse(ErrorCode::not_found, "this dossier is not on this device");
  HistoryReader reader(core, ref);
  if (const auto ground = documents.ground(*document)) reader.start_at(*ground);
  sync::DepsWalker walker(&document->horizon);
  for_each_change(core, document->n, [&](LoggedChange&& logged) {
    const auto& deps = walker.step(logged.change.header);
    reader.step(logged.change, logged.position, deps);
    return true;
  });
  auto lines = reader.take();
  if (lines.empty()) refuse(ErrorCode::not_found, "there is no such record here");
  return lines;
}

}  // namespace insieme::client
