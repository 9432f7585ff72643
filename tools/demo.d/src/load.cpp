// Enrolment, and the project as the four people have entered it before the day of the story.
#include <cstdio>

#include "world.hpp"

namespace insieme::demo {
namespace {

constexpr const char* kProjectStart = "2021-06-01";
constexpr int kUdp = 9;
constexpr int kCoordIncl = 7;
constexpr int kConsultancies = 29;
constexpr std::size_t kShared = 3;  ///< the first households are both educators'

void enrol(World& world, Tablet& tablet, const char* role, const char* full_name) {
  world.admin({"users", "add", tablet.account(), "--name", full_name, "--role", role});
  const json::value invitation = world.admin_json({"invite", tablet.account()});
  tablet.create();
  tablet.call("device.enrol",
              {{"invitation", text_of(invitation.as_object(), "code")},
               {"server", "http://127.0.0.1:" + std::to_string(world.network.port())},
               {"device_name", "tablet di " + tablet.name()}});
}

json::array texts(const std::vector<std::string>& words) {
  return json::array(words.begin(), words.end());
}

json::object record(const char* type, const std::string& name, json::object fields) {
  return {{"type", type}, {"as", name}, {"fields", std::move(fields)}};
}

json::object member_of(const Person& person, const std::string& name, const std::string& entry) {
  json::object fields{{"surname", person.surname},
                      {"given_names", person.given_names},
                      {"birth_date", person.birth_date},
                      {"sex", person.sex},
                      {"relation", person.relation},
                      {"entry_date", entry},
                      {"employment_at_intake", person.employment},
                      {"employment", person.employment}};
  if (!person.school.empty()) fields["school"] = person.school;
  return record("member", name, std::move(fields));
}

json::object budget_line(const std::string& name, const char* direction, const char* category,
                         const std::string& amount) {
  return record("household_budget_line", name,
                {{"month", "2022-02"},
                 {"direction", direction},
                 {"category", category},
                 {"amount", amount}});
}

/// What a household has besides its people: case, assignment, objective, support, visit, note,
/// budget and voucher.
void add_casework(json::array& records, const Household& household, const std::string& educator,
                  std::size_t number) {
  const std::string& from = household.intake_date;
  records.push_back(record("case", "@case",
                           {{"household", "@household"}, {"state", "attivo"},
                            {"organization", "Unione Val d'Enza"}, {"opened_on", from},
                            {"referral_source", "2"}}));
  records.push_back(record("case_assignment", "@assignment",
                           {{"case_id", "@case"}, {"user_id", educator}, {"role", "educatore"},
                            {"profession", "educatore_professionale"}, {"system", "ets"},
                            {"from_date", from}}));
  records.push_back(record("objective", "@objective",
                           {{"case_id", "@case"}, {"title", "Frequenza scolastica regolare"},
                            {"area", "d"}, {"poverties", json::array{"educativa"}},
                            {"status", "in_corso"}, {"progress", "20"}}));
  records.push_back(record("support", "@support",
                           {{"case_id", "@case"}, {"kind", "d"},
                            {"members", json::array{"@person0", "@person1"}},
                            {"provider", "Cooperativa dell'affidamento B"}, {"from_date", from},
                            {"status", "attivo"}, {"hours_planned", "40"}}));
  const std::string day = day_after("2022-02-07", static_cast<int>(number));
  records.push_back(record("visit", "@visit",
                           {{"case_id", "@case"}, {"start_at", day + "T14:30:00Z"},
                            {"end_at", day + "T16:00:00Z"}, {"minutes", "90"}, {"place", "casa"},
                            {"present", json::array{"@person0", "@person1"}},
                            {"activities", json::array{"sostegno_educativo", "compiti"}},
                            {"objectives", json::array{"@objective"}},
                            {"observations", "Clima sereno; compiti svolti insieme."},
                            {"next_step", "Sentire la scuola"}, {"educator", educator},
                            {"support", "d"}, {"state", "confermata"}}));
  records.push_back(record("note", "@note",
                           {{"title", "Accordi con la famiglia"},
                            {"body", "La madre è disponibile. Incontro con la scuola il martedì."},
                            {"written_on", day}, {"author", educator}}));
  records.push_back(budget_line("@income", "entrata", "sostegno_reddito", "780,00"));
  records.push_back(budget_line("@rent", "uscita", "affitto", "430,00"));
  records.push_back(record("voucher", "@voucher",
                           {{"number", "VS-2022/" + std::to_string(100 + number)},
                            {"service", "Doposcuola"}, {"beneficiary", "@person1"},
                            {"units", "10"}, {"unit_cost", "6,00"}, {"from_date", "2022-01-10"},
                            {"to_date", "2022-06-30"}, {"state", "in_uso"}}));
}

/// `@name` → id, in the order in which they were asked for.
std::map<std::string, std::string> ids_of(const json::object& reply, const json::array& asked,
                                          const std::string& root) {
  std::map<std::string, std::string> ids;
  const json::array& made = list_of(reply, "records");
  ids[root] = text_of(made.at(0).as_object(), "id");
  for (std::size_t i = 0; i < asked.size(); ++i) {
    ids[text_of(asked[i].as_object(), "as")] = text_of(made.at(i + 1).as_object(), "id");
  }
  return ids;
}

void load_household(World& world, std::size_t number) {
  const Household& household = world.households[number];
  const bool is_annas = number < kShared || number % 2 == 0;
  Tablet& tablet = is_annas ? world.anna : world.bruno;
  json::array records;
  for (std::size_t i = 0; i < household.people.size(); ++i) {
    records.push_back(member_of(household.people[i], "@person" + std::to_string(i),
                                household.intake_date));
  }
  add_casework(records, household, tablet.account(), number);
  const json::object reply =
      tablet.call("dossier.create", {{"type", "household"},
                                     {"as", "@household"},
                                     {"fields",
                                      {{"name", household.name},
                                       {"commune", household.commune},
                                       {"housing", household.housing},
                                       {"typologies", texts(household.typologies)},
                                       {"intake_date", household.intake_date},
                                       {"new_to_services", household.new_to_services}}},
                                     {"records", records}});
  Family family{household.name, text_of(reply, "dossier"), ids_of(reply, records, "@household")};
  world.facts.expected_dossiers[tablet.account()].insert(family.dossier);
  world.families.push_back(std::move(family));
}

json::object meeting(const char* type, int number, int of, const std::string& action) {
  const int days_between = 660 / of;
  const bool one = std::string(type) == "CONSULENZA";
  const Commune& commune = communes()[static_cast<std::size_t>(number) % communes().size()];
  json::object fields{{"type", type},
                      {"meeting_date", day_after(kProjectStart, number * days_between)},
                      {"minutes", one ? "60" : "120"},
                      {"mode", "presenza"},
                      {"action_line", action}};
  const std::string worker = "as." + std::string(commune.code);
  fields["operators"] = one ? json::array{worker} : json::array{kCarla, worker};
  if (one) fields["commune"] = commune.code;
  return record("meeting", std::string("@") + type + std::to_string(number), std::move(fields));
}

json::array meetings() {
  json::array all;
  for (int i = 0; i < kUdp; ++i) all.push_back(meeting("UDP", i, kUdp, "@C"));
  for (int i = 0; i < kCoordIncl; ++i) {
    all.push_back(meeting("COORD_INCL", i, kCoordIncl, "@C"));
  }
  for (int i = 0; i < kConsultancies; ++i) {
    all.push_back(meeting("CONSULENZA", i, kConsultancies, "@C"));
  }
  return all;
}

json::array all_communes() {
  json::array codes;
  for (const Commune& commune : communes()) codes.emplace_back(commune.code);
  return codes;
}

void load_project_dossier(World& world) {
  json::array records;
  records.push_back(record("action_line", "@B",
                           {{"code", "B"}, {"title", "Servizi socio-educativi"},
                            {"project", "@project"}, {"target", "nuclei"},
                            {"budget", "35.169,00"}, {"contractor", "Affidatario B"}}));
  records.push_back(record("action_line", "@C",
                           {{"code", "C"}, {"title", "Accordi di collaborazione in rete"},
                            {"project", "@project"}, {"target", "operatori"},
                            {"budget", "7.700,00"}, {"contractor", "Affidatario C"}}));
  for (json::value& one : meetings()) records.push_back(std::move(one));
  const json::object reply = world.carla.call(
      "dossier.create",
      {{"type", "project"},
       {"as", "@project"},
       {"fields",
        {{"title", "Avviso 1/2019 PaIS – Unione Val d'Enza"},
         {"convention", "AV1-097"},
         {"act", "Decreto direttoriale n. 47 del 15/02/2021"},
         {"admitted", "42.869,00"},
         {"lead", "Unione Val d'Enza"},
         {"communes", all_communes()},
         {"from_date", kProjectStart},
         {"to_date", "2023-03-31"},
         {"state", "in_corso"}}},
       {"records", records}});
  world.project = text_of(reply, "dossier");
  world.facts.expected_dossiers[kCarla].insert(world.project);
}

void load_network(World& world) {
  struct Known {
    const char* name;
    const char* kind;
    const char* stage;
  };
  const std::vector<Known> known{{"Oratorio delle Querce", "associazione", "contattato"},
                                 {"Scuola media La Pieve", "scuola", "in_relazione"},
                                 {"Emporio solidale Il Fienile", "ets", "agganciato"},
                                 {"Officina Ruote Nuove", "impresa", "da_contattare"}};
  json::array records;
  for (const Known& one : known) {
    const std::string name = "@" + std::to_string(records.size());
    records.push_back(record("stakeholder", name,
                             {{"name", one.name}, {"kind", one.kind}, {"stage", one.stage},
                              {"commune", communes()[records.size() % 8].code}}));
  }
  records.push_back(record("network_contact", "@contact",
                           {{"stakeholder", "@0"}, {"contact_date", "2022-02-21"},
                            {"minutes", "45"}, {"mode", "presenza"}, {"worker", kSara},
                            {"stage_before", "da_contattare"}, {"stage_after", "contattato"}}));
  const json::object reply = world.sara.call(
      "dossier.create", {{"type", "network"},
                         {"as", "@network"},
                         {"fields",
                          {{"name", "Rete Val d'Enza"}, {"communes", all_communes()}}},
                         {"records", records}});
  world.network_dossier = text_of(reply, "dossier");
  world.stakeholder = ids_of(reply, records, "@network").at("@0");
  world.facts.expected_dossiers[kSara].insert(world.network_dossier);
  world.facts.expected_dossiers[kCarla].insert(world.network_dossier);
}

void share_some(World& world) {
  for (std::size_t i = 0; i < kShared; ++i) {
    world.admin({"assign", kBruno, world.families[i].dossier});
    world.facts.expected_dossiers[kBruno].insert(world.families[i].dossier);
  }
}

/// The large ones, so cut at large numbers of bytes: what arrived is not sent again.
void first_syncs(World& world) {
  for (Tablet* tablet : world.tablets()) {
    sync_cut(world, *tablet, {1 + world.chance.below(30'000), 1 + world.chance.below(30'000)});
  }
}

void print_load(World& world) {
  std::vector<Row> rows{{"archivio (store)", "chi (who)", "fascicoli", "schede", "da inviare",
                         "posizione"}};
  const std::map<std::string, std::string> roles{{kAnna, "educatrice (educator)"},
                                                 {kBruno, "educatore (educator)"},
                                                 {kSara, "animatrice (animation fellow)"},
                                                 {kCarla, "coordinatrice (coordinator)"}};
  for (Tablet* tablet : world.tablets()) {
    const json::object status = tablet->call("status");
    rows.push_back({tablet->name(), roles.at(tablet->account()), text_of(status, "dossiers"),
                    text_of(status, "records"), text_of(status, "unsent"),
                    text_of(status, "position")});
  }
  world.page.table(rows);
}

}  // namespace

void enrol_everybody(World& world) {
  world.admin({"init", "--name", "Ambito Val d'Enza"});
  world.start_server();
  enrol(world, world.anna, "educator", "Anna Ferri");
  enrol(world, world.bruno, "educator", "Bruno Sala");
  enrol(world, world.sara, "fellow", "Sara Monti");
  enrol(world, world.carla, "coordinator", "Carla Rinaldi");
  world.page.title("Un server, quattro archivi cifrati", "a real server, four enrolled stores");
  world.page.line("server: processo a sé su 127.0.0.1, porta " +
                  std::to_string(world.server_port) +
                  "; ogni connessione passa da una rete che sappiamo tagliare");
}

void load_project(World& world) {
  world.households = make_households(world.chance);
  load_project_dossier(world);
  load_network(world);
  for (std::size_t i = 0; i < world.households.size(); ++i) load_household(world, i);
  for (const Family& family : world.families) {
    world.facts.expected_dossiers[kCarla].insert(family.dossier);
  }
  first_syncs(world);
  share_some(world);
  for (Tablet* tablet : world.tablets()) tablet->sync();
  world.page.title("Il progetto Val d'Enza",
                   "loaded: 8 communes, 24 households, 66 invented people, lines B and C");
  print_load(world);
}

}  // namespace insieme::demo
