#pragma once
// A desk over HTTP without sockets: two educators, two who coordinate and one who administers, and
// a dossier with a visit.
#include <boost/json.hpp>

#include <algorithm>

#include "fixture.hpp"
#include "support/catch.hpp"

namespace insieme::testing {

namespace json = boost::json;

/// As the table has them, with what a service may change in it.
inline server::Roles roles_with(const char* key, const char* value) {
  server::Roles roles = server::Roles::defaults();
  REQUIRE(roles.set(key, value).ok());
  return roles;
}

struct Desk : World {
  MemoryDevice anna{"anna"};
  MemoryDevice luca{"luca"};
  MemoryDevice carla{"carla"};
  MemoryDevice dora{"dora"};
  MemoryDevice dario{"dario"};

  explicit Desk(const server::Roles& roles = server::Roles::defaults()) : World(roles) {
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
  json::object answer_at(const std::string& path, const MemoryDevice& who) {
    server::Request request = json_request(path, "{}");
    request.authorization = "Bearer token-" + who.name();
    const server::Response response = api().handle(request);
    CAPTURE(body_text(response));
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

/// A service whose educators open nothing that is not assigned.
inline void take_glass(Desk& d) { d.config.roles.edit("educator").glass_hours = 0; }

/// Luca has nothing but a reserved section, which he and anna read, and of which something is to be
/// erased: the order.
inline ErasureOrder work_in_reserved_section(Desk& d) {
  REQUIRE(d.repository->assign("user-luca", dossier("d1"), {"antitratta"}).ok());
  d.repository->note_access(
      d.caller(d.luca), {{dossier("d1"), server::AccessKind::read, {"antitratta"}, 1, 0, {}}});
  d.repository->note_access(
      d.caller(d.anna),
      {{dossier("d1"), server::AccessKind::read, {"core", "antitratta"}, 1, 0, {}}});
  ErasureOrder order;
  order.id = id_of<ErasureId>("order");
  order.dossier = dossier("d1");
  order.reason = "aperto per errore";
  order.targets = {{"antitratta", {}}};
  REQUIRE(d.repository->propose_erasure(order, "user-anna").ok());
  return order;
}

inline bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace insieme::testing
