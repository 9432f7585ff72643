// record.erase: what was put where it does not belong is taken out for ever, by whoever decides.
#include <algorithm>

#include "commands/lookup.hpp"
#include "commands/table.hpp"

namespace insieme::client::commands {
namespace {

/// Told here and not only by the server, so that nobody waits for a refusal that is certain.
Outcome<DossierLine> check_may_erase(Context& context, const sync::DossierId& dossier) {
  if (!context.store().identity().is_enrolled()) {
    return Failure("not_enrolled", "Prima il dispositivo va registrato presso un server.",
                   "This device has to be enrolled with a server first.");
  }
  INSIEME_OUT_ASSIGN(const auto dossiers, context.store().dossiers());
  const auto line = std::find_if(dossiers.begin(), dossiers.end(), [&](const DossierLine& one) {
    return one.id == dossier && one.may_review;
  });
  if (line != dossiers.end()) return *line;
  return Failure("not_allowed", "Il ruolo non permette di cancellare: chiedere a chi coordina.",
                 "The role does not allow to erase: ask a coordinator.");
}

Outcome<sync::ErasureOrder> plan_order(Context& context, json::object& told) {
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
  INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, ref));
  INSIEME_OUT_ASSIGN(const DossierLine line, check_may_erase(context, ref.document.dossier));
  sync::ErasureOrder order;
  order.id = new_uuid7<sync::ErasureId>(context.platform());
  order.dossier = ref.document.dossier;
  order.reason = context.text("reason");
  const std::string only = context.text("section");
  json::array sections;
  for (const StoredRecord& part : facets.parts) {
    const std::string& section = part.ref.document.section;
    if (!only.empty() && section != only) continue;
    sections.emplace_back(json::string(section));
  }
  if (sections.empty()) {
    return Failure("not_found", "La scheda non ha parti nella sezione " + quoted_it(only) + ".",
                   "The record has no part in section " + quoted_en(only) + ".", "section");
  }
  // Also where it has no part yet: somebody may be writing one without a network.
  for (const std::string& section : line.sections) {
    if (only.empty() || section == only) order.targets.push_back({section, ref.id});
  }
  const std::string id = sync::to_text(ref.id);
  told["record"] = json::object{{"id", id}, {"short", short_id(id)}};
  told["order"] = sync::to_text(order.id);
  told["sections"] = std::move(sections);
  return order;
}

Outcome<json::object> erase(Context& context) {
  json::object told;
  Outcome<sync::ErasureOrder> order = plan_order(context, told);
  return once(context, [&](Writer& writer) -> Outcome<json::object> {
    if (!order.ok()) return order.error();
    INSIEME_OUT(writer.ask_erasure(order.value()));
    return told;
  });
}

}  // namespace

std::vector<CommandSpec> erase_commands() {
  return {
      {"record.erase",
       Writes::yes,
       "Chiede al server di cancellare per sempre una scheda finita dove non doveva. Sparisce "
       "ovunque, anche da chi la riporta più tardi; non si può tornare indietro.",
       "Asks the server to erase for ever a record that is where it does not belong. It goes "
       "everywhere, also from whoever brings it back later; this cannot be undone.",
       {{"record", ArgKind::id, true, "la scheda", "the record"},
        {"reason", ArgKind::text, true, "motivo, senza nomi: lo leggono tutti",
         "reason, without names: everybody reads it"},
        {"section", ArgKind::text, false, "solo la parte in questa sezione",
         "only the part in this section"}},
       "record (id, short), order, sections; it goes from here when the server's order arrives",
       R"({"command": "record.erase", "request_id": "r-4", "record": "5f3a9c01",
 "reason": "scritta nel fascicolo sbagliato"})",
       erase},
  };
}

}  // namespace insieme::client::commands
