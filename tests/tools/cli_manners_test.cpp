// How the program speaks: exit codes, JSON, languages, help, completion, nothing dangerous.
#include <set>
#include <sstream>

#include "support/cli_runner.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

TEST_CASE("cli: exit codes tell a script what happened", "[cli]") {
  TestFolder folder;
  Terminal anna(folder.path(), "anna");
  CHECK(anna.run({}).code == 1);
  CHECK(anna.run({"lst"}).code == 1);
  CHECK(anna.run({"show"}).code == 1);
  CHECK(anna.run({"--help"}).code == 0);
  CHECK(anna.run({"--version"}).code == 0);
  CHECK(anna.run({"status"}).code == 3);  // no key, no store
  anna.ok({"init"});
  CHECK(anna.run({"show", "00000000"}).code == 2);
  CHECK(anna.run({"add", "household", "name=Rossi"}).code == 2);
  CHECK(anna.run({"add", "household", "name"}).code == 1);
  CHECK(anna.run({"sync"}).code == 4);
  CHECK(anna.run({"enrol", "http://127.0.0.1:1/ABCDEFGHJK"}).code == 4);
  CHECK(anna.run({"review", "--check"}).code == 0);
  CHECK(anna.run({"resolve", "12345678"}).code == 1);
  CHECK(anna.run({"resolve", "12345678", "--choose", "1"}).code == 2);
}

TEST_CASE("cli: without a store it says how to name one", "[cli]") {
  TestFolder folder;
  Terminal anna(folder.path(), "anna");
  anna.environment.clear();
  const Finished finished = anna.run({"status"});
  CHECK(finished.code == 1);
  CHECK(finished.err.find("INSIEME_STORE") != std::string::npos);
}

TEST_CASE("cli: what was meant is offered", "[cli]") {
  TestFolder folder;
  Terminal anna(folder.path(), "anna");
  CHECK(anna.run({"statsu"}).err.find("insieme status") != std::string::npos);
  anna.ok({"init"});
  CHECK(anna.run({"add", "houshold", "name=x"}).err.find("household") != std::string::npos);
  CHECK(anna.run({"add", "household", "nane=x"}).err.find("«name»") != std::string::npos);
}

TEST_CASE("cli: --json answers with one line of JSON, refusals too", "[cli]") {
  TestFolder folder;
  Terminal anna(folder.path(), "anna");
  CHECK(anna.ask({"init"}).at("ok").as_bool());
  CHECK(member(anna.ask({"status"}), "unsent") == "0");
  const Finished refused = anna.run({"--json", "show", "00000000"});
  CHECK(refused.code == 2);
  CHECK_FALSE(refused.reply().at("ok").as_bool());
  CHECK(member(refused.reply().at("error").as_object(), "code") == "not_found");
  const Finished usage = anna.run({"--json", "add", "household", "name"});
  CHECK(member(usage.reply().at("error").as_object(), "code") == "usage");
  const Finished unknown = anna.run({"--json", "statsu"});
  const json::object said = unknown.reply().at("error").as_object();
  CHECK(member(said, "message_it").find("Aiuto:") != std::string::npos);
  CHECK(member(said, "message_en").find("Help:") != std::string::npos);
  const Finished raw = anna.run({"call", "-"}, R"({"command":"status"})");
  CHECK(raw.code == 0);
  CHECK(raw.reply().at("ok").as_bool());
}

TEST_CASE("cli: a request that is repeated writes nothing twice", "[cli][P2]") {
  TestFolder folder;
  Terminal anna(folder.path(), "anna");
  anna.ok({"init"});
  const Words add{"--request-id", "r1", "add", "household", "name=Rossi", "commune=Bibbiano"};
  anna.ok(add);
  anna.ok(add);
  CHECK(anna.ask({"open"}).at("dossiers").as_array().size() == 1);
}

TEST_CASE("cli: Italian unless English is asked for", "[cli]") {
  TestFolder folder;
  Terminal anna(folder.path(), "anna");
  anna.ok({"init"});
  CHECK(anna.ok({"review"}).find("Niente da decidere") == 0);
  CHECK(anna.ok({"--lang", "en", "review"}).find("Nothing to decide") == 0);
  anna.environment["INSIEME_LANG"] = "en";
  CHECK(anna.ok({"review"}).find("Nothing to decide") == 0);
  CHECK(anna.ok({"--help"}).find("Exit codes") != std::string::npos);
  CHECK(anna.run({"--lang", "de", "review"}).code == 1);
}

std::set<std::string> commands_of_help(const std::string& help) {
  std::set<std::string> commands;
  std::istringstream lines(help.substr(help.find("Comandi:")));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && line.rfind("  ", 0) == 0) {
    commands.insert(line.substr(2, line.find(' ', 2) - 2));
  }
  return commands;
}

TEST_CASE("cli: every command has help with an example, and completion knows it", "[cli]") {
  TestFolder folder;
  Terminal anna(folder.path(), "anna");
  const std::set<std::string> commands = commands_of_help(anna.ok({"--help"}));
  CHECK(commands.size() >= 25);
  const std::string script = anna.ok({"completion"});
  const std::size_t begin = script.find("local commands=\"") + 16;
  std::istringstream list(script.substr(begin, script.find('"', begin) - begin));
  std::set<std::string> completed;
  for (std::string word; list >> word;) completed.insert(word);
  CHECK(completed == commands);
  for (const std::string& command : commands) {
    CAPTURE(command);
    const std::string help = anna.ok({command, "--help"});
    CHECK(help.find("Esempi:\n  ") != std::string::npos);
  }
  CHECK(anna.ok({"draft", "save", "--help"}).find("Esempi:") != std::string::npos);
}

TEST_CASE("cli: the guide is docs/commands.md and needs no store", "[cli]") {
  TestFolder folder;
  Terminal anna(folder.path(), "anna");
  CHECK(anna.ok({"commands", "--markdown"}).find("## record.save") != std::string::npos);
}

TEST_CASE("cli: what is in the data cannot drive the terminal", "[cli]") {
  TestFolder folder;
  Terminal anna(folder.path(), "anna");
  anna.ok({"init"});
  anna.ok({"add", "household", "name=Rossi\x1b[31m\x07 e \xE2\x80\xAEossor", "commune=Bibbiano"});
  const std::string shown = anna.ok({"open"}) + anna.ok({"list"});
  CHECK(shown.find('\x1b') == std::string::npos);
  CHECK(shown.find('\x07') == std::string::npos);
  CHECK(shown.find("\xE2\x80\xAE") == std::string::npos);
}

}  // namespace
}  // namespace insieme::testing
