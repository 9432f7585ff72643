// A store to practise in, through the call that every host uses: nothing of it meets a server.
#include <boost/json.hpp>

#include <set>

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

json::object asked(client::Client& client, const json::object& request) {
  const auto reply = json::parse(client.call(json::serialize(request))).as_object();
  INFO(json::serialize(reply));
  REQUIRE(reply.at("ok").as_bool());
  return reply;
}

TEST_CASE("practice: several people write in one store, and disagree as they would on two tablets",
          "[practice]") {
  const Folder folder;
  std::unique_ptr<client::Client> client;
  REQUIRE(opened(folder, true, client).at("ok").as_bool());
  const auto as = [&](const char* account, const char* role) {
    asked(*client, {{"command", "practice.as"}, {"account", account}, {"name", "Uno"},
                    {"role", role}});
  };
  as("carla", "coordinator");
  const json::object made =
      asked(*client, {{"command", "dossier.create"}, {"request_id", "1"}, {"type", "household"},
                      {"fields", {{"name", "Famiglia Prova"}, {"commune", "Bibbiano"}}}});
  const std::string dossier = text(made, "dossier");
  const std::string record = text(part(made, "record"), "id");
  const json::object seen = asked(*client, {{"command", "record.get"}, {"record", record}});
  const std::string version = text(part(seen, "record"), "version");
  for (const char* who : {"anna", "bruno"}) {
    as(who, "educator");
    asked(*client, {{"command", "record.save"}, {"request_id", who}, {"record", record},
                    {"version", version}, {"fields", {{"address", std::string("Via ") + who}}}});
  }
  as("carla", "coordinator");
  const json::object review = asked(*client, {{"command", "review.list"}});
  REQUIRE(list(review, "items").size() == 1);
  std::set<std::string> authors;
  for (const json::value& one : list(list(review, "items").front().as_object(), "alternatives")) {
    authors.insert(text(one.as_object(), "author"));
  }
  CHECK(authors == std::set<std::string>{"anna", "bruno"});
  CHECK(text(asked(*client, {{"command", "identity"}}), "role") == "coordinator");

  const json::object note{{"type", "note"}, {"dossier", dossier},
                          {"fields", {{"title", "In ritardo"}}}};
  asked(*client, {{"command", "practice.late"}, {"account", "bruno"}, {"save", note}});
  const json::object inbox = asked(*client, {{"command", "inbox.list"}});
  REQUIRE(list(inbox, "entries").size() == 1);
  const json::object& late = list(inbox, "entries").front().as_object();
  CHECK(text(late, "author") == "bruno");
  asked(*client, {{"command", "inbox.decide"}, {"request_id", "late"}, {"entry", text(late, "id")},
                  {"accept", true}});
  const json::object notes = asked(*client, {{"command", "record.list"}, {"type", "note"}});
  REQUIRE(list(notes, "records").size() == 1);
  CHECK(text(list(notes, "records").front().as_object(), "edited_by") == "bruno");
  CHECK(asked(*client, {{"command", "verify"}}).at("sound").as_bool());
}

TEST_CASE("practice: a store for work lets nobody be somebody else", "[practice][P7]") {
  const Folder folder;
  std::unique_ptr<client::Client> client;
  REQUIRE(opened(folder, false, client).at("ok").as_bool());
  for (const auto& command : client::commands::all_commands()) {
    if (std::string_view(command.name).rfind("practice.", 0) != 0) continue;
    INFO(command.name);
    const auto reply = json::parse(client->call(example_of(command))).as_object();
    CHECK(text(part(reply, "error"), "code") == "not_allowed");
  }
  CHECK(text(asked(*client, {{"command", "identity"}}), "account") == "local");
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
