#include <unistd.h>

#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "insieme/schema/bundle.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "insieme/server/verify.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

int init(Context& context, const std::string& name) {
  const sync::SpaceId space = require(
      init_data_dir(context.dir(), name, wall_clock(), context.config().database));
  const sync::KeyPair key = require(load_server_key(context.dir()));
  const std::string public_key = sync::to_hex(key.public_key.bytes);
  if (context.json()) {
    print_json(json::object{{"space", sync::to_text(space)},
                            {"name", name},
                            {"data", context.dir().folder.string()},
                            {"server_public_key", public_key}});
  } else {
    print_line("Initialised " + context.dir().folder.string() + " for \"" + name + "\".");
    print_line("  space       " + sync::to_text(space));
    print_line("  server key  " + public_key);
    print_line("Next: insieme-server users add ACCOUNT --name NAME --role coordinator --data " +
               context.dir().folder.string());
  }
  return kOk;
}

int status(Context& context) {
  const SpaceInfo space = context.repository().space();
  const Counts counts = context.repository().counts();
  const auto listening = read_listening(context.dir());
  if (context.json()) {
    json::object body{{"space", sync::to_text(space.id)},
                      {"name", space.name},
                      {"epoch", std::to_string(space.epoch)},
                      {"position", std::to_string(space.position)},
                      {"log_hash", sync::to_hex(space.log_hash)},
                      {"users", counts.users},
                      {"devices", counts.devices},
                      {"devices_revoked", counts.devices_revoked},
                      {"dossiers", counts.dossiers},
                      {"documents", counts.documents},
                      {"changes", counts.changes},
                      {"held_waiting", counts.held_waiting},
                      {"log_bytes", space.log_bytes},
                      {"database_bytes", counts.database_bytes},
                      {"blobs", counts.blobs},
                      {"blob_bytes", counts.blob_bytes},
                      {"schema_version", schema::embedded_bundle().version},
                      {"schema_digest", schema::embedded_bundle().digest_text()},
                      {"port", nullptr}};
    if (listening) body["port"] = listening->port;
    print_json(std::move(body));
    return kOk;
  }
  print_line(space.name + " (" + sync::to_text(space.id) + ")");
  Table table({"", ""});
  table.add({"position", std::to_string(space.position) + " in epoch " +
                             std::to_string(space.epoch)});
  table.add({"people", std::to_string(counts.users)});
  table.add({"devices", std::to_string(counts.devices) + ", " +
                            std::to_string(counts.devices_revoked) + " revoked"});
  table.add({"dossiers", std::to_string(counts.dossiers)});
  table.add({"documents", std::to_string(counts.documents)});
  table.add({"changes", std::to_string(counts.changes)});
  table.add({"held", std::to_string(counts.held_waiting) + " waiting"});
  table.add({"database", show_bytes(counts.database_bytes)});
  table.add({"files", std::to_string(counts.blobs) + ", " + show_bytes(counts.blob_bytes)});
  // As a tablet's status shows it: the same digest, the same rules.
  table.add({"rules", "version " + std::to_string(schema::embedded_bundle().version) + ", " +
                          schema::embedded_bundle().digest_text()});
  table.add({"port", listening ? std::to_string(listening->port) : "not running"});
  table.print("");
  return kOk;
}

/// Photos and files go to the folder `blobs` beside the copy, each once for all copies there.
std::uint64_t copy_blobs(Context& context, const std::string& file) {
  const auto copies = context.blob_copies(file);
  if (!copies) return 0;
  return back_up_blobs(context.repository(), context.blobs(), *copies);
}

json::object report_json(const VerifyReport& report) {
  json::object documents;
  for (const VerifiedDocument& document : report.documents) {
    documents[sync::to_text(document.document)] =
        json::object{{"count", document.count},
                     {"history", to_hex(document.history)},
                     {"state", sync::to_hex(document.state)},
                     {"hollow", document.hollow}};
  }
  return json::object{{"ok", report.ok()},
                      {"entries", report.entries},
                      {"manifests", report.manifests},
                      {"accesses", report.accesses},
                      {"documents", std::move(documents)},
                      {"faults", json::array(report.faults.begin(), report.faults.end())}};
}

int verify(Context& context) {
  const bool show_progress = !context.json() && ::isatty(STDERR_FILENO) == 1;
  VerifyReport report = verify_repository(
      context.repository(), [show_progress](std::size_t done, std::size_t total) {
        if (!show_progress) return;
        std::fprintf(stderr, "\rchecking documents %zu / %zu", done, total);
        if (done == total) std::fputs("\n", stderr);
      });
  const BlobReport blobs = verify_blobs(context.repository(), context.blobs(), true);
  report.faults.insert(report.faults.end(), blobs.faults.begin(), blobs.faults.end());
  if (context.json()) {
    json::object body = report_json(report);
    body["blobs"] = blobs.whole;
    body["blobs_awaited"] = blobs.awaited;
    print_json(std::move(body));
  } else {
    print_line("log        " + std::to_string(report.entries) + " entries");
    print_line("hand-outs  " + std::to_string(report.manifests) + " signatures");
    print_line("accesses   " + std::to_string(report.accesses) + " lines");
    print_line("documents  " + std::to_string(report.documents.size()) + " replayed");
    print_line("files      " + std::to_string(blobs.whole) + " read, " +
               std::to_string(blobs.awaited) + " not brought yet");
    for (const std::string& fault : report.faults) print_line("FAULT      " + fault);
    print_line(report.ok() ? "All well." : "Something is wrong: restore from a backup.");
  }
  return report.ok() ? kOk : kFaultsFound;
}

int backup(Context& context, const std::string& file) {
  if (std::filesystem::exists(file)) throw CommandError(kRefused, file + " exists already");
  // Written aside: a kill leaves no file that looks like a backup.
  const std::string aside = file + ".part";
  std::error_code ignored;
  std::filesystem::remove(aside, ignored);
  context.repository().backup_to(aside);
  SpaceInfo copied;
  {
    auto copy = require(open_sqlite_repository(aside, context.config().roles, wall_clock()));
    const std::string found = copy->integrity_check();
    if (found != "ok") throw CommandError(kFaultsFound, "the copy is damaged: " + found);
    copied = copy->space();
    copy->checkpoint();
  }
  for (const char* rest : {"-wal", "-shm"}) std::filesystem::remove(aside + rest, ignored);
  std::filesystem::rename(aside, file);
  const std::uint64_t blobs = copy_blobs(context, file);
  // From here on tablets may fold what this file holds.
  require(context.repository().note_backup(copied.position));
  if (context.json()) {
    print_json(json::object{{"file", file},
                            {"position", std::to_string(copied.position)},
                            {"blobs", blobs},
                            {"bytes", std::filesystem::file_size(file)}});
  } else {
    print_line("Copied and checked: " + file + ", up to position " +
               std::to_string(copied.position) + ", " +
               show_bytes(std::filesystem::file_size(file)) + ".");
    if (blobs != 0) {
      print_line("Photos and files that were not in the folder blobs beside it yet: " +
                 std::to_string(blobs) + ".");
    }
    print_line("The server's key (server.key) is not in it: keep a copy apart.");
  }
  return kOk;
}

int note_backup(Context& context, std::uint64_t position) {
  require(context.repository().note_backup(position));
  const SpaceInfo space = context.repository().space();
  if (context.json()) {
    print_json(json::object{{"covered", std::to_string(space.covered_position)},
                            {"position", std::to_string(space.position)}});
  } else {
    print_line("Noted: a backup holds the log up to position " +
               std::to_string(space.covered_position) + " of " + std::to_string(space.position) +
               ".");
  }
  return kOk;
}

}  // namespace

void add_check_commands(Program& program) {
  const auto name = std::make_shared<std::string>();
  CLI::App* initialise = program.app.add_subcommand("init", "make a data folder");
  initialise->add_option("--name", *name, "of the space, such as \"Ambito Val d'Enza\"")
      ->required();
  initialise->footer("Examples:\n  insieme-server init --data DIR --name \"Ambito Val d'Enza\"");
  initialise->callback([&program, name] {
    program.chosen = [name](Context& context) { return init(context, *name); };
  });

  CLI::App* show = program.app.add_subcommand("status", "show what the space holds");
  show->footer("Examples:\n  insieme-server status --json --data DIR");
  show->callback([&program] { program.chosen = status; });

  CLI::App* verifying = program.app.add_subcommand(
      "verify", "check log, signatures and digests, and replay every document");
  verifying->footer("Exit status 6 if anything is wrong.\n"
                    "Examples:\n  insieme-server verify --data DIR --json");
  verifying->callback([&program] { program.chosen = verify; });

  const auto file = std::make_shared<std::string>();
  CLI::App* copying = program.app.add_subcommand("backup", "copy the database while it is used");
  copying->add_option("file", *file, "a new file")->required();
  copying->footer("Examples:\n  insieme-server backup /backup/insieme-2026-01-31.db --data DIR");
  copying->callback([&program, file] {
    program.chosen = [file](Context& context) { return backup(context, *file); };
  });

  const auto position = std::make_shared<std::uint64_t>(0);
  CLI::App* noting = program.app.add_subcommand(
      "note-backup", "say that a backup made by another tool was read and checked");
  noting->add_option("position", *position, "of the log, that the backup holds: its \"status\"")
      ->required();
  noting->footer("Tablets fold only what a backup holds; backup does this by itself.\n"
                 "Examples:\n  insieme-server note-backup 18250 --data DIR");
  noting->callback([&program, position] {
    program.chosen = [position](Context& context) { return note_backup(context, *position); };
  });
}

}  // namespace insieme::server::cli
