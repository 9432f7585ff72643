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
