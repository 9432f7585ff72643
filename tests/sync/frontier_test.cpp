#include "insieme/sync/frontier.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <set>

using namespace insieme;
using namespace insieme::testing;

namespace {

const IdLookup kNothingKept;

ErrorCode code_of(const Frontier& frontier, const ChangeHeader& header,
                  const IdLookup& ids = kNothingKept) {
  const auto admission = frontier.admit(header, ids);
  return admission.ok() ? ErrorCode::ok : admission.error().code;
}

/// A header that would follow in `frontier`.
ChangeHeader next(const Frontier& frontier, const char* replica, std::uint8_t body = 0) {
  ChangeHeader header;
  header.document = document_of("d1");
  header.author = "u";
  header.body_digest.bytes[0] = body;
  frontier.fill_next(header, rep(replica));
  return header;
}

ChangeId take(Frontier& frontier, const ChangeHeader& header) {
  const auto admission = frontier.admit(header, kNothingKept);
  REQUIRE(admission.ok());
  frontier.advance(header, *admission);
  return admission->id;
}

}  // namespace

TEST_CASE("frontier: changes of one replica follow one another", "[sync]") {
  Frontier frontier;
  const auto first = next(frontier, "A");
  CHECK(first.seq == 1);
  CHECK(first.previous_prefix == 0);
  const ChangeId id = take(frontier, first);
  const auto second = next(frontier, "A");
  CHECK(second.seq == 2);
  CHECK(second.previous_prefix == id.prefix());
  CHECK(second.deps.empty());
  take(frontier, second);
  CHECK(frontier.version() == vv({{"A", 2}}));
  CHECK(frontier.count() == 2);
}

TEST_CASE("frontier: deps are what moved since the replica's last change", "[sync]") {
  Frontier frontier;
  const ChangeId a1 = take(frontier, next(frontier, "A"));
  const auto b1 = next(frontier, "B");
  REQUIRE(b1.deps.size() == 1);
  CHECK(b1.deps[0] == DepEntry{rep("A"), 1, a1.prefix()});
  take(frontier, b1);
  const auto b2 = next(frontier, "B");
  CHECK(b2.deps.empty());
  const auto admission = frontier.admit(b2, kNothingKept);
  REQUIRE(admission.ok());
  CHECK(admission->deps == vv({{"A", 1}, {"B", 1}}));
}

TEST_CASE("frontier: a change whose past is missing is not yet to be applied", "[sync]") {
  Frontier author;
  take(author, next(author, "A"));
  const auto b1 = next(author, "B");
  take(author, b1);
  const auto b2 = next(author, "B");
  const Frontier empty;
  CHECK(code_of(empty, b1) == ErrorCode::not_yet);
  CHECK(code_of(empty, b2) == ErrorCode::not_yet);
}

TEST_CASE("frontier: what is applied already is a duplicate", "[sync]") {
  Frontier frontier;
  std::vector<ChangeHeader> headers;
  std::map<std::pair<ReplicaId, std::uint64_t>, ChangeId> log;
  for (int i = 0; i < 3; ++i) {
    for (const char* replica : {"A", "B"}) {
      headers.push_back(next(frontier, replica));
      log[{rep(replica), headers.back().seq}] = take(frontier, headers.back());
    }
  }
  const IdLookup ids = [&](const ReplicaId& replica, std::uint64_t seq) {
    const auto at = log.find({replica, seq});
    return at == log.end() ? std::nullopt : std::optional(at->second);
  };
  for (const auto& header : headers) {
    CHECK(code_of(frontier, header, ids) == ErrorCode::duplicate);
    // A store that has compacted its log still knows what it has applied.
    CHECK(code_of(frontier, header) == ErrorCode::duplicate);
  }
}

TEST_CASE("frontier: another change with the same number is a fork", "[sync][P12]") {
  Frontier ours;
  Frontier theirs;
  take(ours, next(ours, "A", 1));
  const auto other = next(theirs, "A", 2);
  CHECK(code_of(ours, other) == ErrorCode::fork);
}

TEST_CASE(
    "frontier: another change with the same number is a fork even if its past is unknown here",
    "[sync][P12]") {
  Frontier ours;
  Frontier theirs;
  take(ours, next(ours, "A", 1));
  take(theirs, next(theirs, "B"));
  const auto other = next(theirs, "A", 1);
  REQUIRE(other.deps.size() == 1);
  CHECK(code_of(ours, other) == ErrorCode::fork);
}

TEST_CASE("frontier: a branch is never continued by the other one", "[sync][P12]") {
  // Change 2 of the clone never comes here; its change 3 must not pass for ours.
  Frontier ours;
  take(ours, next(ours, "A"));
  Frontier clone = ours;
  take(ours, next(ours, "A", 1));
  take(clone, next(clone, "A", 2));
  const auto third = next(clone, "A", 3);
  CHECK(code_of(clone, third) == ErrorCode::ok);
  CHECK(code_of(ours, third) == ErrorCode::fork);
}

TEST_CASE("frontier: who depends on another branch is seen by the prefix", "[sync][P12]") {
  Frontier ours;
  Frontier theirs;
  take(ours, next(ours, "A", 1));
  take(theirs, next(theirs, "A", 2));
  CHECK(code_of(ours, next(theirs, "B")) == ErrorCode::fork);
  auto damaged = next(ours, "B");
  damaged.deps[0].id_prefix ^= 1;
  CHECK(code_of(ours, damaged) == ErrorCode::fork);
}

TEST_CASE("frontier: a dependency that did not move breaks the chain", "[sync]") {
  Frontier frontier;
  const ChangeId a1 = take(frontier, next(frontier, "A"));
  take(frontier, next(frontier, "B"));
  auto b2 = next(frontier, "B");
  b2.deps.push_back(DepEntry{rep("A"), 1, a1.prefix()});
  CHECK(code_of(frontier, b2) == ErrorCode::broken_chain);
}

TEST_CASE("frontier: a dependency older than the kept log cannot be checked", "[sync]") {
  Frontier frontier;
  const ChangeId a1 = take(frontier, next(frontier, "A"));
  ChangeHeader b1 = next(frontier, "B");
  take(frontier, next(frontier, "A"));
  CHECK(code_of(frontier, b1) == ErrorCode::broken_chain);
  const IdLookup ids = [&](const ReplicaId&, std::uint64_t) { return std::optional(a1); };
  CHECK(code_of(frontier, b1, ids) == ErrorCode::ok);
}

TEST_CASE("frontier: the digest of history forgets the order of delivery", "[sync][P3]") {
  Frontier one;
  const auto a1 = next(one, "A");
  const auto b1 = next(one, "B");
  take(one, a1);
  take(one, b1);
  Frontier other;
  take(other, b1);
  take(other, a1);
  CHECK(one == other);
  CHECK(one.history() == other.history());
  CHECK(Frontier::from_parts(one.heads(), one.history()) == one);
}

TEST_CASE("ids of changes: every part of a header counts", "[sync][P12]") {
  ChangeHeader header;
  header.document = document_of("d1");
  header.replica = rep("A");
  header.seq = 2;
  header.author = "u";
  const auto id = [](const ChangeHeader& h, const ChangeId& previous, std::vector<ChangeId> deps) {
    return compute_id(previous, deps, encode_header(h));
  };
  const ChangeId zero;
  ChangeId one;
  one.bytes[0] = 1;
  std::set<Digest> ids{id(header, zero, {}), id(header, one, {}), id(header, zero, {zero}),
                       id(header, zero, {zero, zero})};
  const auto with = [&](auto change) {
    ChangeHeader other = header;
    change(other);
    ids.insert(id(other, zero, {}));
  };
  with([](ChangeHeader& h) { h.document.section = "health"; });
  with([](ChangeHeader& h) { h.replica = rep("B"); });
  with([](ChangeHeader& h) { h.seq = 3; });
  with([](ChangeHeader& h) { h.previous_prefix = 3; });
  with([](ChangeHeader& h) { h.deps.push_back(DepEntry{rep("C"), 1, 0}); });
  with([](ChangeHeader& h) { h.stamp.ms = 1; });
  with([](ChangeHeader& h) { h.stamp.counter = 1; });
  with([](ChangeHeader& h) { h.author = "v"; });
  with([](ChangeHeader& h) { h.schema_version = 1; });
  with([](ChangeHeader& h) { h.transaction = Transaction{id_of<TransactionId>("t"), 2}; });
  with([](ChangeHeader& h) { h.origin = Origin{rep("O"), 1}; });
  with([](ChangeHeader& h) { h.body_digest.bytes[31] = 1; });
  CHECK(ids.size() == 16);
}
