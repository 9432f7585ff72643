#include "insieme/sync/closure.hpp"

#include <algorithm>

namespace insieme::sync {

Value closure_value(const VersionVector& seen) { return Bytes{encode_version(seen)}; }

LateEdits edits_after_closure(const RecordState& record) {
  LateEdits late;
  const FieldState* closures = record.field(kClosureField);
  if (closures == nullptr || closures->members.empty()) return late;
  VersionVector seen;
  for (const SetMember& member : closures->members) {
    if (const auto* bytes = std::get_if<Bytes>(&member.element)) {
      const auto version = decode_version(bytes->data);
      if (version.ok()) seen.merge(*version);
    }
    for (const Dot& dot : member.adds) {
      seen.raise(dot.replica, dot.seq);
      late.closures.push_back(dot);
    }
  }
  std::sort(late.closures.begin(), late.closures.end());
  for (const auto& entry : record.last_edits.entries()) {
    const Dot edit{entry.replica, entry.seq, 0};
    if (!seen.contains(edit)) late.edits.push_back(edit);
  }
  std::sort(late.edits.begin(), late.edits.end());
  return late;
}

}  // namespace insieme::sync
