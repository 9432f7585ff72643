// insieme-server blind-index: whom two bodies both know, without saying who it is.
#include <fstream>
#include <iterator>
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "insieme/server/findings.hpp"
#include "log.hpp"

namespace insieme::server::cli {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

struct Arguments {
  std::string agreement;
  std::string key_file;
  bool renew = false;
  std::string as;
  std::string ask;
  std::string organization;
  std::string file;
  std::string from;
};

int agree(Context& context, const Arguments& arguments) {
  Agreements agreements(context.dir().folder);
  reports::BlindKey key;
  if (arguments.key_file.empty()) {
    fill_random(key.bytes);
  } else {
    key = require(read_agreement_key(arguments.key_file));
  }
  require(agreements.put_key(arguments.agreement, key, arguments.renew));
  const std::string path = agreements.key_path(arguments.agreement).string();
  if (context.json()) {
    print_json(json::object{{"agreement", arguments.agreement}, {"key", key.id()}, {"file", path}});
    return kOk;
  }
  print_line("The key of \"" + arguments.agreement + "\" is " + key.id() + ", in " + path + ".");
  if (arguments.key_file.empty()) {
    print_line(
        "Carry a copy of that file to the other body by hand or sealed, never with an index: "
        "whoever "
        "has both can ask of any person whether they are in it. There:\n"
        "  insieme-server blind-index agree " +
        arguments.agreement + " --key-file FILE --data DIR");
  }
  return kOk;
}

int write_index(Context& context, const Arguments& arguments) {
  const Agreements agreements(context.dir().folder);
  const reports::BlindKey key = require(agreements.key(arguments.agreement));
  const SpaceFindings space = require(find_in_space(context.repository()));
  const BlindIndex index = require(make_blind_index(
      context.repository(), space, key,
      {arguments.agreement, arguments.as, arguments.ask, arguments.organization, wall_clock()()}));
  write_new(arguments.file, require(write_blind_index(index, key)));
  if (context.json()) {
    print_json(json::object{{"file", arguments.file},
                            {"agreement", index.agreement},
                            {"key", index.key_id},
                            {"tokens", index.tokens.size()}});
  } else {
    print_line("Written to " + arguments.file + ": " + std::to_string(index.tokens.size()) +
               " tokens under the key " + index.key_id + ".");
  }
  return kOk;
}

std::string read_whole(const std::string& path) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  if (failed) throw CommandError(kStorage, path + ": cannot be read");
  if (size > kBlindFileBytesMax) throw CommandError(kRefused, path + ": larger than any index");
  std::ifstream stream(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (stream.bad()) throw CommandError(kStorage, path + ": cannot be read");
  return text;
}

int take_index(Context& context, const Arguments& arguments) {
  Agreements agreements(context.dir().folder);
  const std::string text = read_whole(arguments.file);
  const reports::BlindKey key = require(agreements.key(arguments.agreement));
  const BlindIndex index = require(parse_blind_index(text, key));
  require(check_not_own(context.repository(), index, key, arguments.organization));
  const ReceivedIndex received =
      require(agreements.receive(arguments.agreement, text, arguments.organization));
  const SpaceFindings space = require(find_in_space(context.repository()));
  std::size_t found = 0;
  for (const SpaceMatch& match : require(find_matches(context.repository(), agreements, space))) {
    const bool of_this =
        match.agreement == arguments.agreement && match.from == received.index.from;
    if (of_this && match.is_open()) ++found;
  }
  if (context.json()) {
    print_json(json::object{{"agreement", arguments.agreement},
                            {"from", received.index.from},
                            {"made", to_rfc3339(received.index.made_ms)},
                            {"tokens", received.index.tokens.size()},
                            {"matches", found}});
  } else {
    print_line("Received from " + received.index.from + ", made " +
               show_time(received.index.made_ms) + ". Persons that both know: " +
               std::to_string(found) + " (insieme-server findings --kind nota_altrove).");
  }
  return kOk;
}

int list(Context& context) {
  const Agreements agreements(context.dir().folder);
  const auto received = require(agreements.received());
  json::array all;
  Table table({"AGREEMENT", "KEY", "FROM", "MADE", "TOKENS", "AMONG"});
  for (const std::string& name : agreements.names()) {
    const std::string key = require(agreements.key(name)).id();
    json::array indexes;
    for (const ReceivedIndex& one : received) {
      if (one.index.agreement != name) continue;
      indexes.push_back(json::object{{"from", one.index.from},
                                     {"ask", one.index.ask},
                                     {"made", to_rfc3339(one.index.made_ms)},
                                     {"tokens", one.index.tokens.size()},
                                     {"organization", one.organization}});
      table.add({name, key, one.index.from, show_time(one.index.made_ms),
                 std::to_string(one.index.tokens.size()),
                 one.organization.empty() ? "all" : one.organization});
    }
    if (indexes.empty()) table.add({name, key, "-", "-", "-", "-"});
    all.push_back(
        json::object{{"agreement", name}, {"key", key}, {"received", std::move(indexes)}});
  }
  if (context.json()) {
    print_json(json::object{{"agreements", std::move(all)}});
  } else {
    table.print("There is no agreement with another body.");
  }
  return kOk;
}

int forget(Context& context, const Arguments& arguments) {
  Agreements agreements(context.dir().folder);
  require(agreements.forget(arguments.agreement, arguments.from));
  if (context.json()) {
    print_json(json::object{{"agreement", arguments.agreement}, {"forgotten", true}});
  } else {
    print_line("Forgotten: nothing more is found by it.");
  }
  return kOk;
}

void choose(Program& program, CLI::App& command, const std::shared_ptr<Arguments>& arguments,
            int (*run)(Context&, const Arguments&)) {
  command.add_option("agreement", arguments->agreement, "as both bodies call it")->required();
  command.callback([&program, arguments, run] {
    program.chosen = [arguments, run](Context& context) { return run(context, *arguments); };
  });
}

}  // namespace

void add_blind_index_commands(Program& program) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* group = program.app.add_subcommand(
      "blind-index", "find persons that another body knows, too, without saying who they are");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n"
      "  insieme-server blind-index agree asl-4 --data DIR\n"
      "  insieme-server blind-index export asl-4 --as \"Comune di Prova\" --ask \"Servizio "
      "sociale,\n"
      "      tel. 0522 000000\" --output comune.index --data DIR\n"
      "  insieme-server blind-index import asl-4 asl.index --data DIR\n"
      "What the holder of a key can learn: docs/security.md.");
  CLI::App* agreeing = group->add_subcommand("agree", "make the key, or take the other body's");
  agreeing->add_option("--key-file", arguments->key_file, "the key that the other body made");
  agreeing->add_flag("--renew", arguments->renew, "in the place of the one there is");
  choose(program, *agreeing, arguments, agree);
  CLI::App* writing = group->add_subcommand("export", "write the index for the other body");
  writing->add_option("--as", arguments->as, "how the other body knows this one")->required();
  writing->add_option("--ask", arguments->ask, "whom to ask here, and how")->required();
  writing->add_option("--organization", arguments->organization, "only of its dossiers");
  writing->add_option("--output", arguments->file, "a new file")->required();
  choose(program, *writing, arguments, write_index);
  CLI::App* taking = group->add_subcommand("import", "take the other body's index");
  choose(program, *taking, arguments, take_index);
  taking->add_option("file", arguments->file, "as it was received")->required();
  taking->add_option("--organization", arguments->organization, "look only among its dossiers");
  CLI::App* listing = group->add_subcommand("list", "agreements and what was received");
  listing->callback([&program] { program.chosen = list; });
  CLI::App* forgetting = group->add_subcommand("forget", "destroy what was received");
  forgetting->add_option("--from", arguments->from, "only from this body");
  choose(program, *forgetting, arguments, forget);
}

}  // namespace insieme::server::cli
