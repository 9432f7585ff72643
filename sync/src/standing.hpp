#pragma once
// Splices say where they go by position, in the text that their author had in front of them. If the
// body of an earlier change of that text is with nobody, because it is held or was refused, the
// positions of a later one that had it in front point into text that nobody has: it shares its
// fate.

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "insieme/sync/protocol.hpp"

namespace insieme::sync::detail {

/// What became of a change, and so of what stands on it.
struct Fate {
  Verdict verdict = Verdict::held;  ///< held or refused
  ErrorCode code = ErrorCode::ok;
  std::string reason;
  ReplicaId replica;      ///< with `seq`: which change it is, in the same document
  std::uint64_t seq = 0;
};

/// The texts of one request whose earlier part is held or refused. A device sends a change before
/// what stands on it until it has heard what became of both, so one request tells it all; what is
/// authored after that stands on the text without it.
class Standing {
 public:
  /// `change` was judged, now or before, and its body is with nobody. Hollow: nothing is known.
  void note(const Change& change, Fate fate);
  /// The same of one text of a change that did not come along.
  void note(const TextOfOther& text, Fate fate);
  /// The fate that `change` shares, refused before held; nothing if it stands on its own.
  /// `deps` are its full deps.
  [[nodiscard]] std::optional<Fate> shared_by(const Change& change,
                                              const VersionVector& deps) const;

 private:
  using Text = std::tuple<DocumentId, RecordId, std::string>;  ///< record and field
  std::map<Text, std::vector<Fate>> texts_;
};

}  // namespace insieme::sync::detail
