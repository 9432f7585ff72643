// Changes by themselves: what may be authored, how it is written, what digests cover.
#include "insieme/sync/limits.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

ChangeHeader valid_header() {
  ChangeHeader header;
  header.document = document_of("d1");
  header.replica = rep("A");
  header.seq = 7;
  header.author = "anna";
  header.deps = {DepEntry{rep("B"), 3, 11}, DepEntry{rep("C"), 1, 12}};
  return header;
}

template <class Edit>
ErrorCode header_code(Edit&& edit) {
  ChangeHeader header = valid_header();
  edit(header);
  return check_header(header).code();
}

template <class Edit>
ErrorCode op_code(Operation op, Edit&& edit) {
  edit(op);
  return check_operation(op).code();
}

ErrorCode ops_code(const std::vector<Operation>& ops) { return check_ops(ops).code(); }

Operation decision(std::vector<Dot> dots, std::optional<Value> value = {},
                   Outcome outcome = Outcome::choose) {
  return op_on(
      "r1", "reg",
      ResolveOp{ItemKind::concurrent_values, outcome, std::move(dots), std::move(value), ""});
}

}  // namespace

TEST_CASE("headers: a valid one passes, each fault is named", "[sync]") {
  CHECK(header_code([](ChangeHeader&) {}) == ErrorCode::ok);
  using H = ChangeHeader;
  CHECK(header_code([](H& h) { h.document.dossier = {}; }) == ErrorCode::malformed);
  CHECK(header_code([](H& h) { h.document.section = "X"; }) == ErrorCode::malformed);
  CHECK(header_code([](H& h) { h.replica = {}; }) == ErrorCode::malformed);
  CHECK(header_code([](H& h) { h.seq = 0; }) == ErrorCode::malformed);
  CHECK(header_code([](H& h) { h.author.clear(); }) == ErrorCode::malformed);
  CHECK(header_code([](H& h) { h.author = "\xff"; }) == ErrorCode::malformed);
  CHECK(header_code([](H& h) { h.author.assign(65, 'a'); }) == ErrorCode::limit_exceeded);
  CHECK(header_code([](H& h) { std::swap(h.deps[0], h.deps[1]); }) == ErrorCode::malformed);
  CHECK(header_code([](H& h) { h.deps[1] = h.deps[0]; }) == ErrorCode::malformed);
  CHECK(header_code([](H& h) { h.deps[0].seq = 0; }) == ErrorCode::malformed);
  CHECK(header_code([](H& h) { h.deps[0].replica = h.replica; }) == ErrorCode::malformed);
  CHECK(header_code([](H& h) { h.transaction = Transaction{{}, 1}; }) == ErrorCode::malformed);
  CHECK(header_code([](H& h) { h.transaction = Transaction{{}, 65}; }) == ErrorCode::malformed);
  CHECK(header_code([](H& h) {
          h.seq = 1;
          h.previous_prefix = 1;
        }) == ErrorCode::malformed);
}

TEST_CASE("operations: names, records and values are checked", "[sync]") {
  const auto keep = [](Operation&) {};
  CHECK(op_code(set_op("reg", "x"), keep) == ErrorCode::ok);
  CHECK(op_code(set_op("reg", "x"), [](Operation& o) { o.record = {}; }) == ErrorCode::malformed);
  CHECK(op_code(set_op("reg", "x"), [](Operation& o) { o.type = ""; }) == ErrorCode::malformed);
  CHECK(op_code(set_op("", "x"), keep) == ErrorCode::malformed);
  CHECK(op_code(set_op(std::string(65, 'f'), "x"), keep) == ErrorCode::limit_exceeded);
  CHECK(op_code(set_op("reg", "\xff"), keep) == ErrorCode::malformed);
  CHECK(op_code(retract_op(), keep) == ErrorCode::ok);
  CHECK(op_code(retract_op(), [](Operation& o) { o.field = "f"; }) == ErrorCode::malformed);
  CHECK(op_code(inc_op("n", kCounterDeltaMax), keep) == ErrorCode::ok);
  CHECK(op_code(inc_op("n", -kCounterDeltaMax - 1), keep) == ErrorCode::limit_exceeded);
  CHECK(op_code(splice_op("t", {{0, 0, "\xc3"}}), keep) == ErrorCode::malformed);
  CHECK(op_code(splice_op("t", std::vector<Splice>(kSplicesPerOpMax + 1)), keep) ==
        ErrorCode::limit_exceeded);
  CHECK(op_code(splice_op("t", {{0, 0, std::string(kSpliceBytesMax + 1, 'a')}}), keep) ==
        ErrorCode::limit_exceeded);
  CHECK(op_code(op_on("r1", "f", OpaqueOp{31, {}}), keep) == ErrorCode::malformed);
  CHECK(op_code(op_on("r1", "f", OpaqueOp{128, {}}), keep) == ErrorCode::malformed);
  CHECK(op_code(op_on("r1", "f", OpaqueOp{127, {}}), keep) == ErrorCode::ok);
}

TEST_CASE("operations: a decision names its values in order, once, and not too many", "[sync]") {
  const auto keep = [](Operation&) {};
  CHECK(op_code(decision({dot("A", 1), dot("B", 1)}), keep) == ErrorCode::ok);
  CHECK(op_code(decision({}), keep) == ErrorCode::ok);
  CHECK(op_code(decision({dot("B", 1), dot("A", 1)}), keep) == ErrorCode::malformed);
  CHECK(op_code(decision({dot("A", 1), dot("A", 1)}), keep) == ErrorCode::malformed);
  std::vector<Dot> many;
  for (std::uint64_t i = 1; i <= kDotsPerResolutionMax + 1; ++i) many.push_back(dot("A", i));
  CHECK(op_code(decision(many), keep) == ErrorCode::limit_exceeded);
  Operation wordy = decision({dot("A", 1)});
  std::get<ResolveOp>(wordy.action).reason.assign(kReasonBytesMax + 1, 'a');
  CHECK(check_operation(wordy).code() == ErrorCode::limit_exceeded);
}

TEST_CASE("operations: one change writes a field once", "[sync]") {
  CHECK(ops_code({}) == ErrorCode::malformed);
  CHECK(ops_code({set_op("a", "1"), set_op("b", "1"), set_op("a", "1", "r2")}) == ErrorCode::ok);
  CHECK(ops_code({set_op("a", "1"), set_op("a", "2")}) == ErrorCode::malformed);
  CHECK(ops_code({inc_op("n", 1), inc_op("n", 1)}) == ErrorCode::malformed);
  CHECK(ops_code({splice_op("t", {}), splice_op("t", {})}) == ErrorCode::malformed);
  CHECK(ops_code({retract_op(), restore_op()}) == ErrorCode::malformed);
  CHECK(ops_code({retract_op(), retract_op("r2")}) == ErrorCode::ok);
  CHECK(ops_code({set_op("reg", "1"), decision({dot("A", 1)}, text("x"))}) == ErrorCode::malformed);
}

TEST_CASE("operations: a set takes several elements, and one both ways", "[sync]") {
  CHECK(ops_code({add_op("s", "a"), add_op("s", "b"), remove_op("s", "c")}) == ErrorCode::ok);
  CHECK(ops_code({add_op("s", "a"), remove_op("s", "a")}) == ErrorCode::ok);
  CHECK(ops_code({add_op("s", "a"), add_op("s", "a")}) == ErrorCode::ok);
  CHECK(ops_code({remove_op("s", "a"), remove_op("s", "a")}) == ErrorCode::ok);
  CHECK(ops_code({op_on("r1", "s", AddOp{text("1")}), op_on("r1", "s", AddOp{number(1)})}) ==
        ErrorCode::ok);
}

TEST_CASE("operations: one change grants, transfers and spends in one field", "[sync][P11]") {
  CHECK(ops_code({grant_op("c", "A", 5), grant_op("c", "B", 5), transfer_op("c", "B", 2),
                  spend_op("c", 1), spend_op("c", 1), touch_op(), touch_op()}) == ErrorCode::ok);
  const auto keep = [](Operation&) {};
  CHECK(op_code(grant_op("c", "A", kEscrowAmountMax), keep) == ErrorCode::ok);
  CHECK(op_code(grant_op("c", "A", kEscrowAmountMax + 1), keep) == ErrorCode::limit_exceeded);
  CHECK(op_code(transfer_op("c", "A", kEscrowAmountMax + 1), keep) == ErrorCode::limit_exceeded);
  CHECK(op_code(spend_op("c", kEscrowAmountMax + 1), keep) == ErrorCode::limit_exceeded);
  CHECK(op_code(grant_op("c", "", 1), keep) == ErrorCode::malformed);
  CHECK(op_code(transfer_op("c", "", 1), keep) == ErrorCode::malformed);
  CHECK(op_code(reclaim_op("c", "", "A"), keep) == ErrorCode::malformed);
  CHECK(op_code(reclaim_op("c", "A", ""), keep) == ErrorCode::malformed);
  CHECK(op_code(refund_op("c", Dot{}), keep) == ErrorCode::malformed);
  CHECK(op_code(spend_op("", 1), keep) == ErrorCode::malformed);
  CHECK(op_code(touch_op(), [](Operation& o) { o.field = "f"; }) == ErrorCode::malformed);
}

TEST_CASE("operations: an undo may bring several values back to one field", "[sync]") {
  const auto undo = [](const char* value) {
    return decision({dot("A", 1)}, text(value), Outcome::undo);
  };
  CHECK(ops_code({undo("x"), undo("y")}) == ErrorCode::ok);
}

TEST_CASE("contexts: nothing claims to have seen more than its change", "[sync][P4]") {
  const auto deps = vv({{"A", 2}, {"B", 1}});
  const auto code = [&](const Operation& op) { return check_contexts({op}, deps).code(); };
  CHECK(code(set_op("f", "x")) == ErrorCode::ok);
  CHECK(code(with_context(set_op("f", "x"), {})) == ErrorCode::ok);
  CHECK(code(with_context(set_op("f", "x"), deps)) == ErrorCode::ok);
  CHECK(code(with_context(set_op("f", "x"), vv({{"B", 2}}))) == ErrorCode::malformed);
  CHECK(code(with_context(set_op("f", "x"), vv({{"C", 1}}))) == ErrorCode::malformed);
  CHECK(code(decision({dot("B", 1), dot("B", 2)})) == ErrorCode::malformed);
  CHECK(code(decision({dot("A", 2, 9), dot("B", 1)})) == ErrorCode::ok);
  CHECK(code(refund_op("c", dot("B", 1))) == ErrorCode::ok);
  CHECK(code(refund_op("c", dot("B", 2))) == ErrorCode::malformed);
}

TEST_CASE("headers: encoding round-trips and equal headers have equal bytes", "[sync][wire]") {
  ChangeHeader header = valid_header();
  header.stamp = Stamp{-5, 9};
  header.schema_version = 3;
  header.previous_prefix = 0x1122334455667788;
  header.transaction = Transaction{id_of<TransactionId>("t"), 2};
  header.origin = Origin{rep("O"), 4};
  header.body_digest = Hasher("t").finish();
  for (int variant = 0; variant < 4; ++variant) {
    if (variant == 1) header.transaction.reset();
    if (variant == 2) header.origin.reset();
    if (variant == 3) header.seq = 1, header.previous_prefix = 0;
    const auto bytes = encode_header(header);
    const auto back = decode_header(bytes);
    REQUIRE(back.ok());
    CHECK(*back == header);
    CHECK(encode_header(*back) == bytes);
  }
}

TEST_CASE("headers: the largest one that may be authored can be read", "[sync][wire]") {
  ChangeHeader header = valid_header();
  header.deps.clear();
  for (std::uint32_t i = 0; i < kReplicasPerDocumentMax; ++i) {
    ReplicaId replica;
    for (std::size_t byte = 0; byte < 4; ++byte) {
      replica.bytes[byte] = static_cast<std::uint8_t>(i >> (24 - 8 * byte));
    }
    replica.bytes[15] = 1;
    header.deps.push_back(DepEntry{replica, UINT64_MAX, UINT64_MAX});
  }
  REQUIRE(check_header(header).ok());
  const auto bytes = encode_header(header);
  CHECK(bytes.size() <= kHeaderBytesMax);
  CHECK(decode_header(bytes).ok());
}

TEST_CASE("bodies: every kind of operation round-trips", "[sync][wire]") {
  const std::vector<Operation> ops{
      set_op("reg", "x"),
      with_context(set_op("form", Value{true}), vv({{"A", 1}, {"B", 300}})),
      with_context(set_op("nothing-seen", Value{Null{}}), {}),
      add_op("tags", "t"),
      remove_op("tags", "u"),
      inc_op("n", -3),
      splice_op("note", {{0, 0, "perch\xc3\xa9"}, {3, 1, ""}}),
      retract_op("r2"),
      restore_op("r3"),
      decision({dot("A", 1), dot("B", 2, 3)}, text("x"), Outcome::combine),
      decision({}, {}, Outcome::dismiss),
      touch_op("r4"),
      grant_op("c", "B", kEscrowAmountMax),
      transfer_op("c", "B", 0),
      spend_op("c", 3),
      spend_op("c", 4, false),
      refund_op("c", dot("A", 2, 1)),
      with_context(reclaim_op("c", "A", "B"), vv({{"A", 1}})),
      op_on("r1", "future", OpaqueOp{99, {1, 2, 3}})};
  const auto bytes = encode_body(ops);
  const auto back = decode_body(bytes);
  REQUIRE(back.ok());
  CHECK(*back == ops);
  CHECK(encode_body(*back) == bytes);
}

TEST_CASE("bodies: a kind below 32 that nobody has defined is malformed", "[sync][wire]") {
  auto bytes = encode_body({op_on("r1", "f", OpaqueOp{99, {}})});
  REQUIRE(bytes[1] == 99);
  for (const std::uint8_t kind : {std::uint8_t{0}, std::uint8_t{17}, std::uint8_t{31}}) {
    bytes[1] = kind;
    const auto back = decode_body(bytes);
    REQUIRE_FALSE(back.ok());
    CHECK(back.error().code == ErrorCode::malformed);
  }
}

TEST_CASE("bodies: the digest needs the dossier's key", "[sync][P9]") {
  const auto body = encode_body({set_op("reg", "x")});
  CHECK(digest_body(key_of("a"), body) == digest_body(key_of("a"), body));
  CHECK_FALSE(digest_body(key_of("a"), body) == digest_body(key_of("b"), body));
}
