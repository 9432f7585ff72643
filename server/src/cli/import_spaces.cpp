#include "cli/import_spaces.hpp"

#include <unistd.h>

#include <filesystem>
#include <optional>
#include <set>

#include "cli/import_lines.hpp"
#include "cli/output.hpp"
#include "cli/settings_file.hpp"

namespace insieme::server::cli {
namespace {

namespace fs = std::filesystem;

/// Every setting is a column, under its own name.
const Kind& kind_of_spaces() {
  static const Kind kSpaces = [] {
    Kind kind{"spaces", {{"folder", "cartella", true}, {"name", "nome", true}}};
    for (const ConfigKey& key : config_keys()) {
      if (key.name.starts_with("role.")) continue;
      kind.columns.push_back({key.name.data(), key.name.data(), false});  // of a literal
    }
    return kind;
  }();
  return kSpaces;
}

/// One line, ready to be carried out and to be undone.
struct Plan {
  DataDir dir;
  std::string name;
  std::string database;
  bool is_new = false;
  std::string before;  ///< of insieme.conf
  Settings settings;
};

/// What two servers cannot both have.
struct Taken {
  std::set<std::string> listen;
  void take(const std::string& address) {
    // Port 0 is any free one.
    if (address.empty() || address.ends_with(":0") || listen.insert(address).second) return;
    throw CommandError(kRefused, "listen = " + address + " is another line's already");
  }
};

void check_folder(const fs::path& folder) {
  if (!folder.is_absolute()) {
    throw CommandError(kRefused, folder.string() + " is no absolute path");
  }
  std::error_code ignored;
  if (fs::exists(folder, ignored)) {
    const bool is_theirs = fs::exists(folder / "server.key", ignored) ||
                           (fs::is_directory(folder, ignored) && fs::is_empty(folder, ignored));
    if (is_theirs) return;
    throw CommandError(kRefused, folder.string() + " holds something that is no space");
  }
  if (::access(folder.parent_path().c_str(), W_OK | X_OK) != 0) {
    throw CommandError(kRefused, folder.parent_path().string() + " cannot be written to");
  }
}

void check_name(const Plan& plan, const Config& config) {
  const auto repository =
      require(open_repository(plan.dir, config.roles, wall_clock(), config.database));
  const std::string there = repository->space().name;
  if (there == plan.name) return;
  throw CommandError(kRefused, plan.dir.folder.string() + " is the space \"" + there +
                                   "\": a table renames none");
}

Plan plan_of(const Cells& cells, Act& act) {
  Plan plan;
  plan.dir.folder = fs::path(cells.at("folder")).lexically_normal();
  plan.name = cells.at("name");
  check_folder(plan.dir.folder);
  plan.is_new = !plan.dir.initialised();
  if (std::error_code ignored; plan.is_new && fs::exists(plan.dir.folder / "server.key", ignored)) {
    throw CommandError(kRefused, plan.dir.folder.string() + " has the key of a space that is not "
                                 "there: put it back with restore, or empty the folder");
  }
  plan.before = settings_text(plan.dir.config());
  Config config;
  require(load_config_text(config, plan.before, plan.dir.config()));
  act.what = plan.dir.folder.string();
  for (const Column& column : kind_of_spaces().columns) {
    const std::string* cell = cell_of(cells, column.name);
    if (column.needed || cell == nullptr || cell->empty()) continue;
    if (const Status set = set_config(config, column.name, *cell); !set.ok()) {
      throw CommandError(kRefused, std::string(column.name) + ": " + set.error().detail);
    }
    compare(act, column.name, setting_in(plan.before, column.name), *cell);
    plan.settings.emplace_back(column.name, *cell);
  }
  require(check_config(config));
  plan.database = config.database;
  if (!plan.is_new) check_name(plan, config);
  if (plan.is_new) act.verdict = Verdict::added;
  return plan;
}

Status carry_out(const Plan& plan) {
  if (plan.is_new) {
    const auto made = init_data_dir(plan.dir, plan.name, wall_clock(), plan.database);
    if (!made.ok()) return made.error();
  }
  const std::string text = settings_text(plan.dir.config());
  return write_settings(plan.dir.config(), with_settings(text, plan.settings));
}

/// A space in PostgreSQL stays, empty: the same file, given again, goes on with it.
void undo(const Plan& plan, bool was_there) {
  std::error_code ignored;
  if (!plan.is_new) {
    static_cast<void>(write_settings(plan.dir.config(), plan.before));
  } else if (plan.database.empty()) {
    fs::remove_all(plan.dir.folder, ignored);
    if (was_there) fs::create_directory(plan.dir.folder, ignored);
  }
}

void carry_out_all(const std::vector<Plan>& plans, const std::string& file) {
  std::vector<std::pair<const Plan*, bool>> done;
  for (const Plan& plan : plans) {
    std::error_code ignored;
    done.emplace_back(&plan, fs::exists(plan.dir.folder, ignored));
    Status status;
    try {
      status = carry_out(plan);
    } catch (const StorageFailure& failure) {
      status = {failure.code(), failure.what()};
    }
    if (status.ok()) continue;
    for (auto at = done.rbegin(); at != done.rend(); ++at) undo(*at->first, at->second);
    throw CommandError(kRefused, file + ": nothing of it is done, for\n  " +
                                     plan.dir.folder.string() + ": " + status.error().detail);
  }
}

int take(const Options& options, const ImportArguments& arguments) {
  std::vector<Plan> plans;
  Taken taken;
  const std::vector<Line> lines =
      judge_lines(kind_of_spaces(), arguments.file, [&](const Cells& cells) {
        Act act;
        Plan plan = plan_of(cells, act);
        const std::string* listen = cell_of(cells, "listen");
        taken.take(listen == nullptr ? std::string() : *listen);
        if (act.verdict != Verdict::same) plans.push_back(std::move(plan));
        return act;
      });
  if (!arguments.dry_run) carry_out_all(plans, arguments.file);
  tell_lines(lines, kind_of_spaces(), arguments, options.json);
  if (!options.json && !arguments.dry_run && !plans.empty()) {
    print_line("Copy each server.key to a place apart. A server takes changed settings when it is "
               "started again.");
  }
  return kOk;
}

}  // namespace

void add_import_spaces(Program& program, CLI::App* all) {
  const auto arguments = std::make_shared<ImportArguments>();
  CLI::App* command = add_import_kind(all, kind_of_spaces(), arguments);
  command->description("columns: folder, name, and any setting of insieme.conf");
  command->footer("A space and its data folder for each line; settings go into its insieme.conf.\n"
                  "An empty cell leaves a setting as it is. Needs no --data.\n"
                  "Example:\n"
                  "  cartella;nome;listen;public_url;behind_proxy\n"
                  "  /srv/insieme/ven09;Ambito VEN_09;127.0.0.1:8501;https://ven09.example;yes");
  command->callback([&program, arguments] {
    program.chosen_without_data = [&program, arguments] {
      return take(program.options, *arguments);
    };
  });
}

}  // namespace insieme::server::cli
