// The network is back, and bad: random order, connections cut in the middle.
#include <algorithm>

#include "world.hpp"

namespace insieme::demo {
namespace {

constexpr std::size_t kSeenColumns = 23;
constexpr std::size_t kCutsMost = 4;
constexpr std::size_t kCutAfterMost = 2'500;

std::string words_of(const std::vector<std::size_t>& bytes, std::size_t used) {
  std::string text;
  for (std::size_t i = 0; i < std::min(used, bytes.size()); ++i) {
    text += (text.empty() ? "" : ", ") + std::to_string(bytes[i]);
  }
  return text.empty() ? "–" : text;
}

Row sync_one(World& world, Tablet& tablet, std::size_t cuts_least) {
  std::vector<std::size_t> cuts(cuts_least + world.chance.below(kCutsMost - cuts_least));
  for (std::size_t& after : cuts) after = 1 + world.chance.below(kCutAfterMost);
  const std::uint64_t before = world.network.cuts();
  const SyncRun run = sync_cut(world, tablet, cuts);
  const auto used = static_cast<std::size_t>(world.network.cuts() - before);
  return {tablet.name(), words_of(cuts, used), std::to_string(run.attempts),
          std::to_string(run.sent), std::to_string(run.received),
          run.held == 0 ? "–" : std::to_string(run.held)};
}

/// A register's alternatives side by side; texts and sets as they are.
std::string shown(const json::object& field) {
  const json::value* values = field.if_contains("values");
  if (values == nullptr || !values->is_array()) return text_of(field, "text");
  std::string text;
  for (const json::value& value : values->as_array()) {
    const std::string one = text_of(value.as_object(), "text");
    if (text.find(one) == std::string::npos) text += (text.empty() ? "" : " ≠ ") + one;
  }
  return text;
}

/// The value once, and who shows the same: `=`, `–` for who does not hold it, or what else.
void print_agreement(World& world) {
  Row head{"", "valore (value)"};
  for (Tablet* tablet : world.tablets()) head.push_back(tablet->name());
  std::vector<Row> rows{head};
  for (const Watched& watched : world.watched) {
    Row row{watched.what, ""};
    for (Tablet* tablet : world.tablets()) {
      const std::string value = seen_by(*tablet, watched);
      if (value != "–" && row[1].empty()) row[1] = value;
      row.push_back(value == row[1] ? "=" : value);
    }
    rows.push_back(std::move(row));
  }
  world.page.table(rows, 66);
}

}  // namespace

SyncRun sync_cut(World& world, Tablet& tablet, const std::vector<std::size_t>& cut_after) {
  // Opened anew: a kept connection would escape the scissors.
  tablet.open();
  const std::uint64_t before = world.network.cuts();
  std::vector<processes::Cut> cuts;
  for (const std::size_t bytes : cut_after) cuts.push_back({processes::Way::either, bytes, {}});
  world.network.cut_next_ones(std::move(cuts));
  const SyncRun run = tablet.sync();
  world.network.pass();
  world.facts.cuts += world.network.cuts() - before;
  return run;
}

void sync_everybody(World& world, int rounds) {
  std::vector<Row> rows{{"ordine (order)", "tagliata dopo byte (cut after)", "tentativi",
                         "inviate (sent)", "ricevute (received)", "trattenute (held)"}};
  std::string later;
  for (int round = 0; round < rounds; ++round) {
    std::vector<Tablet*> order = world.all_tablets();
    world.chance.shuffle(order);
    for (Tablet* tablet : order) {
      const Row row = sync_one(world, *tablet, round == 0 ? 1 : 0);
      if (round == 0) rows.push_back(row);
      if (round != 0) later += (later.empty() ? "" : " · ") + tablet->name();
    }
  }
  world.page.table(rows);
  if (!later.empty()) world.page.line("poi ancora (and once more): " + later);
}

std::string seen_by(Tablet& tablet, const Watched& watched) {
  const json::object reply = tablet.try_call("record.get", {{"record", watched.record}});
  if (!reply.contains("record")) return "–";
  const json::object& record = object_of(reply, "record");
  if (watched.field.empty()) {
    return text_of(record, "lifecycle") == "retracted" ? "annullata" : "attiva";
  }
  const json::value* field = object_of(record, "fields").if_contains(watched.field);
  return field == nullptr ? "(vuoto)" : shown(field->as_object());
}

void print_watched(World& world) {
  std::vector<Row> rows{{"", "", world.anna.name(), world.bruno.name(), world.carla.name()}};
  for (const Watched& watched : world.watched) {
    Row row{watched.what, watched.english};
    for (Tablet* tablet : {&world.anna, &world.bruno, &world.carla}) {
      row.push_back(shortened(seen_by(*tablet, watched), kSeenColumns));
    }
    const std::string fellow = seen_by(world.sara, watched);
    if (fellow != "–") row[2] = world.sara.name() + ": " + fellow;
    rows.push_back(std::move(row));
  }
  world.page.table(rows, 27);
}

void come_back(World& world) {
  world.page.title("Torna la rete, e cade", "random order, connections cut in the middle");
  sync_everybody(world, 2);
  world.page.line();
  world.page.line("Che cosa vede ognuno, dopo  " +
                  world.page.faint("what each store sees, after: = the same, – not "
                                   "held, ≠ both values kept"));
  print_agreement(world);
}

}  // namespace insieme::demo
