// insieme-server: reads the command line and runs one command.
#include <boost/json/serialize.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <sstream>

#include "cli/commands.hpp"
#include "cli/device_commands.hpp"
#include "cli/output.hpp"
#include "insieme/server/api.hpp"

namespace {

using namespace insieme::server;
using namespace insieme::server::cli;

constexpr const char* kFooter =
    "Examples:\n"
    "  insieme-server init --data /var/lib/insieme --name \"Ambito Val d'Enza\"\n"
    "  insieme-server users add anna --name \"Anna Rossi\" --role educator --data DIR\n"
    "  insieme-server invite anna --data DIR\n"
    "  insieme-server serve --data DIR --listen 0.0.0.0:8443 --tls-certificate c.pem \\\n"
    "      --tls-key k.pem\n"
    "\n"
    "Every command may run while the server runs. Settings: insieme.conf in the data folder, then\n"
    "INSIEME_… in the environment, then flags.\n"
    "Exit status: 0 done, 1 failed, 2 wrong usage, 3 wrong configuration, 4 refused (no such\n"
    "thing, exists already), 5 storage (full, damaged, busy, output not written), 6 verify found\n"
    "faults.";

int report(const Options& options, int exit_code, const std::string& what) {
  if (options.json) {
    const boost::json::object body{{"error", what}, {"exit", exit_code}};
    std::fprintf(stderr, "%s\n", boost::json::serialize(body).c_str());
  } else {
    std::fprintf(stderr, "insieme-server: %s\n", what.c_str());
  }
  return exit_code;
}

/// The first word that is neither an option nor the value of one; empty if there is none.
std::string first_word(const CLI::App& app, const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].rfind('-', 0) != 0) return words[i];
    const CLI::Option* option = app.get_option_no_throw(words[i]);
    if (option != nullptr && option->get_items_expected_max() > 0) ++i;
  }
  return {};
}

int explain(const CLI::App& app, const CLI::ParseError& error,
            const std::vector<std::string>& words) {
  if (error.get_exit_code() == 0) {
    std::ostringstream help;
    app.exit(error, help, std::cerr);
    print_text(help.str());
    return kOk;
  }
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  const std::string word = first_word(app, words);
  if (word.empty() || std::find(names.begin(), names.end(), word) != names.end()) {
    app.exit(error);
    return kUsage;
  }
  std::fprintf(stderr, "insieme-server: there is no command \"%s\"%s; commands: %s\n",
               word.c_str(), did_you_mean(word, names).c_str(), join_names(names).c_str());
  return kUsage;
}

int run(int argc, char** argv) {
  Program program;
  CLI::App& app = program.app;
  app.set_version_flag("--version", std::string(kVersion));
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(kFooter);
  app.add_option("--data", program.options.data, "the data folder")
      ->envname("INSIEME_DATA");
  app.add_option("--config", program.options.config_file,
                 "settings; insieme.conf in the data folder if left out");
  app.add_option_function<std::string>(
         "--database",
         [&program](const std::string& value) { program.options.flags["database"] = value; },
         "PostgreSQL in place of a file in the data folder")
      ->type_name("postgres://…");
  app.add_flag("--json", program.options.json, "for programs: one line of JSON");
  add_serve(program);
  add_check_commands(program);
  add_backup_commands(program);
  add_people_commands(program);
  add_device_commands(program);
  add_access_commands(program);
  add_permission_commands(program);
  add_access_log(program);
  add_subject_access(program);
  add_audit(program);
  add_glass(program);
  add_erase_commands(program);
  add_recovery_commands(program);
  add_report_commands(program);
  add_migrate(program);
  add_openapi(program);
  add_finding_commands(program);
  add_blind_index_commands(program);
  add_flow_commands(program);
  add_doctor(program);
  add_scan(program);
  add_sign_in_commands(program);
  add_account_commands(program);
  add_machine_commands(program);
  add_import(program);
  add_restore_commands(program);
  for (CLI::App* command : app.get_subcommands({})) command->fallthrough();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(app, error, {argv + 1, argv + argc});
  }
  if (!program.chosen_without_data && program.options.data.empty()) {
    return report(program.options, kUsage, "--data is required");
  }
  try {
    if (program.chosen_without_data) return program.chosen_without_data();
    Context context(program.options);
    return program.chosen(context);
  } catch (const CommandError& error) {
    return report(program.options, error.exit_code(), error.what());
  } catch (const StorageFailure& failure) {
    return report(program.options, kStorage, failure.what());
  } catch (const std::exception& failure) {
    return report(program.options, kFailed, failure.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  ::umask(S_IRWXG | S_IRWXO);  // keys and records are nobody else's
  // A stream that was closed must not become the database or a connection.
  for (int file = 0; (file = ::open("/dev/null", O_RDONLY)) >= 0;) {
    if (file <= STDERR_FILENO) continue;
    ::close(file);
    break;
  }
  try {
    return run(argc, argv);
  } catch (const CommandError& error) {
    std::fprintf(stderr, "insieme-server: %s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "insieme-server: %s\n", failure.what());
    return kFailed;
  }
}
