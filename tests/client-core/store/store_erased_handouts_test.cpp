// What an order to erase does to what lies beside a tablet's own log: hand-outs of others that it
// carries, and own work of dossiers that have left it.
#include "insieme/sync/exchange.hpp"
#include "two_tablets.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// Both may exchange the family; Anna hands out what no server has seen.
struct HandedOut : TwoTablets {
  sync::KeyPair server = sync::make_key_pair({9});

  HandedOut() {
    enrol(anna, 1);
    enrol(carla, 2);
  }
  void enrol(Tablet& tablet, std::uint8_t number) {
    client::Identity self = tablet.store->identity();
    self.device = sync::DeviceId{{number}};
    self.space = sync::SpaceId{{5}};
    self.keys = sync::make_key_pair({number});
    self.server_key = server.public_key;
    must(tablet.store->set_identity(self));
    sync::ExchangePermit permit;
    permit.grant.space = self.space;
    permit.grant.device = self.device;
    permit.grant.device_key = self.keys.public_key;
    permit.grant.account = self.account;
    permit.grant.dossier = dossier;
    permit.grant.sections = {"core"};
    permit.grant.issued_ms = relay.server_ms;
    permit.grant.expires_ms = relay.server_ms + 1'000'000;
    sync::sign_grant(permit.grant, server.secret_key);
    permit.keys = {sync::document_key_of(server.secret_key, core, relay.key(dossier))};
    const auto gathered = must(tablet.store->gather({1 << 20, 2'000}));
    auto reply = relay.answer(gathered, tablet.store->identity().replica);
    reply.permits = {permit};
    must(tablet.store->apply(reply));
  }
  std::vector<std::uint8_t> hand_out(const sync::RecordId& record, const char* surname) {
    must(anna.save(core, {write_op(record, "member", "surname", std::string(surname))}));
    const auto bundles = must(anna.store->hand_out({}));
    REQUIRE(bundles.size() == 1);
    return bundles[0].bytes;
  }
  client::TakenBundle take(const std::vector<std::uint8_t>& bytes) {
    auto taken = must(carla.store->take_bundle(bytes));
    CHECK(taken.refused.empty());
    return taken;
  }
  void tell(Tablet& tablet, std::vector<sync::ErasureTarget> targets) {
    const sync::ErasureOrder order{sync::ErasureId{{1, 2, 3}}, dossier, std::move(targets), "why"};
    relay.extra.push_back({99, sync::Event{sync::EraseEvent{order}}});
    relay.sync(tablet);
  }
  void give_up(Tablet& tablet) {
    relay.extra.push_back({98, sync::Event{sync::RevokeEvent{dossier, "handed over"}}});
    relay.sync(tablet);
    REQUIRE(must(tablet.store->dossiers()).empty());
  }
  /// The file as it is, behind the store's back.
  template <class Look>
  static void look(Tablet& tablet, const Look& look) {
    tablet.store.reset();
    {
      sqlite::OpenOptions open;
      open.path = tablet.path;
      open.key = key_of(7);
      auto db = sqlite::Connection::open(open);
      look(db);
    }
    tablet.reopen();
  }
  static std::int64_t count(Tablet& tablet, std::string_view sql) {
    std::int64_t found = 0;
    look(tablet, [&](sqlite::Connection& db) { found = query_int(db, sql); });
    return found;
  }
  /// Of what Carla carries: how many parts each hand-out has.
  std::vector<std::size_t> carried() {
    std::vector<std::size_t> parts;
    look(carla, [&](sqlite::Connection& db) {
      auto rows = db.prepare("SELECT bytes FROM bundles WHERE bytes IS NOT NULL ORDER BY n");
      while (rows.step()) parts.push_back(must(sync::decode_bundle(rows.get_blob(0))).parts.size());
    });
    return parts;
  }
};

}  // namespace

TEST_CASE("a hand-out that held what is erased is not kept, its letter is", "[store][P2][P9]") {
  HandedOut t;
  const auto bytes = t.hand_out(t.id, "Segreta");
  CHECK(t.take(bytes).applied == 1);
  REQUIRE(t.carried() == std::vector<std::size_t>{2});
  t.tell(t.carla, {{"core", t.id}});
  CHECK_FALSE(t.carla.store->record({t.core, "member", t.id}).ok());
  CHECK(t.carried() == std::vector<std::size_t>{1});
  CHECK(HandedOut::count(t.carla, "SELECT count(*) FROM bundles WHERE letter = 1") == 1);
  CHECK(must(t.carla.store->gather({1 << 20, 2'000})).letters.size() == 1);
  CHECK_FALSE(t.take(bytes).is_new);
  CHECK_FALSE(t.carla.store->record({t.core, "member", t.id}).ok());
  CHECK(must(t.carla.store->verify()).problems == std::vector<std::string>{});
}

TEST_CASE("a hand-out that comes after the order brings nothing of it", "[store][P2][P9]") {
  HandedOut t;
  const auto bytes = t.hand_out(t.id, "Segreta");
  t.tell(t.carla, {{"core", t.id}});
  CHECK(t.take(bytes).applied == 1);
  CHECK_FALSE(t.carla.store->record({t.core, "member", t.id}).ok());
  CHECK(must(t.carla.store->search("segreta", 5)).empty());
  CHECK(t.carried() == std::vector<std::size_t>{1});
  CHECK(must(t.carla.store->verify()).problems == std::vector<std::string>{});
}

TEST_CASE("a hand-out that holds nothing of what is erased is carried as it came",
          "[store][P2][P9]") {
  HandedOut t;
  const auto other = t.anna.new_record();
  const auto bytes = t.hand_out(other, "Resta");
  t.tell(t.carla, {{"core", t.id}});
  CHECK(t.take(bytes).applied == 1);
  CHECK(t.carla.values(t.core, "member", other, "surname").size() == 1);
  CHECK(t.carried() == std::vector<std::size_t>{2});
}

TEST_CASE("work that is kept of a dossier which has left loses what is erased", "[store][P9]") {
  HandedOut t;
  t.give_up(t.anna);
  REQUIRE(HandedOut::count(t.anna, "SELECT count(*) FROM departed WHERE body IS NOT NULL") == 1);
  SECTION("a record: its header stays, for a server that lost it") {
    t.tell(t.anna, {{"core", t.id}});
    CHECK(HandedOut::count(t.anna, "SELECT count(*) FROM departed") == 1);
  }
  SECTION("all of it: with the key") {
    t.tell(t.anna, {{"", {}}});
    CHECK(HandedOut::count(t.anna, "SELECT count(*) FROM departed") == 0);
  }
  CHECK(HandedOut::count(t.anna, "SELECT count(*) FROM departed WHERE body IS NOT NULL") == 0);
}
