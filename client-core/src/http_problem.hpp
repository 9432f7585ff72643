#pragma once
// Answers that are not what was hoped for, and JSON bodies of the small requests.

#include <string>
#include <string_view>
#include <vector>

#include "insieme/client/transport.hpp"

namespace insieme::client {

/// What a stranger wrote, fit to be shown: one line, not long, no broken letter at its end.
[[nodiscard]] std::string shown_line(std::string text);
/// One sentence: the server's own (application/problem+json `detail`), or ours.
[[nodiscard]] std::string sentence_of(const HttpReply& reply);
/// Whether the server says that the request was damaged on its way.
[[nodiscard]] bool says_damaged(const HttpReply& reply);
/// The error that a status other than 200 stands for.
[[nodiscard]] Error error_of(const HttpReply& reply);

}  // namespace insieme::client
