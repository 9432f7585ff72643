#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "doctor.hpp"
#include "sign_in/examine.hpp"
#include "support_bundle.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

const char* name_of(Health health) {
  switch (health) {
    case Health::well: return "ok";
    case Health::warning: return "warning";
    case Health::fault: return "fault";
  }
  return "";
}

/// A database that cannot be opened is a finding, too.
std::vector<Finding> examine(Context& context, Depth depth) {
  const std::int64_t now_ms = wall_clock()();
  const std::string folder = context.dir().folder.string();
  auto all = examine_machine(context.dir(), context.config(), look_at_machine(folder), now_ms);
  if (!context.config().sign_in_provider.empty()) {
    all.push_back(examine_provider(context.config(), now_ms));
  }
  std::string why;
  try {
    const auto space = examine_space(context.repository(), context.config(), now_ms, depth);
    all.insert(all.end(), space.begin(), space.end());
    all.push_back(examine_blobs(context.repository(), context.blobs(), depth));
    if (auto scan = examine_scan(context.repository(), context.config())) {
      all.push_back(*std::move(scan));
    }
    return all;
  } catch (const CommandError& error) {
    why = error.what();
  } catch (const StorageFailure& failure) {
    why = failure.what();
  }
  all.push_back({"database", Health::fault, why,
                 "If it is damaged, stop the server and put the last backup back "
                 "(insieme-server restore)."});
  return all;
}

struct BundleArguments {
  std::string file;
  std::string log;
};

/// The end of it: what went wrong last.
std::string end_of_log(const std::string& path) {
  constexpr std::streamoff kMost = 4 * 1024 * 1024;
  if (path.empty()) return {};
  std::ifstream file(path, std::ios::binary);
  if (!file) throw CommandError(kStorage, path + ": cannot be read");
  file.seekg(0, std::ios::end);
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - kMost));
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Shown, then written: nobody sends what they did not see.
int bundle(Context& context, const BundleArguments& arguments, Depth depth) {
  const std::string log = end_of_log(arguments.log);
  BundleParts parts{context.dir(), nullptr, examine(context, depth), log, wall_clock()()};
  try {
    parts.repository = &context.repository();
  } catch (const CommandError&) {
    parts.repository = nullptr;
  } catch (const StorageFailure&) {
    parts.repository = nullptr;
  }
  const std::string text = support_bundle(parts);
  if (std::filesystem::exists(arguments.file)) {
    throw CommandError(kRefused, arguments.file + " exists already");
  }
  print_text(text);
  if (::isatty(STDIN_FILENO) == 1) {
    print_text("\nWrite this to " + arguments.file + "? [y/N] ");
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "y" && answer != "Y") throw CommandError(kRefused, "nothing was written");
  }
  write_new(arguments.file, text);
  print_line("\nWritten: " + arguments.file + ". Nothing was sent to anybody.");
  return kOk;
}

int doctor(Context& context, Depth depth) {
  const std::vector<Finding> all = examine(context, depth);
  const auto worst = std::max_element(
      all.begin(), all.end(),
      [](const Finding& a, const Finding& b) { return a.health < b.health; });
  const bool is_ill = worst->health == Health::fault;
  if (context.json()) {
    json::array checks;
    for (const Finding& finding : all) {
      checks.push_back(json::object{{"check", finding.check},
                                    {"state", name_of(finding.health)},
                                    {"says", finding.says},
                                    {"advice", finding.advice}});
    }
    print_json(json::object{{"ok", !is_ill}, {"checks", std::move(checks)}});
  } else {
    Table table({"", "", ""});
    for (const Finding& finding : all) {
      table.add({name_of(finding.health), finding.check, finding.says});
      if (!finding.advice.empty()) table.add({"", "", "-> " + finding.advice});
    }
    table.print("");
    print_line(is_ill ? "Something is to be done now." :
               worst->health == Health::warning ? "Something is to be done soon." : "All well.");
  }
  return is_ill ? kFaultsFound : kOk;
}

}  // namespace

void add_doctor(Program& program) {
  const auto quick = std::make_shared<bool>(false);
  CLI::App* command = program.app.add_subcommand(
      "doctor", "look at disk, clock, certificates, database, backup and devices; say what to do");
  command->add_flag("--quick", *quick, "without replaying every document");
  const auto arguments = std::make_shared<BundleArguments>();
  CLI::Option* file = command->add_option(
      "--bundle", arguments->file, "show, then write, a file for whoever helps: nobody is in it");
  command->add_option("--log", arguments->log, "the server's log, for its last errors")
      ->needs(file);
  command->footer("Exit status 6 if something is wrong now, 0 with warnings.\n"
                  "Examples:\n  insieme-server doctor --data DIR\n"
                  "  insieme-server doctor --quick --json --data DIR\n"
                  "  journalctl -u insieme-server -o cat > log.txt\n"
                  "  insieme-server doctor --bundle aiuto.txt --log log.txt --data DIR");
  command->callback([&program, quick, arguments] {
    program.chosen = [quick, arguments](Context& context) {
      const Depth depth = *quick ? Depth::quick : Depth::whole;
      return arguments->file.empty() ? doctor(context, depth) : bundle(context, *arguments, depth);
    };
  });
}

}  // namespace insieme::server::cli
