// schema: the record types, their fields, and what may stand in them.
#include "program.hpp"

namespace insieme::cli {
namespace {

struct SchemaOptions {
  std::string type;
  std::string field;
};

int list_types(Program& program) {
  json::object reply;
  if (program.answered("schema.types", {}, reply)) return kOk;
  Table table({tr("tipo", "type"), tr("etichetta", "label"), tr("sezione", "section"), ""});
  for (const json::value& one : list_of(reply, "types")) {
    const json::object& type = one.as_object();
    table.add({text_of(type, "name"), text_of(type, "label"), text_of(type, "section"),
               Cell(flag_of(type, "root") ? tr("apre un fascicolo", "opens a dossier") : "",
                    Colour::dim)});
  }
  print(table.text());
  return kOk;
}

/// What has to be known before a value is typed, in a few words.
std::string remarks_of(const json::object& field) {
  std::string text;
  const auto add = [&text](const std::string& words) {
    text += (text.empty() ? "" : "; ") + words;
  };
  if (flag_of(field, "required")) add(tr("necessario", "needed"));
  if (flag_of(field, "write_once")) add(tr("si scrive una volta", "written once"));
  if (!text_of(field, "target").empty()) add("→ " + text_of(field, "target"));
  const std::size_t codes = list_of(field, "codes").size();
  if (codes > 0) {
    add(count_of(std::to_string(codes), tr("voce", "value"), tr("voci", "values")));
  }
  if (!text_of(field, "help").empty()) add(text_of(field, "help"));
  return text;
}

void print_fields(const json::object& type) {
  print(coloured(one_line(text_of(type, "label")), Colour::strong) + " · " +
        text_of(type, "name") + " · " + text_of(type, "section") + "\n");
  Table table({tr("campo", "field"), tr("etichetta", "label"), tr("che cosa", "kind"), ""});
  for (const json::value& one : list_of(type, "fields")) {
    const json::object& field = one.as_object();
    table.add({text_of(field, "name"), text_of(field, "label"), text_of(field, "kind"),
               Cell(remarks_of(field), Colour::dim)});
  }
  print(table.text());
}

void print_field(const json::object& field) {
  print(coloured(one_line(text_of(field, "label")), Colour::strong) + " · " +
        text_of(field, "name") + " · " + text_of(field, "kind") + "\n");
  const std::string remarks = remarks_of(field);
  if (!remarks.empty()) print(one_line(remarks) + "\n");
  const json::array& codes = list_of(field, "codes");
  if (codes.empty()) return;
  Table table({tr("codice", "code"), tr("etichetta", "label")});
  for (const json::value& one : codes) {
    table.add({text_of(one.as_object(), "code"), text_of(one.as_object(), "label")});
  }
  print(table.text());
}

int schema(Program& program, const SchemaOptions& options) {
  if (options.type.empty()) return list_types(program);
  json::object arguments{{"type", options.type}};
  if (!options.field.empty()) arguments["field"] = options.field;
  json::object reply;
  if (program.answered("schema.type", std::move(arguments), reply)) return kOk;
  const json::object& type = object_of(reply, "type");
  if (options.field.empty()) {
    print_fields(type);
  } else {
    for (const json::value& one : list_of(type, "fields")) print_field(one.as_object());
  }
  return kOk;
}

}  // namespace

void add_schema_commands(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "schema", "I tipi di scheda, i loro campi, i valori ammessi",
      "The record types, their fields, the values allowed",
      "  insieme schema\n  insieme schema visit\n  insieme schema member relation");
  auto options = std::make_shared<SchemaOptions>();
  command->add_option("type", options->type, tr("Tipo: nome o etichetta", "Type: name or label"));
  command->add_option("field", options->field,
                      tr("Campo: nome o etichetta", "Field: name or label"));
  command->callback([&program, options] {
    program.run = [&program, options] { return schema(program, *options); };
  });
}

}  // namespace insieme::cli
