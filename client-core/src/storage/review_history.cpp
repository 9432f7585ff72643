// Open items with their base, and the history of a record: read from the log, never from memory.
#include <algorithm>

#include "insieme/sync/document.hpp"
#include "storage/queries.hpp"
#include "storage/text_change.hpp"
#include "storage/writer.hpp"

namespace insieme::client {
namespace {

constexpr std::size_t kOpenItemsMax = 10'000;

struct LoadedHistory {
  std::optional<sync::Snapshot> ground;
  std::vector<sync::Change> log;
  [[nodiscard]] sync::HistoryView view() const { return {ground ? &*ground : nullptr, log}; }
};

LoadedHistory load_history(Core& core, Documents& documents, std::int64_t document) {
  LoadedHistory history;
  history.ground = documents.ground(documents.by_number(document));
  for_each_change(core, document, [&](LoggedChange&& logged) {
    history.log.push_back(std::move(logged.change));
    return true;
  });
  return history;
}

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

  void step(const LoggedChange& logged, const sync::VersionVector& deps) {
    const sync::ChangeHeader& header = logged.change.header;
    if (!logged.change.ops) {
      stepped_.raise(header.replica, header.seq);
      return;
    }
    for (std::size_t i = 0; i < logged.change.ops->size(); ++i) {
      const sync::Operation& op = (*logged.change.ops)[i];
      if (op.record != ref_.id || op.type != ref_.type) continue;
      const sync::Provenance from{
          sync::Dot{header.replica, header.seq, static_cast<std::uint32_t>(i)}, header.stamp,
          header.author, deps};
      lines_.push_back(line(logged, op, from));
      sync::apply(state_, op, from);
    }
    stepped_.raise(header.replica, header.seq);
  }
  [[nodiscard]] std::vector<HistoryLine> take() { return std::move(lines_); }

 private:
  HistoryLine line(const LoggedChange& logged, const sync::Operation& op,
                   const sync::Provenance& from) const {
    HistoryLine line;
    line.dot = from.dot;
    line.stamp = from.stamp;
    line.author = logged.change.header.author;
    line.action = std::visit(ActionNames{}, op.action);
    line.field = op.field;
    line.to = value_of(op.action);
    line.origin = logged.change.header.origin;
    if (logged.position) line.position = static_cast<std::uint64_t>(*logged.position);
    // A stamp that lies ahead of every clock seen so far on this device is not to be believed.
    line.clock_suspect = from.stamp.ms > core_.corrected_now_ms() + 24LL * 3600 * 1000 ||
                         from.stamp.ms < 946'684'800'000;
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
  std::vector<HistoryLine> lines_;
};

}  // namespace

std::vector<OpenItem> read_open_items(Core& core) {
  auto rows = core.db.prepare(
      "SELECT DISTINCT i.document, i.record, i.type, d.id, c.section FROM items i "
      "JOIN documents c ON c.n = i.document JOIN dossiers d ON d.n = c.dossier "
      "ORDER BY i.n LIMIT ?");
  rows.bind_all(static_cast<std::int64_t>(kOpenItemsMax));
  Documents documents(core, Access::read);
  std::map<std::int64_t, LoadedHistory> logs;
  const auto policy = [&core](std::string_view type, std::string_view field) {
    return core.policy(type, field);
  };
  std::vector<OpenItem> items;
  while (rows.step()) {
    const std::int64_t document = rows.get_int64(0);
    RecordRef ref;
    ref.id = id_from_blob<sync::RecordId>(rows.get_blob(1));
    ref.type = std::string(rows.get_text(2));
    ref.document = {id_from_blob<sync::DossierId>(rows.get_blob(3)), std::string(rows.get_text(4))};
    const LoadedRecord& record = documents.records().load(document, ref.document, ref.type, ref.id);
    auto log = logs.find(document);
    if (log == logs.end()) {
      log = logs.emplace(document, load_history(core, documents, document)).first;
    }
    for (sync::ReviewItem& item : sync::review_items(record.state, policy)) {
      OpenItem open;
      open.ref = ref;
      open.title = title_of(core, record.state);
      std::array<std::uint8_t, 8> bytes{};
      for (std::size_t i = 0; i < 8; ++i) {
        bytes[i] = static_cast<std::uint8_t>(item.generation >> (56 - 8 * i));
      }
      open.id = sync::to_hex(bytes);
      open.base = sync::base_of(log->second.view(), record.state, item);
      open.folded = sync::folded_alternatives(log->second.view(), item);
      open.item = std::move(item);
      open.version = documents.by_number(document).frontier.version();
      items.push_back(std::move(open));
    }
  }
  return items;
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
    reader.step(logged, deps);
    return true;
  });
  auto lines = reader.take();
  if (lines.empty()) refuse(ErrorCode::not_found, "there is no such record here");
  return lines;
}

}  // namespace insieme::client
