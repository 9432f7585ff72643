#pragma once
// Authoring: what one act of a person writes, as changes of one replica, in one transaction.

#include "storage/documents.hpp"

namespace insieme::client {

class StoreWriter final : public Writer {
 public:
  explicit StoreWriter(Core& core) : core_(core), documents_(core) {}
  sync::DossierId create_dossier() override;
  Status add(const sync::DocumentId& document, std::vector<sync::Operation> ops) override;
  void on_behalf_of(std::string author, const sync::Origin& origin) override;
  Result<StoredRecord> read(const RecordRef& ref) override;
  Status put_blob(const sync::DocumentId& document, const sync::SealedBlob& blob) override;
  Status put_draft(const Draft& draft) override;
  Status drop_draft(const std::string& id) override;
  Status decide_held(const sync::DocumentId& document, const sync::ReplicaId& replica,
                     std::uint64_t seq, bool accepted, const std::string& reason) override;
  Status ask_erasure(const sync::ErasureOrder& order) override;
  Status mark_seen(const sync::DocumentId& document) override;
  /// Turns what was collected into changes and applies them. Throws Refused.
  void finish();

 private:
  struct Pending {
    OpenDocument* document = nullptr;
    std::vector<sync::Operation> ops;
  };
  void catch_up(const OpenDocument& document, sync::Operation& op);
  void author_change(Pending& pending, const std::optional<sync::Transaction>& transaction);
  Core& core_;
  Documents documents_;
  std::vector<Pending> pending_;
  std::string author_;
  std::optional<sync::Origin> origin_;
  bool dropped_draft_ = false;
};

/// The record as a reader sees it; `not_found` if there is no row.
[[nodiscard]] Result<StoredRecord> read_record(Core& core, Documents& documents,
                                               const RecordRef& ref);
/// Where a record stands in P6's words.
[[nodiscard]] Receipt receipt_of(Core& core, const LoadedRecord& record);

}  // namespace insieme::client
