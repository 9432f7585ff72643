#pragma once
// Requests that the core asks its host to perform.

#include "insieme/client/transport.hpp"
#include "program.hpp"

namespace insieme::cli {

/// Out of `{"url","pin","headers","total_timeout_ms",…}`; what is absent stays as it is by default.
[[nodiscard]] client::HttpRequest request_of(const json::object& post);
/// Of such an object, or 0.
[[nodiscard]] std::int64_t number_at(const json::object& object, std::string_view name);

}  // namespace insieme::cli
