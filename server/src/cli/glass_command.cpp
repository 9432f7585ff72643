// glass: dossiers that people opened with a reason, for a while.
#include <algorithm>
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/picking.hpp"
#include "log.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

struct GlassArguments {
  std::string dossier;
  std::string account;
  std::string format;
  std::string note;
  std::string id;
  bool unseen = false;
};

std::string state_of(const Glass& glass) {
  if (glass.refused) return "in vain";
  if (!glass.ended_ms) return "open";
  return glass.ended_by == "time" ? "over" : "ended by " + glass.ended_by;
}

std::string dossier_of(const Glass& glass) {
  return glass.dossier.is_nil() ? "-" : sync::to_text(glass.dossier);
}

json::object json_of(const Glass& glass) {
  return {{"id", sync::to_hex(glass.id)},
          {"dossier", glass.dossier.is_nil() ? json::value(nullptr)
                                             : json::value(sync::to_text(glass.dossier))},
          {"account", glass.account},
          {"reason", glass.reason},
          {"state", state_of(glass)},
          {"opened_at", json_time(glass.opened_ms)},
          {"until", json_time(glass.until_ms)},
          {"ended_at", json_time(glass.ended_ms)},
          {"seen_by", glass.seen_by},
          {"seen_at", json_time(glass.seen_ms)},
          {"note", glass.note}};
}

/// RFC 4180; what a spreadsheet would compute is made text.
std::string csv_cell(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) {
    text.insert(0, 1, '\'');
  }
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

void print_csv(const std::vector<Glass>& all) {
  const auto row = [](const std::vector<std::string>& cells) {
    std::string line;
    for (const std::string& cell : cells) line += (line.empty() ? "" : ",") + csv_cell(cell);
    print_text(line + "\r\n");
  };
  const auto time = [](const std::optional<std::int64_t>& ms) {
    return ms ? to_rfc3339(*ms) : std::string();
  };
  row({"opened_at", "account", "dossier", "reason", "until", "state", "ended_at", "seen_by",
       "seen_at", "note", "id"});
  for (const Glass& one : all) {
    row({to_rfc3339(one.opened_ms), one.account, one.dossier.is_nil() ? "" : dossier_of(one),
         one.reason, to_rfc3339(one.until_ms), state_of(one), time(one.ended_ms), one.seen_by,
         time(one.seen_ms), one.note, sync::to_hex(one.id)});
  }
}

int list(Context& context, const GlassArguments& arguments) {
  std::optional<sync::DossierId> dossier;
  if (!arguments.dossier.empty()) dossier = pick_dossier(context, arguments.dossier);
  context.repository().settle();
  std::vector<Glass> all;
  for (Glass& glass : context.repository().glasses()) {
    const bool wanted = (!dossier || glass.dossier == *dossier) &&
                        (arguments.account.empty() || glass.account == arguments.account) &&
                        (!arguments.unseen || (!glass.refused && !glass.seen_ms));
    if (wanted) all.push_back(std::move(glass));
  }
  if (context.json()) {
    json::array lines;
    for (const Glass& glass : all) lines.push_back(json_of(glass));
    print_json(lines);
    return kOk;
  }
  if (arguments.format == "csv") {
    print_csv(all);
    return kOk;
  }
  Table table({"ID", "OPENED", "ACCOUNT", "DOSSIER", "UNTIL", "STATE", "SEEN", "REASON"});
  for (const Glass& glass : all) {
    table.add({short_id(sync::to_hex(glass.id)), show_time(glass.opened_ms), glass.account,
               dossier_of(glass), show_time(glass.until_ms), state_of(glass),
               glass.refused ? "-" : glass.seen_ms ? glass.seen_by : "NOT YET", glass.reason});
  }
  table.print("Nobody opened anything that this asks for.");
  return kOk;
}

GlassId pick(Context& context, const std::string& text) {
  std::vector<GlassId> found;
  for (const Glass& glass : context.repository().glasses()) {
    if (!glass.refused && names_id(text, sync::to_hex(glass.id))) found.push_back(glass.id);
  }
  if (found.size() == 1) return found.front();
  throw CommandError(kRefused, (found.empty() ? "there is no opening \"" : "more than one opening "
                                                                           "is named \"") +
                                   text + "\"");
}

int tell(Context& context, const char* english) {
  if (context.json()) {
    print_json(json::object{{"done", true}});
  } else {
    print_line(english);
  }
  return kOk;
}

int end(Context& context, const GlassArguments& arguments) {
  require(context.repository().end_glass(pick(context, arguments.id), {}));
  return tell(context, "Ended. The tablet drops the dossier when it synchronises, once its unsent "
                       "work is here.");
}

int seen(Context& context, const GlassArguments& arguments) {
  require(context.repository().see_glass(pick(context, arguments.id), arguments.account,
                                         arguments.note));
  return tell(context, "Noted.");
}

}  // namespace

void add_glass(Program& program) {
  const auto arguments = std::make_shared<GlassArguments>();
  CLI::App* glass = program.app.add_subcommand(
      "glass", "dossiers that people opened with a reason, and who has seen it");
  glass->add_option("--dossier", arguments->dossier, kDossierHelp);
  glass->add_option("--account", arguments->account, "who opened it");
  glass->add_flag("--unseen", arguments->unseen, "those that nobody who decides has seen yet");
  glass->add_option("--format", arguments->format, "csv")->check(CLI::IsMember({"csv"}));
  glass->footer("Which roles may, and for how long: role.NAME.glass in insieme.conf.\n"
                "Examples:\n  insieme-server glass --unseen --data DIR\n"
                "  insieme-server glass --format csv --data DIR > aperture.csv\n"
                "  insieme-server glass end 5d1c09f3 --data DIR\n"
                "  insieme-server glass seen 5d1c09f3 --by carla --note \"telefonato\" --data DIR");
  glass->callback([&program, arguments, glass] {
    if (!glass->get_subcommands().empty()) return;
    program.chosen = [arguments](Context& context) { return list(context, *arguments); };
  });
  CLI::App* ending = glass->add_subcommand("end", "end one before its time");
  ending->add_option("opening", arguments->id, "its id, or its last digits")->required();
  ending->callback([&program, arguments] {
    program.chosen = [arguments](Context& context) { return end(context, *arguments); };
  });
  CLI::App* seeing = glass->add_subcommand("seen", "say that somebody who decides has seen it");
  seeing->add_option("opening", arguments->id, "its id, or its last digits")->required();
  seeing->add_option("--by", arguments->account, "who decides on the dossier; left out: you");
  seeing->add_option("--note", arguments->note, "what they say of it");
  seeing->callback([&program, arguments] {
    program.chosen = [arguments](Context& context) { return seen(context, *arguments); };
  });
  for (CLI::App* command : glass->get_subcommands({})) command->fallthrough();
}

}  // namespace insieme::server::cli
