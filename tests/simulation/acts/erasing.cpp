// Erasure: a record that a coordinator has taken out from the tablet, and what two people at the
// server have taken out: a record, a section, a whole dossier.
#include "simulation/acts.hpp"
#include "simulation/acts/typing.hpp"

namespace insieme::simulation {
namespace {

void erase_here(World& world, Tablet& tablet, Chance& chance) {
  const auto found = pick_record(tablet, chance);
  if (!found) return;
  const json::object reply = world.ask(tablet, {{"command", "record.erase"},
                                                {"record", found->record},
                                                {"reason", "scheda di un'altra famiglia"}});
  world.tell("  " + tablet.name() + " asks to erase " + json::serialize(reply));
  if (is_ok(reply)) world.note_fault("erasure asked for on a tablet");
}

/// The records that the part holds: at the server, and in what it did not take of a tablet.
std::set<std::string> records_in(World& world, const sync::ErasureOrder& order) {
  std::set<std::string> records;
  const auto add = [&](const sync::DocumentId& document, const std::vector<sync::Operation>& ops) {
    if (document.dossier != order.dossier || !order.touches(document.section)) return;
    for (const sync::Operation& op : ops) records.insert(sync::to_text(op.record));
  };
  world.office().repository().visit_log([&](const server::LogEntry& entry) {
    if (entry.kind != server::EntryKind::change || !entry.body) return true;
    const auto header = sync::decode_header(entry.header);
    const auto ops = sync::decode_body(*entry.body);
    demand(header.ok() && ops.ok(), "server log is readable", "a change cannot be decoded");
    add(header->document, *ops);
    return true;
  });
  for (const auto& tablet : world.tablets()) {
    world.reopen(*tablet);
    const auto aside = tablet->store().quarantine();
    if (!aside.ok()) continue;  // its disk fails just now
    for (const client::Quarantined& one : *aside) {
      if (one.change.ops) add(one.change.header.document, *one.change.ops);
    }
  }
  return records;
}

sync::ErasureTarget pick_target(const Found& found, Chance& chance) {
  if (chance.one_in(12)) return {};
  if (chance.one_in(8)) return {chance.one_in(2) ? "economic" : "education", {}};
  return {{}, sync::id_from_text<sync::RecordId>(found.record).value()};
}

void erase_at_server(World& world, Tablet& tablet, Chance& chance) {
  const auto found = pick_record(tablet, chance);
  if (!found) return;
  sync::ErasureOrder order;
  chance.fill(order.id.bytes);
  order.dossier = sync::id_from_text<sync::DossierId>(found->dossier).value();
  order.targets.push_back(pick_target(*found, chance));
  order.reason = "art. 17 GDPR";
  const std::string id = sync::to_text(order.id);
  std::string coordinator;
  std::string other;
  for (const Person& person : world.script().settings.people) {
    (person.role == "coordinator" ? coordinator : other) = person.account;
  }
  auto& repository = world.office().repository();
  const Status proposed = repository.propose_erasure(order, other);
  if (!proposed.ok()) return world.tell("  not proposed: " + proposed.error().detail);
  world.erased_with[id] = records_in(world, order);
  const Status confirmed = repository.confirm_erasure(order.id, coordinator);
  world.tell("  " + id + (confirmed.ok() ? " is carried out" : " is not carried out"));
  const sync::ErasureTarget& target = order.targets.front();
  world.note_fault(!target.record.is_nil()    ? "erasure of a record"
                   : !target.section.empty() ? "erasure of a section"
                                              : "erasure of a dossier");
}

}  // namespace

std::vector<ActKind> erasing_acts() {
  return {
      {"erase a record", {0, 0, 6}, erase_here, true, false, false},
      {"erase at the server", {3, 3, 3}, erase_at_server, true, false, true},
  };
}

}  // namespace insieme::simulation
