// The day without a network: everybody works, and here and there two people touch the same thing.
#include "world.hpp"

namespace insieme::demo {
namespace {

constexpr std::int64_t kIn2031 = 1'925'000'000'000;
constexpr std::int64_t kIn1970 = 3'456'000'000;

std::string clock_date(std::int64_t ms) {
  return day_after("1970-01-01", static_cast<int>(ms / 86'400'000));
}

/// One save. Nothing may stand between a person and it, least of all a server.
json::object save(World& world, Tablet& tablet, json::object arguments) {
  ++world.facts.saves_without_server;
  json::object reply = tablet.call("record.save", std::move(arguments));
  ++world.facts.saved_without_server;
  return reply;
}

json::object edit(World& world, Tablet& tablet, const std::string& record, json::object fields) {
  return save(world, tablet, {{"record", record}, {"fields", std::move(fields)}});
}

json::object one(const char* field, json::value value) {
  json::object fields;
  fields[field] = std::move(value);
  return fields;
}

void watch(World& world, std::string what, std::string english, const std::string& record,
           std::string field) {
  world.watched.push_back({std::move(what), std::move(english), record, std::move(field)});
}

void expect_item(World& world, const std::string& record, const std::string& field) {
  world.facts.expected_items.push_back(record + "/" + field);
}

/// Bruno's tablet breaks after a backup; what he had entered since, he enters again on the new one.
/// The backup holds a save that was not sent: both tablets will send it.
void break_and_restore(World& world) {
  const Family& family = world.families[3];
  edit(world, world.bruno, family.id("@voucher"), one("used", 1));
  const std::string backup = world.folder + "/bruno.backup";
  world.bruno.call("backup", {{"path", backup}});
  edit(world, world.bruno, family.id("@objective"), one("progress", "50"));
  world.bruno.close();
  std::swap(world.bruno, world.bruno_old);
  world.bruno = Tablet::like(world.bruno_old, "Bruno", world.folder + "/bruno-nuovo.insieme");
  world.bruno_old.rename("Bruno, vecchio");
  world.bruno.restore(backup);
  edit(world, world.bruno, family.id("@objective"), one("progress", "50"));
  watch(world, "Dallapieve: buoni usati", "saved before the backup", family.id("@voucher"), "used");
  watch(world, "Dallapieve: obiettivo, %", "typed twice (restore)", family.id("@objective"),
        "progress");
}

void touch_first_household(World& world) {
  const Family& family = world.families[0];
  const std::string& household = family.id("@household");
  const std::string& mother = family.id("@person0");
  const std::string& support = family.id("@support");
  edit(world, world.anna, household,
       {{"housing", "affitto"},
        {"typologies",
         json::object{{"add", json::array{"monogenitore"}}, {"remove", json::array{"fragile"}}}}});
  edit(world, world.bruno, household,
       {{"housing", "proprieta"},
        {"typologies", json::object{{"add", json::array{"nuova_poverta"}}}}});
  edit(world, world.anna, mother, one("employment", "occupato"));
  edit(world, world.bruno, mother, one("phones", json::array{"0522 000 111"}));
  edit(world, world.anna, support, one("hours_planned", "30"));
  edit(world, world.bruno, support, one("hours_planned", "30"));
  edit(world, world.carla, support, one("hours_planned", "50"));
  watch(world, "Acquarossa: alloggio", "same field", household, "housing");
  watch(world, "Acquarossa: tipologie", "set against set", household, "typologies");
  watch(world, "Acquarossa: lavoro madre", "disjoint fields …", mother, "employment");
  watch(world, "Acquarossa: telefoni", "… of one record", mother, "phones");
  watch(world, "Acquarossa: ore sostegno", "two agree, one does not", support, "hours_planned");
  expect_item(world, household, "housing");
  expect_item(world, support, "hours_planned");
}

void touch_second_household(World& world) {
  const Family& family = world.families[1];
  const std::string& note = family.id("@note");
  edit(world, world.anna, note,
       one("body",
           "C'era anche la nonna. La madre è disponibile. "
           "Incontro con la scuola il giovedì pomeriggio."));
  edit(world, world.bruno, note,
       one("body",
           "La madre è disponibile. Incontro con la scuola il venerdì mattina. "
           "Portare i moduli della mensa."));
  const auto rent = [&](Tablet& tablet, const char* amount) {
    const json::object reply = save(world, tablet,
                                    {{"type", "household_budget_line"},
                                     {"dossier", family.dossier},
                                     {"fields",
                                      {{"month", "2022-03"},
                                       {"direction", "uscita"},
                                       {"category", "affitto"},
                                       {"amount", amount}}}});
    return text_of(object_of(reply, "record"), "id");
  };
  const std::string line = rent(world.anna, "450,00");
  if (rent(world.bruno, "480,00") != line) {
    throw StoryFailed("the same month's rent entered twice is not one record");
  }
  watch(world, "Boscoverde: nota", "text against text", note, "body");
  watch(world, "Boscoverde: affitto 03/22", "one record made twice", line, "amount");
  expect_item(world, note, "body");
  expect_item(world, line, "amount");
}

void touch_third_household(World& world) {
  const Family& family = world.families[2];
  const std::string& objective = family.id("@objective");
  ++world.facts.saves_without_server;
  world.anna.call("record.retract", {{"record", objective}});
  ++world.facts.saved_without_server;
  edit(world, world.bruno, objective, one("progress", "60"));
  watch(world, "Campolieto: obiettivo", "edit against retraction", objective, "");
  expect_item(world, objective, "");
}

/// Last, because a tablet's stamps never go back: after 2031 all that it writes is of 2031.
void break_the_clocks(World& world) {
  const std::string& visit = world.families[2].id("@visit");
  world.anna.set_clock(kIn2031);
  world.bruno.set_clock(kIn1970);
  edit(world, world.anna, visit, one("next_step", "Telefonare al CAF"));
  edit(world, world.bruno, visit, one("next_step", "Portare l'ISEE"));
  watch(world, "Campolieto: prossimo passo", "clocks of 2031 and 1970", visit, "next_step");
  expect_item(world, visit, "next_step");
}

void touch_the_network(World& world) {
  edit(world, world.sara, world.stakeholder, one("stage", "in_relazione"));
  edit(world, world.carla, world.stakeholder, one("stage", "agganciato"));
  watch(world, "Oratorio: fase", "fellow and coordinator", world.stakeholder, "stage");
  expect_item(world, world.stakeholder, "stage");
}

/// Carla moves a household to Bruno while Anna, who has no network, goes on working on it.
void move_a_household(World& world) {
  const Family& family = world.families[4];
  world.admin(
      {"handover", family.dossier, "--from", kAnna, "--to", kBruno, "--reason", "cambio di zona"});
  world.facts.expected_dossiers[kAnna].erase(family.dossier);
  world.facts.expected_dossiers[kBruno].insert(family.dossier);
  save(world, world.anna,
       {{"type", "visit"},
        {"dossier", family.dossier},
        {"fields",
         {{"case_id", family.id("@case")},
          {"start_at", "2022-03-15T15:00:00Z"},
          {"end_at", "2022-03-15T16:00:00Z"},
          {"place", "casa"},
          {"educator", kAnna},
          {"observations", "Ultima visita prima del passaggio: la famiglia è informata."},
          {"next_step", "Presentare Bruno"}}}});
  edit(world, world.anna, family.id("@household"), one("housing", "affitto"));
  watch(world, "Erbaluce: alloggio", "moved to Bruno meanwhile", family.id("@household"),
        "housing");
}

}  // namespace

void go_offline(World& world) {
  world.stop_server();
  world.page.title("Tutti senza rete", "everybody is offline: the server is stopped");
}

void work_offline(World& world) {
  break_and_restore(world);
  touch_first_household(world);
  touch_second_household(world);
  touch_third_household(world);
  touch_the_network(world);
  const json::object refused = world.sara.try_call("sync.run");
  world.page.line(std::to_string(world.facts.saved_without_server) +
                  " salvataggi senza server; chi sincronizza legge: «" +
                  shortened(text_of(object_of(refused, "error"), "message_it"), 70) + "»");
  world.show_cli(world.bruno, {"status"}, 9);
  world.start_server();
  move_a_household(world);
  break_the_clocks(world);
  world.page.line("orologi (clocks): Anna " + clock_date(kIn2031) + ", Bruno " +
                  clock_date(kIn1970) + "; Erbaluce passa a Bruno mentre Anna è senza rete");
  world.page.line();
  world.page.line("Che cosa vede ognuno, prima  " +
                  world.page.faint("what each store sees, before"));
  print_watched(world);
}

}  // namespace insieme::demo
