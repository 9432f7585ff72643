#include "server_judge.hpp"

#include <algorithm>

#include "insieme/sync/limits.hpp"
#include "insieme/sync/reasons.hpp"
#include "insieme/sync/space_dossier.hpp"

namespace insieme::sync::detail {
namespace {

constexpr const char* kGoneOn =
    "the others have gone on without this device: update it, it will author this again";
constexpr const char* kOtherName =
    "the same work is here under another name: a copy of the store has brought it";
constexpr const char* kAllErased = "all of the dossier was erased by order: nothing is taken of it";
constexpr const char* kBesideUnknown = "sent beside a dossier unknown here";

}  // namespace

Result<CommitAction> Judge::run(const Outcome& outcome) {
  std::vector<PushResult>& results = outcome.results;
  for (const DossierSecret& secret : request_.secrets) introduce(secret);
  complete_all();
  if (!unknown_.empty()) {
    defer_all(results);
    defer_healing(outcome.healed);
    notes();
    erasures(outcome.erasures);
    return std::move(commit_);
  }
  INSIEME_TRY(check_manifest());
  take_out_erased();
  heal(outcome.healed, outcome.healed_committed);
  note_texts_of_others();
  for (std::size_t at = 0; at < request_.changes.size();) {
    const std::size_t end = end_of_group(at);
    judge_group(at, end, results, outcome.committed);
    at = end;
  }
  tell_grounds(outcome);
  notes();
  erasures(outcome.erasures);
  return std::move(commit_);
}

void Judge::introduce(const DossierSecret& secret) {
  DossierAccess& access = loaded_.dossiers[secret.dossier];
  // The space's own is made by the server, and by nobody else.
  if (secret.dossier.is_nil() || is_of_space(secret.dossier)) return;
  if (access.known) {
    // Sent again after a lost reply. Or a restored server was given the dossier back by somebody
    // else before whoever opened it heard of the assignment.
    const bool proven = access.opened && !access.key_destroyed && access.key == secret.key;
    if (!proven || !access.sections.empty() || !arrived_.held_for.empty()) return;
    is_new_.insert(secret.dossier);
    commit_.opened.push_back(secret.dossier);
    return;
  }
  access.known = true;
  access.key = secret.key;
  is_new_.insert(secret.dossier);
  commit_.new_dossiers.push_back(secret);
}

std::size_t Judge::end_of_group(std::size_t at) const {
  const auto& first = request_.changes[at].header.transaction;
  std::size_t end = at + 1;
  if (!first) return end;
  while (end < request_.changes.size() && request_.changes[end].header.transaction &&
         request_.changes[end].header.transaction->id == first->id) {
    ++end;
  }
  return end;
}

bool Judge::knows(const DossierId& dossier) const {
  const auto at = loaded_.dossiers.find(dossier);
  return at != loaded_.dossiers.end() && at->second.known;
}

bool Judge::is_of_space(const DossierId& dossier) const {
  return dossier == space_dossier(request_.space);
}

bool Judge::may_write(const DocumentId& document) const {
  if (!arrived_.held_for.empty()) return false;
  if (is_new_.count(document.dossier) != 0) return true;
  const auto at = loaded_.dossiers.find(document.dossier);
  if (at == loaded_.dossiers.end()) return false;
  const auto& sections = at->second.sections;
  return std::find(sections.begin(), sections.end(), document.section) != sections.end();
}

Judge::Judged Judge::defer(ErrorCode code, std::string reason) {
  Judged judged;
  judged.verdict = Verdict::deferred;
  judged.code = code;
  judged.reason = std::move(reason);
  return judged;
}

Judge::Judged Judge::judge(Change& change) {
  ChangeHeader& header = change.header;
  Judged judged;
  const auto refuse = [&judged](ErrorCode code, std::string_view reason) {
    judged.verdict = Verdict::refused;
    judged.code = code;
    judged.reason = reason;
  };
  if (const Status status = check_header(header); !status.ok()) {
    return defer(status.code(), status.error().detail);
  }
  if (!knows(header.document.dossier)) return defer(ErrorCode::not_found, kUnknownDossier);
  const auto lookup = [&](const ReplicaId& replica,
                          std::uint64_t seq) -> std::optional<ChangeId> {
    if (const auto mine = new_ids_.find({header.document, replica, seq});
        mine != new_ids_.end()) {
      return mine->second;
    }
    const auto known = loaded_.changes.find({header.document, replica, seq});
    return known == loaded_.changes.end() ? std::nullopt : std::optional(known->second.id);
  };
  auto admission = loaded_.frontiers[header.document].admit(header, lookup);
  if (!admission.ok()) {
    judge_unadmitted(judged, change, admission.error());
    return judged;
  }
  judged.admission = std::move(admission).value();
  if (!stands_on_stable(change, judged.admission.deps)) {
    // The device takes in what everybody has and authors its work again on top of it.
    Judged late = defer(ErrorCode::expired, kGoneOn);
    if (request_.protocol >= 2) late.verdict = Verdict::forked;
    return late;
  }
  if (request_.protocol >= 4 && is_there_under_another_name(change)) {
    // An increment must not count twice. What stands on it is authored again on what is here.
    const KnownChange* first = origin_of(header);
    const bool waits = first != nullptr && first->decision == HeldState::waiting;
    Judged copy = defer(ErrorCode::duplicate,
                        waits ? std::string(reasons::kWaitsElsewhere) : kOtherName);
    copy.verdict = Verdict::forked;
    return copy;
  }
  judged.id = judged.admission.id;
  judged.is_new = true;
  if (change.is_hollow()) return judged;
  if (Status status = check_ops(*change.ops); !status.ok()) {
    refuse(status.code(), status.error().detail);
  } else if (status = check_contexts(*change.ops, judged.admission.deps); !status.ok()) {
    refuse(status.code(), status.error().detail);
  } else if (const KnownChange* origin = origin_of(header);
             origin && origin->decision != HeldState::waiting) {
    // Two who accept one late change, each without a network: an increment must not count twice.
    refuse(ErrorCode::conflict, reasons::kDecidedBefore);
  } else if (!arrived_.may_grant && !grants_of(change).empty()) {
    refuse(ErrorCode::not_allowed, reasons::kMayNotGrant);
  } else if (has_unseen_rival(change, judged.admission.deps)) {
    refuse(ErrorCode::conflict, reasons::kGrantedMeanwhile);
  } else if (!may_write(header.document)) {
    hold_or_refuse(header.document.dossier, judged);
  } else if (is_late(*change.ops)) {
    // Its author has the dossier again. The edit is still one of a text that is not here.
    judged.verdict = Verdict::held;
    judged.reason = reasons::kGoneOn;
  }
  if (judged.verdict == Verdict::held && is_late(*change.ops)) judged.code = ErrorCode::expired;
  if (judged.verdict != Verdict::refused) share_fate(change, judged);
  return judged;
}

void Judge::hold_or_refuse(const DossierId& dossier, Judged& judged) const {
  judged.verdict = Verdict::held;
  judged.reason = arrived_.held_for.empty() ? reasons::kNotAssigned : arrived_.held_for;
  if (!is_of_space(dossier)) return;
  // Whoever decides on late work could not take it either.
  judged.verdict = Verdict::refused;
  judged.code = ErrorCode::not_allowed;
  judged.reason = reasons::kKeptByOthers;
}

void Judge::share_fate(const Change& change, Judged& judged) const {
  const auto fate = standing_.shared_by(change, judged.admission.deps);
  if (!fate) return;
  judged.stands_on = ChangeRef{change.header.document, fate->replica, fate->seq};
  judged.verdict = fate->verdict;
  judged.code = fate->code;
  judged.reason = fate->reason;
}

/// Whoever stands on `change` hears the same.
void Judge::note_fate(const Change& change, const Judged& judged) {
  const bool with_nobody =
      judged.verdict == Verdict::held || judged.verdict == Verdict::refused;
  if (!with_nobody) return;
  const ChangeHeader& header = change.header;
  const auto known = loaded_.changes.find({header.document, header.replica, header.seq});
  if (!judged.is_new && known != loaded_.changes.end()) {
    standing_.note(change, fate_of(known->second));
  } else {
    standing_.note(change, Fate{judged.verdict, judged.code, judged.reason, {}, 0});
  }
}

Fate Judge::fate_of(const KnownChange& known) {
  if (known.decision != HeldState::refused) return {known.verdict, known.code, known.reason, {}, 0};
  return {Verdict::refused, ErrorCode::conflict, known.decision_reason, {}, 0};
}

void Judge::note_texts_of_others() {
  for (const TextOfOther& text : request_.texts_of_others) {
    const auto at = loaded_.changes.find({text.document, text.replica, text.seq});
    // One that is not here yet holds up whatever depends on it, by causality alone.
    if (at == loaded_.changes.end() || at->second.verdict == Verdict::accepted) continue;
    standing_.note(text, fate_of(at->second));
  }
}

KnownChange* Judge::origin_of(const ChangeHeader& header) {
  if (!header.origin) return nullptr;
  const auto at =
      loaded_.changes.find({header.document, header.origin->replica, header.origin->seq});
  const bool held = at != loaded_.changes.end() && at->second.verdict == Verdict::held;
  return held ? &at->second : nullptr;
}

bool Judge::is_there_under_another_name(const Change& change) {
  const ChangeHeader& header = change.header;
  const auto found = loaded_.origins.find(name_of_work(header));
  if (found == loaded_.origins.end()) return false;
  const Digest work = digest_of_work(change);
  return std::any_of(found->second.begin(), found->second.end(), [&](const Authored& other) {
    // Erased, on either side: what is left does not tell.
    const bool same = other.work == work || other.work == Digest{} || is_redacted(change);
    return same && other.stamp == header.stamp && other.author == header.author &&
           !(other.replica == header.replica && other.seq == header.seq);
  });
}

bool Judge::has_unseen_rival(const Change& change, const VersionVector& deps) const {
  return std::any_of(change.ops->begin(), change.ops->end(), [&](const Operation& op) {
    if (!std::holds_alternative<GrantOp>(op.action)) return false;
    const VersionVector& seen = op.context ? *op.context : deps;
    return std::any_of(loaded_.grants.begin(), loaded_.grants.end(), [&](const GrantPlace& other) {
      return other.change.document == change.header.document && other.record == op.record &&
             other.field == op.field && !seen.contains(other.change.replica, other.change.seq);
    });
  });
}

bool Judge::stands_on_stable(const Change& change, const VersionVector& deps) const {
  const auto stable = loaded_.stable.find(change.header.document);
  if (stable == loaded_.stable.end()) return true;
  if (!deps.covers(stable->second)) return false;
  if (!change.ops) return true;
  return std::all_of(change.ops->begin(), change.ops->end(), [&](const Operation& op) {
    const auto* splice = std::get_if<SpliceOp>(&op.action);
    return splice == nullptr || splice->base || !op.context ||
           op.context->covers(stable->second);
  });
}

void Judge::judge_unadmitted(Judged& judged, const Change& change, const Error& error) {
  const ChangeHeader& header = change.header;
  judged.code = error.code;
  judged.reason = error.detail;
  if (error.code == ErrorCode::duplicate) {
    judged.verdict = Verdict::duplicate;
    judged.code = ErrorCode::ok;
    judged.reason.clear();
    const auto at = loaded_.changes.find({header.document, header.replica, header.seq});
    if (at == loaded_.changes.end()) return;
    KnownChange& known = at->second;
    judged.position = known.position;
    if (known.bodyless && !change.is_hollow() && !take_body(change, known)) {
      judged.verdict = Verdict::refused;
      judged.code = ErrorCode::conflict;
      judged.reason = reasons::kWithoutBody;
      return;
    }
    // The reply that said so was lost: a refusal must not come back as a success.
    if (known.verdict != Verdict::accepted) judged.verdict = known.verdict;
    judged.code = known.code;
    judged.reason = known.reason;
  } else if (error.code == ErrorCode::fork || error.code == ErrorCode::broken_chain) {
    judged.verdict = Verdict::forked;
  } else {
    judged.verdict = Verdict::deferred;
  }
}

bool Judge::take_body(const Change& change, KnownChange& known) {
  if (known.verdict == Verdict::accepted) return false;
  if (known.verdict != Verdict::held || known.decision != HeldState::waiting) return true;
  known.bodyless = false;
  commit_.bodies.push_back(change);
  return true;
}

void Judge::judge_group(std::size_t at, std::size_t end, std::vector<PushResult>& results,
                 std::vector<std::size_t>& committed) {
  const bool is_transaction = request_.changes[at].header.transaction.has_value();
  std::map<DocumentId, Frontier> before;  // to go back to if a transaction is not whole
  if (is_transaction) {
    for (std::size_t i = at; i < end; ++i) {
      const DocumentId& document = request_.changes[i].header.document;
      before.try_emplace(document, loaded_.frontiers[document]);
    }
  }
  std::vector<Judged> judged;
  for (std::size_t i = at; i < end; ++i) {
    judged.push_back(judge(request_.changes[i]));
    if (!judged.back().is_new) continue;
    const ChangeHeader& header = request_.changes[i].header;
    loaded_.frontiers[header.document].advance(header, judged.back().admission);
    new_ids_[{header.document, header.replica, header.seq}] = judged.back().id;
  }
  note_grounds(judged, at);
  if (is_transaction) spread(judged, at, end);
  const bool any_new =
      std::any_of(judged.begin(), judged.end(), [](const Judged& j) { return j.is_new; });
  if (!any_new) {
    // Ids noted for the group are harmless: nothing of it can be depended on in this request.
    for (auto& [document, frontier] : before) loaded_.frontiers[document] = std::move(frontier);
  }
  for (std::size_t i = at; i < end; ++i) {
    take(request_.changes[i], judged[i - at], results, committed);
  }
}

std::size_t Judge::bytes_of_group(std::size_t at, std::size_t end) const {
  std::size_t bytes = 0;
  for (std::size_t i = at; i < end; ++i) bytes += encoded_size(request_.changes[i]);
  return bytes;
}

void Judge::spread(std::vector<Judged>& judged, std::size_t at, std::size_t end) const {
  const auto any = [&judged](Verdict verdict) {
    return std::any_of(judged.begin(), judged.end(),
                       [verdict](const Judged& j) { return j.verdict == verdict; });
  };
  const bool whole = request_.changes[at].header.transaction->count == end - at &&
                     !any(Verdict::deferred) && !any(Verdict::forked);
  const bool too_large = bytes_of_group(at, end) > kTransactionBytesMax;
  const bool refused = any(Verdict::refused);
  const bool held = any(Verdict::held);
  for (Judged& j : judged) {
    if (!j.is_new) continue;
    if (!whole) {
      j = defer(ErrorCode::not_yet, "its transaction did not come whole");
    } else if (too_large) {
      j.verdict = Verdict::refused;
      j.code = ErrorCode::limit_exceeded;
      j.reason = reasons::kTransactionTooLarge;
    } else if (refused && j.verdict != Verdict::refused) {
      j.verdict = Verdict::refused;
      j.code = ErrorCode::conflict;
      j.reason = reasons::kPartRefused;
    } else if (held && j.verdict == Verdict::accepted) {
      j.verdict = Verdict::held;
      j.reason = reasons::kPartWaits;
    }
  }
}

void Judge::take(Change& change, Judged& judged, std::vector<PushResult>& results,
          std::vector<std::size_t>& committed) {
  const ChangeHeader& header = change.header;
  results.push_back(PushResult{header.document, header.replica, header.seq, judged.verdict,
                               judged.position, judged.code, judged.reason});
  note_fate(change, judged);
  if (!judged.is_new) return;
  // Who may decide accepts a held change by authoring it again. Others author their own work
  // again.
  if (header.origin && judged.verdict == Verdict::accepted && arrived_.may_review) {
    if (KnownChange* origin = origin_of(header)) origin->decision = HeldState::accepted;
    commit_.held_decisions.push_back(HeldDecision{header.document, header.origin->replica,
                                                  header.origin->seq, true, {},
                                                  arrived_.account});
  }
  if (judged.verdict == Verdict::accepted) {
    for (GrantPlace& place : grants_of(change)) loaded_.grants.push_back(std::move(place));
  }
  commit_.frontiers[header.document] = loaded_.frontiers[header.document];
  committed.push_back(results.size() - 1);
  commit_.changes.push_back(NewChange{std::move(change), judged.id, judged.verdict, judged.code,
                                      std::move(judged.reason), judged.stands_on});
}

void Judge::complete_all() {
  for (Change& change : request_.changes) {
    const DossierId& dossier = change.header.document.dossier;
    if (knows(dossier) && !loaded_.dossiers[dossier].key_destroyed) {
      complete(change, loaded_.dossiers[dossier].key);
    } else if (change.ops && !is_redacted(change)) {
      unknown_.insert(dossier);
    }
  }
}

Status Judge::check_manifest() {
  commit_.manifest = manifest_of(request_.device, request_.changes);
  commit_.manifest_signature = request_.signature;
  if (verify(arrived_.device_key, commit_.manifest.bytes, request_.signature)) return {};
  return {ErrorCode::bad_signature, "the device's signature does not match what it sent"};
}

void Judge::defer_all(std::vector<PushResult>& results) {
  commit_.new_dossiers.clear();
  is_new_.clear();
  for (const Change& change : request_.changes) {
    const ChangeHeader& header = change.header;
    PushResult result{header.document,  header.replica,     header.seq,    Verdict::deferred,
                      0,                ErrorCode::not_yet, kBesideUnknown};
    if (unknown_.count(header.document.dossier) != 0) {
      // Of what is erased as a whole the key is gone: it will never be taken as it came.
      const bool erased = knows(header.document.dossier);
      result.code = erased ? ErrorCode::expired : ErrorCode::not_found;
      result.reason = erased ? kAllErased : kUnknownDossier;
    }
    results.push_back(std::move(result));
  }
}

void Judge::defer_healing(std::vector<PushResult>& healed) {
  const Healing& healing = request_.healing;
  for (std::size_t i = 0; i < std::min<std::size_t>(healing.take, healing.changes.size()); ++i) {
    const ChangeHeader& header = healing.changes[i].header;
    healed.push_back(PushResult{header.document, header.replica, header.seq, Verdict::deferred, 0,
                                ErrorCode::not_yet, kBesideUnknown});
  }
}

void Judge::notes() {
  const auto takes_part = [this](const DossierId& dossier) {
    if (!knows(dossier)) return false;
    const DossierAccess& access = loaded_.dossiers[dossier];
    return !access.sections.empty() || (is_of_space(dossier) && access.had);
  };
  for (Seen& seen : request_.seen) {
    seen.by = arrived_.account;
    if (takes_part(seen.document.dossier)) commit_.seen.push_back(std::move(seen));
  }
  for (HeldDecision& decision : request_.held_decisions) {
    if (!arrived_.may_review || decision.accepted || !takes_part(decision.document.dossier))
      continue;
    decision.by = arrived_.account;
    commit_.held_decisions.push_back(std::move(decision));
  }
  for (Acknowledgement& a : request_.acknowledgements) {
    // More than the log holds is of no use: its changes may yet be lost.
    const bool known = loaded_.frontiers[a.document].version().covers(a.version);
    if (known && takes_part(a.document.dossier)) {
      commit_.acknowledgements.push_back(std::move(a));
    }
  }
}

}  // namespace insieme::sync::detail
