// A record that somebody closed while somebody else went on editing it.
#include "insieme/sync/closure.hpp"

#include "insieme/sync/snapshot.hpp"
#include "support/catch.hpp"
#include "support/builders.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const std::string kField(kClosureField);

struct Closed {
  Peer a{"A"};
  Peer b{"B"};

  Closed() {
    a.write({set_op("reg", "x")});
    b.pull(a);
  }
  static void close(Peer& on) {
    on.write({set_op("state", "closed"), add_op_of(closure_value(on.record().last_edits))});
  }
  static Operation add_op_of(Value value) {
    Operation op = set_op("state", "closed");
    op.field = kField;
    op.action = AddOp{std::move(value)};
    return op;
  }
  void share() { sync_both(a, b); }
  static ReviewItem item(Peer& on) {
    const std::vector<ReviewItem> items = on.items();
    REQUIRE(items.size() == 1);
    REQUIRE(items[0].kind == ItemKind::edited_after_closure);
    return items[0];
  }
};

}  // namespace

TEST_CASE("closure: an edit that did not know of it is an item everywhere, until somebody decides",
          "[sync][P4][P5]") {
  Closed two;
  Closed::close(two.a);
  CHECK(two.a.items().empty());
  two.b.write({set_op("reg", "y")});
  two.share();
  const ReviewItem item = Closed::item(two.a);
  CHECK(Closed::item(two.b).generation == item.generation);
  CHECK(item.dots.size() == 2);
  // It is in the state, so that who gets that alone asks the same.
  const auto bytes = encode_snapshot(*two.b.document().snapshot());
  REQUIRE(bytes.ok());
  Peer c("C");
  REQUIRE(c.document().install(*decode_snapshot(*bytes)).ok());
  CHECK(Closed::item(c).generation == item.generation);
  two.b.write({resolve_op(item, Outcome::dismiss)});
  two.share();
  CHECK(two.a.items().empty());
  CHECK(two.a.values("reg") == std::vector<Value>{text("y")});
}

TEST_CASE("closure: what comes later still is another item", "[sync][P4]") {
  Closed two;
  Closed::close(two.a);
  two.b.write({set_op("reg", "y")});
  two.share();
  two.a.write({resolve_op(Closed::item(two.a), Outcome::dismiss)});
  two.b.write({set_op("reg", "z")});
  two.share();
  CHECK(Closed::item(two.a).dots.size() == 2);
  CHECK(two.b.items().size() == 1);
}

TEST_CASE("closure: what whoever closed had seen is none, nor what is edited once it is open again",
          "[sync][P4]") {
  Closed two;
  two.b.write({set_op("reg", "y")});
  two.share();
  SECTION("seen") {
    Closed::close(two.a);
    two.share();
  }
  SECTION("by either of two") {
    Closed::close(two.a);
    two.b.write({set_op("other", "z")});
    Closed::close(two.b);
    two.share();
  }
  SECTION("opened again") {
    Closed::close(two.a);
    two.b.write({set_op("reg", "z")});
    two.share();
    REQUIRE(two.a.items().size() == 1);
    std::vector<Operation> ops{set_op("state", "open")};
    for (const SetMember& member : two.a.record().field(kField)->members) {
      ops.push_back(Closed::add_op_of({}));
      ops.back().action = RemoveOp{member.element};
    }
    two.a.write(std::move(ops));
    two.b.write({set_op("reg", "last")});
    two.share();
  }
  CHECK(two.a.items().empty());
  CHECK(two.b.items().empty());
}

TEST_CASE("closure: a mark that says nothing has seen nothing but its own change", "[sync][P4]") {
  Closed two;
  two.a.write({Closed::add_op_of(text("no version"))});
  CHECK(two.a.items().empty());
  two.b.write({set_op("reg", "y")});
  two.share();
  CHECK(Closed::item(two.a).dots.size() == 2);
}
