// insieme-server: reads the command line and runs one command.
#include <boost/json/serialize.hpp>

#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "cli/commands.hpp"
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
    "thing, exists already), 5 storage (full, damaged, busy), 6 verify found faults.";

int report(const Options& options, int exit_code, const std::string& what) {
  if (options.json) {
    const boost::json::object body{{"error", what}, {"exit", exit_code}};
    std::fprintf(stderr, "%s\n", boost::json::serialize(body).c_str());
  } else {
    std::fprintf(stderr, "insieme-server: %s\n", what.c_str());
  }
  return exit_code;
}

int run(int argc, char** argv) {
  Program program;
  CLI::App& app = program.app;
  app.set_version_flag("--version", std::string(kVersion));
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(kFooter);
  app.add_option("--data", program.options.data, "the data folder")
      ->envname("INSIEME_DATA")
      ->required();
  app.add_option("--config", program.options.config_file,
                 "settings; insieme.conf in the data folder if left out");
  app.add_flag("--json", program.options.json, "for programs: one line of JSON");
  add_serve(program);
  add_check_commands(program);
  add_people_commands(program);
  add_access_commands(program);
  for (CLI::App* command : app.get_subcommands({})) command->fallthrough();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  try {
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
  try {
    return run(argc, argv);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "insieme-server: %s\n", failure.what());
    return kFailed;
  }
}
