// attach, attachments, fetch: photos, signatures and other files of records.
#include "file_commands.hpp"


#include "record_views.hpp"

namespace insieme::cli {
namespace {

struct AttachOptions {
  std::string record;
  std::string field;
  std::string file;
  std::string media_type;
};

std::string size_text(const std::string& bytes) {
  const std::uint64_t size = bytes.empty() ? 0 : std::stoull(bytes);
  constexpr std::uint64_t kKiB = 1024;
  if (size < kKiB) return std::to_string(size) + " B";
  if (size < kKiB * kKiB) return std::to_string((size + kKiB / 2) / kKiB) + " KiB";
  return std::to_string((size + kKiB * kKiB / 2) / (kKiB * kKiB)) + " MiB";
}

int attach(Program& program, const AttachOptions& options) {
  json::object arguments{{"record", options.record},
                         {"field", options.field},
                         {"path", options.file}};
  if (!options.media_type.empty()) arguments["media_type"] = options.media_type;
  json::object reply;
  if (program.answered("blob.add", std::move(arguments), reply)) return kOk;
  print(tr("Aggiunto: ", "Added: ") + text_of(reply, "media_type") + ", " +
        size_text(text_of(reply, "size")) + ", " + text_of(reply, "content").substr(0, 8) +
        tr(". È salvato qui; parte con insieme sync, dopo le schede.\n",
           ". It is saved here; insieme sync sends it, after records.\n"));
  return kOk;
}

Colour colour_of(const std::string& state) {
  if (state == "both") return Colour::good;
  return state == "refused" ? Colour::bad : Colour::warn;
}

int list_files(Program& program, const std::string& record) {
  json::object arguments;
  if (!record.empty()) arguments["record"] = record;
  json::object reply;
  if (program.answered("blob.list", std::move(arguments), reply)) return kOk;
  Table table({tr("scheda", "record"), tr("campo", "field"), tr("file", "file"),
               tr("tipo", "type"), tr("dimensione", "size"), tr("dov'è", "where")});
  for (const json::value& one : list_of(reply, "blobs")) {
    const json::object& blob = one.as_object();
    const std::string why = text_of(blob, tr("why_it", "why_en"));
    table.add({text_of(blob, "short"), text_of(blob, "field"),
               text_of(blob, "content").substr(0, 8), one_line(text_of(blob, "media_type")),
               size_text(text_of(blob, "size")),
               Cell(text_of(blob, "text") + (why.empty() ? "" : ": " + one_line(why)),
                    colour_of(text_of(blob, "state")))});
  }
  print(table.empty() ? std::string(tr("Nessun file.\n", "No files.\n")) : table.text());
  return kOk;
}

struct FetchOptions {
  std::string record;
  std::string field;
  std::string content;
  std::string output;
};

int fetch(Program& program, const FetchOptions& options) {
  json::object arguments{{"record", options.record}, {"path", options.output}};
  if (!options.field.empty()) arguments["field"] = options.field;
  if (!options.content.empty()) arguments["content"] = options.content;
  json::object reply;
  if (program.answered("blob.get", std::move(arguments), reply)) return kOk;
  print(options.output + ": " + text_of(reply, "media_type") + ", " +
        size_text(text_of(reply, "size")) + "\n");
  return kOk;
}

void add_attach(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "attach", "Aggiunge una foto, una firma o un altro file a una scheda",
      "Adds a photo, a signature or another file to a record",
      "  insieme attach 5f3a9c01 files disegno.jpg\n"
      "  insieme attach 5f3a9c01 signature firma.png");
  auto options = std::make_shared<AttachOptions>();
  command->add_option("record", options->record, tr("La scheda", "The record"))->required();
  command->add_option("field", options->field, tr("Il campo che tiene file", "The field of files"))
      ->required();
  command->add_option("file", options->file, tr("Il file, fino a 20 MiB", "The file, up to 20 MiB"))
      ->required();
  command->add_option("--media-type", options->media_type,
                      tr("Tipo, se il nome non lo dice", "Type, if the name does not say it"));
  command->callback([&program, options] {
    program.run = [&program, options] { return attach(program, *options); };
  });
}

void add_list(CLI::App& app, Program& program) {
  CLI::App* command =
      add_command(app, "attachments", "I file delle schede, e dove sono i loro contenuti",
                  "The files of records, and where their contents are",
                  "  insieme attachments\n  insieme attachments 5f3a9c01");
  auto record = std::make_shared<std::string>();
  command->add_option("record", *record, tr("Solo di una scheda", "Of one record only"));
  command->callback([&program, record] {
    program.run = [&program, record] { return list_files(program, *record); };
  });
}

void add_fetch(CLI::App& app, Program& program) {
  CLI::App* command = add_command(
      app, "fetch", "Scrive in un file il contenuto di un file di una scheda",
      "Writes the content of a record's file to a file",
      "  insieme fetch 5f3a9c01 signature -o firma.png\n"
      "  insieme fetch 5f3a9c01 files --content 9f2c01ab -o disegno.jpg");
  auto options = std::make_shared<FetchOptions>();
  command->add_option("record", options->record, tr("La scheda", "The record"))->required();
  command->add_option("field", options->field,
                      tr("Il campo, se più d'uno tiene file", "The field, if several hold files"));
  command->add_option("--content", options->content,
                      tr("Inizio dell'impronta, se i file sono più d'uno",
                         "How its digest begins, if there are several"));
  command->add_option("-o,--output", options->output, tr("File nuovo", "A new file"))->required();
  command->callback([&program, options] {
    program.run = [&program, options] { return fetch(program, *options); };
  });
}

}  // namespace

void add_file_commands(CLI::App& app, Program& program) {
  add_attach(app, program);
  add_list(app, program);
  add_fetch(app, program);
}

}  // namespace insieme::cli
