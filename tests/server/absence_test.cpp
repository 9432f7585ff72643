// A declared absence hands over and takes back by itself, by the days alone [P8].
#include <boost/json.hpp>

#include <algorithm>

#include "fixture.hpp"
#include "insieme/server/absences.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;
namespace json = boost::json;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
const DocumentId kCore = document_of("d1");
using Sections = std::vector<std::string>;

/// Anna follows a dossier; Luca stands in; Carla coordinates, and so does Dora.
struct Away : World {
  MemoryDevice anna{"anna"};
  MemoryDevice luca{"luca"};
  MemoryDevice carla{"carla"};
  MemoryDevice dario{"dario"};
  Sections before;

  Away() {
    add(anna);
    add(luca);
    add(carla, "coordinator");
    add(dario);
    anna.create(dossier("d1"));
    anna.write(kCore, {set_op("note", "first")});
    run_all();
    before = sections_of(anna);
    REQUIRE(before.size() > 1);
  }
  void run_all() {
    for (int round = 0; round < 2; ++round) {
      for (MemoryDevice* tablet : {&anna, &luca, &carla, &dario}) {
        const RunResult result = sync(*tablet);
        CAPTURE(tablet->name(), result.error.detail);
        REQUIRE(result.done);
        CHECK(tablet->delivery_errors.empty());
      }
    }
  }
  [[nodiscard]] server::Day today() const { return server::day_in_italy(now_ms); }
  /// As the first request of a day does.
  void next_day(int days = 1) {
    now_ms += days * kDayMs;
    repository->settle();
  }
  [[nodiscard]] server::Absences& absences() { return server::absences_of(*repository); }
  Result<server::AbsenceEffect> declare(const char* account, const char* deputy, server::Day from,
                                        server::Day until) {
    server::Absence absence;
    absence.account = account;
    absence.deputy = deputy;
    absence.from = from;
    absence.until = until;
    return absences().declare_absence(absence, "user-carla");
  }
  Result<server::AbsenceEffect> declare(server::Day from, server::Day until) {
    return declare("user-anna", "user-luca", from, until);
  }
  /// What they hold now, by the rows that all judging goes by.
  [[nodiscard]] Sections sections_of(const MemoryDevice& tablet) {
    for (const server::DossierInfo& info : repository->dossiers()) {
      if (info.id != dossier("d1")) continue;
      for (const auto& one : info.assignments) {
        if (one.account == "user-" + tablet.name() && !one.to_position) return one.sections;
      }
    }
    return {};
  }
  [[nodiscard]] std::string rule_of(const char* account) {
    const auto standing = repository->standing(account, dossier("d1"));
    REQUIRE(standing.ok());
    return std::string(server::words_of(server::decide(*standing, "core").rule).code);
  }
};

}  // namespace

TEST_CASE("absence: it begins on its first day and ends after its last, by itself",
          "[server][absence][P8]") {
  Away w;
  const auto declared = w.declare(w.today() + 1, w.today() + 2);
  REQUIRE(declared.ok());
  CHECK(declared->passes == std::vector<DossierId>{dossier("d1")});
  CHECK(declared->stays.empty());
  CHECK(w.sections_of(w.anna) == w.before);  // tomorrow, and not today
  CHECK(w.sections_of(w.luca).empty());
  for (int day = 0; day < 2; ++day) {
    w.next_day();
    CHECK(w.sections_of(w.anna).empty());
    CHECK(w.sections_of(w.luca) == w.before);
    CHECK(w.rule_of("user-anna") == "assignment-not-begun");
    CHECK(w.rule_of("user-luca") == "granted");
  }
  w.run_all();
  CHECK(w.anna.revoked.count(dossier("d1")) == 1);
  w.luca.write(kCore, {set_op("note", "by who stands in")});
  w.run_all();
  w.next_day();
  CHECK(w.sections_of(w.anna) == w.before);
  CHECK(w.sections_of(w.luca).empty());
  w.run_all();
  CHECK(w.anna.document(kCore).state_digest() == w.carla.document(kCore).state_digest());
  CHECK(w.repository->counts().held_waiting == 0);
  // Said again by the days alone, nothing moves.
  const std::uint64_t position = w.repository->space().position;
  w.next_day(400);
  CHECK(w.repository->space().position == position);
}

TEST_CASE("absence: what the absent one writes late, and the deputy after it, waits unmerged",
          "[server][absence][P2][P8]") {
  Away w;
  REQUIRE(w.declare(w.today(), w.today()).ok());
  CHECK(w.sections_of(w.luca) == w.before);  // at once
  w.anna.write(kCore, {set_op("note", "late, without a network")});
  w.run_all();
  REQUIRE(w.anna.fates.size() == 1);
  CHECK(w.anna.fates[0].verdict == Verdict::held);
  CHECK(w.repository->counts().held_waiting == 1);
  w.luca.write(kCore, {set_op("note", "late, too")});
  w.next_day();
  w.run_all();
  REQUIRE(w.luca.fates.size() == 1);
  CHECK(w.luca.fates[0].verdict == Verdict::held);
  CHECK(w.luca.revoked.count(dossier("d1")) == 1);
  CHECK(w.repository->counts().held_waiting == 2);
}

TEST_CASE("absence: ended early it is over at once, and only once", "[server][absence][P8]") {
  Away w;
  const auto declared = w.declare(w.today(), w.today() + 30);
  REQUIRE(declared.ok());
  CHECK(w.absences().end_absence(declared->absence.number + 1, "user-carla").code() ==
        ErrorCode::not_found);
  REQUIRE(w.absences().end_absence(declared->absence.number, "user-carla").ok());
  CHECK(w.sections_of(w.anna) == w.before);
  CHECK(w.sections_of(w.luca).empty());
  CHECK(w.absences().end_absence(declared->absence.number, "user-carla").code() ==
        ErrorCode::not_found);
  const auto all = w.absences().absences();
  REQUIRE(all.size() == 1);
  CHECK(all[0].ended_by == "user-carla");
  CHECK(all[0].declared_by == "user-carla");
  // Another process of the same space knows the same.
  CHECK(server::absences_of(*w.second_process()).absences().size() == 1);
  REQUIRE(w.declare(w.today(), w.today()).ok());
  CHECK(w.sections_of(w.luca) == w.before);
}

TEST_CASE("absence: what is assigned, taken or handed over meanwhile goes where it should",
          "[server][absence]") {
  Away w;
  SECTION("assigned to who is away: with the deputy now, theirs afterwards") {
    w.dario.create(dossier("d2"));
    w.dario.write(document_of("d2"), {set_op("note", "another family")});
    w.run_all();
    REQUIRE(w.declare(w.today(), w.today()).ok());
    REQUIRE(w.repository->assign("user-anna", dossier("d2"), {}).ok());
    w.run_all();
    CHECK(w.luca.documents.count(document_of("d2")) == 1);
    w.next_day();
    w.run_all();
    CHECK(w.anna.documents.count(document_of("d2")) == 1);
  }
  SECTION("taken from who is away: the deputy has it no more") {
    REQUIRE(w.declare(w.today(), w.today()).ok());
    REQUIRE(w.repository->unassign("user-anna", dossier("d1"), "closed").ok());
    CHECK(w.sections_of(w.luca).empty());
    w.next_day();
    CHECK(w.sections_of(w.anna).empty());
  }
  SECTION("handed over for good, by somebody who decides") {
    REQUIRE(w.declare(w.today(), w.today()).ok());
    REQUIRE(w.repository->hand_over(dossier("d1"), "user-anna", "user-dario", "moved").ok());
    CHECK(w.sections_of(w.dario) == w.before);
    CHECK(w.sections_of(w.luca).empty());
    w.next_day();
    CHECK(w.sections_of(w.anna).empty());
    CHECK(w.sections_of(w.dario) == w.before);
  }
  SECTION("the deputy had a part of it, and has that part afterwards") {
    REQUIRE(w.repository->assign("user-luca", dossier("d1"), {"core"}).ok());
    REQUIRE(w.declare(w.today(), w.today()).ok());
    CHECK(w.sections_of(w.luca).size() == w.before.size());
    w.next_day();
    CHECK(w.sections_of(w.luca) == Sections{"core"});
  }
}

TEST_CASE("absence: what the deputy may not have stays with who is away, and is told",
          "[server][absence][P7]") {
  Away w;
  REQUIRE(
      w.repository->deny(dossier("d1"), {"user-luca", {}, {}, "a relative", "user-carla"}).ok());
  const auto declared = w.declare(w.today(), w.today() + 1);
  REQUIRE(declared.ok());
  CHECK(declared->passes.empty());
  REQUIRE(declared->stays.size() == 1);
  CHECK(declared->stays[0].second == server::Rule::denied);
  CHECK(w.sections_of(w.anna) == w.before);
  CHECK(w.sections_of(w.luca).empty());
  // The denial goes, and the absence does what it says.
  REQUIRE(w.repository->allow(dossier("d1"), "user-luca", "user-carla").ok());
  w.next_day();
  CHECK(w.sections_of(w.luca) == w.before);
}

TEST_CASE("absence: what was given by name passes to nobody", "[server][absence][P7]") {
  Away w;
  REQUIRE(w.repository->assign("user-anna", dossier("d1"), {"core", "antitratta"}).ok());
  REQUIRE(w.declare(w.today(), w.today()).ok());
  CHECK(w.sections_of(w.luca) == Sections{"core"});
  CHECK(w.sections_of(w.anna).empty());
}

TEST_CASE("absence: days and people that make no sense are refused in words",
          "[server][absence]") {
  Away w;
  const server::Day t = w.today();
  const auto code = [](const Result<server::AbsenceEffect>& outcome) {
    CHECK_FALSE(outcome.ok());
    return outcome.ok() ? ErrorCode::internal : outcome.error().code;
  };
  CHECK(code(w.declare("user-anna", "user-anna", t, t)) == ErrorCode::invalid_argument);
  CHECK(code(w.declare(t + 1, t)) == ErrorCode::invalid_argument);
  CHECK(code(w.declare(t - 2, t - 1)) == ErrorCode::invalid_argument);
  CHECK(code(w.declare(t, t + server::kAbsenceDaysMax)) == ErrorCode::invalid_argument);
  CHECK(code(w.declare("nobody", "user-luca", t, t)) == ErrorCode::not_found);
  CHECK(code(w.declare("user-anna", "nobody", t, t)) == ErrorCode::not_found);
  REQUIRE(w.declare(t + 5, t + 9).ok());
  // One deputy at a time, who is there, and stands in for nobody's deputy.
  CHECK(code(w.declare("user-anna", "user-dario", t + 9, t + 12)) == ErrorCode::conflict);
  CHECK(code(w.declare("user-luca", "user-dario", t, t + 5)) == ErrorCode::conflict);
  CHECK(code(w.declare("user-dario", "user-anna", t + 7, t + 7)) == ErrorCode::conflict);
  CHECK(w.declare("user-dario", "user-anna", t, t + 4).ok());
  REQUIRE(w.repository->set_disabled("user-luca", true).ok());
  CHECK(code(w.declare("user-carla", "user-luca", t, t)) == ErrorCode::not_allowed);
}

TEST_CASE("absence: whoever coordinates declares it from a desk, and sees who is away",
          "[server][absence][steer]") {
  Away w;
  const auto act = [&](const MemoryDevice& who, const json::object& body) {
    server::Request request = json_request("/v1/steer/act", json::serialize(body));
    request.authorization = "Bearer token-" + who.name();
    return w.api().handle(request);
  };
  json::object body{{"act", "absent"},
                    {"account", "user-anna"},
                    {"deputy", "user-luca"},
                    {"until", server::show_day(w.today() + 3)}};
  CHECK(act(w.anna, body).status == 403);
  const server::Response made = act(w.carla, body);
  INFO(body_text(made));
  REQUIRE(made.status == 200);
  const json::object told = json::parse(body_text(made)).as_object();
  CHECK(told.at("passes").to_number<int>() == 1);
  CHECK(w.sections_of(w.luca) == w.before);
  CHECK(act(w.carla, body).status == 409);
  body["until"] = "domani";
  CHECK(act(w.carla, body).status == 400);
  server::Request asking = json_request("/v1/steer/people", "{}");
  asking.authorization = "Bearer token-carla";
  CHECK(body_text(w.api().handle(asking)).find("\"deputy\":\"user-luca\"") != std::string::npos);
  // What she does not see herself she does not move, either.
  CHECK(act(w.carla, {{"act", "back"}, {"number", told.at("number")}}).status == 200);
  CHECK(act(w.carla, {{"act", "back"}, {"number", told.at("number")}}).status == 404);
  REQUIRE(w.repository->assign("user-anna", dossier("d1"), {"core", "antitratta"}).ok());
  body["until"] = server::show_day(w.today());
  CHECK(act(w.carla, body).status == 403);
}
