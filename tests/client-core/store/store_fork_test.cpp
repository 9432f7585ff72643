// Two stores under one replica id: what is folded, and what stands for somebody else.
#include <filesystem>

#include "one_tablet.hpp"

using namespace insieme;
using namespace insieme::testing;

TEST_CASE("work on a folded document is authored again when somebody else wrote in its place",
          "[store][snapshot][P2][P11]") {
  OneTablet t;
  t.count_and_fold(70);
  const auto replica = t.anna.store->identity().replica;
  t.relay.judge = [&](const sync::Change& change) {
    const bool taken = change.header.replica == replica && change.header.seq > 70;
    return taken ? sync::Verdict::forked : sync::Verdict::accepted;
  };
  // Saved while the request is under way whose reply tells of the other one.
  must(t.count(5));
  t.find_a_twin();
  CHECK(must(t.anna.store->verify()).folded == 0);  // to be received anew
  for (int i = 0; i < 3; ++i) t.relay.sync(t.anna);
  CHECK(t.total(t.anna) == 75);
  Tablet bruno(t.folder, "bruno", 2);
  t.relay.sync(bruno);
  CHECK(t.total(bruno) == 75);
}

TEST_CASE("accepted late work stays its author's, however often the store changes its id",
          "[store][snapshot][P8][P11]") {
  OneTablet t;
  const sync::DocumentId economic{t.dossier, "economic"};
  t.count_and_fold(70);
  const sync::Origin late{client::random_id<sync::ReplicaId>(t.anna.platform), 4};
  must(t.anna.store->once("accept", 3, [&](client::Writer& writer) -> Result<std::string> {
    writer.on_behalf_of("bruno", late);
    INSIEME_TRY(writer.add(economic, {{t.id, "voucher", "used", sync::IncrementOp{2}, {}}}));
    return std::string();
  }));
  const auto origin_of_accepted = [&] {
    std::vector<sync::Origin> origins;
    for (const sync::Change& change : must(t.anna.store->gather({1 << 20, 2'000})).changes) {
      if (change.header.document == economic) origins.push_back(change.header.origin.value());
    }
    return origins;
  };
  SECTION("after a twin that wrote into a folded document") {
    t.find_a_twin();
    for (int i = 0; i < 3; ++i) {
      CHECK(origin_of_accepted() == std::vector<sync::Origin>{late});
      t.find_a_twin();
    }
  }
  SECTION("after it was restored from a backup") {
    const std::string backup = t.folder.file("backup.db");
    must(t.anna.store->backup(backup));
    t.anna.store.reset();
    std::filesystem::remove(t.anna.path);
    must(client::Store::restore(backup, t.anna.options()));
    t.anna.reopen();
    t.find_a_twin();
    CHECK(origin_of_accepted() == std::vector<sync::Origin>{late});
  }
}

TEST_CASE("folded work that a restored server has another branch of is authored again",
          "[store][snapshot][P2][P3][P11]") {
  OneTablet t;
  for (int i = 0; i < 10; ++i) must(t.count(1));
  must(t.anna.save(t.core, {text_op(t.id, "voucher", "note", {{0, 0, "la nonna"}})}));
  t.relay.sync(t.anna);
  // Both are put back later: the server, and a copy of the tablet that takes itself for it.
  const Relay backup = t.relay;
  Tablet twin(t.folder, "twin", 9);
  twin.store.reset();
  t.anna.store.reset();
  const auto over = std::filesystem::copy_options::overwrite_existing;
  for (const char* end : {"", ".generation"}) {
    std::filesystem::copy_file(t.anna.path + end, twin.path + end, over);
  }
  t.anna.reopen();
  twin.reopen();
  const auto replica = t.anna.store->identity().replica;
  REQUIRE(twin.store->identity().replica == replica);

  must(t.anna.save(t.core, {text_op(t.id, "voucher", "note", {{8, 0, " materna"}})}));
  t.count_and_fold(60);
  must(t.anna.save(t.core, {write_op(t.id, "voucher", "number", std::string("A1"))}));
  must(t.anna.save(t.core, {write_op(t.id, "voucher", "number", std::string("A2"))}));
  t.relay.sync(t.anna);
  t.relay = backup;
  must(twin.save(t.core, {{t.id, "voucher", "used", sync::IncrementOp{100}, {}}}));
  must(twin.save(t.core, {write_op(t.id, "voucher", "number", std::string("B")),
                          text_op(t.id, "voucher", "note", {{0, 0, "Oggi "}})}));
  t.relay.sync(twin);
  must(t.anna.store->forget_cursor());
  for (int i = 0; i < 6; ++i) t.relay.sync(t.anna);
  Tablet bruno(t.folder, "bruno", 2);
  t.relay.sync(bruno);
  CHECK(t.total(bruno) == 170);
  CHECK(t.total(t.anna) == 170);
  // Neither had seen the other's number; Anna had seen her own first one.
  CHECK(bruno.values(t.core, "voucher", t.id, "number") ==
        std::vector<sync::Value>{std::string("A2"), std::string("B")});
  CHECK(bruno.read(t.core, "voucher", t.id).state.field("note")->text.text() ==
        "Oggi la nonna materna");
  CHECK(must(t.anna.store->status()).unsent == 0);
  CHECK(must(t.anna.store->gather({1 << 20, 2'000})).changes.empty());
  const auto a = must(t.anna.store->verify());
  CHECK(a.problems == std::vector<std::string>{});
  const auto b = must(bruno.store->verify());
  REQUIRE(a.states.size() == b.states.size());
  for (std::size_t i = 0; i < a.states.size(); ++i) {
    CHECK(a.states[i].history == b.states[i].history);
    CHECK(a.states[i].state == b.states[i].state);
  }
}
