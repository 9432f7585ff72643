#include "standing.hpp"

#include <variant>

namespace insieme::sync::detail {
namespace {

/// What comes with its base is an edit of that, whatever became of the text since.
bool names_places(const Operation& op) {
  const auto* splice = std::get_if<SpliceOp>(&op.action);
  return splice != nullptr && !splice->base;
}

}  // namespace

void Standing::note(const Change& change, Fate fate) {
  if (!change.ops) return;
  fate.replica = change.header.replica;
  fate.seq = change.header.seq;
  for (const Operation& op : *change.ops) {
    if (!names_places(op)) continue;
    texts_[{change.header.document, op.record, op.field}].push_back(fate);
  }
}

void Standing::note(const TextOfOther& text, Fate fate) {
  fate.replica = text.replica;
  fate.seq = text.seq;
  texts_[{text.document, text.record, text.field}].push_back(std::move(fate));
}

std::optional<Fate> Standing::shared_by(const Change& change, const VersionVector& deps) const {
  std::optional<Fate> worst;
  if (texts_.empty() || !change.ops) return worst;
  for (const Operation& op : *change.ops) {
    if (!names_places(op)) continue;
    const auto fates = texts_.find({change.header.document, op.record, op.field});
    if (fates == texts_.end()) continue;
    const VersionVector& context = op.context ? *op.context : deps;
    for (const Fate& fate : fates->second) {
      if (!context.contains(fate.replica, fate.seq)) continue;
      // Of several held ones the last: the others are what that one stands on.
      if (!worst || worst->verdict == Verdict::held) worst = fate;
    }
  }
  return worst;
}

}  // namespace insieme::sync::detail
