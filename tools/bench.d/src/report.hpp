#pragma once
// What was measured: one figure per metric, against a floor measured in the same run.

#include <optional>
#include <string>
#include <vector>

#include "measure.hpp"

namespace insieme::bench {

/// What must be reached, and by which number.
struct Target {
  enum class Of { ratio, value } of = Of::ratio;
  enum class Bound { at_least, at_most } bound = Bound::at_least;
  double limit = 0;
};
[[nodiscard]] inline Target ratio_at_least(double limit) {
  return {Target::Of::ratio, Target::Bound::at_least, limit};
}
[[nodiscard]] inline Target ratio_at_most(double limit) {
  return {Target::Of::ratio, Target::Bound::at_most, limit};
}
[[nodiscard]] inline Target value_at_most(double limit) {
  return {Target::Of::value, Target::Bound::at_most, limit};
}

struct Figure {
  std::string name;     ///< of the metric; stable
  std::string variant;  ///< `FULL`, `100000 rows`; may be empty
  std::string unit;
  double value = 0;  ///< median over the runs
  std::string baseline;
  double baseline_value = 0;
  double ratio = 0;  ///< median of the runs' own ratios
  double ratio_min = 0;
  double ratio_max = 0;
  std::optional<double> cpu_ratio;  ///< the same by processor time
  std::optional<double> plain_value;
  std::optional<double> plain_ratio;
  std::size_t runs = 1;
  std::optional<Target> target;
  std::string note;

  [[nodiscard]] std::optional<bool> met() const;
};

/// Collects the runs of one metric.
class Runs {
 public:
  /// One run of each contender that did `units` of work: ours, equal duty, plain (if any).
  void add(const std::vector<Cost>& costs);
  [[nodiscard]] std::size_t count() const noexcept { return wall_.size(); }
  /// Units per second, for us and for the floors; the ratio is ours by the floor's.
  [[nodiscard]] Figure rate(std::string name, std::string variant, std::string unit,
                            double units) const;
  /// Time per unit in `scale`ths of a second (1e6: µs); the ratio is ours by the floor's.
  [[nodiscard]] Figure time(std::string name, std::string variant, std::string unit, double scale,
                            double units) const;

 private:
  [[nodiscard]] Figure figure(bool as_rate, double factor) const;
  std::vector<std::vector<Cost>> wall_;
};

/// One number per run on each side, such as bytes or a percentile.
[[nodiscard]] Figure figure_of(std::string name, std::string variant, std::string unit,
                               const std::vector<double>& ours, std::string baseline,
                               const std::vector<double>& theirs);

class Report {
 public:
  void add(Figure figure);
  void skip(std::string name, std::string why);
  [[nodiscard]] std::string table() const;
  [[nodiscard]] std::string json(const std::string& scale, std::uint64_t seed) const;

 private:
  std::vector<Figure> figures_;
  std::vector<std::pair<std::string, std::string>> skipped_;
};

}  // namespace insieme::bench
