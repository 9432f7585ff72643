// restore, raise-epoch: a server that is put back from a copy.
#include <memory>

#include "cli/backup_key_file.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "restore.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

int restore(Context& context, const std::string& copy, const std::string& key_file) {
  const RestoredSpace restored =
      require(restore_space(context.dir(), copy, context.config().roles, wall_clock(),
                            backup_secret(key_file), context.config().database));
  std::uint64_t blobs = 0;
  if (const auto copies = context.blob_copies(copy)) {
    blobs = restore_blobs(context.repository(), context.blobs(), *copies);
  }
  if (context.json()) {
    print_json(json::object{{"position", std::to_string(restored.position)},
                            {"epoch", std::to_string(restored.epoch)},
                            {"erasures", restored.erasures},
                            {"blobs", blobs},
                            {"kept", restored.kept}});
    return kOk;
  }
  print_line("Checked and put in place: " + copy + ", up to position " +
             std::to_string(restored.position) + ". The epoch is now " +
             std::to_string(restored.epoch) + ".");
  if (restored.erasures != 0) {
    print_line(std::to_string(restored.erasures) +
               " erasures that were ordered since are carried out again.");
  }
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
  const auto copy = std::make_shared<std::string>();
  CLI::App* restoring = program.app.add_subcommand(
      "restore", "put the space back from a copy, with the server stopped");
  restoring->add_option("file", *copy, "that `backup` wrote")->required();
  const auto key = std::make_shared<std::string>();
  restoring->add_option("--key-file", *key, "of a sealed copy: what `backup-key new` made");
  restoring->footer("What stands there is kept, in a file of the data folder. On PostgreSQL stop\n"
                    "every server of the space.\n"
                    "Examples:\n  insieme-server restore /backup/insieme-2026-01-31.db --data DIR\n"
                    "  insieme-server restore COPY --key-file /media/stick/backup.key --data DIR");
  restoring->callback([&program, copy, key] {
    program.chosen = [copy, key](Context& context) { return restore(context, *copy, *key); };
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
