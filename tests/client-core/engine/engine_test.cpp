// Enrolment and synchronisation with a network that behaves as networks do.
#include <algorithm>

#include "client-core/commands/desk.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

TEST_CASE("enrol: after a lost reply the same keys are shown again", "[engine][P2]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  const Family family = make_family(anna);
  office.invitations["CODE-OF-anna"] = "anna";
  office.replies_lost = 1;
  const json::object request{{"command", "device.enrol"},
                             {"invitation", "http://office.test/CODE-OF-anna"}};
  CHECK(text(anna.refused(request), "code") == "unavailable");
  anna.reopen();
  const json::object reply = anna.call(request);
  CHECK(text(reply, "account") == "anna");
  CHECK(office.server.devices.size() == 1);
  // Work made before enrolment is sent.
  anna.sync();
  CHECK(anna.unsent() == 0);
  CHECK(text(anna.get(family.visit), "receipt") == "applied");
}

TEST_CASE("enrol: what the server says of an invitation reaches the person", "[engine]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  Desk bruno(folder, "bruno", office);
  const json::object unknown{{"command", "device.enrol"},
                             {"invitation", "http://office.test/UNKNOWN-CODE"}};
  json::object error = anna.refused(unknown);
  CHECK(text(error, "code") == "not_found");
  CHECK(text(error, "message_it").find("L'invito non è valido") == 0);
  anna.enrol();
  error = bruno.refused(
      {{"command", "device.enrol"}, {"invitation", "http://office.test/CODE-OF-anna"}});
  CHECK(text(error, "code") == "conflict");
  error = bruno.refused({{"command", "device.enrol"}, {"invitation", "hm"}});
  CHECK(text(error, "field") == "invitation");
}

TEST_CASE("enrol: an answer that somebody changed on the way is refused, and the code stays good",
          "[engine]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  office.invitations["CODE-OF-anna"] = "anna";
  office.account_shown = "carla";
  const json::object invited{
      {"command", "device.enrol"},
      {"invitation", "insieme://office.test/CODE-OF-anna?tls=0&key=" +
                         to_hex(office.keys.public_key.bytes)}};
  CHECK(text(anna.refused(invited), "code") == "bad_signature");
  CHECK_FALSE(anna.engine->store().identity().is_enrolled());
  office.account_shown.clear();
  anna.call(invited);
  CHECK(text(anna.call({{"command", "identity"}}), "account") == "anna");
}

TEST_CASE("enrol: another server than the invitation's, and another space, are refused",
          "[engine]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  office.invitations["CODE-OF-anna"] = "anna";
  const json::object wrong{
      {"command", "device.enrol"},
      {"invitation", "insieme://office.test/CODE-OF-anna?tls=0&key=" + std::string(64, '1')}};
  CHECK(text(anna.refused(wrong), "code") == "bad_signature");
  anna.enrol();
  const std::string space = text(anna.call({{"command", "identity"}}), "space");
  office.space.bytes[0] ^= 1;
  const json::object again{{"command", "device.enrol"},
                           {"invitation", "http://office.test/CODE-OF-anna"}};
  CHECK(text(anna.refused(again), "code") == "conflict");
  CHECK(text(anna.call({{"command", "identity"}}), "space") == space);
}

TEST_CASE("sync: a token is fetched when one is needed, and kept while it is valid", "[engine]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  anna.enrol();
  office.calls.clear();
  anna.sync();
  CHECK(office.calls == std::vector<std::string>{"/v1/challenge", "/v1/token", "/v1/sync"});
  office.calls.clear();
  anna.sync();
  CHECK(office.calls == std::vector<std::string>{"/v1/sync"});
}

TEST_CASE("sync: a challenge that was used up on the way is asked for again", "[engine][P1]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  anna.enrol();
  office.challenges_spoiled = 2;
  office.calls.clear();
  anna.sync();
  CHECK(std::count(office.calls.begin(), office.calls.end(), "/v1/challenge") == 3);
  CHECK(text(anna.call({{"command", "sync.state"}}), "state") != "stopped");
}

TEST_CASE("sync: a token that expired during a visit costs one round trip and no work",
          "[engine][P1]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  anna.enrol();
  anna.sync();
  office.tokens_valid = false;
  make_family(anna);
  office.calls.clear();
  anna.sync();
  CHECK(office.calls ==
        std::vector<std::string>{"/v1/sync", "/v1/challenge", "/v1/token", "/v1/sync"});
  CHECK(anna.unsent() == 0);
}

TEST_CASE("sync: without a network it tries again, waits within bounds, and keeps the work",
          "[engine][P2]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  anna.enrol();
  anna.sync();
  const Family family = make_family(anna);
  office.is_down = true;
  const json::object error = anna.refused({{"command", "sync.run"}});
  CHECK(text(error, "code") == "unavailable");
  CHECK_FALSE(anna.waits.empty());
  std::uint32_t ceiling = 500;
  for (const std::uint32_t ms : anna.waits) {
    CHECK(ms >= 1);
    CHECK(ms <= ceiling);
    ceiling *= 2;
  }
  CHECK(anna.unsent() == 2);
  const json::object state = anna.call({{"command", "sync.state"}});
  CHECK(text(state, "state") == "backing_off");
  office.is_down = false;
  anna.sync();
  CHECK(anna.unsent() == 0);
  CHECK(text(anna.get(family.visit), "receipt") == "applied");
}

TEST_CASE("sync: a lost reply is harmless; until it comes the record counts as sent",
          "[engine][P2][P6]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  anna.enrol();
  anna.sync();
  const Family family = make_family(anna);
  office.replies_lost = 1;
  anna.may_wait = false;
  CHECK(text(anna.refused({{"command", "sync.run"}}), "code") == "unavailable");
  CHECK(text(anna.get(family.visit), "receipt") == "sent");
  const std::size_t log = office.server.state.log.size();
  anna.may_wait = true;
  const json::object reply = anna.call({{"command", "sync.run"}});
  CHECK(text(reply, "accepted") == "2");
  CHECK(office.server.state.log.size() == log);
  CHECK(text(anna.get(family.visit), "receipt") == "applied");
}

TEST_CASE("sync: a server that fails at any step loses nothing", "[engine][P2]") {
  for (const int step : {1, 2, 3, 4}) {
    CAPTURE(step);
    const Folder folder;
    Office office;
    Desk anna(folder, "anna", office);
    anna.enrol();
    anna.sync();
    const Family family = make_family(anna);
    office.server.fail_at = step;
    anna.sync();
    CHECK(anna.unsent() == 0);
    CHECK(text(anna.get(family.visit), "receipt") == "applied");
    CHECK(office.server.state.changes.size() == 2);
  }
}

TEST_CASE("sync: progress is told step by step", "[engine]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  anna.enrol();
  make_family(anna);
  std::vector<client::SyncStep> steps;
  const auto outcome = anna.engine->sync_now(
      [&steps](const client::SyncProgress& progress) { steps.push_back(progress.step); });
  CHECK(outcome.status.ok());
  using client::SyncStep;
  const std::vector<SyncStep> begin{SyncStep::gathering, SyncStep::authenticating,
                                    SyncStep::sending, SyncStep::applying};
  REQUIRE(steps.size() >= begin.size());
  CHECK((std::vector<SyncStep>(steps.begin(), steps.begin() + 4) == begin));
}

TEST_CASE("sync: a run can be ended from outside, between steps", "[engine]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  anna.enrol();
  make_family(anna);
  const auto outcome =
      anna.engine->sync_now([&anna](const client::SyncProgress&) { anna.engine->cancel(); });
  CHECK(outcome.status.code() == ErrorCode::cancelled);
  CHECK(anna.unsent() == 2);
  anna.sync();
  CHECK(anna.unsent() == 0);
}

TEST_CASE("sync.state: a save plans a run, a refusal stops it, an enrolment starts it again",
          "[engine][commands]") {
  const Folder folder;
  Office office;
  Desk anna(folder, "anna", office);
  CHECK(text(anna.call({{"command", "sync.state"}}), "state") == "idle");
  anna.enrol();
  CHECK(anna.call({{"command", "sync.state"}}).at("due").as_bool());
  anna.sync();
  const Family family = make_family(anna);
  const json::object state = anna.call({{"command", "sync.state"}});
  CHECK(text(state, "reason") == "saved");
  CHECK_FALSE(state.at("due").as_bool());
  office.server.devices.clear();
  office.tokens_valid = false;
  CHECK(text(anna.refused({{"command", "sync.run"}}), "code") == "device_refused");
  CHECK(text(anna.call({{"command", "sync.state"}}), "state") == "stopped");
  // Work goes on.
  anna.save(family.visit, {{"place", "scuola"}});
}

}  // namespace
}  // namespace insieme::testing
