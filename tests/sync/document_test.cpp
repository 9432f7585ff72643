// A document in memory: causal delivery, hollow changes, forks, base values.
#include "insieme/sync/limits.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

Change hollow(Change change) {
  change.ops.reset();
  return change;
}

Document fresh() { return Document(document_of("d1"), key_of("key")); }

ErrorCode code_of(const Result<Delivery>& result) {
  return result.ok() ? ErrorCode::ok : result.error().code;
}

}  // namespace

TEST_CASE("document: changes may come in any order, any number of times", "[sync][P3]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("reg", "1")});
  b.pull(a);
  b.write({set_op("reg", "2")});
  a.pull(b);
  a.write({set_op("reg", "3")});
  a.write({inc_op("n", 1)});
  Document late = fresh();
  for (auto at = a.log().rbegin(); at != a.log().rend(); ++at) {
    const bool last = std::next(at) == a.log().rend();
    CHECK(*late.deliver(*at) == (last ? Delivery::applied : Delivery::waiting));
    CHECK(*late.deliver(*at) == (last ? Delivery::duplicate : Delivery::waiting));
  }
  CHECK(late.waiting() == 0);
  CHECK(late.state_digest() == a.digest());
  CHECK(late.frontier().history() == a.document().frontier().history());
}

TEST_CASE("document: what waits is not visible and not forwarded", "[sync]") {
  Peer a("A");
  a.write({set_op("reg", "1")});
  const Change second = a.write({set_op("reg", "2")});
  Document late = fresh();
  CHECK(*late.deliver(second) == Delivery::waiting);
  CHECK(late.records().empty());
  CHECK(late.log().empty());
  CHECK(late.frontier().version().empty());
}

TEST_CASE("document: an invalid change is not authored and leaves no trace", "[sync]") {
  Peer a("A");
  CHECK_FALSE(a.try_write({}).ok());
  CHECK_FALSE(a.try_write({with_context(set_op("reg", "x"), vv({{"B", 1}}))}).ok());
  CHECK(a.log().empty());
  CHECK(a.write({set_op("reg", "x")}).header.seq == 1);
}

TEST_CASE("document: more than a body may hold is not authored", "[sync]") {
  Peer a("A");
  std::vector<Operation> ops;
  for (int i = 0; i < 13; ++i) {
    ops.push_back(set_op("f" + std::to_string(i), std::string(kStringBytesMax, 'a')));
  }
  const auto change = a.try_write(std::move(ops));
  REQUIRE_FALSE(change.ok());
  CHECK(change.error().code == ErrorCode::limit_exceeded);
}

TEST_CASE("document: content that the header does not name is refused", "[sync][P12]") {
  Peer a("A");
  Change change = a.write({set_op("reg", "true")});
  (*change.ops)[0] = set_op("reg", "forged");
  Document other = fresh();
  CHECK(code_of(other.deliver(change)) == ErrorCode::checksum);
  Document with_other_key(document_of("d1"), key_of("other"));
  CHECK(code_of(with_other_key.deliver(a.log()[0])) == ErrorCode::checksum);
}

TEST_CASE("document: a change of another document is refused", "[sync]") {
  Peer a("A", document_of("d2"));
  const Change change = a.write({set_op("reg", "x")});
  CHECK(code_of(fresh().deliver(change)) == ErrorCode::invalid_argument);
}

TEST_CASE("document: a context beyond the change's past is never merged", "[sync][P4]") {
  Peer a("A");
  Change change = a.write({set_op("reg", "x")});
  (*change.ops)[0].context = vv({{"B", 1}});
  change.header.body_digest = digest_body(key_of("key"), encode_body(*change.ops));
  Document other = fresh();
  CHECK(code_of(other.deliver(change)) == ErrorCode::malformed);
  CHECK(other.frontier().version().empty());
}

TEST_CASE("document: a hollow change keeps causality whole and does nothing", "[sync]") {
  Peer a("A");
  const Change first = a.write({set_op("reg", "erased")});
  const Change second = a.write({set_op("other", "kept")});
  Document other = fresh();
  CHECK(*other.deliver(hollow(first)) == Delivery::applied);
  CHECK(*other.deliver(second) == Delivery::applied);
  CHECK(other.frontier() == a.document().frontier());
  CHECK(other.records().at(rec("r1")).field("reg") == nullptr);
  CHECK(*other.deliver(first) == Delivery::duplicate);
}

TEST_CASE("document: a fork is seen when its change comes, early or late", "[sync][P12]") {
  Peer original("A");
  original.write({set_op("reg", "common")});
  Peer clone = original;
  const Change ours = original.write({set_op("reg", "ours")});
  const Change theirs = clone.write({set_op("reg", "theirs")});
  const Change after = clone.write({set_op("reg", "after")});
  CHECK(code_of(original.receive(theirs)) == ErrorCode::fork);
  CHECK(code_of(original.receive(after)) == ErrorCode::fork);
  // Both branches wait: the one that is delivered in full order is applied, nothing is mixed.
  Document late = fresh();
  CHECK(*late.deliver(after) == Delivery::waiting);
  CHECK(*late.deliver(ours) == Delivery::waiting);
  CHECK(*late.deliver(original.log()[0]) == Delivery::applied);
  CHECK(late.waiting() == 0);
  CHECK(late.state_digest() == original.digest());
}

TEST_CASE("document: what another branch depends on is a fork here", "[sync][P12]") {
  Peer original("A");
  Peer clone = original;
  original.write({set_op("reg", "ours")});
  clone.write({set_op("reg", "theirs")});
  Peer b("B");
  b.pull(clone);
  const Change on_clone = b.write({set_op("other", "x")});
  CHECK(code_of(original.receive(on_clone)) == ErrorCode::fork);
}

TEST_CASE("document: a false change that waits does not push out the true one", "[sync]") {
  Peer a("A");
  const Change first = a.write({set_op("reg", "1")});
  const Change second = a.write({set_op("reg", "2")});
  Change false_one = second;
  false_one.header.stamp.ms = 99;
  Document late = fresh();
  CHECK(*late.deliver(false_one) == Delivery::waiting);
  CHECK(*late.deliver(second) == Delivery::waiting);
  CHECK(late.waiting() == 2);
  CHECK(*late.deliver(first) == Delivery::applied);
  CHECK(late.waiting() == 0);
  CHECK(late.frontier().version() == vv({{"A", 2}}));
}

TEST_CASE("document: what an author saw can be asked later", "[sync][P4][P12]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("reg", "one"), add_op("tags", "t")});
  b.pull(a);
  const VersionVector early = b.version();
  a.write({set_op("reg", "two")});
  b.pull(a);
  const Change third = b.write({set_op("reg", "three")});
  const auto at = [&](const VersionVector& context) {
    return b.document().values_at(rec("r1"), "reg", context);
  };
  CHECK(at({}).empty());
  CHECK(at(early) == std::vector<Value>{text("one")});
  CHECK(at(b.document().deps_of(rep("B"), third.header.seq)) == std::vector<Value>{text("two")});
  CHECK(at(b.version()) == std::vector<Value>{text("three")});
  CHECK(b.document().values_at(rec("nobody"), "reg", b.version()).empty());
  CHECK(b.document().find(rep("A"), 2)->header.seq == 2);
  CHECK(b.document().find(rep("A"), 3) == nullptr);
}

TEST_CASE("document: deps of every change in the log are those it was admitted with", "[sync]") {
  Peer a("A");
  Peer b("B");
  for (int i = 0; i < 4; ++i) {
    a.write({inc_op("n", 1)});
    if (i % 2 == 0) b.pull(a);
    b.write({inc_op("n", 1)});
    a.pull(b);
  }
  CHECK(a.document().deps_of(rep("A"), 1).empty());
  CHECK(a.document().deps_of(rep("B"), 1) == vv({{"A", 1}}));
  CHECK(a.document().deps_of(rep("B"), 2) == vv({{"A", 1}, {"B", 1}}));
  CHECK(a.document().deps_of(rep("B"), 3) == vv({{"A", 3}, {"B", 2}}));
  CHECK(a.document().deps_of(rep("A"), 4) == vv({{"A", 3}, {"B", 3}}));
}

TEST_CASE("document: a change of a transaction carries its id and its count", "[sync]") {
  Peer a("A");
  const Transaction transaction{id_of<TransactionId>("t"), 2};
  const Change change = a.write({set_op("reg", "x")}, transaction);
  CHECK(change.header.transaction == transaction);
  CHECK_FALSE(a.try_write({set_op("reg", "x")}, Transaction{id_of<TransactionId>("t"), 1}).ok());
}

TEST_CASE("evidence: without a change stands what it had replaced", "[sync][P3][P5]") {
  Peer a("A");
  Peer b("B");
  Peer c("C");
  a.write({set_op("reg", "1"), set_op("auto", "of A")});
  b.pull(a);
  b.write({set_op("reg", "2")});
  c.write({set_op("reg", "of C")});
  b.pull(c);
  const HistoryView seen{b.document().ground(), b.log()};
  const std::vector<Dot> open{dot("B", 1), dot("C", 1)};
  CHECK(standing_without(seen, rec("r1"), "reg", {}) == open);
  CHECK(standing_without(seen, rec("r1"), "reg", {dot("B", 1)}) ==
        std::vector<Dot>{dot("A", 1), dot("C", 1)});
  CHECK(standing_without(seen, rec("r1"), "reg", {dot("A", 1), dot("B", 1)}) ==
        std::vector<Dot>{dot("C", 1)});
  CHECK(replaced_among(seen, {dot("A", 1), dot("B", 1), dot("C", 1)}) ==
        std::vector<Dot>{dot("A", 1)});
  CHECK(replaced_among(seen, open).empty());
  // A decision that names what is behind holds where the change that was chosen is hollow.
  ResolveOp decision;
  decision.decided = {dot("A", 1), dot("B", 1), dot("C", 1)};
  decision.value = Value{std::string("2")};
  const Change decided = b.write({op_on("r1", "reg", decision)});
  Document elsewhere = fresh();
  for (const Change& change : b.log()) {
    const bool held = change.header.replica == rep("B") && change.header.seq == 1;
    CHECK(*elsewhere.deliver(held ? hollow(change) : change) == Delivery::applied);
  }
  CHECK(elsewhere.records().at(rec("r1")).field("reg")->survivors.size() == 1);
}
