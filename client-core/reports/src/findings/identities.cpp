#include "insieme/reports/identities.hpp"

#include <algorithm>
#include <optional>

namespace insieme::reports {

std::set<IdentityEdge> active_edges(const std::vector<EdgeCopy>& copies) {
  std::map<IdentityEdge, bool> active;
  for (const EdgeCopy& copy : copies) {
    const auto end = [&copy](const char* field) -> std::optional<sync::RecordId> {
      const auto found = copy.values.find(field);
      const auto* text = found == copy.values.end() || found->second.empty()
                             ? nullptr
                             : std::get_if<std::string>(&found->second.front());
      if (text == nullptr) return std::nullopt;
      auto id = sync::id_from_text<sync::RecordId>(*text);
      return id.ok() ? std::optional(id.value()) : std::nullopt;
    };
    const auto first = end("first");
    const auto second = end("second");
    if (!first || !second) continue;
    const auto [at, is_new] = active.emplace(std::minmax(*first, *second), !copy.retracted);
    if (!is_new) at->second = at->second && !copy.retracted;
  }
  std::set<IdentityEdge> edges;
  for (const auto& [ends, is_on] : active) {
    if (is_on) edges.insert(ends);
  }
  return edges;
}

Identities::Identities(const std::set<IdentityEdge>& edges) {
  for (const auto& [a, b] : edges) join(a, b);
}

void Identities::join(const sync::RecordId& a, const sync::RecordId& b) {
  const sync::RecordId of_a = of(a);
  const sync::RecordId of_b = of(b);
  if (of_a < of_b) up_[of_b] = of_a;
  if (of_b < of_a) up_[of_a] = of_b;
}

sync::RecordId Identities::of(const sync::RecordId& id) const {
  sync::RecordId at = id;
  for (auto found = up_.find(at); found != up_.end(); found = up_.find(at)) at = found->second;
  return at;
}

}  // namespace insieme::reports
