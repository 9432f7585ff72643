// What a person may do with one dossier, asked by their device; and what of an exchange is noted.
#include <boost/json.hpp>
#include <boost/url.hpp>

#include "api/access_notes.hpp"
#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "storage/access_log.hpp"

namespace insieme::server {
namespace {

std::optional<sync::DossierId> asked_for(const std::string& query) {
  const auto params = boost::urls::parse_query(query);
  if (!params || params->size() != 1 || (*params->begin()).key != "dossier") return std::nullopt;
  const auto id = sync::id_from_text<sync::DossierId>((*params->begin()).value);
  if (!id.ok()) return std::nullopt;
  return *id;
}

}  // namespace

std::vector<AccessNote> notes_of(const sync::PageRead& page, const sync::ReadAction& asked) {
  std::vector<AccessNote> notes;
  for (const sync::StreamItem& item : page.items) {
    if (const auto* change = std::get_if<sync::Change>(&item.content)) {
      add_note(notes, change->header.document, AccessKind::read);
    } else if (const auto* part = std::get_if<sync::SnapshotPart>(&item.content)) {
      add_note(notes, part->document, AccessKind::read);
    } else if (const auto* event = std::get_if<sync::Event>(&item.content)) {
      if (const auto* held = std::get_if<sync::HeldEvent>(event)) {
        add_note(notes, held->change.header.document, AccessKind::read);
      }
    }
  }
  for (const sync::DossierId& dossier : asked.permits_of) {
    const auto permit = page.permits.find(dossier);
    if (permit == page.permits.end() || !permit->second.sections.empty()) continue;
    notes.push_back({dossier, AccessKind::refused, {}, 0});
  }
  return notes;
}

namespace {

Response access_of(const Services& services, const Request& request, const Caller& caller) {
  const auto dossier = asked_for(request.query);
  if (!dossier) return problem_of({ErrorCode::malformed, "the query is dossier=ID"});
  boost::json::array sections;
  const auto standing = services.repository.standing(caller.user.account, *dossier);
  if (standing.ok()) {
    for (const std::string& name : decide(*standing).sections) {
      const bool writes = decide(*standing, name).may == May::writes;
      sections.push_back(
          boost::json::object{{"section", name}, {"may", writes ? "write" : "read"}});
    }
  }
  if (sections.empty()) {
    // Whether there is such a dossier is not told either.
    services.repository.note_access(caller, {{*dossier, AccessKind::refused, {}, 0}});
    return problem_response(
        {403, "no-access", "No access", "There is no such dossier, or it is not yours to see.",
         "Questo fascicolo non c'è, o non è tra quelli che si possono vedere."});
  }
  const boost::json::object body{{"dossier", sync::to_text(*dossier)},
                                 {"sections", std::move(sections)}};
  return json_response(200, boost::json::serialize(body));
}

}  // namespace

Response access(const Services& services, const Request& request) {
  return for_device(services, request, [&](const Caller& caller) {
    return access_of(services, request, caller);
  });
}

}  // namespace insieme::server
