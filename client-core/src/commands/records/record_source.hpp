#pragma once
// What rules see of the store: the records that are held here, as they show now, and over them
// those that the act under way is about to write.

#include <map>
#include <memory>
#include <set>

#include "commands/lookup.hpp"
#include "insieme/schema/rules.hpp"

namespace insieme::client::commands {

/// A record as rules see it.
[[nodiscard]] schema::RuleRecord rule_record(const Facets& facets);

/// Reads each record at most once. Belongs to one command.
class StoreRecords final : public schema::RecordSource {
 public:
  explicit StoreRecords(Context& context) : context_(context) {}

  /// Shows `record` instead of what the store has under its id. It must outlive this.
  void put(const schema::RuleRecord& record);
  /// The first failure of the device, if any: what was found since is not complete.
  [[nodiscard]] const Status& status() const noexcept { return status_; }

  const schema::RuleRecord* find(const sync::RecordId& id) override;
  std::vector<const schema::RuleRecord*> in_dossier(const sync::DossierId& dossier,
                                                    std::string_view type) override;
  std::vector<const schema::RuleRecord*> with(std::string_view type, std::string_view field,
                                              const sync::Value& value) override;

 private:
  using Records = std::vector<const schema::RuleRecord*>;
  /// All that a query finds, without those that the act replaces.
  [[nodiscard]] Records stored(ListQuery query);

  Context& context_;
  Status status_;
  struct Known {
    std::unique_ptr<const schema::RuleRecord> read;  ///< what the store has
    const schema::RuleRecord* shown = nullptr;       ///< null: not held here, or not active
  };
  std::map<sync::RecordId, Known> known_;
  std::set<sync::RecordId> planned_;
  std::map<std::string, Records> in_dossiers_;  ///< what the store found, by dossier and type
};

}  // namespace insieme::client::commands
