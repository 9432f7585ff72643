#pragma once
// One figure while it is counted.

#include <set>
#include <string>

#include "axis.hpp"

namespace insieme::reports {

/// What one record brings to one measure.
struct Contribution {
  bool counts = false;              ///< passes the measure's own condition, and has a value
  std::int64_t number = 0;          ///< to add, or to compare
  std::vector<std::string> values;  ///< to tell apart
};
[[nodiscard]] Contribution contribution_of(const schema::ReportMeasure& measure,
                                           const schema::RuleRecord& record, Asker& asker);

class Tally {
 public:
  /// False if a sum does not fit.
  [[nodiscard]] bool add(const schema::ReportMeasure& measure, const Contribution& what,
                         const sync::RecordId& record, const std::vector<std::string>& people);
  [[nodiscard]] Figure figure(const schema::ReportMeasure& measure) const;

 private:
  std::int64_t sum_ = 0;
  std::int64_t least_ = 0;
  std::int64_t greatest_ = 0;
  std::set<std::string> different_;
  std::set<std::string> people_;
  std::set<sync::RecordId> records_;
};

/// a / b with halves away from zero; nullopt if b is zero or the result does not fit.
[[nodiscard]] std::optional<std::int64_t> divided(std::int64_t a, std::int64_t times,
                                                  std::int64_t b);

/// The measures that are made of others, once these are known.
void derive(TableResult& table);

/// Hides what too few people stand behind, and what would give it away.
void protect(ReportResult& result, const std::vector<std::vector<Axis::Family>>& rows,
             const std::vector<std::vector<Axis::Family>>& columns);

/// What the report says must add up, and that groups add up to their totals.
void check(ReportResult& result, const std::vector<std::vector<Axis::Family>>& rows,
           const std::vector<std::vector<Axis::Family>>& columns,
           const std::vector<std::pair<bool, bool>>& many);

}  // namespace insieme::reports
