#include "storage/elsewhere.hpp"

#include <algorithm>

namespace insieme::client {

void note_elsewhere(Core& core, std::int64_t n) {
  core.db.cached("UPDATE changes SET elsewhere = 1 WHERE n = ?").bind_all(n).run();
}

void Elsewhere::add(std::int64_t document, const sync::Change& here) {
  const sync::ChangeHeader& header = here.header;
  missing_[document].push_back({{header.replica, header.seq}, sync::first_name(header),
                                header.stamp, header.author, sync::digest_of_work(here)});
}

void Elsewhere::look(Core& core) {
  for (const auto& [document, all] : missing_) {
    for_each_change(core, document, [&, n = document, &missing = all](LoggedChange&& logged) {
      const sync::ChangeHeader& header = logged.change.header;
      const Name name{header.replica, header.seq};
      const sync::Origin origin = sync::first_name(header);
      const auto same = std::find_if(missing.begin(), missing.end(), [&](const Missing& one) {
        return one.origin == origin && one.stamp == header.stamp &&
               one.author == header.author && one.work == sync::digest_of_work(logged.change);
      });
      std::vector<Name>& named = named_[{n, header.replica}];
      if (same != missing.end()) {
        there_[{n, same->here}] = name;
        if (named.size() + 1 == header.seq) named.push_back(same->here);
      } else if (named.size() + 1 == header.seq) {
        named.push_back(name);
      }
      return true;
    });
  }
}

void Elsewhere::extend(std::int64_t document, const sync::VersionVector& seen,
                       sync::VersionVector& context) const {
  for (const auto& [place, named] : named_) {
    if (place.first != document) continue;
    const auto unseen = std::find_if(named.begin(), named.end(), [&](const Name& name) {
      return !seen.contains(name.first, name.second);
    });
    context.raise(place.second, static_cast<std::uint64_t>(unseen - named.begin()));
  }
}

std::optional<sync::Dot> Elsewhere::follow(std::int64_t document, const sync::Dot& dot) const {
  const auto at = there_.find({document, {dot.replica, dot.seq}});
  if (at == there_.end()) return std::nullopt;
  return sync::Dot{at->second.first, at->second.second, dot.op};
}

}  // namespace insieme::client
