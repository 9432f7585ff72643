// serve-app: the app's screens on this desk, over a store in a file.
#include "serve_app_command.hpp"

#include <filesystem>

#include "desk/page_server.hpp"
#include "signals.hpp"

namespace insieme::cli {
namespace {

struct Wanted {
  std::string app;
  std::uint16_t port = 8421;
};

/// Where an installation has it: beside the folder of the program.
std::string installed_app() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "app" : (program.parent_path().parent_path() / "share/insieme/app").string();
}

int serve_app(Program& program, const Wanted& wanted) {
  // Says at once, and here, what is wrong with the store; the page opens it.
  static_cast<void>(program.call_locked("pin.state"));
  program.close();
  const PageFiles files(wanted.app.empty() ? installed_app() : wanted.app);
  PageEvents events;
  PageCore core(program, [&events](std::string event) { events.add(std::move(event)); });
  PageServer server(files, core, events, wanted.port);
  end_on_signals();
  if (!program.print_json({{"ok", true}, {"address", server.address()}})) {
    print(tr("L'app è qui, per chi ha questo indirizzo (Ctrl-C per chiudere):\n  ",
             "The app is here, for whoever has this address (Ctrl-C to close):\n  ") +
          server.address() + "\n");
  }
  server.run(stop_asked());
  return kOk;
}

}  // namespace

void add_serve_app_command(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "serve-app", "Apre le schermate dell'app nel browser di questo computer",
      "Opens the app's screens in this computer's browser",
      "  insieme serve-app\n  insieme serve-app --app build/app --port 9000");
  auto wanted = std::make_shared<Wanted>();
  command
      ->add_option("--app", wanted->app,
                   tr("la cartella dell'app (tools/app la costruisce)",
                      "the folder of the app (tools/app builds it)"))
      ->type_name(tr("CARTELLA", "FOLDER"));
  command->add_option("--port", wanted->port,
                      tr("su questo computer soltanto (8421); 0: una libera",
                         "on this computer alone (8421); 0: any free one"))
      ->type_name("N");
  command->callback([&program, wanted] {
    program.run = [&program, wanted] { return serve_app(program, *wanted); };
  });
}

}  // namespace insieme::cli
