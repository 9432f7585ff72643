// Who read and wrote which dossier, and who asked in vain.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/picking.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

struct LogArguments {
  std::string dossier;
  std::string account;
  std::uint64_t after = 0;
};

std::string show_kind(AccessKind kind) {
  switch (kind) {
    case AccessKind::read: return "read";
    case AccessKind::write: return "write";
    case AccessKind::refused: return "refused";
    case AccessKind::opened: return "opened";
  }
  return "unknown";
}

json::object json_row(const AccessRow& row) {
  const AccessNote& note = row.note;
  json::object out{{"number", std::to_string(row.number)},
          {"at", json_time(row.at_ms)},
          {"account", row.account},
          {"device", sync::to_text(row.device)},
          {"dossier", sync::to_text(note.dossier)},
          {"kind", show_kind(note.kind)},
          {"sections", json::array(note.sections.begin(), note.sections.end())},
          {"changes", note.changes},
          {"purpose", row.purpose},
          {"hash", sync::to_hex(row.hash.bytes)}};
  if (note.kind == AccessKind::opened) {
    out["opened_at"] = json_time(note.opened_ms);
    out["opened_for"] = note.opened_for;
  }
  return out;
}

/// When it happened: what was opened on a tablet was told later.
std::int64_t when(const AccessRow& row) {
  return row.note.kind == AccessKind::opened ? row.note.opened_ms : row.at_ms;
}

std::string why(const AccessRow& row) {
  return row.note.opened_for.empty() ? row.purpose : row.note.opened_for;
}

int access_log(Context& context, const LogArguments& arguments) {
  std::optional<sync::DossierId> dossier;
  if (!arguments.dossier.empty()) dossier = pick_dossier(context, arguments.dossier);
  Table table({"NUMBER", "AT", "ACCOUNT", "DID", "DOSSIER", "SECTIONS", "CHANGES", "PURPOSE"});
  context.repository().visit_access([&](const AccessRow& row) {
    const AccessNote& note = row.note;
    const bool wanted = row.number > arguments.after && (!dossier || note.dossier == *dossier) &&
                        (arguments.account.empty() || row.account == arguments.account);
    if (!wanted) return true;
    if (context.json()) {
      print_json(json_row(row));  // one line each: a log may be longer than memory
    } else {
      table.add({std::to_string(row.number), show_time(when(row)), row.account,
                 show_kind(note.kind), sync::to_text(note.dossier), join_names(note.sections),
                 std::to_string(note.changes), why(row)});
    }
    return true;
  });
  if (!context.json()) table.print("Nobody did anything that this asks for.");
  return kOk;
}

}  // namespace

void add_access_log(Program& program) {
  const auto arguments = std::make_shared<LogArguments>();
  CLI::App* command = program.app.add_subcommand(
      "access-log", "who read, wrote or opened which dossier, and who asked in vain");
  command->add_option("--dossier", arguments->dossier, kDossierHelp);
  command->add_option("--account", arguments->account);
  command->add_option("--after", arguments->after, "lines with a greater number");
  command->footer("With --json: one object a line, with the hash that stands on the line before;\n"
                  "insieme-server verify checks all of them.\n"
                  "Examples:\n  insieme-server access-log --dossier 019a4c2e --data DIR\n"
                  "  insieme-server access-log --json --data DIR > accessi.jsonl");
  command->callback([&program, arguments] {
    program.chosen = [arguments](Context& context) { return access_log(context, *arguments); };
  });
}

}  // namespace insieme::server::cli
