// The rules of the bundle over a whole act, before anything of it is written.
#include <algorithm>

#include "commands/records/plan.hpp"
#include "commands/records/record_source.hpp"

namespace insieme::client::commands {
namespace {

/// Rules that the record broke already and that this save does not touch.
bool was_broken(const std::vector<schema::Problem>& before, const schema::Problem& problem,
                const std::vector<std::string>& changed) {
  if (std::find(changed.begin(), changed.end(), problem.field) != changed.end()) return false;
  return std::any_of(before.begin(), before.end(), [&problem](const schema::Problem& other) {
    return other.rule == problem.rule;
  });
}

struct Verdict {
  std::string it;
  std::string en;
  json::array errors;
};

void judge_one(Context& context, const PlannedRecord& planned, StoreRecords& then,
               StoreRecords& now, Plan& plan, Verdict& verdict) {
  const schema::RecordType* type = context.bundle().find_type(planned.after.type);
  const schema::SaveContext save{planned.before ? &*planned.before : nullptr, planned.changed};
  std::vector<schema::Problem> before;
  if (planned.before) {
    before = schema::check_standing_rules(context.bundle(), *planned.before, now);
  }
  for (const schema::Problem& problem :
       schema::check_rules(context.bundle(), planned.after, save, then)) {
    if (was_broken(before, problem, planned.changed)) continue;
    json::object shown = to_json(problem, *type, context.language);
    if (problem.severity == schema::Severity::warning) {
      shown["record"] = sync::to_text(planned.after.id);
      plan.warnings.push_back(std::move(shown));
      continue;
    }
    verdict.it += (verdict.it.empty() ? "" : " ") + problem.message_it;
    verdict.en += (verdict.en.empty() ? "" : " ") + problem.message_en;
    verdict.errors.push_back(std::move(shown));
  }
}

/// Days since 1970 of a date or, in UTC, of an instant.
std::optional<std::int64_t> day_of(const sync::Value& value) {
  constexpr std::int64_t kDayMs = 86'400'000;
  if (const auto* date = std::get_if<sync::Date>(&value)) return date->days;
  if (const auto* instant = std::get_if<sync::Instant>(&value)) return instant->ms / kDayMs;
  return std::nullopt;
}

/// A year typed wrong is found by looking at the clock. That may be wrong itself: nothing is
/// refused, and what was saved before is not told again.
void doubt_days_ahead(Context& context, const PlannedRecord& planned, Plan& plan) {
  const schema::RecordType* type = context.bundle().find_type(planned.after.type);
  if (type == nullptr) return;
  const std::int64_t today = *day_of(sync::Instant{context.platform().now_ms()});
  for (const std::string& name : planned.changed) {
    const schema::Field* field = type->find_field(name);
    const auto values = planned.after.values.find(name);
    if (field == nullptr || !field->ahead_max_days) continue;
    if (values == planned.after.values.end()) continue;
    for (const sync::Value& value : values->second) {
      const auto day = day_of(value);
      // One more: it may be tomorrow in Rome already.
      if (!day || *day <= today + *field->ahead_max_days + 1) continue;
      json::object shown =
          to_json(schema::Problem{name, schema::Severity::warning, "ahead",
                                  field->label.it + ": è nel futuro, ricontrolla l'anno.",
                                  field->label.en + ": this lies ahead, check the year."},
                  *type, context.language);
      shown["record"] = sync::to_text(planned.after.id);
      plan.warnings.push_back(std::move(shown));
    }
  }
}

}  // namespace

Check judge_act(Context& context, Plan& plan) {
  StoreRecords now(context);   // without the act
  StoreRecords then(context);  // with it
  for (const PlannedRecord& planned : plan.judged) then.put(planned.after);
  Verdict verdict;
  for (const PlannedRecord& planned : plan.judged) {
    doubt_days_ahead(context, planned, plan);
    if (context.bundle().rules_of_type.count(planned.after.type) == 0) continue;
    judge_one(context, planned, then, now, plan, verdict);
  }
  INSIEME_OUT(now.status());
  INSIEME_OUT(then.status());
  if (verdict.errors.empty()) return Done{};
  Failure failure("invalid_record", verdict.it, verdict.en);
  if (verdict.errors.size() == 1) failure.field = text_at(verdict.errors[0].as_object(), "field");
  failure.problems = std::move(verdict.errors);
  return failure;
}

}  // namespace insieme::client::commands
