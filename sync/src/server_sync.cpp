#include "insieme/sync/server_sync.hpp"

#include <algorithm>
#include <set>

#include "insieme/sync/limits.hpp"

namespace insieme::sync {
namespace {

constexpr const char* kUnknownDossier =
    "the server does not know this dossier and got no key for it";
constexpr const char* kGoneOn =
    "the others have gone on without this device: update it, it will author this again";
constexpr const char* kBesideUnknown = "sent beside a dossier unknown here";

template <class T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

/// What has to be looked up before the pushed changes can be judged.
LoadAction needs_of(const SyncRequest& request) {
  LoadAction load;
  load.device = request.device;
  load.replica = request.replica;
  load.replicas.push_back(request.replica);
  load.cursor = request.cursor;
  load.protocol = request.protocol;
  for (const Change& change : request.changes) {
    const ChangeHeader& header = change.header;
    load.replicas.push_back(header.replica);
    load.documents.push_back(header.document);
    load.dossiers.push_back(header.document.dossier);
    load.changes.push_back({header.document, header.replica, header.seq});
    if (header.seq > 1) load.changes.push_back({header.document, header.replica, header.seq - 1});
    for (const DepEntry& entry : header.deps) {
      load.changes.push_back({header.document, entry.replica, entry.seq});
    }
    if (header.origin) {
      load.changes.push_back({header.document, header.origin->replica, header.origin->seq});
    }
  }
  for (const Acknowledgement& a : request.acknowledgements) {
    load.documents.push_back(a.document);
    load.dossiers.push_back(a.document.dossier);
  }
  for (const DossierSecret& secret : request.secrets) load.dossiers.push_back(secret.dossier);
  for (const Seen& seen : request.seen) load.dossiers.push_back(seen.document.dossier);
  for (const HeldDecision& d : request.held_decisions) load.dossiers.push_back(d.document.dossier);
  sort_unique(load.replicas);
  sort_unique(load.documents);
  sort_unique(load.dossiers);
  sort_unique(load.changes);
  return load;
}

/// Judges pushed changes one transaction at a time, against frontiers that advance as they pass.
class Judge {
 public:
  Judge(const RequestArrived& arrived, SyncRequest& request, Loaded loaded)
      : arrived_(arrived), request_(request), loaded_(std::move(loaded)) {}

  Result<CommitAction> run(std::vector<PushResult>& results, std::vector<std::size_t>& committed) {
    for (const DossierSecret& secret : request_.secrets) introduce(secret);
    complete_all();
    if (!unknown_.empty()) {
      defer_all(results);
      notes();
      return std::move(commit_);
    }
    INSIEME_TRY(check_manifest());
    for (std::size_t at = 0; at < request_.changes.size();) {
      const std::size_t end = end_of_group(at);
      judge_group(at, end, results, committed);
      at = end;
    }
    notes();
    return std::move(commit_);
  }

 private:
  struct Judged {
    Verdict verdict = Verdict::accepted;
    bool is_new = false;  ///< to be appended to the log
    ChangeId id;
    std::uint64_t position = 0;
    ErrorCode code = ErrorCode::ok;
    std::string reason;
    Admission admission;
  };

  void introduce(const DossierSecret& secret) {
    DossierAccess& access = loaded_.dossiers[secret.dossier];
    if (access.known || secret.dossier.is_nil()) return;  // sent again after a lost reply
    access.known = true;
    access.key = secret.key;
    is_new_.insert(secret.dossier);
    commit_.new_dossiers.push_back(secret);
  }

  [[nodiscard]] std::size_t end_of_group(std::size_t at) const {
    const auto& first = request_.changes[at].header.transaction;
    std::size_t end = at + 1;
    if (!first) return end;
    while (end < request_.changes.size() && request_.changes[end].header.transaction &&
           request_.changes[end].header.transaction->id == first->id) {
      ++end;
    }
    return end;
  }

  [[nodiscard]] bool knows(const DossierId& dossier) const {
    const auto at = loaded_.dossiers.find(dossier);
    return at != loaded_.dossiers.end() && at->second.known;
  }

  [[nodiscard]] bool may_write(const DocumentId& document) const {
    if (is_new_.count(document.dossier) != 0) return true;
    const auto at = loaded_.dossiers.find(document.dossier);
    if (at == loaded_.dossiers.end()) return false;
    const auto& sections = at->second.sections;
    return std::find(sections.begin(), sections.end(), document.section) != sections.end();
  }

  [[nodiscard]] static Judged defer(ErrorCode code, std::string reason) {
    Judged judged;
    judged.verdict = Verdict::deferred;
    judged.code = code;
    judged.reason = std::move(reason);
    return judged;
  }

  Judged judge(Change& change) {
    ChangeHeader& header = change.header;
    Judged judged;
    const auto refuse = [&judged](ErrorCode code, std::string reason) {
      judged.verdict = Verdict::refused;
      judged.code = code;
      judged.reason = std::move(reason);
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
      judge_unadmitted(judged, header, admission.error());
      return judged;
    }
    judged.admission = std::move(admission).value();
    if (!stands_on_stable(change, judged.admission.deps)) {
      // The device takes in what everybody has and authors its work again on top of it.
      Judged late = defer(ErrorCode::expired, kGoneOn);
      if (request_.protocol >= 2) late.verdict = Verdict::forked;
      return late;
    }
    judged.id = judged.admission.id;
    judged.is_new = true;
    if (change.is_hollow()) return judged;
    if (Status status = check_ops(*change.ops); !status.ok()) {
      refuse(status.code(), status.error().detail);
    } else if (status = check_contexts(*change.ops, judged.admission.deps); !status.ok()) {
      refuse(status.code(), status.error().detail);
    } else if (const KnownChange* origin = origin_of(header); origin && origin->decided) {
      // Two who accept one late change, each without a network: an increment must not count twice.
      refuse(ErrorCode::conflict, "somebody has decided on this late change before");
    } else if (!may_write(header.document)) {
      judged.verdict = Verdict::held;
      judged.reason = "the dossier is no longer assigned to the author";
    }
    return judged;
  }

  /// The late change that this one authors again, if it is one.
  [[nodiscard]] KnownChange* origin_of(const ChangeHeader& header) {
    if (!header.origin) return nullptr;
    const auto at =
        loaded_.changes.find({header.document, header.origin->replica, header.origin->seq});
    const bool held = at != loaded_.changes.end() && at->second.verdict == Verdict::held;
    return held ? &at->second : nullptr;
  }

  /// What everybody has seen is folded on their devices: changes that do not stand on it, and
  /// splices that name a place in an older text, cannot be merged as they are.
  [[nodiscard]] bool stands_on_stable(const Change& change, const VersionVector& deps) const {
    const auto stable = loaded_.stable.find(change.header.document);
    if (stable == loaded_.stable.end()) return true;
    if (!deps.covers(stable->second)) return false;
    if (!change.ops) return true;
    return std::all_of(change.ops->begin(), change.ops->end(), [&](const Operation& op) {
      return !std::holds_alternative<SpliceOp>(op.action) || !op.context ||
             op.context->covers(stable->second);
    });
  }

  void judge_unadmitted(Judged& judged, const ChangeHeader& header, const Error& error) {
    judged.code = error.code;
    judged.reason = error.detail;
    if (error.code == ErrorCode::duplicate) {
      judged.verdict = Verdict::duplicate;
      judged.code = ErrorCode::ok;
      judged.reason.clear();
      const auto at = loaded_.changes.find({header.document, header.replica, header.seq});
      if (at == loaded_.changes.end()) return;
      const KnownChange& known = at->second;
      judged.position = known.position;
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

  void judge_group(std::size_t at, std::size_t end, std::vector<PushResult>& results,
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

  [[nodiscard]] std::size_t bytes_of_group(std::size_t at, std::size_t end) const {
    std::size_t bytes = 0;
    for (std::size_t i = at; i < end; ++i) bytes += encoded_size(request_.changes[i]);
    return bytes;
  }

  /// All changes of a transaction share one fate.
  void spread(std::vector<Judged>& judged, std::size_t at, std::size_t end) const {
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
        j.reason = "too much in one transaction";
      } else if (refused && j.verdict != Verdict::refused) {
        j.verdict = Verdict::refused;
        j.code = ErrorCode::conflict;
        j.reason = "another part of the same act was refused";
      } else if (held && j.verdict == Verdict::accepted) {
        j.verdict = Verdict::held;
        j.reason = "another part of the same act waits for a coordinator";
      }
    }
  }

  void take(Change& change, Judged& judged, std::vector<PushResult>& results,
            std::vector<std::size_t>& committed) {
    const ChangeHeader& header = change.header;
    results.push_back(PushResult{header.document, header.replica, header.seq, judged.verdict,
                                 judged.position, judged.code, judged.reason});
    if (!judged.is_new) return;
    // Who may decide accepts a held change by authoring it again. Others author their own work
    // again.
    if (header.origin && judged.verdict == Verdict::accepted && arrived_.may_review) {
      if (KnownChange* origin = origin_of(header)) origin->decided = true;
      commit_.held_decisions.push_back(HeldDecision{header.document, header.origin->replica,
                                                    header.origin->seq, true, {},
                                                    arrived_.account});
    }
    commit_.frontiers[header.document] = loaded_.frontiers[header.document];
    committed.push_back(results.size() - 1);
    commit_.changes.push_back(NewChange{std::move(change), judged.id, judged.verdict, judged.code,
                                        std::move(judged.reason)});
  }

  /// Bodies come without their digests. One whose dossier is unknown cannot be completed.
  void complete_all() {
    for (Change& change : request_.changes) {
      const DossierId& dossier = change.header.document.dossier;
      if (knows(dossier)) {
        complete(change, loaded_.dossiers[dossier].key);
      } else if (change.ops) {
        unknown_.insert(dossier);
      }
    }
  }

  /// The device vouches for what it hands out: nothing enters the log without its signature.
  [[nodiscard]] Status check_manifest() {
    commit_.manifest = manifest_of(request_.device, request_.changes);
    commit_.manifest_signature = request_.signature;
    if (verify(arrived_.device_key, commit_.manifest.bytes, request_.signature)) return {};
    return {ErrorCode::bad_signature, "the device's signature does not match what it sent"};
  }

  /// Without the key of every dossier the signature cannot be checked: nothing of it is taken.
  void defer_all(std::vector<PushResult>& results) {
    commit_.new_dossiers.clear();
    is_new_.clear();
    for (const Change& change : request_.changes) {
      const ChangeHeader& header = change.header;
      const bool culprit = unknown_.count(header.document.dossier) != 0;
      results.push_back(PushResult{header.document, header.replica, header.seq, Verdict::deferred,
                                   0, culprit ? ErrorCode::not_found : ErrorCode::not_yet,
                                   culprit ? kUnknownDossier : kBesideUnknown});
    }
  }

  void notes() {
    const auto takes_part = [this](const DossierId& dossier) {
      return knows(dossier) && !loaded_.dossiers[dossier].sections.empty();
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

  const RequestArrived& arrived_;
  SyncRequest& request_;
  Loaded loaded_;
  CommitAction commit_;
  std::set<DossierId> is_new_;
  std::map<ChangeRef, ChangeId> new_ids_;
  std::set<DossierId> unknown_;
};

}  // namespace

ServerAction ServerSync::resume(ServerInput input) {
  if (auto* arrived = std::get_if<RequestArrived>(&input); arrived && state_ == State::fresh) {
    return on_request(std::move(*arrived));
  }
  if (auto* loaded = std::get_if<Loaded>(&input); loaded && state_ == State::loading) {
    return on_loaded(std::move(*loaded));
  }
  if (auto* committed = std::get_if<Committed>(&input); committed && state_ == State::committing) {
    return on_committed(*committed);
  }
  if (auto* page = std::get_if<PageRead>(&input); page && state_ == State::reading) {
    return on_page(std::move(*page));
  }
  return reject({ErrorCode::internal, "the sync machine was fed something it did not ask for"});
}

ServerAction ServerSync::on_request(RequestArrived arrived) {
  arrived_ = std::move(arrived);
  auto message = decode_message(arrived_.frame);
  arrived_.frame.clear();
  if (!message.ok()) return reject(message.error());
  auto* request = std::get_if<SyncRequest>(&message.value());
  if (request == nullptr) return reject({ErrorCode::malformed, "not a request"});
  if (request->protocol < kProtocolVersionMin || request->protocol > kProtocolVersion) {
    return reject({ErrorCode::wrong_version, "this server speaks protocol versions 1 and 2"});
  }
  if (request->device != arrived_.authenticated) {
    return reject({ErrorCode::not_allowed, "the request speaks for another device"});
  }
  request_ = std::move(*request);
  reply_.protocol = request_.protocol;
  for (const Acknowledgement& a : request_.acknowledgements) stable_of_.push_back(a.document);
  state_ = State::loading;
  return needs_of(request_);
}

ServerAction ServerSync::on_loaded(Loaded loaded) {
  if (!loaded.replica_allowed) {
    return reject({ErrorCode::not_allowed, "this replica belongs to another device"});
  }
  if (!loaded.cursor_known) {
    reply_.status = ReplyStatus::cursor_unknown;
    reply_.cursor = Cursor{loaded.epoch, 0, {}};
    state_ = State::ended;
    return AnswerAction{encode_message(reply_)};
  }
  auto commit =
      Judge(arrived_, request_, std::move(loaded)).run(reply_.results, committed_results_);
  if (!commit.ok()) return reject(commit.error());
  state_ = State::committing;
  return std::move(*commit);
}

ServerAction ServerSync::on_committed(const Committed& committed) {
  if (committed.positions.size() != committed_results_.size()) {
    return reject({ErrorCode::internal, "the repository told the wrong number of positions"});
  }
  for (std::size_t i = 0; i < committed_results_.size(); ++i) {
    reply_.results[committed_results_[i]].position = committed.positions[i];
  }
  return read();
}

ServerAction ServerSync::read() {
  state_ = State::reading;
  const std::size_t wanted = request_.reply_bytes_max == 0 ? kMessageBytesTarget
                                                           : request_.reply_bytes_max;
  return ReadAction{request_.cursor,
                    request_.backfill,
                    std::min(wanted, kMessageBytesTarget),
                    kChangesPerMessageMax,
                    request_.protocol >= 2 && !request_.log_only,
                    std::move(stable_of_)};
}

ServerAction ServerSync::on_page(PageRead page) {
  reply_.server_ms = page.server_ms;
  reply_.items = std::move(page.items);
  reply_.cursor = page.cursor;
  reply_.backfill = page.backfill;
  reply_.more = page.more;
  reply_.digests = std::move(page.digests);
  reply_.stable = std::move(page.stable);
  state_ = State::ended;
  return AnswerAction{encode_message(reply_)};
}

ServerAction ServerSync::reject(Error error) {
  state_ = State::ended;
  return RejectAction{std::move(error)};
}

}  // namespace insieme::sync
