// A splice into a text that nobody has shares the fate of what it stands on.
#include "server_world.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

Operation type_at(std::uint32_t position, std::string inserted, std::string record = "r1") {
  return splice_op("note", {Splice{position, 0, std::move(inserted)}}, record);
}

/// Anna has typed a line and has lost the section `health` since: an act that touches it is held
/// whole, also its part of the text.
struct Typed : ServerWorld {
  Change held;        ///< of the text, a part of the held act
  Change other_part;
  Typed() {
    push(anna, {anna.write(kCore, {type_at(0, "la nonna")})}, {secret()});
    server.grant("user-anna", kFamily, {"core"});
    held = anna.write(kCore, {type_at(8, " materna")}, act(2));
    other_part = anna.write(kHealth, {set_op("reg", "1")}, act(2));
  }
};

}  // namespace

TEST_CASE("standing: a later edit of a text whose earlier edit is held is held with it",
          "[sync][server][P2]") {
  Typed w;
  const Change later = w.anna.write(kCore, {type_at(16, " viene")});
  const Change elsewhere = w.anna.write(kCore, {type_at(0, "altro", "r2"), set_op("reg", "1")});
  const auto reply = w.push(w.anna, {w.held, w.other_part, later, elsewhere});
  CHECK(verdicts(reply) ==
        Verdicts{Verdict::held, Verdict::held, Verdict::held, Verdict::accepted});
  CHECK(reply.results[2].reason == reply.results[0].reason);
  CHECK(w.server.state.held.size() == 3);
}

TEST_CASE("standing: the same when the earlier edit was judged in a reply that was lost",
          "[sync][server][P2]") {
  Typed w;
  w.push(w.anna, {w.held, w.other_part});
  // The device did not hear it: it offers the act again, before what stands on it.
  const Change later = w.anna.write(kCore, {type_at(16, " viene")});
  const auto reply = w.push(w.anna, {w.held, w.other_part, later});
  CHECK(verdicts(reply) == Verdicts{Verdict::held, Verdict::held, Verdict::held});
}

TEST_CASE("standing: what was typed after its author heard stands on the text without it",
          "[sync][server]") {
  Typed w;
  w.push(w.anna, {w.held, w.other_part});
  CHECK(verdicts(w.push(w.anna, {w.anna.write(kCore, {type_at(8, " viene")})})) ==
        Verdicts{Verdict::accepted});
}

TEST_CASE("standing: an edit from a form opened before the held one stands on its own",
          "[sync][server]") {
  Typed w;
  const Change form =
      w.anna.write(kCore, {with_context(type_at(0, "oggi "), vv({{"anna", 1}}))});
  const auto reply = w.push(w.anna, {w.held, w.other_part, form});
  CHECK(verdicts(reply) == Verdicts{Verdict::held, Verdict::held, Verdict::accepted});
}

TEST_CASE("standing: on a refused edit it is refused in the same words, and so is what follows it",
          "[sync][server][P2]") {
  ServerWorld w;
  w.push(w.anna, {w.anna.write(kCore, {type_at(0, "la nonna")})}, {w.secret()});
  Frontier at = w.server.state.frontiers.at(kCore);
  const auto chain = [&](std::vector<Operation> ops) {
    Change change{w.anna.write(kCore, {type_at(0, "x")}).header, std::move(ops)};
    at.fill_next(change.header, rep("anna"));
    complete(change, w.anna.dossier_keys.at(kFamily));
    const auto admission = at.admit(change.header, nullptr);
    REQUIRE(admission.ok());
    at.advance(change.header, *admission);
    return change;
  };
  const Change bad = chain({with_context(set_op("reg", "1"), vv({{"nobody", 1}})),
                            type_at(8, " materna")});
  const Change second = chain({type_at(16, " viene")});
  const Change third = chain({type_at(22, " oggi")});
  const Change free = chain({set_op("reg", "2")});
  const auto reply = w.push(w.anna, {bad, second, third, free});
  REQUIRE(verdicts(reply) ==
          Verdicts{Verdict::refused, Verdict::refused, Verdict::refused, Verdict::accepted});
  CHECK(reply.results[1].code == reply.results[0].code);
  CHECK(reply.results[2].reason == reply.results[0].reason);
  // The replies were lost: the same is heard again.
  CHECK(verdicts(w.push(w.anna, {bad, second, third, free})) ==
        Verdicts{Verdict::refused, Verdict::refused, Verdict::refused, Verdict::duplicate});
}

TEST_CASE("standing: whoever refuses a held edit refuses what stands on it", "[sync][server][P5]") {
  Typed w;
  const Change later = w.anna.write(kCore, {type_at(16, " viene")});
  const Change last = w.anna.write(kCore, {type_at(22, " oggi")});
  w.push(w.anna, {w.held, w.other_part, later, last});
  REQUIRE(w.boss.sync(w.server).done);
  w.boss.decisions = {HeldDecision{kCore, rep("anna"), w.held.header.seq, false, "no", ""}};
  REQUIRE(w.boss.sync(w.server).done);
  CHECK(w.server.state.held.size() == 1);  // the other part of the act
  CHECK(w.server.state.held.begin()->first.document == kHealth);
  // What was typed on top and comes only now hears the same.
  const Change late = w.anna.write(kCore, {type_at(27, "!")});
  const auto reply = w.push(w.anna, {w.held, later, last, late});
  CHECK(reply.results[3].verdict == Verdict::refused);
  CHECK(reply.results[3].reason == "no");
}
