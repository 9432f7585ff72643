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

/// Whether `text` is how an id begins or ends.
bool names(const std::string& digits, const std::string& id) {
  constexpr std::size_t kDigitsMin = 4;
  const std::string whole = digits_of(id);
  return digits.size() >= kDigitsMin && digits.size() <= whole.size() &&
         (whole.compare(0, digits.size(), digits) == 0 ||
          whole.compare(whole.size() - digits.size(), digits.size(), digits) == 0);
}

/// The dossier that `text` names, as its id. One that is gone still has its lines in the log, and
/// is named by its whole id.
Result<std::string> dossier_named(Repository& repository, const std::string& text,
                                  const ReportSight* sight) {
  const std::string digits = digits_of(text);
  std::vector<sync::DossierId> found;
  for (const DossierInfo& dossier : repository.dossiers()) {
    if (sight != nullptr && sight->sections.count(dossier.id) == 0) continue;
    if (names(digits, sync::to_text(dossier.id))) found.push_back(dossier.id);
  }
  if (found.size() == 1) return sync::to_text(found.front());
  const auto whole = sync::id_from_text<sync::DossierId>(text);
  if (whole.ok()) return sync::to_text(*whole);
  return Error{ErrorCode::not_found,
               (found.empty() ? "there is no dossier \"" : "more than one dossier is called \"") +
                   text + "\": give its id, or 4 or more digits of it"};
}

/// The record of the type that `text` names: its id, or how it begins or ends.
Result<sync::Value> record_named(const schema::ReportParameter& asked, const std::string& text,
                                 const Loaded& loaded) {
  const std::string digits = digits_of(text);
  std::vector<sync::RecordId> found;
  const auto records = loaded.find(asked.as.target);
  for (const schema::RuleRecord& record :
       records == loaded.end() ? std::vector<schema::RuleRecord>{} : records->second) {
    if (names(digits, sync::to_text(record.id))) found.push_back(record.id);
  }
  if (found.size() == 1) return sync::Value{sync::Reference{found.front()}};
  return Error{ErrorCode::not_found, (found.empty() ? "there is no " : "more than one ") +
                                         asked.as.target + " \"" + text + "\" for " + asked.name};
}

Result<sync::Value> parameter(Repository& repository, const schema::ReportParameter& asked,
                              const std::string& text, const Loaded& loaded,
                              const ReportSight* sight) {
  if (asked.name == "dossier" && !text.empty()) {
    INSIEME_TRY_ASSIGN(std::string id, dossier_named(repository, text, sight));
    sync::Value value;  // g++ 12 warns about variants built in place
    value.emplace<std::string>(std::move(id));
    return value;
  }
  if (asked.name == "territory") {
    const auto territory = reports::territory_of(server_bundle(), text);
    if (territory) return *territory;
    return wrong("territory is an area or a commune, by code or name, not \"" + text + "\"");
  }
  if (asked.as.kind == schema::FieldKind::reference) return record_named(asked, text, loaded);
  auto value = schema::value_from_text(asked.as, text, server_bundle());
  if (!value.ok()) {  // its second line is Italian
    const std::string& detail = value.error().detail;
    return wrong(asked.name + " \"" + text + "\": " + detail.substr(0, detail.find('\n')));
  }
  return value;
}

Result<std::vector<sync::Value>> parameters_of(Repository& repository, const schema::Report& report,
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
                       parameter(repository, *found, given.second, loaded, request.sight));
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

bool asks_for(const SpaceRequest& request, std::string_view name) {
  return std::any_of(request.with.begin(), request.with.end(),
                     [&](const auto& given) { return given.first == name; });
}

Result<Loaded> load(Repository& repository, const schema::Report& report,
                    const SpaceRequest& request, std::int64_t now_ms) {
  std::set<std::string> types = schema::types_of(report);
  for (const schema::ReportParameter& one : report.parameters) {
    if (!one.as.target.empty()) types.insert(one.as.target);
  }
  std::set<std::string> written;
  std::set_difference(types.begin(), types.end(), server_types().begin(), server_types().end(),
                      std::inserter(written, written.end()));
  Loaded out;
  if (!written.empty() && request.sight != nullptr) {
    return wrong(report.code + " is about records of people: it is told whole or not");
  }
  if (!written.empty()) {
    INSIEME_TRY_ASSIGN(out, read_space(repository, written));
  }
  for (const std::string& type : types) {
    if (server_types().count(type) == 0) continue;
    INSIEME_TRY_ASSIGN(out[type], own_records(repository, type, now_ms, request.sight));
    const bool has_places = server_bundle().find_type(type)->find_field("places") != nullptr;
    if (has_places && asks_for(request, "territory")) {
      INSIEME_TRY(add_places(repository, out[type]));
    }
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
  INSIEME_TRY_ASSIGN(Loaded loaded, load(repository, *report, request, now_ms));
  reports::Request asked;
  asked.report = report;
  INSIEME_TRY_ASSIGN(asked.parameters, parameters_of(repository, *report, request, loaded));
  SpaceReport out;
  INSIEME_TRY_ASSIGN(out.words, space_words(repository));
  INSIEME_TRY_ASSIGN(out.records,
                     reports::Records::load(
                         schema::types_of(*report),
                         [&](const std::string& type) -> Result<std::vector<schema::RuleRecord>> {
                           return std::move(loaded[type]);
                         }));
  INSIEME_TRY_ASSIGN(out.result, reports::run(*out.words, asked, *out.records));
  return out;
}

}  // namespace insieme::server
