// dossier.create, dossier.list, seen.mark.
#include "commands/records/plan.hpp"
#include "commands/records/view.hpp"
#include "commands/table.hpp"
#include "insieme/sync/space_dossier.hpp"

namespace insieme::client::commands {
namespace {

Outcome<Plan> plan_new(Context& context, const sync::DossierId& provisional) {
  Plan plan;
  INSIEME_OUT_ASSIGN(const schema::RecordType* type, find_type(context, context.text("type")));
  if (!type->root) {
    return Failure("invalid_argument", type->label.it + " non apre un fascicolo.",
                   type->label.en + " does not open a dossier.", "type");
  }
  json::object root = context.args;
  root.erase("records");
  INSIEME_OUT(plan_record(context, root, provisional, plan));
  if (const json::array* more = context.list("records")) {
    for (const json::value& one : *more) {
      if (!one.is_object()) {
        return Failure("invalid_argument", "records deve contenere oggetti.",
                       "records must hold objects.", "records");
      }
      INSIEME_OUT(plan_record(context, one.as_object(), provisional, plan));
    }
  }
  INSIEME_OUT(judge_act(context, plan));
  return plan;
}

Outcome<json::object> create(Context& context) {
  const auto provisional = random_id<sync::DossierId>(context.platform());
  Outcome<Plan> plan = plan_new(context, provisional);
  return once(context, [&](Writer& writer) -> Outcome<json::object> {
    if (!plan.ok()) return plan.error();
    const sync::DossierId dossier = writer.create_dossier();
    settle(plan.value(), provisional, dossier);
    INSIEME_OUT(carry_out(plan.value(), writer));
    json::object out;
    const std::string id = sync::to_text(dossier);
    out["dossier"] = id;
    out["short"] = short_id(id);
    out["record"] = plan->records[0];
    out["records"] = plan->records;
    out["warnings"] = plan->warnings;
    return out;
  });
}

Outcome<json::object> list(Context& context) {
  INSIEME_OUT_ASSIGN(const auto dossiers, context.store().dossiers());
  json::array lines;
  const sync::DossierId everybodys = sync::space_dossier(context.store().identity().space);
  for (const DossierLine& line : dossiers) {
    if (line.id == everybodys) continue;  // it is nobody's in particular, and has no title
    json::object one;
    const std::string id = sync::to_text(line.id);
    const schema::RecordType* type = context.bundle().find_type(line.root_type);
    one["id"] = id;
    one["short"] = short_id(id);
    one["title"] = line.title;
    one["type"] = line.root_type;
    one["type_label"] = type != nullptr ? type->label.in(context.language) : line.root_type;
    json::array sections;
    json::array labels;
    for (const std::string& section : line.sections) {
      sections.emplace_back(section);
      labels.emplace_back(section_label(context, section));
    }
    one["sections"] = std::move(sections);
    one["section_labels"] = std::move(labels);
    one["may_review"] = line.may_review;
    one["leaving"] = line.leaving;
    one["records"] = number_text(line.records);
    one["unsent"] = number_text(line.unsent);
    lines.push_back(std::move(one));
  }
  return json::object{{"dossiers", std::move(lines)}};
}

Outcome<json::object> mark_seen(Context& context) {
  std::vector<sync::DocumentId> documents;
  if (context.has("record")) {
    INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
    INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, ref));
    for (const StoredRecord& part : facets.parts) documents.push_back(part.ref.document);
  } else if (context.has("dossier")) {
    INSIEME_OUT_ASSIGN(const DossierRef line, find_dossier(context, context.text("dossier")));
    for (const std::string& section : line.sections) documents.push_back({line.id, section});
  } else {
    return Failure("missing_argument", "Serve una scheda o un fascicolo.",
                   "A record or a dossier is needed.", "record");
  }
  return once(context, [&](Writer& writer) -> Outcome<json::object> {
    for (const sync::DocumentId& document : documents) INSIEME_OUT(writer.mark_seen(document));
    return json::object{{"documents", number_text(std::uint64_t{documents.size()})}};
  });
}

}  // namespace

std::vector<CommandSpec> dossier_commands() {
  return {
      {"dossier.create",
       Writes::yes,
       "Apre un fascicolo nuovo con la sua scheda principale e, se serve, altre schede: un solo "
       "atto.",
       "Opens a new dossier with its root record and, if wanted, more records: one act.",
       {{"type", ArgKind::text, true, "tipo della scheda principale (household, network, project)",
         "type of the root record (household, network, project)"},
        {"fields", ArgKind::object, true, "campi della scheda principale",
         "fields of the root record"},
        {"id", ArgKind::id, false, "identificativo scelto da chi chiama",
         "id chosen by the caller"},
        {"draft", ArgKind::text, false, "bozza da togliere nello stesso atto",
         "draft to drop in the same act"},
        {"as", ArgKind::text, false, "nome @… della scheda principale",
         "name @… of the root record"},
        {"records", ArgKind::array, false, "altre schede, come in record.save, senza dossier",
         "more records, as in record.save, without dossier"}},
       "dossier, short, record, records, warnings, repeated?",
       R"({"command": "dossier.create", "request_id": "r-1", "type": "household", "as": "@h",
 "fields": {"name": "Famiglia Rossi", "commune": "Bibbiano"},
 "records": [
  {"type": "member",
   "fields": {"surname": "Rossi", "given_names": "Anna", "relation": "madre"}}]})",
       create},
      {"dossier.list",
       Writes::no,
       "I fascicoli su questo dispositivo.",
       "The dossiers on this device.",
       {},
       "dossiers (id, short, title, type, type_label, sections, section_labels, may_review, "
       "leaving, records, unsent)",
       R"({"command": "dossier.list"})",
       list},
      {"seen.mark",
       Writes::maybe_without_id,
       "Segna che una persona ha visto la scheda o il fascicolo com'è ora.",
       "Notes that a person has looked at the record or dossier as it is now.",
       {{"record", ArgKind::id, false, "la scheda", "the record"},
        {"dossier", ArgKind::id, false, "oppure tutto il fascicolo", "or the whole dossier"}},
       "documents",
       R"({"command": "seen.mark", "record": "5f3a9c01"})",
       mark_seen},
  };
}

}  // namespace insieme::client::commands
