// call, commands, completion.
#include <iostream>
#include <iterator>

#include "insieme/schema/bundle.hpp"
#include "program.hpp"

namespace insieme::cli {

extern const char* const kBashCompletion;

namespace {

int call(Program& program, const std::string& request) {
  const std::string text = request == "-" ? std::string(std::istreambuf_iterator<char>(std::cin),
                                                        std::istreambuf_iterator<char>())
                                          : request;
  const std::string reply = program.call_raw(text);
  print(reply + "\n");
  return flag_of(json::parse(reply).as_object(), "ok") ? kOk : kRefused;
}

int list_commands() {
  // The documentation needs no store.
  print(client::Commands::markdown());
  return kOk;
}

}  // namespace

void add_guide_commands(CLI::App& app, Program& program) {
  CLI::App* calling =
      add_command(app, "call", "Un comando del nucleo com'è, in JSON",
                  "A command of the core as it is, in JSON",
                  "  insieme call '{\"command\":\"status\"}'\n  insieme call - < richiesta.json");
  auto request = std::make_shared<std::string>();
  calling
      ->add_option("request", *request,
                   tr("La richiesta, o - per l'ingresso", "The request, or - for standard input"))
      ->required();
  calling->callback([&program, request] {
    program.run = [&program, request] { return call(program, *request); };
  });

  CLI::App* guide = add_command(app, "commands", "La guida ai comandi JSON (docs/commands.md)",
                                "The guide to the JSON commands (docs/commands.md)",
                                "  insieme commands --markdown");
  auto markdown = std::make_shared<bool>(true);
  guide->add_flag("--markdown", *markdown,
                  tr("In Markdown (è l'unica forma)", "As Markdown (the only form)"));
  guide->callback([&program, markdown] { program.run = [] { return list_commands(); }; });

  CLI::App* completing = add_command(app, "completion", "Completamento per bash",
                                     "Completion for bash", "  source <(insieme completion)");
  auto types = std::make_shared<bool>(false);
  completing->add_flag("--types", *types,
                       tr("I nomi dei tipi di scheda", "The names of the record types"));
  completing->callback([&program, types] {
    program.run = [types] {
      if (!*types) print(kBashCompletion);
      for (const schema::RecordType& type : schema::embedded_bundle().types) {
        if (*types) print(type.name + "\n");
      }
      return int{kOk};
    };
  });
}

}  // namespace insieme::cli
