#include "commands/records/identities.hpp"

#include <algorithm>

#include "commands/records/view.hpp"

namespace insieme::client::commands {
namespace {

constexpr std::size_t kPage = 1'000;

}  // namespace

Outcome<std::set<IdentityEdge>> identity_edges(Context& context) {
  std::map<IdentityEdge, bool> active;
  ListQuery query;
  query.type = "identity_edge";
  query.retracted_too = true;
  query.limit = kPage;
  while (true) {
    INSIEME_OUT_ASSIGN(const auto lines, context.store().list(query));
    for (const RecordLine& line : lines) {
      INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, line.ref));
      const schema::RecordValues values = shown_values(facets);
      const auto end = [&](const char* field) -> std::optional<sync::RecordId> {
        const auto found = values.find(field);
        const auto* text = found == values.end() || found->second.empty()
                               ? nullptr
                               : std::get_if<std::string>(&found->second.front());
        if (text == nullptr) return std::nullopt;
        auto id = sync::id_from_text<sync::RecordId>(*text);
        return id.ok() ? std::optional(id.value()) : std::nullopt;
      };
      const auto first = end("first");
      const auto second = end("second");
      if (!first || !second) continue;
      const auto [at, is_new] = active.emplace(std::minmax(*first, *second), !line.retracted);
      if (!is_new) at->second = at->second && !line.retracted;
    }
    if (lines.size() < kPage) break;
    query.offset += kPage;
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

}  // namespace insieme::client::commands
