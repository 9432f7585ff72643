#pragma once
// The rows, or the columns, of a table: which groups there are, in which order, and in which of
// them a record stands.

#include <map>
#include <set>

#include "insieme/reports/run.hpp"

namespace insieme::reports {

using Path = std::vector<Key>;

/// Evaluates expressions of one request; keeps the first error.
class Asker {
 public:
  Asker(const schema::Bundle& bundle, const std::vector<sync::Value>& parameters, Records& records)
      : bundle_(bundle), parameters_(parameters), records_(records) {}
  [[nodiscard]] std::vector<sync::Value> values(const schema::Expression& expression,
                                                const schema::RuleRecord& record);
  /// True only if it is known to be.
  [[nodiscard]] bool holds(const schema::Expression& expression, const schema::RuleRecord& record);
  [[nodiscard]] const schema::Bundle& bundle() const noexcept { return bundle_; }
  [[nodiscard]] const std::vector<sync::Value>& parameters() const noexcept { return parameters_; }
  [[nodiscard]] Records& records() noexcept { return records_; }
  [[nodiscard]] const Status& status() const noexcept { return status_; }
  void fail(Error error);

 private:
  const schema::Bundle& bundle_;
  const std::vector<sync::Value>& parameters_;
  Records& records_;
  Status status_;
};

class Axis {
 public:
  Axis(const std::vector<schema::ReportGroup>& groups, Asker& asker);
  /// The groups of the lowest level in which the record stands; one empty path if there are none.
  [[nodiscard]] std::vector<Path> paths_of(const schema::RuleRecord& record);
  /// Notes that these groups exist.
  void note(const std::vector<Path>& paths);
  /// All noted, sorted, with subtotals and the total.
  void build();
  [[nodiscard]] const std::vector<Line>& lines() const noexcept { return lines_; }
  /// Every line to which a record with these paths belongs, each once.
  [[nodiscard]] std::set<std::size_t> lines_of(const std::vector<Path>& paths) const;
  /// A line and those that make it up: subtotals of groups, the total of subtotals or groups.
  struct Family {
    std::size_t parent = 0;
    std::vector<std::size_t> children;
  };
  [[nodiscard]] std::vector<Family> families() const;
  /// Whether a record may stand in several groups, so that they add up to more than the total.
  [[nodiscard]] bool many() const noexcept;

 private:
  using Ranked = std::pair<std::string, Key>;  ///< place in the order, and the key
  [[nodiscard]] std::string rank(const schema::ReportGroup& group, const Key& key);
  [[nodiscard]] std::vector<Key> stated_keys(const schema::ReportGroup& group);
  [[nodiscard]] std::vector<Key> months_between(const std::map<std::string, Key>& found);
  void add_stated();
  const std::vector<schema::ReportGroup>& groups_;
  Asker& asker_;
  std::map<std::vector<std::string>, Path> paths_;  ///< by ids
  std::vector<Line> lines_;
  std::map<std::vector<std::string>, std::size_t> places_;  ///< of lines, by the ids of their keys
};

[[nodiscard]] std::vector<std::string> ids_of(const Path& path);

}  // namespace insieme::reports
