#pragma once
// Answers to requests that wrote something: whoever asks again with the same id, because the answer
// was lost with a page or a battery, is told the same and nothing is done twice.

#include <cstdint>
#include <optional>
#include <string>

#include "storage/core.hpp"

namespace insieme::client {

/// What was answered to this request; nothing if it is new. Refuses an id that was used for
/// something else (conflict), and one whose answer is not kept any longer (expired).
[[nodiscard]] std::optional<std::string> answer_to(Core& core, const std::string& request_id,
                                                   std::uint64_t fingerprint);

/// Keeps an answer. Of the newest 8 requests and of others up to some 256 KB the answers stay, of
/// the newest 10,000 that they were carried out.
void keep_answer(Core& core, const std::string& request_id, std::uint64_t fingerprint,
                 const std::string& answer);

}  // namespace insieme::client
