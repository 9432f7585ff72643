// What was done to the space, by whom and why; and whether anybody changed what is written of it.
#include <cstdio>
#include <deque>
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "insieme/server/audit.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

struct AuditArguments {
  std::string actor;
  std::string action;
  std::string subject;
  std::uint64_t after = 0;
  std::size_t last = 0;
};

/// "device" is "device.revoke", "device.lock" …; "operator" is "operator NAME@TERMINAL".
bool is_or_begins(const std::string& text, const std::string& wanted, char parted_by) {
  if (wanted.empty() || text == wanted) return true;
  return text.size() > wanted.size() && text.starts_with(wanted) &&
         text[wanted.size()] == parted_by;
}

bool is_wanted(const AuditLine& line, const AuditArguments& arguments) {
  return (arguments.after == 0 || line.number > arguments.after) &&
         is_or_begins(line.actor, arguments.actor, ' ') &&
         is_or_begins(line.action, arguments.action, '.') &&
         (arguments.subject.empty() ||
          line.subject.find(arguments.subject) != std::string::npos);
}

std::string show_reason(const AuditLine& line) {
  const bool is_gone = line.reason.empty() && !(line.seal == sync::Digest());
  return is_gone ? "(erased with the dossier)" : line.reason;
}

json::object json_line(const AuditLine& line) {
  return {{"number", std::to_string(line.number)},
          {"at", json_time(line.at_ms)},
          {"actor", line.actor},
          {"action", line.action},
          {"subject", line.subject},
          {"reason", line.reason},
          {"hash", sync::to_hex(line.hash.bytes)}};
}

int show_audit(Context& context, const AuditArguments& arguments) {
  AuditStore& audit = audit_of(context.repository());
  const std::vector<std::string> faults = verify_audit(audit);
  std::deque<AuditLine> wanted;
  const auto show_json = [](const AuditLine& line) { print_json(json_line(line)); };
  audit.visit_audit([&](const AuditLine& line) {
    if (!is_wanted(line, arguments)) return true;
    if (context.json() && arguments.last == 0) {
      show_json(line);  // one line each: an audit may be longer than memory
      return true;
    }
    wanted.push_back(line);
    if (arguments.last != 0 && wanted.size() > arguments.last) wanted.pop_front();
    return true;
  });
  if (context.json()) {
    for (const AuditLine& line : wanted) show_json(line);
  } else {
    Table table({"NUMBER", "AT", "WHO", "DID", "TO", "WHY"});
    for (const AuditLine& line : wanted) {
      table.add({line.number == 0 ? "-" : std::to_string(line.number), show_time(line.at_ms),
                 line.actor, line.action, line.subject, show_reason(line)});
    }
    table.print("Nobody did anything that this asks for.");
    const auto [number, hash] = audit.audit_end();
    if (faults.empty()) {
      print_line("Sealed and whole up to line " + std::to_string(number) + ": " +
                 sync::to_hex(hash.bytes));
    }
  }
  for (const std::string& fault : faults) {
    std::fprintf(stderr, "insieme-server: %s\n", fault.c_str());
  }
  return faults.empty() ? kOk : kFaultsFound;
}

}  // namespace

void add_audit(Program& program) {
  const auto arguments = std::make_shared<AuditArguments>();
  CLI::App* command = program.app.add_subcommand(
      "audit", "what was done to people, devices, permissions and the space: by whom, and why");
  command->add_option("--actor", arguments->actor,
                      "an account; operator, server, ledger, machine");
  command->add_option("--action", arguments->action, "such as device, device.revoke, user, deny");
  command->add_option("--subject", arguments->subject, "an account, or digits of an id");
  command->add_option("--after", arguments->after, "lines with a greater number");
  command->add_option("--last", arguments->last, "only so many, the newest")
      ->check(CLI::Range(1, 1'000'000));
  command->footer("Each line is sealed with a hash over the one before: note the last one apart, "
                  "and nobody\nchanges what is before it unseen. Exit status 6 if somebody did.\n"
                  "With --json: one object a line.\n"
                  "Examples:\n  insieme-server audit --last 20 --data DIR\n"
                  "  insieme-server audit --action device.revoke --data DIR\n"
                  "  insieme-server audit --json --data DIR > registro.jsonl");
  command->callback([&program, arguments] {
    program.chosen = [arguments](Context& context) { return show_audit(context, *arguments); };
  });
}

}  // namespace insieme::server::cli
