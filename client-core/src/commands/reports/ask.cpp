#include "commands/reports/ask.hpp"

#include <algorithm>
#include <set>

#include "commands/lookup.hpp"
#include "commands/records/record_source.hpp"
#include "commands/table.hpp"
#include "insieme/schema/civil.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kPage = 1'000;

std::string names_of(const schema::Report& report) {
  std::string out;
  for (const schema::ReportParameter& one : report.parameters) {
    out += (out.empty() ? "" : ", ") + one.name;
  }
  return out;
}

/// A territory by code or by name: an area, or a commune.
Outcome<sync::Value> territory(Context& context, const json::value& input) {
  if (const json::string* text = input.if_string()) {
    if (auto found = reports::territory_of(context.bundle(), std::string_view(*text))) {
      return *std::move(found);
    }
  }
  const std::string given = input.is_string() ? std::string(input.as_string())
                                              : json::serialize(input);
  return Failure("invalid_argument",
                 "Il territorio è un ambito o un comune, per codice o nome (VEN_09, Treviso): " +
                     quoted_it(given) + " non lo è.",
                 "The territory is an area or a commune, by code or name (VEN_09, Treviso): " +
                     quoted_en(given) + " is none.",
                 "territory");
}

Outcome<sync::Value> parameter(Context& context, const schema::ReportParameter& asked,
                               const json::value& input) {
  if (asked.name == "territory") return territory(context, input);
  if (asked.as.kind != schema::FieldKind::reference) {
    return value_from_json(asked.as, input, context.bundle());
  }
  const json::string* named = input.if_string();
  if (named == nullptr) {
    return Failure("invalid_argument", quoted_it(asked.name) + " è l'id di una scheda.",
                   quoted_en(asked.name) + " is the id of a record.", asked.name);
  }
  INSIEME_OUT_ASSIGN(const RecordRef ref,
                     find_record(context, std::string_view(named->data(), named->size())));
  if (ref.type != asked.as.target) {
    return Failure("invalid_argument",
                   quoted_it(asked.name) + " vuole una scheda di tipo " + asked.as.target +
                       ", questa è di tipo " + ref.type + ".",
                   quoted_en(asked.name) + " wants a record of type " + asked.as.target +
                       ", this is a " + ref.type + ".",
                   asked.name);
  }
  return sync::Value{sync::Reference{ref.id}};
}

Check fill_parameters(Context& context, const schema::Report& report, const json::object* with,
                      reports::Request& request) {
  request.parameters.resize(report.parameters.size());
  for (auto at = with == nullptr ? nullptr : with->begin(); with != nullptr && at != with->end();
       ++at) {
    const std::string name(at->key());
    const auto found =
        std::find_if(report.parameters.begin(), report.parameters.end(),
                     [&name](const schema::ReportParameter& one) { return one.name == name; });
    if (found == report.parameters.end()) {
      return Failure(
          "unknown_argument",
          "Il rapporto non ha il parametro " + quoted_it(name) + "; ha: " + names_of(report) + ".",
          "The report has no parameter " + quoted_en(name) + "; it has: " + names_of(report) + ".",
          name);
    }
    INSIEME_OUT_ASSIGN(sync::Value value, parameter(context, *found, at->value()));
    request.parameters[static_cast<std::size_t>(found - report.parameters.begin())] =
        std::move(value);
  }
  for (std::size_t i = 0; i < report.parameters.size(); ++i) {
    const schema::ReportParameter& one = report.parameters[i];
    if (!one.required || !std::holds_alternative<sync::Null>(request.parameters[i])) continue;
    return Failure(
        "missing_argument",
        "Il rapporto vuole il parametro " + quoted_it(one.name) + " (" + one.as.label.it + ").",
        "The report wants the parameter " + quoted_en(one.name) + " (" + one.as.label.en + ").",
        one.name);
  }
  const auto* from = std::get_if<sync::Date>(&request.parameters[schema::kFrom]);
  const auto* to = std::get_if<sync::Date>(&request.parameters[schema::kTo]);
  if (from != nullptr && to != nullptr && *to < *from) {
    const std::string first = schema::iso_text(*from);
    const std::string last = schema::iso_text(*to);
    return Failure("invalid_argument",
                   "Il periodo finisce prima di cominciare: dal " + first + " al " + last + ".",
                   "The period ends before it begins: from " + first + " to " + last + ".", "to");
  }
  return Done{};
}

/// Codes of reports that only a server has (schema/server/reports).
bool is_the_servers(std::string_view named) {
  std::string code(named);
  for (char& c : code) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return code == "R9S" || code == "R10" || code == "R11" || code == "R15";
}

}  // namespace

const schema::ReportBook& reports_of(Context& context) {
  static const schema::ReportBook kNone;
  return context.bundle().digest == schema::embedded_bundle().digest ? schema::embedded_reports()
                                                                     : kNone;
}

Outcome<const schema::Report*> find_report(Context& context, std::string_view named) {
  const schema::ReportBook& book = reports_of(context);
  if (const schema::Report* found = book.find(named)) return found;
  if (is_the_servers(named)) {
    const std::string name(named);
    return Failure("unknown_report",
                   quoted_it(name) + " lo calcola il server, su tutto lo spazio: chiederlo a chi "
                   "lo gestisce (insieme-server report run " + name + ").",
                   quoted_en(name) + " is computed by the server, over the whole space: ask the "
                   "people who run it (insieme-server report run " + name + ").",
                   "report");
  }
  std::vector<std::string> names;
  for (const schema::Report& one : book.reports) {
    names.push_back(one.name);
    names.push_back(one.code);
  }
  const std::string meant = nearest(named, names);
  return Failure("unknown_report",
                 "Rapporto sconosciuto: " + quoted_it(named) + "." + hint_it(meant),
                 "Unknown report: " + quoted_en(named) + "." + hint_en(meant), "report");
}

Result<std::vector<schema::RuleRecord>> records_of_type(Context& context, const std::string& type) {
  std::vector<schema::RuleRecord> out;
  std::set<sync::RecordId> seen;  // a record with facets is listed once for each
  ListQuery query;
  query.type = type;
  query.limit = kPage;
  while (true) {
    INSIEME_TRY_ASSIGN(const auto lines, context.store().list(query));
    for (const RecordLine& line : lines) {
      if (!seen.insert(line.ref.id).second) continue;
      INSIEME_TRY_ASSIGN(const RecordRef main, context.store().locate(line.ref.id));
      INSIEME_TRY_ASSIGN(const Facets facets, read_facets(context, main));
      if (facets.first().state.lifecycle() == sync::Lifecycle::retracted) continue;
      out.push_back(rule_record(facets));
    }
    if (lines.size() < kPage) return out;
    query.offset += lines.size();
  }
}

Outcome<Ran> run_report(Context& context) {
  return run_report(context, context.text("report"), context.object("with"),
                    context.flag("full"));
}

Outcome<Ran> run_report(Context& context, std::string_view named, const json::object* with,
                        bool full) {
  INSIEME_OUT_ASSIGN(const schema::Report* report, find_report(context, named));
  reports::Request request;
  request.report = report;
  request.protect = !full;
  INSIEME_OUT(fill_parameters(context, *report, with, request));
  Ran out;
  INSIEME_OUT_ASSIGN(
      out.records, reports::Records::load(schema::types_of(*report), [&](const std::string& type) {
        return records_of_type(context, type);
      }));
  INSIEME_OUT_ASSIGN(out.result, reports::run(context.bundle(), request, *out.records));
  return out;
}

}  // namespace insieme::client::commands
