// What befalls tablets: synchronising, stops, clocks, full disks, copies of the store.
#include <filesystem>

#include "simulation/acts.hpp"
#include "simulation/world.hpp"

namespace insieme::simulation {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kYear2031Ms = 1'925'000'000'000;
constexpr std::size_t kTabletsMax = 6;

void synchronise(World& world, Tablet& tablet, Chance&) { world.synchronise(tablet); }

void stop(World& world, Tablet& tablet, Chance& chance) {
  world.restart(tablet, chance.one_in(2) ? Stop::power : Stop::kill);
}

void close(World& world, Tablet& tablet, Chance&) {
  world.tell("  " + tablet.name() + " is closed and opened");
  tablet.close();
  tablet.forms.clear();
  world.reopen(tablet);
}

void set_clock(World& world, Tablet& tablet, Chance& chance) {
  Clock clock;
  clock.since_ms = world.now_ms();
  switch (chance.below(5)) {
    case 0:
      clock.offset_ms = chance.between(0, 1'000) - world.now_ms();  // a battery was empty: 1970
      world.note_fault("clock in 1970");
      break;
    case 1:
      clock.offset_ms = kYear2031Ms - world.now_ms();
      world.note_fault("clock in 2031");
      break;
    case 2:
      clock.offset_ms = chance.between(-30, 30) * kHourMs;
      world.note_fault("clock jumps");
      break;
    case 3:
      clock.drift_ppm = chance.between(-50'000, 50'000);
      world.note_fault("clock drifts");
      break;
    default:
      break;  // set right
  }
  tablet.platform.clock = clock;
}

void toggle_network(World& world, Tablet& tablet, Chance&) {
  tablet.reachable = !tablet.reachable;
  if (!tablet.reachable) world.note_fault("tablet without network");
}

void toggle_full(World& world, Tablet& tablet, Chance&) {
  tablet.disk().set_full(!tablet.disk().full());
  if (tablet.disk().full()) world.note_fault("tablet's disk full");
}

/// The store is copied to another device, with or without the file beside it: two go on under one
/// name.
void clone(World& world, Tablet& tablet, Chance& chance) {
  if (world.tablets().size() >= kTabletsMax || tablet.disk().full()) return;
  world.cloned.insert(tablet.person().account);
  world.has_twins = true;
  const std::string from = tablet.path();
  const std::string beside = tablet.generation_path();
  const bool was_revoked = tablet.revoked;
  tablet.close();
  Tablet& copy = world.add_tablet(tablet.person());
  namespace fs = std::filesystem;
  std::error_code ignored;
  fs::copy_file(from, copy.path());
  for (const char* end : {"-wal", "-journal"}) {
    if (fs::exists(from + end)) fs::copy_file(from + end, copy.path() + end);
  }
  const bool with_generation = chance.percent(70);
  if (with_generation) fs::copy_file(beside, copy.generation_path(), ignored);
  copy.revoked = was_revoked;
  copy.age = tablet.age;
  copy.protocol_max = tablet.protocol_max;
  world.note_fault(with_generation ? "store cloned whole" : "store cloned without its generation");
  world.reopen(tablet);
  world.reopen(copy);
}

/// The same person gets a further device: it begins with snapshots, where there are some.
void add_device(World& world, Tablet& tablet, Chance&) {
  if (world.tablets().size() >= kTabletsMax || tablet.revoked) return;
  Tablet& fresh = world.add_tablet(tablet.person());
  fresh.age = tablet.age;
  fresh.protocol_max = tablet.protocol_max;
  world.note_fault("device added");
  if (world.enrol(fresh)) world.synchronise(fresh);
}

/// A new version of the program: what was unknown so far is shown from now on.
void upgrade(World& world, Tablet& tablet, Chance&) {
  if (tablet.age != Age::former || tablet.disk().full()) return;
  tablet.close();
  tablet.forms.clear();
  tablet.age = Age::present;
  tablet.protocol_max = sync::kProtocolVersion;
  world.note_fault("program upgraded");
  world.reopen(tablet);
}

void back_up(World& world, Tablet& tablet, Chance&) {
  const std::string path = tablet.disk().folder() + "/backup";
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  tablet.disk().forget(path);
  world.ask(tablet, {{"command", "backup"}, {"path", path}});
}

/// The store is put back from its backup; what was saved since and never sent is gone with the
/// device, as the person was told.
void restore(World& world, Tablet& tablet, Chance&) {
  const std::string path = tablet.disk().folder() + "/backup";
  namespace fs = std::filesystem;
  if (!fs::exists(path) || tablet.disk().full()) return;
  tablet.close();
  tablet.forms.clear();
  tablet.drafts.clear();
  std::error_code ignored;
  for (const char* end : {"", "-wal", "-shm", "-journal", ".generation"}) {
    fs::remove(tablet.path() + end, ignored);
    tablet.disk().forget(tablet.path() + end);
  }
  const Status restored = client::Store::restore(path, tablet.options());
  demand(restored.ok(), "a backup can be restored",
         restored.ok() ? std::string() : restored.error().detail);
  world.lost_tablets.insert(tablet.name());
  world.note_fault("store restored from a backup");
  world.reopen(tablet);
}

}  // namespace

std::vector<ActKind> tablet_acts() {
  return {
      {"synchronise", {20, 20, 24}, synchronise, false, true, false},
      {"stop the tablet", {4, 4, 4}, stop, false, false, true},
      {"close the program", {2, 2, 2}, close, false, false, true},
      {"set the clock", {3, 3, 3}, set_clock, true, false, true},
      {"network comes or goes", {3, 3, 3}, toggle_network, true, false, true},
      {"disk full or not", {3, 3, 3}, toggle_full, true, false, true},
      {"clone the store", {4, 4, 4}, clone, true, false, true},
      {"add a device", {2, 2, 2}, add_device, true, false, true},
      {"upgrade the program", {3, 3, 3}, upgrade, false, false, true},
      {"back up the store", {4, 4, 4}, back_up, true, false, true},
      {"restore the store", {4, 4, 4}, restore, true, false, true},
  };
}

}  // namespace insieme::simulation
