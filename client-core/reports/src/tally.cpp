#include "tally.hpp"

#include <cmath>
#include <limits>

namespace insieme::reports {

namespace {

using schema::MeasureKind;
using schema::ReportMeasure;
using schema::ReportUnit;

constexpr double kLargest = 9.0e16;  // hundredths of it fit 64 bits

std::optional<std::int64_t> number_of(const sync::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* date = std::get_if<sync::Date>(&value)) return date->days;
  const auto* real = std::get_if<double>(&value);
  if (real == nullptr || !(std::fabs(*real) < kLargest / 100)) return std::nullopt;
  return static_cast<std::int64_t>(std::llround(*real * 100));
}

std::optional<std::int64_t> value_of(const ReportMeasure& measure, const Figure& a,
                                     const Figure& b) {
  if (!a.value || !b.value) return std::nullopt;
  if (measure.kind == MeasureKind::difference) return *a.value - *b.value;
  if (measure.kind == MeasureKind::quotient) {
    return divided(*a.value, measure.unit == ReportUnit::money ? 1 : 100, *b.value);
  }
  return divided(*a.value, 10'000, *b.value);
}

}  // namespace

std::optional<std::int64_t> divided(std::int64_t a, std::int64_t times, std::int64_t b) {
  if (b == 0) return std::nullopt;
  __extension__ using Wide = __int128;
  const Wide top = static_cast<Wide>(a) * times;
  const bool negative = (top < 0) != (b < 0);
  const Wide upper = top < 0 ? -top : top;
  const Wide lower = b < 0 ? -static_cast<Wide>(b) : static_cast<Wide>(b);
  const Wide whole = (2 * upper + lower) / (2 * lower);
  if (whole > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return negative ? -static_cast<std::int64_t>(whole) : static_cast<std::int64_t>(whole);
}

Contribution contribution_of(const ReportMeasure& measure, const schema::RuleRecord& record,
                             Asker& asker) {
  Contribution out;
  if (measure.is_derived()) return out;
  if (measure.where != nullptr && !asker.holds(*measure.where, record)) return out;
  if (measure.of == nullptr) {
    out.counts = true;
    return out;
  }
  const auto values = asker.values(*measure.of, record);
  out.counts = !values.empty();
  if (measure.kind == MeasureKind::distinct) {
    for (const sync::Value& value : values) out.values.push_back(key_text(value));
  } else if (out.counts) {
    const auto number = number_of(values.front());
    out.counts = number.has_value();
    out.number = number.value_or(0);
  }
  return out;
}

bool Tally::add(const ReportMeasure& measure, const Contribution& what,
                const sync::RecordId& record, const std::vector<std::string>& people) {
  if (!what.counts) return true;
  const bool first = records_.empty();
  records_.insert(record);
  people_.insert(people.begin(), people.end());
  different_.insert(what.values.begin(), what.values.end());
  least_ = first ? what.number : std::min(least_, what.number);
  greatest_ = first ? what.number : std::max(greatest_, what.number);
  const bool adds = measure.kind == MeasureKind::sum || measure.kind == MeasureKind::mean;
  return !adds || !__builtin_add_overflow(sum_, what.number, &sum_);
}

Figure Tally::figure(const ReportMeasure& measure) const {
  Figure out;
  out.records.assign(records_.begin(), records_.end());
  out.people = static_cast<std::int64_t>(people_.size());
  const auto number = static_cast<std::int64_t>(records_.size());
  switch (measure.kind) {
    case MeasureKind::count:
      out.value = number;
      break;
    case MeasureKind::distinct:
      out.value = static_cast<std::int64_t>(different_.size());
      break;
    case MeasureKind::sum:
      out.value = sum_;
      break;
    case MeasureKind::mean:
      // A mean of whole numbers has hundredths; of money and of hundredths it keeps the unit.
      out.value = divided(
          sum_, measure.unit == ReportUnit::hundredths && !measure.of_real ? 100 : 1, number);
      break;
    case MeasureKind::least:
      if (number > 0) out.value = least_;
      break;
    case MeasureKind::greatest:
      if (number > 0) out.value = greatest_;
      break;
    default:
      break;
  }
  return out;
}

void derive(TableResult& table) {
  const auto& measures = table.table->measures;
  const std::size_t last_row = table.rows.size() - 1;
  const std::size_t last_column = table.columns.size() - 1;
  for (std::size_t m = 0; m < measures.size(); ++m) {
    if (!measures[m].is_derived()) continue;
    const bool share = measures[m].kind == MeasureKind::share;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      for (std::size_t column = 0; column < table.columns.size(); ++column) {
        const Figure& a = table.at(row, column, measures[m].first);
        const Figure& b = share ? table.at(last_row, last_column, measures[m].first)
                                : table.at(row, column, measures[m].second);
        std::set<sync::RecordId> records(a.records.begin(), a.records.end());
        if (!share) records.insert(b.records.begin(), b.records.end());
        Figure& out = table.figures[table.place(row, column, m)];
        out.value = value_of(measures[m], a, b);
        out.people = a.people;
        out.records.assign(records.begin(), records.end());
      }
    }
  }
}

}  // namespace insieme::reports
