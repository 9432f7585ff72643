// add, edit, retract, restore-record, draft.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "record_views.hpp"

namespace insieme::cli {
namespace {

struct FieldOptions {
  std::vector<std::string> fields;      ///< field=value, field+=value, field-=value
  std::vector<std::string> from_files;  ///< field=path, `-` for standard input
};

void add_field_options(CLI::App& command, FieldOptions& options) {
  command.add_option("fields", options.fields,
                     tr("campo=valore; insiemi anche campo+=v e campo-=v; contatori campo+=n",
                        "field=value; sets also field+=v and field-=v; counters field+=n"));
  command
      .add_option("--from-file", options.from_files,
                  tr("campo=FILE: il valore è il contenuto (- è l'ingresso)",
                     "field=FILE: the value is its content (- is standard input)"))
      ->allow_extra_args(false);  // one each time: what follows are fields
}

std::string content_of(const std::string& path) {
  if (path == "-") {
    return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw Stop(kRefused, path + tr(" è una cartella, non un file.", " is a folder, not a file."));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Stop(kRefused, tr("Non si legge il file ", "Cannot read the file ") + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// `field+=a; b`: elements of a set, or a step of a counter; the core knows which it is.
void add_step(json::object& fields, const std::string& name, char sign, const std::string& value,
              const std::string& kind) {
  if (kind == "counter") {
    fields[name] = json::object{{"increment", sign == '-' ? "-" + value : value}};
    return;
  }
  json::value& field = fields[name];
  if (!field.is_object()) field = json::object{};
  json::value& list = field.as_object()[sign == '+' ? "add" : "remove"];
  if (!list.is_array()) list = json::array{};
  list.as_array().emplace_back(value);
}

std::string kind_of(const json::object& type, const std::string& name) {
  for (const json::value& one : list_of(object_of(type, "type"), "fields")) {
    const json::object& field = one.as_object();
    if (text_of(field, "name") == name || text_of(field, "label") == name) {
      return text_of(field, "kind");
    }
  }
  return {};
}

json::object read_fields(Program& program, const FieldOptions& options, const std::string& type) {
  json::object fields;
  json::object description;
  for (const std::string& one : options.fields) {
    const auto equals = one.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Stop(kUsage, tr("Si scrive campo=valore: ", "Write field=value: ") + one);
    }
    const std::string value = one.substr(equals + 1);
    const char sign = one[equals - 1];
    if (sign != '+' && sign != '-') {
      fields[one.substr(0, equals)] = value;
      continue;
    }
    if (description.empty()) description = program.call("schema.type", {{"type", type}});
    const std::string name = one.substr(0, equals - 1);
    add_step(fields, name, sign, value, kind_of(description, name));
  }
  for (const std::string& one : options.from_files) {
    const auto equals = one.find('=');
    if (equals == std::string::npos)
      throw Stop(kUsage, tr("--from-file campo=FILE", "--from-file field=FILE"));
    fields[one.substr(0, equals)] = content_of(one.substr(equals + 1));
  }
  return fields;
}

struct AddOptions {
  std::string type;
  std::string dossier;
  std::string section;
  FieldOptions fields;
};

int add(Program& program, const AddOptions& options) {
  const json::object type = program.call("schema.type", {{"type", options.type}});
  json::object arguments{{"type", options.type},
                         {"fields", read_fields(program, options.fields, options.type)}};
  const bool opens = flag_of(object_of(type, "type"), "root") && options.dossier.empty();
  if (!options.dossier.empty()) arguments["dossier"] = options.dossier;
  if (!options.section.empty()) arguments["section"] = options.section;
  json::object reply;
  if (program.answered(opens ? "dossier.create" : "record.save", std::move(arguments), reply)) {
    return kOk;
  }
  print(saved_lines(reply));
  if (opens) print(tr("Fascicolo nuovo: ", "New dossier: ") + text_of(reply, "short") + "\n");
  return kOk;
}

struct EditOptions {
  std::string record;
  std::string version;
  FieldOptions fields;
};

int edit(Program& program, const EditOptions& options) {
  const json::object record = program.call("record.get", {{"record", options.record}});
  const std::string type = text_of(object_of(record, "record"), "type");
  json::object arguments{{"record", options.record},
                         {"fields", read_fields(program, options.fields, type)}};
  if (!options.version.empty()) arguments["version"] = options.version;
  json::object reply;
  if (program.answered("record.save", std::move(arguments), reply)) return kOk;
  print(saved_lines(reply));
  return kOk;
}

int live(Program& program, const char* command, const std::string& id) {
  json::object reply;
  if (program.answered(command, {{"record", id}}, reply)) return kOk;
  const json::object& record = object_of(reply, "record");
  const bool retracted = text_of(record, "lifecycle") == "retracted";
  const char* done = retracted
                         ? tr("Annullata (si può ripristinare): ", "Retracted (can be restored): ")
                         : tr("Ripristinata: ", "Restored: ");
  print((flag_of(record, "changed") ? done : tr("Era già così: ", "It was so already: ")) +
        text_of(record, "short") + "  " + one_line(text_of(record, "title")) + "\n");
  return kOk;
}

/// What stands in a draft's field as it was typed.
std::string typed_text(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_null()) return tr("(vuoto)", "(empty)");
  if (!value.is_object()) return json::serialize(value);
  std::string text;
  for (const auto& [how, what] : value.as_object()) {
    const char* sign = how == "remove" ? "-" : "+";
    if (const json::array* list = what.if_array()) {
      for (const json::value& one : *list) {
        text += (text.empty() ? "" : " ") + std::string(sign) + typed_text(one);
      }
    } else {
      text += (text.empty() ? "" : " ") + std::string(sign) + typed_text(what);
    }
  }
  return text;
}

std::string draft_page(Program& program, const json::object& draft) {
  Table table({});
  json::object type{{"type", json::object{}}};  // what is typed for an act has none
  if (text_of(draft, "act").empty()) {
    type = program.call("schema.type", {{"type", text_of(draft, "type")}});
  }
  for (const auto& [name, value] : object_of(draft, "fields")) {
    std::string label(name);
    for (const json::value& one : list_of(object_of(type, "type"), "fields")) {
      if (text_of(one.as_object(), "name") == label) label = text_of(one.as_object(), "label");
    }
    table.add({Cell("  " + label, Colour::dim), typed_text(value)});
  }
  return table.text();
}

std::string draft_line(const json::object& draft) {
  std::string names;
  for (const auto& [name, value] : object_of(draft, "fields")) {
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return text_of(draft, "short") + "  " + text_of(draft, "type_label") + "  " +
         (flag_of(draft, "new") ? tr("nuova", "new")
                               : tr("di ", "of ") + text_of(draft, "record").substr(28)) + "  " +
         when(text_of(draft, "updated_at")) + "  " + one_line(names) + "\n";
}

int list_drafts(Program& program) {
  json::object reply;
  if (program.answered("draft.list", {}, reply)) return kOk;
  const json::array& drafts = list_of(reply, "drafts");
  for (const json::value& draft : drafts) print(draft_line(draft.as_object()));
  if (drafts.empty()) print(tr("Nessuna bozza.\n", "No drafts.\n"));
  return kOk;
}

int draft_call(Program& program, const char* command, json::object arguments) {
  json::object reply;
  if (program.answered(command, std::move(arguments), reply)) return kOk;
  if (reply.contains("draft")) {
    const json::object& draft = object_of(reply, "draft");
    print(draft_line(draft));
    if (std::string_view(command) == "draft.get") print(draft_page(program, draft));
  } else if (reply.contains("record")) {
    reply["records"] = json::array{reply.at("record")};
    print(saved_lines(reply));
  } else {
    print(tr("Bozza tolta.\n", "Draft dropped.\n"));
  }
  return kOk;
}

struct DraftOptions {
  std::string id;
  std::string type;
  std::string dossier;
  FieldOptions fields;
};

void add_draft_opening(CLI::App& drafts, Program& program) {
  CLI::App* opening = add_command(
      drafts, "open", "Apre un modulo", "Opens a form",
      "  insieme draft open 5f3a9c01\n  insieme draft open --type visit --dossier 9b1e44d2");
  auto options = std::make_shared<DraftOptions>();
  opening->add_option("record", options->id, tr("Scheda da modificare", "Record to edit"));
  opening->add_option("--type", options->type,
                      tr("Tipo della scheda nuova", "Type of a new record"));
  opening->add_option("--dossier", options->dossier, tr("Il suo fascicolo", "Its dossier"));
  opening->callback([&program, options] {
    program.run = [&program, options] {
      json::object arguments;
      if (options->id.empty() && (options->type.empty() || options->dossier.empty())) {
        throw Stop(kUsage,
                   tr("Quale modulo? La scheda da modificare, o --type e --dossier per una nuova.",
                      "Which form? The record to edit, or --type and --dossier for a new one."));
      }
      if (!options->id.empty()) {
        arguments["record"] = options->id;
      } else {
        arguments = {{"type", options->type}, {"dossier", options->dossier}};
      }
      return draft_call(program, "draft.open", std::move(arguments));
    };
  });
}

void add_draft_step(CLI::App& drafts, Program& program, const char* name, const char* command,
                    const char* it, const char* en, bool with_fields) {
  CLI::App* step = add_command(drafts, name, it, en,
                               (std::string("  insieme draft ") + name + " ID" +
                                (with_fields ? " next_step='Telefonare' place-" : ""))
                                   .c_str());
  auto options = std::make_shared<DraftOptions>();
  step->add_option("draft", options->id, tr("La bozza", "The draft"))->required();
  if (with_fields) add_field_options(*step, options->fields);
  const std::string called = command;
  step->callback([&program, options, called, with_fields] {
    program.run = [&program, options, called, with_fields] {
      json::object arguments{{"draft", options->id}};
      if (with_fields) {
        const json::object draft = program.call("draft.get", {{"draft", options->id}});
        json::array removed;
        for (auto one = options->fields.fields.begin(); one != options->fields.fields.end();) {
          const bool removes = one->size() > 1 && one->back() == '-' &&
                               one->find('=') == std::string::npos;
          if (removes) removed.emplace_back(one->substr(0, one->size() - 1));
          one = removes ? options->fields.fields.erase(one) : one + 1;
        }
        if (!removed.empty()) arguments["remove"] = std::move(removed);
        arguments["fields"] =
            read_fields(program, options->fields, text_of(object_of(draft, "draft"), "type"));
      }
      return draft_call(program, called.c_str(), std::move(arguments));
    };
  });
}

void add_drafts(CLI::App& app, Program& program) {
  CLI::App* drafts =
      add_command(app, "draft", "Moduli a metà, che sopravvivono alla chiusura",
                  "Half-filled forms, which survive the end of the program",
                  "  insieme draft open 5f3a9c01\n  insieme draft save ID next_step='Telefonare'\n"
                  "  insieme draft save ID next_step-    # toglie il campo\n"
                  "  insieme draft commit ID");
  drafts->require_subcommand(1);
  add_draft_opening(*drafts, program);
  add_draft_step(*drafts, program, "save", "draft.save", "Conserva ciò che è scritto",
                 "Keeps what is typed", true);
  add_draft_step(*drafts, program, "show", "draft.get", "Una bozza", "One draft", false);
  add_draft_step(*drafts, program, "commit", "draft.commit", "Salva la bozza come scheda",
                 "Saves the draft as a record", false);
  add_draft_step(*drafts, program, "discard", "draft.discard", "Butta la bozza", "Drops the draft",
                 false);
  add_command(*drafts, "list", "Le bozze", "The drafts", "  insieme draft list")
      ->callback([&program] { program.run = [&program] { return list_drafts(program); }; });
}

void add_life(CLI::App& app, Program& program, const char* name, const char* command,
              const char* it, const char* en) {
  CLI::App* life =
      add_command(app, name, it, en, (std::string("  insieme ") + name + " 5f3a9c01").c_str());
  auto record = std::make_shared<std::string>();
  life->add_option("record", *record, tr("La scheda", "The record"))->required();
  const std::string called = command;
  life->callback([&program, record, called] {
    program.run = [&program, record, called] { return live(program, called.c_str(), *record); };
  });
}

}  // namespace

void add_write_commands(CLI::App& app, Program& program) {
  CLI::App* adding =
      add_command(app, "add", "Una scheda nuova; household, network e project aprono un fascicolo",
                  "A new record; household, network and project open a dossier",
                  "  insieme add household name='Famiglia Rossi' commune=Bibbiano\n"
                  "  insieme add visit --dossier 9b1e44d2 start_at='12/03/2024 15:30' place=casa "
                  "educator=anna");
  auto added = std::make_shared<AddOptions>();
  adding->add_option("type", added->type, tr("Tipo: nome o etichetta", "Type: name or label"))
      ->required();
  adding->add_option("--dossier", added->dossier, tr("Il fascicolo", "The dossier"));
  adding->add_option("--section", added->section, tr("La sezione", "The section"));
  add_field_options(*adding, added->fields);
  adding->callback(
      [&program, added] { program.run = [&program, added] { return add(program, *added); }; });

  CLI::App* editing =
      add_command(app, "edit", "Cambia campi di una scheda", "Changes fields of a record",
                  "  insieme edit 5f3a9c01 next_step='Telefonare alla scuola'\n"
                  "  insieme edit 5f3a9c01 activities+=compiti 'Prossimo passo='\n"
                  "  insieme edit 5f3a9c01 --from-file observations=nota.txt");
  auto edited = std::make_shared<EditOptions>();
  editing->add_option("record", edited->record, tr("La scheda", "The record"))->required();
  add_field_options(*editing, edited->fields);
  editing->add_option("--version-token", edited->version,
                      tr("La versione letta con show --json: un valore arrivato dopo resta",
                         "The version read with show --json: a value that came later stays"));
  editing->callback(
      [&program, edited] { program.run = [&program, edited] { return edit(program, *edited); }; });

  add_life(app, program, "retract", "record.retract", "Annulla una scheda (non la cancella)",
           "Retracts a record (erases nothing)");
  add_life(app, program, "restore-record", "record.restore", "Ripristina una scheda annullata",
           "Restores a retracted record");
  add_drafts(app, program);
}

}  // namespace insieme::cli
