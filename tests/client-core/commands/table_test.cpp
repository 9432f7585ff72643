// The table of commands: what it documents is what it does.
#include <fstream>
#include <iterator>

#include "commands/table.hpp"
#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

namespace commands = client::commands;

TEST_CASE("commands: docs/commands.md is what the table says", "[commands]") {
  std::ifstream file("docs/commands.md", std::ios::binary);
  const std::string written{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  INFO("run: build/dev/bin/insieme commands --markdown > docs/commands.md");
  CHECK((written == client::Commands::markdown()));
}

TEST_CASE("commands: every example is a request that the table allows", "[commands]") {
  for (const commands::CommandSpec& command : commands::all_commands()) {
    CAPTURE(command.name);
    json::object example = json::parse(command.example.text()).as_object();
    CHECK(text(example, "command") == command.name);
    CHECK((example.contains("request_id") == (command.writes == commands::Writes::yes)));
    example.erase("command");
    example.erase("request_id");
    const auto checked = commands::check_args(command, example);
    CHECK(checked.ok());
  }
}

TEST_CASE("commands: every command has words in both languages, and its name once", "[commands]") {
  std::set<std::string> names;
  for (const commands::CommandSpec& command : commands::all_commands()) {
    CAPTURE(command.name);
    CHECK(names.insert(command.name).second);
    CHECK_FALSE(command.it.text().empty());
    CHECK_FALSE(command.en.text().empty());
    CHECK_FALSE(command.returns.text().empty());
    for (const commands::ArgSpec& arg : command.args) {
      CAPTURE(arg.name);
      CHECK_FALSE(arg.it.text().empty());
      CHECK_FALSE(arg.en.text().empty());
    }
  }
}

TEST_CASE("commands: what is not understood is answered with what was meant", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  json::object error = anna.refused({{"command", "record.sav"}});
  CHECK(text(error, "code") == "unknown_command");
  CHECK(text(error, "message_en").find("record.save") != std::string::npos);
  error = anna.refused({{"command", "record.get"}, {"recrod", "x"}});
  CHECK(text(error, "code") == "unknown_argument");
  CHECK(text(error, "message_it").find("record") != std::string::npos);
  CHECK(text(error, "field") == "recrod");
  error = anna.refused({{"command", "record.get"}});
  CHECK(text(error, "code") == "missing_argument");
  error = anna.refused({{"command", "record.list"}, {"limit", "many"}});
  CHECK(text(error, "code") == "invalid_argument");
  error = anna.refused({{"command", "schema.type"}, {"type", "visitt"}});
  CHECK(text(error, "message_en").find("visit") != std::string::npos);
  error = anna.refused({{"command", "record.get"}, {"record", "zz"}});
  CHECK(text(error, "code") == "invalid_argument");
}

TEST_CASE("commands: no bytes can make the call throw", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  client::Commands commands(*anna.engine);
  for (const char* request :
       {"", "{", "[]", "null", "\"x\"", "{\"command\":1}",
        "{\"command\":\"status\",\"request_id\":1}",
        "{\"command\":\"record.save\",\"request_id\":\"r\",\"records\":[1]}",
        "{\"command\":\"record.save\",\"request_id\":\"r\",\"type\":\"visit\",\"fields\":[]}",
        "{\"command\":\"draft.save\",\"draft\":\"\",\"fields\":{}}",
        "{\"command\":\"import\",\"request_id\":\"r\",\"type\":\"visit\",\"content\":\"\\\"\"}",
        "{\"command\":\"record.get\",\"record\":\"\xff\"}"}) {
    CAPTURE(request);
    const json::object reply = json::parse(commands.call(request)).as_object();
    CHECK(reply.at("ok").as_bool() == false);
    CHECK_FALSE(text(part(reply, "error"), "message_it").empty());
  }
}

TEST_CASE("commands: the schema is told with labels and codes", "[commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const json::object type =
      part(anna.call({{"command", "schema.type"}, {"type", "Visita"}, {"lang", "en"}}), "type");
  CHECK(text(type, "name") == "visit");
  bool found = false;
  for (const json::value& one : list(type, "fields")) {
    if (text(one.as_object(), "name") != "place") continue;
    found = true;
    CHECK(text(one.as_object(), "label") == "Place");
    CHECK(list(one.as_object(), "codes").size() > 2);
  }
  CHECK(found);
}

}  // namespace
}  // namespace insieme::testing
