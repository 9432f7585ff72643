// Commands that hand their requests out instead of waiting for the network.
#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

json::object reply_of(const client::CommandStep& step) {
  return json::parse(std::get<std::string>(step)).as_object();
}

std::string begin_sync() { return R"({"command":"sync.run"})"; }

/// Carries on until the reply is there; `between` is called before each answer.
json::object carry(Desk& desk, Office& office, client::CommandStep step,
                   const std::function<void()>& between = {}) {
  while (!std::holds_alternative<std::string>(step)) {
    if (between) between();
    if (const auto* request = std::get_if<client::HttpRequest>(&step)) {
      step = desk.commands().answered(office.post(*request));
    } else {
      step = desk.commands().waited();
    }
  }
  return reply_of(step);
}

TEST_CASE("steps: what is saved while an answer is awaited is neither lost nor sent twice",
          "[engine][P1][P2]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  anna.enrol();
  const Family family = make_family(anna);
  // As a person who types all the while: at the challenge, the token, the frame, and the next ones.
  int saves = 0;
  const json::object reply =
      carry(anna, office, anna.commands().begin(begin_sync()), [&] {
        if (saves == 6) return;
        anna.save(family.visit, {{"next_step", "passo " + std::to_string(++saves)}});
      });
  CHECK(reply.at("ok").as_bool());
  CHECK(saves == 6);
  const json::object rest = carry(anna, office, anna.commands().begin(begin_sync()));
  CHECK(anna.unsent() == 0);
  CHECK(anna.shown(family.visit, "next_step") == "passo 6");
  CHECK(text(anna.get(family.visit), "receipt") == "applied");
  const auto accepted = [](const json::object& one) { return std::stoi(text(one, "accepted")); };
  CHECK(accepted(reply) + accepted(rest) == 2 + saves);  // the family's two, and each save once
  CHECK(anna.items().empty());
}

TEST_CASE("steps: without a network each attempt is followed by a pause, and the work stays",
          "[engine][P2]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  anna.enrol();
  make_family(anna);
  office.is_down = true;
  client::CommandStep step = anna.commands().begin(begin_sync());
  int pauses = 0;
  while (!std::holds_alternative<std::string>(step)) {
    if (const auto* request = std::get_if<client::HttpRequest>(&step)) {
      step = anna.commands().answered(office.post(*request));
    } else {
      CHECK(std::get<client::Pause>(step).ms > 0);
      ++pauses;
      step = anna.commands().waited();
    }
  }
  CHECK(pauses > 0);
  CHECK(text(part(reply_of(step), "error"), "code") == "unavailable");
  office.is_down = false;
  CHECK(carry(anna, office, anna.commands().begin(begin_sync())).at("ok").as_bool());
  CHECK(anna.unsent() == 0);
}

TEST_CASE("steps: one exchange at a time; a command without network does not mind", "[engine]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  anna.enrol();
  client::CommandStep step = anna.commands().begin(begin_sync());
  REQUIRE(std::holds_alternative<client::HttpRequest>(step));
  CHECK(text(anna.refused({{"command", "sync.run"}}), "code") == "busy");
  CHECK(text(part(reply_of(anna.commands().begin(begin_sync())), "error"), "code") == "busy");
  CHECK(reply_of(anna.commands().begin(R"({"command":"status"})")).at("ok").as_bool());
  CHECK(carry(anna, office, std::move(step)).at("ok").as_bool());
  // An answer that nobody asked for ends nothing and breaks nothing.
  CHECK_FALSE(reply_of(anna.commands().answered(client::HttpReply{})).at("ok").as_bool());
  CHECK(carry(anna, office, anna.commands().begin(begin_sync())).at("ok").as_bool());
}

TEST_CASE("steps: a store is enrolled in two steps", "[engine]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  office.invitations["CODE-OF-anna"] = "anna";
  const std::string request =
      R"({"command":"device.enrol","invitation":"http://office.test/CODE-OF-anna"})";
  office.replies_lost = 1;
  json::object reply = carry(anna, office, anna.commands().begin(request));
  CHECK(text(part(reply, "error"), "code") == "unavailable");
  reply = carry(anna, office, anna.commands().begin(request));
  CHECK(text(reply, "account") == "anna");
  CHECK(office.server.devices.size() == 1);
}

}  // namespace
}  // namespace insieme::testing
