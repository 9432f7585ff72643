#pragma once
// What a role may do. Roles are configuration, not code: a service adds its own.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/result.hpp"

namespace insieme::server {

struct RoleRules {
  std::vector<std::string> sections;  ///< granted when one of them opens or is given a dossier
  bool may_review = false;            ///< decides on review items and held changes
  bool all_dossiers = false;  ///< is assigned every dossier of its organization and territory
  bool may_grant = false;     ///< mints rights: vouchers, cards, their units
  bool may_administer = false;  ///< adds people, invites them, stops their devices
  bool may_write = true;      ///< no: what it sends waits for somebody who decides
  /// Given only where an assignment names them. What is in neither list is never given.
  std::vector<std::string> by_name{};
  /// For how long at most a dossier may be opened that is not assigned; 0: not at all.
  std::uint32_t glass_hours = 0;

  [[nodiscard]] bool may_be_given(std::string_view section) const noexcept;
};

/// By role name. Read-only after start, so that threads may share it.
class Roles {
 public:
  /// The table of server/data/roles.conf.
  [[nodiscard]] static Roles defaults();

  [[nodiscard]] const RoleRules* find(std::string_view role) const noexcept;
  [[nodiscard]] std::vector<std::string> names() const;
  /// Every section that may be given: the known ones and what the configuration names for a role.
  [[nodiscard]] std::vector<std::string> sections() const;
  /// Creates the role when it is new; a new one has every known section and no powers.
  RoleRules& edit(std::string_view role);
  /// `educator.sections`, `core education`: a line of the table, or of insieme.conf after `role.`.
  /// `invalid_argument`, `not_found` (no such property).
  [[nodiscard]] Status set(std::string_view key, std::string_view value);
  /// Equal for equal tables.
  [[nodiscard]] std::string digest() const;

 private:
  std::map<std::string, RoleRules, std::less<>> rules_;
};

/// The sections that a role is granted unless the configuration says otherwise: all but those that
/// are given by name alone (the protected compartment, custody, a person's special data).
[[nodiscard]] const std::vector<std::string>& default_sections();
/// Those that are given by name alone.
[[nodiscard]] const std::vector<std::string>& named_sections();

/// `core,education` ↔ {core, education}; blanks around names are ignored, empty names dropped.
[[nodiscard]] std::vector<std::string> split_names(std::string_view text);
[[nodiscard]] std::string join_names(const std::vector<std::string>& names);

}  // namespace insieme::server
