// An operation of a later engine: whoever does not know it keeps it and hands it on, through
// exchange, erasure and folding, until somebody does.
#include <algorithm>

#include "support/catch.hpp"
#include "support/exchange_samples.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const OpaqueOp kLater{77, {1, 2, 3}};
const DocumentId kCore = document_of("d1");

Operation later(std::string_view record = "r1") { return op_on(record, "future", kLater); }

bool holds_it(const Change* change) {
  return change != nullptr && change->ops &&
         std::any_of(change->ops->begin(), change->ops->end(),
                     [](const Operation& op) { return op.action == Action(kLater); });
}

}  // namespace

TEST_CASE("later engine: an unknown operation goes through an exchange as it is",
          "[sync][exchange][later]") {
  const ExchangeSamples s;
  Change change = s.change("anna", kCore);
  change.ops->push_back(later());
  complete(change, s.dossier_key);
  Handout handout = s.handout("anna", kCore);
  handout.changes = {change};
  ExchangeSamples::sign_anew(handout, "anna");
  const auto opened = open_handout(s.key(kCore), seal_handout(s.key(kCore), handout));
  REQUIRE(opened.ok());
  REQUIRE(opened->changes.size() == 1);
  Change received = opened->changes[0];
  complete(received, s.dossier_key);
  CHECK(received == change);
  // Whoever receives it hands it on to the next one.
  Document middle(kCore, s.dossier_key);
  REQUIRE(*middle.deliver(received) == Delivery::applied);
  CHECK(*middle.find(rep("anna"), 1) == change);
}

TEST_CASE("later engine: an erasure takes an unknown operation of its record, and no other one",
          "[sync][later][P9]") {
  Peer a("A");
  const Change change = a.write({set_op("reg", "x"), later("r1"), later("r2")});
  Redaction redaction;
  redaction.add(rec("r2"));
  Peer b("B");
  REQUIRE(b.receive(change).ok());
  b.document().erase(redaction);
  const Change* kept = b.document().find(rep("A"), 1);
  REQUIRE(kept != nullptr);
  CHECK((*kept->ops)[1].action == Action(kLater));
  CHECK(std::holds_alternative<ErasedOp>((*kept->ops)[2].action));
  // Redacted it travels on, to somebody who never had the whole.
  SyncRequest request;
  request.changes = {*kept};
  const auto read = decode_message(encode_message(request));
  REQUIRE(read.ok());
  CHECK(std::get<SyncRequest>(*read).changes.at(0) == *kept);
}

TEST_CASE("later engine: what is unknown is never folded away, what came before it is",
          "[sync][later][P2]") {
  Peer a("A");
  Peer b("B");
  a.write({set_op("reg", "x"), splice_op("note", {{0, 0, "una nota"}})});
  a.write({set_op("reg", "y")});
  const VersionVector before = a.version();
  a.write({later()});
  b.pull(a);
  b.write({set_op("reg", "z")});
  a.pull(b);
  const Digest digest = a.digest();
  CHECK(a.document().snapshot().error().code == ErrorCode::not_yet);
  CHECK(a.document().compact(a.version()).code() == ErrorCode::not_yet);
  CHECK(a.document().compact(vv({{"A", 3}})).code() == ErrorCode::not_yet);
  CHECK(a.log().size() == 4);
  REQUIRE(a.document().compact(before).ok());
  CHECK(a.log().size() == 2);
  CHECK(a.digest() == digest);
  // A newcomer gets what was folded, and the operation after it.
  Document newcomer = Document::from_snapshot(*a.document().snapshot(before), key_of("key"));
  for (const Change& change : a.log()) REQUIRE(*newcomer.deliver(change) == Delivery::applied);
  CHECK(newcomer.state_digest() == digest);
  CHECK(holds_it(newcomer.find(rep("A"), 3)));
  // Without its body there is nothing to be lost.
  Change hollow = *b.document().find(rep("A"), 3);
  hollow.ops.reset();
  Document erased(kCore, key_of("key"));
  for (const Change& change : b.log()) {
    const bool is_it = change.header.replica == rep("A") && change.header.seq == 3;
    REQUIRE(erased.deliver(is_it ? hollow : change).ok());
  }
  CHECK(erased.snapshot().ok());
}
