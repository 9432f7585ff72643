#pragma once
// Which records name which blobs, and how far their bytes are. Inside the caller's transaction.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "insieme/server/repository.hpp"
#include "insieme/sync/blob.hpp"
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
  /// What a record says of the blob, with which it is opened; nothing: none names it.
  [[nodiscard]] std::optional<sync::BlobRef> reference(const BlobKey& key);

 private:
  [[nodiscard]] std::vector<sync::Digest> named_once(const sync::DocumentId& document);
  [[nodiscard]] std::vector<sync::Digest> named_now(const sync::DocumentId& document);
  /// What operations of the document name, until `visit` gives false.
  void visit_named(const sync::DocumentId& document,
                   const std::function<bool(const sync::BlobRef&)>& visit);
  [[nodiscard]] std::optional<sync::BlobRef> named_at(std::uint64_t position,
                                                      const sync::Digest& name);
  void erase_if_unnamed(const BlobKey& key);

  sql::Connection& db_;
  std::int64_t space_;
};

}  // namespace insieme::server
