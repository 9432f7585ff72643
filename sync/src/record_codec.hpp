#pragma once
// The parts of a record's canonical form, for whoever writes them in another order.

#include "codec.hpp"
#include "insieme/sync/record.hpp"

namespace insieme::sync {

/// A field without its name.
void write_field_content(WireOut& ar, const FieldState& field);
[[nodiscard]] FieldState read_field_content(WireIn& ar, std::string name);
/// Everything but id, type and fields.
void write_record_rest(WireOut& ar, const RecordState& record);
void read_record_rest(WireIn& ar, RecordState& record);

}  // namespace insieme::sync
