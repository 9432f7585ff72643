// What a device may see, as counts and sums, so that it can verify its store.
#include <boost/json.hpp>

#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "api/query.hpp"
#include "insieme/server/verify.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kPageDefault = 500;
constexpr std::size_t kPageMax = 2'000;

struct PageQuery {
  std::optional<sync::DocumentId> after;
  std::size_t count_max = kPageDefault;
};

Result<PageQuery> parse_query(const std::string& query) {
  PageQuery page;
  const auto after = [&page](const std::string& value) -> Status {
    const std::size_t slash = value.find('/');
    if (slash == std::string::npos) return {ErrorCode::malformed, "after: dossier/section"};
    INSIEME_TRY_ASSIGN(const auto dossier,
                       sync::id_from_text<sync::DossierId>(value.substr(0, slash)));
    page.after = sync::DocumentId{dossier, value.substr(slash + 1)};
    return {};
  };
  INSIEME_TRY(read_page(query, kPageMax, page.count_max, after));
  return page;
}

Response digests_of(const Services& services, const Request& request, const Caller& caller) {
  const auto query = parse_query(request.query);
  if (!query.ok()) return problem_of(query.error());
  const DigestPage page = services.repository.digests(caller, query->after, query->count_max);
  boost::json::array documents;
  for (const sync::DocumentDigest& digest : page.documents) {
    documents.push_back(boost::json::object{{"document", sync::to_text(digest.document)},
                                            {"count", digest.count},
                                            {"history", to_hex(digest.history)}});
  }
  boost::json::object body{{"position", std::to_string(page.position)}, {"more", page.more}};
  if (page.more) body["next"] = sync::to_text(page.documents.back().document);
  body["documents"] = std::move(documents);
  return json_response(200, boost::json::serialize(body));
}

}  // namespace

Response digests(const Services& services, const Request& request) {
  return for_device(services, request, [&](const Caller& caller) {
    return digests_of(services, request, caller);
  });
}

}  // namespace insieme::server
