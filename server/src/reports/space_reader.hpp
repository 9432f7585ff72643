#pragma once
// What people wrote, as it shows now: the facets of a record put together while documents pass by.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "insieme/schema/rules.hpp"
#include "insieme/sync/document.hpp"

namespace insieme::server {

/// A record, put together from its parts.
struct SpaceRecord {
  schema::RuleRecord record;
  std::string section;             ///< where the record itself lives
  std::set<std::string> sections;  ///< where parts of it lie
  std::size_t rank = 0;  ///< of `section` among those where the type may live
  bool active = false;
};

/// Records of some types. One thread at a time.
class SpaceReader {
 public:
  explicit SpaceReader(std::set<std::string> types) : types_(std::move(types)) {}

  /// Where parts of such records may lie.
  [[nodiscard]] std::set<std::string> sections() const;
  void read(const sync::Document& document);
  /// The active ones, by type, in the order of their ids. Nothing is left here.
  [[nodiscard]] std::map<std::string, std::vector<schema::RuleRecord>> take();
  /// All, with those that were retracted. Nothing is left here.
  [[nodiscard]] std::map<sync::RecordId, SpaceRecord> take_all();

 private:
  std::set<std::string> types_;
  std::map<sync::RecordId, SpaceRecord> all_;
};

}  // namespace insieme::server
