// open, list, show, search, history.
#include <map>

#include "record_views.hpp"

namespace insieme::cli {
namespace {

/// Their labels, or how many there are where they would fill the screen.
std::string sections_text(const json::object& dossier) {
  constexpr std::size_t kFew = 2;
  const json::array& labels = list_of(dossier, "section_labels");
  if (labels.size() > kFew) {
    return count_of(std::to_string(labels.size()), tr("sezione", "section"),
                    tr("sezioni", "sections"));
  }
  std::string text;
  for (const json::value& label : labels) {
    text += (text.empty() ? "" : ", ") + std::string(label.as_string());
  }
  return text;
}

int list_dossiers(Program& program) {
  json::object reply;
  if (program.answered("dossier.list", {}, reply)) return kOk;
  Table table({"id", tr("tipo", "type"), tr("titolo", "title"), tr("schede", "records"),
               tr("da inviare", "to send"), tr("sezioni", "sections"), ""});
  for (const json::value& one : list_of(reply, "dossiers")) {
    const json::object& line = one.as_object();
    const std::string sections = sections_text(line);
    const std::string unsent = text_of(line, "unsent");
    table.add(
        {text_of(line, "short"), text_of(line, "type_label"), text_of(line, "title"),
         text_of(line, "records"), Cell(unsent, unsent == "0" ? Colour::dim : Colour::warn),
         Cell(sections, Colour::dim),
         flag_of(line, "leaving") ? Cell(tr("in uscita", "leaving"), Colour::warn) : Cell("")});
  }
  print(table.empty() ? tr("Nessun fascicolo su questo dispositivo. Per aprirne uno: insieme add "
                           "household name=… commune=…\n",
                           "No dossiers on this device. To open one: insieme add household name=… "
                           "commune=…\n")
                      : table.text());
  return kOk;
}

void print_tree(const json::object& dossier, const json::array& records) {
  print(coloured(one_line(text_of(dossier, "title")), Colour::strong) + "  " +
        text_of(dossier, "short") + "\n");
  // What gives the dossier its title comes first, the rest by section and type.
  std::map<std::string, std::map<std::string, std::vector<const json::object*>>> tree;
  for (const json::value& one : records) {
    const json::object& record = one.as_object();
    const bool is_root = text_of(record, "type") == text_of(dossier, "type");
    tree[text_of(record, "section_label")][(is_root ? " " : "") + text_of(record, "type_label")]
        .push_back(&record);
  }
  for (auto section = tree.begin(); section != tree.end(); ++section) {
    const bool last_section = std::next(section) == tree.end();
    const std::string side = last_section ? "  " : "│ ";
    print((last_section ? "└ " : "├ ") + coloured(one_line(section->first), Colour::dim) + "\n");
    for (auto type = section->second.begin(); type != section->second.end(); ++type) {
      const bool last_type = std::next(type) == section->second.end();
      const auto& members = type->second;
      print(side + (last_type ? "└ " : "├ ") +
            one_line(type->first.substr(type->first[0] == ' ' ? 1 : 0)) + " (" +
            std::to_string(members.size()) + ")\n");
      Table table({});
      for (const json::object* record : members) {
        Cell mark("");
        if (flag_of(*record, "in_review"))
          mark = Cell(tr("≠ da decidere", "≠ to decide"), Colour::warn);
        table.add({side + (last_type ? "   " : "│  ") + text_of(*record, "short"),
                   text_of(*record, "title"), mark});
      }
      print(table.text());
    }
  }
}

int open_dossier(Program& program, const std::string& id) {
  if (id.empty()) return list_dossiers(program);
  json::object reply;
  json::array all;
  for (std::int64_t offset = 0;; offset += 1'000) {
    reply = program.call("record.list", {{"dossier", id}, {"limit", 1'000}, {"offset", offset}});
    const json::array& page = list_of(reply, "records");
    all.insert(all.end(), page.begin(), page.end());
    if (!flag_of(reply, "more")) break;
  }
  reply["records"] = all;
  reply["more"] = false;
  if (program.print_json(reply)) return kOk;
  const json::object dossiers = program.call("dossier.list");
  const std::string full = all.empty() ? "" : text_of(all[0].as_object(), "dossier");
  for (const json::value& one : list_of(dossiers, "dossiers")) {
    if (text_of(one.as_object(), "id") == full) print_tree(one.as_object(), all);
  }
  return kOk;
}

struct ListOptions {
  std::string type;
  std::string dossier;
  std::vector<std::string> where;
  bool retracted = false;
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};

int list(Program& program, const ListOptions& options) {
  json::object arguments{
      {"limit", options.limit}, {"offset", options.offset}, {"retracted", options.retracted}};
  if (!options.type.empty()) arguments["type"] = options.type;
  if (!options.dossier.empty()) arguments["dossier"] = options.dossier;
  json::object where;
  for (const std::string& one : options.where) {
    const auto equals = one.find('=');
    if (equals == std::string::npos)
      throw Stop(kUsage, tr("--where campo=valore", "--where field=value"));
    where[one.substr(0, equals)] = one.substr(equals + 1);
  }
  if (!where.empty()) arguments["where"] = where;
  json::object reply;
  if (program.answered("record.list", std::move(arguments), reply)) return kOk;
  print(records_table(list_of(reply, "records")));
  if (flag_of(reply, "more")) {
    print(tr("… ce ne sono altre: --offset ", "… there are more: --offset ") +
          std::to_string(options.offset + options.limit) + "\n");
  }
  return kOk;
}

void add_list(CLI::App& app, Program& program) {
  CLI::App* command =
      add_command(app, "list", "Elenca le schede", "Lists records",
                  "  insieme list visit\n  insieme list Componente --dossier 9b1e44d2\n"
                  "  insieme list stakeholder --where stage=contattato");
  auto options = std::make_shared<ListOptions>();
  command->add_option("type", options->type, tr("Tipo: nome o etichetta", "Type: name or label"));
  command->add_option("--dossier", options->dossier, tr("Solo di un fascicolo", "Of one dossier"));
  command->add_option("--where", options->where, tr("campo=valore", "field=value"))
      ->allow_extra_args(false);
  command->add_flag("--retracted", options->retracted,
                    tr("Anche le annullate", "Retracted ones too"));
  command->add_option("--limit", options->limit, tr("Quante al massimo", "How many at most"))
      ->check(CLI::Range(1, 1'000));
  command->add_option("--offset", options->offset, tr("Quante saltarne", "How many to skip"))
      ->check(CLI::Range(0, 1'000'000'000));
  command->callback([&program, options] {
    program.run = [&program, options] { return list(program, *options); };
  });
}

int show(Program& program, const std::string& id, bool all) {
  json::object reply;
  if (program.answered("record.get", {{"record", id}, {"all", all}}, reply)) return kOk;
  print(record_page(object_of(reply, "record")));
  // Known here to be the same person or household as others.
  json::object same = program.call("same.list", {{"record", id}});
  std::string others;
  for (const json::value& one : list_of(same, "records")) {
    const json::object& other = one.as_object();
    if (text_of(other, "id") == text_of(object_of(reply, "record"), "id")) continue;
    others += (others.empty() ? "" : ", ") + one_line(text_of(other, "title")) + " (" +
              text_of(other, "short") + ")";
  }
  if (!others.empty()) print(tr("È la stessa di: ", "The same as: ") + others + "\n");
  return kOk;
}

int search(Program& program, const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  json::object reply;
  if (program.answered("search", {{"words", text}}, reply)) return kOk;
  json::array found;
  json::array alike;
  for (const json::value& record : list_of(reply, "records")) {
    (flag_of(record.as_object(), "alike") ? alike : found).push_back(record);
  }
  if (!found.empty() || alike.empty()) print(records_table(found));
  if (alike.empty()) return kOk;
  print(tr("Simili a «", "Like “") + one_line(text) + tr("»:\n", "”:\n"));
  print(records_table(alike));
  return kOk;
}

int history(Program& program, const std::string& id, const std::string& field) {
  json::object arguments{{"record", id}};
  if (!field.empty()) arguments["field"] = field;
  json::object reply;
  if (program.answered("history", std::move(arguments), reply)) return kOk;
  print(history_table(reply));
  return kOk;
}

}  // namespace

void add_record_commands(CLI::App& app, Program& program) {
  CLI::App* opening = add_command(app, "open", "I fascicoli, o uno con tutte le sue schede",
                                  "The dossiers, or one with all its records",
                                  "  insieme open\n  insieme open 9b1e44d2");
  auto dossier = std::make_shared<std::string>();
  opening->add_option("dossier", *dossier, tr("Il fascicolo", "The dossier"));
  opening->callback([&program, dossier] {
    program.run = [&program, dossier] { return open_dossier(program, *dossier); };
  });

  add_list(app, program);

  CLI::App* showing = add_command(app, "show", "Una scheda", "One record",
                                  "  insieme show 5f3a9c01\n  insieme show 5f3a9c01 --all");
  auto record = std::make_shared<std::string>();
  auto all = std::make_shared<bool>(false);
  showing->add_option("record", *record, tr("La scheda", "The record"))->required();
  showing->add_flag("--all", *all, tr("Anche i campi vuoti", "Empty fields too"));
  showing->callback([&program, record, all] {
    program.run = [&program, record, all] { return show(program, *record, *all); };
  });

  CLI::App* searching = add_command(app, "search", "Cerca nomi e note", "Searches names and notes",
                                    "  insieme search rossi anna");
  auto words = std::make_shared<std::vector<std::string>>();
  searching->add_option("words", *words, tr("Parole, anche iniziali", "Words or their beginnings"))
      ->required();
  searching->callback(
      [&program, words] { program.run = [&program, words] { return search(program, *words); }; });

  CLI::App* past =
      add_command(app, "history", "Chi ha cambiato che cosa, quando, da dove",
                  "Who changed what, when, where from",
                  "  insieme history 5f3a9c01\n  insieme history 5f3a9c01 --field next_step");
  auto which = std::make_shared<std::string>();
  auto field = std::make_shared<std::string>();
  past->add_option("record", *which, tr("La scheda", "The record"))->required();
  past->add_option("--field", *field, tr("Solo un campo", "One field only"));
  past->callback([&program, which, field] {
    program.run = [&program, which, field] { return history(program, *which, *field); };
  });
}

}  // namespace insieme::cli
