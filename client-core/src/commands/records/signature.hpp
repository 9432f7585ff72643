#pragma once
// A new signature says under which text it stands (findings/signed_text.hpp).

#include "commands/records/plan.hpp"

namespace insieme::client::commands {

/// Adds the digest to a new signature that brings none.
[[nodiscard]] Check plan_signature(Context& context, const RecordRef& ref,
                                   schema::RecordValues& after, Plan& plan);

}  // namespace insieme::client::commands
