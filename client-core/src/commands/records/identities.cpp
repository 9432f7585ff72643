#include "commands/records/identities.hpp"

#include "commands/records/view.hpp"

namespace insieme::client::commands {

Outcome<std::set<IdentityEdge>> identity_edges(Context& context) {
  constexpr std::size_t kPage = 1'000;
  std::vector<reports::EdgeCopy> copies;
  ListQuery query;
  query.type = "identity_edge";
  query.retracted_too = true;
  query.limit = kPage;
  while (true) {
    INSIEME_OUT_ASSIGN(const auto lines, context.store().list(query));
    for (const RecordLine& line : lines) {
      INSIEME_OUT_ASSIGN(const Facets facets, read_facets(context, line.ref));
      copies.push_back({shown_values(facets), line.retracted});
    }
    if (lines.size() < kPage) break;
    query.offset += kPage;
  }
  return reports::active_edges(copies);
}

}  // namespace insieme::client::commands
