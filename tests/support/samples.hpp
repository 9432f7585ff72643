#pragma once
// One of everything that is ever encoded, with fixed content: for golden bytes, for damage tests
// and for the seeds of the fuzzers.

#include <string>
#include <vector>

#include "insieme/sync/protocol.hpp"
#include "support/builders.hpp"

namespace insieme::testing {

[[nodiscard]] inline ChangeHeader sample_header() {
  ChangeHeader header;
  header.document = document_of("dossier", "education");
  header.replica = rep("tablet-A");
  header.seq = 300;
  header.previous_prefix = 0x1122334455667788;
  header.deps = {DepEntry{rep("tablet-B"), 5, 0x0102030405060708},
                 DepEntry{rep("tablet-C"), 128, UINT64_MAX}};
  header.stamp = Stamp{1'790'000'000'123, 2};
  header.author = "anna.b";
  header.schema_version = 4;
  header.transaction = Transaction{id_of<TransactionId>("visit"), 2};
  header.origin = Origin{rep("tablet-O"), 9};
  header.body_digest = Hasher("sample").add("body").finish();
  return header;
}

/// Every kind of operation and of value.
[[nodiscard]] inline std::vector<Operation> sample_ops() {
  const auto resolve = [](Outcome outcome, std::optional<Value> value) {
    return ResolveOp{ItemKind::concurrent_values,
                     outcome,
                     {dot("tablet-A", 1), dot("tablet-B", 2, 3)},
                     std::move(value),
                     "visto di persona"};
  };
  return {set_op("null", Null{}),
          set_op("flag", true),
          set_op("cents", std::int64_t{-352'169'00}),
          set_op("ratio", 0.5),
          set_op("name", "Perch\xc3\xa9"),
          set_op("hash", Bytes{{0, 1, 255}}),
          set_op("day", Date{20'600}),
          set_op("at", Instant{1'790'000'000'000}),
          set_op("family", Reference{rec("household")}),
          with_context(set_op("form", "old form"), vv({{"tablet-A", 7}, {"tablet-B", 300}})),
          with_context(set_op("blank", "saw nothing"), {}),
          add_op("tags", "scuola"),
          remove_op("tags", "sport"),
          inc_op("points", -3),
          splice_op("note", {{0, 0, "una nota \xf0\x9f\x8c\xb3"}, {4, 4, ""}}),
          retract_op("r2"),
          restore_op("r3"),
          op_on("r1", "choice", resolve(Outcome::choose, text("B"))),
          op_on("r1", "left", resolve(Outcome::dismiss, {})),
          op_on("r1", "future", OpaqueOp{99, {9, 8, 7}})};
}

[[nodiscard]] inline Change sample_change() {
  Change change{sample_header(), sample_ops()};
  complete(change, key_of("key"));
  return change;
}

/// A record with contested values, a text with concurrent events, both kinds of lives, a decision.
[[nodiscard]] inline RecordState sample_record() {
  Peer a("tablet-A");
  Peer b("tablet-B");
  a.set_clock(1'790'000'000'000);
  b.set_clock(1'924'992'000'000);
  a.write({set_op("reg", "of A"), set_op("alone", number(1)), add_op("tags", "t"), inc_op("n", 4),
           splice_op("note", {{0, 0, "una nota"}}), splice_op("whole", {{0, 0, "in one piece"}})});
  b.write({set_op("reg", "of B"), add_op("tags", "t"), add_op("tags", "u"), inc_op("n", -1),
           retract_op()});
  sync_both(a, b);
  a.write({restore_op(), splice_op("note", {{4, 4, "lettera"}})});
  b.write({splice_op("note", {{8, 0, " breve"}}), retract_op()});
  sync_both(a, b);
  a.write({resolve_op(a.items()[0], Outcome::dismiss)});
  return a.record();
}

[[nodiscard]] inline SyncRequest sample_request() {
  SyncRequest request;
  request.schema_version = 3;
  request.space = id_of<SpaceId>("space");
  request.device = device("tablet");
  request.replica = rep("tablet-A");
  request.cursor = Cursor{2, 700, Hasher("sample").add("log").finish()};
  request.backfill = Backfill{dossier("dossier"), 701, 12};
  request.device_ms = -5;
  request.unsent_left = 9;
  request.reply_bytes_max = 65'536;
  request.secrets = {DossierSecret{dossier("dossier"), key_of("key")}};
  Change change = sample_change();
  Change hollow = change;
  hollow.ops.reset();
  request.changes = {change, hollow};
  request.seen = {Seen{document_of("dossier"), vv({{"tablet-A", 3}}), "anna.b"}};
  request.held_decisions = {
      HeldDecision{document_of("dossier"), rep("tablet-O"), 9, false, "doppione", "carla.c"}};
  request.signature.bytes.fill(0x5a);
  return request;
}

[[nodiscard]] inline SyncReply sample_reply() {
  SyncReply reply;
  reply.server_ms = 1'790'000'000'456;
  const DocumentId document = document_of("dossier");
  for (std::uint8_t verdict = 1; verdict <= 6; ++verdict) {
    reply.results.push_back(PushResult{document, rep("tablet-A"), verdict,
                                       static_cast<Verdict>(verdict), verdict * 100U,
                                       verdict == 4 ? ErrorCode::malformed : ErrorCode::ok,
                                       verdict == 4 ? "two values for one field" : ""});
  }
  const Change change = sample_change();
  Change hollow = change;
  hollow.ops.reset();
  reply.items = {
      {800, change},
      {801, hollow},
      {802, Event(GrantEvent{dossier("dossier"), {"core", "education"}, key_of("key"), true})},
      {803, Event(RevokeEvent{dossier("other"), "handed over"})},
      {804, Event(HeldEvent{change, "no longer assigned"})},
      {805, Event(HeldClosedEvent{{document, rep("tablet-O"), 9, true, "", "carla.c"}})},
      {806, Event(SeenEvent{Seen{document, vv({{"tablet-A", 3}}), "carla.c"}})}};
  reply.cursor = Cursor{2, 806, Hasher("sample").add("later").finish()};
  reply.backfill = Backfill{dossier("dossier"), 807, 3};
  reply.more = true;
  DocumentDigest digest{document, 42, {}};
  digest.history.add(Hasher("sample").finish());
  reply.digests = {digest};
  return reply;
}

/// Digests of bodies do not travel: what a receiver has before `complete`.
[[nodiscard]] inline Change as_received(Change change) {
  if (change.ops) change.header.body_digest = {};
  return change;
}

}  // namespace insieme::testing
