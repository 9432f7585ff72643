// What whoever coordinates or administers asks and does from a desk, over HTTP without sockets.
#include <set>

#include "steer_desk.hpp"

using namespace insieme;
using namespace insieme::testing;

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
  CHECK(d.act(d.luca, {{"act", "invite"}, {"account", "user-anna"}}) == 403);
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

TEST_CASE("steer: an erasure is asked for with a reason, once, and by who has the dossier",
          "[server][steer][P9]") {
  Desk d;
  json::object body{{"act", "erase_propose"}, {"dossier", to_text(dossier("d1"))}};
  CHECK(d.act(d.carla, body) == 400);  // why?
  body["reason"] = "  ";
  CHECK(d.act(d.carla, body) == 400);
  body["reason"] = "art. 17 GDPR, prot. 12/2026";
  CHECK(d.act(d.dario, body) == 403);
  CHECK(d.act(d.carla, body) == 200);
  CHECK(d.act(d.dora, body) == 409);  // it waits already
  const std::vector<server::Erasure> all = d.repository->erasures();
  REQUIRE(all.size() == 1);
  CHECK(all[0].state == server::ErasureState::proposed);
  CHECK(all[0].order.is_whole_dossier());
  CHECK(all[0].asked_by == "user-carla");
  CHECK(all[0].order.reason == "art. 17 GDPR, prot. 12/2026");
  CHECK(d.act(d.carla, {{"act", "erase_confirm"}, {"order", to_text(all[0].order.id)}}) == 403);
  CHECK(d.act(d.dora, {{"act", "erase_confirm"}, {"order", to_text(all[0].order.id)}}) == 200);
}

TEST_CASE("steer: an invitation enrols one device, in the audit under who gave it",
          "[server][steer]") {
  Desk d;
  take_glass(d);
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
  // An educator opens dossiers that are not assigned, for hours: whoever administers does not.
  CHECK(d.act(d.dario, educator) == 403);
  CHECK(d.act(d.dario, {{"act", "invite"}, {"account", "user-anna"}}) == 403);
  take_glass(d);
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

TEST_CASE("steer: whoever administers gives no power over all dossiers that they do not have",
          "[server][steer]") {
  Desk d;
  json::object person{
      {"act", "add_person"}, {"account", "nuova"}, {"name", "Nuova"}, {"role", "archivist"}};
  CHECK(d.act(d.dario, person) == 400);
  d.config.roles.edit("archivist").all_dossiers = true;
  CHECK(d.act(d.dario, person) == 403);
}

TEST_CASE("steer: whose contract is over asks nothing and does nothing", "[server][steer][P7]") {
  Desk d;
  REQUIRE(d.repository->put_organization({"coop", "Coop", "", {}, {}}).ok());
  const server::Day today = server::day_in_italy(d.now_ms);
  const auto set = [&](std::optional<server::Day> until) {
    REQUIRE(d.repository->set_person("user-dario", {std::string("coop"), {}, until}).ok());
  };
  set(today);
  CHECK(d.ask(d.dario, "people", {}).status == 200);
  set(today - 1);
  CHECK(d.ask(d.dario, "people", {}).status == 403);
  CHECK(d.act(d.dario, {{"act", "disable"}, {"account", "user-anna"}}) == 403);
  set(std::nullopt);
  REQUIRE(d.repository->put_organization({"coop", "Coop", "", {}, {{}, today - 1}}).ok());
  CHECK(d.ask(d.dario, "people", {}).status == 403);
  REQUIRE(d.repository->put_organization({"coop", "Coop", "", {}, {today + 1, {}}}).ok());
  CHECK(d.ask(d.dario, "people", {}).status == 403);
}

TEST_CASE("steer: nobody has the audit's names for the operator and for machines",
          "[server][steer]") {
  Desk d;
  json::object person{
      {"act", "add_person"}, {"account", ""}, {"name", "Nuova"}, {"role", "front_office"}};
  for (const char* account : {"operator", "machine x", "ledger", "an\na", "an\x7f"}) {
    CAPTURE(account);
    person["account"] = account;
    CHECK(d.act(d.dario, person) == 400);
  }
  person["account"] = "nuova";
  person["name"] = "Nuova\tRossi";
  CHECK(d.act(d.dario, person) == 400);
  person["name"] = "Nuova Rossi";
  CHECK(d.act(d.dario, person) == 200);
}

TEST_CASE("steer: who is in a reserved section is told to nobody outside of it",
          "[server][steer][P7]") {
  Desk d;
  const ErasureOrder order = work_in_reserved_section(d);
  const auto told = [&](const char* what, json::object body) {
    return json::serialize(d.answer(d.carla, what, body));
  };
  const json::object log{{"dossier", to_text(dossier("d1"))}};
  for (const std::string& text :
       {told("dossiers", {}), told("access", log), told("erasures", {})}) {
    CAPTURE(text);
    CHECK(text.find("antitratta") == std::string::npos);
    CHECK(text.find("user-luca") == std::string::npos);
  }
  CHECK(told("access", log).find("user-anna") != std::string::npos);
  const json::object body{{"act", "erase_confirm"}, {"order", to_text(order.id)}};
  CHECK(d.act(d.carla, body) == 404);
  // What she cannot see she does not take away by giving the dossier.
  CHECK(d.act(d.carla, Desk::on("assign", "user-luca")) == 200);
  CHECK(d.repository->standing("user-luca", dossier("d1"))->mandate->sections ==
        std::vector<std::string>{"antitratta"});
  // Nor by taking it away, of which she hears what she would of somebody who has nothing there.
  json::object away = Desk::on("unassign", "user-luca");
  away["reason"] = "cambio di zona";
  CHECK(d.act(d.carla, away) == 404);
  json::object other = Desk::on("unassign", "user-dora");
  REQUIRE(d.repository->unassign("user-dora", dossier("d1"), "altrove").ok());
  other["reason"] = "cambio di zona";
  CHECK(d.act(d.carla, other) == 404);
  // What she sees a part of is ended by somebody who sees all of it, and she is told so.
  REQUIRE(d.repository->assign("user-luca", dossier("d1"), {"core", "antitratta"}).ok());
  CHECK(d.act(d.carla, away) == 403);
  CHECK(d.repository->standing("user-luca", dossier("d1"))->mandate.has_value());
  // Whoever is in it is told.
  REQUIRE(d.repository->assign("user-carla", dossier("d1"), {"core", "antitratta"}).ok());
  CHECK(told("dossiers", {}).find("user-luca") != std::string::npos);
  CHECK(told("access", log).find("user-luca") != std::string::npos);
  CHECK(told("erasures", {}).find("antitratta") != std::string::npos);
  CHECK(d.act(d.carla, away) == 200);
}

TEST_CASE("steer: an assignment for later that one does not see whole is not put aside",
          "[server][steer][P7]") {
  Desk d;
  server::AssignTerms later;
  later.term.from = static_cast<server::Day>(d.now_ms / 86'400'000 + 400);
  REQUIRE(d.repository->assign("user-luca", dossier("d1"), {"antitratta"}, later, "operator").ok());
  // Answered as ever: who is in a reserved section is not told.
  CHECK(d.act(d.carla, Desk::on("assign", "user-luca")) == 200);
  CHECK(d.repository->standing("user-luca", dossier("d1"))->mandate->sections ==
        std::vector<std::string>{"antitratta"});
}

TEST_CASE("steer: erasures are told of dossiers that one has, or had when all of it went",
          "[server][steer][P9]") {
  Desk d;
  ErasureOrder order;
  order.id = id_of<ErasureId>("order");
  order.dossier = dossier("d1");
  order.reason = "aperto per errore";
  order.targets = {{"core", {}}};
  REQUIRE(d.repository->propose_erasure(order, "user-anna").ok());
  const auto count = [&](const MemoryDevice& who) {
    return d.answer(who, "erasures").at("erasures").as_array().size();
  };
  CHECK(count(d.carla) == 1);
  REQUIRE(d.repository->unassign("user-carla", dossier("d1"), "altrove").ok());
  CHECK(count(d.carla) == 0);
  CHECK(count(d.dora) == 1);
  order.id = id_of<ErasureId>("all");
  order.targets = {{"", {}}};
  REQUIRE(d.repository->propose_erasure(order, "user-anna").ok());
  REQUIRE(d.repository->confirm_erasure(order.id, "user-dora").ok());
  CHECK(count(d.carla) == 0);
  CHECK(count(d.dora) == 1);
}

TEST_CASE("steer: who coordinates and administers invites within their own body and sight alone",
          "[server][steer][P7]") {
  Desk d(roles_with("coordinator.administer", "yes"));
  const auto invites = [&](const char* account) {
    return d.act(d.carla, {{"act", "invite"}, {"account", account}});
  };
  const auto stops = [&](const MemoryDevice& tablet) {
    return d.act(d.carla,
                 {{"act", "revoke"}, {"device", to_text(tablet.id())}, {"reason", "perso"}});
  };
  REQUIRE(invites("user-anna") == 200);
  REQUIRE(invites("user-luca") == 200);
  SECTION("who has more of a dossier than she") {
    REQUIRE(d.repository->assign("user-luca", dossier("d1"), {"core", "antitratta"}).ok());
    CHECK(invites("user-luca") == 403);
    // The same for a dossier that is reserved from her.
    REQUIRE(d.repository->unassign("user-luca", dossier("d1"), "").ok());
    CHECK(invites("user-luca") == 200);
    REQUIRE(d.repository
                ->deny(dossier("d1"), {"*", {}, {"user-anna"}, "indirizzo protetto", "x"})
                .ok());
    CHECK(invites("user-anna") == 403);
    // To stop a tablet gives nobody anything.
    CHECK(stops(d.anna) == 200);
  }
  SECTION("who shares a dossier, and is of another body") {
    REQUIRE(d.repository->put_organization({"here", "Qui", "", {}, {}}).ok());
    REQUIRE(d.repository->put_organization({"below", "Sotto", "here", {}, {}}).ok());
    REQUIRE(d.repository->put_organization({"there", "L\u00e0", "", {}, {}}).ok());
    const auto place = [&](const char* account, const char* where) {
      REQUIRE(d.repository->set_person(account, {std::string(where), {}, {}}).ok());
    };
    place("user-carla", "here");
    place("user-anna", "below");
    place("user-luca", "there");
    REQUIRE(d.repository->place(dossier("d1"), "below", "").ok());
    REQUIRE(d.repository
                ->assign("user-luca", dossier("d1"), {"core"}, {server::Term{}, true})
                .ok());
    // She knows of him, for he is of the team; his account is his own body's affair.
    REQUIRE(has(d.holders(d.carla), "user-luca"));
    CHECK(invites("user-luca") == 403);
    CHECK(stops(d.luca) == 403);
    CHECK(d.act(d.carla, {{"act", "disable"}, {"account", "user-luca"}}) == 403);
    CHECK(d.act(d.carla, {{"act", "absent"},
                          {"account", "user-luca"},
                          {"deputy", "user-anna"},
                          {"until", server::show_day(server::day_in_italy(d.now_ms))}}) == 404);
    CHECK(invites("user-anna") == 200);
    CHECK(d.act(d.carla, {{"act", "disable"}, {"account", "user-anna"}}) == 200);
    CHECK(invites("user-dora") == 403);  // of no body, so of none below hers
  }
}

TEST_CASE("colleagues: an educator is told who wrote what they read, and on which tablets",
          "[server][steer][P7]") {
  Desk d;
  const auto told = [&](const MemoryDevice& who) { return d.answer_at("/v1/colleagues", who); };
  const auto accounts = [&](const MemoryDevice& who) {
    std::set<std::string> all;
    const json::object answer = told(who);
    for (const json::value& one : answer.at("people").as_array()) {
      all.emplace(one.at("account").as_string());
    }
    return all;
  };
  // Of one body all may know each other.
  CHECK(accounts(d.anna).count("user-luca") == 1);
  REQUIRE(d.repository->put_organization({"here", "Qui", "", {}, {}}).ok());
  REQUIRE(d.repository->put_organization({"there", "Là", "", {}, {}}).ok());
  for (const char* account : {"user-anna", "user-luca", "user-carla"}) {
    server::PersonChange moved;
    moved.organization = std::string(account) == "user-anna" ? "here" : "there";
    REQUIRE(d.repository->set_person(account, moved).ok());
  }
  CHECK(accounts(d.anna).count("user-luca") == 0);
  // Luca has it, and then has not: what he wrote is there, and so is his name.
  CHECK(d.act(d.dora, Desk::on("assign", "user-luca")) == 200);
  CHECK(accounts(d.anna).count("user-luca") == 1);
  CHECK(d.act(d.dora, Desk::on("unassign", "user-luca")) == 200);
  CHECK(accounts(d.anna).count("user-luca") == 1);
  CHECK(accounts(d.luca).count("user-anna") == 0);
  bool has_tablet = false;
  const json::object answer = told(d.anna);
  const std::string written = to_text(rep("anna")).substr(0, 8);
  for (const json::value& one : answer.at("tablets").as_array()) {
    const json::object& tablet = one.as_object();
    if (tablet.at("id").as_string() != written) continue;
    has_tablet = tablet.at("account").as_string() == "user-anna" && tablet.contains("name");
  }
  CHECK(has_tablet);
}
