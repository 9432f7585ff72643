// The server's word about a document: believed until it is needed, and then checked.
#include "insieme/sync/voucher.hpp"
#include "one_tablet.hpp"

namespace insieme::testing {
namespace {

struct Vouched : OneTablet {
  sync::KeyPair server = sync::make_key_pair({7});
  sync::KeyPair stranger = sync::make_key_pair({8});

  Vouched() {
    must(count(1));
    relay.sync(anna);
    client::Identity identity = anna.store->identity();
    identity.server_key = server.public_key;
    must(anna.store->set_identity(identity));
  }
  sqlite::Connection file() {
    sqlite::OpenOptions open;
    open.path = anna.path;
    open.key = key_of(7);
    return sqlite::Connection::open(open);
  }
  /// A reply that agrees with the store and vouches for `core`.
  void vouch(const sync::Signature& signature) {
    const auto gathered = must(anna.store->gather({1 << 20, 2'000}));
    auto reply = relay.answer(gathered, anna.store->identity().replica);
    reply.digests = must(anna.store->accepted());
    reply.vouches = {{core, {}, signature}};
    must(anna.store->apply(reply));
  }
  /// Of what the store will put together of it.
  sync::Signature signed_by(const sync::KeyPair& keys) {
    vouch({});
    auto db = file();
    auto row = db.prepare("SELECT bytes FROM vouchers");
    REQUIRE(row.step());
    const auto voucher = must(sync::decode_voucher(row.get_blob(0)));
    const auto digest = sync::digest_of_voucher(anna.store->identity().space, voucher);
    return sync::sign(keys.secret_key, digest.bytes);
  }
  void forget_what_was_heard() { file().execute("DELETE FROM vouchers"); }
  /// What the store gives back to a server that has lost everything.
  sync::Healing given_back() {
    must(anna.store->forget_cursor());
    static_cast<void>(must(anna.store->gather({1 << 20, 2'000})));
    sync::SyncReply reply;
    reply.server_ms = relay.server_ms;
    reply.cursor = {2, 1, {}};
    must(anna.store->apply(reply));
    return must(anna.store->gather({1 << 20, 2'000})).healing;
  }
};

}  // namespace

TEST_CASE("what the server vouched for is given back on its word", "[store][P2]") {
  Vouched t;
  const auto good = t.signed_by(t.server);
  t.forget_what_was_heard();
  t.vouch(good);
  const auto healing = t.given_back();
  REQUIRE(healing.vouchers.size() == 1);
  CHECK(healing.vouchers[0].signature == good);
  CHECK(healing.take == 1);
}

TEST_CASE("a word that is not the server's vouches for nothing, and nothing is lost by it",
          "[store][P2]") {
  Vouched t;
  const auto bad = t.signed_by(t.stranger);
  t.forget_what_was_heard();
  t.vouch(bad);
  CHECK(t.given_back().vouchers.empty());
  // The change is offered as any other.
  const auto gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  CHECK(gathered.changes.size() == 1);
  CHECK(t.total(t.anna) == 1);
}

TEST_CASE("a word that is not the server's does not take the place of one that is", "[store][P2]") {
  Vouched t;
  const auto good = t.signed_by(t.server);
  t.forget_what_was_heard();
  t.vouch(good);
  t.vouch(sync::sign(t.stranger.secret_key, std::vector<std::uint8_t>{1}));
  REQUIRE(t.given_back().vouchers.size() == 1);
}

namespace {

/// A second document, so that one reply brings several words.
struct VouchedTwice : Vouched {
  sync::DossierId other_dossier = anna.new_dossier();
  sync::DocumentId other{other_dossier, "core"};
  std::map<sync::DocumentId, sync::Signature> good;

  VouchedTwice() {
    must(anna.save(other, {{anna.new_record(), "voucher", "used", sync::IncrementOp{1}, {}}}));
    relay.sync(anna);
    vouch_for({}, {});
    auto db = file();
    auto row = db.prepare("SELECT bytes FROM vouchers");
    while (row.step()) {
      const auto voucher = must(sync::decode_voucher(row.get_blob(0)));
      const auto digest = sync::digest_of_voucher(anna.store->identity().space, voucher);
      good[voucher.document] = sync::sign(server.secret_key, digest.bytes);
    }
    REQUIRE(good.size() == 2);
    row.reset();
    forget_what_was_heard();
    vouch_for(good.at(core), good.at(other));
  }
  void vouch_for(const sync::Signature& first, const sync::Signature& second) {
    const auto gathered = must(anna.store->gather({1 << 20, 2'000}));
    auto reply = relay.answer(gathered, anna.store->identity().replica);
    reply.digests = must(anna.store->accepted());
    reply.vouches = {{core, {}, first}, {other, {}, second}};
    must(anna.store->apply(reply));
  }
  /// Whatever is given back, and whether all of it is the server's word.
  std::vector<sync::DocumentId> given_back_on_its_word() {
    std::vector<sync::DocumentId> documents;
    for (const sync::Voucher& voucher : given_back().vouchers) {
      CHECK(voucher.signature == good.at(voucher.document));
      documents.push_back(voucher.document);
    }
    return documents;
  }
};

}  // namespace

TEST_CASE("of a reply that the server did not sign no word takes the place of a good one",
          "[store][P2]") {
  VouchedTwice t;
  const auto bad = sync::sign(t.stranger.secret_key, std::vector<std::uint8_t>{1});
  for (int round = 0; round < 8; ++round) t.vouch_for(bad, bad);
  CHECK(t.given_back_on_its_word().size() == 2);
}

TEST_CASE("a word that was believed unread is found out when it is needed", "[store][P2]") {
  VouchedTwice t;
  const auto bad = sync::sign(t.stranger.secret_key, std::vector<std::uint8_t>{1});
  const auto is_believed = [&t, &bad] {
    auto db = t.file();
    auto row = db.prepare("SELECT bytes FROM vouchers");
    bool found = false;
    while (row.step()) {
      found = found || must(sync::decode_voucher(row.get_blob(0))).signature == bad;
    }
    return found;
  };
  // Until the good one of the two is drawn.
  for (int round = 0; round < 64 && !is_believed(); ++round) {
    t.vouch_for(t.good.at(t.core), bad);
  }
  REQUIRE(is_believed());
  CHECK(t.given_back_on_its_word() == std::vector<sync::DocumentId>{t.core});
  CHECK(t.total(t.anna) == 1);
}

}  // namespace insieme::testing
