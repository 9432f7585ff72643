// codes: what a code list offers, and the values that the space adds or takes out of use.
#include "codes_command.hpp"

namespace insieme::cli {
namespace {

struct CodesOptions {
  std::string list;
  std::string code;
  std::string it;
  std::string en;
  std::string from;
  bool back = false;
};

int all_lists(Program& program, const json::object& reply) {
  if (program.print_json(reply)) return kOk;
  Table table({tr("elenco", "list"), tr("etichetta", "label"), tr("voci", "values"), ""});
  for (const json::value& one : list_of(reply, "lists")) {
    const json::object& list = one.as_object();
    const std::string own = std::to_string(list.at("own").to_number<std::int64_t>());
    table.add({text_of(list, "list"), text_of(list, "label"),
               std::to_string(list.at("values").to_number<std::int64_t>()),
               Cell(!flag_of(list, "open") ? ""
                    : own == "0"           ? tr("aperto", "open")
                                           : tr("aperto, dello spazio: ", "open, of the space: ") +
                                       own,
                    Colour::dim)});
  }
  print(table.text());
  return kOk;
}

int show(Program& program, const CodesOptions& options) {
  json::object arguments;
  if (!options.list.empty()) arguments["list"] = options.list;
  const json::object reply = program.call("list.show", std::move(arguments));
  if (options.list.empty()) return all_lists(program, reply);
  if (program.print_json(reply)) return kOk;
  print(coloured(one_line(text_of(reply, "label")), Colour::strong) + " · " +
        text_of(reply, "list") + " · " +
        (flag_of(reply, "open") ? tr("aperto", "open") : tr("fissato", "fixed")) + "\n");
  Table table({tr("codice", "code"), tr("etichetta", "label"), tr("schede", "records"), ""});
  for (const json::value& one : list_of(reply, "values")) {
    const json::object& value = one.as_object();
    std::string remarks = flag_of(value, "own") ? tr("dello spazio", "of the space") : "";
    if (flag_of(value, "retired")) remarks += tr("; ritirata", "; retired");
    if (!list_of(value, "contested").empty()) {
      remarks += tr("; due nomi: scriverne uno", "; two names: write one");
    }
    table.add({text_of(value, "code"), one_line(text_of(value, "label")), text_of(value, "used"),
               Cell(remarks, Colour::dim)});
  }
  for (const json::value& one : list_of(reply, "unknown")) {
    const json::object& value = one.as_object();
    table.add({one_line(text_of(value, "code")), "", text_of(value, "used"),
               Cell(tr("non ancora qui", "not here yet"), Colour::dim)});
  }
  print(table.text());
  return kOk;
}

int put(Program& program, json::object arguments, const char* it, const char* en) {
  json::object reply;
  if (program.answered("list.put", std::move(arguments), reply)) return kOk;
  const std::string code = text_of(reply, "code");
  print((code.empty() ? "" : code + ": ") + tr(it, en) + "\n");
  return kOk;
}

void set(json::object& arguments, const char* name, const std::string& text) {
  if (!text.empty()) arguments[name] = text;
}

int add(Program& program, const CodesOptions& options) {
  json::object arguments{{"list", options.list}, {"it", options.it}};
  set(arguments, "en", options.en);
  set(arguments, "code", options.code);
  set(arguments, "from", options.from);
  return put(program, std::move(arguments), "aggiunta", "added");
}

int rename(Program& program, const CodesOptions& options) {
  json::object arguments{{"list", options.list}, {"code", options.code}};
  set(arguments, "it", options.it);
  set(arguments, "en", options.en);
  return put(program, std::move(arguments), "ha il nome nuovo", "has its new name");
}

int retire(Program& program, const CodesOptions& options) {
  json::object arguments{{"list", options.list}, {"code", options.code}};
  const std::string day = options.from.empty() ? "today" : options.from;
  arguments["retired"] = options.back ? std::string() : day;
  return options.back ? put(program, std::move(arguments), "si offre di nuovo", "is offered again")
                      : put(program, std::move(arguments), "ritirata: resta leggibile dov'è usata",
                            "retired: it stays readable where it is used");
}

using Run = int (*)(Program&, const CodesOptions&);

CLI::App* add_act(CLI::App& above, Program& program, const std::shared_ptr<CodesOptions>& options,
                  const char* name, const char* it, const char* en, const char* example, Run run) {
  CLI::App* command = add_command(above, name, it, en, example);
  command->add_option("list", options->list, tr("Elenco: nome o etichetta", "List: name or label"))
      ->required();
  command->callback([&program, options, run] {
    program.run = [&program, options, run] { return run(program, *options); };
  });
  return command;
}

}  // namespace

void add_codes_command(CLI::App& app, Program& program) {
  CLI::App* codes = add_command(
      app, "codes", "Gli elenchi di voci, e quelle che lo spazio aggiunge o ritira",
      "The code lists, and the values that the space adds or retires",
      "  insieme codes show\n  insieme codes show visit_places\n"
      "  insieme codes add visit_places 'Centro diurno' --en 'Day centre'\n"
      "  insieme codes retire visit_places x_centro_diurno --from 2027-01-01");
  codes->require_subcommand(1);
  auto options = std::make_shared<CodesOptions>();
  CLI::App* shown =
      add_act(*codes, program, options, "show", "Gli elenchi, o le voci di uno",
              "The lists, or the values of one", "  insieme codes show visit_places", show);
  shown->get_option("list")->required(false);
  CLI::App* added = add_act(*codes, program, options, "add", "Aggiunge una voce (chi amministra)",
                            "Adds a value (whoever administers)",
                            "  insieme codes add visit_places 'Centro diurno'", add);
  added->add_option("name", options->it, tr("Nome in italiano", "Name in Italian"))->required();
  added->add_option("--en", options->en, tr("Nome in inglese", "Name in English"));
  added->add_option("--code", options->code, tr("Codice, x_…", "Code, x_…"));
  added->add_option("--from", options->from, tr("Primo giorno", "First day"));
  CLI::App* renamed = add_act(*codes, program, options, "rename", "Cambia il nome di una voce",
                              "Changes the name of a value",
                              "  insieme codes rename visit_places x_centro --it 'Centro diurno'",
                              rename);
  renamed->add_option("code", options->code, tr("Codice", "Code"))->required();
  renamed->add_option("--it", options->it, tr("Nome in italiano", "Name in Italian"));
  renamed->add_option("--en", options->en, tr("Nome in inglese", "Name in English"));
  CLI::App* retired = add_act(*codes, program, options, "retire",
                              "Non la offre più; dov'è usata resta",
                              "Offers it no more; where it is used it stays",
                              "  insieme codes retire visit_places x_centro --from 2027-01-01",
                              retire);
  retired->add_option("code", options->code, tr("Codice", "Code"))->required();
  retired->add_option("--from", options->from, tr("Da che giorno", "From which day"));
  retired->add_flag("--back", options->back, tr("Si offre di nuovo", "It is offered again"));
}

}  // namespace insieme::cli
