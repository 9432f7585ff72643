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

}  // namespace

Check judge_act(Context& context, Plan& plan) {
  StoreRecords now(context);   // without the act
  StoreRecords then(context);  // with it
  for (const PlannedRecord& planned : plan.judged) then.put(planned.after);
  Verdict verdict;
  for (const PlannedRecord& planned : plan.judged) {
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
