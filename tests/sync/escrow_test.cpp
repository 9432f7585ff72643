// Escrow: rights to spend, held by replicas (P11).
#include "insieme/sync/limits.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"
#include "support/memory_dictionary.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const EscrowState& escrow(const Peer& peer, std::string_view field = "credit") {
  return peer.record().field(field)->escrow;
}

std::uint64_t rights(const Peer& peer, std::string_view replica) {
  return escrow(peer).rights(rep(replica));
}

std::vector<ReviewItem> open_spends(const Peer& peer) {
  std::vector<ReviewItem> items;
  for (const ReviewItem& item : peer.items()) {
    if (item.kind == ItemKind::provisional_spend) items.push_back(item);
  }
  return items;
}

}  // namespace

TEST_CASE("escrow: rights are granted, transferred and spent; nobody has those of another",
          "[sync][escrow][P11]") {
  Peer server("S");
  Peer a("A");
  Peer b("B");
  server.write({grant_op("credit", "A", 20)});
  a.pull(server);
  b.pull(server);
  CHECK(rights(b, "A") == 20);
  CHECK(rights(b, "B") == 0);
  a.write({transfer_op("credit", "B", 5), spend_op("credit", 15)});
  b.pull(a);
  CHECK(rights(b, "A") == 0);
  CHECK(rights(b, "B") == 5);
  CHECK(escrow(b).spent() == 15);
  CHECK(escrow(b).provisional() == 0);
  CHECK(open_spends(b).empty());
}

TEST_CASE("escrow: two tablets that do not hear of each other never overspend",
          "[sync][escrow][P11]") {
  Peer server("S");
  Peer a("A");
  Peer b("B");
  server.write({grant_op("credit", "A", 10), grant_op("credit", "B", 10)});
  a.pull(server);
  b.pull(server);
  a.write({spend_op("credit", 10)});
  b.write({spend_op("credit", 10)});
  b.write({spend_op("credit", 1, false)});
  sync_both(a, b);
  CHECK(a.digest() == b.digest());
  CHECK(escrow(a).spent() == 20);
  CHECK(escrow(a).provisional() == 1);
  const auto items = open_spends(a);
  REQUIRE(items.size() == 1);
  CHECK(items[0].field == "credit");
  CHECK(items[0].record == rec("r1"));
  REQUIRE(items[0].values.size() == 1);
  CHECK(equal(items[0].values[0].value, number(1)));
  CHECK(items[0].values[0].mark.author == "user-B");
  CHECK(items[0].dots == std::vector<Dot>{dot("B", 2)});
}

TEST_CASE("escrow: a claim is judged by what its author knew, never by what else is known",
          "[sync][escrow][P11]") {
  Peer server("S");
  Peer a("A");
  Peer b("B");
  SECTION("what came later does not make a spend firm") {
    a.write({spend_op("credit", 5, false)});
    server.write({grant_op("credit", "A", 5)});
    b.pull(server);
    b.pull(a);
    CHECK(escrow(b).spent() == 0);
    CHECK(escrow(b).provisional() == 5);
    CHECK(rights(b, "A") == 5);
  }
  SECTION("a claim that its author could not make does not count, in any order") {
    const Change lie = a.write({spend_op("credit", 5), transfer_op("credit", "B", 1)});
    const Change grant = server.write({grant_op("credit", "A", 50)});
    Peer first("X");
    Peer second("Y");
    REQUIRE(first.receive(lie).ok());
    REQUIRE(first.receive(grant).ok());
    REQUIRE(second.receive(grant).ok());
    REQUIRE(second.receive(lie).ok());
    CHECK(first.digest() == second.digest());
    for (const Peer* peer : {&first, &second}) {
      CHECK(escrow(*peer).spent() == 0);
      CHECK(escrow(*peer).provisional() == 5);
      CHECK(rights(*peer, "B") == 0);
      CHECK(rights(*peer, "A") == 50);
    }
  }
  SECTION("a form's smaller context does not change what is in the pocket") {
    server.write({grant_op("credit", "A", 5)});
    a.pull(server);
    const VersionVector form = a.version();
    a.write({with_context(spend_op("credit", 5), form)});
    a.write({with_context(spend_op("credit", 5), form)});
    CHECK(escrow(a).spent() == 5);
    CHECK(escrow(a).provisional() == 5);
  }
}

TEST_CASE("escrow: operations of one change count in their order", "[sync][escrow][P11]") {
  Peer a("A");
  a.write({grant_op("credit", "A", 5), spend_op("credit", 5), spend_op("credit", 1)});
  CHECK(escrow(a).spent() == 5);
  CHECK(escrow(a).provisional() == 1);
  a.write({spend_op("credit", 2), grant_op("credit", "A", 2)});
  CHECK(escrow(a).provisional() == 3);
  CHECK(rights(a, "A") == 2);
  a.write({transfer_op("credit", "A", 2), transfer_op("credit", "A", 3)});
  CHECK(rights(a, "A") == 2);
}

TEST_CASE("escrow: a refund gives rights back once, whoever makes it", "[sync][escrow][P11]") {
  Peer a("A");
  Peer b("B");
  a.write({grant_op("credit", "A", 8)});
  const Change spent = a.write({spend_op("credit", 6)});
  const Change over = a.write({spend_op("credit", 6, false)});
  b.pull(a);
  a.write({refund_op("credit", dot("A", 2))});
  b.write({refund_op("credit", dot("A", 2)), refund_op("credit", dot("A", 3))});
  CHECK(open_spends(a).size() == 1);
  sync_both(a, b);
  CHECK(a.digest() == b.digest());
  CHECK(rights(a, "A") == 8);
  CHECK(escrow(a).spent() == 0);
  CHECK(escrow(a).provisional() == 0);
  CHECK(open_spends(a).empty());
  a.write({spend_op("credit", 8)});
  CHECK(escrow(a).spent() == 8);
  // What was granted is no spend.
  a.write({refund_op("credit", dot("A", 1))});
  CHECK(rights(a, "A") == 0);
}

TEST_CASE("escrow: rights of a silent tablet are reclaimed; what it spends outside is provisional",
          "[sync][escrow][P11]") {
  Peer server("S");
  Peer silent("A");
  Peer b("B");
  server.write({grant_op("credit", "A", 10)});
  silent.pull(server);
  silent.write({spend_op("credit", 2)});
  server.pull(silent);
  silent.write({spend_op("credit", 3), transfer_op("credit", "B", 4)});
  b.pull(silent);
  b.write({spend_op("credit", 4)});
  server.write({reclaim_op("credit", "A", "S")});
  CHECK(rights(server, "S") == 8);
  server.write({spend_op("credit", 8)});
  server.pull(b);
  b.pull(server);
  CHECK(server.digest() == b.digest());
  for (const Peer* peer : {&server, &b}) {
    CHECK(escrow(*peer).spent() == 10);
    CHECK(escrow(*peer).provisional() == 7);
    CHECK(rights(*peer, "A") == 0);
    CHECK(rights(*peer, "B") == 0);
    CHECK(rights(*peer, "S") == 0);
  }
  // Once it has heard of the reclaim it may be given rights anew.
  silent.pull(server);
  server.write({grant_op("credit", "A", 1)});
  silent.pull(server);
  silent.write({spend_op("credit", 1)});
  CHECK(escrow(silent).spent() == 11);
}

TEST_CASE("escrow: a reclaim names how far the other device was heard", "[sync][escrow][P11]") {
  Peer server("S");
  Peer a("A");
  server.write({grant_op("credit", "A", 10)});
  a.pull(server);
  a.write({spend_op("credit", 4)});
  server.pull(a);
  server.write({with_context(reclaim_op("credit", "A", "S"), vv({{"S", 1}}))});
  CHECK(rights(server, "S") == 10);
  CHECK(escrow(server).provisional() == 4);
  CHECK(escrow(server).spent() == 0);
}

TEST_CASE("escrow: of two reclaims that do not know each other one counts",
          "[sync][escrow][P11]") {
  Peer s("S");
  Peer t("T");
  s.write({grant_op("credit", "A", 10)});
  t.pull(s);
  t.write({reclaim_op("credit", "A", "T")});
  t.write({spend_op("credit", 10)});
  s.write({reclaim_op("credit", "A", "S")});
  sync_both(s, t);
  CHECK(s.digest() == t.digest());
  CHECK(rights(t, "S") == 10);
  CHECK(escrow(t).provisional() == 10);
  CHECK(escrow(t).spent() == 0);
}

TEST_CASE("escrow: a provisional spend is confirmed or refused, each by itself",
          "[sync][escrow][P5][P11]") {
  Peer a("A");
  Peer b("B");
  a.write({spend_op("credit", 5, false)});
  a.write({spend_op("credit", 6, false)});
  b.pull(a);
  const auto items = open_spends(b);
  REQUIRE(items.size() == 2);
  b.write({resolve_op(items[0], Outcome::confirm)});
  b.write({resolve_op(items[1], Outcome::refuse, {}, "the card was lost")});
  a.pull(b);
  CHECK(open_spends(a).empty());
  CHECK(a.record().decisions.size() == 2);
  // The author does not agree; later somebody decides again.
  a.write({resolve_op(items[1], Outcome::contest)});
  REQUIRE(open_spends(a).size() == 1);
  CHECK(open_spends(a)[0].contested);
  b.pull(a);
  b.write({resolve_op(items[1], Outcome::confirm)});
  CHECK(open_spends(b).empty());
  CHECK(b.record().decisions.size() == 2);
}

TEST_CASE("escrow: a spend that one confirms and another refuses at once stays an item",
          "[sync][escrow][P5][P11]") {
  Peer a("A");
  Peer b("B");
  a.write({spend_op("credit", 5, false)});
  b.pull(a);
  const auto items = open_spends(b);
  REQUIRE(items.size() == 1);
  a.write({resolve_op(items[0], Outcome::confirm)});
  SECTION("two who agree have decided") {
    b.write({resolve_op(items[0], Outcome::confirm)});
    sync_both(a, b);
    CHECK(open_spends(a).empty());
    return;
  }
  b.write({resolve_op(items[0], Outcome::refuse)});
  sync_both(a, b);
  REQUIRE(open_spends(a).size() == 1);
  REQUIRE(open_spends(b).size() == 1);
  b.write({resolve_op(items[0], Outcome::refuse)});
  a.pull(b);
  CHECK(open_spends(a).empty());
  CHECK(a.record().decisions.size() == 1);
}

TEST_CASE("escrow: sums stop at the largest number instead of wrapping", "[sync][escrow][P11]") {
  Peer a("A");
  for (int i = 0; i < 2'100; ++i) a.write({grant_op("credit", "A", kEscrowAmountMax)});
  CHECK(rights(a, "A") == UINT64_MAX);
  a.write({spend_op("credit", kEscrowAmountMax)});
  CHECK(rights(a, "A") == UINT64_MAX - kEscrowAmountMax);
}

TEST_CASE("escrow: a record keeps it, canonical and packed", "[sync][escrow][wire]") {
  Peer a("A");
  Peer b("B");
  a.write({grant_op("credit", "A", 9), grant_op("points", "B", 3), touch_op()});
  b.write({spend_op("credit", 1, false)});
  sync_both(a, b);
  a.write({transfer_op("credit", "B", 2)});
  b.write({reclaim_op("credit", "A", "B"), refund_op("credit", dot("B", 1))});
  sync_both(a, b);
  const RecordState& record = a.record();
  const auto bytes = encode_record(record);
  const auto back = decode_record(bytes);
  REQUIRE(back.ok());
  CHECK(*back == record);
  CHECK(encode_record(*back) == bytes);
  CHECK(back->field("credit")->escrow.shares() == escrow(a).shares());
  CHECK(bytes == encode_record(b.record()));
  MemoryDictionary dictionary;
  const auto packed = pack_record(record, dictionary, {});
  const auto unpacked = unpack_record(packed, record.id, record.type, dictionary, {});
  REQUIRE(unpacked.ok());
  CHECK(*unpacked == record);
}

TEST_CASE("escrow: operations out of order, or that saw themselves, are no state",
          "[sync][escrow][wire]") {
  Peer a("A");
  a.write({grant_op("credit", "A", 9)});
  a.write({spend_op("credit", 1)});
  auto events = escrow(a).events();
  CHECK(EscrowState::from_events(events).ok());
  std::swap(events[0], events[1]);
  CHECK_FALSE(EscrowState::from_events(events).ok());
  events = escrow(a).events();
  events[0].context.set(rep("A"), 1);
  CHECK_FALSE(EscrowState::from_events(events).ok());
}

TEST_CASE("touch: a record exists, and is edited, though no field of it changed", "[sync][P4]") {
  Peer a("A");
  Peer b("B");
  a.write({touch_op()});
  REQUIRE(a.document().records().count(rec("r1")) == 1);
  CHECK(a.record().fields.empty());
  b.pull(a);
  b.write({retract_op()});
  a.write({touch_op()});
  sync_both(a, b);
  CHECK(a.record().lifecycle() == Lifecycle::active);
  REQUIRE(a.items().size() == 1);
  CHECK(a.items()[0].kind == ItemKind::edited_after_retraction);
}

TEST_CASE("escrow: state that was stored goes on as if it had not been, also after a reclaim",
          "[sync][escrow][P3][P11]") {
  // The third operation of A reclaims what C had when nothing else was known: in canonical order it
  // stands before the second.
  EscrowState kept;
  const auto apply_to = [](EscrowState& state, std::string_view replica, std::uint64_t seq,
                           const VersionVector& seen, EscrowAct act) {
    state.apply(Dot{rep(replica), seq, 0}, Stamp{1}, "anna", seen, std::move(act));
  };
  apply_to(kept, "A", 1, {}, GrantOp{rep("A"), 10});
  apply_to(kept, "B", 1, vv({{"A", 1}}), GrantOp{rep("B"), 10});
  apply_to(kept, "A", 2, vv({{"A", 1}, {"B", 1}}), SpendOp{1, true});
  apply_to(kept, "A", 3, {}, ReclaimOp{rep("C"), rep("A")});
  EscrowState stored = EscrowState::from_events(kept.events()).value();
  REQUIRE(stored == kept);
  for (EscrowState* state : {&kept, &stored}) {
    apply_to(*state, "B", 2, vv({{"A", 2}, {"B", 1}}), SpendOp{3, true});
  }
  CHECK(stored.events() == kept.events());
  CHECK(stored == kept);
}
