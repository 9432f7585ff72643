// A store to practise in, through the call that every host uses: nothing of it meets a server.
#include <boost/json.hpp>

#include "client-core/commands/desk.hpp"
#include "commands/table.hpp"
#include "insieme/client/client.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

json::object opened(const Folder& folder, json::value practice,
                    std::unique_ptr<client::Client>& client) {
  const json::object options{{"path", folder.file("practice.db")},
                             {"key", std::string(64, '7')},
                             {"mode", "create"},
                             {"wait", false},
                             {"practice", std::move(practice)}};
  return json::parse(client::Client::open(json::serialize(options), client)).as_object();
}

/// The command as its own documentation shows it.
std::string example_of(const client::commands::CommandSpec& command) {
  return command.example.text();
}

TEST_CASE("practice: every command that needs a server is refused, and says why", "[practice]") {
  const Folder folder;
  std::unique_ptr<client::Client> client;
  REQUIRE(opened(folder, true, client).at("ok").as_bool());
  std::size_t refused = 0;
  for (const auto& command : client::commands::all_commands()) {
    if (command.errand == nullptr) continue;
    INFO(command.name);
    const auto called = json::parse(client->call(example_of(command))).as_object();
    CHECK(text(part(called, "error"), "code") == "practice");
    const client::Client::Step step = client->begin(example_of(command));
    REQUIRE(step.kind == client::Client::Step::Kind::reply);
    CHECK(text(part(json::parse(step.text).as_object(), "error"), "code") == "practice");
    ++refused;
  }
  CHECK(refused >= 10);
  // Nothing hangs on: whatever is done on the tablet works.
  const auto made = json::parse(client->call(
      R"({"command":"dossier.create","request_id":"1","type":"household",
          "fields":{"name":"Famiglia Prova","commune":"Bibbiano"}})"));
  CHECK(made.as_object().at("ok").as_bool());
}

TEST_CASE("practice: the option is a yes or a no", "[practice]") {
  const Folder folder;
  std::unique_ptr<client::Client> client;
  const json::object reply = opened(folder, "yes", client);
  CHECK_FALSE(reply.at("ok").as_bool());
  CHECK(text(part(reply, "error"), "field") == "practice");
  CHECK(client == nullptr);
}

}  // namespace
}  // namespace insieme::testing
