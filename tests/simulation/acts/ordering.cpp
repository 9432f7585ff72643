// Lists that people order by hand, and records of which they say that they are the same.
#include <algorithm>

#include "simulation/acts.hpp"
#include "simulation/acts/typing.hpp"

namespace insieme::simulation {
namespace {

constexpr std::size_t kListMax = 8;

/// `asked`: first, last, {"after": id} or {"before": id}.
void note_place(World& world, Tablet& tablet, const std::string& dossier,
                const std::string& record, const json::value& asked) {
  const std::vector<std::string> now = objectives_in_order(world, tablet, dossier);
  const auto at = std::find(now.begin(), now.end(), record);
  if (at == now.end()) return;
  const bool is_wrong = (asked == "first" && at != now.begin()) ||
                        (asked == "last" && at + 1 != now.end()) ||
                        (asked.is_object() && asked.as_object().contains("after") &&
                         std::find(now.begin(), at, text_of(asked.as_object(), "after")) == at);
  demand(!is_wrong, "a record stands where it was put",
         tablet.name() + ": " + record + " " + json::serialize(asked));
  Placed placed{record, {}, {}};
  if (at != now.begin()) placed.before = *(at - 1);
  if (at + 1 != now.end()) placed.after = *(at + 1);
  world.ledger().place(std::move(placed));
}

json::value place_among(const std::vector<std::string>& list, Chance& chance) {
  if (list.empty() || chance.one_in(4)) return chance.one_in(2) ? "first" : "last";
  const std::string& other = chance.pick(list);
  return json::object{{chance.one_in(2) ? "after" : "before", other}};
}

void insert_objective(World& world, Tablet& tablet, const std::string& dossier,
                      const std::vector<std::string>& list, Chance& chance) {
  Edit edit = new_record_fields(world, tablet, "objective", chance);
  const std::string id = new_record_id(world, chance);
  place_all(edit, dossier, id);
  const json::value place = place_among(list, chance);
  edit.fields["place"] = place;
  const json::object reply = world.save(tablet,
                                        {{"command", "record.save"},
                                         {"type", "objective"},
                                         {"dossier", dossier},
                                         {"id", id},
                                         {"fields", std::move(edit.fields)}},
                                        std::move(edit.typed));
  if (is_ok(reply)) note_place(world, tablet, dossier, id, place);
}

/// Inserts an objective, moves one, or takes one away.
void order_list(World& world, Tablet& tablet, Chance& chance) {
  const auto dossiers = tablet.store().dossiers();
  if (!dossiers.ok() || dossiers->empty() || !knows(tablet, "objective")) return;
  const std::size_t few = std::min<std::size_t>(dossiers->size(), 2);
  const client::DossierLine& line = dossiers.value()[chance.below(few)];
  if (line.root_type != "household") return;
  const std::string dossier = sync::to_text(line.id);
  std::vector<std::string> list = objectives_in_order(world, tablet, dossier);
  if (list.size() < 2 || (list.size() < kListMax && chance.one_in(2))) {
    return insert_objective(world, tablet, dossier, list, chance);
  }
  const std::size_t at = chance.below(list.size());
  const std::string record = list[at];
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
  if (chance.one_in(5)) {
    world.save(tablet, {{"command", "record.retract"}, {"record", record}}, {});
    return;
  }
  const json::value place = place_among(list, chance);
  const json::object reply = world.save(tablet,
                                        {{"command", "record.save"},
                                         {"record", record},
                                         {"fields", {{"place", place}}}},
                                        {});
  if (is_ok(reply)) note_place(world, tablet, dossier, record, place);
}

// ---- duplicates ---------------------------------------------------------------------------------

/// What this device knows of an edge in one document: the signs of those who said so.
struct Known {
  sync::DocumentId document;
  std::set<std::string> reasons;
  std::string own_retraction;  ///< the newest one of this device
  bool complete = true;        ///< its history is all here
};

std::vector<Known> known_of(Tablet& tablet, const std::string& edge) {
  std::vector<Known> all;
  const auto id = sync::id_from_text<sync::RecordId>(edge);
  const auto dossiers = tablet.store().dossiers();
  if (!id.ok() || !dossiers.ok()) return all;
  for (const client::DossierLine& dossier : dossiers.value()) {
    const client::RecordRef ref{{dossier.id, "core"}, kEdgeType, id.value()};
    if (!tablet.store().record(ref).ok()) continue;
    const auto lines = tablet.store().history(ref);
    if (!lines.ok()) continue;
    Known known{ref.document, {}, {}, true};
    std::uint64_t newest = 0;
    for (const client::HistoryLine& line : lines.value()) {
      known.complete = known.complete && line.action != "folded";
      if (line.field == "reason" && line.to) {
        known.reasons.insert(std::get<std::string>(*line.to));
      }
      const bool own = line.dot.replica == tablet.store().identity().replica;
      if (line.action == "retract" && own && line.dot.seq > newest) {
        newest = line.dot.seq;
        known.own_retraction =
            sync::to_hex(line.dot.replica.bytes) + "-" + std::to_string(line.dot.seq) + "-0";
      }
    }
    all.push_back(std::move(known));
  }
  return all;
}

std::optional<std::pair<std::string, std::string>> pick_pair(Tablet& tablet, Chance& chance) {
  const std::string type = chance.one_in(2) ? "household" : "member";
  std::vector<std::string> all;
  for (const Found& found : records_of(tablet)) {
    if (found.type == type) all.push_back(found.record);
  }
  if (all.size() < 2) return std::nullopt;
  std::sort(all.begin(), all.end());
  const std::size_t first = chance.below(std::min<std::size_t>(all.size() - 1, 2));
  const std::size_t second = first + 1 + chance.below(all.size() - first - 1);
  return std::pair(all[first], all[second]);
}

void say_same(World& world, Tablet& tablet, Chance& chance) {
  const auto pair = pick_pair(tablet, chance);
  if (!pair) return;
  const std::string reason = world.ledger().new_word("motivo");
  const json::object reply = world.save(tablet,
                                        {{"command", "same.mark"},
                                         {"record", pair->first},
                                         {"other", pair->second},
                                         {"reason", reason}},
                                        {});
  if (!is_ok(reply)) return;
  const std::string edge = text_of(reply, "edge");
  bool is_said = false;
  for (const Known& known : known_of(tablet, edge)) {
    if (known.reasons.count(reason) == 0) continue;
    is_said = true;
    world.ledger().say({edge, known.document, reason, false, {}});
  }
  demand(is_said == reply.at("changed").as_bool(), "edges are as people said",
         tablet.name() + " said " + reason);
}

void say_not_same(World& world, Tablet& tablet, Chance& chance) {
  const auto pair = pick_pair(tablet, chance);
  if (!pair) return;
  const json::object reply = world.save(
      tablet,
      {{"command", "same.undo"}, {"record", pair->first}, {"other", pair->second}}, {});
  if (!is_ok(reply) || !reply.at("changed").as_bool()) return;
  const std::string edge = text_of(reply, "edge");
  bool is_taken_back = false;
  for (Known& known : known_of(tablet, edge)) {
    if (!known.complete) world.ledger().lose_sight(edge);
    if (known.own_retraction.empty()) continue;
    is_taken_back = true;
    world.ledger().say({edge, known.document, known.own_retraction, true, known.reasons});
  }
  demand(is_taken_back, "edges are as people said", tablet.name() + " took back " + edge);
}

}  // namespace

std::vector<ActKind> ordering_acts() {
  return {
      {"order a list", {8, 1, 2}, order_list, false, false, false},
      {"say that two are the same", {3, 1, 4}, say_same, false, false, false},
      {"say that they are not", {2, 1, 4}, say_not_same, false, false, false},
  };
}

}  // namespace insieme::simulation
