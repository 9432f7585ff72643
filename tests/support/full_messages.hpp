#pragma once
// A request and a reply in which every list has something, as a version of the protocol knows them:
// what a later version added is left empty.

#include <vector>

#include "support/exchange_samples.hpp"
#include "support/samples.hpp"

namespace insieme::testing {

[[nodiscard]] inline ErasureOrder sample_order() {
  return {id_of<ErasureId>("o1"), dossier("d1"),
          {{"core", rec("r1")}, {"health", {}}, {{}, rec("r2")}}, "art. 17"};
}

/// Of which a record was erased.
[[nodiscard]] inline Change sample_redacted() {
  Change change{sample_header(), std::vector<Operation>{set_op("reg", "x"),
                                                        set_op("reg", "y", "r2")}};
  complete(change, key_of("key"));
  Redaction redaction;
  redaction.add(rec("r2"));
  redact(change, redaction);
  return change;
}

[[nodiscard]] inline Voucher sample_voucher() {
  Voucher voucher;
  voucher.document = document_of("dossier", "education");
  ChangeId id;
  id.bytes.fill(0x21);
  voucher.heads = {{rep("tablet-A"), 300, id}, {rep("tablet-B"), 5, id}};
  voucher.hollow = {{rep("tablet-A"), 7, HollowState::waiting},
                    {rep("tablet-A"), 9, HollowState::accepted},
                    {rep("tablet-B"), 1, HollowState::refused},
                    {rep("tablet-B"), 2, HollowState::plain}};
  voucher.signature.bytes.fill(0x3c);
  return voucher;
}

[[nodiscard]] inline Backfill sample_backfill() {
  Backfill backfill{dossier("dossier"), 701, 12, {}, {}};
  backfill.snapshot = SnapshotPlace{"core", Hasher("sample").finish(), 300};
  backfill.folded = {{"core", vv({{"A", 3}})}, {"health", vv({{"A", 1}, {"B", 2}})}};
  return backfill;
}

/// 3 or 4.
[[nodiscard]] inline SyncRequest full_request(std::uint32_t protocol) {
  SyncRequest request = sample_request();
  request.protocol = protocol;
  request.backfill = sample_backfill();
  request.log_only = true;
  request.acknowledgements = {{document_of("dossier"), vv({{"A", 3}})}};
  Change hollow = sample_change();
  hollow.ops.reset();
  request.healing = Healing{{sample_voucher()}, {sample_change(), hollow}, 1};
  request.permits_wanted = {dossier("d1"), dossier("d2")};
  request.texts_of_others = {{document_of("dossier"), rep("tablet-B"), 5, rec("r1"), "note"}};
  request.letters = {{1, 2, 3}, {4}};
  if (protocol < 4) return request;
  request.changes.push_back(sample_redacted());
  request.erased = {id_of<ErasureId>("o0"), id_of<ErasureId>("o1")};
  request.erase = {sample_order()};
  return request;
}

/// 3 or 4.
[[nodiscard]] inline SyncReply full_reply(std::uint32_t protocol) {
  const ExchangeSamples s;
  SyncReply reply = sample_reply();
  reply.protocol = protocol;
  reply.status = ReplyStatus::cursor_unknown;
  reply.backfill = sample_backfill();
  const DocumentId document = document_of("dossier");
  reply.items.push_back({807, SnapshotPart{document, Hasher("sample").finish(), 4, 1, {1, 2, 3}}});
  reply.stable = {{document, vv({{"A", 3}})}};
  const Voucher voucher = sample_voucher();
  reply.vouches = {{voucher.document, voucher.hollow, voucher.signature}};
  reply.healed = {reply.results.at(0), reply.results.at(3)};
  reply.covered = 640;
  reply.permits = {{s.grant("anna", document.dossier, {"core"}), {s.key(document)}}};
  reply.letters = {
      {Hasher("sample").add("one").finish(), LetterFate::waits, ErrorCode::ok, ""},
      {Hasher("sample").add("two").finish(), LetterFate::refused, ErrorCode::bad_signature, "no"},
      {Hasher("sample").add("three").finish(), LetterFate::superseded, ErrorCode::ok, ""}};
  if (protocol < 4) return reply;
  reply.items.push_back({808, sample_redacted()});
  reply.items.push_back({809, Event(EraseEvent{sample_order(), {5, 6, 7}})});
  reply.erasures = {{id_of<ErasureId>("o1"), ErrorCode::ok, ""},
                    {id_of<ErasureId>("o2"), ErrorCode::not_allowed, "not assigned"}};
  return reply;
}

}  // namespace insieme::testing
