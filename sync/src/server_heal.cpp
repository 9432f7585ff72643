// What a device gives back to a server that was put back from an old backup.
#include <algorithm>

#include "insieme/sync/limits.hpp"
#include "insieme/sync/reasons.hpp"
#include "server_judge.hpp"

namespace insieme::sync::detail {
namespace {

constexpr const char* kNoVoucher = "no voucher of this server covers it";
constexpr const char* kNotProven = "its document is not proven by what came";
constexpr const char* kOtherHead = "the heads of the voucher are not those of the changes";
constexpr const char* kOtherForm = "it was not hollow, or had no body, when it was vouched for";

/// One document of a healing, tried out before anything of it is believed.
struct Proof {
  const Voucher* voucher = nullptr;
  Frontier frontier;                 ///< as it would be after all of the changes
  std::map<ChangeRef, ChangeId> ids; ///< that were worked out
  Status status;                     ///< of the first thing that does not fit
};

}  // namespace

class Healer {
 public:
  explicit Healer(Judge& judge) : judge_(judge), healing_(judge.request_.healing) {}

  void run(std::vector<PushResult>& results, std::vector<std::size_t>& committed) {
    for (const Voucher& voucher : healing_.vouchers) open(voucher);
    for (std::size_t i = 0; i < healing_.changes.size(); ++i) try_out(i);
    for (auto& [document, proof] : proofs_) {
      if (proof.status.ok()) close(proof);
      if (proof.status.ok()) decide(*proof.voucher);
    }
    const std::size_t take = std::min<std::size_t>(healing_.take, healing_.changes.size());
    for (std::size_t i = 0; i < take; ++i) results.push_back(take_in(i, results, committed));
  }

 private:
  void open(const Voucher& voucher) {
    const auto [at, is_new] = proofs_.try_emplace(voucher.document);
    Proof& proof = at->second;
    if (!is_new) {
      proof.status = {ErrorCode::malformed, "two vouchers of one document"};
      return;
    }
    proof.voucher = &voucher;
    proof.frontier = judge_.loaded_.frontiers[voucher.document];
    const Digest digest = digest_of_voucher(judge_.request_.space, voucher);
    if (!judge_.arrived_.keys ||
        !verify(judge_.arrived_.keys->public_key, digest.bytes, voucher.signature)) {
      proof.status = {ErrorCode::bad_signature, "the voucher is not signed by this server"};
    } else if (!judge_.knows(voucher.document.dossier)) {
      proof.status = {ErrorCode::not_found, "the server does not know this dossier"};
    }
  }

  void try_out(std::size_t index) {
    const Change& change = healing_.changes[index];
    const auto at = proofs_.find(change.header.document);
    if (at == proofs_.end() || !at->second.status.ok()) return;
    at->second.status = step(at->second, change, index < healing_.take);
  }

  Status step(Proof& proof, const Change& change, bool is_taken) {
    const ChangeHeader& header = change.header;
    INSIEME_TRY(check_header(header));
    if (!proof.voucher->covers(header.replica, header.seq)) {
      return {ErrorCode::not_allowed, kNoVoucher};
    }
    const auto admission = proof.frontier.admit(header, lookup(proof, header.document));
    if (!admission.ok()) {
      const bool known = admission.error().code == ErrorCode::duplicate;
      return known ? Status{} : Status{admission.error()};
    }
    if (is_taken && !is_form_vouched(*proof.voucher, change)) {
      return {ErrorCode::conflict, kOtherForm};
    }
    // The others went on without the only device that had it, and may have folded more than it saw.
    if (!judge_.stands_on_stable(change, admission->deps)) {
      judge_.note_ground(header);
      return {ErrorCode::expired, "the others went on without it"};
    }
    proof.frontier.advance(header, *admission);
    proof.ids[{header.document, header.replica, header.seq}] = admission->id;
    return {};
  }

  /// Hollow where the voucher says so. It may have been signed before an order took the body away:
  /// then the change is hollow here or at whoever gives it back, and the voucher, which nobody can
  /// sign anew, must not be refused for that for ever. What this costs: of a document of which
  /// something was erased, a device may give back less than it could. It cannot give back anything
  /// else than what was written, and its author's device still brings a late change whole.
  [[nodiscard]] bool is_form_vouched(const Voucher& voucher, const Change& change) const {
    const ChangeHeader& header = change.header;
    const bool was_hollow = voucher.hollow_state(header.replica, header.seq).has_value();
    if (was_hollow == change.is_hollow()) return true;
    return change.is_hollow() && judge_.loaded_.redactions.count(header.document) != 0;
  }

  /// Ids of changes that are not the newest of their replica: worked out here, or in the log.
  [[nodiscard]] IdLookup lookup(const Proof& proof, const DocumentId& document) const {
    return [&proof, &document, this](const ReplicaId& replica,
                                     std::uint64_t seq) -> std::optional<ChangeId> {
      const ChangeRef ref{document, replica, seq};
      if (const auto mine = proof.ids.find(ref); mine != proof.ids.end()) return mine->second;
      const auto known = judge_.loaded_.changes.find(ref);
      if (known == judge_.loaded_.changes.end()) return std::nullopt;
      return known->second.id;
    };
  }

  /// An id stands for everything below it: if all heads are there, all of it is as it was.
  void close(Proof& proof) {
    const DocumentId& document = proof.voucher->document;
    const IdLookup ids = lookup(proof, document);
    for (const VouchedHead& head : proof.voucher->heads) {
      const Head* here = proof.frontier.head(head.replica);
      const bool there = here != nullptr && here->seq >= head.seq;
      const auto id = !there                  ? std::nullopt
                      : here->seq == head.seq ? std::optional(here->id)
                                              : ids(head.replica, head.seq);
      if (id && *id == head.id) continue;
      proof.status = {there ? ErrorCode::fork : ErrorCode::not_yet, kOtherHead};
      return;
    }
  }

  /// What was decided about held changes that the server still has, and was lost with the rest.
  void decide(const Voucher& voucher) {
    for (const VouchedHollow& one : voucher.hollow) {
      if (one.state != HollowState::accepted && one.state != HollowState::refused) continue;
      const auto at =
          judge_.loaded_.changes.find({voucher.document, one.replica, one.seq});
      if (at == judge_.loaded_.changes.end()) continue;
      KnownChange& known = at->second;
      if (known.verdict != Verdict::held || known.decision != HeldState::waiting) continue;
      const bool accepted = one.state == HollowState::accepted;
      known.decision = accepted ? HeldState::accepted : HeldState::refused;
      judge_.commit_.held_decisions.push_back(
          {voucher.document, one.replica, one.seq, accepted, {}, {}});
    }
  }

  /// Whatever does not fit was found when it was tried out.
  [[nodiscard]] PushResult answer_known(const Change& change, PushResult result) const {
    const ChangeHeader& header = change.header;
    const auto at = judge_.loaded_.changes.find({header.document, header.replica, header.seq});
    result.verdict = Verdict::duplicate;
    result.code = ErrorCode::ok;
    result.reason.clear();
    if (at == judge_.loaded_.changes.end()) return result;
    KnownChange& known = at->second;
    result.position = known.position;
    const bool without_body = known.bodyless && !change.is_hollow();
    if (known.verdict == Verdict::accepted) {
      if (!without_body) return result;
      result.code = ErrorCode::conflict;
      result.reason = reasons::kWithoutBody;
      return result;
    }
    // Others brought it when its author could not write there any more, though it had been
    // accepted before. What became of it is what its author is told; a decision is told apart.
    if (known.verdict == Verdict::held && known.decision != HeldState::waiting) return result;
    if (without_body) static_cast<void>(judge_.take_body(change, known));
    result.verdict = known.verdict;
    result.code = known.code;
    result.reason = known.reason;
    return result;
  }

  PushResult take_in(std::size_t index, const std::vector<PushResult>& results,
                     std::vector<std::size_t>& committed) {
    Change& change = healing_.changes[index];
    const ChangeHeader& header = change.header;
    PushResult result{header.document, header.replica, header.seq, Verdict::deferred, 0,
                      ErrorCode::not_allowed, kNoVoucher};
    const auto at = proofs_.find(header.document);
    if (at == proofs_.end()) return result;
    const Proof& proof = at->second;
    Frontier& frontier = judge_.loaded_.frontiers[header.document];
    const auto admission = frontier.admit(header, lookup(proof, header.document));
    // What is in the log needs no proof. Unknown to be there, it would be authored again together
    // with what is missing, though what others wrote stands on it.
    const bool known = !admission.ok() && admission.error().code == ErrorCode::duplicate;
    if (known || (proof.status.ok() && !admission.ok())) return answer_known(change, result);
    if (!proof.status.ok()) {
      result.code = proof.status.code();
      result.reason = kNotProven + std::string(": ") + proof.status.error().detail;
      return result;
    }
    result.reason.clear();
    frontier.advance(header, *admission);
    judge_.new_ids_[{header.document, header.replica, header.seq}] = admission->id;
    judge_.commit_.frontiers[header.document] = frontier;
    for (GrantPlace& place : grants_of(change)) judge_.loaded_.grants.push_back(std::move(place));
    result.verdict = Verdict::accepted;
    result.code = ErrorCode::ok;
    committed.push_back(results.size());
    judge_.commit_.changes.push_back(as_it_was(*proof.voucher, std::move(change), admission->id));
    return result;
  }

  [[nodiscard]] static NewChange as_it_was(const Voucher& voucher, Change change,
                                           const ChangeId& id) {
    const auto state = voucher.hollow_state(change.header.replica, change.header.seq);
    NewChange fresh;
    fresh.change = std::move(change);
    fresh.id = id;
    fresh.healed = true;
    if (!state || *state == HollowState::plain) return fresh;
    fresh.verdict = Verdict::held;
    fresh.reason = reasons::kHeldBefore;
    fresh.state = *state == HollowState::waiting    ? HeldState::waiting
                  : *state == HollowState::accepted ? HeldState::accepted
                                                    : HeldState::refused;
    return fresh;
  }

  Judge& judge_;
  Healing& healing_;
  std::map<DocumentId, Proof> proofs_;
};

void Judge::heal(std::vector<PushResult>& results, std::vector<std::size_t>& committed) {
  for (Change& change : request_.healing.changes) {
    const ChangeHeader& header = change.header;
    // The digest of a redacted body is of what is gone: nothing proves what is left of it. Only
    // from whoever wrote it is that taken, as it was when it was pushed.
    if (is_redacted(change) && !(header.replica == request_.replica)) change.ops.reset();
    const auto dossier = loaded_.dossiers.find(header.document.dossier);
    if (dossier == loaded_.dossiers.end() || !dossier->second.known) continue;
    // Without its key a body proves nothing, and its voucher falls: all of it is erased anyway.
    if (!dossier->second.key_destroyed) complete(change, dossier->second.key);
    // After its digest was worked out of all of it: what is left is as proven as the whole.
    const auto erased = loaded_.redactions.find(header.document);
    if (erased != loaded_.redactions.end()) redact(change, erased->second);
  }
  Healer(*this).run(results, committed);
}

}  // namespace insieme::sync::detail
