// A report over the space: what is asked, which records it takes, and the run.
#include <algorithm>
#include <iterator>

#include "insieme/server/reporting.hpp"
#include "reports/own_records.hpp"

namespace insieme::server {
namespace {

using Loaded = std::map<std::string, std::vector<schema::RuleRecord>>;

Error wrong(std::string detail) { return {ErrorCode::invalid_argument, std::move(detail)}; }

std::string names_of(const schema::Report& report) {
  std::string out;
  for (const schema::ReportParameter& one : report.parameters) {
    out += (out.empty() ? "" : ", ") + one.name;
  }
  return out;
}

std::string digits_of(std::string text) {
  std::erase(text, '-');
  return text;
}

/// The record of the type that `text` names: its id, or how it begins or ends.
Result<sync::Value> record_named(const schema::ReportParameter& asked, const std::string& text,
                                 const Loaded& loaded) {
  constexpr std::size_t kDigitsMin = 4;
  const std::string digits = digits_of(text);
  std::vector<sync::RecordId> found;
  const auto records = loaded.find(asked.as.target);
  for (const schema::RuleRecord& record :
       records == loaded.end() ? std::vector<schema::RuleRecord>{} : records->second) {
    const std::string id = digits_of(sync::to_text(record.id));
    const bool fits = digits.size() >= kDigitsMin && digits.size() <= id.size() &&
                      (id.compare(0, digits.size(), digits) == 0 ||
                       id.compare(id.size() - digits.size(), digits.size(), digits) == 0);
    if (fits) found.push_back(record.id);
  }
  if (found.size() == 1) return sync::Value{sync::Reference{found.front()}};
  return Error{ErrorCode::not_found, (found.empty() ? "there is no " : "more than one ") +
                                         asked.as.target + " \"" + text + "\" for " + asked.name};
}

Result<sync::Value> parameter(const schema::ReportParameter& asked, const std::string& text,
                              const Loaded& loaded) {
  if (asked.name == "territory") {
    const auto territory = reports::territory_of(server_bundle(), text);
    if (territory) return *territory;
    return wrong("territory is an area or a commune, by code or name, not \"" + text + "\"");
  }
  if (asked.as.kind == schema::FieldKind::reference) return record_named(asked, text, loaded);
  auto value = schema::value_from_text(asked.as, text, server_bundle());
  if (!value.ok()) {  // its second line is Italian
    const std::string& detail = value.error().detail;
    return wrong(asked.name + ": " + detail.substr(0, detail.find('\n')));
  }
  return value;
}

Result<std::vector<sync::Value>> parameters_of(const schema::Report& report,
                                               const SpaceRequest& request, const Loaded& loaded) {
  std::vector<sync::Value> out(report.parameters.size());
  for (const auto& given : request.with) {
    const std::string& name = given.first;
    const auto found = std::find_if(report.parameters.begin(), report.parameters.end(),
                                    [&](const auto& one) { return one.name == name; });
    if (found == report.parameters.end()) {
      return wrong(report.code + " has no parameter \"" + name + "\"; it has: " + names_of(report));
    }
    INSIEME_TRY_ASSIGN(out[static_cast<std::size_t>(found - report.parameters.begin())],
                       parameter(*found, given.second, loaded));
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const schema::ReportParameter& one = report.parameters[i];
    if (one.required && std::holds_alternative<sync::Null>(out[i])) {
      return wrong(report.code + " wants --with " + one.name + "=… (" + one.as.label.en + ")");
    }
  }
  const auto* from = std::get_if<sync::Date>(&out[schema::kFrom]);
  const auto* to = std::get_if<sync::Date>(&out[schema::kTo]);
  if (from != nullptr && to != nullptr && *to < *from) {
    return wrong("the period ends before it begins");
  }
  return out;
}

Result<Loaded> load(Repository& repository, const schema::Report& report, std::int64_t now_ms) {
  std::set<std::string> types = schema::types_of(report);
  for (const schema::ReportParameter& one : report.parameters) {
    if (!one.as.target.empty()) types.insert(one.as.target);
  }
  std::set<std::string> written;
  std::set_difference(types.begin(), types.end(), server_types().begin(), server_types().end(),
                      std::inserter(written, written.end()));
  Loaded out;
  if (!written.empty()) {
    INSIEME_TRY_ASSIGN(out, read_space(repository, written));
  }
  for (const std::string& type : types) {
    if (server_types().count(type) == 0) continue;
    INSIEME_TRY_ASSIGN(out[type], own_records(repository, type, now_ms));
  }
  return out;
}

}  // namespace

Result<SpaceReport> run_space_report(Repository& repository, const SpaceRequest& request,
                                     std::int64_t now_ms) {
  const schema::Report* report = server_reports().find(request.report);
  if (report == nullptr) {
    return Error{ErrorCode::not_found, "there is no report \"" + request.report + "\""};
  }
  INSIEME_TRY_ASSIGN(Loaded loaded, load(repository, *report, now_ms));
  reports::Request asked;
  asked.report = report;
  INSIEME_TRY_ASSIGN(asked.parameters, parameters_of(*report, request, loaded));
  SpaceReport out;
  INSIEME_TRY_ASSIGN(out.records,
                     reports::Records::load(
                         schema::types_of(*report),
                         [&](const std::string& type) -> Result<std::vector<schema::RuleRecord>> {
                           return std::move(loaded[type]);
                         }));
  INSIEME_TRY_ASSIGN(out.result, reports::run(server_bundle(), asked, *out.records));
  return out;
}

}  // namespace insieme::server
