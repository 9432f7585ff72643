#include "commands/records/view.hpp"

#include <algorithm>

#include "commands/records/marks.hpp"
#include "commands/records/record_source.hpp"
#include "insieme/reports/signed_text.hpp"
#include "insieme/schema/validate.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kReplicaDigits = 8;

std::string label_of(const schema::Field* field, const std::string& name,
                     schema::Language language) {
  return field != nullptr ? field->label.in(language) : name;
}

/// The register's surviving values, the shown one first.
json::array survivors_json(Context& context, const schema::Field* field,
                           const sync::FieldState& state, const sync::Survivor* shown) {
  json::array values;
  const auto add = [&](const sync::Survivor& survivor) {
    json::object one = mark_json(context, survivor.mark);
    one["text"] = shown_text(context, field, survivor.value);
    one["value"] = to_json(survivor.value, field);
    values.push_back(std::move(one));
  };
  add(*shown);
  for (const sync::Survivor& survivor : state.survivors) {
    if (&survivor != shown) add(survivor);
  }
  return values;
}

void register_json(Context& context, const schema::Field* field, const sync::FieldState& state,
                   json::object& out) {
  const sync::Survivor* shown =
      sync::displayed(state, field != nullptr ? field->policy : schema::RegisterPolicy::review);
  if (shown == nullptr) return;
  out["text"] = shown_text(context, field, shown->value);
  out["value"] = to_json(shown->value, field);
  out["author"] = shown->mark.author;
  out["at"] = instant_text(shown->mark.stamp.ms);
  const bool contested = sync::distinct_values(state).size() > 1;
  out["contested"] = contested;
  if (contested) out["values"] = survivors_json(context, field, state, shown);
}

void set_json(Context& context, const schema::Field* field, const sync::FieldState& state,
              json::object& out) {
  json::array values;
  std::string text;
  for (const sync::SetMember& member : state.members) {
    values.push_back(to_json(member.element, field));
    text += (text.empty() ? "" : "; ") + shown_text(context, field, member.element);
  }
  out["text"] = text;
  out["value"] = std::move(values);
}

/// What is left on all devices, on this one, and what was spent.
void escrow_json(Context& context, const sync::EscrowState& escrow, json::object& out) {
  const std::uint64_t here = escrow.rights(context.store().identity().replica);
  out["value"] = number_text(escrow.left());
  out["here"] = number_text(here);
  out["spent"] = number_text(escrow.spent());
  out["provisional"] = number_text(escrow.provisional());
  const bool it = context.language == schema::Language::it;
  out["text"] = std::to_string(escrow.left()) + (it ? " (qui " : " (here ") + std::to_string(here) +
                ")";
}

/// Whether a passage of the text waits for a decision.
bool has_open_passage(const sync::RecordState& record, const sync::FieldState& field) {
  if (field.text.overlaps().empty()) return false;
  const auto items = sync::review_items(record, {});
  return std::any_of(items.begin(), items.end(), [&](const sync::ReviewItem& item) {
    return item.kind == sync::ItemKind::text_overlap && item.field == field.name;
  });
}

/// `record`: the part that holds the field, if there is one.
json::object field_json(Context& context, const schema::Field* field, const std::string& name,
                        const std::string& section, const sync::RecordState* record) {
  const sync::FieldState* state = record != nullptr ? record->field(name) : nullptr;
  json::object out;
  out["label"] = label_of(field, name, context.language);
  out["section"] = section;
  out["kind"] = field != nullptr ? json::string(key_of(schema::name_of(field->kind))) : "unknown";
  out["text"] = "";
  out["value"] = nullptr;
  out["contested"] = false;
  if (state == nullptr) return out;
  if (!state->survivors.empty()) register_json(context, field, *state, out);
  if (!state->members.empty()) set_json(context, field, *state, out);
  if (!state->shares.empty()) {
    out["value"] = number_text(sync::counter_total(*state));
    out["text"] = std::to_string(sync::counter_total(*state));
  }
  if (!state->text.empty()) {
    out["value"] = state->text.text();
    out["text"] = state->text.text();
    out["overlaps"] = has_open_passage(*record, *state);
  }
  if (!state->escrow.empty()) escrow_json(context, state->escrow, out);
  return out;
}

bool is_blank(const json::object& field) { return text_at(field, "text").empty(); }

json::object fields_json(Context& context, const Facets& facets, bool all) {
  json::object fields;
  if (facets.type != nullptr) {
    for (const schema::Field& field : facets.type->fields) {
      const std::string section = section_of(*facets.type, field, facets.main.document.section);
      const StoredRecord* part = facets.in_section(section);
      json::object shown = field_json(context, &field, field.name, section,
                                      part != nullptr ? &part->state : nullptr);
      if (all || !is_blank(shown)) fields[field.name] = std::move(shown);
    }
  }
  // Fields of a newer bundle are kept, forwarded and shown as they are.
  for (const StoredRecord& part : facets.parts) {
    for (const sync::FieldState& state : part.state.fields) {
      const bool known = facets.type != nullptr && facets.type->find_field(state.name) != nullptr;
      if (known || is_own_field(state.name)) continue;
      json::object shown =
          field_json(context, nullptr, state.name, part.ref.document.section, &part.state);
      if (all || !is_blank(shown)) fields[state.name] = std::move(shown);
    }
  }
  return fields;
}

json::array decisions_json(Context& context, const Facets& facets) {
  json::array decisions;
  for (const StoredRecord& part : facets.parts) {
    for (const sync::Decision& decision : part.state.decisions) {
      const schema::Field* field =
          facets.type != nullptr ? facets.type->find_field(decision.field) : nullptr;
      json::object one = mark_json(context, decision.mark);
      one["kind"] = static_cast<int>(decision.item);
      one["kind_text"] = key_of(kind_words(decision.item, context.language));
      one["field"] = decision.field;
      one["label"] = label_of(field, decision.field, context.language);
      one["outcome"] = key_of(outcome_name(decision.outcome));
      one["reason"] = decision.reason;
      decisions.push_back(std::move(one));
    }
  }
  return decisions;
}

json::array problems_json(Context& context, const Facets& facets) {
  json::array problems;
  if (facets.type == nullptr) return problems;
  for (const schema::Problem& problem :
       schema::check_record(context.bundle(), *facets.type, shown_values(facets))) {
    problems.push_back(to_json(problem, *facets.type, context.language));
  }
  // A merge may have brought together what no single author could have saved.
  StoreRecords others(context);
  for (const schema::Problem& problem :
       schema::check_standing_rules(context.bundle(), rule_record(facets), others)) {
    problems.push_back(to_json(problem, *facets.type, context.language));
  }
  const schema::Rule* signed_rule = reports::signed_text_rule(context.bundle());
  if (signed_rule != nullptr &&
      reports::is_on_earlier_text(context.bundle(), rule_record(facets), others)) {
    problems.push_back(
        to_json(reports::earlier_text_problem(*signed_rule), *facets.type, context.language));
  }
  return problems;
}

/// `{name: {label, text}}` of what follows from other fields; nothing where it is not known.
json::object computed_json(Context& context, const Facets& facets) {
  json::object out;
  StoreRecords others(context);
  for (const schema::ComputedValue& one :
       schema::computed_values(context.bundle(), rule_record(facets), others)) {
    const std::string text =
        schema::value_to_text(one.field->as, one.value, context.bundle(), context.language);
    if (text.empty()) continue;
    out[one.field->name] = {{"label", one.field->as.label.in(context.language)}, {"text", text}};
  }
  return out;
}

}  // namespace

std::string_view receipt_words(Receipt receipt, schema::Language language) {
  const bool it = language == schema::Language::it;
  switch (receipt) {
    case Receipt::saved_here:
      return it ? "salvato qui" : "saved here";
    case Receipt::sent:
      return it ? "inviato" : "sent";
    case Receipt::applied:
      return it ? "sul server" : "on the server";
    case Receipt::waiting:
      return it ? "in attesa di decisione" : "waiting for a decision";
    case Receipt::seen:
      return it ? "visto dal coordinatore" : "seen by the coordinator";
    case Receipt::refused:
      return it ? "rifiutato dal server" : "refused by the server";
    case Receipt::with_colleague:
      return it ? "presso un collega, non ancora sul server"
                : "with a colleague, not on the server yet";
  }
  return "";
}

std::string_view kind_words(sync::ItemKind kind, schema::Language language) {
  const bool it = language == schema::Language::it;
  switch (kind) {
    case sync::ItemKind::concurrent_values:
      return it ? "due valori scritti senza vedersi" : "two values, neither seen by the other";
    case sync::ItemKind::edited_after_retraction:
      return it ? "modificata mentre veniva annullata" : "edited while it was being retracted";
    case sync::ItemKind::concurrent_lifecycle:
      return it ? "annullata e ripristinata insieme" : "retracted and restored at once";
    case sync::ItemKind::text_overlap:
      return it ? "stesso passo riscritto da due persone" : "one passage rewritten by two people";
    case sync::ItemKind::provisional_spend:
      return it ? "spesa oltre la disponibilità del dispositivo"
                : "spent beyond what the device was entitled to";
    case sync::ItemKind::edited_after_closure:
      return it ? "modificata mentre veniva chiusa" : "edited while it was being closed";
  }
  return it ? "altro" : "other";
}

std::string_view outcome_name(sync::Outcome outcome) {
  switch (outcome) {
    case sync::Outcome::choose:
      return "choose";
    case sync::Outcome::combine:
      return "combine";
    case sync::Outcome::write_new:
      return "write_new";
    case sync::Outcome::dismiss:
      return "dismiss";
    case sync::Outcome::undo:
      return "undo";
    case sync::Outcome::contest:
      return "contest";
    case sync::Outcome::confirm:
      return "confirm";
    case sync::Outcome::refuse:
      return "refuse";
  }
  return "other";
}

json::object line_json(Context& context, const RecordLine& line) {
  json::object out;
  const std::string id = sync::to_text(line.ref.id);
  const schema::RecordType* type = context.bundle().find_type(line.ref.type);
  out["id"] = id;
  out["short"] = short_id(id);
  out["type"] = line.ref.type;
  out["type_label"] = type != nullptr ? type->label.in(context.language) : line.ref.type;
  out["dossier"] = sync::to_text(line.ref.document.dossier);
  out["section"] = line.ref.document.section;
  out["section_label"] = section_label(context, line.ref.document.section);
  out["title"] = line.title;
  out["retracted"] = line.retracted;
  out["in_review"] = line.in_review;
  out["edited_at"] = instant_text(line.edited_ms);
  out["edited_by"] = line.edited_by;
  return out;
}

std::string section_label(Context& context, const std::string& name) {
  const schema::Section* section = context.bundle().find_section(name);
  return section != nullptr ? section->label.in(context.language) : name;
}

std::string device_words(Context& context, const sync::ReplicaId& replica) {
  if (replica == context.store().identity().replica) {
    return context.language == schema::Language::it ? "questo dispositivo" : "this device";
  }
  return sync::to_text(replica).substr(0, kReplicaDigits);
}

json::object mark_json(Context& context, const sync::Mark& mark) {
  json::object out;
  out["dot"] = dot_text(mark.dot);
  out["author"] = mark.author;
  out["at"] = instant_text(mark.stamp.ms);
  out["device"] = device_words(context, mark.dot.replica);
  out["mine"] = mark.author == context.store().identity().account;
  return out;
}

std::string shown_text(Context& context, const schema::Field* field, const sync::Value& value) {
  if (const auto* reference = std::get_if<sync::Reference>(&value)) {
    const auto ref = context.store().locate(reference->record);
    if (ref.ok()) {
      const auto record = context.store().record(ref.value());
      if (record.ok() && !record->title.empty()) return record->title;
    }
    return short_id(sync::to_text(reference->record));
  }
  return display(field, value, context.bundle(), context.language);
}

std::string entry_text(Context& context, const Facets& entry) {
  std::string line;
  for (const auto& [name, values] : shown_values(entry)) {
    const schema::Field* field = entry.type->find_field(name);
    if (field == nullptr || field->sensitive || entry.type->spends->reverses == name) continue;
    for (const sync::Value& value : values) {
      const std::string words = shown_text(context, field, value);
      if (words.empty()) continue;
      line += (line.empty() ? "" : " · ") + field->label.in(context.language) + ": " + words;
    }
  }
  return line;
}

json::object record_json(Context& context, const Facets& facets, bool all) {
  const StoredRecord& main = facets.first();
  // The least settled part speaks for the whole, and the newest edit wherever it was.
  const StoredRecord* newest = &main;
  bool retracted = false;
  Receipt receipt = main.receipt;
  for (const StoredRecord& part : facets.parts) {
    if (part.edited_ms > newest->edited_ms) newest = &part;
    retracted = retracted || part.state.lifecycle() == sync::Lifecycle::retracted;
    const bool unsettled = part.receipt == Receipt::saved_here || part.receipt == Receipt::sent ||
                           part.receipt == Receipt::with_colleague ||
                           part.receipt == Receipt::refused || part.receipt == Receipt::waiting;
    if (unsettled) receipt = part.receipt;
  }
  json::object out = line_json(
      context, {main.ref, main.title, retracted, false, newest->edited_ms, newest->edited_by});
  out.erase("in_review");
  out["section_label"] = section_label(context, main.ref.document.section);
  out["lifecycle"] = retracted ? "retracted" : "active";
  out["receipt"] = key_of(name_of(receipt));
  out["receipt_text"] = key_of(receipt_words(receipt, context.language));
  out["version"] = token_of(facets.versions());
  out["fields"] = fields_json(context, facets, all);
  out["decisions"] = decisions_json(context, facets);
  out["problems"] = problems_json(context, facets);
  out["computed"] = computed_json(context, facets);
  return out;
}

}  // namespace insieme::client::commands
