// backup, note-backup, backup-key: copies of the space, and who can open them.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "backup/make_backup.hpp"
#include "backup/prune.hpp"
#include "backup/sealed_file.hpp"
#include "cli/backup_key_file.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "insieme/server/secrets.hpp"
#include "ledger_copies.hpp"
#include "log.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

/// Photos and files go to the folder `blobs` beside the copy, each once for all copies there.
std::uint64_t copy_blobs(Context& context, const std::string& file) {
  const auto copies = context.blob_copies(file);
  if (!copies) return 0;
  return back_up_blobs(context.repository(), context.blobs(), *copies);
}

void warn_of_clear_copy() {
  std::fputs(
      "insieme-server: THIS COPY IS NOT SEALED: whoever gets the file reads every family in it.\n"
      "  insieme-server backup-key new --out FILE makes a key, and says what to set "
      "(backup_keys).\n",
      stderr);
}

void tell(const MadeBackup& made, const std::string& file, std::uint64_t blobs,
          const Config& config) {
  print_line("Copied, " + (made.documents != 0
                               ? std::to_string(made.documents) + " documents replayed in the copy"
                               : std::string("looked through")) +
             (made.sealed ? ", sealed: " : ": ") + file + ", up to position " +
             std::to_string(made.position) + ", " + show_bytes(made.bytes) + ".");
  print_line("sha256  " + made.sha256);
  if (made.sealed) {
    std::string keys;
    for (const sync::PublicKey& key : backup_keys(config)) {
      keys += (keys.empty() ? "" : ", ") + sync::to_hex(backup_key_id(key));
    }
    print_line("Opens with the key " + keys + " alone; this machine cannot read it again.");
  }
  if (blobs != 0) {
    print_line("Photos and files that were not in the folder blobs beside it yet: " +
               std::to_string(blobs) + ".");
  }
  print_line("Who is shut out, what is denied and what was erased is in the folder ledgers beside "
             "it, in clear: keep it with the copies.");
  print_line("The server's key (server.key) is not in it: keep a copy apart.");
}

struct BackupArguments {
  std::string file;
  bool quick = false;
  bool prune = false;
};

std::vector<std::string> prune(const Context& context, const BackupArguments& arguments) {
  if (!arguments.prune) return {};
  const std::uint32_t days = context.config().backup_days;
  return prune_copies(arguments.file, days == 0 ? kPruneDays : days);
}

int backup(Context& context, const BackupArguments& arguments) {
  const std::string& file = arguments.file;
  const Depth depth = arguments.quick ? Depth::quick : Depth::whole;
  const MadeBackup made = require(make_backup(context.repository(), context.dir(),
                                              context.config(), file, wall_clock(), depth));
  const std::uint64_t blobs = copy_blobs(context, file);
  require(copy_ledgers(context.dir(), file, context.repository().space().id));
  // From here on tablets may fold what this file holds.
  require(context.repository().note_backup(made.position));
  const std::vector<std::string> pruned = prune(context, arguments);
  if (context.json()) {
    print_json(json::object{{"file", file},
                            {"pruned", json::array(pruned.begin(), pruned.end())},
                            {"position", std::to_string(made.position)},
                            {"blobs", blobs},
                            {"documents", made.documents},
                            {"sealed", made.sealed},
                            {"sha256", made.sha256},
                            {"audit_faults", json::array(made.audit_faults.begin(),
                                                         made.audit_faults.end())},
                            {"bytes", made.bytes}});
  } else {
    tell(made, file, blobs, context.config());
    for (const std::string& name : pruned) print_line("Old, and removed: " + name + ".");
  }
  if (!made.sealed) warn_of_clear_copy();
  warn_of_audit(made.audit_faults);
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

int tell_key(const Options& options, const std::string& path, const sync::PublicKey& key,
             bool fresh) {
  const std::string text = sync::to_hex(key.bytes);
  const std::string id = sync::to_hex(backup_key_id(key));
  if (options.json) {
    print_json(json::object{{"file", path}, {"key", id}, {"backup_key", text}});
    return kOk;
  }
  if (fresh) {
    print_line("The key " + id + " is in " + path + ". Print it, carry it away from this machine,\n"
               "keep two copies in two places: without it nobody opens a copy, with it anybody.\n"
               "Then try it: insieme-server verify --backup COPY --key-file FILE.");
  } else {
    print_line(path + " is the key " + id + ", whole.");
  }
  print_line("In insieme.conf (several keys with commas; each opens every copy by itself):\n\n"
             "backup_keys = " + text);
  return kOk;
}

int make_key(const Options& options, const std::string& path) {
  std::array<std::uint8_t, 32> seed{};
  fill_random(seed);
  std::string name;
  const std::string day = to_rfc3339(wall_clock()()).substr(0, 10);
  const std::string text = backup_key_text(seed, name, day);
  WholeFile file = require(WholeFile::create(path));
  require(file.write(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
  require(file.commit());
  return tell_key(options, path, sync::make_key_pair(seed).public_key, true);
}

sync::KeyPair read_pair(const std::string& path) {
  constexpr std::size_t kReadMax = 64 * 1024;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw CommandError(kStorage, path + ": cannot be read");
  std::string text(kReadMax, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const auto pair = parse_backup_key(text);
  if (!pair.ok()) throw CommandError(kRefused, path + ": " + pair.error().detail);
  return *pair;
}

void add_keys(Program& program) {
  CLI::App* keys = program.app.add_subcommand("backup-key", "the key that opens sealed copies");
  keys->require_subcommand(1);
  keys->footer("Needs no data folder: best on a machine that is not the server's.\n"
               "Examples:\n  insieme-server backup-key new --out /media/stick/backup.key\n"
               "  insieme-server backup-key show --key-file /media/stick/backup.key");
  const auto path = std::make_shared<std::string>();
  CLI::App* making = keys->add_subcommand("new", "make a key, with instructions, in a new file");
  making->add_option("--out", *path, "the new file")->required();
  making->callback([&program, path] {
    program.chosen_without_data = [&program, path] { return make_key(program.options, *path); };
  });
  CLI::App* showing = keys->add_subcommand("show", "whether a key is whole, and what to set");
  showing->add_option("--key-file", *path, "the file")->required();
  showing->callback([&program, path] {
    program.chosen_without_data = [&program, path] {
      return tell_key(program.options, *path, read_pair(*path).public_key, false);
    };
  });
  for (CLI::App* command : keys->get_subcommands({})) command->fallthrough();
}

}  // namespace

std::optional<sync::SecretKey> backup_secret(const std::string& path) {
  if (path.empty()) return std::nullopt;
  return read_pair(path).secret_key;
}

void add_backup_commands(Program& program) {
  const auto arguments = std::make_shared<BackupArguments>();
  CLI::App* copying = program.app.add_subcommand(
      "backup", "copy the database while it is used, check the copy, seal it");
  copying->add_option("file", arguments->file, "a new file")->required();
  copying->add_flag("--quick", arguments->quick,
                    "look through the copy's pages, replay no document in it");
  copying->add_flag("--prune", arguments->prune,
                    "remove copies insieme-*.db beside it that are older than backup_days (14)");
  copying->footer("Sealed for the keys of the setting backup_keys; without them in clear.\n"
                  "The newest three copies are never removed.\n"
                  "Examples:\n  insieme-server backup /backup/insieme-2026-01-31.db --data DIR");
  copying->callback([&program, arguments] {
    program.chosen = [arguments](Context& context) { return backup(context, *arguments); };
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
  add_keys(program);
}

}  // namespace insieme::server::cli
