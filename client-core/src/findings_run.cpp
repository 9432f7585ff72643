#include "insieme/client/findings_run.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "http_problem.hpp"

namespace insieme::client {
namespace {

namespace json = boost::json;

constexpr int kOk = 200;
constexpr int kUnauthorized = 401;
constexpr std::size_t kPage = 200;
constexpr std::size_t kListMax = 100;  ///< records and words of one finding
constexpr std::size_t kKeyDigits = 64;
constexpr int kTokensMax = 1;
// A person looks at the screen meanwhile.
constexpr int kWaitsMax = 4;
constexpr std::uint32_t kWaitS = 2;
constexpr std::uint32_t kWaitSMax = 5;

Error malformed() {
  return {ErrorCode::malformed,
          "the answer is not that of an Insieme server\n"
          "la risposta non è quella di un server Insieme"};
}

std::string line_at(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return shown_line(std::string(value->get_string()));
}

const json::array* list_at(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

std::vector<std::string> words_at(const json::object& object, const char* key) {
  std::vector<std::string> out;
  const json::array* list = list_at(object, key);
  for (std::size_t i = 0; list != nullptr && i < std::min(list->size(), kListMax); ++i) {
    const json::string* word = (*list)[i].if_string();
    if (word != nullptr) out.push_back(shown_line(std::string(*word)));
  }
  return out;
}

bool is_key(const std::string& text) {
  return text.size() == kKeyDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Result<ServerFinding> finding_of(const json::value& value) {
  const json::object* object = value.if_object();
  const json::array* records = object == nullptr ? nullptr : list_at(*object, "records");
  if (records == nullptr || records->empty() || records->size() > kListMax) return malformed();
  ServerFinding out{line_at(*object, "key"),
                    line_at(*object, "kind"),
                    line_at(*object, "name"),
                    words_at(*object, "evidence"),
                    {},
                    line_at(*object, "body"),
                    line_at(*object, "ask")};
  if (!is_key(out.key)) return malformed();
  for (const json::value& one : *records) {
    const json::object* record = one.if_object();
    if (record == nullptr) return malformed();
    const auto id = sync::id_from_text<sync::RecordId>(line_at(*record, "id"));
    const auto dossier = sync::id_from_text<sync::DossierId>(line_at(*record, "dossier"));
    if (!id.ok() || !dossier.ok()) return malformed();
    out.records.push_back({*id, line_at(*record, "type"), *dossier});
  }
  return out;
}

}  // namespace

Result<FindingsPage> parse_findings_page(std::span<const std::uint8_t> body) {
  boost::system::error_code failed;
  const json::value parsed =
      json::parse({reinterpret_cast<const char*>(body.data()), body.size()}, failed);
  if (failed || !parsed.is_object()) return malformed();
  const json::object& object = parsed.get_object();
  const json::array* findings = list_at(object, "findings");
  if (findings == nullptr || findings->size() > kPage) return malformed();
  FindingsPage page;
  for (const json::value& one : *findings) {
    INSIEME_TRY_ASSIGN(ServerFinding finding, finding_of(one));
    page.findings.push_back(std::move(finding));
  }
  for (std::string& name : words_at(object, "cut")) page.cut.insert(std::move(name));
  page.next = line_at(object, "next");
  // Pages go on in the order of their keys: nobody is asked for ever.
  const bool ends = page.next.empty();
  if (!ends && (page.findings.empty() || page.next != page.findings.back().key)) return malformed();
  const bool in_order =
      std::is_sorted(page.findings.begin(), page.findings.end(),
                     [](const ServerFinding& a, const ServerFinding& b) { return a.key < b.key; });
  if (!in_order) return malformed();
  return page;
}

FindingsRun::Need FindingsRun::begin() {
  if (!engine_.store().identity().is_enrolled()) {
    return end(Error{ErrorCode::unauthenticated, "this store is not enrolled"});
  }
  return engine_.token_.empty() ? ask_challenge() : ask_page();
}

FindingsRun::Need FindingsRun::answered(const Result<HttpReply>& reply) {
  if (!reply.ok()) return end(reply.error());
  const Asked asked = std::exchange(asked_, Asked::nothing);
  if (asked == Asked::challenge) {
    auto request = engine_.token_request(reply);
    if (!request.ok()) return end(request.error());
    asked_ = Asked::token;
    return std::move(request).value();
  }
  if (asked == Asked::token) {
    auto token = engine_.take_token(reply);
    if (!token.ok()) return end(token.error());
    engine_.token_ = std::move(token).value();
    return ask_page();
  }
  if (asked == Asked::page) return on_page(*reply);
  return end(Error{ErrorCode::internal, "an answer to no request"});
}

FindingsRun::Need FindingsRun::waited(bool to_its_end) {
  if (!to_its_end) return end(why_);
  return ask_page();
}

FindingsRun::Need FindingsRun::ask_challenge() {
  ++tokens_;
  asked_ = Asked::challenge;
  return engine_.challenge_request();
}

FindingsRun::Need FindingsRun::ask_page() {
  asked_ = Asked::page;
  const std::string path =
      "/v1/findings?limit=" + std::to_string(kPage) + (after_.empty() ? "" : "&after=" + after_);
  return engine_.request_to(engine_.store().identity(), path, "application/json", {});
}

FindingsRun::Need FindingsRun::on_page(const HttpReply& reply) {
  if (reply.status == kUnauthorized) {
    engine_.token_.clear();
    if (tokens_ < kTokensMax) return ask_challenge();
  }
  const bool comes_back = reply.status == 429 || reply.status == 503;
  const std::uint32_t named = reply.retry_after_s == 0 ? kWaitS : reply.retry_after_s;
  if (comes_back && waits_ < kWaitsMax && named <= kWaitSMax) {
    ++waits_;
    why_ = error_of(reply);
    return Pause{named * 1'000};
  }
  if (reply.status != kOk) return end(error_of(reply));
  auto page = parse_findings_page(reply.body);
  if (!page.ok()) return end(page.error());
  const auto& told = page->findings;
  if (!told.empty() && told.front().key <= after_) return end(malformed());
  for (ServerFinding& one : page->findings) found_.all.push_back(std::move(one));
  found_.cut.merge(page->cut);
  after_ = page->next;
  found_.more = !after_.empty() && found_.all.size() >= kServerFindingsMax;
  if (after_.empty() || found_.more) return end(std::move(found_));
  return ask_page();
}

FindingsRun::Need FindingsRun::end(Result<ServerFindings> result) {
  asked_ = Asked::nothing;
  return result;
}

Result<ServerFindings> ask_findings(Engine& engine) {
  FindingsRun run(engine);
  FindingsRun::Need need = run.begin();
  while (true) {
    if (auto* result = std::get_if<Result<ServerFindings>>(&need)) return std::move(*result);
    if (const auto* request = std::get_if<HttpRequest>(&need)) {
      need = run.answered(engine.transport().post(*request));
    } else {
      need = run.waited(engine.waiter()(std::get<Pause>(need).ms));
    }
  }
}

}  // namespace insieme::client
