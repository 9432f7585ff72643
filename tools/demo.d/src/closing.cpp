// The end: the project's figures from the coordinator's records, and what the checks will judge.
#include <algorithm>

#include "insieme/sync/digest.hpp"
#include "world.hpp"

namespace insieme::demo {
namespace {

/// Every record of a type that is not retracted, whole.
std::vector<json::object> all_of(Tablet& tablet, const std::string& type) {
  std::vector<json::object> records;
  const json::object reply = tablet.call("record.list", {{"type", type}, {"limit", 1000}});
  for (const json::value& line : list_of(reply, "records")) {
    json::object one = tablet.call("record.get", {{"record", text_of(line.as_object(), "id")}});
    records.push_back(object_of(one, "record"));
  }
  return records;
}

std::string value_of(const json::object& record, const char* field) {
  const json::value* found = object_of(record, "fields").if_contains(field);
  return found == nullptr ? std::string() : text_of(found->as_object(), "value");
}

std::int64_t cents_of(const json::object& record, const char* field) {
  const json::object& money = object_of(object_of(record, "fields"), field);
  return number_of(object_of(money, "value"), "cents");
}

void count_people(Tablet& carla, Figures& figures) {
  std::set<std::string> people;
  for (const json::object& member : all_of(carla, "member")) {
    const std::string person = value_of(member, "surname") + "/" + value_of(member, "given_names") +
                               "/" + value_of(member, "birth_date");
    const bool entered = !value_of(member, "entry_date").empty();
    if (!entered || !people.insert(person).second) continue;
    // As it was at intake: who finds work later stays among the 62.
    if (value_of(member, "employment_at_intake") != "occupato") ++figures.without_work;
  }
  figures.people = people.size();
}

void count_meetings(Tablet& carla, Figures& figures) {
  for (const json::object& meeting : all_of(carla, "meeting")) {
    const std::string type = value_of(meeting, "type");
    if (type == "UDP") ++figures.udp;
    if (type == "COORD_INCL") ++figures.coord_incl;
    if (type == "CONSULENZA") ++figures.consultancies;
  }
}

void add_money(Tablet& carla, Figures& figures) {
  for (const json::object& line : all_of(carla, "action_line")) {
    const std::string code = value_of(line, "code");
    if (code == "B") figures.line_b_cents += cents_of(line, "budget");
    if (code == "C") figures.line_c_cents += cents_of(line, "budget");
  }
  for (const json::object& project : all_of(carla, "project")) {
    figures.admitted_cents += cents_of(project, "admitted");
  }
}

void print_figures(World& world) {
  const Figures& f = world.facts.figures;
  world.page.title("Il progetto si chiude", "closing figures, from the coordinator's records");
  world.page.table(
      {{"persone", "senza lavoro all'ingresso", "incontri UdP", "coordinamenti", "consulenze",
        "azione B", "azione C", "totale (total)"},
       {std::to_string(f.people), std::to_string(f.without_work), std::to_string(f.udp),
        std::to_string(f.coord_incl), std::to_string(f.consultancies), euros(f.line_b_cents),
        euros(f.line_c_cents), world.page.strong(euros(f.line_b_cents + f.line_c_cents))}});
}

void collect_replica(World& world, Tablet& tablet) {
  Facts& facts = world.facts;
  const json::object report = tablet.call("verify");
  for (const json::value& problem : list_of(report, "problems")) {
    facts.faults[tablet.name()].emplace_back(problem.as_string());
  }
  for (const json::value& value : list_of(report, "states")) {
    const json::object& state = value.as_object();
    if (number_of(state, "count") == 0) continue;  // granted, never written
    facts.replicas[tablet.name()][text_of(state, "dossier") + "/" + text_of(state, "section")] = {
        text_of(state, "count"), text_of(state, "history"), text_of(state, "state")};
  }
  const json::object dossiers = tablet.call("dossier.list");
  for (const json::value& value : list_of(dossiers, "dossiers")) {
    facts.held[tablet.name()].insert(text_of(value.as_object(), "id"));
  }
  const json::object status = tablet.call("status");
  facts.owners[tablet.name()] = tablet.account();
  facts.open_items[tablet.name()] = static_cast<std::size_t>(number_of(status, "open_items"));
  facts.unsent[tablet.name()] = static_cast<std::size_t>(number_of(status, "unsent"));
  facts.inbox_open += static_cast<std::size_t>(number_of(status, "open_held"));
}

void collect_server(World& world) {
  const json::value report = world.admin_json({"verify"});
  for (const json::value& fault : list_of(report.as_object(), "faults")) {
    world.facts.server_faults.emplace_back(fault.as_string());
  }
  for (const auto& [document, value] : object_of(report.as_object(), "documents")) {
    const json::object& one = value.as_object();
    world.facts.server[std::string(document)] = {std::to_string(one.at("count").to_number<long>()),
                                                 text_of(one, "history"), text_of(one, "state")};
  }
  const json::value dossiers = world.admin_json({"dossiers"});
  for (const json::value& value : dossiers.as_array()) {
    const json::object& dossier = value.as_object();
    for (const json::value& one : list_of(dossier, "assignments")) {
      const json::object& assignment = one.as_object();
      if (!text_of(assignment, "to_position").empty()) continue;
      world.facts.assigned[text_of(assignment, "account")].insert(text_of(dossier, "dossier"));
    }
  }
}

/// What merges by itself must be there whole, on every tablet that may see it.
void collect_merges(World& world) {
  struct Expected {
    std::size_t family;
    const char* record;
    const char* field;
    std::vector<std::string> parts;
  };
  const std::vector<Expected> expected{
      {0, "@household", "typologies", {"Monogenitore", "Nuova povertà", "Con minori"}},
      {0, "@person0", "employment", {"Occupato"}},
      {0, "@person0", "phones", {"0522"}},
      {1, "@note", "body", {"C'era anche la nonna.", "Portare i moduli della mensa."}},
      {3, "@objective", "progress", {"50"}},
      {3, "@voucher", "used", {"1"}},
  };
  for (const Expected& one : expected) {
    const Watched watched{"", "", world.families[one.family].id(one.record), one.field};
    for (Tablet* tablet : world.all_tablets()) {
      const std::string text = seen_by(*tablet, watched);
      if (text == "–") continue;
      const bool alone = one.parts.size() > 1 || text.size() <= one.parts[0].size() + 24;
      const bool whole = std::all_of(one.parts.begin(), one.parts.end(), [&](const auto& part) {
        return text.find(part) != std::string::npos;
      });
      const bool exact = std::string(one.field) != "used" || text == "1";
      if (!whole || !alone || !exact) {
        world.facts.not_merged.push_back(tablet->name() + ": " + one.field + " is «" + text + "»");
      }
    }
  }
}

/// How often a field was written with this value, as history tells.
std::size_t times_written(Tablet& tablet, const std::string& record, const std::string& field,
                          const std::string& value) {
  const json::object reply = tablet.call("history", {{"record", record}, {"field", field}});
  std::size_t times = 0;
  for (const json::value& line : list_of(reply, "lines")) {
    if (text_of(line.as_object(), "to") == value) ++times;
  }
  return times;
}

/// Both tablets of Bruno sent the save that stood in the backup: one change. What he typed twice is
/// two changes, of one value.
void collect_repetitions(World& world) {
  const Family& family = world.families[3];
  const auto expect = [&](const char* record, const char* field, const char* value,
                          std::size_t wanted) {
    const std::size_t found = times_written(world.carla, family.id(record), field, value);
    if (found == wanted) return;
    world.facts.not_merged.push_back(std::string(field) + " was written " +
                                     std::to_string(found) + " times instead of " +
                                     std::to_string(wanted));
  };
  expect("@voucher", "used", "1", 1);
  expect("@objective", "progress", "50", 2);
}

/// The tablet of 2031 wrote the greater stamp; the decision went to the one of 1970, and stands.
void collect_clocks(World& world) {
  const std::string& visit = world.families[2].id("@visit");
  const json::object reply = world.carla.call("history", {{"record", visit}});
  bool marked = false;
  for (const json::value& value : list_of(reply, "lines")) {
    const json::object& line = value.as_object();
    if (text_of(line, "to") != "Telefonare al CAF") continue;
    const json::value* suspect = line.if_contains("clock_suspect");
    marked = suspect != nullptr && suspect->is_bool() && suspect->as_bool();
  }
  if (!marked) world.facts.clock_faults.emplace_back("what was written in 2031 is not marked");
  for (Tablet* tablet : {&world.anna, &world.bruno, &world.carla}) {
    const std::string shown = seen_by(*tablet, {"", "", visit, "next_step"});
    if (shown == "Portare l'ISEE") continue;
    world.facts.clock_faults.push_back(tablet->name() + " shows «" + shown + "»");
  }
}

/// People look for what is not theirs.
void collect_leaks(World& world) {
  const auto look = [&](Tablet& tablet, const std::string& words) {
    const json::object reply = tablet.call("search", {{"words", words}});
    if (list_of(reply, "records").empty()) return;
    world.facts.leaks.push_back(tablet.name() + " finds «" + words + "»");
  };
  for (const Household& household : world.households) {
    look(world.sara, household.people.front().surname);
  }
  look(world.anna, world.households[4].people.front().surname);
  look(world.anna, "Oratorio");
}

void print_holdings(World& world) {
  std::vector<Row> rows{{"archivio (store)", "fascicoli", "documenti", "= server", "guasti",
                         "aperte", "da inviare"}};
  for (const auto& [name, documents] : world.facts.replicas) {
    std::size_t same = 0;
    for (const auto& [document, fact] : documents) {
      const auto there = world.facts.server.find(document);
      if (there != world.facts.server.end() && there->second == fact) ++same;
    }
    rows.push_back({name, std::to_string(world.facts.held[name].size()),
                    std::to_string(documents.size()), std::to_string(same),
                    std::to_string(world.facts.faults[name].size()),
                    std::to_string(world.facts.open_items[name]),
                    std::to_string(world.facts.unsent[name])});
  }
  world.page.line();
  world.page.table(rows);
}

}  // namespace

void close_project(World& world) {
  Figures& figures = world.facts.figures;
  count_people(world.carla, figures);
  count_meetings(world.carla, figures);
  add_money(world.carla, figures);
  print_figures(world);
  for (Tablet* tablet : world.all_tablets()) collect_replica(world, *tablet);
  collect_server(world);
  collect_merges(world);
  collect_repetitions(world);
  collect_clocks(world);
  collect_leaks(world);
  print_holdings(world);
}

}  // namespace insieme::demo
