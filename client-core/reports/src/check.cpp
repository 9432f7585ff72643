// What must add up: by the report's own word, and every total by its groups, both ways.

#include <algorithm>

#include "tally.hpp"

namespace insieme::reports {

namespace {

using schema::ReportTerm;

const Figure* figure_of(const ReportResult& result, const ReportTerm& term) {
  const TableResult& table = result.tables[term.table];
  const auto row = term.row ? table.row_of({*term.row}) : table.row_of({});
  return row ? &table.at(*row, table.columns.size() - 1, term.measure) : nullptr;
}

std::int64_t side(const ReportResult& result, const std::vector<ReportTerm>& terms) {
  std::int64_t sum = 0;
  for (const ReportTerm& term : terms) {
    const Figure* figure = figure_of(result, term);
    const std::int64_t value = figure == nullptr ? 0 : figure->value.value_or(0);
    if (__builtin_add_overflow(sum, term.minus ? -value : value, &sum)) return sum;
  }
  return sum;
}

/// The lines of one axis against their parents, for every line of the other.
class CrossFoot {
 public:
  CrossFoot(const TableResult& table, std::size_t measure, bool by_rows, bool many)
      : table_(table), measure_(measure), by_rows_(by_rows), many_(many) {}

  void run(const std::vector<Axis::Family>& families, CheckResult& out) const {
    const std::size_t others = by_rows_ ? table_.columns.size() : table_.rows.size();
    for (const Axis::Family& family : families) {
      for (std::size_t other = 0; other < others; ++other) {
        std::int64_t sum = 0;
        for (const std::size_t child : family.children) sum += at(child, other);
        const std::int64_t total = at(family.parent, other);
        const bool fine = many_ ? sum >= total : sum == total;
        if (out.holds) {  // the first that does not hold is shown, or the last of all
          out.left = sum;
          out.right = total;
        }
        out.holds = out.holds && fine;
      }
    }
  }

 private:
  [[nodiscard]] std::int64_t at(std::size_t line, std::size_t other) const {
    const Figure& figure =
        by_rows_ ? table_.at(line, other, measure_) : table_.at(other, line, measure_);
    return figure.value.value_or(0);
  }
  const TableResult& table_;
  std::size_t measure_;
  bool by_rows_;
  bool many_;
};

void cross_foot(const TableResult& table, bool by_rows, bool many,
                const std::vector<Axis::Family>& families, ReportResult& result) {
  if (families.empty()) return;
  for (std::size_t m = 0; m < table.table->measures.size(); ++m) {
    const schema::ReportMeasure& measure = table.table->measures[m];
    if (!measure.adds_up()) continue;
    CheckResult out;
    out.name =
        "cross_foot." + table.table->name + "." + measure.name + (by_rows ? ".rows" : ".columns");
    const char* it = by_rows ? "le righe fanno il totale" : "le colonne fanno il totale";
    const char* en = by_rows ? "the rows make the total" : "the columns make the total";
    const std::string both_it = table.table->label.it + ", " + measure.label.it + ": ";
    const std::string both_en = table.table->label.en + ", " + measure.label.en + ": ";
    // Who stands in several groups is counted in each, and once in the total.
    out.label = {both_it + (many ? "i gruppi coprono il totale" : it),
                 both_en + (many ? "the groups cover the total" : en)};
    out.unit = measure.unit;
    out.at_most = many;
    CrossFoot(table, m, by_rows, many).run(families, out);
    if (many) std::swap(out.left, out.right);
    result.checks.push_back(std::move(out));
  }
}

/// Whether all sides are of the territory and the fund that were asked for, or none is: a part does
/// not make the whole of something else.
bool is_comparable(const ReportResult& result, const schema::ReportCheck& asked) {
  const auto lacks = [&](const ReportTerm& term, const char* filter) {
    const auto& names = result.tables[term.table].not_filtered_by;
    return std::find(names.begin(), names.end(), filter) != names.end();
  };
  std::vector<ReportTerm> terms = asked.left;
  terms.insert(terms.end(), asked.right.begin(), asked.right.end());
  for (const char* filter : {"territory", "fund"}) {
    const bool first = lacks(terms.front(), filter);
    for (const ReportTerm& term : terms) {
      if (lacks(term, filter) != first) return false;
    }
  }
  return true;
}

}  // namespace

void check(ReportResult& result, const std::vector<std::vector<Axis::Family>>& rows,
           const std::vector<std::vector<Axis::Family>>& columns,
           const std::vector<std::pair<bool, bool>>& many) {
  for (const schema::ReportCheck& asked : result.report->checks) {
    if (asked.given) {
      const Figure* given = figure_of(result, *asked.given);
      if (given == nullptr || given->records.empty()) continue;
    }
    if (!is_comparable(result, asked)) continue;
    CheckResult out;
    out.name = asked.name;
    out.label = asked.label;
    out.at_most = asked.at_most;
    const ReportTerm& first = asked.left.front();
    out.unit = result.report->tables[first.table].measures[first.measure].unit;
    out.left = side(result, asked.left);
    out.right = side(result, asked.right);
    out.holds = asked.at_most ? out.left <= out.right : out.left == out.right;
    result.checks.push_back(std::move(out));
  }
  for (std::size_t i = 0; i < result.tables.size(); ++i) {
    if (!result.tables[i].table->has_total) continue;
    cross_foot(result.tables[i], true, many[i].first, rows[i], result);
    cross_foot(result.tables[i], false, many[i].second, columns[i], result);
  }
}

}  // namespace insieme::reports
