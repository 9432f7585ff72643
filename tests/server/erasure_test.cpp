// Erasure at the server, over whatever repository the world has: two people, legal holds, what goes
// out of log, held changes and snapshots, who is told, and the ledger.
#include <fstream>

#include "fixture.hpp"
#include "insieme/server/audit.hpp"
#include "insieme/server/verify.hpp"
#include "support/catch.hpp"
#include "world_storage.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const DocumentId kCore = document_of("d1");
const DocumentId kHealth = document_of("d1", "health");

/// Anna writes about r1 and r2; Carla and Dora coordinate.
struct Office : World {
  MemoryDevice anna{"anna"};
  MemoryDevice carla{"carla"};
  MemoryDevice dora{"dora"};
  TempDir folder;

  Office() {
    add(anna);
    add(carla, "coordinator");
    add(dora, "coordinator");
    anna.create(dossier("d1"));
    anna.write(kCore, {set_op("reg", "resta"), set_op("reg", "PAROLA-SEGRETA", "r2")});
    anna.write(kCore, {splice_op("note", {{0, 0, "anche ALTRA-SEGRETA"}}, "r2")});
    settle();
  }
  void must_sync(MemoryDevice& tablet) {
    const RunResult run = sync(tablet);
    CAPTURE(tablet.name(), run.error.detail);
    REQUIRE(run.done);
    CHECK(tablet.delivery_errors.empty());
  }
  void settle() {
    for (int i = 0; i < 3; ++i) {
      for (MemoryDevice* tablet : {&anna, &carla, &dora}) must_sync(*tablet);
    }
  }
  ErasureOrder order(std::vector<ErasureTarget> targets, std::string_view name = "order") {
    return {id_of<ErasureId>(name), dossier("d1"), std::move(targets), "art. 17 GDPR"};
  }
  void carry_out(const ErasureOrder& order) {
    REQUIRE(repository->propose_erasure(order, "user-anna").ok());
    REQUIRE(repository->confirm_erasure(order.id, "user-carla").ok());
  }
  server::Erasure erasure(std::string_view name = "order") {
    for (const server::Erasure& one : repository->erasures()) {
      if (one.order.id == id_of<ErasureId>(name)) return one;
    }
    FAIL("no such order");
    return {};
  }
  std::size_t confirmed() {
    std::size_t count = 0;
    for (const auto& one : repository->erasure_devices(id_of<ErasureId>("order"))) {
      count += one.confirmed_ms ? 1U : 0U;
    }
    return count;
  }
  void check_sound() {
    const auto report = server::verify_repository(*repository, {});
    CAPTURE(report.faults);
    CHECK(report.ok());
    for (const server::VerifiedDocument& one : report.documents) {
      if (!(one.document == kCore)) continue;
      CHECK(one.state == anna.document(kCore).state_digest());
      CHECK(one.state == carla.document(kCore).state_digest());
    }
  }
  /// Whether any body of the log or of what is held says this.
  bool log_says(std::string_view words) {
    bool found = false;
    repository->visit_log([&](const server::LogEntry& entry) {
      const auto says = [&](const std::vector<std::uint8_t>& bytes) {
        return std::search(bytes.begin(), bytes.end(), words.begin(), words.end()) != bytes.end();
      };
      found = found || says(entry.header) || (entry.body && says(*entry.body));
      return true;
    });
    return found;
  }
};

}  // namespace

TEST_CASE("erasure: nothing happens before a second person confirms", "[server][P9]") {
  Office o;
  const ErasureOrder order = o.order({{"core", rec("r2")}});
  CHECK(o.repository->propose_erasure(order, "nobody").code() == ErrorCode::not_found);
  ErasureOrder groundless = order;
  groundless.reason = " ";
  CHECK(o.repository->propose_erasure(groundless, "user-anna").code() ==
        ErrorCode::invalid_argument);
  REQUIRE(o.repository->propose_erasure(order, "user-carla").ok());
  CHECK(o.repository->propose_erasure(order, "user-carla").code() == ErrorCode::already_exists);
  CHECK(o.log_says("PAROLA-SEGRETA"));
  CHECK(o.repository->confirm_erasure(order.id, "user-carla").code() == ErrorCode::not_allowed);
  CHECK(o.repository->confirm_erasure(order.id, "user-anna").code() == ErrorCode::not_allowed);
  CHECK(o.repository->confirm_erasure(id_of<ErasureId>("x"), "user-dora").code() ==
        ErrorCode::not_found);
  CHECK(o.log_says("PAROLA-SEGRETA"));
  REQUIRE(o.repository->confirm_erasure(order.id, "user-dora").ok());
  CHECK_FALSE(o.log_says("SEGRETA"));
  CHECK(o.log_says("resta"));
  REQUIRE(o.repository->confirm_erasure(order.id, "user-dora").ok());  // done is done
  CHECK(o.erasure().asked_by == "user-carla");
  CHECK(o.erasure().confirmed_by == "user-dora");
  CHECK(o.repository->withdraw_erasure(order.id, "user-dora").code() == ErrorCode::conflict);
}

TEST_CASE("erasure: a legal hold refuses it, also between the two people", "[server][P9]") {
  Office o;
  const ErasureOrder order = o.order({{{}, {}}});
  REQUIRE(o.repository->propose_erasure(order, "user-anna").ok());
  REQUIRE(o.repository->set_hold(dossier("d1"), "user-dora", "procedimento 4/2026").ok());
  CHECK(o.repository->confirm_erasure(order.id, "user-carla").code() == ErrorCode::not_allowed);
  CHECK(o.repository->propose_erasure(o.order({{"core", {}}}, "2"), "user-anna").code() ==
        ErrorCode::not_allowed);
  o.carla.erase = {o.order({{"core", rec("r2")}}, "3")};
  o.must_sync(o.carla);
  REQUIRE(o.carla.answers.size() == 1);
  CHECK(o.carla.answers[0].code == ErrorCode::not_allowed);
  CHECK(o.log_says("PAROLA-SEGRETA"));
  REQUIRE(o.repository->holds().size() == 1);
  REQUIRE(o.repository->set_hold(dossier("d1"), "user-dora", "").ok());
  CHECK(o.repository->set_hold(dossier("d1"), "user-dora", "").code() == ErrorCode::not_found);
  CHECK(o.repository->confirm_erasure(order.id, "user-carla").ok());
}

TEST_CASE("erasure: an order that is withdrawn is never carried out", "[server][P9]") {
  Office o;
  const ErasureOrder order = o.order({{"core", rec("r2")}});
  REQUIRE(o.repository->propose_erasure(order, "user-anna").ok());
  REQUIRE(o.repository->withdraw_erasure(order.id, "user-carla").ok());
  CHECK(o.repository->confirm_erasure(order.id, "user-dora").code() == ErrorCode::conflict);
  CHECK(o.log_says("PAROLA-SEGRETA"));
}

TEST_CASE("erasure: every device that ever held the dossier is told and confirms; all agree",
          "[server][sync][P9]") {
  Office o;
  MemoryDevice elsa("elsa");
  o.add(elsa);  // never had it
  o.must_sync(elsa);
  REQUIRE(o.repository->hand_over(dossier("d1"), "user-anna", "user-elsa", "cambio").ok());
  o.must_sync(o.anna);
  o.carry_out(o.order({{"core", rec("r2")}}));
  CHECK(o.repository->erasure_devices(id_of<ErasureId>("order")).size() == 4);
  CHECK(o.confirmed() == 0);
  for (MemoryDevice* tablet : {&o.anna, &o.carla, &o.dora, &elsa}) {
    o.must_sync(*tablet);
    REQUIRE(tablet->erasures.size() == 1);
    o.must_sync(*tablet);  // tells
  }
  CHECK(o.confirmed() == 4);
  CHECK(o.carla.document(kCore).records().count(rec("r2")) == 0);
  CHECK(elsa.document(kCore).state_digest() == o.carla.document(kCore).state_digest());
  CHECK(elsa.document(kCore).frontier() == o.carla.document(kCore).frontier());
  o.check_sound();
}

TEST_CASE("erasure: a stale device brings nothing back", "[server][sync][P2][P9][S128]") {
  Office o;
  o.carry_out(o.order({{"core", rec("r2")}}));
  o.must_sync(o.carla);
  // It has not heard of it, and has worked on it and on something else.
  o.anna.write(kCore, {set_op("reg", "TORNA-SEGRETA", "r2")});
  o.anna.write(kCore, {set_op("auto", "RIECCO-SEGRETA", "r2"), set_op("auto", "nuovo")});
  o.settle();
  CHECK_FALSE(o.log_says("SEGRETA"));
  CHECK(o.log_says("nuovo"));
  for (MemoryDevice* tablet : {&o.anna, &o.carla, &o.dora}) {
    CHECK(tablet->document(kCore).records().count(rec("r2")) == 0);
    CHECK(tablet->document(kCore).state_digest() == o.anna.document(kCore).state_digest());
    CHECK(tablet->fates.empty());
  }
  o.check_sound();
}

TEST_CASE("erasure: snapshots that held it are served without it", "[server][sync][P9][P10]") {
  Office o;
  for (int i = 0; i < 40; ++i) o.anna.write(kCore, {set_op("reg", number(i))});
  o.settle();
  o.carry_out(o.order({{"core", rec("r2")}}));
  MemoryDevice elsa("elsa");
  o.add(elsa, "coordinator");
  o.must_sync(elsa);
  CHECK(elsa.snapshots == 1);
  CHECK_FALSE(elsa.erasures.empty());
  CHECK(elsa.document(kCore).records().count(rec("r2")) == 0);
  o.settle();
  CHECK(elsa.document(kCore).state_digest() == o.anna.document(kCore).state_digest());
  o.check_sound();
}

TEST_CASE("erasure: held changes lose it, and one of which nothing is left is decided",
          "[server][sync][P8][P9]") {
  Office o;
  REQUIRE(o.repository->unassign("user-anna", dossier("d1"), "altrove").ok());
  o.anna.write(kCore, {set_op("reg", "TARDI-SEGRETA", "r2")});
  o.anna.write(kCore, {set_op("auto", "PURE-SEGRETA", "r2"), set_op("auto", "tardi")});
  o.must_sync(o.anna);
  REQUIRE(o.repository->held().size() == 2);
  o.carry_out(o.order({{"core", rec("r2")}}));
  const auto held = o.repository->held();
  REQUIRE(held.size() == 2);
  CHECK(held[0].state == HeldState::refused);
  CHECK(held[1].state == HeldState::waiting);
  MemoryDevice elsa("elsa");
  o.add(elsa, "coordinator");
  o.must_sync(elsa);
  for (const Event& event : elsa.events) {
    const auto* late = std::get_if<HeldEvent>(&event);
    if (late == nullptr) continue;
    REQUIRE(late->change.ops);
    CHECK(is_redacted(late->change));
    CHECK_FALSE(late->change.ops->at(1) == Operation{});
  }
}

TEST_CASE("erasure: a coordinator has one record erased from a tablet", "[server][sync][P9]") {
  Office o;
  o.carla.erase = {o.order({{"core", rec("r2")}})};
  o.must_sync(o.carla);
  REQUIRE(o.carla.answers.size() == 1);
  CHECK(o.carla.answers[0].code == ErrorCode::ok);
  REQUIRE(o.carla.erasures.size() == 1);
  CHECK_FALSE(o.log_says("SEGRETA"));
  CHECK(o.erasure().asked_by == "user-carla");
  CHECK(o.erasure().confirmed_by.empty());
  CHECK(o.erasure().cleaned_ms);  // the server did that at once
  o.anna.erase = {o.order({{"core", rec("r1")}}, "hers")};
  o.must_sync(o.anna);
  CHECK(o.anna.answers.at(0).code == ErrorCode::not_allowed);
  o.settle();
  o.check_sound();
}

TEST_CASE("erasure: of a whole dossier nothing stays, and its key goes when all have confirmed",
          "[server][sync][P9]") {
  Office o;
  o.carry_out(o.order({{{}, {}}}));
  CHECK_FALSE(o.log_says("SEGRETA"));
  CHECK_FALSE(o.log_says("resta"));
  CHECK_FALSE(o.erasure().key_destroyed);
  o.anna.write(kCore, {set_op("reg", "DOPO-SEGRETA")});
  o.settle();
  CHECK_FALSE(o.log_says("SEGRETA"));
  CHECK(o.erasure().key_destroyed);
  for (const server::DossierInfo& info : o.repository->dossiers()) {
    for (const auto& assignment : info.assignments) CHECK(assignment.to_position.has_value());
  }
  CHECK(o.repository->assign("user-anna", dossier("d1"), {}).error().code == ErrorCode::conflict);
  const auto report = server::verify_repository(*o.repository, {});
  CAPTURE(report.faults);
  CHECK(report.ok());
}

TEST_CASE("erasure: a revoked device is not waited for, and brings nothing back with a lost key",
          "[server][sync][P9]") {
  Office o;
  REQUIRE(o.repository->revoke_device(o.dora.id(), "smarrito").ok());
  o.carry_out(o.order({{{}, {}}}));
  o.must_sync(o.anna);
  o.must_sync(o.anna);
  o.must_sync(o.carla);
  o.must_sync(o.carla);
  CHECK(o.erasure().key_destroyed);
  // Found again, with work of its own there and in a dossier of its own.
  REQUIRE(o.repository->add_invitation(Hasher("back").finish(), "user-dora", o.now_ms + 1).ok());
  REQUIRE(o.repository
              ->enrol({Hasher("back").finish(), o.dora.public_key(), "dora", rep("dora"),
                       o.dora.id()})
              .ok());
  o.dora.write(kCore, {set_op("reg", "RITORNO-SEGRETA")});
  const DocumentId other = document_of("d2");
  o.dora.create(other.dossier);
  o.dora.write(other, {set_op("reg", "nuova")});
  o.must_sync(o.dora);
  o.must_sync(o.dora);
  CHECK(o.dora.unsent.empty());
  CHECK_FALSE(o.log_says("SEGRETA"));
  CHECK(o.log_says("nuova"));
}

TEST_CASE("erasure: a device of version 3 drops the dossier, goes on sending, and gets the rest "
          "when it is updated",
          "[server][sync][P1][P9]") {
  Office o;
  const auto request = [&](std::uint32_t protocol) {
    SyncRequest asked;
    asked.protocol = protocol;
    asked.space = id_of<SpaceId>("space");
    asked.device = o.dora.id();
    asked.replica = rep("dora");
    asked.cursor = o.dora.cursor;
    asked.log_only = o.dora.cursor.position == 0;  // as after every cursor that is unknown
    asked.changes = {o.dora.unsent.begin(), o.dora.unsent.end()};
    asked.signature = sign(o.dora.secret_key(), manifest_of(asked.device, asked.changes).bytes);
    const auto response = o.post_sync(o.dora, encode_message(asked));
    REQUIRE(response.status == 200);
    return std::get<SyncReply>(*decode_message(response.body));
  };
  o.dora.cursor = request(3).cursor;
  const Cursor before = o.dora.cursor;
  o.carry_out(o.order({{"core", rec("r2")}}));
  o.dora.write(kCore, {set_op("auto", "di Dora"), set_op("auto", "VECCHIA-SEGRETA", "r2")});
  const SyncReply old = request(3);
  REQUIRE(old.results.size() == 1);
  CHECK(old.results[0].verdict == Verdict::accepted);
  bool dropped = false;
  for (const StreamItem& item : old.items) {
    CHECK_FALSE(std::holds_alternative<Change>(item.content));
    const auto* event = std::get_if<Event>(&item.content);
    if (event == nullptr) continue;
    CHECK_FALSE(std::holds_alternative<EraseEvent>(*event));
    dropped = dropped || std::holds_alternative<RevokeEvent>(*event);
  }
  CHECK(dropped);
  CHECK(o.log_says("di Dora"));
  CHECK_FALSE(o.log_says("SEGRETA"));
  const auto devices = o.repository->erasure_devices(id_of<ErasureId>("order"));
  CHECK(std::any_of(devices.begin(), devices.end(),
                    [](const server::ErasureDevice& one) { return !one.takes_orders; }));
  o.dora.unsent.clear();
  // A request from before, which comes once more and answers nobody, makes nothing good.
  o.dora.cursor = before;
  CHECK(request(4).status == ReplyStatus::cursor_unknown);
  o.dora.cursor = old.cursor;
  CHECK(request(4).status == ReplyStatus::cursor_unknown);
  o.dora.cursor = {};
  const SyncReply anew = request(4);
  CHECK(anew.status == ReplyStatus::ok);
  CHECK(std::any_of(anew.items.begin(), anew.items.end(), [](const StreamItem& item) {
    const auto* event = std::get_if<Event>(&item.content);
    return event != nullptr && std::holds_alternative<EraseEvent>(*event);
  }));
  CHECK(std::any_of(anew.items.begin(), anew.items.end(), [](const StreamItem& item) {
    return std::holds_alternative<Change>(item.content);
  }));
  o.dora.cursor = anew.cursor;
  CHECK(request(4).status == ReplyStatus::ok);
}

TEST_CASE("erasure: the ledger is written before the order is carried out, and replayed",
          "[server][P9][failure]") {
  Office o;
  const std::string path = o.folder.file("erasures.ledger");
  REQUIRE(o.repository->attach_ledger(server::ErasureLedger(path)).ok());
  o.carry_out(o.order({{"core", rec("r2")}}));
  const auto entries = server::ErasureLedger(path).read();
  REQUIRE(entries.ok());
  REQUIRE(entries->size() == 1);
  CHECK(entries->front().confirmed_by == "user-carla");
  // A server that forgot it: the same content in another space.
  Office restored;
  CHECK(restored.log_says("SEGRETA"));
  REQUIRE(restored.repository->attach_ledger(server::ErasureLedger(path)).ok());
  CHECK_FALSE(restored.log_says("SEGRETA"));
  CHECK(restored.erasure().asked_by == "user-anna");
  REQUIRE(restored.repository->attach_ledger(server::ErasureLedger(path)).ok());
  CHECK(restored.repository->erasures().size() == 1);
  restored.settle();
  restored.check_sound();
  // And a database whose ledger is new tells it.
  const std::string fresh = o.folder.file("fresh.ledger");
  REQUIRE(restored.repository->attach_ledger(server::ErasureLedger(fresh)).ok());
  CHECK(*server::ErasureLedger(fresh).read() == *entries);
}

TEST_CASE("erasure: the reasons that the audit kept of a dossier go with it, its lines stay and are"
          " whole", "[server][P9][audit]") {
  Office o;
  const std::string secret = "la madre ha denunciato il padre";
  REQUIRE(o.repository->set_hold(dossier("d1"), "user-carla", secret).ok());
  REQUIRE(o.repository->set_hold(dossier("d1"), "user-carla", "").ok());
  REQUIRE(o.repository->revoke_device(o.dora.id(), "persa in autobus").ok());
  const auto lines = [&o] {
    std::vector<server::AuditLine> all;
    server::audit_of(*o.repository).visit_audit([&all](const server::AuditLine& line) {
      all.push_back(line);
      return true;
    });
    return all;
  };
  const auto said = [&lines](const std::string& reason) {
    const auto all = lines();
    return std::count_if(all.begin(), all.end(),
                         [&](const server::AuditLine& line) { return line.reason == reason; });
  };
  REQUIRE(said(secret) == 1);
  const std::size_t before = lines().size();
  o.carry_out(o.order({{{}, {}}}));
  CHECK(said(secret) == 0);
  CHECK(said("persa in autobus") == 1);
  const auto after = lines();
  CHECK(after.size() > before);
  CHECK(std::any_of(after.begin(), after.end(), [](const server::AuditLine& line) {
    return line.action == "erase.hold" && line.reason.empty();
  }));
  CHECK(server::verify_repository(*o.repository, {}).audit_faults == std::vector<std::string>{});
}

TEST_CASE("erasure: where the ledger cannot be written nothing is erased",
          "[server][P9][failure]") {
  Office o;
  REQUIRE(o.repository->attach_ledger(server::ErasureLedger(o.folder.file("no/ledger"))).ok());
  REQUIRE(o.repository->propose_erasure(o.order({{"core", rec("r2")}}), "user-anna").ok());
  CHECK(o.repository->confirm_erasure(id_of<ErasureId>("order"), "user-carla").code() ==
        ErrorCode::storage_failure);
  CHECK(o.log_says("PAROLA-SEGRETA"));
  CHECK(o.erasure().state == server::ErasureState::proposed);
}

TEST_CASE("ledger: a line cut short does not count, a changed one is noticed",
          "[server][P9][failure]") {
  const TempDir dir;
  const std::string path = dir.file("erasures.ledger");
  const server::ErasureLedger ledger(path);
  CHECK(ledger.read()->empty());
  const auto entry = [](std::string_view name) {
    return server::LedgerEntry{
        {id_of<ErasureId>(name), dossier("d1"), {{"core", rec("r1")}}, "art. 17 «GDPR»\n"},
        "anna", "carla", 1'790'000'000'000};
  };
  REQUIRE(ledger.append(entry("1")).ok());
  REQUIRE(ledger.append(entry("2")).ok());
  REQUIRE(ledger.append(entry("1")).ok());  // there already
  CHECK(*ledger.read() == std::vector{entry("1"), entry("2")});
  std::string text;
  {
    std::ifstream file(path);
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  const auto write = [&](const std::string& what) { std::ofstream(path) << what; };
  write(text.substr(0, text.size() - 20));
  CHECK(*ledger.read() == std::vector{entry("1")});
  REQUIRE(ledger.append(entry("3")).ok());
  CHECK(*ledger.read() == std::vector{entry("1"), entry("3")});
  std::string changed = text;
  changed[changed.find("carla")] = 'k';
  write(changed);
  CHECK(ledger.read().error().code == ErrorCode::storage_failure);
  write(text.substr(text.find('\n') + 1));  // its first line taken away
  CHECK(ledger.read().error().code == ErrorCode::storage_failure);
  CHECK(ledger.append(entry("4")).code() == ErrorCode::storage_failure);
}
