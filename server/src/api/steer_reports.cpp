// The reports that only a server can compute, for whoever coordinates or administers: cut down to
// what they may know before anything is counted (docs/adr/0069).
#include <boost/json.hpp>

#include <array>

#include "api/problem.hpp"
#include "api/report_question.hpp"
#include "api/steer.hpp"
#include "insieme/reports/page_json.hpp"
#include "insieme/schema/shown.hpp"

namespace insieme::server {
namespace steer {
namespace {

constexpr std::size_t kWordMax = 64;
constexpr std::size_t kKeysMax = 8;
constexpr std::size_t kKeyMax = 200;
constexpr std::size_t kBehindMax = 2'000;

/// Who may have one, and whether it is cut down to what they have.
struct Told {
  std::string_view code;
  Power power;
  bool is_cut;
};
/// R11 is about the bodies that send, and about no dossier: for who is bound to none of them.
constexpr std::array kTold{Told{"R10", Power::review, true}, Told{"R15", Power::review, true},
                           Told{"R11", Power::either, false}};

Response not_of_one_body() {
  return problem_response({403, "not-allowed", "Not allowed",
                           "This report is about all bodies: it is for who is bound to none.",
                           "Questo rapporto riguarda tutti gli enti: è per chi non è legato a uno "
                           "solo."});
}

ReportSight sight_of(const Asked& asked) {
  ReportSight sight;
  const std::vector<DossierInfo> own = own_dossiers(asked);
  for (const DossierInfo& dossier : own) {
    const std::vector<std::string>& sections = own_assignment(asked, dossier)->sections;
    sight.sections[dossier.id] = {sections.begin(), sections.end()};
    std::set<std::string>& people = sight.people[dossier.id];
    for (const DossierInfo::Assignment& one : dossier.assignments) people.insert(one.account);
  }
  const Colleagues colleagues(asked, own);
  for (const User& user : colleagues.all()) sight.accounts.insert(user.account);
  return sight;
}

Response refuse(const Status& status) {
  const std::string why = status.error().detail;
  switch (status.error().code) {
    case ErrorCode::not_found:
      return missing(why + ".", "Non c'è, tra ciò che puoi vedere. Dal server: " + why + ".");
    case ErrorCode::invalid_argument:
      return bad(why + ".", "Qualcosa di ciò che è stato chiesto non va. Dal server: " + why + ".");
    default: return problem_of(status.error());
  }
}

schema::Language language_of(const Asked& asked) {
  return asked.text("language", 2) == "en" ? schema::Language::en : schema::Language::it;
}

/// What is asked, computed; or why not.
std::variant<SpaceReport, Response> computed(const Asked& asked) {
  SpaceRequest request;
  request.report = asked.text("report", kWordMax);
  const auto told = std::find_if(kTold.begin(), kTold.end(),
                                 [&](const Told& one) { return one.code == request.report; });
  if (told == kTold.end()) {
    return missing("The server tells R10, R11 and R15 here.",
                   "Il server qui dà R10, R11 e R15.");
  }
  if (!has(asked.caller, told->power)) return not_for_role();
  if (!told->is_cut && !asked.caller.user.organization.empty()) return not_of_one_body();
  if (const json::value* with = asked.body.if_contains("with")) {
    if (auto wrong = take_parameters(*with, request)) return *std::move(wrong);
  }
  const ReportSight sight = told->is_cut ? sight_of(asked) : ReportSight();
  if (told->is_cut) request.sight = &sight;
  auto result = compute(asked.services, request, refuse);
  if (std::holds_alternative<SpaceReport>(result)) {
    asked.repository().note_act(asked.caller.user.account, "report", request.report);
  }
  return result;
}

Response report(const Asked& asked) {
  auto result = computed(asked);
  if (auto* refused = std::get_if<Response>(&result)) return std::move(*refused);
  const SpaceReport& made = std::get<SpaceReport>(result);
  const schema::Language language = language_of(asked);
  json::object page = reports::to_json(
      reports::lay_out(*made.words, made.result, *made.records, language));
  page["language"] = language == schema::Language::en ? "en" : "it";
  return json_response(200, json::serialize(page));
}

/// At most so many short texts.
std::optional<std::vector<std::string>> keys_of(const Asked& asked, std::string_view name) {
  std::vector<std::string> keys;
  const json::value* given = asked.body.if_contains(json::string_view(name.data(), name.size()));
  if (given == nullptr) return keys;
  if (!given->is_array() || given->get_array().size() > kKeysMax) return std::nullopt;
  for (const json::value& one : given->get_array()) {
    if (!one.is_string() || one.get_string().size() > kKeyMax) return std::nullopt;
    keys.emplace_back(one.get_string());
  }
  return keys;
}

/// Null: there is none, or what names it cannot.
const reports::Figure* figure_of(const Asked& asked, const reports::ReportResult& result) {
  const auto row_keys = keys_of(asked, "row");
  const auto column_keys = keys_of(asked, "column");
  const std::string name = asked.text("table", kWordMax);
  const std::string measure = asked.text("measure", kWordMax);
  if (!row_keys || !column_keys) return nullptr;
  for (const reports::TableResult& table : result.tables) {
    if (table.table->name != name) continue;
    const auto row = table.row_of(*row_keys);
    const auto column = table.column_of(*column_keys);
    for (std::size_t m = 0; row && column && m < table.table->measures.size(); ++m) {
      if (table.table->measures[m].name == measure) return &table.at(*row, *column, m);
    }
  }
  return nullptr;
}

json::object record_json(const schema::RuleRecord& record, schema::Language language) {
  const schema::RecordType& type = *server_bundle().find_type(record.type);
  json::object out{{"id", sync::to_text(record.id)},
                   {"type", record.type},
                   {"title", schema::record_title(server_bundle(), type, record.values, language)}};
  std::string dossier = record.dossier.is_nil() ? std::string() : sync::to_text(record.dossier);
  if (const auto named = record.values.find("dossier_id");
      named != record.values.end() && !named->second.empty()) {
    if (const auto* text = std::get_if<std::string>(&named->second.front())) dossier = *text;
  }
  if (!dossier.empty()) out["dossier"] = std::move(dossier);
  return out;
}

/// What the server knows by itself has titles that name no person but colleagues.
Response records(const Asked& asked) {
  auto result = computed(asked);
  if (auto* refused = std::get_if<Response>(&result)) return std::move(*refused);
  SpaceReport& made = std::get<SpaceReport>(result);
  const reports::Figure* figure = figure_of(asked, made.result);
  if (figure == nullptr) {
    return missing("The report has no such figure.", "Il rapporto non ha questa cifra.");
  }
  if (figure->hidden) {
    return problem_response({403, "not-allowed", "Not allowed",
                             "The figure is about few people: it is hidden here.",
                             "La cifra riguarda poche persone: qui resta nascosta."});
  }
  json::array all;
  for (const sync::RecordId& id : figure->records) {
    if (all.size() == kBehindMax) break;
    if (const schema::RuleRecord* record = made.records->find(id)) {
      all.push_back(record_json(*record, language_of(asked)));
    }
  }
  const bool more = all.size() < figure->records.size();
  return json_response(
      200, json::serialize(json::object{{"records", std::move(all)}, {"more", more}}));
}

}  // namespace
}  // namespace steer

Response steer_report(const Services& services, const Request& request) {
  return steer::run(services, request, steer::Power::either, steer::report);
}
Response steer_report_records(const Services& services, const Request& request) {
  return steer::run(services, request, steer::Power::either, steer::records);
}

}  // namespace insieme::server
