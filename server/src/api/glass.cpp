// Dossiers that are opened with a reason, for a while: docs/adr/0039.
#include "insieme/server/glass.hpp"

#include <boost/json.hpp>

#include <map>

#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "insieme/sync/digest.hpp"
#include "log.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

constexpr std::size_t kIdMax = 36;

Response bad(std::string english, std::string italian) {
  return problem_response(
      {400, "bad-request", "Bad request", std::move(english), std::move(italian)});
}

/// In words for who asked.
Response refusal(const Caller& caller, const Error& error) {
  switch (error.code) {
    case ErrorCode::not_allowed:
      return problem_response({403, "not-allowed", "Not allowed", error.detail + ".",
                               "Con il proprio ruolo questo non è previsto: chiedere a chi "
                               "coordina."});
    case ErrorCode::invalid_argument:
      return bad("A reason of 10 to 500 bytes in words, and from 1 to " +
                     std::to_string(caller.rules.glass_hours) + " hours.",
                 "Serve un motivo, da 10 a 500 caratteri, e da 1 a " +
                     std::to_string(caller.rules.glass_hours) + " ore.");
    case ErrorCode::conflict:
      return problem_response({409, "conflict", "Conflict",
                               "The dossier is yours already: synchronise.",
                               "Il fascicolo è già tra i propri: basta sincronizzare."});
    case ErrorCode::not_found:
      return problem_response({404, "not-found", "Not found",
                               "There is no such dossier, or it is not opened this way. Ask who "
                               "coordinates. That you asked is noted.",
                               "Questo fascicolo non c'è, o non si apre in questo modo. Chiedere a "
                               "chi coordina. La richiesta resta annotata."});
    case ErrorCode::quota: {
      Response response = problem_response(
          {429, "too-many-requests", "Too many requests",
           "Too many dossiers were opened, or asked for in vain, in 24 hours. Ask who coordinates.",
           "Troppi fascicoli aperti, o chiesti invano, in 24 ore. Chiedere a chi coordina."});
      response.headers.emplace_back("Retry-After", "3600");
      return response;
    }
    default: return problem_of(error);
  }
}

std::map<std::string, std::string> names_of(Repository& repository) {
  std::map<std::string, std::string> names;
  for (const User& user : repository.users()) names.emplace(user.account, user.display_name);
  return names;
}

json::object glass_json(const Glass& glass, const Caller& caller,
                        const std::map<std::string, std::string>& names) {
  const auto name = names.find(glass.account);
  json::object out{{"id", sync::to_hex(glass.id)},
                   {"dossier", sync::to_text(glass.dossier)},
                   {"account", glass.account},
                   {"name", name == names.end() ? glass.account : name->second},
                   {"mine", glass.account == caller.user.account},
                   {"reason", glass.reason},
                   {"opened_at", to_rfc3339(glass.opened_ms)},
                   {"until", to_rfc3339(glass.until_ms)}};
  if (glass.ended_ms) {
    out["ended_at"] = to_rfc3339(*glass.ended_ms);
    out["ended_by"] = glass.ended_by;
  }
  if (glass.seen_ms) {
    out["seen_at"] = to_rfc3339(*glass.seen_ms);
    out["seen_by"] = glass.seen_by;
    out["note"] = glass.note;
  }
  return out;
}

using Body = json::object;
using Act = Response (*)(const Services&, const Caller&, const Body&);

std::string text_at(const Body& body, std::string_view name, std::size_t max) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr || !value->is_string() || value->get_string().size() > max) return {};
  return std::string(value->get_string());
}

std::optional<GlassId> id_at(const Body& body) {
  GlassId id{};
  if (!sync::from_hex(text_at(body, "id", kIdMax), id).ok()) return std::nullopt;
  return id;
}

Response open(const Services& services, const Caller& caller, const Body& body) {
  GlassRequest asked;
  asked.dossier = text_at(body, "dossier", kIdMax);
  asked.reason = text_at(body, "reason", kGlassReasonMax);
  if (const json::value* hours = body.if_contains("hours")) {
    const std::int64_t* number = hours->if_int64();
    asked.hours = number == nullptr || *number < 1 || *number > 1'000
                      ? 0
                      : static_cast<std::uint32_t>(*number);
  } else {
    asked.hours = std::min(kGlassHours, caller.rules.glass_hours);
  }
  const auto opened = services.repository.break_glass(caller, asked);
  if (!opened.ok()) return refusal(caller, opened.error());
  return json_response(
      200, json::serialize(glass_json(*opened, caller, names_of(services.repository))));
}

Response list(const Services& services, const Caller& caller, const Body&) {
  json::array all;
  const auto glasses = services.repository.glasses_for(caller);
  if (!glasses.empty()) {
    const auto names = names_of(services.repository);
    for (const Glass& glass : glasses) all.push_back(glass_json(glass, caller, names));
  }
  return json_response(200, json::serialize(json::object{{"openings", std::move(all)}}));
}

Response done(const Caller& caller, const Status& status) {
  if (!status.ok()) return refusal(caller, status.error());
  return json_response(200, json::serialize(json::object{{"done", true}}));
}

Response end(const Services& services, const Caller& caller, const Body& body) {
  const auto id = id_at(body);
  if (!id) return bad("The body has the \"id\" of an opening.", "Serve l'id di un'apertura.");
  return done(caller, services.repository.end_glass(*id, caller.user.account));
}

Response see(const Services& services, const Caller& caller, const Body& body) {
  const auto id = id_at(body);
  if (!id) return bad("The body has the \"id\" of an opening.", "Serve l'id di un'apertura.");
  return done(caller, services.repository.see_glass(*id, caller.user.account,
                                                    text_at(body, "note", kGlassNoteMax)));
}

Response run(const Services& services, const Request& request, Act act) {
  return for_device(services, request, [&](const Caller& caller) {
    auto parsed = parse_json(request);
    if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
    const json::object* body = std::get<json::value>(parsed).if_object();
    if (body == nullptr) return bad("The body is an object.", "Serve un oggetto.");
    return act(services, caller, *body);
  });
}

}  // namespace

Response open_glass(const Services& services, const Request& request) {
  return run(services, request, open);
}
Response list_glass(const Services& services, const Request& request) {
  return run(services, request, list);
}
Response end_glass(const Services& services, const Request& request) {
  return run(services, request, end);
}
Response see_glass(const Services& services, const Request& request) {
  return run(services, request, see);
}

}  // namespace insieme::server
