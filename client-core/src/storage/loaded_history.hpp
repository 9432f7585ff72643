// The history of one document as the engine reads it: what is folded, and the log since.
#pragma once

#include <optional>
#include <vector>

#include "insieme/sync/document.hpp"
#include "storage/documents.hpp"

namespace insieme::client {

struct LoadedHistory {
  std::optional<sync::Snapshot> ground;
  std::vector<sync::Change> log;
  std::vector<bool> confirmed;  ///< by change of the log: a server has it in its own
  [[nodiscard]] sync::HistoryView view() const { return {ground ? &*ground : nullptr, log}; }
};
[[nodiscard]] LoadedHistory load_history(Core& core, Documents& documents, std::int64_t document);

/// What a decision that puts a value in the place of `dots` replaces besides. A change of a
/// colleague that no server has confirmed may be held there, and what it had replaced would come
/// back beside the decision: by dot, also through several such changes that stand on each other.
[[nodiscard]] std::vector<sync::Dot> replaced_behind(Core& core, const RecordRef& ref,
                                                     std::string_view field,
                                                     const std::vector<sync::Dot>& dots);
/// sync::replaced_among for the log of that record's document.
[[nodiscard]] std::vector<sync::Dot> replaced_among(Core& core, const RecordRef& ref,
                                                    const std::vector<sync::Dot>& dots);

}  // namespace insieme::client
