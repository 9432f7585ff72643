// What people do in the field: new dossiers and records, edits, forms that stay open, drafts,
// retracting and restoring.
#include "simulation/acts.hpp"
#include "simulation/acts/typing.hpp"
#include "simulation/checks.hpp"

namespace insieme::simulation {
namespace {

constexpr std::size_t kDossiersMax = 4;

/// What is not retracted by itself: roots, spends, and edges, which are taken back as such.
bool stays(const std::string& type) {
  return type == "household" || type == "network" || type == "emporium_access" ||
         type == kEdgeType;
}

std::vector<std::string> types_in(const Tablet& tablet, const std::string& root) {
  if (root == "network") return {"stakeholder"};
  std::vector<std::string> types{"visit", "visit", "visit", "note", "voucher", "member"};
  if (knows(tablet, "emporium_card")) types.emplace_back("emporium_card");
  return types;
}

/// The record that a dossier is about, as far as it is here.
std::string root_of(Tablet& tablet, const sync::DossierId& dossier) {
  for (const Found& found : records_of(tablet)) {
    if (found.type == "household" && found.dossier == sync::to_text(dossier)) return found.record;
  }
  return "00000000-0000-7000-8000-000000000000";
}

void new_dossier(World& world, Tablet& tablet, Chance& chance) {
  const auto dossiers = tablet.store().dossiers();
  if (dossiers.ok() && dossiers->size() >= kDossiersMax) return;
  const bool network = tablet.person().role == "fellow" && chance.percent(70);
  const std::string type = network ? "network" : "household";
  Edit edit = new_record_fields(world, tablet, type, chance);
  const std::string id = new_record_id(world, chance);
  place_all(edit, kNoDossierYet, id);
  std::vector<Typed> typed = std::move(edit.typed);
  json::object request{{"command", "dossier.create"},
                       {"type", type},
                       {"id", id},
                       {"fields", std::move(edit.fields)}};
  if (chance.percent(70)) {
    const std::string second = chance.pick(types_in(tablet, type));
    Edit more = new_record_fields(world, tablet, second, chance);
    const std::string second_id = new_record_id(world, chance);
    if (second == "emporium_card") more.fields["household"] = id;
    place_all(more, kNoDossierYet, second_id);
    typed.insert(typed.end(), more.typed.begin(), more.typed.end());
    request["records"] = json::array{
        json::object{{"type", second}, {"id", second_id}, {"fields", std::move(more.fields)}}};
  }
  world.save(tablet, std::move(request), std::move(typed));
}

void new_record(World& world, Tablet& tablet, Chance& chance) {
  const auto dossiers = tablet.store().dossiers();
  if (!dossiers.ok() || dossiers->empty()) return new_dossier(world, tablet, chance);
  const client::DossierLine& dossier = dossiers.value()[chance.below(dossiers->size())];
  const std::string type = chance.pick(types_in(tablet, dossier.root_type));
  Edit edit = new_record_fields(world, tablet, type, chance);
  if (type == "emporium_card") edit.fields["household"] = root_of(tablet, dossier.id);
  const std::string id = new_record_id(world, chance);
  place_all(edit, sync::to_text(dossier.id), id);
  json::object request{{"command", "record.save"},
                       {"type", type},
                       {"dossier", sync::to_text(dossier.id)},
                       {"id", id},
                       {"fields", std::move(edit.fields)}};
  world.save(tablet, std::move(request), std::move(edit.typed));
}

json::object request_of(const Form& form, Edit& edit) {
  return {{"command", "record.save"}, {"record", form.record}, {"fields", std::move(edit.fields)}};
}

void edit_now(World& world, Tablet& tablet, Chance& chance) {
  const auto found = pick_record(tablet, chance);
  if (!found) return new_record(world, tablet, chance);
  const auto form = open_form(world, tablet, *found);
  if (!form) return;
  Edit edit = type_into(world, tablet, *form, chance);
  json::object request = request_of(*form, edit);
  if (chance.one_in(2)) request["version"] = form->version;
  world.save(tablet, std::move(request), std::move(edit.typed));
}

/// Several records in one act: their changes travel together.
void edit_several(World& world, Tablet& tablet, Chance& chance) {
  json::array records;
  std::vector<Typed> typed;
  std::set<std::string> taken;
  for (int i = 0; i < 3; ++i) {
    const auto found = pick_record(tablet, chance);
    if (!found || !taken.insert(found->record).second) continue;
    const auto form = open_form(world, tablet, *found);
    if (!form) continue;
    Edit edit = type_into(world, tablet, *form, chance);
    json::object one{{"record", form->record}, {"fields", std::move(edit.fields)}};
    if (chance.one_in(2)) one["version"] = form->version;
    records.push_back(std::move(one));
    typed.insert(typed.end(), edit.typed.begin(), edit.typed.end());
  }
  if (records.empty()) return;
  world.save(tablet, {{"command", "record.save"}, {"records", std::move(records)}},
             std::move(typed));
}

/// One line of a month's budget: two people who enter it apart enter the same record.
void enter_budget_line(World& world, Tablet& tablet, Chance& chance) {
  const auto dossiers = tablet.store().dossiers();
  if (!dossiers.ok() || dossiers->empty()) return;
  const client::DossierLine& dossier = dossiers.value()[chance.below(dossiers->size())];
  if (dossier.root_type != "household") return;
  const std::vector<std::string> key{"2026-09", "uscita", chance.one_in(2) ? "affitto" : "scuola"};
  const std::string id = natural_id(dossier.id, "household_budget_line", key);
  Form form{id, "household_budget_line", sync::to_text(dossier.id), "", {}};
  const json::object shown = world.get(tablet, id);
  if (!shown.empty()) form.fields = shown.at("fields").as_object();
  Edit edit = type_into(world, tablet, form, chance);
  for (Typed& typed : edit.typed) typed.place.record = id;
  edit.fields["month"] = key[0];
  edit.fields["direction"] = key[1];
  edit.fields["category"] = key[2];
  edit.fields["amount"] = "500,00";
  world.save(tablet,
             {{"command", "record.save"},
              {"type", form.type},
              {"dossier", form.dossier},
              {"upsert", true},
              {"fields", std::move(edit.fields)}},
             std::move(edit.typed));
}

void leave_form_open(World& world, Tablet& tablet, Chance& chance) {
  const auto found = pick_record(tablet, chance);
  if (!found) return;
  auto form = open_form(world, tablet, *found);
  if (form) tablet.forms.push_back(*std::move(form));
}

void save_open_form(World& world, Tablet& tablet, Chance& chance) {
  if (tablet.forms.empty()) return leave_form_open(world, tablet, chance);
  const std::size_t at = chance.below(tablet.forms.size());
  const Form form = tablet.forms[at];
  tablet.forms.erase(tablet.forms.begin() + static_cast<std::ptrdiff_t>(at));
  Edit edit = type_into(world, tablet, form, chance);
  json::object request = request_of(form, edit);
  request["version"] = form.version;
  world.save(tablet, std::move(request), std::move(edit.typed));
}

void open_draft(World& world, Tablet& tablet, Chance& chance) {
  const auto found = pick_record(tablet, chance);
  if (!found) return;
  auto form = open_form(world, tablet, *found);
  if (!form) return;
  const json::object reply =
      world.ask(tablet, {{"command", "draft.open"}, {"record", found->record}});
  if (!is_ok(reply)) return;
  const std::string id = text_of(reply.at("draft").as_object(), "id");
  ++world.opened_drafts;
  tablet.drafts.insert_or_assign(id, *std::move(form));
}

/// A draft that was kept for long; what was on the screen when it was opened counts.
void commit_draft(World& world, Tablet& tablet, Chance& chance) {
  if (tablet.drafts.empty()) return open_draft(world, tablet, chance);
  auto at = tablet.drafts.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(chance.below(tablet.drafts.size())));
  const std::string id = at->first;
  const Form form = at->second;
  Edit edit = type_into(world, tablet, form, chance);
  if (chance.one_in(2)) {
    const json::object kept =
        world.ask(tablet, {{"command", "draft.save"}, {"draft", id}, {"fields", edit.fields}});
    if (!is_ok(kept)) return;
    edit.fields.clear();
    if (!tablet.busy && chance.one_in(3)) world.restart(tablet, Stop::kill);
  }
  json::object request{{"command", "draft.commit"}, {"draft", id}};
  if (!edit.fields.empty()) request["fields"] = std::move(edit.fields);
  const json::object reply = world.save(tablet, std::move(request), std::move(edit.typed));
  if (is_ok(reply)) tablet.drafts.erase(id);
}

void retract(World& world, Tablet& tablet, Chance& chance) {
  const auto found = pick_record(tablet, chance);
  if (!found || stays(found->type)) return;
  const auto form = open_form(world, tablet, *found);
  if (!form) return;
  json::object request{{"command", found->retracted ? "record.restore" : "record.retract"},
                       {"record", found->record}};
  if (chance.one_in(2)) request["version"] = form->version;
  world.save(tablet, std::move(request), {});
}

/// A visit is validated: from here on it is not edited by who knows of it.
void close_visit(World& world, Tablet& tablet, Chance& chance) {
  const auto found = pick_record(tablet, chance);
  if (!found || found->type != "visit" || !knows(tablet, "visit", "state")) return;
  for (const char* state : {"confermata", "validata"}) {
    world.save(tablet,
               {{"command", "record.save"},
                {"record", found->record},
                {"fields", {{"state", state}}}},
               {});
  }
}

/// A family's case is opened, or closed: then every section of its dossier is marked.
void open_or_close_case(World& world, Tablet& tablet, Chance& chance) {
  const auto dossiers = tablet.store().dossiers();
  if (!dossiers.ok() || dossiers->empty() || !knows(tablet, "case", "state")) return;
  const client::DossierLine& dossier = dossiers.value()[chance.below(dossiers->size())];
  if (dossier.root_type != "household") return;
  const std::string id = sync::to_text(dossier.id);
  const json::object cases =
      world.ask(tablet, {{"command", "record.list"}, {"type", "case"}, {"dossier", id}});
  if (!is_ok(cases)) return;
  const json::array& found = cases.at("records").as_array();
  if (found.empty() || chance.one_in(4)) {
    world.save(tablet,
               {{"command", "record.save"},
                {"type", "case"},
                {"dossier", id},
                {"id", new_record_id(world, chance)},
                {"fields",
                 {{"household", root_of(tablet, dossier.id)},
                  {"state", "segnalato"},
                  {"opened_on", "2026-01-08"}}}},
               {});
    return;
  }
  json::object request{{"command", "record.save"},
                       {"record", found[chance.below(found.size())].as_object().at("id")},
                       {"fields",
                        {{"state", "chiuso"},
                         {"closed_on", "2026-02-01"},
                         {"closure_reason", "4"},
                         {"closure_situation", "1"}}}};
  world.save(tablet, std::move(request), {});
}

/// Who leaves a dossier by agreement: not who coordinates.
std::optional<std::string> who_may_leave(World& world, const Tablet& tablet, Chance& chance) {
  const Person& self = tablet.person();
  const Person& person =
      self.role == "coordinator" ? chance.pick(world.script().settings.people) : self;
  if (person.role == "coordinator") return {};
  return person.account;
}

void propose_hand_over(World& world, Tablet& tablet, Chance& chance) {
  const auto dossiers = tablet.store().dossiers();
  if (!dossiers.ok() || dossiers->empty() || !knows(tablet, "hand_over", "state")) return;
  const client::DossierLine& dossier = dossiers.value()[chance.below(dossiers->size())];
  const auto from = who_may_leave(world, tablet, chance);
  if (!from || dossier.root_type != "household") return;
  world.save(tablet,
             {{"command", "handover.propose"},
              {"dossier", sync::to_text(dossier.id)},
              {"from", *from},
              {"to", chance.pick(world.script().settings.people).account},
              {"reason", "passaggio"}},
             {});
}

void answer_hand_over(World& world, Tablet& tablet, Chance& chance) {
  const json::object reply = world.ask(tablet, {{"command", "handover.list"}});
  if (!is_ok(reply) || reply.at("hand_overs").as_array().empty()) return;
  const json::array& all = reply.at("hand_overs").as_array();
  const std::uint64_t word = chance.below(4);
  const char* command = word == 0   ? "handover.refuse"
                        : word == 1 ? "handover.revoke"
                                    : "handover.accept";
  const json::object& one = all[chance.below(all.size())].as_object();
  world.save(tablet, {{"command", command}, {"record", one.at("id")}}, {});
}

/// A receipt never says more than is true.
void check_receipts(World& world, Tablet& tablet, const std::string& record) {
  const json::object reply = world.ask(tablet, {{"command", "receipts"}, {"record", record}});
  if (!is_ok(reply) || world.rolled_back) return;
  Delivered delivered;
  std::optional<Erased> erased;
  try {
    delivered = world.office().read_log();
    erased.emplace(world);
  } catch (const server::StorageFailure&) {
    return;  // the server is down just now
  }
  for (const json::value& value : reply.at("receipts").as_array()) {
    const json::object& line = value.as_object();
    const std::string receipt = text_of(line, "receipt");
    if (receipt != "applied" && receipt != "seen") continue;
    const Typed* newest = nullptr;
    for (const Typed& typed : world.ledger().typed()) {
      if (typed.acknowledged && !typed.token.empty() && typed.place.record == record &&
          typed.place.section == text_of(line, "section") &&
          world.tablets()[typed.tablet].get() == &tablet) {
        newest = &typed;
      }
    }
    if (newest == nullptr || erased->covers(newest->place)) continue;
    if (world.lost_tablets.count(tablet.name()) != 0) continue;
    const std::string& sign = newest->evidence.empty() ? newest->token : newest->evidence;
    demand(delivered.tokens.count(sign) != 0, "receipts never claim more than is true",
           tablet.name() + " says " + receipt + " of " + sign + " at " + to_text(newest->place));
  }
}

/// Reading never writes.
void read_about(World& world, Tablet& tablet, Chance& chance) {
  const auto before = tablet.store().status();
  world.ask(tablet, {{"command", "search"}, {"words", "k1"}});
  world.ask(tablet, {{"command", "review.list"}});
  world.ask(tablet, {{"command", "receipts"}});
  if (const auto found = pick_record(tablet, chance)) {
    world.ask(tablet, {{"command", "history"}, {"record", found->record}});
    check_receipts(world, tablet, found->record);
  }
  const auto after = tablet.store().status();
  if (!before.ok() || !after.ok()) return;
  demand(before->unsent == after->unsent, "reading never writes", tablet.name());
}

}  // namespace

void share_a_dossier(World& world, Chance& chance) {
  Tablet& first = *world.tablets().front();
  new_dossier(world, first, chance);
  const auto made = first.store().dossiers();
  if (!made.ok() || made->empty()) return;
  const auto dossier = sync::to_text(made->front().id);
  for (const char* type : {"visit", "note", "voucher", "emporium_card"}) {
    if (made->front().root_type != "household" || !knows(first, type)) continue;
    Edit edit = new_record_fields(world, first, type, chance);
    if (type == std::string("emporium_card")) {
      edit.fields["household"] = root_of(first, made->front().id);
    }
    const std::string id = new_record_id(world, chance);
    place_all(edit, dossier, id);
    world.save(first,
               {{"command", "record.save"},
                {"type", type},
                {"dossier", dossier},
                {"id", id},
                {"fields", std::move(edit.fields)}},
               std::move(edit.typed));
  }
  world.synchronise(first);
  for (const Person& person : world.script().settings.people) {
    const auto given = world.office().repository().assign(person.account, made->front().id, {});
    demand(given.ok(), "server start", "a person cannot be assigned");
  }
  for (const auto& tablet : world.tablets()) world.synchronise(*tablet);
}

std::vector<ActKind> work_acts() {
  return {
      {"open dossier", {4, 4, 1}, new_dossier, false, false, false},
      {"new record", {10, 10, 3}, new_record, false, false, false},
      {"edit", {30, 25, 10}, edit_now, false, false, false},
      {"edit several records", {6, 4, 2}, edit_several, false, false, false},
      {"enter a budget line", {5, 1, 1}, enter_budget_line, false, false, false},
      {"leave a form open", {6, 6, 3}, leave_form_open, false, false, false},
      {"save a form opened before", {10, 8, 4}, save_open_form, false, false, false},
      {"open a draft", {4, 4, 1}, open_draft, false, false, false},
      {"commit a draft", {5, 4, 1}, commit_draft, false, false, false},
      {"retract or restore", {5, 3, 4}, retract, false, false, false},
      {"close a visit", {3, 0, 6}, close_visit, false, false, false},
      {"open or close a case", {3, 0, 8}, open_or_close_case, false, false, false},
      {"propose a hand-over", {2, 0, 3}, propose_hand_over, false, false, false},
      {"answer a hand-over", {3, 1, 5}, answer_hand_over, false, false, false},
      {"read about", {4, 4, 4}, read_about, false, false, false},
  };
}

}  // namespace insieme::simulation
