// replay: a script of in-memory replicas, for whoever wants to compare the merge with an oracle.
#include <fstream>
#include <iostream>

#include "program.hpp"
#include "replay/replay.hpp"

namespace insieme::cli {
namespace {

/// Standard output holds dumps and nothing else.
int replay(const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) throw Stop(kStorage, tr("non si può leggere ", "cannot read ") + path);
  }
  std::ios::sync_with_stdio(false);
  const auto fault = replay::run_script(path == "-" ? std::cin : file, std::cout);
  std::cout.flush();
  if (!std::cout) throw Stop(kStorage, tr("l'uscita non si può scrivere", "cannot write output"));
  if (fault) {
    std::cerr << "insieme: " << harmless(path) << ':' << fault->line << ": "
              << harmless(fault->what) << '\n';
    return kRefused;
  }
  if (path != "-" && file.bad()) {
    throw Stop(kStorage, tr("non si può leggere ", "cannot read ") + path);
  }
  return kOk;
}

}  // namespace

void add_replay_commands(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "replay", "Esegue uno script di repliche in memoria (docs/testing.md)",
      "Runs a script of in-memory replicas (docs/testing.md)",
      "  insieme replay script.jsonl\n"
      "  printf '%s\\n' '{\"do\":\"replica\",\"name\":\"A\"}' '{\"do\":\"dump\",\"on\":\"A\"}' "
      "| insieme replay -");
  auto path = std::make_shared<std::string>();
  command
      ->add_option("script", *path,
                   tr("Il file, o - per l'ingresso", "The file, or - for standard input"))
      ->required();
  command->callback([&program, path] { program.run = [path] { return replay(*path); }; });
}

}  // namespace insieme::cli
