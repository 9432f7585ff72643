// What people decide: review items, contests, late changes, and that they have seen something.
#include "simulation/acts.hpp"
#include "simulation/acts/typing.hpp"

namespace insieme::simulation {
namespace {

Typed decision_at(const json::object& item, const FieldPlan& plan, const std::string& reason) {
  Typed typed;
  typed.place = {text_of(item, "dossier"), plan.section, text_of(item, "record"), plan.field};
  typed.sort = plan.sort;
  typed.evidence = reason;
  return typed;
}

void decide_values(World& world, Tablet& tablet, const json::object& item, Chance& chance,
                   json::object request, const std::string& reason) {
  const auto plan = plan_of(text_of(item, "type"), text_of(item, "field"));
  const bool is_known = plan && knows(tablet, plan->type, plan->field);
  const json::array& alternatives = item.at("alternatives").as_array();
  std::vector<Typed> typed;
  if (!plan || plan->sort != Sort::value) {
    request["choose"] = 1;
  } else if (!is_known && plan->field == std::string("signature")) {
    request["dismiss"] = true;  // it is shown as bytes
  } else {
    Typed decision = decision_at(item, *plan, reason);
    for (const json::value& alternative : alternatives) {
      decision.replaced.insert(text_of(alternative.as_object(), "text"));
    }
    if (chance.percent(60)) {
      const std::size_t at = chance.below(alternatives.size());
      request["choose"] = at + 1;
      decision.token = text_of(alternatives[at].as_object(), "text");
    } else if (is_known && chance.one_in(2)) {
      decision.token = world.ledger().new_word(plan->field);
      request["write"] = decision.token;
    } else {
      decision.replaced.clear();
      request["dismiss"] = true;
    }
    typed.push_back(std::move(decision));
  }
  world.save(tablet, std::move(request), std::move(typed));
}

std::set<std::string> letters_in(const json::object& shown) {
  return shown_tokens({{"text", shown}}, "text", Sort::letter);
}

/// Of a passage that two rewrote: leave it, or take one of the texts. What is not in that goes, and
/// what an earlier decision had taken out may come back.
void decide_text(World& world, Tablet& tablet, const json::object& item, Chance& chance,
                 json::object request, const std::string& reason) {
  const auto plan = plan_of(text_of(item, "type"), text_of(item, "field"));
  const json::array& alternatives = item.at("alternatives").as_array();
  const json::object& chosen = alternatives[chance.below(alternatives.size())].as_object();
  if (!plan || !knows(tablet, plan->type, plan->field) || chosen.contains("folded") ||
      chance.one_in(2)) {
    request["dismiss"] = true;
    world.save(tablet, std::move(request), {});
    return;
  }
  request["choose"] = chosen.at("number");
  const std::set<std::string> now = letters_in({{"text", item.at("now")}});
  const std::set<std::string> then = letters_in(chosen);
  Typed decision = decision_at(item, *plan, reason);
  std::vector<Typed> typed;
  for (const std::string& letter : now) {
    if (then.count(letter) == 0) decision.replaced.insert(letter);
  }
  for (const std::string& letter : then) {
    if (now.count(letter) != 0) continue;
    typed.push_back(decision_at(item, *plan, reason));
    typed.back().token = letter;
  }
  typed.push_back(std::move(decision));
  world.save(tablet, std::move(request), std::move(typed));
}

json::array open_items(World& world, Tablet& tablet) {
  const json::object reply = world.ask(tablet, {{"command", "review.list"}});
  return is_ok(reply) ? reply.at("items").as_array() : json::array();
}

void decide_on(World& world, Tablet& tablet, const json::object& item, Chance& chance) {
  const std::string reason = world.ledger().new_word("motivo");
  json::object request{
      {"command", "review.resolve"}, {"item", text_of(item, "id")}, {"reason", reason}};
  const std::string kind = text_of(item, "kind");
  if (kind == "concurrent_values") {
    return decide_values(world, tablet, item, chance, std::move(request), reason);
  }
  if (kind == "text_overlap") {
    return decide_text(world, tablet, item, chance, std::move(request), reason);
  }
  if (kind == "edited_after_closure") {
    request["dismiss"] = true;
  } else if (kind == "provisional_spend") {
    request[chance.percent(60) ? "confirm" : "refuse"] = true;
  } else {
    request["life"] = chance.one_in(2) ? "restore" : "retract";
    if (text_of(item, "type") == kEdgeType) world.ledger().lose_sight(text_of(item, "record"));
  }
  world.save(tablet, std::move(request), {});
}

void resolve(World& world, Tablet& tablet, Chance& chance) {
  const json::array items = open_items(world, tablet);
  if (items.empty()) return;
  decide_on(world, tablet, items[chance.below(items.size())].as_object(), chance);
}

/// Everybody who has the item before them decides on it, and hears of the others later.
void resolve_at_once(World& world, Tablet& tablet, Chance& chance) {
  // By number: while one synchronises, others may get a further tablet.
  for (std::size_t i = 0; i < world.tablets().size(); ++i) {
    Tablet& other = *world.tablets()[i];
    if (!other.busy) world.synchronise(other);
  }
  const json::array items = open_items(world, tablet);
  if (items.empty()) return;
  const std::string id = text_of(items[chance.below(items.size())].as_object(), "id");
  std::size_t decisions = 0;
  for (const auto& other : world.tablets()) {
    if (other->busy || other->disk().full()) continue;
    world.reopen(*other);
    for (const json::value& item : open_items(world, *other)) {
      if (text_of(item.as_object(), "id") != id) continue;
      decide_on(world, *other, item.as_object(), chance);
      ++decisions;
    }
  }
  if (decisions > 1) world.note_fault("several decide on one item at once");
}

void contest(World& world, Tablet& tablet, Chance& chance) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto found = pick_record(tablet, chance);
    if (!found) return;
    std::vector<FieldPlan> registers;
    for (const FieldPlan& plan : fields_of(tablet, found->type)) {
      if (plan.sort == Sort::value) registers.push_back(plan);
    }
    if (registers.empty()) continue;
    const FieldPlan& plan = registers[chance.below(registers.size())];
    const std::string reason = world.ledger().new_word("motivo");
    world.ledger().contest({found->dossier, plan.section, found->record, plan.field});
    const json::object reply = world.save(tablet,
                                          {{"command", "review.contest"},
                                           {"record", found->record},
                                           {"field", plan.field},
                                           {"reason", reason}},
                                          {});
    if (is_ok(reply)) return;
  }
}

void decide_late_change(World& world, Tablet& tablet, Chance& chance) {
  const json::object reply = world.ask(tablet, {{"command", "inbox.list"}});
  if (!is_ok(reply)) return;
  const json::array& entries = reply.at("entries").as_array();
  if (entries.empty()) return;
  const json::object& entry = entries[chance.below(entries.size())].as_object();
  world.save(tablet,
             {{"command", "inbox.decide"},
              {"entry", text_of(entry, "id")},
              {"accept", chance.percent(60)},
              {"reason", world.ledger().new_word("motivo")}},
             {});
}

void mark_seen(World& world, Tablet& tablet, Chance& chance) {
  const auto found = pick_record(tablet, chance);
  if (!found) return;
  world.ask(tablet, {{"command", "seen.mark"}, {"record", found->record}});
}

}  // namespace

std::vector<ActKind> review_acts() {
  return {
      {"decide on an item", {4, 4, 16}, resolve, false, false, false},
      {"several decide at once", {2, 2, 5}, resolve_at_once, false, false, true},
      {"contest a decision", {3, 3, 1}, contest, false, false, false},
      {"decide on a late change", {0, 0, 12}, decide_late_change, false, false, false},
      {"mark as seen", {1, 1, 6}, mark_seen, false, false, false},
  };
}

}  // namespace insieme::simulation
