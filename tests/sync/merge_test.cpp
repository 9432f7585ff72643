// How each kind of operation merges: two or three replicas, side by side.
#include "support/builders.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

std::vector<Value> list(std::initializer_list<std::string_view> values) {
  std::vector<Value> all;
  for (const auto value : values) all.push_back(text(value));
  return all;
}

std::int64_t total(const Peer& peer, std::string_view field) {
  return counter_total(*peer.record().field(field));
}
std::string note(const Peer& peer, std::string_view field = "note") {
  return peer.record().field(field)->text.text();
}

}  // namespace

TEST_CASE("register: a later write replaces what its author saw", "[sync][P4]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("reg", "x")});
  b.pull(a);
  b.write({set_op("reg", "y")});
  a.pull(b);
  CHECK(a.values("reg") == list({"y"}));
  CHECK(a.digest() == b.digest());
}

TEST_CASE("register: concurrent values all survive, whatever the clocks say", "[sync][P3][P4]") {
  Peer a("A");
  Peer b("B");
  a.set_clock(1'924'992'000'000);
  a.write({set_op("reg", "from 2031")});
  b.write({set_op("reg", "from 1970")});
  sync_both(a, b);
  CHECK(a.values("reg") == list({"from 1970", "from 2031"}));
  CHECK(displayed(*a.record().field("reg"))->value == text("from 2031"));
  // Who saw both replaces both, though their own clock stands at 1970.
  b.write({set_op("reg", "settled")});
  a.pull(b);
  CHECK(a.values("reg") == list({"settled"}));
  CHECK(a.digest() == b.digest());
}

TEST_CASE("register: among equal stamps the greater replica, number, operation is shown",
          "[sync]") {
  Peer a("A");
  Peer b("B");
  b.write({set_op("reg", "of B")});
  a.write({set_op("reg", "of A")});
  sync_both(a, b);
  CHECK(displayed(*a.record().field("reg"))->value == text("of B"));
  CHECK(displayed(*b.record().field("reg"))->value == text("of B"));
}

TEST_CASE("register: a cleared field is a value, a field never written is none", "[sync]") {
  Peer a("A");
  a.write({set_op("reg", Value{Null{}})});
  CHECK(a.values("reg") == std::vector<Value>{Null{}});
  CHECK(a.record().field("other") == nullptr);
}

TEST_CASE("register: setting the same value again is a write of its own", "[sync]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("reg", "x")});
  b.pull(a);
  b.write({set_op("reg", "y")});
  a.write({set_op("reg", "x")});
  sync_both(a, b);
  CHECK(a.values("reg") == list({"x", "y"}));
}

TEST_CASE("form: a value that came in behind an open form is not overwritten by it", "[sync][P4]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("reg", "base")});
  b.pull(a);
  const VersionVector form = a.version();  // A opens the form
  b.write({set_op("reg", "unseen")});
  a.pull(b);  // a background sync
  a.write({with_context(set_op("reg", "typed"), form)});
  sync_both(a, b);
  CHECK(b.values("reg") == list({"typed", "unseen"}));
  REQUIRE(b.items().size() == 1);
  const ReviewItem item = b.items()[0];
  CHECK(item.kind == ItemKind::concurrent_values);
  CHECK(item.values.size() == 2);
  CHECK(b.document().values_at(rec("r1"), "reg", form) == list({"base"}));
  CHECK(a.digest() == b.digest());
}

TEST_CASE("set: an add wins over a concurrent remove, a seen one is removed", "[sync]") {
  Peer a("A");
  Peer b("B");
  a.write({add_op("tags", "t"), add_op("tags", "u")});
  b.pull(a);
  b.write({remove_op("tags", "t"), remove_op("tags", "u")});
  a.write({add_op("tags", "t")});
  sync_both(a, b);
  CHECK(a.tags("tags") == std::vector<std::string>{"t"});
  CHECK(a.digest() == b.digest());
}

TEST_CASE("set: a form opened before removes only what it saw", "[sync][P4]") {
  Peer a("A");
  Peer b("B");
  a.write({add_op("tags", "t")});
  const VersionVector form = a.version();
  b.pull(a);
  b.write({add_op("tags", "t")});
  a.pull(b);
  a.write({with_context(remove_op("tags", "t"), form)});
  b.pull(a);
  CHECK(a.tags("tags") == std::vector<std::string>{"t"});
  CHECK(a.digest() == b.digest());
}

TEST_CASE("set: removing and adding in one change leaves the element in", "[sync]") {
  for (const bool remove_first : {true, false}) {
    Peer a("A");
    a.write({add_op("tags", "t")});
    if (remove_first) {
      a.write({remove_op("tags", "t"), add_op("tags", "t")});
    } else {
      a.write({add_op("tags", "t"), remove_op("tags", "t")});
    }
    CHECK(a.tags("tags") == std::vector<std::string>{"t"});
  }
}

TEST_CASE("set: removing an absent element is harmless and keeps the field", "[sync]") {
  Peer a("A");
  a.write({remove_op("tags", "t")});
  CHECK(a.tags("tags").empty());
  CHECK(a.record().field("tags") != nullptr);
}

TEST_CASE("counter: increments of all replicas add up, and wrap instead of failing", "[sync]") {
  Peer a("A");
  Peer b("B");
  a.write({inc_op("n", 5)});
  b.write({inc_op("n", -7)});
  a.write({inc_op("n", 0)});
  sync_both(a, b);
  CHECK(total(a, "n") == -2);
  CHECK(a.digest() == b.digest());
  RecordState record;
  record.id = rec("r1");
  const VersionVector none;
  for (std::uint64_t i = 1; i <= 2'049; ++i) {
    apply(record, inc_op("n", std::int64_t{1} << 53),
          Provenance{dot("A", i), Stamp{}, "u", none});
  }
  CHECK(counter_total(*record.field("n")) ==
        static_cast<std::int64_t>(std::uint64_t{2'049} << 53));
}

TEST_CASE("text: concurrent edits at two places merge by character", "[sync][P4]") {
  Peer a("A");
  Peer b("B");
  a.write({splice_op("note", {{0, 0, "visita a casa"}})});
  b.pull(a);
  a.write({splice_op("note", {{0, 0, "Prima "}})});
  b.write({splice_op("note", {{13, 0, " oggi"}})});
  sync_both(a, b);
  CHECK(note(a) == "Prima visita a casa oggi");
  CHECK(note(b) == note(a));
  CHECK(a.items().empty());
  CHECK(a.digest() == b.digest());
}

TEST_CASE("lifecycle: a retraction that saw every edit retracts", "[sync]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("reg", "x")});
  b.pull(a);
  b.write({retract_op()});
  a.pull(b);
  CHECK(a.record().lifecycle() == Lifecycle::retracted);
  CHECK(a.items().empty());
  b.write({restore_op()});
  a.pull(b);
  CHECK(a.record().lifecycle() == Lifecycle::active);
  CHECK(a.record().retractions.empty());
  CHECK(a.items().empty());
}

TEST_CASE("lifecycle: an edit that the retraction did not see keeps the record, with an item",
          "[sync][P4]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("reg", "x")});
  b.pull(a);
  b.write({retract_op()});
  a.write({set_op("other", "y")});
  sync_both(a, b);
  CHECK(a.record().lifecycle() == Lifecycle::active);
  REQUIRE(a.items().size() == 1);
  CHECK(a.items()[0].kind == ItemKind::edited_after_retraction);
  CHECK(a.items()[0].dots == std::vector<Dot>{dot("A", 2), dot("B", 1)});
  // Two retractions may cover together what neither covers alone.
  Peer c("C");
  c.pull(a);
  c.write({with_context(retract_op(), vv({{"A", 2}}))});
  a.pull(c);
  CHECK(a.record().lifecycle() == Lifecycle::retracted);
  CHECK(a.items().empty());
}

TEST_CASE("lifecycle: writing on a retracted record brings it back", "[sync][P2]") {
  Peer a("A");
  a.write({set_op("reg", "x")});
  a.write({retract_op()});
  a.write({set_op("reg", "y")});
  CHECK(a.record().lifecycle() == Lifecycle::active);
  REQUIRE(a.items().size() == 1);
  CHECK(a.items()[0].kind == ItemKind::edited_after_retraction);
}

TEST_CASE("lifecycle: a retraction and a restore side by side are an item", "[sync][P4]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("reg", "x")});
  a.write({retract_op()});
  b.pull(a);
  a.write({restore_op()});
  b.write({retract_op()});
  sync_both(a, b);
  CHECK(a.record().lifecycle() == Lifecycle::active);
  REQUIRE(a.items().size() == 1);
  CHECK(a.items()[0].kind == ItemKind::concurrent_lifecycle);
  CHECK(a.digest() == b.digest());
}

TEST_CASE("types: when peers disagree the least name stands on every replica", "[sync]") {
  Peer a("A");
  Peer b("B");
  Operation other = set_op("reg", "x");
  other.type = "aaa";
  a.write({set_op("reg", "y")});
  b.write({other});
  sync_both(a, b);
  CHECK(a.record().type == "aaa");
  CHECK(a.digest() == b.digest());
}

TEST_CASE("operations of later engines are kept, forwarded and counted as edits", "[sync]") {
  Peer a("A");
  Peer b("B");
  const Change change = a.write({op_on("r1", "future", OpaqueOp{40, {1, 2, 3}})});
  b.pull(a);
  CHECK(b.log()[0] == change);
  CHECK(b.record().last_edits == vv({{"A", 1}}));
  CHECK(a.digest() == b.digest());
}

TEST_CASE("fields of two kinds under one name merge each by itself", "[sync]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("odd", "x")});
  b.write({add_op("odd", "t")});
  a.write({inc_op("odd", 2)});
  sync_both(a, b);
  CHECK(a.values("odd") == list({"x"}));
  CHECK(a.tags("odd") == std::vector<std::string>{"t"});
  CHECK(total(a, "odd") == 2);
  CHECK(a.digest() == b.digest());
}
