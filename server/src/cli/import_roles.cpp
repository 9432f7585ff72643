#include "cli/import_roles.hpp"

#include <array>

#include "cli/import_lines.hpp"
#include "cli/output.hpp"
#include "cli/settings_file.hpp"

namespace insieme::server::cli {
namespace {

const Kind kRoles{"roles",
                  {{"role", "ruolo", true},
                   {"sections", "sezioni", false},
                   {"by_name", "per_nome", false},
                   {"write", "scrive", false},
                   {"review", "decide", false},
                   {"grant", "rilascia", false},
                   {"all_dossiers", "tutti", false},
                   {"administer", "amministra", false},
                   {"glass", "emergenza", false}}};

struct Flag {
  const char* column;
  bool RoleRules::*member;
};
constexpr std::array kFlags{Flag{"write", &RoleRules::may_write},
                            Flag{"review", &RoleRules::may_review},
                            Flag{"grant", &RoleRules::may_grant},
                            Flag{"all_dossiers", &RoleRules::all_dossiers},
                            Flag{"administer", &RoleRules::may_administer}};

const char* shown(bool flag) { return flag ? "yes" : "no"; }

std::string shown_hours(std::uint32_t hours) {
  return hours == 0 ? "no" : std::to_string(hours) + "h";
}

bool is_role_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

/// What the file's columns make of the role, and the lines that say so.
struct Judged {
  Act act;
  Settings settings;
};

/// The cell in the words of a setting: an empty one takes away.
std::string setting_of(const Column& column, const std::string& cell) {
  for (const Flag& flag : kFlags) {
    if (std::string_view(flag.column) == column.name) return shown(is_yes(column.name, cell));
  }
  if (std::string_view(column.name) == "glass" && cell.empty()) return "no";
  return cell;
}

void compare_rules(Act& act, const RoleRules& before, const RoleRules& after) {
  compare(act, "sections", join_names(before.sections), join_names(after.sections));
  compare(act, "by_name", join_names(before.by_name), join_names(after.by_name));
  for (const Flag& flag : kFlags) {
    compare(act, flag.column, shown(before.*flag.member), shown(after.*flag.member));
  }
  compare(act, "glass", shown_hours(before.glass_hours), shown_hours(after.glass_hours));
}

Judged judge(const Roles& roles, const Cells& cells) {
  const std::string& name = cells.at("role");
  if (!is_role_name(name)) {
    throw CommandError(kRefused, "a role's name is small letters, digits and _, not \"" + name +
                                     "\"");
  }
  const RoleRules* there = roles.find(name);
  Roles table = roles;
  const RoleRules before = table.edit(name);
  Settings settings;
  for (const Column& column : kRoles.columns) {
    const std::string* cell = cell_of(cells, column.name);
    if (column.needed || cell == nullptr) continue;
    const std::string value = setting_of(column, *cell);
    if (value.find_first_of("\r\n") != std::string::npos) {
      throw CommandError(kRefused, std::string(column.name) + " is one line");
    }
    require(table.set(name + "." + column.name, value));
    settings.emplace_back("role." + name + "." + column.name, value);
  }
  if (settings.empty()) throw CommandError(kRefused, "says nothing of \"" + name + "\"");
  Judged judged{{there == nullptr ? Verdict::added : Verdict::same, name, {}, {}}, {}};
  compare_rules(judged.act, before, *table.find(name));
  if (there == nullptr) judged.act.verdict = Verdict::added;
  if (judged.act.verdict != Verdict::same) judged.settings = std::move(settings);
  return judged;
}

int take(Context& context, const std::string& path, const ImportArguments& arguments) {
  Settings settings;
  const std::vector<Line> lines =
      judge_lines(kRoles, arguments.file, [&](const Cells& cells) {
        Judged judged = judge(context.config().roles, cells);
        settings.insert(settings.end(), judged.settings.begin(), judged.settings.end());
        return judged.act;
      });
  if (!arguments.dry_run && !settings.empty()) {
    require(write_settings(path, with_settings(settings_text(path), settings)));
    for (const Line& line : lines) {
      if (line.act.verdict == Verdict::same) continue;
      std::string subject = line.act.what;
      for (const Change& change : line.act.changes) subject += " " + std::string(change.column);
      context.repository().note_act("operator", "role.set", subject);
    }
  }
  tell_lines(lines, kRoles, arguments, context.json());
  if (!context.json() && !arguments.dry_run && !settings.empty()) {
    print_line("Written into " + path + ". The server takes it when it is started again; what "
               "people were given is settled anew then.");
  }
  return kOk;
}

}  // namespace

void add_import_roles(Program& program, CLI::App* all) {
  const auto arguments = std::make_shared<ImportArguments>();
  CLI::App* command = add_import_kind(all, kRoles, arguments);
  command->footer("Lines role.NAME.… of insieme.conf. Roles that the file does not name stay as\n"
                  "they are; `default` and `reserved` stand for the usual sections.");
  command->callback([&program, arguments] {
    program.chosen = [&program, arguments](Context& context) {
      const std::string& given = program.options.config_file;
      return take(context, given.empty() ? context.dir().config() : given, *arguments);
    };
  });
}

}  // namespace insieme::server::cli
