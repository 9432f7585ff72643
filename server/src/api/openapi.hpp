#pragma once
// The document of the HTTP interface (OpenAPI 3.1), made from the table of routes.

#include <boost/json/value.hpp>

namespace insieme::server {

[[nodiscard]] boost::json::value openapi_document();

/// `components`: schemas, parameters, headers and security schemes that the table names.
[[nodiscard]] boost::json::value openapi_components();

}  // namespace insieme::server
