// What becomes of people and of their devices, from a desk.
#include "insieme/server/device_orders.hpp"
#include "insieme/server/staff.hpp"
#include "steer_desk.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

json::object person_of(Desk& d, const MemoryDevice& who, const char* account) {
  const json::object told = d.answer(who, "people");
  for (const json::value& one : told.at("people").as_array()) {
    if (one.at("account").as_string() == account) return one.as_object();
  }
  FAIL("no " << account);
  return {};
}

json::object device_of(Desk& d, const MemoryDevice& tablet) {
  const std::string account = "user-" + tablet.name();
  const json::object person = person_of(d, d.dario, account.c_str());
  for (const json::value& one : person.at("devices").as_array()) {
    if (one.at("id").as_string() == to_text(tablet.id())) return one.as_object();
  }
  FAIL("no device of " << account);
  return {};
}

json::object on_device(const char* act, const MemoryDevice& tablet, const char* reason = "perso") {
  return {{"act", act}, {"device", to_text(tablet.id())}, {"reason", reason}};
}

json::object change(const char* account, const char* what, const char* value) {
  return {{"act", "set_person"}, {"account", account}, {what, value}};
}

}  // namespace

TEST_CASE("steer: name, role, body and contract of somebody change, in the audit by who did it",
          "[server][steer]") {
  Desk d;
  REQUIRE(d.repository->put_organization({"coop", "Coop", "", {}, {}}).ok());
  REQUIRE(d.repository->add_user({"nora", "Nora", "front_office", false, 0}).ok());
  CHECK(d.act(d.dario, change("nora", "name", "Nora Villa")) == 200);
  CHECK(d.act(d.dario, change("nora", "role", "fellow")) == 200);
  CHECK(d.act(d.dario, change("nora", "organization", "coop")) == 200);
  CHECK(d.act(d.dario, change("nora", "until", "2030-12-31")) == 200);
  json::object nora = person_of(d, d.dario, "nora");
  CHECK(nora.at("name").as_string() == "Nora Villa");
  CHECK(nora.at("role").as_string() == "fellow");
  CHECK(nora.at("organization").as_string() == "coop");
  CHECK(nora.at("until").as_string() == "2030-12-31");
  for (const char* action : {"user.name", "user.role", "user.set"}) {
    CAPTURE(action);
    CHECK(d.is_audited("user-dario", action));
  }
  CHECK(d.act(d.dario, change("nora", "until", "-")) == 200);
  CHECK(d.act(d.dario, change("nora", "organization", "-")) == 200);
  nora = person_of(d, d.dario, "nora");
  CHECK(nora.if_contains("until") == nullptr);
  CHECK(nora.at("organization").as_string().empty());
}

TEST_CASE("steer: a change of somebody is made whole or not at all", "[server][steer]") {
  Desk d;
  REQUIRE(d.repository->add_user({"nora", "Nora", "front_office", false, 0}).ok());
  json::object both = change("nora", "name", "Nora Villa");
  both["organization"] = "nowhere";
  CHECK(d.act(d.dario, both) == 404);
  CHECK(person_of(d, d.dario, "nora").at("name").as_string() == "Nora");
  for (const auto& [what, value] :
       std::map<const char*, const char*>{{"name", " "}, {"until", "domani"}, {"role", "x"}}) {
    CAPTURE(what);
    CHECK(d.act(d.dario, change("nora", what, value)) == 400);
  }
  CHECK(d.act(d.dario, {{"act", "set_person"}, {"account", "nora"}}) == 400);  // nothing
  json::object term = change("nora", "from", "2030-12-31");
  term["until"] = "2030-12-30";
  CHECK(d.act(d.dario, term) == 400);
  CHECK(d.act(d.dario, change("user-dario", "name", "Dario")) == 400);  // themselves
  CHECK(d.act(d.carla, change("nora", "name", "Nora Villa")) == 403);
  CHECK(d.act(d.anna, change("nora", "name", "Nora Villa")) == 403);
}

TEST_CASE("steer: no role is given, taken or changed by who has not its powers",
          "[server][steer][P7]") {
  Desk d;
  REQUIRE(d.repository->add_user({"nora", "Nora", "front_office", false, 0}).ok());
  CHECK(d.act(d.dario, change("nora", "role", "coordinator")) == 403);
  CHECK(d.act(d.dario, change("nora", "role", "educator")) == 403);  // opens what is not theirs
  CHECK(d.act(d.dario, change("user-carla", "role", "front_office")) == 403);
  CHECK(d.act(d.dario, change("user-carla", "until", "2026-01-01")) == 403);
  take_glass(d);
  CHECK(d.act(d.dario, change("nora", "role", "educator")) == 200);
}

TEST_CASE("steer: who coordinates and administers changes nobody who has more than they see",
          "[server][steer][P7]") {
  Desk d(roles_with("coordinator.administer", "yes"));
  CHECK(d.act(d.carla, change("user-luca", "name", "Luca Bianchi")) == 200);
  REQUIRE(d.repository->assign("user-luca", dossier("d1"), {"core", "antitratta"}).ok());
  CHECK(d.act(d.carla, change("user-luca", "role", "fellow")) == 403);
  CHECK(d.act(d.carla, change("user-luca", "until", "2026-01-01")) == 403);
}

TEST_CASE("steer: an invitation that was seen by somebody else is withdrawn, and another given",
          "[server][steer]") {
  Desk d;
  take_glass(d);
  const json::object body{{"act", "invite"}, {"account", "user-anna"}};
  const json::object withdraw{{"act", "uninvite"}, {"account", "user-anna"}};
  CHECK(d.act(d.dario, withdraw) == 404);
  const json::object made = d.answer(d.dario, "act", body);
  const json::object told = person_of(d, d.dario, "user-anna");
  CHECK(told.at("invitation").at("open").as_int64() == 1);
  CHECK(told.at("invitation").at("expires_at") == made.at("expires_at"));
  // Who may not give one is not told of it, nor withdraws it.
  CHECK(person_of(d, d.carla, "user-anna").if_contains("invitation") == nullptr);
  CHECK(d.act(d.carla, withdraw) == 403);
  CHECK(d.act(d.dario, withdraw) == 200);
  CHECK(d.is_audited("user-dario", "invitation.withdraw"));
  const auto enrol = [&](const MemoryDevice& tablet, const json::object& invitation) {
    const auto hash = server::hash_invitation(std::string(invitation.at("code").as_string()));
    return d.repository->enrol(
        {*hash, tablet.public_key(), "t", rep(tablet.name()), tablet.id()});
  };
  MemoryDevice first("first");
  CHECK(enrol(first, made).error().code == ErrorCode::not_found);
  const json::object again = d.answer(d.dario, "act", body);
  CHECK(enrol(first, again).ok());
  CHECK(person_of(d, d.dario, "user-anna").if_contains("invitation") == nullptr);  // it was used
}

TEST_CASE("steer: a lost tablet is locked and opened again, step by step", "[server][steer]") {
  Desk d;
  CHECK(d.act(d.dario, on_device("lock", d.anna, "")) == 400);  // why?
  CHECK(d.act(d.carla, on_device("lock", d.anna)) == 403);
  CHECK(d.act(d.dario, on_device("lock", d.carla)) == 403);  // who decides
  CHECK(d.act(d.dario, on_device("lock", d.dario)) == 400);  // in their hands
  CHECK(d.act(d.dario, on_device("unlock", d.anna)) == 404);
  CHECK(d.act(d.dario, on_device("lock", d.anna, std::string(201, 'x').c_str())) == 400);
  CHECK(d.act(d.dario, on_device("lock", d.anna)) == 200);
  CHECK(d.is_audited("user-dario", "device.lock"));
  const json::object order = device_of(d, d.anna).at("order").as_object();
  CHECK(order.at("kind").as_string() == "lock");
  CHECK(order.at("reason").as_string() == "perso");
  CHECK(order.if_contains("told_at") == nullptr);
  const auto facts = server::device_orders_of(*d.repository).facts_of(d.anna.id());
  server::device_orders_of(*d.repository).note_order_told(d.anna.id(), facts.order->id);
  CHECK(device_of(d, d.anna).at("order").as_object().if_contains("told_at") != nullptr);
  CHECK(d.act(d.dario, on_device("unlock", d.anna)) == 200);
  CHECK(d.is_audited("user-dario", "device.unlock"));
  CHECK(device_of(d, d.anna).if_contains("order") == nullptr);
}

TEST_CASE("steer: a wipe is taken back before the tablet was told, and never after",
          "[server][steer][P2]") {
  Desk d;
  CHECK(d.act(d.dario, on_device("wipe", d.anna)) == 200);
  CHECK(d.is_audited("user-dario", "device.wipe"));
  json::object told = device_of(d, d.anna);
  CHECK(told.if_contains("revoked_at") != nullptr);
  CHECK(told.at("order").at("kind").as_string() == "wipe");
  CHECK(told.at("order").at("parcels").as_int64() == 0);
  CHECK(d.act(d.dario, on_device("unlock", d.anna)) == 200);
  CHECK(d.is_audited("user-dario", "device.keep"));
  CHECK(device_of(d, d.anna).if_contains("revoked_at") == nullptr);
  CHECK(d.act(d.dario, on_device("wipe", d.anna)) == 200);
  server::DeviceOrderStore& orders = server::device_orders_of(*d.repository);
  orders.note_order_told(d.anna.id(), orders.facts_of(d.anna.id()).order->id);
  CHECK(d.act(d.dario, on_device("unlock", d.anna)) == 409);
  CHECK(d.act(d.dario, on_device("lock", d.anna)) == 409);
}

TEST_CASE("steer: nobody waits any more for a tablet that is silent", "[server][steer]") {
  Desk d;
  CHECK(d.act(d.carla, on_device("give_up", d.anna)) == 403);
  CHECK(d.act(d.dario, on_device("give_up", d.anna)) == 200);
  CHECK(d.is_audited("user-dario", "device.give_up"));
  CHECK(device_of(d, d.anna).if_contains("given_up_at") != nullptr);
}
