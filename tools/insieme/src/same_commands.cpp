// same: two records that are one person or one household.
#include "record_views.hpp"

namespace insieme::cli {
namespace {

struct SameOptions {
  std::string record;
  std::string other;
  std::string reason;
  bool undo = false;
};

int list_same(Program& program, const SameOptions& options) {
  json::object reply;
  if (program.answered("same.list", {{"record", options.record}}, reply)) return kOk;
  Table table({"id", tr("titolo", "title"), ""});
  for (const json::value& one : list_of(reply, "records")) {
    const json::object& record = one.as_object();
    const bool shown = text_of(record, "id") == text_of(reply, "identity");
    table.add({text_of(record, "short"),
               flag_of(record, "here") ? text_of(record, "title")
                                       : std::string(tr("(non è qui)", "(not here)")),
               Cell(shown ? tr("← si mostra così", "← shown as this") : "", Colour::dim)});
  }
  print(table.text());
  return kOk;
}

int same(Program& program, const SameOptions& options) {
  if (options.other.empty()) return list_same(program, options);
  json::object arguments{{"record", options.record}, {"other", options.other}};
  if (!options.undo && !options.reason.empty()) arguments["reason"] = options.reason;
  json::object reply;
  const char* command = options.undo ? "same.undo" : "same.mark";
  if (program.answered(command, std::move(arguments), reply)) return kOk;
  if (!flag_of(reply, "changed")) {
    print(tr("Era già così.\n", "It was so already.\n"));
  } else if (options.undo) {
    print(tr("Separate. Ciò che è scritto resta dov'è.\n", "Parted. What is written stays.\n"));
  } else {
    print(tr("Sono la stessa. Nulla è stato spostato.\n",
             "They are the same. Nothing was moved.\n"));
  }
  if (flag_of(reply, "elsewhere")) {
    print(tr("L'altra non è qui: lo sa solo questo fascicolo.\n",
             "The other one is not here: only this dossier knows.\n"));
  }
  return kOk;
}

}  // namespace

void add_same_commands(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "same", "Due schede che sono la stessa persona o lo stesso nucleo",
      "Two records that are the same person or household",
      "  insieme same 5f3a9c01\n  insieme same 5f3a9c01 77e0b1d4 --reason 'stesso codice fiscale'\n"
      "  insieme same 5f3a9c01 77e0b1d4 --undo");
  auto options = std::make_shared<SameOptions>();
  command->add_option("record", options->record, tr("La scheda", "The record"))->required();
  command->add_option("other", options->other, tr("L'altra", "The other one"));
  command->add_option("--reason", options->reason, tr("Perché", "Why"));
  command->add_flag("--undo", options->undo, tr("Non lo sono", "They are not"));
  command->callback([&program, options] {
    program.run = [&program, options] { return same(program, *options); };
  });
}

}  // namespace insieme::cli
