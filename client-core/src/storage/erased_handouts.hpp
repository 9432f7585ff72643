#pragma once
// Hand-outs of other devices that hold something erased. Each is sealed as a whole, so that nothing
// can be taken out of one: it is not kept. Tables `bundles`, `bundle_parts`.

#include "insieme/sync/exchange.hpp"
#include "storage/core.hpp"

namespace insieme::client {

/// Whether something in it that this device can open was erased. What it cannot open stays as it
/// is: it is carried for others, who erase for themselves, and for the server, which does, too.
[[nodiscard]] bool holds_erased(Core& core, const sync::Bundle& bundle);
/// Its letter alone, which only the server opens, until the server has it. Nothing if it has none.
void carry_letter_alone(Core& core, const sync::Bundle& bundle);
/// Whatever is carried and holds something erased goes, but for its letter. Known by name as
/// before, so that it is not taken once more.
void drop_erased_handouts(Core& core);

}  // namespace insieme::client
