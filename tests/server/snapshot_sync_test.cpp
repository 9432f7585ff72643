// First syncs by snapshot, acknowledgements and what becomes stable, over the SQLite repository.
#include <random>

#include "fixture.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const DocumentId kCore = document_of("d1");
const DocumentId kHealth = document_of("d1", "health");

/// Anna writes, Carla coordinates; both are up to date with all that Anna wrote.
struct Office : World {
  MemoryDevice anna{"anna"};
  MemoryDevice carla{"carla"};

  Office() {
    add(anna);
    add(carla, "coordinator");
    anna.create(dossier("d1"));
  }
  void write(int count, const DocumentId& id = kCore) {
    for (int i = 0; i < count; ++i) {
      anna.write(id, {set_op("reg", number(i)), splice_op("note", {{0, 0, "riga "}})});
    }
  }
  void must_sync(MemoryDevice& tablet) {
    const RunResult run = sync(tablet);
    CAPTURE(tablet.name(), run.error.detail);
    REQUIRE(run.done);
    CHECK(tablet.delivery_errors.empty());
  }
  /// What is pulled is acknowledged by the next request.
  void settle() {
    for (MemoryDevice* tablet : {&anna, &carla, &anna, &carla, &anna, &carla}) must_sync(*tablet);
  }
  void check_same(MemoryDevice& other, const DocumentId& id) {
    CHECK(other.document(id).state_digest() == anna.document(id).state_digest());
    CHECK(other.document(id).frontier() == anna.document(id).frontier());
  }
};

std::string noise(std::uint32_t seed, std::size_t size) {
  std::mt19937 random(seed);
  std::string words(size, ' ');
  for (char& c : words) c = static_cast<char>('!' + random() % 90);
  return words;
}

/// With a document whose snapshot needs many turns, and a newcomer who has not synchronised yet.
struct LargeOffice : Office {
  MemoryDevice elsa{"elsa"};

  LargeOffice() {
    for (std::uint32_t i = 0; i < 40; ++i) {
      anna.write(kCore, {set_op("f" + std::to_string(i), noise(i, 50'000))});
    }
    settle();
    add(elsa, "coordinator");
  }
};

}  // namespace

TEST_CASE("snapshots: a first sync gets the snapshot and the tail, not the log [P10]",
          "[server][sync][snapshot]") {
  Office o;
  o.write(40);
  o.settle();
  o.write(3);
  o.must_sync(o.anna);
  MemoryDevice elsa("elsa");
  o.add(elsa, "coordinator");
  const RunResult run = o.sync(elsa);
  REQUIRE(run.done);
  CHECK(elsa.delivery_errors.empty());
  CHECK(elsa.snapshots == 1);
  CHECK(run.summary.received < 15);
  CHECK(elsa.document(kCore).log().size() == 3);
  o.check_same(elsa, kCore);
}

TEST_CASE("snapshots: a first sync ends the same with and without them [P3]",
          "[server][sync][snapshot]") {
  Office o;
  o.write(30);
  o.write(20, kHealth);
  o.settle();
  MemoryDevice elsa("elsa");
  MemoryDevice olga("olga");
  olga.log_only = true;
  o.add(elsa, "coordinator");
  o.add(olga, "coordinator");
  o.must_sync(elsa);
  o.must_sync(olga);
  CHECK(elsa.snapshots == 2);
  CHECK(olga.snapshots == 0);
  CHECK(olga.document(kCore).log().size() == 30);
  for (const DocumentId& id : {kCore, kHealth}) {
    o.check_same(elsa, id);
    o.check_same(olga, id);
  }
  // And goes on the same.
  o.write(2);
  elsa.write(kCore, {set_op("reg", "elsa"), splice_op("note", {{2, 1, "E"}})});
  for (MemoryDevice* tablet : {&o.anna, &elsa, &olga, &o.anna}) o.must_sync(*tablet);
  o.check_same(elsa, kCore);
  o.check_same(olga, kCore);
}

TEST_CASE("snapshots: nothing is folded that a change of the log had not seen [P3][P10]",
          "[server][sync][snapshot]") {
  Office o;
  o.write(10);
  o.settle();
  o.carla.write(kCore, {set_op("auto", "carla"), splice_op("note", {{0, 0, "C"}})});
  o.write(10);
  // Anna has acknowledged her twenty and not heard of Carla's one, which saw ten.
  for (MemoryDevice* tablet : {&o.anna, &o.anna, &o.carla, &o.carla}) o.must_sync(*tablet);
  MemoryDevice elsa("elsa");
  o.add(elsa, "coordinator");
  o.must_sync(elsa);
  CHECK(elsa.snapshots == 0);
  o.settle();
  o.check_same(elsa, kCore);
  // Once everybody has seen everything there is a snapshot of it all.
  o.write(1);
  o.settle();
  for (int time = 0; time < 2; ++time) o.must_sync(elsa);
  o.settle();
  MemoryDevice olga("olga");
  o.add(olga, "coordinator");
  o.must_sync(olga);
  CHECK(olga.snapshots == 1);
  o.check_same(olga, kCore);
}

TEST_CASE("snapshots: no section is shipped that a user may not see [P7]",
          "[server][sync][snapshot]") {
  Office o;
  o.write(30);
  o.write(30, kHealth);
  o.settle();
  MemoryDevice luca("luca");
  o.add(luca, "em_member");
  REQUIRE(o.repository->assign("user-luca", dossier("d1"), {"core"}).ok());
  o.must_sync(luca);
  CHECK(luca.snapshots == 1);
  CHECK(luca.documents.count(kHealth) == 0);
  o.check_same(luca, kCore);
}

TEST_CASE("snapshots: a large one comes in pieces and survives lost replies [P10]",
          "[server][sync][snapshot]") {
  LargeOffice o;
  MemoryDevice& elsa = o.elsa;
  const Network direct = o.network(elsa);
  int sent = 0;
  const RunResult run = elsa.run([&](const std::vector<std::uint8_t>& frame) -> SendResult {
    auto result = direct(frame);
    if (++sent % 2 == 0) return SendFailed{0, "cut", 0};
    return result;
  });
  REQUIRE(run.done);
  CHECK(run.summary.turns >= 4);
  CHECK(elsa.snapshots == 1);
  CHECK(elsa.document(kCore).log().empty());
  o.check_same(elsa, kCore);
}

TEST_CASE("snapshots: an interrupted one goes on in the next run, or begins again if it is newer",
          "[server][sync][snapshot]") {
  LargeOffice o;
  MemoryDevice& elsa = o.elsa;
  const Network direct = o.network(elsa);
  int sent = 0;
  const auto two_only = [&](const std::vector<std::uint8_t>& frame) -> SendResult {
    if (++sent > 2) return SendFailed{400, "gone", 0};
    return direct(frame);
  };
  CHECK_FALSE(elsa.run(two_only).done);
  CHECK(elsa.snapshots == 0);
  REQUIRE(elsa.backfill.has_value());
  CHECK(elsa.backfill->snapshot.has_value());
  SECTION("goes on") {}
  SECTION("begins again") {
    o.write(40);
    o.settle();
  }
  o.must_sync(elsa);
  CHECK(elsa.snapshots == 1);
  o.check_same(elsa, kCore);
}

TEST_CASE("snapshots: a device of protocol version 1 still gets the log",
          "[server][sync][snapshot]") {
  Office o;
  o.write(40);
  o.settle();
  MemoryDevice old("old");
  o.add(old, "coordinator");
  SyncRequest request;
  request.protocol = 1;
  request.space = id_of<SpaceId>("space");
  request.device = old.id();
  request.replica = rep("old");
  request.signature = sign(old.secret_key(), manifest_of(old.id(), {}).bytes);
  const auto response = o.post_sync(old, encode_message(request));
  REQUIRE(response.status == 200);
  const auto message = decode_message(response.body);
  REQUIRE(message.ok());
  const auto& reply = std::get<SyncReply>(*message);
  CHECK(reply.protocol == 1);
  std::size_t changes = 0;
  for (const StreamItem& item : reply.items) {
    CHECK_FALSE(std::holds_alternative<SnapshotPart>(item.content));
    if (std::holds_alternative<Change>(item.content)) ++changes;
  }
  CHECK(changes == 40);
}

TEST_CASE("stability: nothing is stable while a device that holds it has not acknowledged [P3]",
          "[server][sync][snapshot]") {
  Office o;
  MemoryDevice elsa("elsa");
  o.add(elsa, "coordinator");
  o.write(5);
  o.settle();
  o.must_sync(elsa);  // holds it, has not acknowledged yet
  o.write(20);
  o.settle();
  CHECK_FALSE(o.anna.stable[kCore].contains(rep("anna"), 6));
  o.must_sync(elsa);  // acknowledges 5
  o.write(1);
  o.settle();
  CHECK(o.anna.stable[kCore] == vv({{"anna", 5}}));
  CHECK(o.anna.document(kCore).horizon() == vv({{"anna", 5}}));
  o.must_sync(elsa);
  o.must_sync(elsa);
  o.write(1);
  o.settle();
  CHECK(o.anna.stable[kCore].contains(rep("anna"), 20));
}

TEST_CASE("stability: one who was given up comes back, and its work is not merged blindly [P2]",
          "[server][sync][snapshot]") {
  Office o;
  MemoryDevice elsa("elsa");
  o.add(elsa, "coordinator");
  o.write(5);
  o.settle();
  o.must_sync(elsa);
  o.must_sync(elsa);
  elsa.write(kCore, {splice_op("note", {{0, 4, "RIGA"}}), set_op("reg", "elsa")});
  o.write(20);
  o.settle();
  CHECK_FALSE(o.anna.stable[kCore].contains(rep("anna"), 6));
  REQUIRE(o.repository->give_up_device(elsa.id()).ok());
  CHECK(o.repository->give_up_device(device("nobody")).code() == ErrorCode::not_found);
  o.write(1);
  o.settle();
  o.write(1);
  o.settle();
  CHECK(o.anna.stable[kCore].contains(rep("anna"), 25));
  const std::uint64_t before = o.repository->space().position;
  REQUIRE(o.sync(elsa).done);
  REQUIRE(elsa.fates.size() == 1);
  CHECK(elsa.fates[0].verdict == Verdict::forked);
  CHECK(elsa.fates[0].code == ErrorCode::expired);
  CHECK(o.repository->space().position == before);
  CHECK(elsa.document(kCore).log().size() > 20);  // it has everything, its own work included
}

TEST_CASE("stability: who is silent for too long is given up, a clock that jumps gives nobody up",
          "[server][sync][snapshot][P2]") {
  constexpr std::int64_t kDay = std::int64_t{24} * 3'600'000;
  Office o;
  MemoryDevice elsa("elsa");
  o.add(elsa, "coordinator");
  o.must_sync(elsa);
  o.settle();
  o.now_ms += 200 * kDay;
  CHECK(o.repository->give_up_silent(180 * kDay).empty());  // nobody has come since
  o.write(1);
  o.settle();
  CHECK(o.repository->give_up_silent(201 * kDay).empty());
  const auto given_up = o.repository->give_up_silent(180 * kDay);
  REQUIRE(given_up.size() == 1);
  CHECK(given_up.front().id == elsa.id());
  CHECK(o.repository->give_up_silent(180 * kDay).empty());
  REQUIRE(o.sync(elsa).done);
  for (const server::Device& device : o.repository->devices()) CHECK_FALSE(device.given_up_ms);
}
