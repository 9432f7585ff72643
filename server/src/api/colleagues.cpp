// Who the accounts and devices in a history are, for the tablets that show it.
#include <boost/json.hpp>

#include <map>

#include "api/problem.hpp"
#include "api/steer.hpp"
#include "insieme/server/writing_ids.hpp"

namespace insieme::server {
namespace steer {
namespace {

constexpr std::size_t kPeopleMax = 2'000;
constexpr std::size_t kTabletsMax = 4'000;  ///< ids that were written under, the newest
constexpr std::size_t kDigits = 8;          ///< as many as a history writes of an id

/// Whom the caller may know of, and whoever ever had a dossier that the caller has now: they are
/// the authors of what the caller reads there.
std::map<std::string, std::string> names_for(const Asked& asked) {
  const Colleagues colleagues(asked, held_dossiers(asked), Colleagues::Sharing::ever);
  std::map<std::string, std::string> names;
  for (const User& user : colleagues.all()) names.emplace(user.account, user.display_name);
  return names;
}

json::array tablets_json(const Asked& asked, const std::map<std::string, std::string>& names) {
  std::map<sync::DeviceId, Device> devices;
  for (Device& device : asked.repository().devices()) {
    const sync::DeviceId id = device.id;
    if (names.count(device.account) != 0) devices.emplace(id, std::move(device));
  }
  json::array list;
  const std::vector<WritingId> ids = writing_ids_of(asked.repository());
  for (auto at = ids.rbegin(); at != ids.rend() && list.size() < kTabletsMax; ++at) {
    const auto device = devices.find(at->device);
    if (device == devices.end()) continue;
    json::object one{{"id", sync::to_text(at->replica).substr(0, kDigits)},
                     {"account", device->second.account},
                     {"name", device->second.name}};
    if (device->second.clock_offset_ms) {
      one["clock_offset_ms"] = *device->second.clock_offset_ms;
    }
    list.push_back(std::move(one));
  }
  return list;
}

Response colleagues(const Asked& asked) {
  const std::map<std::string, std::string> names = names_for(asked);
  json::array people;
  for (const auto& [account, name] : names) {
    if (people.size() == kPeopleMax) break;
    people.push_back(json::object{{"account", account}, {"name", name}});
  }
  return json_response(200, json::serialize(json::object{
                                {"people", std::move(people)},
                                {"tablets", tablets_json(asked, names)},
                                {"more", names.size() > kPeopleMax}}));
}

}  // namespace
}  // namespace steer

Response tell_colleagues(const Services& services, const Request& request) {
  return steer::run(services, request, steer::Power::none, steer::colleagues);
}

}  // namespace insieme::server
