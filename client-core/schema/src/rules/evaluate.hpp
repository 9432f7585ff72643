#pragma once
// The value of an expression for one record.

#include "rules/datum.hpp"
#include "rules/expression.hpp"

namespace insieme::schema::rules {

struct Evaluation {
  Datum value;
  bool exceeded = false;  ///< it took more than kStepsMax steps; the value means nothing
};

[[nodiscard]] Evaluation evaluate(const Bundle& bundle, const Node& node, const RuleRecord& record,
                                  const RuleRecord* before, RecordSource& others,
                                  const std::vector<sync::Value>& parameters = {});

}  // namespace insieme::schema::rules
