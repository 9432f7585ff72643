#include "simulation/script.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "simulation/acts.hpp"

namespace insieme::simulation {
namespace {

constexpr std::size_t kActsMin = 12;
constexpr std::size_t kLongWorld = 6;  ///< times as many acts, in one of kLongWorlds
constexpr std::size_t kLongWorlds = 50;

const char* const kNames[] = {"anna", "bruno", "carla", "dario", "elena"};

void make_people(Settings& settings, Chance& chance) {
  const std::size_t people = 2 + chance.below(3);
  for (std::size_t i = 0; i < people; ++i) {
    const char* role = i == 1 ? "coordinator" : chance.one_in(4) ? "fellow" : "educator";
    settings.people.push_back({kNames[i], role});
  }
  for (std::size_t i = 0; i < people; ++i) settings.tablets.push_back(i);
  // One with two tablets.
  if (chance.one_in(3)) settings.tablets.push_back(chance.below(people));
  if (chance.percent(60)) settings.fold_from = 2 + chance.below(6);  // worlds are short
  const bool is_whole = chance.one_in(10);
  const bool upgrades = chance.one_in(3);  // some start with the version before
  for (std::size_t i = 0; i < settings.tablets.size(); ++i) {
    const bool is_former = upgrades && chance.one_in(2);
    settings.ages.push_back(is_whole ? Age::whole : is_former ? Age::former : Age::present);
  }
}

void make_weather(Settings& settings, Chance& chance) {
  // Runs differ: each kind of trouble is absent in some and frequent in others, so that no kind
  // hides another.
  const auto some = [&chance](std::size_t most) {
    return chance.one_in(2) ? 0 : chance.below(most);
  };
  settings.weather.unreachable = some(30);
  settings.weather.request_lost = some(20);
  settings.weather.reply_lost = some(30);
  settings.weather.request_twice = some(25);
  settings.weather.request_late = some(25);
  settings.weather.reply_cut = some(20);
  settings.weather.reply_damaged = some(20);
  settings.weather.request_damaged = some(12);
  settings.stop_percent = some(15);
  settings.failing_percent = some(8);
}

std::size_t weight_of(const ActKind& kind, const std::string& role) {
  if (role == "coordinator") return kind.weights.coordinator;
  return role == "fellow" ? kind.weights.fellow : kind.weights.educator;
}

}  // namespace

const std::vector<ActKind>& act_table() {
  static const std::vector<ActKind> kTable = [] {
    std::vector<ActKind> all;
    for (const auto& part : {work_acts(), voucher_acts(), ordering_acts(), review_acts(),
                             tablet_acts(), office_acts(), exchange_acts(), erasing_acts()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return kTable;
}

Script make_script(std::uint64_t seed, std::size_t acts_max) {
  Script script;
  script.settings.seed = seed;
  Chance chance(Chance::mix(seed, 0));
  make_people(script.settings, chance);
  make_weather(script.settings, chance);
  const std::vector<ActKind>& table = act_table();
  std::vector<bool> is_on;
  for (const ActKind& kind : table) is_on.push_back(!kind.is_rare || chance.one_in(3));
  if (chance.one_in(kLongWorlds)) acts_max *= kLongWorld;
  const std::size_t count = kActsMin + chance.below(std::max(acts_max, kActsMin + 1) - kActsMin);
  for (std::size_t i = 0; i < count; ++i) {
    Act act;
    act.tablet = chance.below(script.settings.tablets.size());
    act.seed = chance.next();
    act.meanwhile = chance.one_in(3);
    const std::string& role = script.settings.people[script.settings.tablets[act.tablet]].role;
    std::size_t total = 0;
    for (std::size_t k = 0; k < table.size(); ++k) {
      if (is_on[k]) total += weight_of(table[k], role);
    }
    std::size_t draw = chance.below(total);
    for (std::size_t k = 0; k < table.size(); ++k) {
      const std::size_t weight = is_on[k] ? weight_of(table[k], role) : 0;
      if (draw < weight) {
        act.kind = k;
        break;
      }
      draw -= weight;
    }
    script.acts.push_back(act);
  }
  script.settings.waits_for_backup =
      std::any_of(script.acts.begin(), script.acts.end(), [&table](const Act& act) {
        return std::string_view(table[act.kind].name) == "restore the server";
      });
  return script;
}

std::optional<std::vector<std::size_t>> parse_numbers(const std::string& text) {
  std::vector<std::size_t> numbers;
  const char* at = text.c_str();
  while (*at != '\0') {
    char* end = nullptr;
    const std::size_t first = std::strtoull(at, &end, 10);
    if (end == at) return std::nullopt;
    std::size_t last = first;
    if (*end == '-') {
      at = end + 1;
      last = std::strtoull(at, &end, 10);
      if (end == at || last < first || last - first > 1'000'000) return std::nullopt;
    }
    for (std::size_t n = first; n <= last; ++n) numbers.push_back(n);
    if (*end != ',' && *end != '\0') return std::nullopt;
    at = *end == ',' ? end + 1 : end;
  }
  return numbers;
}

std::string format_numbers(const std::vector<std::size_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i;
    while (end + 1 < numbers.size() && numbers[end + 1] == numbers[end] + 1) ++end;
    if (!text.empty()) text += ',';
    text += std::to_string(numbers[i]);
    if (end > i) text += '-' + std::to_string(numbers[end]);
    i = end + 1;
  }
  return text;
}

Script keep_only(const Script& script, const std::vector<std::size_t>& numbers) {
  Script kept;
  kept.settings = script.settings;
  for (const std::size_t number : numbers) {
    if (number < script.acts.size()) kept.acts.push_back(script.acts[number]);
  }
  return kept;
}

std::string describe(const Script& script, std::size_t number) {
  const Act& act = script.acts[number];
  const Person& person = script.settings.people[script.settings.tablets[act.tablet]];
  return std::to_string(number) + "  " + act_table()[act.kind].name + "  (tablet-" +
         std::to_string(act.tablet) + ", " + person.account + ", " + person.role + ")" +
         (act.meanwhile ? "  meanwhile" : "");
}

}  // namespace insieme::simulation
