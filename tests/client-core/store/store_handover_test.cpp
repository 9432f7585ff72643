#include "two_tablets.hpp"

using namespace insieme;
using namespace insieme::testing;

TEST_CASE("late work after a hand-over is kept whole beside the log and leaves the tablet after",
          "[store][P2][P7][P8]") {
  TwoTablets t;
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Tardi"))}));
  t.relay.judge = [](const sync::Change&) { return sync::Verdict::held; };
  t.relay.extra.push_back({5, sync::Event{sync::RevokeEvent{t.dossier, "passed on"}}});
  t.relay.sync(t.anna);
  CHECK(must(t.anna.store->dossiers()).empty());
  CHECK_FALSE(t.anna.store->record({t.core, "member", t.id}).ok());
  CHECK(must(t.anna.store->search("tardi", 5)).empty());
  const auto kept = must(t.anna.store->quarantine());
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].state == client::Receipt::waiting);
  REQUIRE(kept[0].change.ops);
  CHECK(sync::equal(std::get<sync::WriteOp>(kept[0].change.ops->at(0).action).value,
                    std::string("Tardi")));
  CHECK(must(t.anna.store->status()).unsent == 0);
  CHECK(must(t.anna.store->status()).held == 1);
}

TEST_CASE("unsent work holds a revoked dossier back until it is sent", "[store][P2][P8]") {
  TwoTablets t;
  t.relay.extra.push_back({5, sync::Event{sync::RevokeEvent{t.dossier, "passed on"}}});
  const auto gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  const auto reply = t.relay.answer(gathered, t.anna.store->identity().replica);
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Durante"))}));
  must(t.anna.store->apply(reply));
  auto dossiers = must(t.anna.store->dossiers());
  REQUIRE(dossiers.size() == 1);
  CHECK(dossiers[0].leaving);
  const Status refused =
      t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Dopo"))});
  CHECK(refused.code() == ErrorCode::not_allowed);
  CHECK(learnt_words(t.anna).count("durante") == 1);
  t.relay.sync(t.anna);
  CHECK(must(t.anna.store->dossiers()).empty());
  CHECK(learnt_words(t.anna).empty());
}

TEST_CASE("what the server refuses is as if it had not been written, and is not lost",
          "[store][P2]") {
  TwoTablets t;
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Rifiutato"))}));
  must(t.anna.save(t.core, {write_op(t.id, "member", "sex", std::string("f"))}));
  int calls = 0;
  t.relay.judge = [&calls](const sync::Change&) {
    return ++calls == 1 ? sync::Verdict::refused : sync::Verdict::accepted;
  };
  t.relay.sync(t.anna);
  t.relay.sync(t.carla);
  const auto values = t.anna.values(t.core, "member", t.id, "surname");
  REQUIRE(values.size() == 1);
  CHECK(sync::equal(values[0], std::string("Bianchi")));
  CHECK(t.anna.values(t.core, "member", t.id, "sex").size() == 1);
  const auto kept = must(t.anna.store->quarantine());
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].reason == "not taken");
  const auto a = must(t.anna.store->verify());
  const auto c = must(t.carla.store->verify());
  CHECK(a.problems == std::vector<std::string>{});
  CHECK(c.problems == std::vector<std::string>{});
  CHECK(a.states.at(0).state == c.states.at(0).state);
}

TEST_CASE("a late change waits in the inbox until it is decided, with its author and reason",
          "[store][P5][P8]") {
  TwoTablets t;
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Tardi"))}));
  const auto gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  const sync::Change late = gathered.changes.at(0);
  t.relay.judge = [](const sync::Change&) { return sync::Verdict::held; };
  t.relay.sync(t.anna);
  t.relay.extra.push_back({6, sync::Event{sync::HeldEvent{late, "no longer assigned"}}});
  t.relay.sync(t.carla);
  const auto inbox = must(t.carla.store->inbox(false));
  REQUIRE(inbox.size() == 1);
  CHECK(inbox[0].change.header.author == "anna");
  must(t.carla.store->once("no", 1, [&](client::Writer& writer) -> Result<std::string> {
    INSIEME_TRY(writer.decide_held(t.core, late.header.replica, late.header.seq, false, "doppio"));
    return std::string();
  }));
  CHECK(must(t.carla.store->inbox(false)).empty());
  const auto out = must(t.carla.store->gather({1 << 20, 2'000}));
  REQUIRE(out.held_decisions.size() == 1);
  CHECK(out.held_decisions[0].reason == "doppio");
  sync::HeldDecision decision = out.held_decisions[0];
  t.relay.extra.push_back({7, sync::Event{sync::HeldClosedEvent{decision}}});
  t.relay.sync(t.anna);
  const auto kept = must(t.anna.store->quarantine());
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].state == client::Receipt::refused);
  CHECK(kept[0].reason.find("doppio") != std::string::npos);
}

TEST_CASE("a server that lost the end of its log gets it back from its tablets", "[store][P2]") {
  TwoTablets t;
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Dopo"))}));
  Relay restored = t.relay;
  t.relay.sync(t.anna);
  must(t.anna.store->forget_cursor());
  restored.sync(t.anna);
  restored.sync(t.carla);
  CHECK(must(t.anna.store->status()).unsent == 0);
  const auto a = must(t.anna.store->verify());
  const auto c = must(t.carla.store->verify());
  CHECK(a.problems == std::vector<std::string>{});
  CHECK(a.states.at(0).state == c.states.at(0).state);
}
