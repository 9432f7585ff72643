#include "insieme/sync/voucher.hpp"

#include <algorithm>
#include <tuple>

namespace insieme::sync {

bool Voucher::covers(const ReplicaId& replica, std::uint64_t seq) const noexcept {
  const auto at = std::lower_bound(
      heads.begin(), heads.end(), replica,
      [](const VouchedHead& head, const ReplicaId& wanted) { return head.replica < wanted; });
  return at != heads.end() && at->replica == replica && seq <= at->seq;
}

std::optional<HollowState> Voucher::hollow_state(const ReplicaId& replica,
                                                 std::uint64_t seq) const noexcept {
  const auto at = std::lower_bound(
      hollow.begin(), hollow.end(), std::tie(replica, seq),
      [](const VouchedHollow& one, const std::tuple<const ReplicaId&, const std::uint64_t&>& it) {
        return std::tie(one.replica, one.seq) < it;
      });
  if (at == hollow.end() || at->replica != replica || at->seq != seq) return std::nullopt;
  return at->state;
}

Digest digest_of_voucher(const SpaceId& space, const Voucher& voucher) {
  Hasher hasher("insieme voucher v1");
  hasher.add(space.bytes).add(voucher.document.dossier.bytes).add(voucher.document.section);
  hasher.add(std::uint64_t{voucher.heads.size()});
  for (const VouchedHead& head : voucher.heads) {
    hasher.add(head.replica.bytes).add(head.seq).add(head.id);
  }
  hasher.add(std::uint64_t{voucher.hollow.size()});
  for (const VouchedHollow& one : voucher.hollow) {
    hasher.add(one.replica.bytes).add(one.seq).add(static_cast<std::uint64_t>(one.state));
  }
  return hasher.finish();
}

}  // namespace insieme::sync
