#pragma once
// A client's machine and what to feed it.

#include "insieme/sync/client_sync.hpp"
#include "insieme/sync/limits.hpp"
#include "support/catch.hpp"
#include "support/samples.hpp"

namespace insieme::testing {

inline ClientIdentity identity() {
  ClientIdentity who;
  who.space = id_of<SpaceId>("space");
  who.device = device("tablet");
  who.replica = rep("A");
  who.schema_version = 3;
  who.key = make_key_pair({7}).secret_key;
  return who;
}

inline Change pushed_change(std::uint64_t seq = 1) {
  Change change = sample_change();
  change.header.seq = seq;
  return change;
}

inline Gathered with_changes(std::size_t count) {
  Gathered gathered;
  for (std::size_t i = 0; i < count; ++i) gathered.changes.push_back(pushed_change(i + 1));
  return gathered;
}

inline PushResult result_for(const Change& change, Verdict verdict) {
  PushResult result;
  result.document = change.header.document;
  result.replica = change.header.replica;
  result.seq = change.header.seq;
  result.verdict = verdict;
  return result;
}

inline SyncReply reply_at(std::uint64_t position, bool more = false) {
  SyncReply reply;
  reply.cursor.epoch = 1;
  reply.cursor.position = position;
  reply.more = more;
  return reply;
}

inline ReplyArrived arrived(const SyncReply& reply) { return ReplyArrived{encode_message(reply)}; }

template <class T>
T expect(ClientAction action) {
  INFO("action " << action.index());
  REQUIRE(std::holds_alternative<T>(action));
  return std::get<T>(std::move(action));
}

inline ErrorCode given_up(ClientAction action) {
  return expect<GiveUpAction>(std::move(action)).error.code;
}

/// A machine that has sent `gathered`.
struct Sent {
  ClientSync machine{identity()};
  std::vector<std::uint8_t> body;
  explicit Sent(const Gathered& gathered = {}) {
    expect<GatherAction>(machine.resume(StartSync{}));
    body = expect<SendAction>(machine.resume(GatherDone{gathered})).body;
  }
  ClientAction reply(const SyncReply& reply) { return machine.resume(arrived(reply)); }
  ClientAction fail(int status, std::uint32_t retry_after = 0) {
    return machine.resume(SendFailed{status, "why", retry_after});
  }
};

}  // namespace insieme::testing
