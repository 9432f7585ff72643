// Locking and unlocking through the call that every host uses.
#include <boost/json.hpp>

#include "client-core/commands/desk.hpp"
#include "insieme/client/client.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

struct Host {
  std::string path;
  std::string key = std::string(64, '7');
  std::unique_ptr<client::Client> client{};

  json::object open(json::object options = {}) {
    client.reset();
    options.emplace("path", path);
    options.emplace("key", key);
    options.emplace("wait", false);
    return json::parse(client::Client::open(json::serialize(options), client)).as_object();
  }
  json::object ask(const std::string& command, json::object request = {}) {
    request["command"] = command;
    return json::parse(client->call(json::serialize(request))).as_object();
  }
  json::object ok(const std::string& command, json::object request = {}) {
    json::object reply = ask(command, std::move(request));
    if (!reply.at("ok").as_bool()) FAIL(command + " → " + json::serialize(reply));
    return reply;
  }
  std::string refused(const std::string& command, json::object request = {}) {
    const json::object reply = ask(command, std::move(request));
    REQUIRE_FALSE(reply.at("ok").as_bool());
    return text(part(reply, "error"), "code");
  }
  void protect(const char* pin) {
    key = text(ok("pin.set", {{"pin", pin}}), "device_secret");
    ok("pin.kept");
  }
};

TEST_CASE("lock: the store is closed and its key forgotten; drafts and work are there afterwards",
          "[pin][P2]") {
  const Folder folder;
  Host anna{folder.file("anna.db")};
  REQUIRE(anna.open({{"mode", "create"}}).at("ok").as_bool());
  CHECK(anna.refused("lock") == "no_pin");  // it would open again by itself
  anna.ok("dossier.create", {{"type", "household"},
                             {"request_id", "1"},
                             {"fields", {{"name", "Famiglia Bassi"}, {"commune", "Bibbiano"}}}});
  const std::string dossier =
      text(list(anna.ok("dossier.list"), "dossiers")[0].as_object(), "id");
  anna.protect("407319");
  const json::object draft =
      anna.ok("draft.open", {{"type", "note"}, {"dossier", dossier}, {"request_id", "2"}});
  anna.ok("draft.save", {{"draft", part(draft, "draft").at("id")},
                         {"fields", {{"body", "a metà"}}},
                         {"request_id", "3"}});
  CHECK(anna.ok("lock").at("locked").as_bool());
  for (const char* command : {"status", "dossier.list", "identity", "sync.run"}) {
    CHECK(anna.refused(command) == "locked");
  }
  CHECK(anna.refused("unlock", {{"pin", "000001"}}) == "pin_wrong");
  CHECK(anna.refused("unlock") == "missing_argument");
  CHECK(anna.ok("pin.state").at("failed").to_number<int>() == 1);
  CHECK_FALSE(anna.ok("unlock", {{"pin", "407319"}}).at("locked").as_bool());
  CHECK(list(anna.ok("dossier.list"), "dossiers").size() == 1);
  CHECK(list(anna.ok("draft.list"), "drafts").size() == 1);
  anna.ok("unlock", {{"pin", "whatever"}});  // open already: nothing is judged
}

TEST_CASE("lock: after a restart the store waits for its PIN, or takes it at once", "[pin]") {
  const Folder folder;
  Host anna{folder.file("anna.db")};
  anna.open({{"mode", "create"}});
  anna.protect("407319");
  const json::object locked = anna.open();
  CHECK(locked.at("ok").as_bool());
  CHECK(locked.at("locked").as_bool());
  CHECK(anna.refused("status") == "locked");
  anna.ok("unlock", {{"pin", "407319"}});
  anna.ok("status");
  const json::object at_once = anna.open({{"pin", "407319"}});
  CHECK(at_once.contains("replica"));
  CHECK_FALSE(anna.open({{"pin", "407318"}}).at("ok").as_bool());
  CHECK(anna.client == nullptr);
}

TEST_CASE("lock: an exchange under way is over, and nothing of it comes back", "[pin][P1]") {
  const Folder folder;
  Host anna{folder.file("anna.db")};
  anna.open({{"mode", "create"}});
  anna.protect("407319");
  const auto step = anna.client->begin(
      R"({"command":"device.enrol","request_id":"9","server":"http://127.0.0.1:1",)"
      R"("invitation":"ABCDE-FGHJK-MNPQR-STVWX-YZ012-3"})");
  CAPTURE(step.text);
  REQUIRE(step.kind == client::Client::Step::Kind::post);
  anna.ok("lock");
  const auto late = anna.client->resume(R"({"status":200,"handed_over":true})");
  CHECK(late.kind == client::Client::Step::Kind::reply);
  CHECK(late.text.find("\"locked\"") != std::string::npos);
  anna.client->cancel();
  anna.ok("unlock", {{"pin", "407319"}});
  anna.ok("status");
}

TEST_CASE("lock: a backup needs the same PIN, and so does what is restored from it", "[pin][P2]") {
  const Folder folder;
  Host anna{folder.file("anna.db")};
  anna.open({{"mode", "create"}});
  anna.protect("407319");
  const std::string copy = folder.file("copy.db");
  anna.ok("backup", {{"path", copy}});
  Host next{folder.file("next.db"), anna.key};
  const json::object refused = next.open({{"mode", "restore"}, {"backup", copy}});
  CHECK(text(part(refused, "error"), "code") == "locked");
  REQUIRE(next.open({{"mode", "restore"}, {"backup", copy}, {"pin", "407319"}})
              .at("ok")
              .as_bool());
  CHECK(next.open().at("locked").as_bool());
  next.ok("unlock", {{"pin", "407319"}});
  next.ok("status");
}

TEST_CASE("lock: the PIN file of another key is told apart from a damaged store", "[pin]") {
  const Folder folder;
  Host anna{folder.file("anna.db")};
  anna.open({{"mode", "create"}});
  anna.protect("407319");
  anna.key = std::string(64, '8');
  const json::object reply = anna.open();
  CHECK(text(part(reply, "error"), "code") == "wrong_key");
  CHECK(text(part(reply, "error"), "message_en").find("PIN file") != std::string::npos);
}

}  // namespace
}  // namespace insieme::testing
