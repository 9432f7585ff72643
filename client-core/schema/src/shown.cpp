#include "insieme/schema/shown.hpp"

#include "insieme/schema/types.hpp"

namespace insieme::schema {

void add_shown(RecordValues& values, const RecordType* type, const sync::RecordState& part) {
  for (const sync::FieldState& state : part.fields) {
    const Field* field = type != nullptr ? type->find_field(state.name) : nullptr;
    std::vector<sync::Value>& shown = values[state.name];
    if (const auto* survivor =
            sync::displayed(state, field != nullptr ? field->policy : RegisterPolicy::review)) {
      shown.push_back(survivor->value);
    }
    for (const sync::SetMember& member : state.members) shown.push_back(member.element);
    if (!state.shares.empty()) shown.emplace_back(sync::counter_total(state));
    if (!state.text.empty()) shown.emplace_back(state.text.text());
    if (!state.escrow.empty()) shown.emplace_back(static_cast<std::int64_t>(state.escrow.left()));
  }
}

}  // namespace insieme::schema
