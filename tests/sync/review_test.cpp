// Review items and the decisions that close them.
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <set>

using namespace insieme;
using namespace insieme::testing;

namespace {

/// Two people wrote into one field without seeing one another; both have it all.
struct Disagreement {
  Peer a{"A"};
  Peer b{"B"};
  Peer c{"C"};  // the coordinator
  Disagreement() {
    a.write({set_op("reg", "of A")});
    b.write({set_op("reg", "of B")});
    share();
  }
  void share() {
    for (Peer* to : {&a, &b, &c}) {
      for (const Peer* from : {&a, &b, &c}) to->pull(*from);
    }
    CHECK(a.digest() == b.digest());
    CHECK(b.digest() == c.digest());
    CHECK(a.items().size() == c.items().size());
  }
  [[nodiscard]] ReviewItem item() const {
    const auto items = c.items();
    REQUIRE(items.size() == 1);
    return items[0];
  }
};

}  // namespace

TEST_CASE("items: two values that people did not see of one another are one item", "[sync][P4]") {
  const Disagreement two;
  const ReviewItem item = two.item();
  CHECK(item.kind == ItemKind::concurrent_values);
  CHECK(item.field == "reg");
  CHECK(item.record == rec("r1"));
  REQUIRE(item.values.size() == 2);
  CHECK(item.values[0].mark.author == "user-A");
  CHECK(item.values[1].mark.author == "user-B");
  CHECK(item.dots == std::vector<Dot>{dot("A", 1), dot("B", 1)});
  CHECK_FALSE(item.contested);
}

TEST_CASE("items: equal values and disjoint fields are none", "[sync][P4]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("reg", "same"), set_op("mine", "1")});
  b.write({set_op("reg", "same"), set_op("yours", "2")});
  sync_both(a, b);
  CHECK(a.items().empty());
}

TEST_CASE("items: fields with the policies automatic and maximum make none", "[sync]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("auto", "x"), set_op("flag", Value{true})});
  b.set_clock(5);
  b.write({set_op("auto", "y"), set_op("flag", Value{false})});
  sync_both(a, b);
  CHECK(a.items().empty());
  const FieldState& flag = *a.record().field("flag");
  CHECK(displayed(flag)->value == Value{false});
  CHECK(displayed(flag, RegisterPolicy::maximum)->value == Value{true});
  CHECK(displayed(flag, RegisterPolicy::review)->value == Value{false});
}

TEST_CASE("items: a field without policy is reviewed", "[sync][P4]") {
  const Disagreement two;
  CHECK(two.c.document().review_items(nullptr).size() == 1);
}

TEST_CASE("decision: choosing a value closes the item everywhere", "[sync][P5]") {
  Disagreement two;
  two.c.write({resolve_op(two.item(), Outcome::choose, text("of A"), "seen on the spot")});
  two.share();
  CHECK(two.a.items().empty());
  CHECK(two.a.values("reg") == std::vector<Value>{text("of A")});
  REQUIRE(two.a.record().decisions.size() == 1);
  const Decision& decision = two.a.record().decisions[0];
  CHECK(decision.reason == "seen on the spot");
  CHECK(decision.mark.author == "user-C");
  CHECK(decision.decided == std::vector<Dot>{dot("A", 1), dot("B", 1)});
}

TEST_CASE("decision: removes exactly the values it names, not one that came meanwhile",
          "[sync][P4]") {
  Disagreement two;
  const ReviewItem item = two.item();
  two.a.write({with_context(set_op("reg", "third"), vv({{"B", 1}}))});  // did not see their own
  two.c.pull(two.a);
  two.c.write({resolve_op(item, Outcome::combine, text("A and B"))});
  two.share();
  CHECK(two.c.values("reg") == std::vector<Value>{text("A and B"), text("third")});
  CHECK(two.item().generation != item.generation);
}

TEST_CASE("decision: two at once are an item, unless they agree", "[sync][P5]") {
  for (const char* other : {"of B", "of A"}) {
    Disagreement two;
    const ReviewItem item = two.item();
    two.c.write({resolve_op(item, Outcome::choose, text("of A"))});
    two.b.write({resolve_op(item, Outcome::choose, text(other))});
    two.share();
    CHECK(two.a.items().size() == (std::string_view(other) == "of B" ? 1 : 0));
    CHECK(two.a.record().decisions.size() == 2);
  }
}

TEST_CASE("decision: a choice and a dismissal at once are an item until somebody saw both",
          "[sync][P5]") {
  Disagreement two;
  const ReviewItem both = two.item();
  two.b.write({resolve_op(both, Outcome::choose, text("of A"))});
  two.c.write({resolve_op(both, Outcome::dismiss, {}, "both numbers are in use")});
  two.share();
  const ReviewItem item = two.item();
  CHECK(item.kind == ItemKind::concurrent_values);
  CHECK(item.values.size() == 1);
  CHECK(item.generation != both.generation);
  SECTION("who confirms the choice") {
    two.a.write({resolve_op(item, Outcome::dismiss)});
    two.share();
    CHECK(two.a.values("reg") == std::vector<Value>{text("of A")});
  }
  SECTION("who writes what both meant") {
    two.a.write({resolve_op(item, Outcome::write_new, text("of A, of B"))});
    two.share();
    CHECK(two.a.values("reg") == std::vector<Value>{text("of A, of B")});
  }
  SECTION("who goes on writing has replaced what it is about") {
    two.a.write({set_op("reg", "news")});
    two.share();
  }
  CHECK(two.a.items().empty());
  CHECK(two.c.items().empty());
}

TEST_CASE("decision: a dismissal is not overruled by a choice that names more", "[sync][P4][P5]") {
  Disagreement two;
  const ReviewItem item = two.item();
  two.a.write({resolve_op(item, Outcome::dismiss, {}, "both numbers are in use")});
  // The value of B had replaced another one, which is named, too.
  Operation choice = resolve_op(item, Outcome::choose, Value{std::string("of B")});
  auto& decided = std::get<ResolveOp>(choice.action).decided;
  two.c.write({set_op("tags", "aside")});
  decided.push_back(dot("C", 1));
  std::sort(decided.begin(), decided.end());
  two.c.write({choice});
  two.share();
  CHECK(two.item().dots.size() == 2);
}

TEST_CASE("decision: a dismissal leaves the values and closes one generation only", "[sync][P5]") {
  Disagreement two;
  two.c.write({resolve_op(two.item(), Outcome::dismiss)});
  two.share();
  CHECK(two.a.items().empty());
  CHECK(two.a.values("reg").size() == 2);
  two.a.write({with_context(set_op("reg", "news"), vv({{"A", 1}}))});
  two.share();
  CHECK(two.item().values.size() == 2);
  CHECK(two.a.values("reg") == std::vector<Value>{text("news"), text("of B")});
}

TEST_CASE("decision: a dismissal of a late edit closes that item for good", "[sync][P5]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("reg", "x")});
  b.pull(a);
  b.write({retract_op()});
  a.write({set_op("reg", "y")});
  sync_both(a, b);
  REQUIRE(b.items().size() == 1);
  b.write({resolve_op(b.items()[0], Outcome::dismiss)});
  a.pull(b);
  CHECK(a.items().empty());
  CHECK(a.record().lifecycle() == Lifecycle::active);
  a.write({set_op("reg", "z")});
  CHECK(a.items().size() == 1);
}

TEST_CASE("decision: one that writes nothing does not bring a retracted record back", "[sync]") {
  Disagreement two;
  const ReviewItem item = two.item();
  two.b.write({retract_op()});
  two.c.write({resolve_op(item, Outcome::dismiss)});
  two.share();
  CHECK(two.a.record().lifecycle() == Lifecycle::retracted);
}

TEST_CASE("decision: one that writes a value is an edit that a retraction must have seen",
          "[sync][P4]") {
  Disagreement two;
  const ReviewItem item = two.item();
  two.b.write({retract_op()});
  two.c.write({resolve_op(item, Outcome::choose, text("of B"))});
  two.share();
  CHECK(two.a.record().lifecycle() == Lifecycle::active);
  CHECK(two.item().kind == ItemKind::edited_after_retraction);
}

TEST_CASE("decision: undo brings every losing value back", "[sync][P5]") {
  Disagreement two;
  const Change chosen = two.c.write({resolve_op(two.item(), Outcome::choose, text("of A"))});
  two.share();
  ReviewItem undone;
  undone.kind = ItemKind::concurrent_values;
  undone.record = rec("r1");
  undone.field = "reg";
  undone.dots = {Dot{chosen.header.replica, chosen.header.seq, 0}};
  two.c.write({resolve_op(undone, Outcome::undo, text("of A")),
               resolve_op(undone, Outcome::undo, text("of B"))});
  two.share();
  CHECK(two.a.values("reg") == std::vector<Value>{text("of A"), text("of B")});
  CHECK(two.item().values.size() == 2);
  CHECK(two.a.record().decisions.size() == 2);
}

TEST_CASE("decision: an author who contests a choice opens the item again", "[sync][P5]") {
  Disagreement two;
  const Change chosen = two.c.write({resolve_op(two.item(), Outcome::choose, text("of A"))});
  two.share();
  REQUIRE(two.b.items().empty());
  ReviewItem contested;
  contested.kind = ItemKind::concurrent_values;
  contested.record = rec("r1");
  contested.field = "reg";
  contested.dots = {Dot{chosen.header.replica, chosen.header.seq, 0}};
  two.b.write({resolve_op(contested, Outcome::contest, {}, "I was there")});
  two.share();
  CHECK(two.item().contested);
  CHECK(two.item().values.size() == 1);
  CHECK(two.a.values("reg") == std::vector<Value>{text("of A")});
  // The coordinator answers.
  two.c.write({resolve_op(two.item(), Outcome::dismiss)});
  two.share();
  CHECK(two.a.items().empty());
}

TEST_CASE("decision: a contest is not lost to a dismissal that did not see it", "[sync][P5]") {
  Disagreement two;
  const ReviewItem item = two.item();
  two.c.write({resolve_op(item, Outcome::dismiss)});
  two.share();
  two.a.write({resolve_op(item, Outcome::contest, {}, "no")});
  two.c.write({resolve_op(item, Outcome::dismiss, {}, "once more")});
  two.share();
  CHECK(two.item().contested);
  two.c.write({resolve_op(item, Outcome::dismiss, {}, "heard")});
  two.share();
  CHECK(two.a.items().empty());
}

TEST_CASE("decision: a contest is not silenced by an equal value from an old form", "[sync][P5]") {
  Disagreement two;
  const ReviewItem item = two.item();
  const Change chosen = two.c.write({resolve_op(item, Outcome::choose, text("of A"))});
  two.share();
  ReviewItem contested = item;
  contested.dots = {Dot{chosen.header.replica, chosen.header.seq, 0}};
  two.b.write({resolve_op(contested, Outcome::contest, {}, "I was there")});
  two.a.write({with_context(set_op("reg", "of A"), {})});  // saw nothing, says what was chosen
  two.share();
  CHECK(two.a.values("reg") == std::vector<Value>{text("of A")});
  CHECK(two.item().contested);
  two.c.write({resolve_op(two.item(), Outcome::dismiss, {}, "heard")});
  two.share();
  CHECK(two.a.items().empty());
}

TEST_CASE("decision: a contest ends when what it is about is replaced", "[sync][P5]") {
  Disagreement two;
  const ReviewItem item = two.item();
  two.c.write({resolve_op(item, Outcome::choose, text("of A"))});
  two.share();
  ReviewItem contested = item;
  contested.dots = {two.a.record().field("reg")->survivors[0].mark.dot};
  two.b.write({resolve_op(contested, Outcome::contest, {}, "no")});
  two.share();
  CHECK(two.item().contested);
  two.a.write({set_op("reg", "asked again")});
  two.share();
  CHECK(two.c.items().empty());
}

TEST_CASE("decision: about lives, by ordinary operations and by dismissal", "[sync][P5]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("reg", "x")});
  a.write({retract_op()});
  b.pull(a);
  a.write({restore_op()});
  b.write({retract_op()});
  sync_both(a, b);
  REQUIRE(a.items().size() == 1);
  Peer dismissing("C");
  dismissing.pull(a);
  dismissing.write({resolve_op(a.items()[0], Outcome::dismiss)});
  CHECK(dismissing.items().empty());
  a.write({retract_op()});
  CHECK(a.items().empty());
  CHECK(a.record().lifecycle() == Lifecycle::retracted);
}

TEST_CASE("items: texts rewritten by two people at one place are flagged, and dismissed",
          "[sync][P4]") {
  Peer a("A");
  Peer b("B");
  a.write({splice_op("note", {{0, 0, "il padre lavora"}})});
  b.pull(a);
  a.write({splice_op("note", {{9, 6, "cerca lavoro"}})});
  b.write({splice_op("note", {{9, 6, "riposa"}})});
  sync_both(a, b);
  REQUIRE(a.items().size() == 1);
  const ReviewItem item = a.items()[0];
  CHECK(item.kind == ItemKind::text_overlap);
  CHECK(item.dots == std::vector<Dot>{dot("A", 2), dot("B", 1)});
  REQUIRE(item.values.size() == 2);
  CHECK(item.values[0].mark.author == "user-A");
  a.write({resolve_op(item, Outcome::dismiss)});
  b.pull(a);
  CHECK(b.items().empty());
  CHECK(a.digest() == b.digest());
}

TEST_CASE("items: a passage that was decided does not come back with the next one",
          "[sync][P4][P5]") {
  Peer a("A");
  Peer b("B");
  a.write({splice_op("note", {{0, 0, "il padre lavora"}})});
  b.pull(a);
  a.write({splice_op("note", {{9, 6, "cerca lavoro"}})});
  b.write({splice_op("note", {{9, 6, "riposa"}})});
  sync_both(a, b);
  a.write({splice_op("note", {{9, 18, "dorme"}}), resolve_op(a.items()[0], Outcome::write_new)});
  sync_both(a, b);
  REQUIRE(a.items().empty());
  a.write({splice_op("note", {{9, 5, "studia"}})});
  b.write({splice_op("note", {{9, 5, "mangia"}})});
  sync_both(a, b);
  REQUIRE(a.items().size() == 1);
  CHECK(a.items()[0].dots == std::vector<Dot>{dot("A", 4), dot("B", 2)});
  b.write({resolve_op(b.items()[0], Outcome::dismiss)});
  sync_both(a, b);
  CHECK(a.items().empty());
  CHECK(a.record().decisions.size() == 2);
}

TEST_CASE("items: passages that have nothing to do with one another are two", "[sync][P4]") {
  Peer a("A");
  Peer b("B");
  a.write({splice_op("note", {{0, 0, "uno due tre"}})});
  b.pull(a);
  a.write({splice_op("note", {{0, 3, "UNO"}})});
  b.write({splice_op("note", {{0, 3, "primo"}})});
  a.write({splice_op("note", {{8, 3, "TRE"}})});
  b.write({splice_op("note", {{10, 3, "terzo"}})});
  sync_both(a, b);
  REQUIRE(a.items().size() == 2);
  a.write({resolve_op(a.items()[0], Outcome::dismiss)});
  sync_both(a, b);
  REQUIRE(b.items().size() == 1);
  CHECK(b.items()[0].dots == std::vector<Dot>{dot("A", 3), dot("B", 2)});
}

TEST_CASE("decision: two at once on a passage are an item, unless both leave it as it is",
          "[sync][P4][P5]") {
  for (const bool one_writes : {false, true}) {
    Peer a("A");
    Peer b("B");
    a.write({splice_op("note", {{0, 0, "il padre lavora"}})});
    b.pull(a);
    a.write({splice_op("note", {{9, 6, "cerca lavoro"}})});
    b.write({splice_op("note", {{9, 6, "riposa"}})});
    sync_both(a, b);
    const ReviewItem item = a.items()[0];
    if (one_writes) {
      a.write({splice_op("note", {{21, 6, ""}}), resolve_op(item, Outcome::choose)});
    } else {
      a.write({resolve_op(item, Outcome::dismiss)});
    }
    b.write({resolve_op(item, Outcome::dismiss)});
    sync_both(a, b);
    REQUIRE(a.items().size() == (one_writes ? 1 : 0));
    if (!one_writes) continue;
    CHECK(a.items()[0].dots == item.dots);
    CHECK(decisions_on(a.record(), item).size() == 2);
    a.write({resolve_op(a.items()[0], Outcome::dismiss)});
    sync_both(a, b);
    CHECK(b.items().empty());
    CHECK(b.record().decisions.size() == 1);
  }
}

TEST_CASE("decision: a contested passage is open again until somebody decides anew",
          "[sync][P5]") {
  Peer a("A");
  Peer b("B");
  a.write({splice_op("note", {{0, 0, "il padre lavora"}})});
  b.pull(a);
  a.write({splice_op("note", {{9, 6, "cerca lavoro"}})});
  b.write({splice_op("note", {{9, 6, "riposa"}})});
  sync_both(a, b);
  const ReviewItem item = a.items()[0];
  a.write({splice_op("note", {{21, 6, ""}}), resolve_op(item, Outcome::choose)});
  sync_both(a, b);
  REQUIRE(b.items().empty());
  b.write({resolve_op(item, Outcome::contest)});
  sync_both(a, b);
  REQUIRE(a.items().size() == 1);
  CHECK(a.items()[0].contested);
  CHECK(decisions_on(a.record(), a.items()[0]) == std::vector<Dot>{dot("A", 3, 1)});
  a.write({resolve_op(a.items()[0], Outcome::dismiss)});
  sync_both(a, b);
  CHECK(b.items().empty());
}

TEST_CASE("items: generations name kind, record, field and values", "[sync]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("f", "1"), set_op("g", "1"), set_op("f", "1", "r2")});
  b.write({set_op("f", "2"), set_op("g", "2"), set_op("f", "2", "r2")});
  sync_both(a, b);
  std::set<std::uint64_t> generations;
  for (const ReviewItem& item : a.items()) generations.insert(item.generation);
  CHECK(generations.size() == 3);
  std::set<std::uint64_t> same;
  for (const ReviewItem& item : b.items()) same.insert(item.generation);
  CHECK(same == generations);
}
