// What a disagreement started from, out of what is left of the history.
#include <algorithm>
#include <cstring>

#include "insieme/sync/document.hpp"

namespace insieme::sync {
namespace {

/// Gives the context of each of `dots` whose operation is in the log, in the log's order.
template <class Each>
void for_each_context(const HistoryView& history, const std::vector<Dot>& dots, const Each& each) {
  DepsWalker walker(history.ground);
  for (const Change& change : history.log) {
    const VersionVector& deps = walker.step(change.header);
    for (const Dot& dot : dots) {
      if (dot.replica != change.header.replica || dot.seq != change.header.seq) continue;
      const bool is_here = change.ops && dot.op < change.ops->size();
      const Operation* op = is_here ? &(*change.ops)[dot.op] : nullptr;
      each(dot, op != nullptr && op->context ? *op->context : deps);
    }
  }
}

/// What everybody who parted had in front of them: the meet of their contexts. Nothing if one of
/// them wrote what is folded: their context is gone.
std::optional<VersionVector> common_context(const HistoryView& history, const ReviewItem& item) {
  std::optional<VersionVector> common;
  for (const Dot& dot : item.dots) {
    if (history.ground != nullptr && history.ground->version().contains(dot)) return {};
  }
  for_each_context(history, item.dots, [&common](const Dot&, const VersionVector& context) {
    if (!common) {
      common = context;
    } else {
      common->meet(context);
    }
  });
  if (!common) return VersionVector{};
  return common;
}

/// Ids by two words: a log is looked through for one record among hundreds of operations.
struct Words {
  explicit Words(const RecordId& id) { std::memcpy(words, id.bytes.data(), sizeof words); }
  friend bool operator==(const Words& a, const Words& b) noexcept {
    return a.words[0] == b.words[0] && a.words[1] == b.words[1];
  }
  std::uint64_t words[2];
};

/// One field of a record as the changes make it for which `counts` is true.
template <class Counts>
RecordState replay_field(const HistoryView& history, const RecordId& record, std::string_view field,
                         const Counts& counts) {
  RecordState replayed;
  replayed.id = record;
  if (history.ground != nullptr) {
    const auto known = history.ground->records.find(record);
    const FieldState* state =
        known == history.ground->records.end() ? nullptr : known->second.field(field);
    if (state != nullptr) replayed.fields.push_back(*state);
  }
  const Words wanted(record);
  DepsWalker walker(history.ground);
  for (const Change& change : history.log) {
    const ChangeHeader& header = change.header;
    const VersionVector& deps = walker.step(header);
    if (!change.ops || !counts(header)) continue;
    for (std::size_t i = 0; i < change.ops->size(); ++i) {
      const Operation& op = (*change.ops)[i];
      if (!(Words(op.record) == wanted) || op.field != field) continue;
      apply(replayed, op,
            Provenance{Dot{header.replica, header.seq, static_cast<std::uint32_t>(i)}, header.stamp,
                       header.author, deps});
    }
  }
  return replayed;
}

}  // namespace

DepsWalker::DepsWalker(const Frontier* folded) {
  if (folded == nullptr) return;
  for (const auto& [replica, head] : folded->heads()) deps_[replica] = head.deps;
}

const VersionVector& DepsWalker::step(const ChangeHeader& header) {
  VersionVector& deps = deps_[header.replica];
  for (const DepEntry& entry : header.deps) deps.raise(entry.replica, entry.seq);
  deps.raise(header.replica, header.seq - 1);
  return deps;
}

std::vector<Value> base_values(const HistoryView& history, const RecordId& record,
                               std::string_view field, const VersionVector& context) {
  if (history.ground != nullptr && !context.covers(history.ground->version())) return {};
  const RecordState replayed =
      replay_field(history, record, field, [&context](const ChangeHeader& header) {
        return context.contains(header.replica, header.seq);
      });
  const FieldState* state = replayed.field(field);
  return state == nullptr ? std::vector<Value>{} : distinct_values(*state);
}

std::vector<Dot> standing_without(const HistoryView& history, const RecordId& record,
                                  std::string_view field, const std::vector<Dot>& without) {
  const RecordState replayed =
      replay_field(history, record, field, [&without](const ChangeHeader& header) {
        return std::none_of(without.begin(), without.end(), [&header](const Dot& dot) {
          return dot.replica == header.replica && dot.seq == header.seq;
        });
      });
  std::vector<Dot> dots;
  if (const FieldState* state = replayed.field(field)) {
    for (const Survivor& survivor : state->survivors) dots.push_back(survivor.mark.dot);
  }
  return dots;
}

std::vector<Dot> replaced_among(const HistoryView& history, const std::vector<Dot>& dots) {
  std::vector<Dot> replaced;
  for_each_context(history, dots, [&](const Dot& by, const VersionVector& context) {
    for (const Dot& dot : dots) {
      if (dot != by && context.contains(dot)) replaced.push_back(dot);
    }
  });
  std::sort(replaced.begin(), replaced.end());
  replaced.erase(std::unique(replaced.begin(), replaced.end()), replaced.end());
  return replaced;
}

std::vector<Value> base_of(const HistoryView& history, const RecordState& record,
                           const ReviewItem& item) {
  const bool is_text = item.kind == ItemKind::text_overlap;
  if (!is_text && item.kind != ItemKind::concurrent_values) return {};
  const auto common = common_context(history, item);
  const bool is_folded =
      history.ground != nullptr && (!common || !common->covers(history.ground->version()));
  if (is_folded) {
    const ContestedBase* kept = history.ground->base(item.record, item.field);
    if (kept == nullptr) return {};
    return is_text ? std::vector<Value>{kept->values.front()} : kept->values;
  }
  if (!is_text) return base_values(history, item.record, item.field, *common);
  const FieldState* field = record.field(item.field);
  if (field == nullptr) return {};
  return {Value{field->text.text_at(*common)}};
}

std::vector<Value> folded_alternatives(const HistoryView& history, const ReviewItem& item) {
  const ContestedBase* kept =
      history.ground == nullptr ? nullptr : history.ground->base(item.record, item.field);
  if (kept == nullptr || kept->values.size() != 1 + item.dots.size()) return {};
  return {kept->values.begin() + 1, kept->values.end()};
}

}  // namespace insieme::sync
