#pragma once
// What happened to the store that its owner should know of: kept until they say that they read it.

#include "storage/core.hpp"

namespace insieme::client {

/// Something that people should know of and that was dealt with. One sentence each, without a full
/// stop.
void raise_notice(Core& core, const std::string& english, const std::string& italian);
/// Oldest first.
[[nodiscard]] std::vector<Notice> read_notices(Core& core);
/// Those up to this number were read.
void drop_notices(Core& core, std::int64_t up_to);

/// The server does not accept this device, in its words (English, and after a line end Italian);
/// empty once it does again.
void note_refusal(Core& core, const std::string& why);

}  // namespace insieme::client
