// Who and what this store is: status, identity, receipts, schema.
#include "commands/records/view.hpp"
#include "commands/review/untaken.hpp"
#include "commands/table.hpp"
#include "insieme/schema/calendar.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kPage = 1'000;
/// A clock that is off by more makes times in lists misleading.
constexpr std::int64_t kClockToleranceMs = 120'000;

json::object identity_json(const Identity& self) {
  json::object out;
  out["enrolled"] = self.is_enrolled();
  out["replica"] = sync::to_text(self.replica);
  out["device"] = self.is_enrolled() ? sync::to_text(self.device) : "";
  out["space"] = self.is_enrolled() ? sync::to_text(self.space) : "";
  out["space_name"] = self.space_name;
  out["server"] = self.server_url;
  out["account"] = self.account;
  out["name"] = self.display_name;
  out["role"] = self.role;
  return out;
}

Outcome<json::object> identity(Context& context) {
  return identity_json(context.store().identity());
}

/// Offices whose record says that this territory works by other rules than this program's. Which
/// ones: their digest travels as data, so that it is known without a network.
Outcome<json::array> offices_with_other_rules(Context& context) {
  json::array out;
  const schema::RecordType* type = context.bundle().find_type("office");
  if (type == nullptr || type->find_field("configuration_digest") == nullptr) return out;
  INSIEME_OUT_ASSIGN(const auto offices,
                     context.store().shown("office", {"name", "configuration_digest"}));
  for (const schema::RuleRecord& office : offices) {
    const auto text = [&office](std::string_view field) -> std::string {
      const auto found = office.values.find(field);
      const auto* value = found == office.values.end() || found->second.empty()
                              ? nullptr
                              : std::get_if<std::string>(&found->second.front());
      return value == nullptr ? std::string() : *value;
    };
    const std::string digest = text("configuration_digest");
    if (digest.empty() || digest == context.bundle().digest_text()) continue;
    out.push_back(json::object{{"office", text("name")}, {"schema_digest", digest}});
  }
  return out;
}

Outcome<json::object> status(Context& context) {
  INSIEME_OUT_ASSIGN(const StoreStatus now, context.store().status());
  json::object out;
  out["identity"] = identity_json(now.identity);
  out["unsent"] = number_text(now.unsent);
  if (now.oldest_unsent_ms) out["oldest_unsent_at"] = instant_text(*now.oldest_unsent_ms);
  out["held"] = number_text(now.held);
  out["refused"] = number_text(now.refused);
  out["open_items"] = number_text(now.open_items);
  out["open_held"] = number_text(now.open_held);
  out["drafts"] = number_text(now.drafts);
  out["notices"] = number_text(now.notices);
  out["exchanged"] = number_text(now.exchanged);
  out["letters"] = number_text(now.letters);
  out["openings"] = number_text(now.openings);
  out["glass_unseen"] = number_text(now.glass_unseen);
  INSIEME_OUT_ASSIGN(const BlobCounts blobs, context.store().blob_counts());
  out["blobs_to_send"] = number_text(blobs.to_send);
  out["blobs_to_fetch"] = number_text(blobs.to_fetch);
  out["blobs_refused"] = number_text(blobs.refused);
  if (!now.server_refusal.empty()) {
    const Said said(now.server_refusal);
    out["server_refusal"] = json::object{{"message_it", said.it}, {"message_en", said.en}};
  }
  out["dossiers"] = number_text(now.dossiers);
  out["records"] = number_text(now.records);
  out["bytes"] = number_text(now.bytes);
  out["position"] = number_text(now.cursor.position);
  if (now.last_sync_ms) out["last_sync_at"] = instant_text(*now.last_sync_ms);
  out["clock_known"] = now.clock_known;
  out["clock_offset_ms"] = number_text(now.clock_offset_ms);
  out["clock_wrong"] = now.clock_known && (now.clock_offset_ms > kClockToleranceMs ||
                                           now.clock_offset_ms < -kClockToleranceMs);
  out["schema_version"] = context.bundle().version;
  out["schema_digest"] = context.bundle().digest_text();
  if (now.server_rules_version != 0) {
    out["server_schema_version"] = now.server_rules_version;
    out["server_schema_digest"] = now.server_rules_digest;
    out["same_rules"] = now.server_rules_digest == context.bundle().digest_text();
  }
  if (now.server_speaks > std::int64_t{sync::kProtocolVersion}) out["update_wanted"] = true;
  INSIEME_OUT_ASSIGN(json::array others, offices_with_other_rules(context));
  if (!others.empty()) out["other_rules"] = std::move(others);
  return out;
}

Outcome<json::object> receipts(Context& context) {
  json::array lines;
  const auto add = [&](const RecordRef& ref) -> Check {
    INSIEME_OUT_ASSIGN(const StoredRecord record, context.store().record(ref));
    const bool settled = record.receipt == Receipt::applied || record.receipt == Receipt::seen;
    if (settled && !context.has("record") && !context.flag("all")) return Done{};
    json::object one = line_json(
        context, {ref, record.title, record.state.lifecycle() == sync::Lifecycle::retracted, false,
                  record.edited_ms, record.edited_by});
    one["receipt"] = key_of(name_of(record.receipt));
    one["receipt_text"] = key_of(receipt_words(record.receipt, context.language));
    lines.push_back(std::move(one));
    return Done{};
  };
  if (context.has("record")) {
    INSIEME_OUT_ASSIGN(const RecordRef ref, find_record(context, context.text("record")));
    INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, ref));
    for (const StoredRecord& part : facets.parts) INSIEME_OUT(add(part.ref));
    return json::object{{"receipts", std::move(lines)}};
  }
  ListQuery query;
  query.retracted_too = true;
  query.limit = kPage;
  while (true) {
    INSIEME_OUT_ASSIGN(const auto page, context.store().list(query));
    for (const RecordLine& line : page) INSIEME_OUT(add(line.ref));
    if (page.size() < kPage) break;
    query.offset += page.size();
  }
  // What is in quarantine may belong to dossiers that are no longer here.
  INSIEME_OUT_ASSIGN(const StoreStatus now, context.store().status());
  return json::object{{"receipts", std::move(lines)},
                      {"held", number_text(now.held)},
                      {"refused", number_text(now.refused)}};
}

Outcome<json::object> quarantine(Context& context) {
  INSIEME_OUT_ASSIGN(const auto changes, context.store().quarantine());
  json::array lines;
  for (const Quarantined& one : changes) {
    json::object out;
    const sync::ChangeHeader& header = one.change.header;
    out["dossier"] = sync::to_text(header.document.dossier);
    out["section"] = header.document.section;
    out["seq"] = number_text(header.seq);
    out["at"] = instant_text(header.stamp.ms);
    out["author"] = header.author;
    out["receipt"] = key_of(name_of(one.state));
    out["receipt_text"] = key_of(receipt_words(one.state, context.language));
    out["code"] = key_of(insieme::name_of(one.code));
    out["reason"] = reason_text(context.language, one.reason);
    json::array operations;
    if (one.change.ops) {
      for (const sync::Operation& op : *one.change.ops) {
        operations.push_back(operation_json(context, op));
      }
    }
    out["operations"] = std::move(operations);
    lines.push_back(std::move(out));
  }
  return json::object{{"changes", std::move(lines)}};
}

json::object type_line(const schema::RecordType& type, schema::Language language) {
  json::object out;
  out["name"] = type.name;
  out["label"] = type.label.in(language);
  out["label_plural"] = type.label_plural.in(language);
  out["section"] = type.section;
  out["root"] = type.root;
  out["append_only"] = type.append_only;
  out["retired"] = type.retired;
  if (type.spends) {
    json::object spends{{"through", type.spends->through}, {"amount", type.spends->amount}};
    if (const schema::Field* through = type.find_field(type.spends->through)) {
      spends["of"] = through->target;
    }
    if (!type.spends->reverses.empty()) spends["reverses"] = type.spends->reverses;
    out["spends"] = std::move(spends);
  }
  return out;
}

Outcome<json::object> schema_types(Context& context) {
  json::array types;
  for (const schema::RecordType& type : context.bundle().types) {
    types.push_back(type_line(type, context.language));
  }
  json::array sensitive;
  for (const schema::Section& section : context.bundle().sections) {
    if (section.sensitive) sensitive.emplace_back(section.name);
  }
  json::array purposes;
  if (const schema::CodeList* list = context.bundle().find_list("access_purposes")) {
    for (const schema::CodeValue& one : list->values) {
      purposes.push_back({{"code", one.code}, {"label", one.label.in(context.language)}});
    }
  }
  return json::object{{"version", context.bundle().version},
                      {"sensitive_sections", std::move(sensitive)},
                      {"purposes", std::move(purposes)},
                      {"types", std::move(types)}};
}

json::object field_description(Context& context, const schema::Field& field) {
  const schema::Language language = context.language;
  json::object out;
  out["name"] = field.name;
  out["label"] = field.label.in(language);
  out["kind"] = key_of(schema::name_of(field.kind));
  out["merge"] = key_of(schema::name_of(field.merge));
  out["section"] = field.section;
  out["required"] = field.required;
  out["write_once"] = field.write_once;
  out["sensitive"] = field.sensitive;
  out["retired"] = field.retired;
  if (!field.help.in(language).empty()) out["help"] = field.help.in(language);
  if (!field.target.empty()) out["target"] = field.target;
  if (!field.mints.empty()) out["mints"] = field.mints;
  const schema::CodeList* list = context.bundle().find_list(field.list);
  if (list == nullptr) return out;
  const sync::Date today = schema::date_in_rome(sync::Instant{context.platform().now_ms()});
  out["list"] = list->name;
  json::array codes;
  for (const schema::CodeValue& value : list->values) {
    json::object code{{"code", value.code}, {"label", value.label.in(language)}};
    if (value.valid_to && *value.valid_to < today) code["retired"] = true;
    codes.push_back(std::move(code));
  }
  out["codes"] = std::move(codes);
  return out;
}

Outcome<json::object> schema_type(Context& context) {
  INSIEME_OUT_ASSIGN(const schema::RecordType* type, find_type(context, context.text("type")));
  json::object out = type_line(*type, context.language);
  json::array fields;
  const schema::Field* only = nullptr;
  if (context.has("field")) {
    INSIEME_OUT_ASSIGN(only, find_field(*type, context.text("field")));
  }
  for (const schema::Field& field : type->fields) {
    if (only == nullptr || only == &field) fields.push_back(field_description(context, field));
  }
  out["fields"] = std::move(fields);
  return json::object{{"type", std::move(out)}};
}

Outcome<json::object> list_commands(Context& context) {
  json::array commands;
  for (const CommandSpec& command : all_commands()) {
    const Told& help = context.language == schema::Language::it ? command.it : command.en;
    json::object one{{"name", command.name},
                     {"help", help.text()},
                     {"writes", command.writes != Writes::no}};
    commands.push_back(std::move(one));
  }
  return json::object{{"commands", std::move(commands)}};
}

constexpr const char* kTypesReply =
    "version, sensitive_sections, purposes (code, label: why one may look at them), types (name, "
    "label, label_plural, section, root, append_only, retired, spends?: of (the type whose rights "
    "a record of this one spends), through, amount, reverses? (its fields))";

}  // namespace

std::vector<CommandSpec> about_commands() {
  return {
      {"status",
       Writes::no,
       "Quanto è salvato, inviato, in attesa; ultimo scambio; orologio.",
       "How much is saved, sent, waiting; last synchronisation; clock.",
       {},
       "identity, unsent, oldest_unsent_at?, held, refused, open_items, open_held, drafts, "
       "exchanged, letters, openings (of sensitive data, not told to the server yet), notices, "
       "glass_unseen, server_refusal? (message_it, message_en: why it refused this device), "
       "blobs_to_send, blobs_to_fetch, blobs_refused, dossiers, records, bytes, position, "
       "last_sync_at?, clock_known, clock_offset_ms, clock_wrong, schema_version, schema_digest, "
       "same_rules?, server_schema_version?, server_schema_digest?, other_rules? (office, …), "
       "update_wanted?",
       R"({"command": "status"})", status},
      {"identity",
       Writes::no,
       "Chi usa questo archivio.",
       "Who uses this store.",
       {},
       "enrolled, replica, device, space, space_name, server, account, name, role",
       R"({"command": "identity"})",
       identity},
      {"receipts",
       Writes::no,
       "Lo stato vero delle schede: salvato qui, inviato, sul server, in attesa, visto, rifiutato.",
       "The true state of records: saved here, sent, on the server, waiting, seen, refused.",
       {{"record", ArgKind::id, false, "solo questa scheda", "this record only"},
        {"all", ArgKind::boolean, false, "anche quelle a posto", "settled ones too"}},
       "receipts (as in record.list, and receipt, receipt_text); of the whole store also held, "
       "refused: changes in quarantine, also of dossiers that left",
       R"({"command": "receipts"})",
       receipts},
      {"quarantine.list",
       Writes::no,
       "Le proprie modifiche che il server ha trattenuto o rifiutato, con il motivo.",
       "Own changes that the server holds or refused, with the reason.",
       {},
       "changes (dossier, section, seq, at, author, receipt, receipt_text, code, reason, "
       "operations: as in inbox.list)",
       R"({"command": "quarantine.list"})",
       quarantine},
      {"schema.types",
       Writes::no,
       "I tipi di scheda.",
       "The record types.",
       {},
       kTypesReply,
       R"({"command": "schema.types"})",
       schema_types},
      {"schema.type",
       Writes::no,
       "Un tipo di scheda con i suoi campi.",
       "One record type with its fields.",
       {{"type", ArgKind::text, true, "nome o etichetta", "name or label"},
        {"field", ArgKind::text, false, "solo questo campo", "this field only"}},
       "type (as in schema.types, and fields: name, label, kind, merge, section, required, "
       "write_once, sensitive, retired, help?, target?, mints?, codes?)",
       R"({"command": "schema.type", "type": "visit"})",
       schema_type},
      {"commands.list",
       Writes::no,
       "Questi comandi.",
       "These commands.",
       {},
       "commands (name, help: empty in a browser, writes)",
       R"({"command": "commands.list"})",
       list_commands},
  };
}

}  // namespace insieme::client::commands
