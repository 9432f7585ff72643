// Flows for INPS as records: R11.
#include "insieme/schema/bundle.hpp"
#include "reports/own_records.hpp"

namespace insieme::server {
namespace {

/// The commune whose cadastral code the body bears; empty for any other body.
std::string commune_of(const std::string& body) {
  static const std::map<std::string, std::string> by_code = [] {
    std::map<std::string, std::string> out;
    const schema::CodeList* communes = schema::embedded_bundle().find_list("communes");
    for (const schema::CodeValue& one :
         communes == nullptr ? std::vector<schema::CodeValue>{} : communes->values) {
      const auto code = one.attributes.find("belfiore");
      if (code != one.attributes.end()) out.emplace(code->second, one.code);
    }
    return out;
  }();
  const auto found = by_code.find(body);
  return found == by_code.end() ? std::string() : found->second;
}

void set_outcome(OwnRecord& one, const FlowOutcome& outcome) {
  one.set_text("outcome", outcome.code);
  one.set_text("description", outcome.description);
  one.set_text("siuss_id", outcome.siuss_id);
  one.set_day("answered_on", outcome.acquired_ms);
}

}  // namespace

std::vector<schema::RuleRecord> flow_records(Repository& repository, std::int64_t now_ms) {
  std::vector<schema::RuleRecord> out;
  std::map<std::string, FlowOutcome> outcomes = newest_outcomes(repository);
  for (const Flow& flow : repository.flows()) {
    OwnRecord one("server_flow", flow.name);
    one.set_text("name", flow.name);
    one.set_text("kind", flow.kind);
    one.set_text("body", flow.body_code);
    one.set_text("commune", commune_of(flow.body_code));
    one.set_day("published_on", flow.ts_ms);
    std::string state = flow.withdrawn_ms ? "ritirato" : "in_attesa";
    std::int64_t until = flow.withdrawn_ms.value_or(now_ms);
    if (const auto answered = outcomes.find(flow.name); answered != outcomes.end()) {
      set_outcome(one, answered->second);
      if (!flow.withdrawn_ms) state = answered->second.code == "OK" ? "acquisito" : "respinto";
      until = answered->second.acquired_ms;
      outcomes.erase(answered);
    }
    one.set("days", days_between(flow.ts_ms, until));
    one.set_text("state", state);
    out.push_back(std::move(one.record));
  }
  for (const auto& left : outcomes) {
    OwnRecord one("server_flow", "outcome of " + left.first);
    one.set_text("name", left.first);
    one.set_text("kind", left.second.kind);
    one.set_text("state", "sconosciuto");
    set_outcome(one, left.second);
    out.push_back(std::move(one.record));
  }
  return out;
}

}  // namespace insieme::server
