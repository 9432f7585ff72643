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

json::object line_json(const AccessRow& row, const Colleagues& colleagues,
                       const std::map<sync::DeviceId, std::string>& devices) {
  const auto device = devices.find(row.device);
  json::object out{{"number", std::to_string(row.number)},
                   {"at", to_rfc3339(row.at_ms)},
                   {"account", row.account},
                   {"name", colleagues.name_of(row.account)},
                   {"device", sync::to_text(row.device)},
                   {"device_name", device == devices.end() ? std::string() : device->second},
                   {"kind", kind_name(row.note.kind)},
                   {"sections", json::array(row.note.sections.begin(), row.note.sections.end())},
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
  const bool is_own = std::any_of(own.begin(), own.end(),
                                  [&](const DossierInfo& one) { return one.id == *dossier; });
  if (!is_own) {
    return missing("There is no such dossier among yours.",
                   "Questo fascicolo non è tra quelli che coordini.");
  }
  const Colleagues colleagues(asked, own);
  std::map<sync::DeviceId, std::string> devices;
  for (const Device& device : asked.repository().devices()) devices[device.id] = device.name;
  const auto rows = asked.repository().access_of(*dossier, before, kLinesMax + 1);
  // Whoever looks at who looked is on record, too: in the audit, before it leaves.
  asked.repository().note_act(asked.caller.user.account, "access-log", sync::to_text(*dossier));
  json::array lines;
  for (std::size_t i = 0; i < std::min(rows.size(), kLinesMax); ++i) {
    lines.push_back(line_json(rows[i], colleagues, devices));
  }
  return json_response(200, json::serialize(json::object{{"lines", std::move(lines)},
                                                         {"more", rows.size() > kLinesMax}}));
}

std::string_view state_name(ErasureState state) {
  switch (state) {
    case ErasureState::proposed: return "proposed";
    case ErasureState::carried_out: return "carried_out";
    case ErasureState::withdrawn: return "withdrawn";
  }
  return "unknown";
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

json::object order_json(const Asked& asked, const Erasure& erasure, const Colleagues& colleagues) {
  json::array targets;
  for (const sync::ErasureTarget& target : erasure.order.targets) {
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
  // Of a dossier that went as a whole nobody is assigned any more: who had it is told.
  std::set<sync::DossierId> known;
  const std::string& account = asked.caller.user.account;
  for (const DossierInfo& dossier : asked.repository().dossiers()) {
    for (const DossierInfo::Assignment& one : dossier.assignments) {
      if (one.account == account) known.insert(dossier.id);
    }
  }
  const Colleagues colleagues(asked, own_dossiers(asked));
  std::vector<Erasure> all = asked.repository().erasures();
  std::stable_sort(all.begin(), all.end(), [](const Erasure& a, const Erasure& b) {
    return a.proposed_ms > b.proposed_ms;
  });
  json::array list;
  bool more = false;
  for (const Erasure& erasure : all) {
    if (known.count(erasure.order.dossier) == 0) continue;
    if (list.size() == kOrdersMax) {
      more = true;
      break;
    }
    list.push_back(order_json(asked, erasure, colleagues));
  }
  return json_response(
      200, json::serialize(json::object{{"erasures", std::move(list)}, {"more", more}}));
}

}  // namespace
}  // namespace steer

Response steer_access(const Services& services, const Request& request) {
  return steer::run(services, request, steer::Power::review, steer::access_lines);
}
Response steer_erasures(const Services& services, const Request& request) {
  return steer::run(services, request, steer::Power::review, steer::erasures);
}

}  // namespace insieme::server
