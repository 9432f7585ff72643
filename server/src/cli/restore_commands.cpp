// restore, raise-epoch: a server that is put back from a copy.
#include <memory>

#include "cli/backup_key_file.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "restore.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

struct RestoreArguments {
  std::string copy;
  std::string key_file;
  bool without_ledgers = false;
};

void tell_replayed(const RestoredSpace& restored) {
  if (restored.erasures != 0) {
    print_line(std::to_string(restored.erasures) +
               " erasures that were ordered since are carried out again.");
  }
  if (restored.denials != 0) {
    print_line(std::to_string(restored.denials) + " denials that were said since stand again.");
  }
  if (restored.revocations != 0) {
    print_line(std::to_string(restored.revocations) +
               " accounts, devices, machines and passwords that were revoked, locked or changed "
               "since are shut out again: insieme-server audit --actor ledger.");
  }
  if (restored.missing.empty()) return;
  std::string names;
  for (const std::string& name : restored.missing) names += (names.empty() ? "" : ", ") + name;
  print_line("WITHOUT " + names + ": whoever was denied, revoked or disabled since the copy gets "
             "in again. Before the server starts: insieme-server denials, device list, users.");
}

int restore(Context& context, const RestoreArguments& arguments) {
  const std::string& copy = arguments.copy;
  const RestoredSpace restored = require(restore_space(
      context.dir(), copy, context.config().roles, wall_clock(),
      backup_secret(arguments.key_file), context.config().database,
      arguments.without_ledgers ? LedgersNeeded::those_there : LedgersNeeded::all));
  warn_of_audit(restored.audit_faults);
  std::uint64_t blobs = 0;
  if (const auto copies = context.blob_copies(copy)) {
    blobs = restore_blobs(context.repository(), context.blobs(), *copies);
  }
  if (context.json()) {
    json::array missing;
    for (const std::string& name : restored.missing) missing.emplace_back(name);
    print_json(json::object{{"position", std::to_string(restored.position)},
                            {"epoch", std::to_string(restored.epoch)},
                            {"erasures", restored.erasures},
                            {"denials", restored.denials},
                            {"revocations", restored.revocations},
                            {"missing", std::move(missing)},
                            {"audit_faults", json::array(restored.audit_faults.begin(),
                                                         restored.audit_faults.end())},
                            {"blobs", blobs},
                            {"kept", restored.kept}});
    return kOk;
  }
  print_line("Checked and put in place: " + copy + ", up to position " +
             std::to_string(restored.position) + ". The epoch is now " +
             std::to_string(restored.epoch) + ".");
  tell_replayed(restored);
  if (blobs != 0) print_line("Photos and files put back: " + std::to_string(blobs) + ".");
  if (!restored.kept.empty()) {
    print_line("What stood there is kept as " + restored.kept + ": delete it when all is well.");
  }
  print_line("Next: start the server. Tablets bring back what the copy lacks.");
  return kOk;
}

int raise_epoch(Context& context, const std::string& reason) {
  const std::uint64_t epoch = context.repository().raise_epoch(reason, 0);
  if (context.json()) {
    print_json(json::object{{"epoch", std::to_string(epoch)}});
  } else {
    print_line("The epoch is now " + std::to_string(epoch) +
               ": tablets offer what the server may lack.");
  }
  return kOk;
}

}  // namespace

void add_restore_commands(Program& program) {
  const auto arguments = std::make_shared<RestoreArguments>();
  CLI::App* restoring = program.app.add_subcommand(
      "restore", "put the space back from a copy, with the server stopped");
  restoring->add_option("file", arguments->copy, "that `backup` wrote")->required();
  restoring->add_option("--key-file", arguments->key_file,
                        "of a sealed copy: what `backup-key new` made");
  restoring->add_flag("--without-ledgers", arguments->without_ledgers,
                      "they are lost: whoever was shut out since the copy gets in again");
  restoring->footer("What stands there is kept, in a file of the data folder. On PostgreSQL stop\n"
                    "every server of the space.\n"
                    "Examples:\n  insieme-server restore /backup/insieme-2026-01-31.db --data DIR\n"
                    "  insieme-server restore COPY --key-file /media/stick/backup.key --data DIR");
  restoring->callback([&program, arguments] {
    program.chosen = [arguments](Context& context) { return restore(context, *arguments); };
  });

  const auto reason = std::make_shared<std::string>();
  CLI::App* raising = program.app.add_subcommand(
      "raise-epoch", "after PostgreSQL was put back by its own tools");
  raising->add_option("--reason", *reason, "kept for the audit")->required();
  raising->footer("Examples:\n"
                  "  insieme-server raise-epoch --reason \"pg_restore of 31 January\" --data DIR");
  raising->callback([&program, reason] {
    program.chosen = [reason](Context& context) { return raise_epoch(context, *reason); };
  });
}

}  // namespace insieme::server::cli
