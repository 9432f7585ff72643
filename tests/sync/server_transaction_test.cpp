// One act over several documents shares one fate.
#include "server_world.hpp"

using namespace insieme;
using namespace insieme::testing;

TEST_CASE("transaction: taken whole, at consecutive positions, over documents", "[sync][server]") {
  ServerWorld w;
  const Change one = w.anna.write(kCore, {set_op("reg", "1")}, act(3));
  const Change two = w.anna.write(kHealth, {set_op("reg", "1")}, act(3));
  const Change three = w.anna.write(kCore, {set_op("reg", "2")}, act(3));
  const auto reply = w.push(w.anna, {one, two, three}, {w.secret()});
  CHECK(verdicts(reply) == Verdicts(3, Verdict::accepted));
  CHECK(reply.results[2].position == reply.results[0].position + 2);
}

TEST_CASE("transaction: one that is not whole is deferred and leaves no trace", "[sync][server]") {
  ServerWorld w;
  const Change one = w.anna.write(kCore, {set_op("reg", "1")}, act(2));
  const Change two = w.anna.write(kHealth, {set_op("reg", "1")}, act(2));
  const Change after = w.anna.write(kCore, {set_op("reg", "2")});
  const auto cut = w.push(w.anna, {one}, {w.secret()});
  CHECK(verdicts(cut) == Verdicts{Verdict::deferred});
  CHECK(cut.results[0].code == ErrorCode::not_yet);
  // Torn apart by another change: neither part is whole, and what follows them waits.
  const Change between = w.anna.write(DocumentId{kFamily, "education"}, {set_op("reg", "1")});
  const auto torn = w.push(w.anna, {one, between, two, after}, {w.secret()});
  CHECK(verdicts(torn) == Verdicts{Verdict::deferred, Verdict::held, Verdict::deferred,
                                   Verdict::deferred});
  CHECK(w.server.state.frontiers.count(kCore) == 0);
  const auto whole = w.push(w.anna, {one, two, after});
  CHECK(verdicts(whole) == Verdicts(3, Verdict::accepted));
}

TEST_CASE("transaction: one part held holds all", "[sync][server][P8]") {
  ServerWorld w;
  w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})}, {w.secret()});
  w.server.grant("user-anna", kFamily, {"core"});
  const Change one = w.anna.write(kCore, {set_op("reg", "2")}, act(2));
  const Change two = w.anna.write(kHealth, {set_op("reg", "1")}, act(2));
  const auto reply = w.push(w.anna, {one, two});
  CHECK(verdicts(reply) == Verdicts{Verdict::held, Verdict::held});
  CHECK_FALSE(reply.results[0].reason.empty());
  CHECK(w.server.state.held.size() == 2);
  CHECK(verdicts(w.push(w.anna, {one, two})) == Verdicts{Verdict::held, Verdict::held});
}

TEST_CASE("transaction: one part refused refuses all, and refused is stronger than held",
          "[sync][server][P2]") {
  ServerWorld w;
  w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})}, {w.secret()});
  w.server.grant("user-anna", kFamily, {"core"});
  const Change one = w.anna.write(kHealth, {set_op("reg", "1")}, act(2));
  Change two = w.anna.write(kCore, {set_op("reg", "2")}, act(2));
  (*two.ops)[0].context = vv({{"nobody", 1}});
  complete(two, w.anna.dossier_keys.at(kFamily));
  const auto reply = w.push(w.anna, {one, two});
  CHECK(verdicts(reply) == Verdicts{Verdict::refused, Verdict::refused});
  CHECK(reply.results[0].code == ErrorCode::conflict);
  CHECK(reply.results[1].code == ErrorCode::malformed);
  CHECK(w.server.state.held.empty());
}

TEST_CASE("transaction: one that no reply could carry is refused", "[sync][server][P2]") {
  ServerWorld w;
  std::vector<Change> changes;
  for (int part = 0; part < 4; ++part) {
    std::vector<Operation> ops;
    for (int i = 0; i < 9; ++i) {
      ops.push_back(set_op("f" + std::to_string(i), std::string(kStringBytesMax, 'a')));
    }
    changes.push_back(w.anna.write(kCore, std::move(ops), act(4)));
  }
  const auto reply = w.push(w.anna, changes, {w.secret()});
  CHECK(verdicts(reply) == Verdicts(4, Verdict::refused));
  CHECK(reply.results[0].code == ErrorCode::limit_exceeded);
  CHECK(verdicts(w.push(w.anna, {w.anna.write(kCore, {set_op("reg", "1")})})) ==
        Verdicts{Verdict::accepted});
}
