#pragma once
// What whoever coordinates or administers asks of the server from a tablet or a desk
// (docs/adr/0053): what the requests have in common. Who may ask is said by the role
// (server/data/roles.conf): `review` for the dossiers that the caller has, `administer` for people
// and their devices.

#include <boost/json/object.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/handlers.hpp"

namespace insieme::server::steer {

namespace json = boost::json;

struct Asked {
  const Services& services;
  const Caller& caller;
  const json::object& body;

  [[nodiscard]] Repository& repository() const { return services.repository; }
  /// Empty when it is missing, no text, or longer than `max` bytes.
  [[nodiscard]] std::string text(std::string_view name, std::size_t max) const;
};

/// What a role must have for a request; `none`: whoever has a device that is let in.
enum class Power { review, administer, either, none };

using Answer = Response (*)(const Asked&);
/// Proves the device, reads the body, asks the role, then answers.
[[nodiscard]] Response run(const Services& services, const Request& request, Power power,
                           Answer answer);

[[nodiscard]] bool has(const Caller& caller, Power power);
/// Disable and enable somebody with that role, stop their devices: a role with a power that the
/// caller does not have (it decides, it has all dossiers) is beyond them.
[[nodiscard]] bool may_administer(const Asked& asked, const std::string& role);
/// Add and invite somebody with that role: beyond that, who can open dossiers that are not assigned
/// comes from somebody who can for as long, or who decides.
[[nodiscard]] bool may_invite(const Asked& asked, const std::string& role);
[[nodiscard]] Response not_for_role();
[[nodiscard]] Response bad(std::string english, std::string italian);
[[nodiscard]] Response missing(std::string english, std::string italian);

/// The caller's own assignment of it that holds now; null: none.
[[nodiscard]] const DossierInfo::Assignment* own_assignment(const Asked& asked,
                                                            const DossierInfo& dossier);
/// Of `sections` those that are among `seen`, in their order.
[[nodiscard]] std::vector<std::string> seen_of(const std::vector<std::string>& sections,
                                               const std::vector<std::string>& seen);
/// Whether an order erases something of them; all of a dossier concerns everybody.
[[nodiscard]] bool concerns(const sync::ErasureOrder& order, const std::vector<std::string>& seen);
/// The dossiers that the caller has now, in the order of their ids. Of each assignment, past ones
/// too, the sections that the caller has as well, and no assignment that has none of them: who is
/// in a reserved section is known to those who are in it.
[[nodiscard]] std::vector<DossierInfo> held_dossiers(const Asked& asked);
/// The same for whoever decides there; none without `review`.
[[nodiscard]] std::vector<DossierInfo> own_dossiers(const Asked& asked);
[[nodiscard]] bool holds_now(const DossierInfo& dossier, const std::string& account);

/// Whether a body is `top` or stands below it.
[[nodiscard]] bool is_below(const std::string& organization, const std::string& top,
                            const std::vector<Organization>& all);

/// Whom the caller may know of: those of the caller's organization and of the bodies below it, all
/// of them where the caller is bound to none, and whoever shares one of these dossiers with the
/// caller, now or, as the authors of what is there, ever.
class Colleagues {
 public:
  enum class Sharing : std::uint8_t { now, ever };
  Colleagues(const Asked& asked, const std::vector<DossierInfo>& dossiers,
             Sharing sharing = Sharing::now);
  [[nodiscard]] const std::vector<User>& all() const noexcept { return users_; }
  [[nodiscard]] const User* find(std::string_view account) const noexcept;
  /// The name to show, or the account itself of somebody who is not among them.
  [[nodiscard]] std::string name_of(const std::string& account) const;

 private:
  std::vector<User> users_;
};

}  // namespace insieme::server::steer

namespace insieme::server {

[[nodiscard]] Response steer_report(const Services& services, const Request& request);
[[nodiscard]] Response steer_report_records(const Services& services, const Request& request);
/// Names of the people and devices that have written where the caller reads, for every role.
[[nodiscard]] Response tell_colleagues(const Services& services, const Request& request);

}  // namespace insieme::server
