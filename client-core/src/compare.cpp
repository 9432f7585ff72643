// Whether this store and its server hold the same: number and sum of the accepted changes, document
// by document.
#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "http_problem.hpp"
#include "insieme/client/engine.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::client {
namespace {

namespace json = boost::json;

constexpr std::size_t kComparedMax = 1'000'000;  ///< documents of a server
constexpr int kAttempts = 3;  // while others write, the server is ahead of every answer

struct Page {
  std::uint64_t position = 0;
  std::string next;  ///< empty: this was the last one
  std::vector<sync::DocumentDigest> documents;
};

std::string_view text_at(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

Result<sync::DocumentDigest> digest_from(const json::value& value) {
  const Error malformed{ErrorCode::malformed, "an answer that is no list of digests"};
  if (!value.is_object()) return malformed;
  const json::object& object = value.get_object();
  const std::string_view name = text_at(object, "document");
  const std::size_t slash = name.find('/');
  const json::value* count = object.if_contains("count");
  sync::DocumentDigest out;
  if (slash == std::string_view::npos || count == nullptr || !count->is_int64() ||
      count->get_int64() < 0 || !sync::from_hex(text_at(object, "history"), out.history).ok()) {
    return malformed;
  }
  INSIEME_TRY_ASSIGN(out.document.dossier,
                     sync::id_from_text<sync::DossierId>(name.substr(0, slash)));
  out.document.section = name.substr(slash + 1);
  out.count = static_cast<std::uint64_t>(count->get_int64());
  return out;
}

Result<Page> page_from(const Result<HttpReply>& reply) {
  if (!reply.ok()) return reply.error();
  if (reply->status != 200) return error_of(reply.value());
  const Error malformed{ErrorCode::malformed, "an answer that is no list of digests"};
  boost::system::error_code failed;
  const json::value parsed =
      json::parse({reinterpret_cast<const char*>(reply->body.data()), reply->body.size()}, failed);
  if (failed || !parsed.is_object()) return malformed;
  const json::object& object = parsed.get_object();
  const json::value* documents = object.if_contains("documents");
  if (documents == nullptr || !documents->is_array()) return malformed;
  Page page;
  page.position = std::strtoull(std::string(text_at(object, "position")).c_str(), nullptr, 10);
  page.next = text_at(object, "next");
  for (const json::value& one : documents->get_array()) {
    INSIEME_TRY_ASSIGN(sync::DocumentDigest digest, digest_from(one));
    page.documents.push_back(std::move(digest));
  }
  if (!page.next.empty() && page.documents.empty()) return malformed;
  return page;
}

/// What has no change on either side is not there.
std::vector<DocumentDifference> differences_of(
    const std::map<sync::DocumentId, sync::DocumentDigest>& here,
    const std::map<sync::DocumentId, sync::DocumentDigest>& there) {
  std::vector<DocumentDifference> out;
  const auto note = [&out](const sync::DocumentId& id, std::uint64_t mine, std::uint64_t theirs) {
    if (out.size() < kDifferencesMax) out.push_back({id, mine, theirs});
  };
  for (const auto& [id, digest] : there) {
    const auto mine = here.find(id);
    if (mine == here.end()) {
      if (digest.count != 0) note(id, 0, digest.count);
    } else if (!(mine->second == digest)) {
      note(id, mine->second.count, digest.count);
    }
  }
  for (const auto& [id, digest] : here) {
    if (there.count(id) == 0 && digest.count != 0) note(id, digest.count, 0);
  }
  std::sort(out.begin(), out.end(), [](const DocumentDifference& a, const DocumentDifference& b) {
    return a.document < b.document;
  });
  return out;
}

std::map<sync::DocumentId, sync::DocumentDigest> by_document(
    std::vector<sync::DocumentDigest> digests) {
  std::map<sync::DocumentId, sync::DocumentDigest> out;
  for (sync::DocumentDigest& one : digests) {
    const sync::DocumentId id = one.document;
    out.emplace(id, std::move(one));
  }
  return out;
}

}  // namespace

Status Engine::compare_once(ServerComparison& found) {
  INSIEME_TRY(sync_now().status);
  std::vector<sync::DocumentDigest> all;
  std::string after;
  do {
    const std::string query = "/v1/digests?limit=2000" + (after.empty() ? "" : "&after=" + after);
    INSIEME_TRY_ASSIGN(
        Page page,
        page_from(transport_.post(request_to(store_->identity(), query, "application/json", {}))));
    found.position = page.position;
    // Pages go on in the order of the documents: nobody is asked for ever.
    if (!page.next.empty() && page.next <= after) {
      return {ErrorCode::malformed, "a list of digests that goes back"};
    }
    if (all.size() + page.documents.size() > kComparedMax) {
      return {ErrorCode::limit_exceeded, "more documents than any server has"};
    }
    all.insert(all.end(), page.documents.begin(), page.documents.end());
    after = std::move(page.next);
  } while (!after.empty());
  INSIEME_TRY_ASSIGN(auto accepted, store_->accepted());
  found.documents = all.size();
  found.differences = differences_of(by_document(std::move(accepted)), by_document(std::move(all)));
  return {};
}

ServerComparison Engine::compare_with_server() {
  ServerComparison found;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    found.status = compare_once(found);
    if (!found.status.ok() || found.differences.empty()) break;
    const auto status = store_->status();
    if (status.ok() && status->cursor.position >= found.position) break;
  }
  return found;
}

}  // namespace insieme::client
