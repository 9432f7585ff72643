// What was opened on a tablet, told by it: docs/adr/0029.
#include <boost/json.hpp>

#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "insieme/schema/bundle.hpp"
#include "insieme/schema/civil.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

constexpr std::size_t kOpeningsMax = 200;
constexpr std::size_t kInstantMax = 32;
/// A clock may be ahead; a line of next year would hide behind nothing.
constexpr std::int64_t kAheadMs = 2 * 86'400'000LL;

std::string text_of(const json::object& object, std::string_view name, std::size_t max) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string() || value->get_string().size() > max) return {};
  return std::string(value->get_string());
}

bool is_purpose(const std::string& code) {
  const schema::CodeList* list = schema::embedded_bundle().find_list("access_purposes");
  return list != nullptr && list->find(code) != nullptr;
}

/// Nothing if it is not understood. A purpose of a newer list is not worth losing a line for.
std::optional<AccessNote> opening_of(const json::value& value, std::int64_t now_ms) {
  const json::object* told = value.if_object();
  if (told == nullptr) return std::nullopt;
  constexpr std::size_t kIdMax = 36;
  const auto dossier = sync::id_from_text<sync::DossierId>(text_of(*told, "dossier", kIdMax));
  const std::string section = text_of(*told, "section", sync::kNameBytesMax);
  const auto at = schema::instant_from_iso(text_of(*told, "at", kInstantMax));
  if (!dossier.ok() || !sync::is_valid_section(section) || !at || at->ms <= 0) return std::nullopt;
  AccessNote note;
  note.dossier = *dossier;
  note.kind = AccessKind::opened;
  note.sections = {section};
  note.opened_ms = std::min(at->ms, now_ms + kAheadMs);
  const std::string purpose = text_of(*told, "purpose", sync::kNameBytesMax);
  if (!purpose.empty()) note.opened_for = is_purpose(purpose) ? purpose : "altro";
  return note;
}

Response bad(const std::string& what) {
  return problem_response({400, "bad-request", "Bad request", what, {}});
}

Response tell(const Services& services, const Request& request, const Caller& caller) {
  auto parsed = parse_json(request);
  if (auto* wrong = std::get_if<Response>(&parsed)) return std::move(*wrong);
  const auto& body = std::get<json::value>(parsed);
  const json::value* list = body.is_object() ? body.get_object().if_contains("openings") : nullptr;
  if (list == nullptr || !list->is_array() || list->get_array().size() > kOpeningsMax) {
    return bad("The body is an object with the list \"openings\", of at most 200.");
  }
  std::vector<AccessNote> notes;
  for (const json::value& one : list->get_array()) {
    auto note = opening_of(one, services.clock());
    if (!note) {
      return bad("openings[" + std::to_string(notes.size()) +
                 "] needs \"dossier\", \"section\" and \"at\".");
    }
    notes.push_back(*std::move(note));
  }
  const std::size_t added = services.repository.note_openings(caller, notes);
  return json_response(
      200, json::serialize(json::object{{"told", notes.size()}, {"new", added}}));
}

}  // namespace

Response openings(const Services& services, const Request& request) {
  return for_device(services, request, [&](const Caller& caller) {
    return tell(services, request, caller);
  });
}

}  // namespace insieme::server
