#include "insieme/reports/run.hpp"

#include <algorithm>

#include "tally.hpp"

namespace insieme::reports {

namespace {

using schema::ReportTable;

bool is_given(const sync::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return !std::holds_alternative<sync::Null>(value) && (text == nullptr || !text->empty());
}

/// The standard filters of one table.
class Filter {
 public:
  Filter(const ReportTable& table, Asker& asker)
      : table_(table),
        asker_(asker),
        from_(std::get_if<sync::Date>(&asker.parameters()[schema::kFrom])),
        to_(std::get_if<sync::Date>(&asker.parameters()[schema::kTo])) {}

  bool passes(const schema::RuleRecord& record) {
    if (table_.where != nullptr && !asker_.holds(*table_.where, record)) return false;
    return in_period(record) && of_fund(record) && in_place(record);
  }

  [[nodiscard]] std::size_t placeless() const noexcept { return placeless_; }

  [[nodiscard]] std::vector<std::string> not_applied() const {
    std::vector<std::string> out;
    const auto& given = asker_.parameters();
    const bool dated = table_.date != nullptr || table_.during_from != nullptr;
    if (from_ != nullptr && !dated) out.emplace_back("from");
    if (to_ != nullptr && !dated) out.emplace_back("to");
    if (is_given(given[schema::kTerritory]) && table_.place == nullptr) {
      out.emplace_back("territory");
    }
    if (is_given(given[schema::kFund]) && table_.fund == nullptr) out.emplace_back("fund");
    return out;
  }

 private:
  std::optional<sync::Date> date(const std::shared_ptr<const schema::Expression>& expression,
                                 const schema::RuleRecord& record) {
    if (expression == nullptr) return std::nullopt;
    const auto values = asker_.values(*expression, record);
    const auto* found = values.empty() ? nullptr : std::get_if<sync::Date>(&values.front());
    if (found == nullptr) return std::nullopt;
    return *found;
  }

  /// A record without a date lies in no period; an absent end of a stay is open.
  bool in_period(const schema::RuleRecord& record) {
    if (from_ == nullptr && to_ == nullptr) return true;
    if (table_.date != nullptr) {
      const auto on = date(table_.date, record);
      return on && (from_ == nullptr || *from_ <= *on) && (to_ == nullptr || *on <= *to_);
    }
    if (table_.during_from == nullptr) return true;
    const auto begins = date(table_.during_from, record);
    const auto ends = date(table_.during_to, record);
    return (to_ == nullptr || !begins || *begins <= *to_) &&
           (from_ == nullptr || !ends || *from_ <= *ends);
  }

  /// A commune lies in its area; what is about an area concerns each of its communes.
  bool in_place(const schema::RuleRecord& record) {
    const sync::Value& wanted = asker_.parameters()[schema::kTerritory];
    if (table_.place == nullptr || !is_given(wanted)) return true;
    const std::string territory = key_text(wanted);
    const auto values = asker_.values(*table_.place, record);
    if (values.empty()) ++placeless_;
    return std::any_of(values.begin(), values.end(), [&](const sync::Value& value) {
      const std::string code = key_text(value);
      return code == territory || area_of(code) == territory || code == area_of(territory);
    });
  }

  /// Of a commune; empty if the code is none.
  [[nodiscard]] std::string area_of(const std::string& code) const {
    const schema::CodeList* communes = asker_.bundle().find_list("communes");
    const schema::CodeValue* commune = communes == nullptr ? nullptr : communes->find(code);
    return commune == nullptr ? std::string() : std::string(commune->attribute("ambito"));
  }

  bool of_fund(const schema::RuleRecord& record) {
    const sync::Value& wanted = asker_.parameters()[schema::kFund];
    if (table_.fund == nullptr || !is_given(wanted)) return true;
    const auto values = asker_.values(*table_.fund, record);
    return std::any_of(values.begin(), values.end(),
                       [&](const sync::Value& value) { return sync::equal(value, wanted); });
  }

  const ReportTable& table_;
  Asker& asker_;
  const sync::Date* from_;
  const sync::Date* to_;
  std::size_t placeless_ = 0;
};

struct Counted {
  const schema::RuleRecord* record = nullptr;
  std::vector<Path> rows;
  std::vector<Path> columns;
};

/// One table: its records into groups, the groups into lines, the lines into figures.
class TableRun {
 public:
  TableRun(const ReportTable& table, Asker& asker)
      : table_(table), asker_(asker), rows(table.rows, asker), columns(table.columns, asker) {}

  TableResult run() {
    Filter filter(table_, asker_);
    std::vector<Counted> counted;
    for (const auto* record : asker_.records().all(table_.type)) {
      if (!asker_.status().ok()) break;
      if (!filter.passes(*record)) continue;
      counted.push_back({record, rows.paths_of(*record), columns.paths_of(*record)});
      rows.note(counted.back().rows);
      columns.note(counted.back().columns);
    }
    rows.build();
    columns.build();
    TableResult out;
    out.table = &table_;
    out.rows = rows.lines();
    out.columns = columns.lines();
    out.not_filtered_by = filter.not_applied();
    out.placeless = filter.placeless();
    tallies_.resize(out.rows.size() * out.columns.size() * table_.measures.size());
    for (const Counted& one : counted) count(one, out);
    for (std::size_t i = 0; i < tallies_.size(); ++i) {
      out.figures.push_back(tallies_[i].figure(table_.measures[i % table_.measures.size()]));
    }
    derive(out);
    return out;
  }

 private:
  void count(const Counted& one, const TableResult& out) {
    std::vector<std::string> people;
    if (table_.people != nullptr) {
      for (const sync::Value& value : asker_.values(*table_.people, *one.record)) {
        people.push_back(key_text(value));
      }
    }
    const auto in_rows = rows.lines_of(one.rows);
    const auto in_columns = columns.lines_of(one.columns);
    for (std::size_t m = 0; m < table_.measures.size(); ++m) {
      const Contribution what = contribution_of(table_.measures[m], *one.record, asker_);
      if (!what.counts) continue;
      for (const std::size_t row : in_rows) {
        for (const std::size_t column : in_columns) {
          Tally& tally = tallies_[out.place(row, column, m)];
          if (tally.add(table_.measures[m], what, one.record->id, people)) continue;
          asker_.fail({ErrorCode::limit_exceeded, "a sum does not fit: " + table_.name});
        }
      }
    }
  }

  const ReportTable& table_;
  Asker& asker_;
  std::vector<Tally> tallies_;

 public:
  Axis rows;
  Axis columns;
};

std::optional<std::size_t> line_of(const std::vector<Line>& lines,
                                   const std::vector<std::string>& keys) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (ids_of(lines[i].keys) == keys) return i;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> TableResult::row_of(const std::vector<std::string>& keys) const {
  return line_of(rows, keys);
}
std::optional<std::size_t> TableResult::column_of(const std::vector<std::string>& keys) const {
  return line_of(columns, keys);
}

bool ReportResult::holds() const noexcept {
  return std::all_of(checks.begin(), checks.end(), [](const CheckResult& c) { return c.holds; });
}

std::optional<sync::Value> territory_of(const schema::Bundle& bundle, std::string_view text) {
  for (const char* name : {"ambiti", "communes"}) {
    schema::Field code;
    code.name = "territory";
    code.kind = schema::FieldKind::code;
    code.list = name;
    const auto found = schema::value_from_text(code, text, bundle);
    const schema::CodeList* list = bundle.find_list(name);
    const auto* known = found.ok() ? std::get_if<std::string>(&found.value()) : nullptr;
    if (known != nullptr && list != nullptr && list->find(*known) != nullptr) return *found;
  }
  return std::nullopt;
}

Result<ReportResult> run(const schema::Bundle& bundle, const Request& request, Records& records) {
  const schema::Report& report = *request.report;
  ReportResult out;
  out.report = &report;
  out.parameters = request.parameters;
  out.parameters.resize(report.parameters.size());
  for (std::size_t i = 0; i < report.parameters.size(); ++i) {
    if (!report.parameters[i].required || is_given(out.parameters[i])) continue;
    return {ErrorCode::invalid_argument, "the report needs " + report.parameters[i].name};
  }
  Asker asker(bundle, out.parameters, records);
  std::vector<std::vector<Axis::Family>> rows;
  std::vector<std::vector<Axis::Family>> columns;
  std::vector<std::pair<bool, bool>> many;
  for (const ReportTable& table : report.tables) {
    TableRun one(table, asker);
    out.tables.push_back(one.run());
    if (!asker.status().ok()) return asker.status().error();
    rows.push_back(one.rows.families());
    columns.push_back(one.columns.families());
    many.emplace_back(one.rows.many(), one.columns.many());
  }
  check(out, rows, columns, many);
  if (request.protect) protect(out, rows, columns);
  return out;
}

}  // namespace insieme::reports
