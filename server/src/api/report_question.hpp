#pragma once
// A question for a report as it comes over HTTP, and one computation at a time.

#include <boost/json/value.hpp>

#include <functional>
#include <variant>

#include "api/handlers.hpp"
#include "insieme/server/reporting.hpp"

namespace insieme::server {

/// `with` of a request: an object of texts. What is wrong with it; nothing: it was added.
[[nodiscard]] std::optional<Response> take_parameters(const boost::json::value& with,
                                                      SpaceRequest& request);

/// Who asks while another report is computed is told when to come back (503).
[[nodiscard]] std::variant<SpaceReport, Response> compute(
    const Services& services, const SpaceRequest& request,
    const std::function<Response(const Status&)>& refuse);

}  // namespace insieme::server
