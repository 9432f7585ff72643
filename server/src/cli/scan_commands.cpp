// What the virus scanner said of photos and files.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "insieme/server/blob_scans.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

std::string accounts_of(const BlobScan& scan) {
  std::string all;
  for (const std::string& account : scan.accounts) all += (all.empty() ? "" : ", ") + account;
  return all;
}

int list(Context& context) {
  BlobScanStore& scans = blob_scans_of(context.repository());
  const ScanCounts counts = scans.scan_counts();
  const std::vector<BlobScan> bad = scans.bad_scans();
  if (context.json()) {
    json::array files;
    for (const BlobScan& scan : bad) {
      json::array accounts(scan.accounts.begin(), scan.accounts.end());
      files.push_back({{"dossier", sync::to_text(scan.key.dossier)},
                       {"file", sync::to_hex(scan.key.name)},
                       {"infected", scan.verdict == ScanVerdict::infected},
                       {"looked_at", json_time(scan.looked_ms)},
                       {"tries", scan.tries},
                       {"attached_by", std::move(accounts)},
                       {"said", scan.said}});
    }
    print_json(json::object{{"clean", counts.clean},
                            {"infected", counts.infected},
                            {"failed", counts.failed},
                            {"pending", counts.pending},
                            {"files", std::move(files)}});
    return kOk;
  }
  Table table({"FILE", "DOSSIER", "IS", "LOOKED AT", "ATTACHED BY", "SAID"});
  for (const BlobScan& scan : bad) {
    table.add({sync::to_hex(scan.key.name).substr(0, 16), short_id(sync::to_text(scan.key.dossier)),
               scan.verdict == ScanVerdict::infected ? "INFECTED" : "not looked at",
               show_time(scan.looked_ms), accounts_of(scan), scan.said});
  }
  table.print(context.config().blob_scan.empty() && counts.clean == 0
                  ? "No scanner is set (blob_scan)."
                  : "Nothing was found.");
  print_line(std::to_string(counts.clean) + " clean, " + std::to_string(counts.infected) +
             " infected, " + std::to_string(counts.failed) + " in vain, " +
             std::to_string(counts.pending) + " not yet");
  return kOk;
}

int again(Context& context) {
  const std::uint64_t count = blob_scans_of(context.repository()).scan_again();
  if (context.json()) {
    print_json(json::object{{"again", count}});
  } else {
    print_line(std::to_string(count) +
               " files will be looked at anew within five minutes, by the running server. Until "
               "then each stands as it did.");
  }
  return kOk;
}

}  // namespace

void add_scan(Program& program) {
  CLI::App* command = program.app.add_subcommand(
      "scan", "in which photos and files the virus scanner found something, or could not look");
  command->footer("The scanner is blob_scan in insieme.conf, such as\n"
                  "  blob_scan = /usr/bin/clamdscan --no-summary -\n"
                  "Examples:\n  insieme-server scan --data DIR\n"
                  "  insieme-server scan again --data DIR      # after new signatures");
  command->callback([&program, command] {
    if (command->get_subcommands().empty()) program.chosen = list;
  });
  CLI::App* anew = command->add_subcommand("again", "look at all of them anew");
  anew->callback([&program] { program.chosen = again; });
  anew->fallthrough();
}

}  // namespace insieme::server::cli
