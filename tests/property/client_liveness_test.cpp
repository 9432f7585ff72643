// A client's run ends, whatever the server, the network and the store do.
#include <rapidcheck.h>

#include "insieme/sync/client_sync.hpp"
#include "insieme/sync/limits.hpp"
#include "support/catch.hpp"
#include "support/history.hpp"
#include "support/samples.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// What an adversary sends next: anything that decodes, and much that does not.
class Adversary {
 public:
  explicit Adversary(Script& script) : script_(script) {}

  ClientInput answer(const std::vector<std::uint8_t>& body) {
    const auto message = decode_message(body);
    RC_ASSERT(message.ok());
    const auto& request = std::get<SyncRequest>(*message);
    switch (script_.draw(8)) {
      case 0: {
        static const int kStatus[] = {0, 401, 403, 404, 408, 429, 500, 503, 507};
        return SendFailed{kStatus[script_.draw(9)], "no", script_.draw(3)};
      }
      case 1: return ReplyArrived{std::vector<std::uint8_t>(script_.draw(60), 'I')};
      default: return ReplyArrived{encode_message(reply_to(request))};
    }
  }

 private:
  SyncReply reply_to(const SyncRequest& request) {
    SyncReply reply;
    if (script_.one_in(12)) reply.status = ReplyStatus::cursor_unknown;
    for (const Change& change : request.changes) {
      const ChangeHeader& header = change.header;
      reply.results.push_back(PushResult{header.document, header.replica, header.seq,
                                         static_cast<Verdict>(1 + script_.draw(6)), 1,
                                         ErrorCode::ok, ""});
    }
    if (script_.one_in(12)) reply.results.emplace_back();
    for (std::uint32_t n = script_.draw(3); n > 0; --n) {
      reply.items.push_back({n, Event(RevokeEvent{dossier("d"), "x"})});
    }
    reply.cursor = request.cursor;
    reply.cursor.epoch += script_.draw(2);
    if (script_.one_in(3)) reply.cursor.position += script_.draw(4);
    if (script_.one_in(12)) reply.cursor.position -= 1;
    if (script_.one_in(3)) {
      reply.backfill = Backfill{dossier("d"), script_.draw(9), script_.draw(9)};
    }
    reply.more = !script_.one_in(4);
    return reply;
  }

  Script& script_;
};

struct RunEnd {
  std::uint64_t sends = 0;
  std::uint64_t turns = 0;
  bool ended = false;
};

/// Drives a machine against the adversary. A store that never says that it has sent everything.
RunEnd run(Script& script, bool stubborn) {
  ClientSync machine(ClientIdentity{{}, device("t"), rep("A"), 1, make_key_pair({1}).secret_key});
  Adversary adversary(script);
  Gathered gathered;
  gathered.changes = {sample_change()};
  RunEnd outcome;
  ClientAction action = machine.resume(StartSync{});
  for (int step = 0; step < 200'000; ++step) {
    if (std::holds_alternative<DoneAction>(action)) outcome.ended = true;
    if (const auto* given_up = std::get_if<GiveUpAction>(&action)) {
      outcome.ended = true;
      RC_ASSERT(given_up->error.code != ErrorCode::ok);
      RC_ASSERT(!given_up->error.detail.empty());
    }
    if (outcome.ended) return outcome;
    if (std::holds_alternative<GatherAction>(action)) {
      action = machine.resume(GatherDone{gathered});
    } else if (const auto* send = std::get_if<SendAction>(&action)) {
      ++outcome.sends;
      action = machine.resume(adversary.answer(send->body));
    } else if (std::holds_alternative<WaitAction>(action)) {
      action = machine.resume(WaitOver{});
    } else if (std::holds_alternative<TokenAction>(action)) {
      action = machine.resume(TokenReady{});
    } else if (const auto* apply = std::get_if<ApplyAction>(&action)) {
      ++outcome.turns;
      gathered.cursor = apply->reply.cursor;
      gathered.backfill = apply->reply.backfill;
      action = machine.resume(ApplyDone{stubborn || script.one_in(2)});
    } else {
      gathered.cursor = {};
      gathered.backfill.reset();
      action = machine.resume(ApplyDone{true});
    }
  }
  return outcome;
}

}  // namespace

TEST_CASE("liveness: a run against any server ends within its bound of turns",
          "[sync][property][client][P1]") {
  CHECK(rc::check([] {
    Script script(*rc::gen::container<std::vector<std::uint32_t>>(
        400, rc::gen::inRange<std::uint32_t>(0, 5'040)));
    const RunEnd outcome = run(script, *rc::gen::arbitrary<bool>());
    RC_ASSERT(outcome.ended);
    RC_ASSERT(outcome.turns <= kTurnsPerRunMax);
    // At most six attempts and three tokens for each turn, and one reset.
    RC_ASSERT(outcome.sends <= (outcome.turns + 2) * 10);
  }));
}
