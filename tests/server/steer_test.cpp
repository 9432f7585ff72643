// What whoever coordinates or administers asks and does from a desk, over HTTP without sockets.
#include <boost/json.hpp>

#include <algorithm>

#include "fixture.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;
namespace json = boost::json;

namespace {

struct Desk : World {
  MemoryDevice anna{"anna"};
  MemoryDevice luca{"luca"};
  MemoryDevice carla{"carla"};
  MemoryDevice dora{"dora"};
  MemoryDevice dario{"dario"};

  Desk() {
    add(anna);
    add(luca);
    add(carla, "coordinator");
    add(dora, "coordinator");
    add(dario, "admin");
    anna.create(dossier("d1"));
    anna.write(document_of("d1"), {op_on("r1", "notes", WriteOp{Value{std::string("visita")}})});
    REQUIRE(sync(anna).done);
    REQUIRE(sync(carla).done);
  }
  server::Response ask(const MemoryDevice& who, const std::string& what, const json::object& body) {
    server::Request request = json_request("/v1/steer/" + what, json::serialize(body));
    request.authorization = "Bearer token-" + who.name();
    return api().handle(request);
  }
  json::object answer(const MemoryDevice& who, const std::string& what,
                      const json::object& body = {}) {
    const server::Response response = ask(who, what, body);
    CAPTURE(what, body_text(response));
    REQUIRE(response.status == 200);
    return json::parse(body_text(response)).as_object();
  }
  int act(const MemoryDevice& who, json::object body) {
    const server::Response response = ask(who, "act", body);
    if (response.status >= 400) {
      const json::object told = json::parse(body_text(response)).as_object();
      CHECK_FALSE(told.at("detail_it").as_string().empty());
    }
    return response.status;
  }
  std::vector<std::string> holders(const MemoryDevice& who) {
    std::vector<std::string> all;
    const json::object told = answer(who, "dossiers");
    for (const json::value& one : told.at("dossiers").as_array()) {
      for (const json::value& person : one.at("people").as_array()) {
        all.emplace_back(person.at("account").as_string());
      }
    }
    return all;
  }
  bool is_audited(const std::string& actor, const std::string& action) {
    for (const server::AuditRow& row : repository->audit(50)) {
      if (row.actor == actor && row.action == action) return true;
    }
    return false;
  }
  static json::object on(const char* act, const char* account) {
    return {{"act", act}, {"account", account}, {"dossier", to_text(dossier("d1"))}};
  }
};

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

TEST_CASE("steer: each question is answered to the role that has its power, and to no other",
          "[server][steer]") {
  Desk d;
  const json::object log{{"dossier", to_text(dossier("d1"))}};
  for (const char* what : {"people", "dossiers", "access", "erasures", "act"}) {
    CAPTURE(what);
    CHECK(d.ask(d.anna, what, log).status == 403);
  }
  CHECK(d.ask(d.dario, "people", {}).status == 200);
  for (const char* what : {"dossiers", "access", "erasures"}) {
    CAPTURE(what);
    CHECK(d.ask(d.carla, what, log).status == 200);
    CHECK(d.ask(d.dario, what, log).status == 403);
  }
  CHECK(d.act(d.carla, {{"act", "invite"}, {"account", "user-anna"}}) == 403);
  CHECK(d.act(d.dario, Desk::on("assign", "user-luca")) == 403);
  CHECK(d.act(d.carla, {{"act", "no_such"}}) == 400);
  CHECK(d.ask(d.carla, "dossiers", {{"after", "x"}}).status == 400);
}

TEST_CASE("steer: a dossier is assigned and taken away in the coordinator's name",
          "[server][steer][P7]") {
  Desk d;
  CHECK_FALSE(has(d.holders(d.carla), "user-luca"));
  CHECK(d.act(d.carla, Desk::on("assign", "user-luca")) == 200);
  CHECK(d.act(d.carla, Desk::on("assign", "user-luca")) == 200);  // a reply that was lost
  CHECK(has(d.holders(d.carla), "user-luca"));
  REQUIRE(d.sync(d.luca).done);
  CHECK(d.luca.documents.count(document_of("d1")) == 1);
  CHECK(d.is_audited("user-carla", "assign"));
  json::object away = Desk::on("unassign", "user-luca");
  away["reason"] = "cambio di zona";
  CHECK(d.act(d.carla, away) == 200);
  CHECK_FALSE(has(d.holders(d.carla), "user-luca"));
  CHECK(d.is_audited("user-carla", "unassign"));
  // Nobody is left to decide where the last who coordinates goes.
  CHECK(d.act(d.carla, Desk::on("unassign", "user-carla")) == 400);
  CHECK(d.act(d.carla, Desk::on("assign", "nobody")) == 404);
}

TEST_CASE("steer: whoever coordinates one place sees neither dossiers nor people of another",
          "[server][steer][P7]") {
  Desk d;
  REQUIRE(d.repository->put_organization({"here", "Qui", "", {}, {}}).ok());
  REQUIRE(d.repository->put_organization({"there", "Là", "", {}, {}}).ok());
  for (const char* account : {"user-anna", "user-carla"}) {
    REQUIRE(d.repository->set_person(account, {std::string("here"), {}, {}}).ok());
  }
  for (const char* account : {"user-luca", "user-dora"}) {
    REQUIRE(d.repository->set_person(account, {std::string("there"), {}, {}}).ok());
  }
  REQUIRE(d.repository->place(dossier("d1"), "here", "").ok());
  std::vector<std::string> known;
  const json::object told = d.answer(d.dora, "people");
  for (const json::value& one : told.at("people").as_array()) {
    known.emplace_back(one.at("account").as_string());
  }
  CHECK(has(known, "user-luca"));
  CHECK_FALSE(has(known, "user-anna"));
  CHECK(d.answer(d.dora, "dossiers").at("dossiers").as_array().empty());
  CHECK(d.ask(d.dora, "access", {{"dossier", to_text(dossier("d1"))}}).status == 404);
  CHECK(d.act(d.dora, Desk::on("assign", "user-luca")) == 404);
  CHECK(d.act(d.carla, Desk::on("assign", "user-luca")) == 404);
}

TEST_CASE("steer: who looked at a dossier, page by page, and that one looked is noted",
          "[server][steer][S126]") {
  Desk d;
  const server::Caller anna = d.caller(d.anna);
  for (int i = 0; i < 120; ++i) {
    for (const char* name : {"d1", "d2"}) {
      d.repository->note_access(
          anna, {{dossier(name), server::AccessKind::read, {"core"}, 1, 0, {}}});
    }
  }
  const json::object first =
      d.answer(d.carla, "access", {{"dossier", to_text(dossier("d1"))}});
  const json::array& lines = first.at("lines").as_array();
  REQUIRE(lines.size() == 100);
  CHECK(first.at("more").as_bool());
  const json::object rest = d.answer(
      d.carla, "access",
      {{"dossier", to_text(dossier("d1"))}, {"before", lines.back().at("number")}});
  CHECK_FALSE(rest.at("more").as_bool());
  CHECK(rest.at("lines").as_array().size() >= 20);
  CHECK(d.is_audited("user-carla", "access-log"));
}

TEST_CASE("steer: an erasure is confirmed by a second person, and tablets are listed",
          "[server][steer][P9]") {
  Desk d;
  ErasureOrder order;
  order.id = id_of<ErasureId>("order");
  order.dossier = dossier("d1");
  order.reason = "aperto per errore";
  order.targets = {{"", {}}};
  REQUIRE(d.repository->propose_erasure(order, "user-carla").ok());
  const json::object body{{"act", "erase_confirm"}, {"order", to_text(order.id)}};
  CHECK(d.act(d.carla, body) == 403);  // asked for it
  CHECK(d.act(d.dario, body) == 403);
  CHECK(d.act(d.dora, body) == 200);
  const json::object told = d.answer(d.dora, "erasures");
  const json::array& all = told.at("erasures").as_array();
  REQUIRE(all.size() == 1);
  CHECK(all[0].at("state").as_string() == "carried_out");
  CHECK_FALSE(all[0].at("devices").as_array().empty());
  CHECK(d.is_audited("user-dora", "erase"));
}

TEST_CASE("steer: an invitation enrols one device, in the audit under who gave it",
          "[server][steer]") {
  Desk d;
  const json::object made = d.answer(
      d.dario, "act", {{"act", "invite"}, {"account", "user-anna"}, {"hours", 1}});
  const auto hash = server::hash_invitation(std::string(made.at("code").as_string()));
  REQUIRE(hash.has_value());
  CHECK(d.is_audited("user-dario", "invitation.add"));
  MemoryDevice first("first");
  MemoryDevice second("second");
  const auto enrol = [&](const MemoryDevice& tablet) {
    return d.repository->enrol(
        {*hash, tablet.public_key(), "t", rep(tablet.name()), tablet.id()});
  };
  REQUIRE(enrol(first).ok());
  CHECK(enrol(second).error().code == ErrorCode::conflict);
  // In the list of people, and stopped with a reason.
  const std::string id = to_text(first.id());
  CHECK(d.act(d.dario, {{"act", "revoke"}, {"device", id}}) == 400);
  CHECK(d.act(d.carla, {{"act", "revoke"}, {"device", id}, {"reason", "perso"}}) == 403);
  CHECK(d.act(d.dario, {{"act", "revoke"}, {"device", id}, {"reason", "perso"}}) == 200);
  CHECK(d.repository->find_caller(first.id())->device.revoked_ms.has_value());
  CHECK(d.is_audited("user-dario", "device.revoke"));
  CHECK(d.act(d.dario, {{"act", "revoke"}, {"device", to_text(d.dario.id())}, {"reason", "x"}}) ==
        400);
  CHECK(d.act(d.dario, {{"act", "invite"}, {"account", "user-anna"}, {"hours", 721}}) == 400);
}

TEST_CASE("steer: nobody is given a power by somebody who does not have it", "[server][steer]") {
  Desk d;
  CHECK(d.act(d.dario, {{"act", "invite"}, {"account", "user-carla"}}) == 403);
  CHECK(d.act(d.dario, {{"act", "disable"}, {"account", "user-carla"}}) == 403);
  CHECK(d.act(d.dario, {{"act", "revoke"}, {"device", to_text(d.carla.id())}, {"reason", "x"}}) ==
        403);
  const json::object person{
      {"act", "add_person"}, {"account", "nuova"}, {"name", "Nuova"}, {"role", "coordinator"}};
  CHECK(d.act(d.dario, person) == 403);
  json::object educator = person;
  educator["role"] = "educator";
  CHECK(d.act(d.dario, educator) == 200);
  CHECK(d.act(d.dario, educator) == 409);
  CHECK(d.is_audited("user-dario", "user.add"));
  const json::object told = d.answer(d.dario, "people");
  for (const json::value& one : told.at("people").as_array()) {
    CHECK(one.at("administered").as_bool() == (one.at("role").as_string() != "coordinator"));
  }
  CHECK(d.act(d.dario, {{"act", "disable"}, {"account", "user-dario"}}) == 400);
  CHECK(d.act(d.dario, {{"act", "disable"}, {"account", "nuova"}}) == 200);
  CHECK(d.act(d.dario, {{"act", "enable"}, {"account", "nuova"}}) == 200);
}
