// What the office does: assignments, hand-overs, devices taken off the list, the server's own life.
#include "insieme/server/verify.hpp"
#include "simulation/acts.hpp"
#include "simulation/world.hpp"

namespace insieme::simulation {
namespace {

struct Given {
  sync::DossierId dossier;
  std::vector<std::string> holders;
};

std::optional<Given> pick_dossier(World& world, Chance& chance) {
  const auto dossiers = world.office().repository().dossiers();
  if (dossiers.empty()) return std::nullopt;
  const server::DossierInfo& dossier = dossiers[chance.below(dossiers.size())];
  Given given{dossier.id, {}};
  for (const auto& assignment : dossier.assignments) {
    if (!assignment.to_position) given.holders.push_back(assignment.account);
  }
  return given;
}

const Person& pick_person(World& world, Chance& chance) {
  return chance.pick(world.script().settings.people);
}

void assign(World& world, Tablet&, Chance& chance) {
  const auto given = pick_dossier(world, chance);
  if (!given) return;
  const Person& person = pick_person(world, chance);
  std::vector<std::string> sections;  // those of the role
  if (chance.one_in(3) && person.role != "coordinator") {
    sections = chance.one_in(2)
                   ? std::vector<std::string>{"core", "education"}
                   : std::vector<std::string>{"core", "education", "economic", "network"};
    world.note_fault("sections taken away");
  }
  const auto done = world.office().repository().assign(person.account, given->dossier, sections);
  world.tell("  " + person.account + (done.ok() ? " is assigned" : " is not assigned"));
}

void unassign(World& world, Tablet&, Chance& chance) {
  const auto given = pick_dossier(world, chance);
  if (!given || given->holders.empty()) return;
  const std::string& account = chance.pick(given->holders);
  for (const Person& person : world.script().settings.people) {
    if (person.account == account && person.role == "coordinator") return;
  }
  const Status done =
      world.office().repository().unassign(account, given->dossier, "cambio di incarico");
  world.tell("  " + account + (done.ok() ? " loses a dossier" : " had none"));
  world.note_fault("assignment taken away");
}

void hand_over(World& world, Tablet&, Chance& chance) {
  const auto given = pick_dossier(world, chance);
  if (!given || given->holders.empty()) return;
  const std::string from = chance.pick(given->holders);
  for (const Person& person : world.script().settings.people) {
    if (person.account == from && person.role == "coordinator") return;
  }
  const Person& to = pick_person(world, chance);
  const Status done =
      world.office().repository().hand_over(given->dossier, from, to.account, "passaggio");
  world.tell("  from " + from + " to " + to.account + (done.ok() ? "" : ": not done"));
  if (!done.ok()) return;
  world.note_fault("hand-over");
}

void revoke_device(World& world, Tablet& tablet, Chance& chance) {
  std::size_t left = 0;
  for (const auto& other : world.tablets()) left += other->revoked ? 0U : 1U;
  if (left <= 2 || tablet.revoked || tablet.person().role == "coordinator") return;
  if (chance.one_in(2)) return;
  const sync::DeviceId device = tablet.store().identity().device;
  const Status done = world.office().repository().revoke_device(device, "smarrito");
  if (!done.ok()) return;  // the server forgot the device with an old backup
  for (const auto& other : world.tablets()) {
    world.reopen(*other);
    if (other->store().identity().device == device) other->revoked = true;
  }
  world.note_fault("device revoked");
}

/// A silent device is given up: the others go on without it, until it is in reach again.
void give_up(World& world, Tablet& tablet, Chance&) {
  const Status done =
      world.office().repository().give_up_device(tablet.store().identity().device);
  if (!done.ok()) return;
  tablet.reachable = false;
  world.note_fault("device given up");
}

void back_up(World& world, Tablet&, Chance&) { world.office().back_up(); }

void roll_back(World& world, Tablet&, Chance&) {
  if (!world.office().has_backup()) return;
  world.rolled_back = true;  // also if the server stops right then
  world.office().restore_backup();
  world.note_fault("server restored from an old backup");
}

void restart(World& world, Tablet&, Chance& chance) {
  const bool power = chance.one_in(2);
  world.office().restart(power ? Stop::power : Stop::kill, chance);
  world.note_fault(power ? "server loses power" : "server killed");
}

void arm_stop(World& world, Tablet&, Chance& chance) {
  world.office().disk().stop_at(1 + chance.below(60));
}

/// Somebody sets it wrong, a battery is empty, a time service jumps.
void set_server_clock(World& world, Tablet&, Chance& chance) {
  constexpr std::int64_t kHourMs = 3'600'000;
  const std::int64_t offsets[] = {0, -kHourMs, 3 * 24 * kHourMs, 400 * 24 * kHourMs,
                                  -world.now_ms()};
  world.office().clock_offset_ms = offsets[chance.below(std::size(offsets))];
  if (world.office().clock_offset_ms != 0) world.note_fault("server's clock wrong");
}

void toggle_full(World& world, Tablet&, Chance& chance) {
  Office& office = world.office();
  if (chance.one_in(2)) {
    office.disk().set_full(!office.disk().full());
    if (office.disk().full()) world.note_fault("server's disk full");
  } else {
    office.free_disk = office.free_disk == 0 ? 1ULL << 40 : 0;
    if (office.free_disk == 0) world.note_fault("server's disk nearly full");
  }
}

}  // namespace

std::vector<ActKind> office_acts() {
  return {
      {"assign", {3, 3, 3}, assign, true, false, true},
      {"unassign", {2, 2, 2}, unassign, true, false, true},
      {"hand over", {3, 3, 3}, hand_over, true, false, true},
      {"revoke a device", {1, 1, 1}, revoke_device, true, false, true},
      {"give a device up", {6, 6, 6}, give_up, true, false, true},
      {"back up the server", {4, 4, 4}, back_up, false, false, true},
      {"restore the server", {8, 8, 8}, roll_back, true, false, true},
      {"restart the server", {2, 2, 2}, restart, true, false, true},
      {"server will stop", {2, 2, 2}, arm_stop, true, false, true},
      {"server full or not", {2, 2, 2}, toggle_full, true, false, true},
      {"set the server's clock", {2, 2, 2}, set_server_clock, true, false, true},
  };
}

}  // namespace insieme::simulation
