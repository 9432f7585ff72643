#pragma once
// The measures of one table of a report.

#include "insieme/schema/report.hpp"
#include "rules/compile.hpp"

namespace insieme::schema::detail {

void parse_measures(ObjectReader& reader, const RecordType* type,
                    const ExpressionReader::Parameters& parameters, ExpressionReader& expressions,
                    Faults& faults, ReportTable& out);

}  // namespace insieme::schema::detail
