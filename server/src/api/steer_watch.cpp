// Who looked at a dossier, and what became of erasures.
#include <boost/json.hpp>

#include <algorithm>

#include "api/problem.hpp"
#include "api/query.hpp"
#include "api/steer.hpp"
#include "log.hpp"

namespace insieme::server {
namespace steer {
namespace {

constexpr std::size_t kLinesMax = 100;
constexpr std::size_t kOrdersMax = 200;  ///< the newest
constexpr std::size_t kIdMax = 36;
constexpr std::size_t kNumberMax = 20;

std::string_view kind_name(AccessKind kind) {
  switch (kind) {
    case AccessKind::read: return "read";
    case AccessKind::write: return "write";
    case AccessKind::refused: return "refused";
    case AccessKind::opened: return "opened";
  }
  return "unknown";
}

json::object line_json(const AccessRow& row, const std::vector<std::string>& sections,
                       const Colleagues& colleagues,
                       const std::map<sync::DeviceId, std::string>& devices) {
  const auto device = devices.find(row.device);
  json::object out{{"number", std::to_string(row.number)},
                   {"at", to_rfc3339(row.at_ms)},
                   {"account", row.account},
                   {"name", colleagues.name_of(row.account)},
                   {"device", sync::to_text(row.device)},
                   {"device_name", device == devices.end() ? std::string() : device->second},
                   {"kind", kind_name(row.note.kind)},
                   {"sections", json::array(sections.begin(), sections.end())},
                   {"changes", row.note.changes},
                   {"purpose", row.purpose}};
  if (row.note.kind == AccessKind::opened) {
    out["opened_at"] = to_rfc3339(row.note.opened_ms);
    out["opened_for"] = row.note.opened_for;
  }
  return out;
}

Response access_lines(const Asked& asked) {
  const auto dossier = sync::id_from_text<sync::DossierId>(asked.text("dossier", kIdMax));
  if (!dossier.ok()) return bad("\"dossier\" is its id.", "«dossier» è l'id di un fascicolo.");
  std::uint64_t before = UINT64_MAX;
  if (const std::string text = asked.text("before", kNumberMax);
      !text.empty() && !read_number(text, before)) {
    return bad("\"before\" is the number of a line.", "«before» è il numero di una riga.");
  }
  const std::vector<DossierInfo> own = own_dossiers(asked);
  const auto at = std::find_if(own.begin(), own.end(),
                               [&](const DossierInfo& one) { return one.id == *dossier; });
  if (at == own.end()) {
    return missing("There is no such dossier among yours.",
                   "Questo fascicolo non è tra quelli che coordini.");
  }
  const Colleagues colleagues(asked, own);
  std::map<sync::DeviceId, std::string> devices;
  for (const Device& device : asked.repository().devices()) devices[device.id] = device.name;
  // Whoever looks at who looked is on record, too: in the audit, before it leaves.
  asked.repository().note_act(asked.caller.user.account, "access-log", sync::to_text(*dossier));
  const std::vector<std::string> seen = own_assignment(asked, *at)->sections;
  json::array lines;
  bool more = false;
  for (bool ends = false; !ends && !more;) {
    const auto rows = asked.repository().access_of(*dossier, before, kLinesMax);
    ends = rows.size() < kLinesMax;
    for (const AccessRow& row : rows) {
      before = row.number;
      const std::vector<std::string> left = seen_of(row.note.sections, seen);
      if (left.empty() && !row.note.sections.empty()) continue;
      more = lines.size() == kLinesMax;
      if (more) break;
      lines.push_back(line_json(row, left, colleagues, devices));
    }
  }
  return json_response(
      200, json::serialize(json::object{{"lines", std::move(lines)}, {"more", more}}));
}

std::string_view state_name(ErasureState state) {
  switch (state) {
    case ErasureState::proposed: return "proposed";
    case ErasureState::carried_out: return "carried_out";
    case ErasureState::withdrawn: return "withdrawn";
  }
  return "unknown";
}

bool is_seen(const sync::ErasureTarget& target, const std::vector<std::string>& seen) {
  return target.section.empty() ||
         std::find(seen.begin(), seen.end(), target.section) != seen.end();
}

/// What the caller has of the dossier, or had when all of it was erased; null: nothing.
const std::vector<std::string>* seen_then(const Asked& asked, const DossierInfo& dossier,
                                          const Erasure& erasure) {
  if (const DossierInfo::Assignment* own = own_assignment(asked, dossier)) return &own->sections;
  if (erasure.state != ErasureState::carried_out || !erasure.order.is_whole_dossier()) {
    return nullptr;
  }
  for (const DossierInfo::Assignment& one : dossier.assignments) {
    const bool held = one.account == asked.caller.user.account && !one.kept_to &&
                      one.from_position <= erasure.position &&
                      (!one.to_position || *one.to_position >= erasure.position);
    if (held) return &one.sections;
  }
  return nullptr;
}

json::object device_json(const ErasureDevice& device, const Colleagues& colleagues) {
  json::object out{{"id", sync::to_text(device.device)},
                   {"name", device.name},
                   {"account", device.account},
                   {"person", colleagues.name_of(device.account)},
                   {"gone", device.gone},
                   {"takes_orders", device.takes_orders},
                   {"told", device.told}};
  if (device.last_sync_ms) out["last_sync_at"] = to_rfc3339(*device.last_sync_ms);
  if (device.confirmed_ms) out["confirmed_at"] = to_rfc3339(*device.confirmed_ms);
  return out;
}

json::object order_json(const Asked& asked, const Erasure& erasure,
                        const std::vector<std::string>& seen, const Colleagues& colleagues) {
  json::array targets;
  for (const sync::ErasureTarget& target : erasure.order.targets) {
    if (!is_seen(target, seen)) continue;
    json::object one;
    if (!target.section.empty()) one["section"] = target.section;
    if (!target.record.is_nil()) one["record"] = sync::to_text(target.record);
    targets.push_back(std::move(one));
  }
  json::array devices;
  for (const ErasureDevice& device : asked.repository().erasure_devices(erasure.order.id)) {
    devices.push_back(device_json(device, colleagues));
  }
  json::object out{{"id", sync::to_text(erasure.order.id)},
                   {"dossier", sync::to_text(erasure.order.dossier)},
                   {"state", state_name(erasure.state)},
                   {"whole", erasure.order.is_whole_dossier()},
                   {"targets", std::move(targets)},
                   {"ground", erasure.order.reason},
                   {"asked_by", colleagues.name_of(erasure.asked_by)},
                   {"mine", erasure.asked_by == asked.caller.user.account},
                   {"proposed_at", to_rfc3339(erasure.proposed_ms)},
                   {"key_destroyed", erasure.key_destroyed},
                   {"devices", std::move(devices)}};
  if (!erasure.confirmed_by.empty()) {
    out["confirmed_by"] = colleagues.name_of(erasure.confirmed_by);
  }
  if (erasure.decided_ms) out["decided_at"] = to_rfc3339(*erasure.decided_ms);
  if (erasure.cleaned_ms) out["cleaned_at"] = to_rfc3339(*erasure.cleaned_ms);
  return out;
}

Response erasures(const Asked& asked) {
  std::map<sync::DossierId, DossierInfo> dossiers;
  for (DossierInfo& one : asked.repository().dossiers()) dossiers[one.id] = std::move(one);
  const Colleagues colleagues(asked, own_dossiers(asked));
  std::vector<Erasure> all = asked.repository().erasures();
  std::stable_sort(all.begin(), all.end(), [](const Erasure& a, const Erasure& b) {
    return a.proposed_ms > b.proposed_ms;
  });
  json::array list;
  bool more = false;
  for (const Erasure& erasure : all) {
    const auto at = dossiers.find(erasure.order.dossier);
    const auto* seen = at == dossiers.end() ? nullptr : seen_then(asked, at->second, erasure);
    if (seen == nullptr || !concerns(erasure.order, *seen)) continue;
    if (list.size() == kOrdersMax) {
      more = true;
      break;
    }
    list.push_back(order_json(asked, erasure, *seen, colleagues));
  }
  return json_response(
      200, json::serialize(json::object{{"erasures", std::move(list)}, {"more", more}}));
}

}  // namespace

bool concerns(const sync::ErasureOrder& order, const std::vector<std::string>& seen) {
  return std::any_of(order.targets.begin(), order.targets.end(),
                     [&](const sync::ErasureTarget& one) { return is_seen(one, seen); });
}

}  // namespace steer

Response steer_access(const Services& services, const Request& request) {
  return steer::run(services, request, steer::Power::review, steer::access_lines);
}
Response steer_erasures(const Services& services, const Request& request) {
  return steer::run(services, request, steer::Power::review, steer::erasures);
}

}  // namespace insieme::server
