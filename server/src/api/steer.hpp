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

/// What a role must have for a request.
enum class Power { review, administer, either };

using Answer = Response (*)(const Asked&);
/// Proves the device, reads the body, asks the role, then answers.
[[nodiscard]] Response run(const Services& services, const Request& request, Power power,
                           Answer answer);

[[nodiscard]] bool has(const Caller& caller, Power power);
/// Nobody gives or takes a power that they do not have.
[[nodiscard]] bool may_administer(const Asked& asked, const std::string& role);
[[nodiscard]] Response not_for_role();
[[nodiscard]] Response bad(std::string english, std::string italian);
[[nodiscard]] Response missing(std::string english, std::string italian);

/// The dossiers that the caller has now, in the order of their ids; none without `review`.
[[nodiscard]] std::vector<DossierInfo> own_dossiers(const Asked& asked);
[[nodiscard]] bool holds_now(const DossierInfo& dossier, const std::string& account);

/// Whether a body is `top` or stands below it.
[[nodiscard]] bool is_below(const std::string& organization, const std::string& top,
                            const std::vector<Organization>& all);

/// Whom the caller may know of: those of the caller's organization and of the bodies below it, all
/// of them where the caller is bound to none, and whoever shares a dossier with the caller.
class Colleagues {
 public:
  Colleagues(const Asked& asked, const std::vector<DossierInfo>& dossiers);
  [[nodiscard]] const std::vector<User>& all() const noexcept { return users_; }
  [[nodiscard]] const User* find(std::string_view account) const noexcept;
  /// The name to show, or the account itself of somebody who is not among them.
  [[nodiscard]] std::string name_of(const std::string& account) const;

 private:
  std::vector<User> users_;
};

}  // namespace insieme::server::steer
