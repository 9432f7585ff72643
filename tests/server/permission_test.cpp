// Permission as people meet it: contracts that end, denials, transfers, and who asked for what.
#include "insieme/server/permission.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "fixture.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "insieme/server/together.hpp"
#include "insieme/server/verify.hpp"
#include "insieme/sqlite/connection.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;
using server::AccessKind;
using server::AccessRow;
using server::Denial;
using server::Term;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
const DocumentId kCore = document_of("d1");
const DocumentId kHealth = document_of("d1", "health");
const DossierId kFamily = dossier("d1");

/// Anna opened a family's dossier and works with Bruno there; Carla coordinates.
struct Office : World {
  MemoryDevice anna{"anna"};
  MemoryDevice bruno{"bruno"};
  MemoryDevice carla{"carla"};

  Office() {
    add(anna);
    add(bruno);
    add(carla, "coordinator");
    anna.create(kFamily);
    anna.write(kCore, {set_op("note", "la famiglia")});
    anna.write(kHealth, {set_op("note", "la sua salute")});
    must_sync(anna);
    assign("user-bruno");
    must_sync(bruno);
    must_sync(carla);
  }
  void must_sync(MemoryDevice& tablet) {
    const RunResult run = sync(tablet);
    CAPTURE(tablet.name(), run.error.detail);
    REQUIRE(run.done);
    CHECK(tablet.delivery_errors.empty());
  }
  void assign(const std::string& account, const server::AssignTerms& terms = {}) {
    REQUIRE(repository->assign(account, kFamily, {}, terms).ok());
  }
  [[nodiscard]] server::Day today() const { return server::day_in_italy(now_ms); }
  [[nodiscard]] std::vector<AccessRow> log() const {
    std::vector<AccessRow> rows;
    repository->visit_access([&](const AccessRow& row) {
      rows.push_back(row);
      return true;
    });
    return rows;
  }
  [[nodiscard]] server::Response ask(const MemoryDevice& tablet, const std::string& query) {
    server::Request request;
    request.method = "GET";
    request.path = "/v1/access";
    request.query = query;
    request.authorization = "Bearer token-" + tablet.name();
    return api().handle(request);
  }
  /// The reason with which a tablet heard that the dossier is gone.
  [[nodiscard]] static std::string told(const MemoryDevice& tablet) {
    for (const Event& event : tablet.events) {
      const auto* revoke = std::get_if<RevokeEvent>(&event);
      if (revoke != nullptr && revoke->dossier == kFamily) return revoke->reason;
    }
    return "nothing";
  }
  /// Unsent work of Bruno's, written while he could not know that his rights were to shrink.
  void check_drained() {
    must_sync(bruno);
    CHECK(bruno.unsent.empty());
    CHECK(bruno.revoked.count(kFamily) == 1);
    REQUIRE(bruno.fates.size() == 1);
    CHECK(bruno.fates[0].verdict == Verdict::held);
    must_sync(carla);
    std::size_t inbox = 0;
    for (const Event& event : carla.events) {
      const auto* held = std::get_if<HeldEvent>(&event);
      if (held != nullptr && held->change.header.author == "user-bruno") ++inbox;
    }
    CHECK(inbox == 1);
    must_sync(anna);
    // Not merged before somebody decides.
    const FieldState* note = anna.document(kCore).records().at(rec("r1")).field("note");
    REQUIRE(note != nullptr);
    CHECK(displayed(*note)->value == text("la famiglia"));
  }
};

}  // namespace

TEST_CASE("days: read, shown, and those of Italy", "[server][permission]") {
  CHECK(server::show_day(*server::parse_day("2026-11-30")) == "2026-11-30");
  CHECK(*server::parse_day("30/11/2026") == *server::parse_day("2026-11-30"));
  CHECK(*server::parse_day("1970-01-01") == 0);
  for (const char* wrong : {"", "2026", "2026-02-29", "31/04/2026", "2026-13-01", "2026-1-01",
                            "0000-00-00", "2026-11-30 ", "30-11-2026", "a026-11-30"}) {
    CAPTURE(wrong);
    CHECK(server::parse_day(wrong).error().code == ErrorCode::invalid_argument);
  }
  // Midnight is an hour before UTC's in winter, two in summer; the change is at 01:00 UTC.
  const auto at = [](const char* day, int hour, int minute) {
    return server::show_day(server::day_in_italy(*server::parse_day(day) * kDayMs +
                                                 (hour * 60 + minute) * std::int64_t{60'000}));
  };
  CHECK(at("2026-01-31", 22, 59) == "2026-01-31");
  CHECK(at("2026-01-31", 23, 0) == "2026-02-01");
  CHECK(at("2026-07-31", 21, 59) == "2026-07-31");
  CHECK(at("2026-07-31", 22, 0) == "2026-08-01");
  CHECK(at("2026-03-28", 22, 30) == "2026-03-28");
  CHECK(at("2026-03-29", 22, 30) == "2026-03-30");
  CHECK(at("2026-10-24", 22, 30) == "2026-10-25");
  CHECK(at("2026-10-25", 22, 30) == "2026-10-25");
  CHECK(server::show_day(server::day_in_italy(-1)) == "1970-01-01");
  CHECK(server::show_day(server::day_in_italy(INT64_MIN)) == "0001-01-01");
  CHECK(server::show_day(server::day_in_italy(INT64_MAX)).substr(0, 1) == "1");
}

TEST_CASE("permission: every rule has words in both languages and a code of its own",
          "[server][permission]") {
  std::set<std::string_view> codes;
  std::size_t order = 0;
  for (const server::Rule rule : server::all_rules()) {
    CHECK(static_cast<std::size_t>(rule) == order++);
    const server::RuleWords& words = server::words_of(rule);
    CHECK(codes.insert(words.code).second);
    CHECK_FALSE(words.en.empty());
    CHECK_FALSE(words.it.empty());
  }
}

TEST_CASE("permission: an assignment ends with its last day, and unsent work is drained first",
          "[server][permission][S049][P2][P8]") {
  Office o;
  SECTION("the assignment's") { o.assign("user-bruno", {Term{{}, o.today()}, false}); }
  SECTION("the person's contract") {
    server::PersonChange change;
    change.until = o.today();
    REQUIRE(o.repository->set_person("user-bruno", change).ok());
  }
  SECTION("the organization's contract") {
    REQUIRE(o.repository->put_organization({"coop", "Coop", "", {}, Term{{}, o.today()}}).ok());
    server::PersonChange change;
    change.organization = "coop";
    REQUIRE(o.repository->set_person("user-bruno", change).ok());
  }
  o.must_sync(o.bruno);
  CHECK(o.bruno.revoked.empty());
  o.bruno.write(kCore, {set_op("note", "l'ultimo giorno, senza rete")});
  o.now_ms += kDayMs;
  o.check_drained();
  CHECK(o.told(o.bruno).find("has ended") != std::string::npos);
  CHECK(o.told(o.bruno).find("finit") != std::string::npos);
  // Nobody else is touched.
  CHECK(o.anna.revoked.empty());
}

TEST_CASE("permission: a clock that is put right gives back what it took",
          "[server][permission][S049]") {
  Office o;
  o.assign("user-bruno", {Term{{}, o.today()}, false});
  o.now_ms += 30 * kDayMs;
  o.must_sync(o.bruno);
  CHECK(o.bruno.revoked.count(kFamily) == 1);
  o.now_ms -= 30 * kDayMs;
  o.must_sync(o.bruno);
  CHECK(o.bruno.revoked.empty());
  CHECK(o.bruno.document(kCore).state_digest() == o.anna.document(kCore).state_digest());
}

TEST_CASE("permission: an assignment that begins later is given on its day",
          "[server][permission]") {
  Office o;
  MemoryDevice elsa("elsa");
  o.add(elsa, "em_health");
  const auto given = o.repository->assign("user-elsa", kFamily, {}, {Term{o.today() + 1, {}}});
  REQUIRE(given.ok());
  CHECK(given->empty());
  o.must_sync(elsa);
  CHECK(elsa.documents.empty());
  o.now_ms += kDayMs;
  o.must_sync(elsa);
  CHECK(elsa.documents.size() == 2);
  CHECK(elsa.document(kHealth).state_digest() == o.anna.document(kHealth).state_digest());
}

TEST_CASE("permission: an idle day costs nothing but its first request", "[server][permission]") {
  Office o;
  const std::uint64_t position = o.repository->space().position;
  o.now_ms += kDayMs;
  for (int i = 0; i < 3; ++i) o.must_sync(o.anna);
  CHECK(o.repository->space().position == position);
}

TEST_CASE("permission: a denial beats every allowance, drains the tablet, and can be undone",
          "[server][permission][P2][P7][P8]") {
  Office o;
  o.bruno.write(kCore, {set_op("note", "senza rete, mentre gli viene negato")});
  Denial denial{"user-bruno", {}, {}, "parente della famiglia", "carla"};
  REQUIRE(o.repository->deny(kFamily, denial).ok());
  // Nothing gives it back but an undo.
  CHECK(o.repository->assign("user-bruno", kFamily, {}).error().code == ErrorCode::not_allowed);
  CHECK(o.repository->hand_over(kFamily, "user-anna", "user-bruno", "").code() ==
        ErrorCode::not_allowed);
  o.check_drained();
  // That there is a denial, and why, is not told.
  CHECK(o.told(o.bruno).empty());
  CHECK(body_text(o.ask(o.bruno, "dossier=" + to_text(kFamily))) ==
        body_text(o.ask(o.bruno, "dossier=" + to_text(dossier("none")))));
  const auto audit = o.repository->audit(1);
  CHECK(audit[0].actor == "carla");
  CHECK(audit[0].action == "deny");
  CHECK(audit[0].subject == "user-bruno " + to_text(kFamily));
  const auto all = o.repository->denials();
  REQUIRE(all.size() == 1);
  CHECK(all[0].denial.reason == "parente della famiglia");

  REQUIRE(o.repository->allow(kFamily, "user-bruno", "carla").ok());
  CHECK(o.repository->allow(kFamily, "user-bruno", "carla").code() == ErrorCode::not_found);
  CHECK(o.repository->audit(1)[0].action == "allow");
  o.must_sync(o.bruno);
  CHECK(o.bruno.revoked.empty());
  CHECK(o.bruno.document(kHealth).state_digest() == o.anna.document(kHealth).state_digest());
}

TEST_CASE("permission: a denial of one section takes that one", "[server][permission][S126][P7]") {
  Office o;
  REQUIRE(o.repository->deny(kFamily, {"user-bruno", {"health"}, {}, "conflitto", "carla"}).ok());
  o.anna.write(kHealth, {set_op("note", "dopo")});
  o.anna.write(kCore, {set_op("note", "dopo")});
  o.must_sync(o.anna);
  const auto before = o.bruno.document(kHealth).state_digest();
  o.must_sync(o.bruno);
  CHECK(o.bruno.document(kCore).state_digest() == o.anna.document(kCore).state_digest());
  CHECK(o.bruno.document(kHealth).state_digest() == before);
  const auto standing = o.repository->standing("user-bruno", kFamily);
  REQUIRE(standing.ok());
  CHECK(server::decide(*standing, "health").rule == server::Rule::denied);
  CHECK(server::decide(*standing, "core").rule == server::Rule::granted);
}

TEST_CASE("permission: a protected address is reserved to the persons named, coordinators too",
          "[server][permission][P7]") {
  Office o;
  MemoryDevice dario("dario");
  o.add(dario, "coordinator");
  o.must_sync(dario);
  CHECK(dario.documents.count(kCore) == 1);
  REQUIRE(o.repository
              ->deny(kFamily, {"*", {}, {"user-anna", "user-carla"}, "indirizzo protetto", "carla"})
              .ok());
  MemoryDevice late("late");
  o.add(late, "coordinator");  // who comes later hears of nothing
  for (MemoryDevice* tablet : {&o.anna, &o.bruno, &o.carla, &dario, &late}) o.must_sync(*tablet);
  CHECK(o.anna.revoked.empty());
  CHECK(o.carla.revoked.empty());
  CHECK(o.bruno.revoked.count(kFamily) == 1);
  CHECK(dario.revoked.count(kFamily) == 1);
  CHECK(late.documents.empty());
  CHECK(late.events.empty());
  // A denial to everybody with a misspelt exception would shut everybody out.
  CHECK(o.repository->deny(kFamily, {"*", {}, {"user-ana"}, "x", "carla"}).code() ==
        ErrorCode::not_found);
  CHECK(o.repository->deny(kFamily, {"user-anna", {}, {"user-bruno"}, "x", "carla"}).code() ==
        ErrorCode::invalid_argument);
  CHECK(o.repository->deny(kFamily, {"user-anna", {}, {}, "", "carla"}).code() ==
        ErrorCode::invalid_argument);
  CHECK(o.repository->deny(dossier("none"), {"*", {}, {}, "x", "carla"}).code() ==
        ErrorCode::not_found);
}

TEST_CASE("permission: a server put back from a copy denies what was denied since",
          "[server][permission][P7][P9]") {
  Office o;
  const TempDir dir;
  const std::string ledger = dir.file("denials.ledger");
  const auto attach = [&](server::Repository& repository) {
    return repository.attach_ledger(server::ErasureLedger(dir.file("erasures.ledger")));
  };
  REQUIRE(attach(*o.repository).ok());
  o.repository->backup_to(dir.file("copy.db"));
  REQUIRE(o.repository->deny(kFamily, {"user-bruno", {}, {}, "parente", "carla"}).ok());
  const auto open = [&](const std::string& path) {
    auto opened = server::open_sqlite_repository(path, server::Roles::defaults(),
                                                 [&o] { return o.now_ms; });
    REQUIRE(opened.ok());
    return std::move(opened).value();
  };
  const auto rule = [](server::Repository& repository) {
    return server::decide(*repository.standing("user-bruno", kFamily), "core").rule;
  };
  const auto restored = open(dir.file("copy.db"));
  CHECK(rule(*restored) == server::Rule::granted);
  REQUIRE(attach(*restored).ok());
  CHECK(rule(*restored) == server::Rule::denied);
  LoadAction load;
  load.dossiers = {kFamily};
  CHECK(restored->begin_turn(o.caller(o.bruno))->load(load).dossiers.at(kFamily).sections.empty());
  std::ifstream file(ledger);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  CHECK(text.find("parente") == std::string::npos);

  SECTION("once undone it stays undone") {
    REQUIRE(restored->allow(kFamily, "user-bruno", "carla").ok());
    REQUIRE(attach(*restored).ok());
    CHECK(rule(*restored) == server::Rule::granted);
  }
  SECTION("what the database holds is added to a ledger that lacks it") {
    std::filesystem::remove(ledger);
    REQUIRE(attach(*restored).ok());
    CHECK(std::filesystem::file_size(ledger) > 100);
  }
  SECTION("a ledger that was changed stops whoever opens") {
    std::string changed = text;
    changed.replace(changed.find("user-bruno"), 10, "user-carla");
    std::ofstream(ledger) << changed;
    CHECK(attach(*open(dir.file("copy.db"))).code() == ErrorCode::storage_failure);
  }
  SECTION("a last line that a crash cut short does not count") {
    std::ofstream(ledger, std::ios::app) << "{\"dossier\":";
    CHECK(attach(*restored).ok());
    CHECK(restored->deny(kFamily, {"user-anna", {}, {}, "x", "carla"}).ok());
    CHECK(attach(*open(dir.file("copy.db"))).ok());
  }
}

TEST_CASE("permission: after a transfer the old body reads its own period and writes no more",
          "[server][permission][S039][S085][P8]") {
  Office o;
  REQUIRE(o.repository->put_organization({"comune_x", "Comune di X", ""}).ok());
  REQUIRE(o.repository->put_organization({"comune_y", "Comune di Y", ""}).ok());
  MemoryDevice yara("yara");
  o.add(yara);
  const auto place = [&](const std::string& account, const std::string& organization) {
    server::PersonChange change;
    change.organization = organization;
    REQUIRE(o.repository->set_person(account, change).ok());
  };
  for (const char* account : {"user-anna", "user-bruno"}) place(account, "comune_x");
  place("user-yara", "comune_y");
  REQUIRE(o.repository->place(kFamily, "comune_x", "").ok());
  // Of another commune: not unless she is of the team.
  CHECK(o.repository->assign("user-yara", kFamily, {}).error().code == ErrorCode::not_allowed);
  o.assign("user-yara", {{}, true});
  REQUIRE(o.repository->unassign("user-yara", kFamily, "").ok());

  o.must_sync(o.bruno);
  const auto before = o.bruno.document(kCore).state_digest();
  o.bruno.write(kCore, {set_op("note", "di Bruno, senza rete")});
  REQUIRE(o.repository->transfer(kFamily, "comune_y", "", "trasloco").ok());
  o.assign("user-yara");
  o.must_sync(yara);
  CHECK(yara.document(kCore).state_digest() == before);  // the history went with it
  yara.write(kCore, {set_op("note", "di Yara, nel nuovo comune")});
  o.must_sync(yara);
  CHECK(yara.fates.empty());

  // Bruno's late edit waits; he keeps what he had, and hears of nothing new.
  o.must_sync(o.bruno);
  CHECK(o.bruno.revoked.empty());
  REQUIRE(o.bruno.fates.size() == 1);
  CHECK(o.bruno.fates[0].verdict == Verdict::held);
  o.must_sync(o.bruno);
  CHECK(o.bruno.document(kCore).find(rep("yara"), 1) == nullptr);
  // A new tablet of his gets his period, and no more.
  MemoryDevice other("bruno2");
  o.enrol(other, "user-bruno");
  o.must_sync(other);
  CHECK(other.document(kCore).state_digest() == before);
  CHECK(other.document(kHealth).state_digest() == o.anna.document(kHealth).state_digest());
  const auto kept = o.repository->dossiers()[0].assignments;
  CHECK(std::count_if(kept.begin(), kept.end(), [](const auto& one) {
          return one.kept_to.has_value();
        }) == 2);
  const auto standing = o.repository->standing("user-bruno", kFamily);
  CHECK(server::decide(*standing, "core").rule == server::Rule::own_period);
  CHECK(server::decide(*standing, "core").may == server::May::reads);

  // Given anew, he sees all of it again.
  o.assign("user-bruno", {{}, true});
  o.must_sync(o.bruno);
  o.must_sync(o.bruno);
  CHECK(o.bruno.document(kCore).find(rep("yara"), 1) != nullptr);
}

TEST_CASE("permission: whoever may see nothing keeps nothing of what they open",
          "[server][permission][S045][S049]") {
  Office o;
  MemoryDevice fabio("fabio");
  o.add(fabio, "fellow");
  server::PersonChange over;
  over.until = o.today() - 1;
  REQUIRE(o.repository->set_person("user-bruno", over).ok());
  for (MemoryDevice* tablet : {&fabio, &o.bruno}) {
    CAPTURE(tablet->name());
    const std::string name = "new-" + tablet->name();
    tablet->create(dossier(name));
    tablet->write(document_of(name), {set_op("note", "una famiglia")});
    o.must_sync(*tablet);
    CHECK(tablet->unsent.empty());
    o.must_sync(o.carla);  // nothing of it is lost
    CHECK(o.carla.document(document_of(name)).frontier().count() == 1);
    const auto standing = o.repository->standing("user-" + tablet->name(), dossier(name));
    CHECK(server::decide(*standing, "core").may == server::May::nothing);
  }
  CHECK(o.bruno.revoked.count(dossier("new-bruno")) == 1);
}

TEST_CASE("organizations: names, parents and rings", "[server][permission][S039]") {
  World w;
  server::Repository& repository = *w.repository;
  REQUIRE(repository.put_organization({"a", "A", ""}).ok());
  REQUIRE(repository.put_organization({"b", "B", "a"}).ok());
  REQUIRE(repository.put_organization({"c", "C", "b"}).ok());
  CHECK(repository.put_organization({"a", "A", "c"}).code() == ErrorCode::invalid_argument);
  CHECK(repository.put_organization({"a", "A", "a"}).code() == ErrorCode::invalid_argument);
  CHECK(repository.put_organization({"d", "D", "e"}).code() == ErrorCode::not_found);
  CHECK(repository.put_organization({"No Such", "D", ""}).code() == ErrorCode::invalid_argument);
  CHECK(repository.put_organization({"d", "", ""}).code() == ErrorCode::invalid_argument);
  CHECK(repository.organizations().size() == 3);
  CHECK(repository.add_user({"anna", "Anna", "educator", false, 0, "nowhere"}).code() ==
        ErrorCode::not_found);
}

TEST_CASE("access log: who read, who wrote, who asked in vain, each line on the one before",
          "[server][permission][S045][S126]") {
  Office o;
  MemoryDevice fabio("fabio");
  o.add(fabio, "fellow");
  auto rows = o.log();
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].note.kind == AccessKind::write);
  CHECK(rows[0].account == "user-anna");
  CHECK(rows[0].purpose == "opened");
  CHECK(rows[0].note.sections == std::vector<std::string>{"core", "health"});
  CHECK(rows[1].note.kind == AccessKind::read);
  CHECK(rows[1].account == "user-bruno");
  CHECK(rows[1].purpose == "assigned");
  CHECK(rows[1].note.changes == 2);
  CHECK(rows[2].purpose == "role");
  // Nothing new: no read.
  o.must_sync(o.bruno);
  CHECK(o.log().size() == 3);

  const std::uint64_t position = o.repository->space().position;
  const server::Response refused = o.ask(fabio, "dossier=" + to_text(kFamily));
  CHECK(refused.status == 403);
  CHECK(body_text(refused).find("/problems/no-access") != std::string::npos);
  CHECK(o.repository->space().position == position);  // no place in the log of changes
  rows = o.log();
  REQUIRE(rows.size() == 4);
  CHECK(rows[3].note.kind == AccessKind::refused);
  CHECK(rows[3].account == "user-fabio");
  CHECK(rows[3].purpose.empty());
  const server::Response allowed = o.ask(o.bruno, "dossier=" + to_text(kFamily));
  CHECK(allowed.status == 200);
  CHECK(body_text(allowed).find(R"({"section":"core","may":"write"})") != std::string::npos);
  for (const char* wrong : {"", "dossier=x", "dosier=1", "dossier=%zz"}) {
    CHECK(o.ask(o.bruno, wrong).status == 400);
  }
  CHECK(server::verify_repository(*o.repository, {}).ok());
  CHECK(server::verify_repository(*o.repository, {}).accesses == 4);
}

TEST_CASE("access log: a line that was changed or taken out is found",
          "[server][permission][P12]") {
  Office o;
  sqlite::OpenOptions options;
  options.path = o.database();
  std::string tampering;
  SECTION("changed") { tampering = "UPDATE access_log SET account = 'user-x' WHERE number = 2"; }
  SECTION("taken out") { tampering = "DELETE FROM access_log WHERE number = 2"; }
  SECTION("the last one") { tampering = "DELETE FROM access_log WHERE number = 3"; }
  SECTION("all") { tampering = "DELETE FROM access_log"; }
  REQUIRE(server::verify_repository(*o.repository, {}).ok());
  sqlite::Connection::open(options).execute(tampering);
  const auto report = server::verify_repository(*o.repository, {});
  CHECK_FALSE(report.ok());
  CHECK(report.faults.front().find("access log") != std::string::npos);
}

TEST_CASE("acts together: all hold or none does, and the repository goes on",
          "[server][permission]") {
  Office o;
  server::Repository& repository = *o.repository;
  server::Together& together = server::together_of(repository);
  const auto add = [&](const char* id) {
    return repository.put_organization({id, "Ente", "", {}, {}});
  };
  const auto log_end = repository.space().position;
  const auto both = [&]() -> Status {
    if (Status one = add("coop"); !one.ok()) return one;
    return repository.set_person("user-bruno", {std::string("coop"), {}, o.today() - 1});
  };
  CHECK(together.all_or_none(both, false).ok());
  CHECK(repository.organizations().empty());
  CHECK(repository.space().position == log_end);
  const Status refused = together.all_or_none(
      [&]() -> Status {
        if (Status done = both(); !done.ok()) return done;
        return repository.add_user({"user-anna", "Anna", "educator", false, 0});
      },
      true);
  CHECK(refused.code() == ErrorCode::already_exists);
  CHECK_THROWS(together.all_or_none(
      [&]() -> Status {
        static_cast<void>(both());
        throw std::runtime_error("no disk");
      },
      true));
  CHECK(repository.organizations().empty());
  CHECK(repository.space().position == log_end);
  // Each act is its own transaction again, and what holds stays.
  REQUIRE(add("alone").ok());
  REQUIRE(together.all_or_none(both, true).ok());
  CHECK(o.second_process()->organizations().size() == 2);
  CHECK(repository.space().position > log_end);  // Bruno's contract is over: it was taken away
}
