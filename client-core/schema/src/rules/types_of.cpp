// What others need of expressions: their values, and which records they look at.

#include "insieme/schema/evaluate.hpp"
#include "rules/evaluate.hpp"

namespace insieme::schema {

namespace {

void add_types(const rules::Node& node, std::set<std::string>& types) {
  if (!node.type.record.empty()) types.insert(node.type.record);
  if (!node.record_type.empty()) types.insert(node.record_type);
  for (const rules::Node& arg : node.args) add_types(arg, types);
}

void add_types(const std::shared_ptr<const Expression>& expression, std::set<std::string>& types) {
  if (expression != nullptr) add_types_of(*expression, types);
}

void add_types(const std::vector<ReportGroup>& groups, std::set<std::string>& types) {
  for (const ReportGroup& group : groups) {
    add_types(group.by, types);
    add_types(group.keys, types);
    if (!group.keys_type.empty()) types.insert(group.keys_type);
    // Their titles are the names of the groups.
    if (!group.as.target.empty()) types.insert(group.as.target);
  }
}

}  // namespace

Result<std::vector<sync::Value>> evaluate(const Bundle& bundle, const Expression& expression,
                                          const RuleRecord& record, RecordSource& others,
                                          const std::vector<sync::Value>& parameters) {
  rules::Evaluation out =
      rules::evaluate(bundle, expression.root(), record, nullptr, others, parameters);
  if (out.exceeded) return {ErrorCode::limit_exceeded, "too many records for one expression"};
  if (rules::is_nothing(out.value)) return std::vector<sync::Value>{};
  if (auto* set = std::get_if<std::vector<sync::Value>>(&out.value)) return std::move(*set);
  if (auto* value = std::get_if<sync::Value>(&out.value)) {
    return std::vector<sync::Value>{std::move(*value)};
  }
  return std::vector<sync::Value>{};
}

void add_types_of(const Expression& expression, std::set<std::string>& types) {
  add_types(expression.root(), types);
}

std::set<std::string> types_of(const Report& report) {
  std::set<std::string> types;
  for (const ReportParameter& parameter : report.parameters) {
    if (!parameter.as.target.empty()) types.insert(parameter.as.target);
  }
  for (const ReportTable& table : report.tables) {
    types.insert(table.type);
    for (const auto& expression : {table.where, table.date, table.during_from, table.during_to,
                                   table.place, table.fund, table.people}) {
      add_types(expression, types);
    }
    add_types(table.rows, types);
    add_types(table.columns, types);
    for (const ReportMeasure& measure : table.measures) {
      add_types(measure.of, types);
      add_types(measure.where, types);
    }
  }
  return types;
}

std::set<std::string> types_of(const Rule& rule) {
  std::set<std::string> types{rule.type};
  add_types(rule.when, types);
  add_types(rule.check, types);
  for (const Shown& one : rule.shows) add_types(one.value, types);
  return types;
}

}  // namespace insieme::schema
