#include "api/openapi.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "api/problem.hpp"
#include "api/routes.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

constexpr std::string_view kProblemType = "application/problem+json";

json::object reference(std::string_view section, std::string_view name) {
  return {{"$ref", "#/components/" + std::string(section) + "/" + std::string(name)}};
}

json::object content(std::string_view type, std::string_view what) {
  // Bytes that are no JSON have no schema in OpenAPI 3.1.
  json::object media;
  if (!what.empty()) media["schema"] = reference("schemas", what);
  return {{type, std::move(media)}};
}

/// `/v1/device-policy` by POST is `postV1DevicePolicy`.
std::string operation_id(const Route& route) {
  std::string id;
  for (const char c : route.method) id += static_cast<char>(c - 'A' + 'a');
  bool capital = true;
  for (const char c : route.path) {
    if (c == '/' || c == '-' || c == '.') {
      capital = true;
      continue;
    }
    id += capital && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    capital = false;
  }
  return id;
}

/// Its own, and what any route may answer.
std::vector<std::string> refusals_of(const Route& route) {
  std::vector<std::string> all = split_names(route.refusals);
  for (const char* status : {"405", "413", "415", "429", "431", "500", "503"}) {
    all.emplace_back(status);
  }
  if (route.proof != Proof::none) all.insert(all.end(), {"401", "403"});
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

/// What every answer tells.
json::object headers_of_all() {
  json::object headers;
  for (const char* name :
       {"X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}) {
    headers[name] = reference("headers", name);
  }
  return headers;
}

json::object success_of(const Route& route) {
  json::object response{{"description", route.summary}};
  response["headers"] = headers_of_all();
  if (!route.gives.empty()) response["content"] = content(route.gives, route.gives_what);
  return response;
}

/// One of these is enough; an empty one: nothing, for some callers.
json::array security_of(const Route& route) {
  json::array any;
  if (route.proof == Proof::device) any.push_back(json::object{{"device", json::array{}}});
  if (route.proof == Proof::machine) any.push_back(json::object{{"pdnd", json::array{}}});
  if (route.scope.empty()) return any;
  if (route.proof == Proof::none) any.push_back(json::object{});
  any.push_back(json::object{{"machine", {route.scope}}});
  return any;
}

json::object operation_of(const Route& route) {
  json::object operation{{"operationId", operation_id(route)}, {"summary", route.summary}};
  json::array parameters;
  for (const std::string& name : split_names(route.parameters)) {
    parameters.push_back(reference("parameters", name));
  }
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (!route.takes.empty()) {
    operation["requestBody"] =
        json::object{{"required", true}, {"content", content(route.takes, route.takes_what)}};
  }
  if (route.body_bytes_max > 0) operation["x-body-bytes-max"] = route.body_bytes_max;
  operation["security"] = security_of(route);
  json::object responses;
  responses[std::to_string(route.success)] = success_of(route);
  if (route.has_ranges) {
    json::object part = success_of(route);
    part["description"] = "The range that was asked for, or its beginning";
    part["headers"].as_object()["Content-Range"] = reference("headers", "Content-Range");
    responses["206"] = std::move(part);
  }
  for (const std::string& status : refusals_of(route)) {
    responses[status] = reference("responses", "Problem" + status);
  }
  operation["responses"] = std::move(responses);
  return operation;
}

/// One response per status, whose `type` is one of those that go with it.
json::object problem_responses() {
  json::object responses;
  for (const ProblemKind& kind : problem_kinds()) {
    json::array types;
    for (const std::string& slug : split_names(kind.slugs)) {
      types.emplace_back("/problems/" + slug);
    }
    json::object schema{
        {"allOf", json::array{reference("schemas", "Problem"),
                              json::object{{"properties",
                                            json::object{{"status", {{"const", kind.status}}},
                                                         {"type", {{"enum", types}}}}}}}}};
    json::object headers = headers_of_all();
    for (const std::string& name : split_names(kind.headers)) {
      headers[name] = reference("headers", name);
    }
    responses["Problem" + std::to_string(kind.status)] =
        json::object{{"description", kind.title},
                     {"headers", std::move(headers)},
                     {"content", {{kProblemType, {{"schema", std::move(schema)}}}}}};
  }
  return responses;
}

}  // namespace

json::value openapi_document() {
  json::object paths;
  for (const Route& route : routes()) {
    json::value& item = paths[route.path];
    if (!item.is_object()) item.emplace_object();
    std::string method(route.method);
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    item.get_object()[method] = operation_of(route);
  }
  json::value components = openapi_components();
  components.get_object()["responses"] = problem_responses();
  return json::object{
      {"openapi", "3.1.1"},
      {"info",
       json::object{
           {"title", "Insieme"},
           {"version", kVersion},
           {"summary", "Synchronisation of case records, and what goes with it"},
           {"description",
            "Numbers of 64 bits are strings. Every error is application/problem+json (RFC 9457). "
            "HEAD is answered wherever GET is. Headers take at most 8 KiB, bodies "
            "x-body-bytes-max. A server that is told to serve the app answers GET for its files, "
            "too; they are not listed."},
           {"license",
            json::object{{"name", "EUPL-1.2"}, {"identifier", "EUPL-1.2"}}}}},
      {"paths", std::move(paths)},
      {"components", std::move(components)}};
}

Response api_document(const Services&, const Request&) {
  return json_response(200, json::serialize(openapi_document()));
}

}  // namespace insieme::server
