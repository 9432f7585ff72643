#include "cli/absence_commands.hpp"

#include <boost/json.hpp>

#include <memory>

#include "cli/output.hpp"
#include "insieme/server/absences.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

struct Arguments {
  std::string account;
  std::string from;
  std::string until;
  std::string deputy;
  std::uint64_t number = 0;
};

std::string_view state_of(const Absence& one, Day today) {
  if (one.ended_ms) return "ended";
  if (one.until < today) return "over";
  return one.holds(today) ? "now" : "to come";
}

json::object to_json(const Absence& one, Day today) {
  return {{"number", std::to_string(one.number)},
          {"account", one.account},
          {"deputy", one.deputy},
          {"from", show_day(one.from)},
          {"until", show_day(one.until)},
          {"state", state_of(one, today)},
          {"declared_by", one.declared_by},
          {"declared_at", json_time(one.declared_ms)},
          {"ended_at", json_time(one.ended_ms)},
          {"ended_by", one.ended_by}};
}

int list(Context& context) {
  const Day today = day_in_italy(wall_clock()());
  const std::vector<Absence> all = absences_of(context.repository()).absences();
  if (context.json()) {
    json::array lines;
    for (const Absence& one : all) lines.push_back(to_json(one, today));
    print_json(std::move(lines));
    return kOk;
  }
  Table table({"NUMBER", "AWAY", "STANDS IN", "FROM", "UNTIL", "STATE", "DECLARED BY"});
  for (const Absence& one : all) {
    table.add({std::to_string(one.number), one.account, one.deputy, show_day(one.from),
               show_day(one.until), std::string(state_of(one, today)), one.declared_by});
  }
  table.print("Nobody was declared to be away.");
  return kOk;
}

int set(Context& context, const Arguments& arguments) {
  Absence absence;
  absence.account = arguments.account;
  absence.deputy = arguments.deputy;
  const Day today = day_in_italy(wall_clock()());
  absence.from = arguments.from.empty() ? today : require(parse_day(arguments.from));
  absence.until = require(parse_day(arguments.until));
  const AbsenceEffect effect =
      require(absences_of(context.repository()).declare_absence(absence, kOperator));
  if (context.json()) {
    json::object body = to_json(effect.absence, today);
    json::array passes;
    for (const sync::DossierId& one : effect.passes) passes.emplace_back(sync::to_text(one));
    json::array stays;
    for (const auto& [dossier, rule] : effect.stays) {
      stays.push_back(
          json::object{{"dossier", sync::to_text(dossier)}, {"rule", words_of(rule).code}});
    }
    body["passes"] = std::move(passes);
    body["stays"] = std::move(stays);
    print_json(std::move(body));
    return kOk;
  }
  print_line("Absence " + std::to_string(effect.absence.number) + ": " + absence.account +
             " from " + show_day(absence.from) + " until " + show_day(absence.until) + "; " +
             std::to_string(effect.passes.size()) + " dossiers pass to " + absence.deputy +
             " for these days, and back by themselves.");
  for (const auto& [dossier, rule] : effect.stays) {
    print_line(sync::to_text(dossier) + " stays: " + absence.deputy + " may not have it (" +
               std::string(words_of(rule).en) + ").");
  }
  return kOk;
}

int end(Context& context, const Arguments& arguments) {
  require(absences_of(context.repository()).end_absence(arguments.number, kOperator));
  if (context.json()) {
    print_json(json::object{{"number", std::to_string(arguments.number)}, {"ended", true}});
  } else {
    print_line("Ended: what had passed is back.");
  }
  return kOk;
}

}  // namespace

void add_absence_commands(Program& program) {
  CLI::App* group = program.app.add_subcommand(
      "absence", "list who is away and who stands in; set one, end one");
  group->require_subcommand(0, 1);
  group->footer(
      "Examples:\n"
      "  insieme-server absence set anna --from 2026-12-01 --until 2026-12-12 --to bruno "
      "--data DIR\n"
      "  insieme-server absence end 3 --data DIR");
  group->callback([&program] {
    if (!program.chosen) program.chosen = list;
  });
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* setting = group->add_subcommand(
      "set", "for these days a colleague has what the account has; it passes back by itself");
  setting->add_option("account", arguments->account, "who is away")->required();
  setting->add_option("--from", arguments->from, "first day (today)")->type_name("day");
  setting->add_option("--until", arguments->until, "last day")->type_name("day")->required();
  setting->add_option("--to", arguments->deputy, "the account that stands in")->required();
  setting->callback([&program, arguments] {
    program.chosen = [arguments](Context& context) { return set(context, *arguments); };
  });
  CLI::App* ending = group->add_subcommand("end", "back before the last day, or not away at all");
  ending->add_option("number", arguments->number, "of the list")->required();
  ending->callback([&program, arguments] {
    program.chosen = [arguments](Context& context) { return end(context, *arguments); };
  });
}

}  // namespace insieme::server::cli
