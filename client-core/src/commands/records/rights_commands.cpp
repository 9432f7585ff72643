// rights.*: what devices may spend of a voucher or a card, and who spent what.
#include <algorithm>

#include "commands/records/devices.hpp"
#include "commands/records/rights.hpp"
#include "commands/records/view.hpp"
#include "commands/table.hpp"

namespace insieme::client::commands {
namespace {

struct Held {
  Facets facets;
  const schema::Field* field = nullptr;
  [[nodiscard]] const sync::EscrowState* escrow() const {
    const sync::FieldState* state = facets.field(field->name);
    return state != nullptr && !state->escrow.empty() ? &state->escrow : nullptr;
  }
};

/// The escrow that is meant: the one named, or the only one of the record's type.
Outcome<Held> find_held(Context& context) {
  Held held;
  INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
  INSIEME_OUT_ASSIGN(held.facets, read_facets(context, ref));
  if (held.facets.type == nullptr) {
    return Failure("unknown_type", "Questa versione del programma non conosce questo tipo.",
                   "This version of the program does not know this type.", "record");
  }
  if (context.has("field")) {
    INSIEME_OUT_ASSIGN(held.field, find_field(*held.facets.type, context.text("field")));
  } else {
    for (const schema::Field& field : held.facets.type->fields) {
      if (field.kind == schema::FieldKind::escrow && held.field == nullptr) held.field = &field;
    }
  }
  if (held.field != nullptr && held.field->kind == schema::FieldKind::escrow) return held;
  return Failure("not_allowed",
                 held.facets.type->label.it + ": questa scheda non ha diritti da spendere.",
                 held.facets.type->label.en + ": this record holds no rights to spend.", "record");
}

std::string_view verdict_name(const sync::EscrowState::Spend& spend,
                              const sync::RecordState& state) {
  if (spend.refunded) return "refunded";
  if (spend.firm) return "firm";
  bool confirmed = false;
  bool refused = false;
  for (const sync::Decision& decision : state.decisions) {
    const bool about = decision.item == sync::ItemKind::provisional_spend &&
                       decision.decided.size() == 1 &&
                       decision.decided.front() == spend.event->dot;
    confirmed = confirmed || (about && decision.outcome == sync::Outcome::confirm);
    refused = refused || (about && decision.outcome == sync::Outcome::refuse);
  }
  if (confirmed == refused) return "provisional";  // two decided otherwise, unseen by each other
  return confirmed ? "confirmed" : "refused";
}

Outcome<json::array> spends_json(Context& context, const Held& held) {
  json::array spends;
  const StoredRecord* part = held.facets.in_section(
      section_of(*held.facets.type, *held.field, held.facets.main.document.section));
  for (const sync::EscrowState::Spend& spend : held.escrow()->spends()) {
    const sync::EscrowEvent& event = *spend.event;
    json::object one = mark_json(context, {event.dot, event.stamp, event.author});
    one["amount"] = number_text(spend.amount);
    one["state"] = key_of(verdict_name(spend, part->state));
    INSIEME_OUT_ASSIGN(const auto entry,
                       entry_of(context, held.facets.main, held.field->name, event.dot));
    if (entry) {
      one["entry"] = sync::to_text(entry->main.id);
      one["entry_text"] = entry_text(context, *entry);
    }
    spends.push_back(std::move(one));
  }
  return spends;
}

Outcome<json::array> shares_json(Context& context, const Held& held) {
  json::array shares;
  INSIEME_OUT_ASSIGN(const auto devices,
                     known_devices(context, held.facets.main.document.dossier));
  for (const KnownDevice& device : devices) {
    json::object one;
    one["replica"] = sync::to_text(device.replica);
    one["device"] = device_words(context, device.replica);
    one["author"] = device.author;
    const sync::EscrowState* escrow = held.escrow();
    one["rights"] =
        number_text(escrow != nullptr ? escrow->rights(device.replica) : std::uint64_t{0});
    shares.push_back(std::move(one));
  }
  if (held.escrow() == nullptr) return shares;
  // Rights may be held by a device that has written nothing yet.
  for (const sync::EscrowState::Share& share : held.escrow()->shares()) {
    const bool told =
        std::any_of(devices.begin(), devices.end(),
                    [&](const KnownDevice& device) { return device.replica == share.replica; });
    if (told) continue;
    shares.push_back(json::object{{"replica", sync::to_text(share.replica)},
                                  {"device", device_words(context, share.replica)},
                                  {"author", ""},
                                  {"rights", number_text(share.rights)}});
  }
  return shares;
}

Outcome<json::object> list_rights(Context& context) {
  INSIEME_OUT_ASSIGN(const Held held, find_held(context));
  json::object out;
  out["record"] = sync::to_text(held.facets.main.id);
  out["title"] = held.facets.first().title;
  out["field"] = held.field->name;
  out["label"] = held.field->label.in(context.language);
  const sync::EscrowState* escrow = held.escrow();
  static const sync::EscrowState kNothing;
  const sync::EscrowState& state = escrow != nullptr ? *escrow : kNothing;
  out["left"] = number_text(state.left());
  out["here"] = number_text(state.rights(context.store().identity().replica));
  out["granted"] = number_text(state.left() + state.spent());
  out["spent"] = number_text(state.spent());
  out["provisional"] = number_text(state.provisional());
  INSIEME_OUT_ASSIGN(out["devices"], shares_json(context, held));
  out["spends"] = json::array{};
  if (escrow != nullptr) {
    INSIEME_OUT_ASSIGN(out["spends"], spends_json(context, held));
  }
  return out;
}

/// One act on the escrow, as a save of its field.
Outcome<Plan> plan_act(Context& context, const json::object& act) {
  INSIEME_OUT_ASSIGN(const Held held, find_held(context));
  json::object fields;
  fields[held.field->name] = act;
  const json::object input{{"record", sync::to_text(held.facets.main.id)},
                           {"fields", std::move(fields)}};
  Plan plan;
  INSIEME_OUT(plan_record(context, input, {}, plan));
  return plan;
}

Outcome<json::object> carry_out_act(Context& context, const json::object& act) {
  Outcome<Plan> plan = plan_act(context, act);
  return once(context, [&plan](Writer& writer) -> Outcome<json::object> {
    if (!plan.ok()) return plan.error();
    INSIEME_OUT(carry_out(plan.value(), writer));
    return json::object{{"record", plan->records[0]}, {"warnings", plan->warnings}};
  });
}

const json::value& argument(const Context& context, std::string_view name) {
  static const json::value kNothing;
  const json::value* found = find(context.args, name);
  return found != nullptr ? *found : kNothing;
}

Outcome<json::object> hand_out(Context& context, const char* verb) {
  json::object parts;
  parts["to"] = context.text("to");
  parts["amount"] = argument(context, "amount");
  return carry_out_act(context, json::object{{verb, std::move(parts)}});
}
Outcome<json::object> grant(Context& context) { return hand_out(context, "grant"); }
Outcome<json::object> transfer(Context& context) { return hand_out(context, "transfer"); }

Outcome<json::object> spend(Context& context) {
  return carry_out_act(context, json::object{{"spend", argument(context, "amount")}});
}
Outcome<json::object> refund(Context& context) {
  return carry_out_act(context, json::object{{"refund", argument(context, "spend")}});
}
Outcome<json::object> reclaim(Context& context) {
  json::object parts;
  parts["from"] = context.text("from");
  if (context.has("to")) parts["to"] = context.text("to");
  return carry_out_act(context, json::object{{"reclaim", std::move(parts)}});
}

const ArgSpec kRecord{"record", ArgKind::id, true, "il buono o la tessera",
                      "the voucher or the card"};
const ArgSpec kField{"field", ArgKind::text, false, "il campo, se la scheda ne ha più d'uno",
                     "the field, if the record has several"};
const ArgSpec kAmount{"amount", ArgKind::integer, true, "quanto", "how much"};
const char* const kReply = "record (as in record.save), warnings, repeated?";

}  // namespace

std::vector<CommandSpec> rights_commands() {
  return {
      {"rights.list",
       Writes::no,
       "Quanto resta di un buono o di una tessera, su quali dispositivi, e chi ha speso.",
       "What is left of a voucher or a card, on which devices, and who spent.",
       {kRecord, kField},
       "record, title, field, label, left, here, granted, spent, provisional, devices (replica, "
       "device, author, rights), spends (dot, author, at, device, mine, amount, state: firm, "
       "provisional, confirmed, refused or refunded, entry?, entry_text?)",
       R"({"command": "rights.list", "record": "5f3a9c01"})",
       list_rights},
      {"rights.grant",
       Writes::yes,
       "Assegna a un dispositivo diritti nuovi, entro il totale della scheda.",
       "Grants new rights to a device, within the record's total.",
       {kRecord, kField, kAmount,
        {"to", ArgKind::text, false, "dispositivo, persona, o «here» (se manca)",
         "device, person, or “here” (if absent)"}},
       kReply,
       R"({"command": "rights.grant", "request_id": "r-6", "record": "5f3a9c01", "amount": 5,
 "to": "anna"})",
       grant},
      {"rights.transfer",
       Writes::yes,
       "Passa a un altro dispositivo diritti che questo ha.",
       "Hands rights that this device has to another one.",
       {kRecord, kField, kAmount,
        {"to", ArgKind::text, true, "dispositivo o persona", "device or person"}},
       kReply,
       R"({"command": "rights.transfer", "request_id": "r-7", "record": "5f3a9c01", "amount": 5,
 "to": "anna"})",
       transfer},
      {"rights.spend",
       Writes::yes,
       "Spende. Oltre ciò che ha questo dispositivo è una spesa provvisoria, da confermare.",
       "Spends. Beyond what this device has it is a provisional spend, to be confirmed.",
       {kRecord, kField, kAmount},
       kReply,
       R"({"command": "rights.spend", "request_id": "r-8", "record": "5f3a9c01", "amount": 2})",
       spend},
      {"rights.refund",
       Writes::yes,
       "Storna una spesa: i diritti tornano al dispositivo che ha speso.",
       "Takes a spend back: its rights return to the device that spent.",
       {kRecord, kField,
        {"spend", ArgKind::text, true, "il dot della spesa, da rights.list",
         "the dot of the spend, from rights.list"}},
       kReply,
       R"({"command": "rights.refund", "request_id": "r-9", "record": "5f3a9c01",
 "spend": "0190b2c4d5e6478899aabbccddeeff00-7-1"})",
       refund},
      {"rights.reclaim",
       Writes::yes,
       "Ritira i diritti di un dispositivo che tace. Ciò che quello ha speso senza saperlo diventa "
       "provvisorio.",
       "Takes the rights of a silent device. What it spent without knowing becomes provisional.",
       {kRecord, kField,
        {"from", ArgKind::text, true, "dispositivo o persona", "device or person"},
        {"to", ArgKind::text, false, "a chi vanno; qui, se manca",
         "who gets them; here if absent"}},
       kReply,
       R"({"command": "rights.reclaim", "request_id": "r-10", "record": "5f3a9c01",
 "from": "anna"})",
       reclaim},
  };
}

}  // namespace insieme::client::commands
