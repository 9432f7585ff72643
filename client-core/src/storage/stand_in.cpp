#include "storage/stand_in.hpp"

#include <algorithm>
#include <functional>

namespace insieme::client {

sync::ReplicaId stand_in_for(const sync::ReplicaId& self, const sync::ReplicaId& author) {
  const sync::Digest digest =
      sync::Hasher("insieme stand-in v1").add(self.bytes).add(author.bytes).finish();
  sync::ReplicaId id;
  std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

namespace {

bool is_any_own(Core& core, const std::function<bool(const sync::ReplicaId&)>& wanted) {
  if (wanted(core.identity.replica)) return true;
  const auto former = split_words(core.setting("former_replicas").value_or(""));
  return std::any_of(former.begin(), former.end(), [&](const std::string& text) {
    return wanted(require(sync::id_from_text<sync::ReplicaId>(text)));
  });
}

}  // namespace

bool is_own(Core& core, const sync::ReplicaId& replica) {
  return is_any_own(core, [&](const sync::ReplicaId& own) { return own == replica; });
}

bool is_stand_in(Core& core, const sync::ChangeHeader& header) {
  if (!header.origin) return false;
  return is_any_own(core, [&](const sync::ReplicaId& own) {
    return header.replica == stand_in_for(own, header.origin->replica);
  });
}

AcceptedWork::AcceptedWork(Core& core, std::int64_t document, const sync::ReplicaId& author)
    : author_(author) {
  for_each_change(core, document, [&](LoggedChange&& logged) {
    const sync::ChangeHeader& header = logged.change.header;
    if (!header.origin || header.origin->replica != author) return true;
    std::vector<std::uint64_t>& origins = origins_[header.replica];
    if (origins.size() + 1 == header.seq) origins.push_back(header.origin->seq);
    return true;
  });
}

void AcceptedWork::extend(sync::VersionVector& context) const {
  const std::uint64_t seen = context[author_];
  for (const auto& [replica, origins] : origins_) {
    std::uint64_t named = 0;
    while (named < origins.size() && origins[static_cast<std::size_t>(named)] <= seen) ++named;
    if (named > 0) context.raise(replica, named);
  }
}

void AcceptedWork::follow(sync::Dot& dot) const {
  if (dot.replica != author_) return;
  for (const auto& [replica, origins] : origins_) {
    const auto at = std::find(origins.begin(), origins.end(), dot.seq);
    if (at == origins.end()) continue;
    dot = {replica, static_cast<std::uint64_t>(at - origins.begin()) + 1, dot.op};
    return;
  }
}

}  // namespace insieme::client
