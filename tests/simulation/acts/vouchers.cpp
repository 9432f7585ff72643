// What people do with vouchers and points cards: spend, hand on, take back, raise.
#include "simulation/acts.hpp"
#include "simulation/acts/typing.hpp"

namespace insieme::simulation {
namespace {

struct Purse {
  Found found;
  json::object shown;  ///< as rights.list gave it
};

std::optional<Purse> pick_purse(World& world, Tablet& tablet, Chance& chance) {
  std::vector<Found> all;
  for (const Found& found : records_of(tablet)) {
    if (found.type == "voucher" || found.type == "emporium_card") all.push_back(found);
  }
  if (all.empty()) return std::nullopt;
  Purse purse{all[chance.below(std::min<std::size_t>(all.size(), 3))], {}};
  purse.shown = world.ask(tablet, {{"command", "rights.list"}, {"record", purse.found.record}});
  if (!is_ok(purse.shown)) return std::nullopt;
  return purse;
}

Typed units_at(const Found& found, std::int64_t amount) {
  Typed typed;
  typed.place = {found.dossier, "economic", found.record, kUnitsField};
  typed.sort = Sort::units;
  typed.amount = amount;
  return typed;
}

bool warns_of_provisional(const json::object& reply) {
  return json::serialize(reply).find("beyond_rights") != std::string::npos;
}

void spend(World& world, Tablet& tablet, Chance& chance) {
  const auto purse = pick_purse(world, tablet, chance);
  if (!purse) return;
  const std::int64_t amount = world.ledger().new_amount(false);
  json::object request;
  if (purse->found.type == "emporium_card") {
    request = {{"command", "record.save"},
               {"type", "emporium_access"},
               {"dossier", purse->found.dossier},
               {"fields",
                {{"card", purse->found.record},
                 {"accessed_on", "2026-10-01"},
                 {"points", std::to_string(amount)}}}};
  } else {
    request = {
        {"command", "rights.spend"}, {"record", purse->found.record}, {"amount", amount}};
  }
  const json::object reply =
      world.save(tablet, std::move(request), {units_at(purse->found, amount)});
  if (is_ok(reply)) world.ledger().tell(amount, !warns_of_provisional(reply));
}

/// A device among those that the screen shows, by what it has; nothing if there is no other one.
std::string pick_device(const Purse& purse, bool with_rights, Chance& chance) {
  std::vector<std::string> all;
  for (const json::value& value : purse.shown.at("devices").as_array()) {
    const json::object& device = value.as_object();
    if (text_of(device, "device") == "questo dispositivo") continue;
    if (with_rights && text_of(device, "rights") == "0") continue;
    all.push_back(text_of(device, "replica"));
  }
  return all.empty() ? std::string() : chance.pick(all);
}

void hand_on(World& world, Tablet& tablet, Chance& chance) {
  const auto purse = pick_purse(world, tablet, chance);
  if (!purse) return;
  const std::string to = pick_device(*purse, false, chance);
  if (to.empty()) return;
  const std::int64_t amount = world.ledger().new_amount(false);
  // New ones for another device, mostly refused: the total is with whoever made the voucher.
  const char* command = chance.one_in(6) ? "rights.grant" : "rights.transfer";
  world.save(tablet,
             {{"command", command},
              {"record", purse->found.record},
              {"amount", amount},
              {"to", to}},
             {units_at(purse->found, amount)});
}

void refund(World& world, Tablet& tablet, Chance& chance) {
  const auto purse = pick_purse(world, tablet, chance);
  if (!purse) return;
  const json::array& spends = purse->shown.at("spends").as_array();
  if (spends.empty()) return;
  const json::object& one = spends[chance.below(spends.size())].as_object();
  const json::object reply = world.save(tablet,
                                        {{"command", "rights.refund"},
                                         {"record", purse->found.record},
                                         {"spend", text_of(one, "dot")}},
                                        {});
  if (is_ok(reply)) {
    world.ledger().take_back(std::strtoll(text_of(one, "amount").c_str(), nullptr, 10));
  }
}

void reclaim(World& world, Tablet& tablet, Chance& chance) {
  const auto purse = pick_purse(world, tablet, chance);
  if (!purse) return;
  const std::string from = pick_device(*purse, true, chance);
  if (from.empty()) return;
  world.save(
      tablet,
      {{"command", "rights.reclaim"}, {"record", purse->found.record}, {"from", from}}, {});
}

void raise(World& world, Tablet& tablet, Chance& chance) {
  const auto purse = pick_purse(world, tablet, chance);
  if (!purse) return;
  const char* field = purse->found.type == "voucher" ? "units" : "points";
  world.save(tablet,
             {{"command", "record.save"},
              {"record", purse->found.record},
              {"fields", {{field, std::to_string(chance.between(5, 20) * 1'000)}}}},
             {});
}

}  // namespace

std::vector<ActKind> voucher_acts() {
  return {
      {"spend", {10, 4, 3}, spend, false, false, false},
      {"hand units on", {6, 2, 4}, hand_on, false, false, false},
      {"refund a spend", {2, 1, 3}, refund, false, false, false},
      {"reclaim units", {1, 1, 4}, reclaim, true, false, false},
      {"raise a voucher", {2, 1, 3}, raise, true, false, false},
  };
}

}  // namespace insieme::simulation
