// People with their devices, what is ordered of these, and who is away.
#include <boost/json.hpp>

#include <algorithm>

#include "api/problem.hpp"
#include "api/steer.hpp"
#include "insieme/server/absences.hpp"
#include "insieme/server/device_orders.hpp"
#include "insieme/server/staff.hpp"
#include "log.hpp"

namespace insieme::server {
namespace steer {
namespace {

constexpr std::size_t kPeopleMax = 2'000;
constexpr std::size_t kDevicesMax = 50;  ///< of one person, the newest

/// What is ordered of a device, and each step that it took.
json::object order_json(const StandingOrder& order, const DeviceFacts& facts) {
  json::object out{{"kind", sync::name_of(order.kind)},
                   {"reason", order.reason},
                   {"understood", !facts.app.empty()},
                   {"ordered_at", to_rfc3339(order.ordered_ms)}};
  if (order.told_ms) out["told_at"] = to_rfc3339(*order.told_ms);
  if (order.escrowed_ms) out["escrowed_at"] = to_rfc3339(*order.escrowed_ms);
  if (order.destroyed_ms) out["destroyed_at"] = to_rfc3339(*order.destroyed_ms);
  return out;
}

/// How much a device handed over, and how much of that nobody has read yet.
void add_parcels(json::object& order, Repository& repository, const sync::DeviceId& device) {
  const std::vector<EscrowParcel> parcels = device_orders_of(repository).parcels(device);
  order["parcels"] = parcels.size();
  order["kept"] = std::count_if(parcels.begin(), parcels.end(),
                                [](const EscrowParcel& one) { return one.is_kept; });
}

json::object device_json(const Asked& asked, const Device& device, const DeviceFacts* facts) {
  json::object out{{"id", sync::to_text(device.id)},
                   {"name", device.name},
                   {"enrolled_at", to_rfc3339(device.enrolled_ms)}};
  if (device.last_sync_ms) out["last_sync_at"] = to_rfc3339(*device.last_sync_ms);
  if (device.clock_offset_ms) out["clock_offset_ms"] = *device.clock_offset_ms;
  if (device.unsent) out["unsent"] = *device.unsent;
  if (device.protocol != 0) out["protocol"] = device.protocol;
  if (device.revoked_ms) {
    out["revoked_at"] = to_rfc3339(*device.revoked_ms);
    out["revoke_reason"] = device.revoke_reason;
  }
  if (device.given_up_ms) out["given_up_at"] = to_rfc3339(*device.given_up_ms);
  if (facts == nullptr || !facts->order) return out;
  json::object order = order_json(*facts->order, *facts);
  if (facts->order->kind == sync::OrderKind::wipe) {
    add_parcels(order, asked.repository(), device.id);
  }
  out["order"] = std::move(order);
  return out;
}

/// What is kept beside people themselves, read once for all of them.
struct Beside {
  std::map<std::string, std::vector<Device>> devices;
  std::map<sync::DeviceId, DeviceFacts> facts;
  std::vector<Absence> absences;
  std::vector<OpenInvitation> invitations;  ///< the newest first
};

Beside read_beside(Repository& repository) {
  Beside all;
  for (Device& device : repository.devices()) {
    all.devices[device.account].push_back(std::move(device));
  }
  all.facts = device_orders_of(repository).all_facts();
  all.absences = absences_of(repository).absences();
  all.invitations = staff_of(repository).open_invitations();
  return all;
}

json::array devices_json(const Asked& asked, const Beside& beside, const User& user) {
  json::array list;
  const auto own = beside.devices.find(user.account);
  if (own == beside.devices.end()) return list;
  // They come in the order in which they were enrolled.
  for (auto at = own->second.rbegin(); at != own->second.rend(); ++at) {
    if (list.size() == kDevicesMax) break;
    const auto facts = beside.facts.find(at->id);
    list.push_back(
        device_json(asked, *at, facts == beside.facts.end() ? nullptr : &facts->second));
  }
  return list;
}

/// Of whom one may invite: that a code is about, and until when the last one holds.
void add_invitation(json::object& person, const Beside& beside, const User& user) {
  const OpenInvitation* newest = nullptr;
  std::size_t open = 0;
  for (const OpenInvitation& one : beside.invitations) {
    if (one.account != user.account) continue;
    if (newest == nullptr) newest = &one;
    ++open;
  }
  if (newest == nullptr) return;
  person["invitation"] = json::object{{"open", open},
                                      {"made_at", to_rfc3339(newest->created_ms)},
                                      {"expires_at", to_rfc3339(newest->expires_ms)}};
}

json::object person_json(const Asked& asked, const User& user, const Beside& beside) {
  json::object out{{"account", user.account},
                   {"name", user.display_name},
                   {"role", user.role},
                   {"organization", user.organization},
                   {"disabled", user.disabled},
                   {"administered", may_administer(asked, user.role)},
                   {"may_be_invited", may_invite(asked, user.role)}};
  const RoleRules* rules = asked.services.config.roles.find(user.role);
  out["has_all"] = rules != nullptr && rules->all_dossiers;
  out["takes_families"] = rules != nullptr && rules->may_be_given("core");
  if (user.contract.from) out["from"] = show_day(*user.contract.from);
  if (user.contract.until) out["until"] = show_day(*user.contract.until);
  if (may_administer(asked, user.role)) add_invitation(out, beside, user);
  out["devices"] = devices_json(asked, beside, user);
  return out;
}

/// Those that are not over: who is away, and who stands in.
json::array absences_json(const Asked& asked, const std::vector<Absence>& all, const User& user,
                          const Colleagues& colleagues) {
  const Day today = day_in_italy(asked.services.clock());
  json::array list;
  for (const Absence& one : all) {
    if (one.account != user.account || one.ended_ms || one.until < today) continue;
    list.push_back(json::object{{"number", std::to_string(one.number)},
                                {"deputy", one.deputy},
                                {"deputy_name", colleagues.name_of(one.deputy)},
                                {"from", show_day(one.from)},
                                {"until", show_day(one.until)},
                                {"now", one.holds(today)}});
  }
  return list;
}

Response people(const Asked& asked) {
  const Colleagues colleagues(asked, own_dossiers(asked));
  const Beside beside = read_beside(asked.repository());
  json::array list;
  for (const User& user : colleagues.all()) {
    if (list.size() == kPeopleMax) break;
    list.push_back(person_json(asked, user, beside));
    json::array away = absences_json(asked, beside.absences, user, colleagues);
    if (!away.empty()) list.back().as_object()["absences"] = std::move(away);
  }
  json::object out{{"people", std::move(list)},
                   {"more", colleagues.all().size() > kPeopleMax},
                   {"may_review", asked.caller.rules.may_review},
                   {"may_administer", asked.caller.rules.may_administer}};
  json::array roles;  // that the caller may add people with
  for (const std::string& role : asked.services.config.roles.names()) {
    if (may_invite(asked, role)) roles.emplace_back(role);
  }
  out["roles"] = std::move(roles);
  json::array organizations;
  for (const Organization& one : asked.repository().organizations()) {
    organizations.push_back(json::object{{"id", one.id}, {"name", one.name}});
  }
  out["organizations"] = std::move(organizations);
  return json_response(200, json::serialize(out));
}

}  // namespace
}  // namespace steer

Response steer_people(const Services& services, const Request& request) {
  return steer::run(services, request, steer::Power::either, steer::people);
}

}  // namespace insieme::server
