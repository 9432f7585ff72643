#pragma once
// From the state that merged to what a record shows, which is what rules and reports look at.

#include "insieme/schema/validate.hpp"
#include "insieme/sync/record.hpp"

namespace insieme::schema {

/// Adds what `part`, the record or its facet in one section, shows now. `type` may be null: the
/// bundle does not know it. A field that shows nothing is there without values.
void add_shown(RecordValues& values, const RecordType* type, const sync::RecordState& part);

}  // namespace insieme::schema
