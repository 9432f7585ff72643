// What was erased by order: who reads it from the server's book, and what must hold of it at rest.
#include <algorithm>

#include "simulation/acts/typing.hpp"
#include "simulation/checks.hpp"
#include "simulation/log_reader.hpp"

namespace insieme::simulation {

Erased::Erased(World& world) : records_(world.erased_with) {
  for (server::Erasure& erasure : world.office().repository().erasures()) {
    if (erasure.state == server::ErasureState::carried_out) {
      orders_.push_back(std::move(erasure.order));
    }
  }
}

bool Erased::covers(const Place& place) const {
  const auto covered_by = [&place, this](const sync::ErasureOrder& order) {
    const std::string dossier = sync::to_text(order.dossier);
    // Who opens a dossier does not know its id before the answer.
    if (place.dossier != dossier && place.dossier != kNoDossierYet) return false;
    return std::any_of(order.targets.begin(), order.targets.end(), [&](const auto& target) {
      if (!target.section.empty() && target.section != place.section) return false;
      if (!target.record.is_nil()) return place.record == sync::to_text(target.record);
      const auto held = records_.find(sync::to_text(order.id));
      return place.dossier == dossier ||
             (held != records_.end() && held->second.count(place.record) != 0);
    });
  };
  return std::any_of(orders_.begin(), orders_.end(), covered_by);
}

bool Erased::covers_all(Place place) const {
  if (!covers(place)) return false;
  for (const char* section : {"core", "education", "economic", "health"}) {
    place.section = section;
    if (!covers(place)) return false;
  }
  return true;
}

namespace {

/// Of what was typed there, what nothing else says.
std::vector<const Typed*> erased_alone(const Ledger& ledger, const Erased& erased) {
  std::set<std::string> stay;
  for (const Typed& typed : ledger.typed()) {
    if (!erased.covers_all(typed.place)) stay.insert(typed.token);
  }
  std::vector<const Typed*> all;
  for (const Typed& typed : ledger.typed()) {
    if (erased.covers_all(typed.place) && stay.count(typed.token) == 0) all.push_back(&typed);
  }
  return all;
}

void check_tablet(World& world, Tablet& tablet, const Typed& typed) {
  const std::string where = tablet.name() + ": " + to_text(typed.place);
  const json::object shown = world.get(tablet, typed.place.record);
  if (!shown.empty() && plan_of(text_of(shown, "type"), typed.place.field)) {
    const auto tokens = shown_tokens(shown.at("fields").as_object(), typed.place.field, typed.sort);
    demand(tokens.count(typed.token) == 0, "what was erased is shown nowhere",
           where + " shows " + typed.token);
  }
  if (typed.sort != Sort::value) return;
  const std::string hits = json::serialize(
      world.ask(tablet, {{"command", "search"}, {"words", typed.token}, {"limit", 100}}));
  demand(shown.empty() ? hits.find(typed.place.record) == std::string::npos : true,
         "what was erased is not found", where + ": " + hits);
}

}  // namespace

void check_erased(World& world, const std::vector<Tablet*>& tablets, const Delivered& delivered,
                  const Erased& erased) {
  const auto gone = erased_alone(world.ledger(), erased);
  for (const Typed* typed : gone) {
    const std::string& sign = typed->evidence.empty() ? typed->token : typed->evidence;
    const bool is_there = typed->amount != 0 ? delivered.amounts.count(typed->amount) != 0
                                             : !sign.empty() && delivered.tokens.count(sign) != 0;
    demand(!is_there, "what was erased is not in the log", sign + " at " + to_text(typed->place));
  }
  for (Tablet* tablet : tablets) {
    Delivered kept;
    for (const sync::Change& change : aside_on(*tablet)) {
      if (change.ops) collect_tokens(*change.ops, true, kept);
    }
    for (const Typed* typed : gone) {
      if (typed->token.empty()) continue;
      demand(kept.aside.count(typed->token) == 0, "what was erased is kept nowhere",
             tablet->name() + " keeps " + typed->token + " of " + to_text(typed->place));
      check_tablet(world, *tablet, *typed);
    }
  }
}

}  // namespace insieme::simulation
