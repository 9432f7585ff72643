#include <algorithm>

#include "store_fixture.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

struct TwoTablets {
  TwoTablets() {
    must(anna.save(core, {write_op(id, "member", "surname", std::string("Bianchi")),
                          text_op(note, "note", "body", {{0, 0, "Primo colloquio."}})}));
    relay.sync(anna);
    relay.sync(bruno);
  }
  void meet() {
    for (int i = 0; i < 2; ++i) {
      relay.sync(anna);
      relay.sync(bruno);
    }
  }
  void check_equal() {
    const auto a = must(anna.store->verify());
    const auto b = must(bruno.store->verify());
    CHECK(a.problems == std::vector<std::string>{});
    CHECK(b.problems == std::vector<std::string>{});
    REQUIRE(a.states.size() == b.states.size());
    for (std::size_t i = 0; i < a.states.size(); ++i) {
      CHECK(a.states[i].document == b.states[i].document);
      CHECK(a.states[i].state == b.states[i].state);
      CHECK(a.states[i].history == b.states[i].history);
    }
  }
  StoreFolder folder;
  Relay relay;
  Tablet anna{folder, "anna", 1};
  Tablet bruno{folder, "bruno", 2};
  sync::DossierId dossier = anna.new_dossier();
  sync::DocumentId core{dossier, "core"};
  sync::RecordId id = anna.new_record();
  sync::RecordId note = anna.new_record();
};

}  // namespace

TEST_CASE("two who change one field unseen both keep their value and meet in one item",
          "[store][P3][P4]") {
  TwoTablets t;
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Bianco"))}));
  must(t.bruno.save(t.core, {write_op(t.id, "member", "surname", std::string("Bianchini"))}));
  t.meet();
  t.check_equal();
  for (Tablet* tablet : {&t.anna, &t.bruno}) {
    const auto items = must(tablet->store->open_items({})).items;
    REQUIRE(items.size() == 1);
    CHECK(items[0].item.kind == sync::ItemKind::concurrent_values);
    REQUIRE(items[0].item.values.size() == 2);
    REQUIRE(items[0].base.size() == 1);
    CHECK(sync::equal(items[0].base[0], std::string("Bianchi")));
    REQUIRE(items[0].record != nullptr);
    CHECK(*items[0].record == tablet->read(t.core, "member", t.id).state);
    CHECK(items[0].edits.empty());
  }
  CHECK(must(t.anna.store->open_items({})).items[0].id ==
        must(t.bruno.store->open_items({})).items[0].id);
  CHECK(t.anna.read(t.core, "member", t.id).receipt == client::Receipt::waiting);
}

TEST_CASE("equal values and different fields are no disagreement", "[store][P4]") {
  TwoTablets t;
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Bianco"))}));
  must(t.bruno.save(t.core, {write_op(t.id, "member", "surname", std::string("Bianco")),
                             write_op(t.id, "member", "sex", std::string("f"))}));
  t.meet();
  t.check_equal();
  CHECK(must(t.anna.store->open_items({})).items.empty());
}

TEST_CASE("a decision closes the item on both tablets and keeps its reason", "[store][P5]") {
  TwoTablets t;
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Bianco"))}));
  must(t.bruno.save(t.core, {write_op(t.id, "member", "surname", std::string("Bianchini"))}));
  t.meet();
  const auto item = must(t.bruno.store->open_items({})).items[0];
  sync::ResolveOp decision;
  decision.outcome = sync::Outcome::choose;
  decision.decided = item.item.dots;
  decision.value = sync::Value{std::string("Bianco")};
  decision.reason = "come da documento d'identità";
  must(t.bruno.save(t.core, {{t.id, "member", "surname", decision, {}}}));
  t.meet();
  t.check_equal();
  CHECK(must(t.anna.store->open_items({})).items.empty());
  const auto history = must(t.anna.store->history({t.core, "member", t.id}));
  CHECK(history.back().action == "resolve");
  CHECK(history.back().reason == decision.reason);
  CHECK(history.back().author == "bruno");
}

TEST_CASE("a form opened before a sync does not overwrite what it never showed", "[store][P4]") {
  TwoTablets t;
  const auto opened = t.anna.read(t.core, "member", t.id).version;
  must(t.bruno.save(t.core, {write_op(t.id, "member", "surname", std::string("Bianchini"))}));
  t.relay.sync(t.bruno);
  t.relay.sync(t.anna);
  auto op = write_op(t.id, "member", "surname", std::string("Bianco"));
  op.context = opened;
  must(t.anna.save(t.core, {op}));
  CHECK(t.anna.values(t.core, "member", t.id, "surname").size() == 2);
  CHECK(must(t.anna.store->open_items({})).items.size() == 1);
  t.meet();
  t.check_equal();
}

TEST_CASE("two who write into one note keep every word", "[store][P2][P3]") {
  TwoTablets t;
  must(t.anna.save(t.core, {text_op(t.note, "note", "body", {{16, 0, " Il padre è assente."}})}));
  must(t.bruno.save(t.core, {text_op(t.note, "note", "body", {{0, 0, "12 marzo. "}})}));
  t.meet();
  t.check_equal();
  CHECK(t.anna.read(t.core, "note", t.note).state.field("body")->text.text() ==
        "12 marzo. Primo colloquio. Il padre è assente.");
}

TEST_CASE("a lost reply, then the same request again, changes nothing", "[store][P2]") {
  TwoTablets t;
  must(t.anna.save(t.core, {{t.id, "member", "phones", sync::AddOp{std::string("333")}, {}}}));
  const auto lost = must(t.anna.store->gather({1 << 20, 2'000}));
  must(t.anna.store->note_sent());
  t.relay.answer(lost, t.anna.store->identity().replica);
  CHECK(t.anna.read(t.core, "member", t.id).receipt == client::Receipt::sent);
  t.anna.reopen();
  t.meet();
  t.check_equal();
  CHECK(t.anna.read(t.core, "member", t.id).receipt == client::Receipt::applied);
  CHECK(must(t.anna.store->status()).unsent == 0);
}

TEST_CASE("a reply applied twice changes nothing", "[store][P3]") {
  TwoTablets t;
  must(t.bruno.save(t.core, {write_op(t.id, "member", "surname", std::string("Bianchini"))}));
  t.relay.sync(t.bruno);
  const auto gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  const auto reply = t.relay.answer(gathered, t.anna.store->identity().replica);
  must(t.anna.store->apply(reply));
  must(t.anna.store->apply(reply));
  t.check_equal();
}

TEST_CASE("changes that come before what they need wait for it", "[store][P3]") {
  TwoTablets t;
  must(t.bruno.save(t.core, {write_op(t.id, "member", "surname", std::string("Uno"))}));
  must(t.bruno.save(t.core, {write_op(t.id, "member", "surname", std::string("Due"))}));
  t.relay.sync(t.bruno);
  const auto gathered = must(t.anna.store->gather({1 << 20, 2'000}));
  auto reply = t.relay.answer(gathered, t.anna.store->identity().replica);
  std::reverse(reply.items.begin(), reply.items.end());
  must(t.anna.store->apply(reply));
  const auto values = t.anna.values(t.core, "member", t.id, "surname");
  REQUIRE(values.size() == 1);
  CHECK(sync::equal(values[0], std::string("Due")));
  t.check_equal();
}

TEST_CASE("an edit that a retraction did not see keeps the record, with an item", "[store][P4]") {
  TwoTablets t;
  must(t.anna.save(t.core, {{t.id, "member", "", sync::RetractOp{}, {}}}));
  must(t.bruno.save(t.core, {write_op(t.id, "member", "sex", std::string("f"))}));
  t.meet();
  t.check_equal();
  CHECK(t.anna.read(t.core, "member", t.id).state.lifecycle() == sync::Lifecycle::active);
  const auto items = must(t.anna.store->open_items({})).items;
  REQUIRE(items.size() == 1);
  CHECK(items[0].item.kind == sync::ItemKind::edited_after_retraction);
  // What each of both changes did comes with the item, and nothing of those before.
  REQUIRE(items[0].edits.size() == 2);
  const auto history = must(t.anna.store->history({t.core, "member", t.id}));
  for (const client::HistoryLine& line : items[0].edits) {
    const auto same = std::find_if(history.begin(), history.end(),
                                   [&](const auto& other) { return other.dot == line.dot; });
    REQUIRE(same != history.end());
    CHECK(line.action == same->action);
    CHECK(line.to.has_value() == same->to.has_value());
  }
}

TEST_CASE("items of one dossier are counted and paged among those of others", "[store][P4]") {
  TwoTablets t;
  must(t.anna.save(t.core, {write_op(t.id, "member", "surname", std::string("Bianco")),
                            write_op(t.id, "member", "sex", std::string("m"))}));
  must(t.bruno.save(t.core, {write_op(t.id, "member", "surname", std::string("Bianchini")),
                             write_op(t.id, "member", "sex", std::string("f"))}));
  t.meet();
  client::ItemQuery query;
  query.dossier = t.core.dossier;
  query.limit = 1;
  const auto first = must(t.anna.store->open_items(query));
  query.offset = 1;
  const auto second = must(t.anna.store->open_items(query));
  CHECK(first.total == 2);
  CHECK(second.total == 2);
  REQUIRE(first.items.size() == 1);
  REQUIRE(second.items.size() == 1);
  CHECK(first.items[0].item.field != second.items[0].item.field);
  query.dossier = sync::DossierId{};
  query.offset = 0;
  CHECK(must(t.anna.store->open_items(query)).total == 0);
}

TEST_CASE("the coordinator's look at a document is a receipt for its author", "[store][P6]") {
  TwoTablets t;
  t.meet();
  must(t.bruno.store->once("seen", 1, [&](client::Writer& writer) -> Result<std::string> {
    INSIEME_TRY(writer.mark_seen(t.core));
    return std::string();
  }));
  const auto gathered = must(t.bruno.store->gather({1 << 20, 2'000}));
  REQUIRE(gathered.seen.size() == 1);
  CHECK(gathered.seen[0].by == "bruno");
  t.relay.extra.push_back({9, sync::Event{sync::SeenEvent{gathered.seen[0]}}});
  t.relay.sync(t.anna);
  CHECK(t.anna.read(t.core, "member", t.id).receipt == client::Receipt::seen);
}
