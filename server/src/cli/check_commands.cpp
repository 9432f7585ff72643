#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "backup/make_backup.hpp"
#include "backup/sealed_file.hpp"
#include "cli/backup_key_file.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "insieme/schema/bundle.hpp"
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

std::vector<std::string> all_faults(const VerifyReport& report) {
  std::vector<std::string> all = report.faults;
  all.insert(all.end(), report.audit_faults.begin(), report.audit_faults.end());
  return all;
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
  const std::vector<std::string> faults = all_faults(report);
  return json::object{{"ok", report.ok()},
                      {"entries", report.entries},
                      {"manifests", report.manifests},
                      {"accesses", report.accesses},
                      {"documents", std::move(documents)},
                      {"faults", json::array(faults.begin(), faults.end())}};
}

struct BackupArguments {
  std::string file;
  std::string key_file;
  std::string work = std::filesystem::temp_directory_path().string();
};

void tell(const VerifyReport& report) {
  print_line("log        " + std::to_string(report.entries) + " entries");
  print_line("hand-outs  " + std::to_string(report.manifests) + " signatures");
  print_line("accesses   " + std::to_string(report.accesses) + " lines");
  print_line("documents  " + std::to_string(report.documents.size()) + " replayed");
}

/// Without its key: whether it is the file that was written, as far as that can be seen.
int verify_unopened(Context& context, const BackupArguments& arguments) {
  auto reader = require(FileReader::open(arguments.file));
  const ByteSource source = reader.source();
  const BackupHeader header = require(read_backup_header(source));
  require(check_backup_frame(source));
  const std::string hash = require(sha256_of(arguments.file));
  const std::string noted = noted_backup(
      context.dir(), std::filesystem::path(arguments.file).filename().string());
  if (!noted.empty() && noted != hash) {
    throw CommandError(kFaultsFound, arguments.file + " is not what was written: its SHA-256 is "
                                                      "another than in backups.list");
  }
  std::string keys;
  json::array ids;
  for (const BackupRecipient& recipient : header.recipients) {
    ids.emplace_back(sync::to_hex(recipient.key));
    keys += (keys.empty() ? "" : ", ") + sync::to_hex(recipient.key);
  }
  if (context.json()) {
    print_json(json::object{{"ok", true}, {"opened", false}, {"sha256", hash},
                            {"noted", !noted.empty()}, {"keys", std::move(ids)}});
    return kOk;
  }
  print_line("sealed     " + show_time(header.made_ms) + ", for the key " + keys);
  print_line("sha256     " + hash + (noted.empty() ? ", not in backups.list" : ", as written"));
  print_line("Not opened: only its key (--key-file) shows that a server can be made of it.");
  return kOk;
}

int verify_backup(Context& context, const BackupArguments& arguments) {
  const auto key = backup_secret(arguments.key_file);
  const bool sealed = is_sealed_file(arguments.file);
  if (sealed && !key) return verify_unopened(context, arguments);
  const auto found = check_backup(arguments.file, context.config(),
                                  sealed ? key : std::nullopt, arguments.work, wall_clock());
  if (!found.ok()) throw CommandError(kFaultsFound, arguments.file + ": " + found.error().detail);
  const VerifyReport& report = found->report;
  if (context.json()) {
    json::object body = report_json(report);
    body["opened"] = true;
    body["sealed"] = sealed;
    body["space"] = sync::to_text(found->space.id);
    body["position"] = std::to_string(found->space.position);
    print_json(std::move(body));
    return report.ok() ? kOk : kFaultsFound;
  }
  print_line(found->space.name + ", up to position " + std::to_string(found->space.position));
  if (found->server) print_line("signed by  server " + sync::to_hex(found->server->bytes));
  tell(report);
  for (const std::string& fault : all_faults(report)) print_line("FAULT      " + fault);
  print_line(!report.records_ok() ? "Something is wrong: keep another copy." :
             !report.ok() ? "Its records are whole, its audit is not: a server can be made of it." :
             sealed ? "All well: a server can be made of it." :
                      "All well. It is NOT sealed: whoever has the file reads it.");
  return report.ok() ? kOk : kFaultsFound;
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
    tell(report);
    print_line("files      " + std::to_string(blobs.whole) + " read, " +
               std::to_string(blobs.awaited) + " not brought yet");
    for (const std::string& fault : all_faults(report)) print_line("FAULT      " + fault);
    print_line(report.ok()           ? "All well."
               : report.records_ok() ? "The records are whole, the audit is not: see `audit`."
                                     : "Something is wrong: restore from a backup.");
  }
  return report.ok() ? kOk : kFaultsFound;
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
  const auto copy = std::make_shared<BackupArguments>();
  CLI::Option* file = verifying->add_option(
      "--backup", copy->file, "a copy in place of the space; needs no data folder");
  verifying->add_option("--key-file", copy->key_file, "of a sealed copy")->needs(file);
  verifying->add_option("--work", copy->work, "where it is unpacked meanwhile, in clear")
      ->needs(file);
  verifying->footer("Exit status 6 if anything is wrong.\n"
                    "Examples:\n  insieme-server verify --data DIR --json\n"
                    "  insieme-server verify --backup COPY --key-file /media/stick/backup.key");
  verifying->callback([&program, copy] {
    if (copy->file.empty()) {
      program.chosen = verify;
      return;
    }
    program.chosen_without_data = [&program, copy] {
      Context context(program.options);
      return verify_backup(context, *copy);
    };
  });
}

}  // namespace insieme::server::cli
