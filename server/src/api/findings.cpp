// What was found over all dossiers, for whoever may know of it: docs/adr/0031.
#include <boost/json.hpp>

#include <algorithm>

#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "api/query.hpp"
#include "insieme/server/finding_board.hpp"
#include "log.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

constexpr std::size_t kPageDefault = 100;
constexpr std::size_t kPageMax = 200;
constexpr std::size_t kKeyDigits = 64;
constexpr const char* kElsewhere = "nota_altrove";

struct PageQuery {
  std::string after;
  std::size_t count_max = kPageDefault;
};

bool is_key(const std::string& text) {
  return text.size() == kKeyDigits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

Result<PageQuery> parse_query(const std::string& query) {
  PageQuery page;
  const auto after = [&page](const std::string& value) -> Status {
    if (!is_key(value)) return {ErrorCode::malformed, "after: the key of a finding"};
    page.after = value;
    return {};
  };
  INSIEME_TRY(read_page(query, kPageMax, page.count_max, after));
  return page;
}

/// A finding or a match, ready to be told.
struct Told {
  std::string key;
  json::object line;
  const std::set<sync::DocumentId>* documents = nullptr;
};

json::object record_json(const sync::RecordId& id, const std::string& type,
                         const sync::DossierId& dossier) {
  return {{"id", sync::to_text(id)}, {"type", type}, {"dossier", sync::to_text(dossier)}};
}

json::array texts(const std::vector<std::string>& all) {
  return json::array(all.begin(), all.end());
}

Told told(const SpaceFinding& one) {
  json::array records;
  for (const reports::FoundRecord& found : one.finding.records) {
    records.push_back(record_json(found.id, found.type, found.dossier));
  }
  return {one.finding.key,
          {{"key", one.finding.key},
           {"kind", one.finding.kind()},
           {"name", one.finding.name()},
           {"evidence", texts(one.finding.evidence)},
           {"records", std::move(records)}},
          &one.documents};
}

/// The own records, and whom to ask: of the other body's person nothing is known here.
Told told(const SpaceMatch& one) {
  json::array records;
  for (const MatchedRecord& person : one.people) {
    records.push_back(record_json(person.id, person.type, person.document.dossier));
  }
  return {one.key,
          {{"key", one.key},
           {"kind", kElsewhere},
           {"name", one.agreement},
           {"evidence", texts(one.evidence)},
           {"records", std::move(records)},
           {"body", one.from},
           {"ask", one.ask}},
          &one.documents};
}

/// A page of what the account may know, and what it rests on.
struct Page {
  json::array findings;
  std::set<sync::DocumentId> documents;
  std::string next;  ///< empty: it is the last
};

Page page_of(const FindingBoard::Found& found, const std::string& account, Knowers& knowers,
             const PageQuery& query) {
  std::vector<Told> open;
  const auto take = [&](const auto& one, const std::string& key, bool is_open) {
    if (is_open && key > query.after && knowers.may_read(account, one.documents)) {
      open.push_back(told(one));
    }
  };
  for (const SpaceFinding& one : found.space.all) {
    take(one, one.finding.key, one.finding.is_open());
  }
  for (const SpaceMatch& one : found.matches) take(one, one.key, one.is_open());
  std::sort(open.begin(), open.end(), [](const Told& a, const Told& b) { return a.key < b.key; });
  Page page;
  for (std::size_t i = 0; i < open.size() && i < query.count_max; ++i) {
    page.findings.push_back(std::move(open[i].line));
    page.documents.insert(open[i].documents->begin(), open[i].documents->end());
  }
  if (open.size() > query.count_max) page.next = open[query.count_max - 1].key;
  return page;
}

/// Why nothing can be told now.
Response not_now(const Error& error, const std::string& request_id) {
  if (error.code != ErrorCode::busy) {
    log_failure(request_id, error.detail);
    return problem_of({ErrorCode::internal, {}});
  }
  Response response = problem_response(
      {503, "busy", "Not available now", "The findings are being computed. Ask again shortly.",
       "Le segnalazioni sono in corso di calcolo. Riprovare fra poco."});
  response.headers.emplace_back("Retry-After", "2");
  return response;
}

Response answer(const Services& services, const Request& request, const Caller& caller) {
  if (services.findings == nullptr) {
    return problem_response({404, "not-found", "Not found",
                             "This server does not tell what it finds over all dossiers.",
                             "Questo server non comunica ciò che trova confrontando i fascicoli."});
  }
  const auto query = parse_query(request.query);
  if (!query.ok()) return problem_of(query.error());
  const Allowance allowance =
      services.findings->take(sync::to_text(caller.device.id), services.clock());
  if (!allowance.allowed) return too_many(allowance);
  const auto found = services.findings->look();
  if (!found.ok()) return not_now(found.error(), request.request_id);
  Knowers knowers(services.repository);
  Page page = page_of(**found, caller.user.account, knowers, *query);
  // Before it leaves, like everything that is read.
  const Day day = day_in_italy(services.clock());
  const std::string& account = caller.user.account;
  services.repository.note_access(caller,
                                  services.findings->to_note(account, page.documents, day));
  services.findings->noted(account, page.documents, day);
  json::object body{{"position", std::to_string((*found)->position)}, {"more", !page.next.empty()}};
  if (!page.next.empty()) body["next"] = page.next;
  body["findings"] = std::move(page.findings);
  body["cut"] = json::array((*found)->space.cut.begin(), (*found)->space.cut.end());
  return json_response(200, json::serialize(body));
}

}  // namespace

Response findings(const Services& services, const Request& request) {
  return for_device(services, request, [&](const Caller& caller) {
    return answer(services, request, caller);
  });
}

}  // namespace insieme::server
