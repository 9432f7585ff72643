// A device waits for news: held without a thread until something for it is committed.
#include <boost/json.hpp>
#include <boost/url.hpp>

#include <algorithm>

#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "insieme/sync/log_place.hpp"

namespace insieme::server {
namespace {

/// A device that is further behind has something to fetch, or moves its cursor by asking.
constexpr std::uint64_t kEntriesMax = 1'000;
constexpr int kRetryAfterS = 60;
constexpr std::uint32_t kNotHeldS = 3'600;

std::optional<sync::Cursor> place_of(const std::string& query) {
  const auto params = boost::urls::parse_query(query);
  if (!params || params->size() != 1 || (*params->begin()).key != "seen") return std::nullopt;
  const auto seen = sync::parse_cursor((*params->begin()).value);
  if (!seen.ok()) return std::nullopt;
  return *seen;
}

Response waited(bool news, const sync::Cursor& seen) {
  return json_response(200, boost::json::serialize(boost::json::object{
                                {"news", news}, {"seen", sync::to_text(seen)}}));
}

Response not_now(std::string_view slug, std::string detail, std::string detail_it,
                 std::uint32_t retry_s) {
  Response response = problem_response(
      {503, slug, "Not available now", std::move(detail), std::move(detail_it)});
  response.headers.emplace_back("Retry-After", std::to_string(retry_s));
  return response;
}

/// Not all at the same time: those that began together would also come back together.
std::int64_t hold_ms(const Services& services, const Request& request) {
  const std::int64_t longest = std::int64_t{services.config.wait_s} * 1'000;
  std::array<std::uint8_t, 2> chance{};
  services.random(chance);
  const std::int64_t share = chance[0] * 256 + chance[1];
  const std::int64_t drawn = longest - longest * share / 65'536 / 5;
  // A token ends the wait that it began.
  constexpr std::size_t kBearer = 7;
  const auto token = services.tokens.find_token(
      std::string_view(request.authorization).substr(kBearer), services.clock());
  const std::int64_t left = token ? token->expires_ms - services.clock() : 0;
  return std::clamp<std::int64_t>(left, 0, drawn);
}

Response wait_as(const Services& services, const Request& request, const Caller& caller) {
  const auto seen = place_of(request.query);
  if (!seen) {
    return problem_of({ErrorCode::malformed, "the query is seen=EPOCH.POSITION.HASH"});
  }
  if (services.waits == nullptr || services.config.wait_s == 0) {
    return not_now("unavailable", "This server holds no waits: ask once in a while.",
                   "Questo server non tiene richieste in attesa.", kNotHeldS);
  }
  // First the place, then the look: what is committed in between is told to the place.
  const auto held = services.waits->enter(caller.device.id, caller.user.account,
                                          counted_address(request.client), *seen);
  if (!held) {
    return not_now("no-room-to-wait", "Too many devices wait already.",
                   "Troppi dispositivi sono già in attesa.", kRetryAfterS);
  }
  std::optional<News> news;
  try {
    news = services.repository.news_since(*seen, kEntriesMax);
  } catch (...) {
    static_cast<void>(services.waits->leave(*held, WaitEnd::left));
    throw;
  }
  if (!news || news->has(caller.user.account)) {
    const sync::Cursor end = news ? news->end : *seen;
    static_cast<void>(services.waits->leave(*held, WaitEnd::news));
    return waited(true, end);
  }
  Response later;
  later.waiting = {held, hold_ms(services, request)};
  return later;
}

}  // namespace

Response wait(const Services& services, const Request& request) {
  return for_device(services, request, [&](const Caller& caller) {
    return wait_as(services, request, caller);
  });
}

void Api::end_waits() const {
  if (services_.waits != nullptr) services_.waits->close();
}

Response Api::end_wait(const Waiting& waiting, WaitEnd end) const {
  const Wait::Outcome outcome = services_.waits->leave(*waiting.wait, end);
  switch (outcome.end) {
    case WaitEnd::news: return waited(true, outcome.at);
    case WaitEnd::replaced:
      return problem_response({409, "another-wait", "Conflict",
                               "Another wait of this device took its place.",
                               "Un'altra attesa di questo dispositivo ha preso il suo posto."});
    // Whoever is barred hears why when it asks again.
    case WaitEnd::barred:
    case WaitEnd::time:
    case WaitEnd::left:
    case WaitEnd::closing: break;
  }
  return waited(false, outcome.at);
}

}  // namespace insieme::server
