#pragma once
// Judges what a device pushed: which changes enter the log, and as what.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "insieme/sync/server_sync.hpp"
#include "standing.hpp"

namespace insieme::sync::detail {

inline constexpr const char* kUnknownDossier =
    "the server does not know this dossier and got no key for it";

/// Judges pushed changes one transaction at a time, against frontiers that advance as they pass.
/// For one request; the request and how it arrived outlive it.
class Judge {
 public:
  Judge(const RequestArrived& arrived, SyncRequest& request, Loaded loaded)
      : arrived_(arrived), request_(request), loaded_(std::move(loaded)) {}

  /// What became of what was given back, of what was pushed and of what was asked to be erased, and
  /// which changes are committed.
  struct Outcome {
    std::vector<PushResult>& healed;
    std::vector<std::size_t>& healed_committed;
    std::vector<PushResult>& results;
    std::vector<std::size_t>& committed;
    std::vector<ErasureAnswer>& erasures;
    std::vector<Ground>& grounds;  ///< told from version 5 on
  };
  Result<CommitAction> run(const Outcome& outcome);

 private:
  friend class Healer;
  struct Judged {
    Verdict verdict = Verdict::accepted;
    bool is_new = false;  ///< to be appended to the log
    ChangeId id;
    std::uint64_t position = 0;
    ErrorCode code = ErrorCode::ok;
    std::string reason;
    Admission admission;
    std::optional<ChangeRef> stands_on;  ///< whose fate it shares
  };

  void introduce(const DossierSecret& secret);

  /// Takes what the server's own vouchers prove, as it was judged the first time.
  void heal(std::vector<PushResult>& results, std::vector<std::size_t>& committed);

  [[nodiscard]] std::size_t end_of_group(std::size_t at) const;

  [[nodiscard]] bool knows(const DossierId& dossier) const;

  /// The space's own (space_dossier.hpp): read by everybody, written by whoever administers.
  [[nodiscard]] bool is_of_space(const DossierId& dossier) const;
  [[nodiscard]] bool may_write(const DocumentId& document) const;

  [[nodiscard]] static Judged defer(ErrorCode code, std::string reason);

  Judged judge(Change& change);

  /// A splice into a text that nobody has is not taken alone.
  void hold_or_refuse(const DossierId& dossier, Judged& judged) const;
  void share_fate(const Change& change, Judged& judged) const;
  void note_fate(const Change& change, const Judged& judged);
  /// What a colleague handed over without a server, and was then not taken here.
  void note_texts_of_others();
  /// What became of a change of the log that is held or refused.
  [[nodiscard]] static Fate fate_of(const KnownChange& known);

  /// The late change that this one authors again, if it is one.
  [[nodiscard]] KnownChange* origin_of(const ChangeHeader& header);
  /// A change that authors the same work of the same person, or that work itself, was accepted, or
  /// is held and was not refused.
  [[nodiscard]] bool is_there_under_another_name(const Change& change);

  /// Whether a grant in `change` does not know of another one on the same field. Each was reckoned
  /// up to the same total: together they would mint more than there is.
  [[nodiscard]] bool has_unseen_rival(const Change& change, const VersionVector& deps) const;

  /// What everybody has seen is folded on their devices: changes that do not stand on it, and
  /// splices that name a place in an older text, cannot be merged as they are.
  [[nodiscard]] bool stands_on_stable(const Change& change, const VersionVector& deps) const;

  /// What is not taken since the others have gone on is authored again on top of what is here: by
  /// whoever does not receive it any more, on its ids.
  void note_ground(const ChangeHeader& header);
  /// The same of a group: `judged` are its changes, from `at` on.
  void note_grounds(const std::vector<Judged>& judged, std::size_t at);
  /// Those that fit. Of the others the changes are asked for once more.
  void tell_grounds(const Outcome& outcome);

  void judge_unadmitted(Judged& judged, const Change& change, const Error& error);

  /// The body of a change that came back from others without it: whoever decides needs it while it
  /// waits. False: it is not held, and nobody else has it with a body.
  [[nodiscard]] bool take_body(const Change& change, KnownChange& known);

  void judge_group(std::size_t at, std::size_t end, std::vector<PushResult>& results,
                   std::vector<std::size_t>& committed);

  [[nodiscard]] std::size_t bytes_of_group(std::size_t at, std::size_t end) const;

  /// All changes of a transaction share one fate.
  void spread(std::vector<Judged>& judged, std::size_t at, std::size_t end) const;

  void take(Change& change, Judged& judged, std::vector<PushResult>& results,
            std::vector<std::size_t>& committed);

  /// Bodies come without their digests. One whose dossier is unknown cannot be completed.
  void complete_all();

  /// The device vouches for what it hands out: nothing enters the log without its signature.
  [[nodiscard]] Status check_manifest();

  /// Without the key of every dossier the signature cannot be checked: nothing of it is taken.
  void defer_all(std::vector<PushResult>& results);
  void defer_healing(std::vector<PushResult>& healed);

  /// What is erased never enters the log, whoever brings it and whatever they knew.
  void take_out_erased();
  /// A device may have single records erased, by whoever decides there.
  void erasures(std::vector<ErasureAnswer>& answers);
  [[nodiscard]] Status may_erase(const ErasureOrder& order) const;

  void notes();

  const RequestArrived& arrived_;
  SyncRequest& request_;
  Loaded loaded_;
  CommitAction commit_;
  std::set<DossierId> is_new_;
  std::map<ChangeRef, ChangeId> new_ids_;
  std::set<DossierId> unknown_;
  std::set<DocumentId> grounds_;
  Standing standing_;
};

}  // namespace insieme::sync::detail
