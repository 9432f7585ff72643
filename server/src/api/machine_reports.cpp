// Reports over all dossiers, for machines that an operator let have them. Small figures are hidden
// and nobody is named, as in every report of the server (ADR 24).
#include <boost/json.hpp>

#include "api/handlers.hpp"
#include "api/machines.hpp"
#include "api/problem.hpp"
#include "api/report_question.hpp"
#include "insieme/reports/page_json.hpp"
#include "machines/assertion.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

std::string scope_of(const schema::Report& report) {
  return std::string(kReportScope) + report.code;
}

bool may_have(const MachineToken& token, const schema::Report& report) {
  return has_scope(token.scopes, "reports") || has_scope(token.scopes, scope_of(report));
}

const schema::Report* find_report(std::string_view name) {
  for (const schema::Report& report : server_reports().reports) {
    if (report.code == name || report.name == name) return &report;
  }
  return nullptr;
}

Response bad(std::string detail) {
  return problem_response({400, "bad-request", "Bad request", std::move(detail), {}});
}

struct Asked {
  SpaceRequest request;
  schema::Language language = schema::Language::it;
};

std::variant<Asked, Response> parse_asked(const Request& request) {
  auto parsed = parse_json(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const json::value& value = std::get<json::value>(parsed);
  if (!value.is_object()) return bad("The body is not a JSON object.");
  Asked asked;
  for (const auto& member : value.get_object()) {
    const std::string_view name = member.key();
    if (name == "report" && member.value().is_string()) {
      asked.request.report = member.value().get_string();
    } else if (name == "language" && (member.value() == "it" || member.value() == "en")) {
      asked.language = member.value() == "en" ? schema::Language::en : schema::Language::it;
    } else if (name == "with") {
      if (auto wrong = take_parameters(member.value(), asked.request)) return *std::move(wrong);
    } else {
      return bad("The body has \"report\", \"with\" (an object of texts) and \"language\" "
                 "(it or en), and nothing else.");
    }
  }
  return asked;
}

Response page_of(const Services& services, const MachineToken& token, const Asked& asked,
                  const schema::Report& report) {
  auto computed = compute(services, asked.request,
                          [](const Status& status) { return problem_of(status.error()); });
  if (auto* refused = std::get_if<Response>(&computed)) return std::move(*refused);
  SpaceReport& result = std::get<SpaceReport>(computed);
  services.repository.note_machine(token.client, "machine.report", report.code);
  json::object page = reports::to_json(reports::lay_out(
      *result.words, result.result, *result.records, asked.language));
  page["language"] = asked.language == schema::Language::en ? "en" : "it";
  Response response = json_response(200, json::serialize(page));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace

Response list_reports(const Services& services, const Request& request) {
  auto who = authenticate_client(services, request);
  if (auto* refused = std::get_if<Response>(&who)) return std::move(*refused);
  const MachineToken& token = std::get<MachineToken>(who);
  json::array all;
  for (const schema::Report& report : server_reports().reports) {
    if (!may_have(token, report)) continue;
    json::array needed;
    for (const schema::ReportParameter& one : report.parameters) {
      if (one.required) needed.emplace_back(one.name);
    }
    all.push_back(json::object{{"code", report.code},
                               {"name", report.name},
                               {"label", report.label.in(schema::Language::en)},
                               {"label_it", report.label.in(schema::Language::it)},
                               {"needs", std::move(needed)}});
  }
  Response response =
      json_response(200, json::serialize(json::object{{"reports", std::move(all)}}));
  response.device = token.client;
  return response;
}

Response run_report(const Services& services, const Request& request) {
  auto who = authenticate_client(services, request);
  if (auto* refused = std::get_if<Response>(&who)) return std::move(*refused);
  const MachineToken& token = std::get<MachineToken>(who);
  auto parsed = parse_asked(request);
  const schema::Report* report = nullptr;
  Response response;
  if (auto* wrong = std::get_if<Response>(&parsed)) {
    response = std::move(*wrong);
  } else if (report = find_report(std::get<Asked>(parsed).request.report); report == nullptr) {
    response = problem_response({404, "not-found", "Not found", "There is no such report.", {}});
  } else if (!may_have(token, *report)) {
    response = *lacks_scope(token, {"reports", scope_of(*report)});
  } else {
    response = page_of(services, token, std::get<Asked>(parsed), *report);
  }
  response.device = token.client;
  return response;
}

}  // namespace insieme::server
