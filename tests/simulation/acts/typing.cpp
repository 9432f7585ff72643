#include "simulation/acts/typing.hpp"

#include <algorithm>

#include "insieme/sync/blob.hpp"
#include "simulation/log_reader.hpp"

namespace insieme::simulation {
namespace {

const std::vector<FieldPlan>& plans() {
  static const std::vector<FieldPlan> kPlans{
      {"household", "name", Sort::value, "core"},
      {"visit", "next_step", Sort::value, "education"},
      {"visit", "attachments", Sort::element, "education"},
      {"visit", "observations", Sort::letter, "education"},
      {"visit", "health_notes", Sort::letter, "health"},
      {"visit", "signature", Sort::value, "education"},
      {"objective", "title", Sort::value, "education"},
      {"member", "surname", Sort::value, "core"},
      {"note", "title", Sort::value, "core"},
      {"note", "body", Sort::letter, "core"},
      {"voucher", "provider", Sort::value, "economic"},
      {"voucher", "used", Sort::amount, "economic"},
      {"household_budget_line", "remarks", Sort::value, "economic"},
      {"network", "name", Sort::value, "network"},
      {"stakeholder", "contact_person", Sort::value, "network"},
      {"stakeholder", "needs", Sort::letter, "network"},
  };
  return kPlans;
}

Typed typed_at(const Form& form, const FieldPlan& plan) {
  Typed typed;
  typed.place = {form.dossier, plan.section, form.record, plan.field};
  typed.sort = plan.sort;
  return typed;
}

void type_text(World& world, const Form& form, const FieldPlan& plan, Chance& chance, Edit& edit) {
  Typed typed = typed_at(form, plan);
  typed.token = world.ledger().new_letter();
  const json::value* shown = form.fields.if_contains(plan.field);
  const std::string text =
      shown != nullptr && shown->is_object() ? text_of(shown->as_object(), "text") : std::string();
  const std::size_t letters = text.size() / 3;
  const std::size_t at = chance.below(letters + 1);
  const std::size_t taken = at < letters && chance.one_in(3)
                                ? 1 + chance.below(std::min<std::size_t>(letters - at, 3))
                                : 0;
  for (std::size_t i = at; i < at + taken; ++i) typed.replaced.insert(text.substr(3 * i, 3));
  if (chance.one_in(2)) {
    const json::object splice{{"at", at}, {"delete", taken}, {"insert", typed.token}};
    edit.fields[plan.field] = json::object{{"splices", json::array{splice}}};
  } else {
    edit.fields[plan.field] = text.substr(0, 3 * at) + typed.token + text.substr(3 * (at + taken));
  }
  edit.typed.push_back(std::move(typed));
}

void type_element(World& world, const Form& form, const FieldPlan& plan, Chance& chance,
                  Edit& edit) {
  Typed typed = typed_at(form, plan);
  const std::set<std::string> shown = shown_tokens(form.fields, plan.field, Sort::element);
  json::object change;
  if (!shown.empty() && chance.one_in(3)) {
    const std::vector<std::string> all(shown.begin(), shown.end());
    const std::string& gone = chance.pick(all);
    typed.replaced.insert(gone);
    change["remove"] = json::array{json::string(gone)};
  } else {
    typed.token = world.ledger().new_element();
    change["add"] = json::array{json::string(typed.token)};
  }
  edit.fields[plan.field] = std::move(change);
  edit.typed.push_back(std::move(typed));
}

/// A reference to a picture that was never taken before.
std::string new_picture(World& world) {
  const std::string word = world.ledger().new_word("firma");
  const auto bytes = reinterpret_cast<const std::uint8_t*>(word.data());
  return blob_text({sync::blob_digest({bytes, word.size()}), word.size(), "image/png"});
}

}  // namespace

std::optional<FieldPlan> plan_of(const std::string& type, const std::string& field) {
  for (const FieldPlan& plan : plans()) {
    if (plan.type == type && plan.field == field) return plan;
  }
  return std::nullopt;
}

bool knows(const Tablet& tablet, const std::string& type, const std::string& field) {
  const schema::RecordType* known = tablet.bundle().find_type(type);
  return known != nullptr && (field.empty() || known->find_field(field) != nullptr);
}

std::vector<FieldPlan> fields_of(const Tablet& tablet, const std::string& type) {
  std::vector<FieldPlan> found;
  for (const FieldPlan& plan : plans()) {
    if (plan.type == type && knows(tablet, type, plan.field)) found.push_back(plan);
  }
  return found;
}

void type_field(World& world, const Form& form, const FieldPlan& plan, Chance& chance, Edit& edit) {
  Typed typed = typed_at(form, plan);
  switch (plan.sort) {
    case Sort::letter:
      type_text(world, form, plan, chance, edit);
      return;
    case Sort::element:
      type_element(world, form, plan, chance, edit);
      return;
    case Sort::units:
      return;  // acts/vouchers.cpp
    case Sort::amount:
      typed.amount = world.ledger().new_amount(chance.one_in(3));
      edit.fields[plan.field] = std::to_string(typed.amount);
      edit.typed.push_back(std::move(typed));
      return;
    case Sort::value:
      typed.token = plan.field == std::string("signature") ? new_picture(world)
                                                           : world.ledger().new_word(plan.field);
      typed.replaced = shown_tokens(form.fields, plan.field, Sort::value);
      edit.fields[plan.field] = typed.token;
      edit.typed.push_back(std::move(typed));
      return;
  }
}

Edit type_into(World& world, const Tablet& tablet, const Form& form, Chance& chance) {
  Edit edit;
  std::vector<FieldPlan> fields = fields_of(tablet, form.type);
  if (fields.empty()) return edit;
  const std::size_t count = 1 + (chance.one_in(3) ? chance.below(fields.size()) : 0);
  for (std::size_t i = 0; i < count && !fields.empty(); ++i) {
    const std::size_t at = chance.below(fields.size());
    type_field(world, form, fields[at], chance, edit);
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(at));
  }
  if (form.type == "visit" && chance.one_in(4)) {
    edit.fields["minutes"] = std::to_string(30 * (1 + chance.below(3)));  // often the same
  }
  if (form.type == "household" && chance.one_in(4) &&
      knows(tablet, form.type, "interpreter_needed")) {
    edit.fields["interpreter_needed"] = chance.one_in(2);
  }
  return edit;
}

Edit new_record_fields(World& world, Tablet& tablet, const std::string& type, Chance& chance) {
  Form empty;
  empty.type = type;
  Edit edit;
  for (const FieldPlan& plan : fields_of(tablet, type)) {
    const std::string field = plan.field;
    const bool needed = field == "name" || field == "title" || field == "surname";
    if (needed || chance.one_in(2)) type_field(world, empty, plan, chance, edit);
  }
  if (type == "household") edit.fields["commune"] = "Bibbiano";
  if (type == "visit") {
    edit.fields["start_at"] = "2026-09-" + std::to_string(10 + chance.below(19)) + " 15:30";
    edit.fields["place"] = "casa";
    edit.fields["educator"] = tablet.person().account;
  }
  if (type == "voucher") {
    edit.fields["number"] = "VS-" + std::to_string(chance.below(1'000'000));
    edit.fields["service"] = "Doposcuola";
    edit.fields["units"] = std::to_string(chance.between(2, 8) * 1'000);
    edit.fields["from_date"] = "2026-01-01";
    edit.fields["to_date"] = "2026-12-31";
    edit.fields["state"] = "in_uso";
  }
  if (type == "emporium_card") {
    edit.fields["number"] = "T-" + std::to_string(chance.below(1'000'000));
    edit.fields["points"] = std::to_string(chance.between(2, 8) * 1'000);
    edit.fields["valid_from"] = "2026-01-01";
    edit.fields["valid_to"] = "2026-12-31";
    edit.fields["emporium"] = "Il Melograno";
    edit.fields["state"] = "attiva";
  }
  if (type == "objective") edit.fields["status"] = "in_corso";
  if (type == "member") {
    edit.fields["given_names"] = "Sara";
    edit.fields["relation"] = "0";
  }
  if (type == "stakeholder") {
    edit.fields["name"] = "Polisportiva";
    edit.fields["kind"] = "associazione";
  }
  return edit;
}

std::string natural_id(const sync::DossierId& dossier, const std::string& type,
                       const std::vector<std::string>& key) {
  sync::Hasher hasher("insieme natural key v1");
  hasher.add(dossier.bytes).add(type);
  for (const std::string& part : key) hasher.add('"' + part + '"');
  const sync::Digest digest = hasher.finish();
  sync::RecordId id;
  std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x80);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return sync::to_text(id);
}

std::vector<Found> records_of(Tablet& tablet) {
  client::ListQuery query;
  query.retracted_too = true;
  query.limit = 1000;
  std::vector<Found> found;
  const auto lines = tablet.store().list(query);
  if (!lines.ok()) return found;
  for (const client::RecordLine& line : lines.value()) {
    found.push_back({sync::to_text(line.ref.id), line.ref.type,
                     sync::to_text(line.ref.document.dossier), line.retracted});
  }
  return found;
}

std::optional<Found> pick_record(Tablet& tablet, Chance& chance) {
  const std::vector<Found> all = records_of(tablet);
  if (all.empty()) return std::nullopt;
  // Mostly the first few: people meet where the work is.
  const std::size_t few = chance.percent(60) ? std::min<std::size_t>(all.size(), 3) : all.size();
  return all[chance.below(few)];
}

std::optional<Form> open_form(World& world, Tablet& tablet, const Found& found) {
  const json::object shown = world.get(tablet, found.record);
  if (shown.empty()) return std::nullopt;
  return Form{found.record, found.type, found.dossier, text_of(shown, "version"),
              shown.at("fields").as_object()};
}

void place_all(Edit& edit, const std::string& dossier, const std::string& record) {
  for (Typed& typed : edit.typed) {
    typed.place.dossier = dossier;
    typed.place.record = record;
  }
}

std::string new_record_id(World& world, Chance& chance) {
  std::array<std::uint8_t, 10> drawn{};
  chance.fill(drawn);
  return sync::to_text(sync::RecordId{sync::make_uuid7(world.now_ms(), drawn)});
}

std::vector<std::string> objectives_in_order(World& world, Tablet& tablet,
                                             const std::string& dossier) {
  std::vector<std::pair<std::string, std::string>> list;
  for (const Found& found : records_of(tablet)) {
    if (found.type != "objective" || found.dossier != dossier || found.retracted) continue;
    const json::object shown = world.get(tablet, found.record);
    if (shown.empty()) continue;
    const json::value* place = shown.at("fields").as_object().if_contains("place");
    if (place == nullptr || !place->is_object()) continue;
    list.emplace_back(text_of(place->as_object(), "text"), found.record);
  }
  std::sort(list.begin(), list.end());
  std::vector<std::string> ids;
  for (auto& [place, id] : list) ids.push_back(std::move(id));
  return ids;
}

}  // namespace insieme::simulation
