// What a store knows of answers: offered again, told meanwhile, decided meanwhile.
#include "one_tablet.hpp"

using namespace insieme;
using namespace insieme::testing;

TEST_CASE("what a server once accepted is offered again, and never authored again",
          "[store][P2][P11]") {
  OneTablet t;
  must(t.count(1));
  t.relay.sync(t.anna);
  const auto replica = t.anna.store->identity().replica;
  const bool older_store = GENERATE(false, true);
  if (older_store) {
    t.as_schema_two();
    t.anna.reopen();
  }
  must(t.count(10));
  must(t.anna.store->forget_cursor());
  t.find_a_twin();
  CHECK(t.anna.store->identity().replica != replica);
  const auto offered = must(t.anna.store->gather({1 << 20, 2'000}));
  REQUIRE(offered.changes.size() == 2);
  CHECK(offered.changes[0].header.replica == replica);
  CHECK(offered.changes[1].header.origin.has_value());
  t.relay.sync(t.anna);
  t.relay.sync(t.anna);
  Tablet bruno(t.folder, "bruno", 2);
  t.relay.sync(bruno);
  CHECK(t.total(t.anna) == 11);
  CHECK(t.total(bruno) == 11);
}

TEST_CASE("an older store that was offering everything waits for answers before it goes on as new",
          "[store][P2][P11]") {
  OneTablet t;
  must(t.count(1));
  t.relay.sync(t.anna);
  must(t.anna.store->forget_cursor());
  t.as_schema_two();
  t.anna.reopen();
  t.find_a_twin();
  t.relay.sync(t.anna);
  t.relay.sync(t.anna);
  Tablet bruno(t.folder, "bruno", 2);
  t.relay.sync(bruno);
  CHECK(t.total(bruno) == 1);
}

TEST_CASE("what was handed out and not answered stays so when everything is offered again",
          "[store][P2][P11]") {
  OneTablet t;
  must(t.count(1));
  // Accepted, and the reply is lost.
  const auto gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  must(t.anna.store->note_sent());
  static_cast<void>(t.relay.answer(gathered, t.anna.store->identity().replica));
  must(t.anna.store->forget_cursor());
  t.find_a_twin();
  t.relay.sync(t.anna);
  t.relay.sync(t.anna);
  Tablet bruno(t.folder, "bruno", 2);
  t.relay.sync(bruno);
  CHECK(t.total(bruno) == 1);
}

TEST_CASE("what a server says that it lost is authored again", "[store][P2]") {
  OneTablet t;
  must(t.count(1));
  t.relay.sync(t.anna);
  must(t.anna.store->forget_cursor());
  // A server put back to before, where a twin was faster.
  const auto gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  must(t.anna.store->note_sent());
  sync::SyncReply reply;
  reply.server_ms = t.relay.server_ms;
  for (const sync::Change& change : gathered.changes) {
    reply.results.push_back({change.header.document, change.header.replica, change.header.seq,
                             sync::Verdict::forked, 0, ErrorCode::fork, "another one"});
  }
  must(t.anna.store->apply(reply));
  const auto again = must(t.anna.store->gather({1 << 20, 2'000}));
  REQUIRE(again.changes.size() == 1);
  CHECK(again.changes[0].header.origin.has_value());
  CHECK(t.total(t.anna) == 1);
}

TEST_CASE("what is looked at or refused while a request is under way is told by the next one",
          "[store][P5][P6]") {
  OneTablet t;
  must(t.count(1));
  t.relay.sync(t.anna);
  sync::Change late;
  late.header.document = t.core;
  late.header.replica.bytes[0] = 9;
  late.header.seq = 1;
  late.header.author = "bruno";
  late.ops = {write_op(t.id, "voucher", "number", std::string("B"))};
  t.relay.extra.push_back({9, sync::Event{sync::HeldEvent{late, "late"}}});
  t.relay.sync(t.anna);

  const auto gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  must(t.anna.store->once("meanwhile", 3, [&](client::Writer& writer) -> Result<std::string> {
    INSIEME_TRY(writer.decide_held(t.core, late.header.replica, 1, false, "double"));
    INSIEME_TRY(writer.mark_seen(t.core));
    return std::string();
  }));
  must(t.anna.store->apply(t.relay.answer(gathered, t.anna.store->identity().replica)));

  const auto next = must(t.anna.store->gather({1 << 20, 2'000}));
  REQUIRE(next.held_decisions.size() == 1);
  CHECK(next.held_decisions[0].reason == "double");
  REQUIRE(next.seen.size() == 1);
  must(t.anna.store->apply(t.relay.answer(next, t.anna.store->identity().replica)));
  const auto last = must(t.anna.store->gather({1 << 20, 2'000}));
  CHECK(last.held_decisions.empty());
  CHECK(last.seen.empty());
}

TEST_CASE("a look that the server tells back does not undo a later one", "[store][P5]") {
  OneTablet t;
  const auto look = [&](const std::string& request) {
    return must(t.anna.store->once(request, 3, [&](client::Writer& writer) -> Result<std::string> {
      INSIEME_TRY(writer.mark_seen(t.core));
      return std::string();
    }));
  };
  must(t.count(1));
  t.relay.sync(t.anna);
  look("first");
  const auto first = must(t.anna.store->gather({1 << 20, 2'000}));
  REQUIRE(first.seen.size() == 1);
  must(t.count(1));
  look("second");
  t.relay.extra.push_back({9, sync::Event{sync::SeenEvent{first.seen[0]}}});
  must(t.anna.store->apply(t.relay.answer(first, t.anna.store->identity().replica)));
  const auto next = must(t.anna.store->gather({1 << 20, 2'000}));
  REQUIRE(next.seen.size() == 1);
  CHECK(next.seen[0].version.covers(first.seen[0].version));
  CHECK_FALSE(first.seen[0].version.covers(next.seen[0].version));
  // Told back as well, it is not told again.
  must(t.anna.store->note_sent());
  t.relay.extra.push_back({10, sync::Event{sync::SeenEvent{next.seen[0]}}});
  must(t.anna.store->apply(t.relay.answer(next, t.anna.store->identity().replica)));
  CHECK(must(t.anna.store->gather({1 << 20, 2'000})).seen.empty());
}

TEST_CASE("a program on a store writes under the replica id that another one took", "[store][P2]") {
  OneTablet t;
  must(t.count(1));
  t.relay.sync(t.anna);
  const auto replica = t.anna.store->identity().replica;
  // The second program has the store open since before; the first finds that it is a copy.
  auto second = must(client::Store::open(t.anna.options()));
  REQUIRE(second->identity().replica == replica);
  t.find_a_twin();
  REQUIRE(t.anna.store->identity().replica != replica);
  must(second->once("second", 4, [&](client::Writer& writer) -> Result<std::string> {
    INSIEME_TRY(writer.add(t.core, {{t.id, "voucher", "used", sync::IncrementOp{10}, {}}}));
    return std::string();
  }));
  const auto gathered = must(second->gather({1 << 20, 2'000}));
  CHECK(gathered.replica == t.anna.store->identity().replica);
  REQUIRE_FALSE(gathered.changes.empty());
  CHECK(gathered.changes.back().header.replica == t.anna.store->identity().replica);
  // What it remembers of itself does not bring the old one back.
  client::Identity identity = second->identity();
  identity.replica = replica;
  identity.display_name = "Anna";
  must(second->set_identity(identity));
  CHECK(must(t.anna.store->status()).unsent != 0);
  CHECK(t.anna.store->identity().display_name == "Anna");
  CHECK(t.anna.store->identity().replica != replica);
}

TEST_CASE("a replica id that was taken in vain does not hide the one that another program takes",
          "[store][P2]") {
  OneTablet t;
  must(t.count(1));
  t.relay.sync(t.anna);
  auto second = must(client::Store::open(t.anna.options()));
  const auto replica = t.anna.store->identity().replica;
  // Finds that it is a copy, takes a new id, and then cannot apply the rest of the reply.
  must(t.count(10));
  const auto gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  REQUIRE(gathered.changes.size() == 1);
  const sync::ChangeHeader& header = gathered.changes[0].header;
  sync::SyncReply reply;
  reply.server_ms = t.relay.server_ms;
  reply.results.push_back({t.core, replica, header.seq, sync::Verdict::forked, 0, ErrorCode::fork,
                           "another one"});
  sync::Change stray = gathered.changes[0];
  stray.header.document.dossier.bytes[0] ^= 1;
  reply.items.push_back({9, stray});
  REQUIRE_FALSE(t.anna.store->apply(reply).ok());
  REQUIRE(t.anna.store->identity().replica == replica);
  // The other program is told the same without the rest.
  static_cast<void>(must(second->gather({1 << 20, 2'000})));
  reply.items.clear();
  must(second->apply(reply));
  REQUIRE(second->identity().replica != replica);
  must(t.count(100));
  CHECK(t.anna.store->identity().replica == second->identity().replica);
}

TEST_CASE("work on top of a text that is held goes out beside what it stands on",
          "[store][P2]") {
  OneTablet t;
  const sync::DocumentId education{t.dossier, "education"};
  const auto type_at = [&](std::uint32_t at, std::string text) {
    return t.anna.save(education,
                       {text_op(t.id, "visit", "observations", {{at, 0, std::move(text)}})});
  };
  must(type_at(0, "la nonna"));
  t.relay.sync(t.anna);
  must(type_at(8, " materna"));
  const auto gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  must(t.anna.store->note_sent());
  // Typed while the request is under way, with " materna" in front.
  must(type_at(16, " viene"));
  must(t.anna.save(education, {write_op(t.id, "visit", "place", std::string("casa"))}));
  t.relay.judge = [](const sync::Change&) { return sync::Verdict::held; };
  must(t.anna.store->apply(t.relay.answer(gathered, t.anna.store->identity().replica)));
  const auto next = must(t.anna.store->gather({1 << 20, 2'000}));
  REQUIRE(next.changes.size() == 3);
  CHECK(next.changes[0] == gathered.changes[0]);
  CHECK(next.unsent_left == 0);
  // Once settled, and for what is typed after it was heard, nothing of it is sent any more.
  t.relay.sync(t.anna);
  must(type_at(8, "!"));
  CHECK(must(t.anna.store->gather({1 << 20, 2'000})).changes.size() == 1);
}
