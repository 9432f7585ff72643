// Where documents end, for whoever stands on less than the others have folded there.
#include <algorithm>

#include "insieme/sync/limits.hpp"
#include "server_judge.hpp"

namespace insieme::sync::detail {

void Judge::note_ground(const ChangeHeader& header) {
  // Ids of others' work are for whoever once had it. A server that was put back may have forgotten
  // who did: then for whoever can name one, or wrote there before.
  const DocumentId& document = header.document;
  const auto names = [&](const DepEntry& dep) {
    const auto known = loaded_.changes.find({document, dep.replica, dep.seq});
    return known != loaded_.changes.end() && known->second.id.prefix() == dep.id_prefix;
  };
  const DepEntry before{header.replica, header.seq - 1, header.previous_prefix};
  const bool had = loaded_.dossiers[document.dossier].had || names(before) ||
                   std::any_of(header.deps.begin(), header.deps.end(), names);
  if (request_.protocol >= 5 && had) grounds_.insert(document);
}

void Judge::note_grounds(const std::vector<Judged>& judged, std::size_t at) {
  // What was authored again on a ground that a server has lost since waits for what may never come;
  // so does an act of which a part is to be authored again.
  const auto has_no_ground = [&](std::size_t i) {
    const ChangeHeader& header = request_.changes[at + i].header;
    const Judged& one = judged[i];
    const bool waits = one.verdict == Verdict::deferred && one.code == ErrorCode::not_yet;
    return one.verdict == Verdict::forked ||
           (waits && grounds_.count(header.document) != 0) ||
           (waits && (header.origin || header.transaction) && !may_write(header.document));
  };
  bool any = false;
  for (std::size_t i = 0; i < judged.size(); ++i) any = any || has_no_ground(i);
  // An act goes whole: its other parts, too.
  for (std::size_t i = 0; any && i < judged.size(); ++i) {
    note_ground(request_.changes[at + i].header);
  }
}

void Judge::tell_grounds(const Outcome& outcome) {
  std::size_t heads = 0;
  for (const DocumentId& document : grounds_) {
    const auto& all = loaded_.frontiers[document].heads();
    const bool fits = outcome.grounds.empty() ||
                      (heads + all.size() <= kGroundHeadsMax &&
                       outcome.grounds.size() < kGroundsPerMessageMax);
    if (!fits) {
      for (PushResult& result : outcome.results) {
        if (result.document == document && result.verdict == Verdict::forked) {
          result.verdict = Verdict::deferred;
          result.code = ErrorCode::not_yet;
        }
      }
      continue;
    }
    heads += all.size();
    Ground ground{document, may_write(document), {}};
    for (const auto& [replica, head] : all) ground.heads.push_back({replica, head.seq, head.id});
    outcome.grounds.push_back(std::move(ground));
  }
}

}  // namespace insieme::sync::detail
