#pragma once
// Closing a record: from then on its people do not edit it any more (a visit that was validated, an
// expense that was reported). What was edited without knowing of it is for somebody to look at.
// Versions cannot be compared across changes once these are folded, so that whoever closes notes in
// the record what they had seen of it, in each document that holds a part of it.

#include <string_view>
#include <vector>

#include "insieme/sync/record.hpp"

namespace insieme::sync {

/// A set of values made by `closure_value`, one for each time that the record was closed; empty: it
/// is open. Whoever opens it again removes what stands there.
inline constexpr std::string_view kClosureField = "_closure";

/// `seen`: the newest edits of the record that whoever closes it had in front of them. The change
/// that carries the value is among what was seen.
[[nodiscard]] Value closure_value(const VersionVector& seen);

struct LateEdits {
  std::vector<Dot> closures;  ///< sorted
  std::vector<Dot> edits;     ///< sorted, of operation 0: the newest of each replica
};

/// Edits of a closed record that nobody who closed it had seen; nothing of an open one. A pure
/// function of the record's state. A value that is none of `closure_value` has seen nothing.
[[nodiscard]] LateEdits edits_after_closure(const RecordState& record);

}  // namespace insieme::sync
