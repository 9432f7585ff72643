// Judging records by the rules of the bundle, and saying what is wrong and what to do.

#include <algorithm>

#include "insieme/schema/rules.hpp"
#include "rules/evaluate.hpp"

namespace insieme::schema {

namespace {

using rules::Evaluation;

const sync::Value* first_of(const RuleRecord& record, std::string_view field) {
  const auto found = record.values.find(field);
  return found == record.values.end() || found->second.empty() ? nullptr : &found->second.front();
}

bool shows_one_of(const RuleRecord* record, const Condition& condition) {
  const sync::Value* value = record == nullptr ? nullptr : first_of(*record, condition.field);
  const auto* code = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return code != nullptr && std::find(condition.values.begin(), condition.values.end(), *code) !=
                                condition.values.end();
}

/// One record under judgement.
class Judge {
 public:
  Judge(const Bundle& bundle, const RuleRecord& record, const RuleRecord* before,
        RecordSource& others)
      : bundle_(bundle),
        type_(bundle.find_type(record.type)),
        record_(record),
        before_(before),
        others_(others) {}

  void judge(const Rule& rule, Severity told, std::vector<Problem>& problems) {
    if (type_ == nullptr) return;
    bool exceeded = false;
    if (rule.when != nullptr && truth(*rule.when, exceeded) != true && !exceeded) return;
    const auto fine = exceeded ? std::nullopt : truth(*rule.check, exceeded);
    if (exceeded) {
      problems.push_back({rule.field, Severity::warning, rule.name,
                          "Regola non verificata: riguarda troppe schede. Chiedi al coordinatore.",
                          "Rule not checked: it concerns too many records. Ask the coordinator."});
      return;
    }
    if (fine != false) return;
    problems.push_back(
        {rule.field, told, rule.name, sentence(rule, Language::it), sentence(rule, Language::en)});
  }

 private:
  Evaluation evaluate(const Expression& expression) {
    return rules::evaluate(bundle_, expression.root(), record_, before_, others_);
  }

  std::optional<bool> truth(const Expression& expression, bool& exceeded) {
    const Evaluation out = evaluate(expression);
    exceeded = out.exceeded;
    const bool* known = rules::get<bool>(out.value);
    if (known == nullptr || exceeded) return std::nullopt;
    return *known;
  }

  [[nodiscard]] std::string shown_field(const Field& field, Language language) const {
    std::string out;
    const auto found = record_.values.find(field.name);
    const bool names_records =
        field.kind == FieldKind::reference || field.kind == FieldKind::references;
    if (found == record_.values.end() || field.sensitive || names_records) return out;
    for (const sync::Value& value : found->second) {
      const std::string text = value_to_text(field, value, bundle_, language);
      if (!out.empty() && !text.empty()) out += ", ";
      out += text;
    }
    return out;
  }

  std::string named(const Rule& rule, std::string_view name, Language language) {
    for (const Shown& one : rule.shows) {
      if (one.name != name) continue;
      const Evaluation out = evaluate(*one.value);
      const auto* value = std::get_if<sync::Value>(&out.value);
      const std::string text =
          value == nullptr ? std::string() : value_to_text(one.as, *value, bundle_, language);
      return text.empty() ? "?" : text;
    }
    const Field* field = type_->find_field(name);
    const std::string text = field == nullptr ? std::string() : shown_field(*field, language);
    return text.empty() ? "?" : text;
  }

  std::string filled_in(const Rule& rule, std::string_view text, Language language) {
    std::string out;
    while (!text.empty()) {
      const std::size_t open = text.find('{');
      out += text.substr(0, open);
      if (open == std::string_view::npos) break;
      const std::size_t close = text.find('}', open);
      out += named(rule, text.substr(open + 1, close - open - 1), language);
      text.remove_prefix(close + 1);
    }
    return out;
  }

  /// Field and value, what is wrong, what to do.
  std::string sentence(const Rule& rule, Language language) {
    std::string out;
    if (const Field* field = type_->find_field(rule.field); field != nullptr) {
      const std::string value = shown_field(*field, language);
      out = language == Language::it ? "«" + field->label.it + "»" : "“" + field->label.en + "”";
      if (!value.empty()) out += " (" + value + ")";
    } else {
      out = type_->label.in(language);
    }
    out += ": " + filled_in(rule, rule.message.in(language), language);
    return out + " " + filled_in(rule, rule.remedy.in(language), language);
  }

  const Bundle& bundle_;
  const RecordType* type_;
  const RuleRecord& record_;
  const RuleRecord* before_;
  RecordSource& others_;
};

bool applies(const Rule& rule, const RuleRecord& record, const SaveContext& save) {
  if (rule.entering) {
    if (!shows_one_of(&record, *rule.entering) || shows_one_of(save.before, *rule.entering)) {
      return false;
    }
  }
  if (rule.changing.empty()) return true;
  return std::any_of(rule.changing.begin(), rule.changing.end(), [&save](const std::string& name) {
    return std::find(save.changed.begin(), save.changed.end(), name) != save.changed.end();
  });
}

}  // namespace

std::string_view name_of(RuleSeverity severity) noexcept {
  switch (severity) {
    case RuleSeverity::blocks:
      return "blocks";
    case RuleSeverity::warns:
      return "warns";
    case RuleSeverity::item:
      return "item";
  }
  return "blocks";
}

std::vector<Problem> check_rules(const Bundle& bundle, const RuleRecord& record,
                                 const SaveContext& save, RecordSource& others) {
  std::vector<Problem> problems;
  Judge judge(bundle, record, save.before, others);
  for (const Rule* rule : bundle.rules_for(record.type)) {
    if (rule->severity == RuleSeverity::item || !applies(*rule, record, save)) continue;
    const bool blocks = rule->severity == RuleSeverity::blocks;
    judge.judge(*rule, blocks ? Severity::error : Severity::warning, problems);
  }
  return problems;
}

std::vector<Problem> check_standing_rules(const Bundle& bundle, const RuleRecord& record,
                                          RecordSource& others) {
  std::vector<Problem> problems;
  Judge judge(bundle, record, nullptr, others);
  for (const Rule* rule : bundle.rules_for(record.type)) {
    if (rule->severity == RuleSeverity::warns || !rule->standing) continue;
    const bool blocks = rule->severity == RuleSeverity::blocks;
    judge.judge(*rule, blocks ? Severity::error : Severity::warning, problems);
  }
  return problems;
}

std::vector<ComputedValue> computed_values(const Bundle& bundle, const RuleRecord& record,
                                           RecordSource& others) {
  std::vector<ComputedValue> out;
  for (const ComputedField& field : bundle.computed) {
    if (field.type != record.type) continue;
    const Evaluation result = rules::evaluate(bundle, field.value->root(), record, nullptr, others);
    const auto* value = std::get_if<sync::Value>(&result.value);
    const bool known = value != nullptr && !result.exceeded;
    out.push_back({&field, known ? *value : sync::Value{sync::Null{}}});
  }
  return out;
}

Result<sync::Value> evaluate_expression(const Bundle& bundle, std::string_view source,
                                        const RuleRecord& record, RecordSource& others) {
  const RecordType* type = bundle.find_type(record.type);
  if (type == nullptr) return {ErrorCode::not_found, "no such record type"};
  rules::Fault fault;
  auto parsed = rules::parse(source, fault);
  if (!parsed || !rules::check_types(bundle, *type, {}, *parsed, fault)) {
    return {ErrorCode::malformed,
            "at character " + std::to_string(fault.at + 1) + ": " + fault.reason};
  }
  const Evaluation out = rules::evaluate(bundle, *parsed, record, nullptr, others);
  if (out.exceeded) return {ErrorCode::limit_exceeded, "too many records for one expression"};
  const auto* value = std::get_if<sync::Value>(&out.value);
  return value == nullptr ? sync::Value{sync::Null{}} : *value;
}

}  // namespace insieme::schema
