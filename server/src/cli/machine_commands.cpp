// machine: which machines may ask this server for something, with which keys, and for what.
#include <boost/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include "api/machines.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "insieme/server/reporting.hpp"
#include "machines/assertion.hpp"
#include "machines/machine_keys.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kFileMax = 64 * 1024;

struct Arguments {
  std::string client;
  std::string title;
  std::string key_file;
  std::string remove;
  std::string reason;
  std::vector<std::string> scopes;
};

std::vector<MachineKey> keys_in(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string text(kFileMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.empty()) throw CommandError(kRefused, path + ": cannot be read, or is empty");
  auto keys = parse_machine_keys(text);
  if (!keys.ok()) throw CommandError(kRefused, path + ": it " + keys.error().detail);
  return std::move(keys).value();
}

/// Sorted; each is one that there is.
std::string checked_scopes(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (std::find(kMachineScopes.begin(), kMachineScopes.end(), word) != kMachineScopes.end()) {
      continue;
    }
    bool known = false;
    std::vector<std::string> names(kMachineScopes.begin(), kMachineScopes.end());
    for (const schema::Report& report : server_reports().reports) {
      names.push_back(std::string(kReportScope) + report.code);
      known = known || word == names.back();
    }
    if (!known) {
      throw CommandError(kRefused, "there is no scope \"" + word + "\"" +
                                       did_you_mean(word, names) +
                                       "; scopes: flows, metrics, reports, report:CODE "
                                       "(insieme-server report list)");
    }
  }
  return join_scopes(scope_words(join_scopes(words)));
}

Machine known(Context& context, const std::string& client) {
  auto machine = context.repository().machine(client);
  if (!machine) throw CommandError(kRefused, "there is no machine \"" + client + "\"");
  return *std::move(machine);
}

json::array keys_json(const std::vector<MachineKey>& keys) {
  json::array all;
  for (const MachineKey& key : keys) {
    all.push_back(json::object{{"kid", key.id}, {"algorithm", key.algorithm}});
  }
  return all;
}

std::string keys_text(const std::vector<MachineKey>& keys) {
  std::string all;
  for (const MachineKey& key : keys) {
    all += (all.empty() ? "" : ", ") + key.id + " (" + key.algorithm + ")";
  }
  return all;
}

int list(Context& context) {
  json::array all;
  Table table({"MACHINE", "TITLE", "SCOPES", "KEYS", "SINCE", "LAST TOKEN", "REVOKED"});
  for (const Machine& machine : context.repository().machines()) {
    const auto keys = require(parse_machine_keys(machine.keys));
    table.add({machine.client, machine.title, machine.scopes, keys_text(keys),
               show_time(machine.created_ms), show_time(machine.used_ms),
               show_time(machine.revoked_ms)});
    json::array scopes;
    for (const std::string& word : scope_words(machine.scopes)) scopes.emplace_back(word);
    all.push_back(json::object{{"machine", machine.client},
                               {"title", machine.title},
                               {"scopes", std::move(scopes)},
                               {"keys", keys_json(keys)},
                               {"created", json_time(machine.created_ms)},
                               {"used", json_time(machine.used_ms)},
                               {"revoked", json_time(machine.revoked_ms)},
                               {"revoke_reason", machine.revoke_reason}});
  }
  if (context.json()) {
    print_json(json::object{{"machines", std::move(all)}});
  } else {
    table.print("No machine is let in: insieme-server machine add NAME --key FILE --scope SCOPE");
  }
  return kOk;
}

void tell(Context& context, const std::string& done, const Machine& machine,
          const std::vector<MachineKey>& keys) {
  const std::vector<std::string> audiences = machine_audiences(context.config());
  const std::string audience = audiences.empty() ? std::string() : audiences.front();
  if (context.json()) {
    print_json(json::object{{"machine", machine.client},
                            {"scopes", machine.scopes},
                            {"keys", keys_json(keys)},
                            {"token_endpoint", audience}});
    return;
  }
  print_line(done);
  print_line("  iss, sub:  " + machine.client);
  for (const MachineKey& key : keys) {
    print_line("  kid:       " + key.id + " (" + key.algorithm + ")");
  }
  print_line("  scope:     " + machine.scopes);
  if (audience.empty()) {
    print_line("It gets no token yet: set public_url in insieme.conf, which assertions must name.");
  } else {
    print_line("  aud:       " + audience + "  (where it asks for a token)");
  }
}

int add(Context& context, const Arguments& arguments) {
  const std::vector<MachineKey> keys = keys_in(arguments.key_file);
  Machine machine;
  machine.client = arguments.client;
  machine.title = arguments.title;
  machine.keys = key_set_of(keys);
  machine.scopes = checked_scopes(arguments.scopes);
  require(context.repository().add_machine(machine));
  tell(context, "Let in: " + machine.client + ". What it needs to know:", machine, keys);
  return kOk;
}

int change_keys(Context& context, const Arguments& arguments) {
  Machine machine = known(context, arguments.client);
  std::vector<MachineKey> keys = require(parse_machine_keys(machine.keys));
  if (!arguments.remove.empty()) {
    const auto removed = std::erase_if(
        keys, [&](const MachineKey& key) { return key.id == arguments.remove; });
    if (removed == 0) {
      throw CommandError(kRefused, machine.client + " has no key \"" + arguments.remove + "\"");
    }
  }
  if (!arguments.key_file.empty()) {
    for (MachineKey& key : keys_in(arguments.key_file)) {
      const bool there = std::any_of(keys.begin(), keys.end(), [&](const MachineKey& one) {
        return one.id == key.id;
      });
      if (there) throw CommandError(kRefused, machine.client + " has a key " + key.id + " already");
      keys.push_back(std::move(key));
    }
  }
  if (keys.empty()) {
    throw CommandError(kRefused,
                       "it would have no key any more: add one, or revoke the machine");
  }
  if (keys.size() > kMachineKeysMax) {
    throw CommandError(kRefused, "a machine has at most 8 keys: remove an old one");
  }
  require(context.repository().change_machine(machine.client, {key_set_of(keys), {}}));
  tell(context, "Keys of " + machine.client + " now (tokens that it had are over):", machine, keys);
  return kOk;
}

int change_scopes(Context& context, const Arguments& arguments) {
  Machine machine = known(context, arguments.client);
  machine.scopes = checked_scopes(arguments.scopes);
  require(context.repository().change_machine(machine.client, {{}, machine.scopes}));
  tell(context, "Scopes of " + machine.client + " now (tokens that it had are over):", machine,
       require(parse_machine_keys(machine.keys)));
  return kOk;
}

int revoke(Context& context, const Arguments& arguments) {
  require(context.repository().revoke_machine(arguments.client, arguments.reason));
  if (context.json()) {
    print_json(json::object{{"machine", arguments.client}, {"revoked", true}});
  } else {
    print_line(arguments.client + " is let in no more, and its tokens are over, on every server of "
                                  "the space.");
  }
  return kOk;
}

using Run = int (*)(Context&, const Arguments&);

void choose(Program& program, CLI::App* command, const std::shared_ptr<Arguments>& arguments,
            Run run) {
  command->add_option("machine", arguments->client, "its name: a-z, 0-9, . _ -")->required();
  command->callback([&program, arguments, run] {
    program.chosen = [arguments, run](Context& context) { return run(context, *arguments); };
  });
}

}  // namespace

void add_machine_commands(Program& program) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* all = program.app.add_subcommand(
      "machine", "machines that may ask this server for something, with a key of their own");
  all->require_subcommand(0, 1);
  all->footer("Examples:\n"
              "  insieme-server machine --data DIR\n"
              "  insieme-server machine add regione --title \"Cruscotto della Regione\" \\\n"
              "      --key regione.pem --scope report:R4 --data DIR\n"
              "  insieme-server machine keys regione --add nuova.pem --data DIR\n"
              "  insieme-server machine keys regione --remove OLD-KID --data DIR\n"
              "  insieme-server machine revoke regione --reason \"contratto finito\" --data DIR");
  all->callback([&program] {
    if (!program.chosen) program.chosen = list;
  });
  CLI::App* adding = all->add_subcommand("add", "let one in");
  choose(program, adding, arguments, add);
  adding->add_option("--key", arguments->key_file,
                     "its public key: PEM, certificate, JWK or JWKS; never the private one")
      ->required();
  adding->add_option("--scope", arguments->scopes, "what it may ask: flows, metrics, reports, "
                                                   "report:CODE; several times")
      ->required();
  adding->add_option("--title", arguments->title, "for people: whose it is");
  CLI::App* keys = all->add_subcommand("keys", "exchange its keys: add the new one, later remove "
                                               "the old one");
  choose(program, keys, arguments, change_keys);
  CLI::Option_group* what = keys->add_option_group("what", "what is done");
  what->add_option("--add", arguments->key_file, "a file, as with add --key");
  what->add_option("--remove", arguments->remove, "the name (kid) of one of its keys");
  what->require_option(1, 2);
  CLI::App* scopes = all->add_subcommand("scopes", "what it may ask, in place of what it might");
  choose(program, scopes, arguments, change_scopes);
  scopes->add_option("--scope", arguments->scopes, "several times")->required();
  CLI::App* revoking = all->add_subcommand("revoke", "let it in no more, for good, at once");
  choose(program, revoking, arguments, revoke);
  revoking->add_option("--reason", arguments->reason, "why")->required();
}

}  // namespace insieme::server::cli
