// directory.export, directory.import: the territory's services as HSDS 3.0.
#include <filesystem>

#include "commands/catalogue/held.hpp"
#include "commands/exports/commands.hpp"
#include "commands/exports/deliver.hpp"
#include "commands/records/plan.hpp"
#include "exports/hsds.hpp"
#include "exports/record_view.hpp"

namespace insieme::client::commands {
namespace {

using namespace exports;  // NOLINT: accessors
using schema::RuleRecord;

constexpr std::size_t kServicesPerAct = 200;

std::string status_out(const std::string& code) {
  return code == "temporarily_closed" ? "temporarily closed" : code;
}
std::string status_in(const std::string& status) {
  return status == "temporarily closed" ? "temporarily_closed" : status;
}

HsdsService service_of(Context& context, const RuleRecord& offer, const RuleRecord& provider) {
  HsdsService out;
  out.id = sync::to_text(offer.id);
  out.organization.id = sync::to_text(provider.id);
  out.organization.name = text_of(provider, "name");
  out.organization.website = text_of(provider, "website");
  out.organization.kind = text_of(provider, "kind");
  const auto emails = texts_of(provider, "emails");
  if (!emails.empty()) out.organization.email = emails.front();
  out.name = text_of(offer, "name");
  out.description = text_of(offer, "description");
  out.status = status_out(text_of(offer, "status"));
  out.url = text_of(offer, "website");
  out.eligibility = text_of(offer, "eligibility");
  out.fees = text_of(offer, "fees");
  out.schedule = text_of(offer, "schedule");
  out.address = text_of(offer, "address");
  out.minimum_age = number_of(offer, "minimum_age");
  out.maximum_age = number_of(offer, "maximum_age");
  if (const auto* at = get_if<double>(offer, "latitude")) out.latitude = *at;
  if (const auto* at = get_if<double>(offer, "longitude")) out.longitude = *at;
  out.phones = texts_of(offer, "phones");
  out.languages = texts_of(offer, "languages");
  out.supports = texts_of(offer, "supports");
  out.needs = texts_of(offer, "needs");
  out.benefit = text_of(offer, "benefit");
  const schema::CodeList* communes = context.bundle().find_list("communes");
  for (const std::string& code : texts_of(offer, "communes")) {
    const schema::CodeValue* known = communes == nullptr ? nullptr : communes->find(code);
    out.areas.push_back({code, known == nullptr ? code : known->label.it});
  }
  return out;
}

Check write_tables(const std::string& folder, const std::map<std::string, std::string>& tables) {
  std::error_code failed;
  if (!std::filesystem::create_directory(folder, failed) || failed) {
    return Failure("already_exists", "La cartella deve essere nuova: " + folder + ".",
                   "The folder must be new: " + folder + ".", "path");
  }
  for (const auto& [name, content] : tables) {
    INSIEME_OUT(write_new_file(folder + "/" + name, content));
  }
  return Done{};
}

Outcome<json::object> export_directory(Context& context) {
  INSIEME_OUT_ASSIGN(auto records, load_held(context, {"service_offer", "stakeholder"}));
  std::vector<HsdsService> services;
  std::size_t without_provider = 0;
  for (const RuleRecord* offer : records->all("service_offer")) {
    const auto id = reference_of(*offer, "stakeholder");
    const RuleRecord* provider = id ? records->find(*id) : nullptr;
    if (provider == nullptr) {
      ++without_provider;
      continue;
    }
    services.push_back(service_of(context, *offer, *provider));
  }
  json::object out{{"services", services.size()}, {"without_provider", without_provider}};
  const std::string format = context.has("format") ? context.text("format") : "json";
  if (format == "csv") {
    const auto tables = hsds_tables(std::move(services));
    if (context.has("path")) {
      INSIEME_OUT(write_tables(context.text("path"), tables));
      out["path"] = context.text("path");
      return out;
    }
    json::object contents;
    for (const auto& [name, content] : tables) contents[name] = content;
    out["tables"] = std::move(contents);
    return out;
  }
  if (format != "json") {
    return Failure("invalid_argument", "Il formato è «json» o «csv».",
                   "The format is “json” or “csv”.", "format");
  }
  return delivered(context, std::move(out), hsds_json(std::move(services)));
}

json::object organization_record(const HsdsOrganization& one, const std::string& dossier) {
  json::object fields{{"name", one.name},
                      {"kind", one.kind.empty() ? std::string("altro") : one.kind}};
  if (!one.website.empty()) fields["website"] = one.website;
  if (!one.email.empty()) fields["emails"] = json::array{one.email};
  if (!one.description.empty()) fields["offer"] = one.description;
  return json::object{{"type", "stakeholder"},
                      {"dossier", dossier},
                      {"id", one.id},
                      {"upsert", true},
                      {"fields", std::move(fields)}};
}

json::object service_record(const HsdsService& one, const std::string& dossier,
                            const std::string& provider) {
  std::vector<std::string> communes;
  for (const HsdsArea& area : one.areas) communes.push_back(area.code);
  json::object fields{{"name", one.name},
                      {"stakeholder", provider},
                      {"status", status_in(one.status)},
                      {"description", one.description},
                      {"website", one.url},
                      {"eligibility", one.eligibility},
                      {"fees", one.fees},
                      {"schedule", one.schedule},
                      {"address", one.address},
                      {"benefit", one.benefit},
                      {"phones", array_of(one.phones)},
                      {"languages", array_of(one.languages)},
                      {"communes", array_of(communes)},
                      {"supports", array_of(one.supports)},
                      {"needs", array_of(one.needs)}};
  fields["minimum_age"] = one.minimum_age ? json::value(std::to_string(*one.minimum_age)) : nullptr;
  fields["maximum_age"] = one.maximum_age ? json::value(std::to_string(*one.maximum_age)) : nullptr;
  fields["latitude"] = one.latitude ? json::value(*one.latitude) : nullptr;
  fields["longitude"] = one.longitude ? json::value(*one.longitude) : nullptr;
  return json::object{{"type", "service_offer"},
                      {"dossier", dossier},
                      {"id", one.id},
                      {"upsert", true},
                      {"fields", std::move(fields)}};
}

Check plan_one(Context& context, json::object record, const std::string& name, Plan& plan) {
  auto planned = plan_record(context, record, std::nullopt, plan);
  if (planned.ok()) return Done{};
  Failure failure = planned.error();
  failure.it = quoted_it(name) + ": " + failure.it;
  failure.en = quoted_en(name) + ": " + failure.en;
  return failure;
}

Outcome<Plan> plan_import(Context& context) {
  INSIEME_OUT_ASSIGN(const std::string content, received(context));
  auto services = hsds_from_json(content);
  if (!services.ok()) {
    const Said said(services.error().detail);
    return Failure("malformed", "Non è un elenco HSDS: " + said.it + ".",
                   "This is no HSDS directory: " + said.en + ".", "content");
  }
  if (services->size() > kServicesPerAct) {
    return Failure("limit_exceeded", "Si importano al massimo 200 servizi alla volta.",
                   "At most 200 services are imported at a time.", "content");
  }
  INSIEME_OUT_ASSIGN(const DossierRef dossier, find_dossier(context, context.text("dossier")));
  const std::string into = sync::to_text(dossier.id);
  Plan plan;
  std::set<std::string> providers;
  for (const HsdsService& one : *services) {
    if (providers.insert(one.organization.id).second) {
      INSIEME_OUT(plan_one(context, organization_record(one.organization, into),
                           one.organization.name, plan));
    }
    INSIEME_OUT(plan_one(context, service_record(one, into, one.organization.id), one.name, plan));
  }
  INSIEME_OUT(judge_act(context, plan));
  return plan;
}

Outcome<json::object> import_directory(Context& context) {
  Outcome<Plan> plan = plan_import(context);
  if (context.flag("dry_run")) {
    if (!plan.ok()) return plan.error();
    return json::object{{"records", plan->records.size()}, {"warnings", plan->warnings}};
  }
  return once(context, [&plan](Writer& writer) -> Outcome<json::object> {
    if (!plan.ok()) return plan.error();
    INSIEME_OUT(carry_out(plan.value(), writer));
    return json::object{{"records", plan->records.size()}, {"warnings", plan->warnings}};
  });
}

}  // namespace

std::vector<CommandSpec> directory_commands() {
  return {
      {"directory.export",
       Writes::no,
       "L'elenco dei servizi del territorio come HSDS 3.0: JSON, o le tabelle CSV in una cartella "
       "nuova.",
       "The directory of the territory's services as HSDS 3.0: JSON, or the CSV tables in a new "
       "folder.",
       {{"format", ArgKind::text, false, "«json» (di solito) o «csv»", "“json” (usual) or “csv”"},
        {"path", ArgKind::text, false, "file nuovo, o cartella nuova per le tabelle",
         "a new file, or a new folder for the tables"}},
       "services, without_provider (left out), path, or content, or tables (by file name)",
       R"({"command": "directory.export", "path": "servizi.json"})",
       export_directory},
      {"directory.import",
       Writes::yes,
       "Riceve un elenco HSDS 3.0 in una rete: tutto o niente; ricevuto due volte, aggiorna.",
       "Receives an HSDS 3.0 directory in a network: all or nothing; received twice, it updates.",
       {{"dossier", ArgKind::id, true, "la rete", "the network"},
        {"content", ArgKind::text, false, "l'elenco in JSON", "the directory as JSON"},
        {"path", ArgKind::text, false, "un file invece del contenuto",
         "a file instead of the content"},
        {"dry_run", ArgKind::boolean, false, "controlla soltanto", "only checks"}},
       "records (how many), warnings, repeated?",
       R"({"command": "directory.import", "request_id": "r-1", "dossier": "9b1e44d2",
 "path": "servizi.json"})",
       import_directory},
  };
}

}  // namespace insieme::client::commands
