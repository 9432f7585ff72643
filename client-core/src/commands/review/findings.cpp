#include "commands/review/findings.hpp"

#include "commands/records/identities.hpp"
#include "commands/records/view.hpp"
#include "commands/reports/ask.hpp"
#include "commands/values.hpp"
#include "insieme/reports/records.hpp"

namespace insieme::client::commands {

Outcome<std::vector<Finding>> find_all(Context& context) {
  const reports::NeededForFindings needed = reports::needed_for_findings(context.bundle());
  INSIEME_OUT_ASSIGN(
      auto records, reports::Records::load(needed.types, [&](const std::string& type) {
        const auto fields = needed.fields.find(type);
        return fields == needed.fields.end() ? records_of_type(context, type)
                                             : context.store().shown(type, fields->second);
      }));
  INSIEME_OUT_ASSIGN(const auto edges, identity_edges(context));
  return reports::find_all(context.bundle(), *records, edges);
}

namespace {

Outcome<json::string> title_of(Context& context, const schema::RecordType& type,
                               const FoundRecord& record) {
  INSIEME_OUT_ASSIGN(const RecordRef ref, context.store().locate(record.id));
  INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, ref));
  return json::string(
      schema::record_title(context.bundle(), type, shown_values(facets), context.language));
}

}  // namespace

Outcome<json::object> finding_json(Context& context, const Finding& finding) {
  const bool it = context.language == schema::Language::it;
  json::array records;
  for (const FoundRecord& one : finding.records) {
    const std::string id = sync::to_text(one.id);
    const schema::RecordType* type = context.bundle().find_type(one.type);
    json::object line;
    line["id"] = id;
    line["short"] = short_id(id);
    line["type"] = one.type;
    line["type_label"] = type->label.in(context.language);
    INSIEME_OUT_ASSIGN(line["title"], title_of(context, *type, one));
    line["dossier"] = sync::to_text(one.dossier);
    line["message"] = it ? one.problem.message_it : one.problem.message_en;
    records.push_back(std::move(line));
  }
  json::object out;
  out["id"] = finding.id();
  out["kind"] = "finding";
  out["kind_text"] = reports::kind_text(context.bundle(), finding, context.language);
  out["rule"] = finding.name();
  out["severity"] =
      key_of(finding.rule != nullptr ? schema::name_of(finding.rule->severity) : "item");
  out["field"] = finding.rule != nullptr ? finding.rule->field : std::string();
  out["source"] = finding.rule != nullptr ? finding.rule->source : finding.alike->source;
  out["open"] = finding.is_open();
  json::array evidence;
  for (const std::string& word : finding.evidence) {
    evidence.push_back(
        json::object{{"code", word}, {"text", reports::evidence_text(word, context.language)}});
  }
  out["evidence"] = std::move(evidence);
  if (finding.decision) {
    out["state"] = finding.decision->state;
    out["decision"] = finding.decision->words;
  }
  out["records"] = std::move(records);
  return out;
}

}  // namespace insieme::client::commands
