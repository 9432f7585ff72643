#pragma once
// Records of some types, all in memory and indexed: what reports are computed over, and what rules
// see when a whole store is judged.

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/schema/rules.hpp"

namespace insieme::reports {

/// All active records of a type that are held here, in any order.
using RecordReader =
    std::function<Result<std::vector<schema::RuleRecord>>(const std::string& type)>;

/// Costs memory for the records of the types that were asked for. Indexes are made when they are
/// first needed. Pointers stay valid as long as the object. One thread at a time.
class Records final : public schema::RecordSource {
 public:
  /// Reads the types; the first error of the reader ends it.
  [[nodiscard]] static Result<std::unique_ptr<Records>> load(const std::set<std::string>& types,
                                                             const RecordReader& reader);

  /// In the order of their ids; empty for a type that was not loaded.
  [[nodiscard]] const std::vector<const schema::RuleRecord*>& all(std::string_view type) const;

  const schema::RuleRecord* find(const sync::RecordId& id) override;
  std::vector<const schema::RuleRecord*> in_dossier(const sync::DossierId& dossier,
                                                    std::string_view type) override;
  std::vector<const schema::RuleRecord*> with(std::string_view type, std::string_view field,
                                              const sync::Value& value) override;

 private:
  using Found = std::vector<const schema::RuleRecord*>;
  struct Less {
    bool operator()(const sync::Value& a, const sync::Value& b) const {
      return sync::compare(a, b) < 0;
    }
  };
  std::vector<std::unique_ptr<schema::RuleRecord>> owned_;
  std::map<std::string, Found, std::less<>> by_type_;
  std::map<sync::RecordId, const schema::RuleRecord*> by_id_;
  std::map<std::string, std::map<sync::DossierId, Found>, std::less<>> by_dossier_;
  std::map<std::string, std::map<sync::Value, Found, Less>, std::less<>> by_value_;
};

}  // namespace insieme::reports
