#pragma once
// The document of the HTTP interface (OpenAPI 3.1), made from the table of routes.

#include <boost/json/value.hpp>

namespace insieme::server {

[[nodiscard]] boost::json::value openapi_document();

/// `components`: schemas, parameters, headers and security schemes that the table names.
[[nodiscard]] boost::json::value openapi_components();
/// Those of its schemas that no exchange of records needs.
[[nodiscard]] boost::json::object openapi_office_schemas();

}  // namespace insieme::server
