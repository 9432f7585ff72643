// What orders to erase do to what is pushed, and who may ask for one from a device.
#include <algorithm>

#include "insieme/sync/reasons.hpp"
#include "server_judge.hpp"

namespace insieme::sync::detail {

void Judge::take_out_erased() {
  for (Change& change : request_.changes) {
    const auto erased = loaded_.redactions.find(change.header.document);
    if (erased != loaded_.redactions.end()) redact(change, erased->second);
  }
}

Status Judge::may_erase(const ErasureOrder& order) const {
  INSIEME_TRY(check_order(order));
  if (!arrived_.may_review) return {ErrorCode::not_allowed, std::string(reasons::kMayNotErase)};
  const auto access = loaded_.dossiers.find(order.dossier);
  if (access == loaded_.dossiers.end() || !access->second.known) {
    return {ErrorCode::not_found, kUnknownDossier};
  }
  if (access->second.on_hold) return {ErrorCode::not_allowed, std::string(reasons::kOnHold)};
  for (const ErasureTarget& target : order.targets) {
    if (target.section.empty() || target.record.is_nil()) {
      return {ErrorCode::not_allowed, std::string(reasons::kNeedsTwoPeople)};
    }
    if (!may_write({order.dossier, target.section})) {
      return {ErrorCode::not_allowed, std::string(reasons::kNotAssigned)};
    }
  }
  return {};
}

void Judge::erasures(std::vector<ErasureAnswer>& answers) {
  for (ErasureOrder& order : request_.erase) {
    const auto& done = loaded_.erasures;
    if (std::find(done.begin(), done.end(), order.id) != done.end()) {
      answers.push_back({order.id, ErrorCode::ok, {}});  // the reply that said so was lost
      continue;
    }
    const Status status = may_erase(order);
    answers.push_back({order.id, status.code(), status.ok() ? "" : status.error().detail});
    if (status.ok()) commit_.erasures.push_back(std::move(order));
  }
  commit_.erased = std::move(request_.erased);
}

}  // namespace insieme::sync::detail
