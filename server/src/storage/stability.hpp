#pragma once
// What all who hold a document have acknowledged, and the snapshot folded there. Runs inside the
// write transaction of a turn.
//
// Who holds a document: every device that is neither revoked nor given up, of an account that is
// not disabled and that may have received an assignment which covers the section, as long as it may
// not have received its end; also one that wrote there before its grant reached it. A device that
// holds it and never acknowledged keeps everything from becoming stable, and so does a held change
// that waits for a decision: its author saw less, and whoever accepts it authors it as it was.

#include <optional>

#include "insieme/server/repository.hpp"
#include "storage/sql.hpp"

namespace insieme::server {

struct StoredSnapshot {
  sync::Digest digest;
  sync::VersionVector version;
  std::uint64_t total = 0;  ///< bytes
};

class Stability {
 public:
  Stability(sql::Connection& db, std::int64_t space) : db_(db), space_(space) {}

  void acknowledge(const sync::DeviceId& device, const sync::ReplicaId& replica,
                   const sync::Acknowledgement& acknowledgement);
  /// Works out anew what is stable, which never shrinks, and prepares a snapshot when much became
  /// so since the last one.
  void advance(const sync::DocumentId& document, const SnapshotPolicy& snapshots,
               std::int64_t now_ms);
  [[nodiscard]] sync::VersionVector stable(const sync::DocumentId& document);
  /// What this store, under this replica id, has acknowledged.
  [[nodiscard]] sync::VersionVector acknowledged(const sync::DeviceId& device,
                                                 const sync::ReplicaId& replica,
                                                 const sync::DocumentId& document);

 private:
  [[nodiscard]] std::optional<sync::VersionVector> common(const sync::DocumentId& document);
  [[nodiscard]] sync::VersionVector foldable(const sync::DocumentId& document,
                                             sync::VersionVector at);
  [[nodiscard]] bool has_held(const sync::DocumentId& document);
  /// What a checked backup holds of it.
  [[nodiscard]] sync::VersionVector covered(const sync::DocumentId& document);
  void prepare(const sync::DocumentId& document, const sync::VersionVector& at,
               std::int64_t now_ms);

  sql::Connection& db_;
  std::int64_t space_;
};

}  // namespace insieme::server
