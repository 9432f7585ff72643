#pragma once
// Which records name which blobs, and how far their bytes are. Inside the caller's transaction.

#include <string>
#include <vector>

#include "insieme/server/repository.hpp"
#include "storage/sql.hpp"

namespace insieme::server {

class BlobRows {
 public:
  BlobRows(sql::Connection& db, std::int64_t space) : db_(db), space_(space) {}

  /// Notes what the operations name. `account`: who sent them, and may bring the bytes whatever
  /// became of the change.
  void note(const sync::DocumentId& document, const std::vector<sync::Operation>& ops,
            const std::string& account, std::uint64_t position);
  /// After the document was redacted: what no operation in it names any more is erased.
  void forget_unnamed(const sync::DocumentId& document);
  [[nodiscard]] BlobStanding standing(const BlobKey& key);

 private:
  [[nodiscard]] std::vector<sync::Digest> named_once(const sync::DocumentId& document);
  [[nodiscard]] std::vector<sync::Digest> named_now(const sync::DocumentId& document);
  void erase_if_unnamed(const BlobKey& key);

  sql::Connection& db_;
  std::int64_t space_;
};

}  // namespace insieme::server
