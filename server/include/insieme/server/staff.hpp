#pragma once
// A person's place in the service: another role, another name, invitations that nobody used yet.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "insieme/server/repository.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

/// What is changed; the rest stays.
struct StaffChange {
  std::optional<std::string> role;
  std::optional<std::string> name;  ///< as colleagues read it
};

/// Given to somebody, and not used. Its code is known to nobody here.
struct OpenInvitation {
  std::string account;
  std::int64_t created_ms = 0;
  std::int64_t expires_ms = 0;
};

/// Every repository is one, too: `staff_of`. The same rules about threads and StorageFailure.
class StaffStore {
 public:
  virtual ~StaffStore() = default;
  StaffStore(const StaffStore&) = delete;
  StaffStore& operator=(const StaffStore&) = delete;

  /// What the person was given by name stays, as far as the new role may have it; what they had
  /// because their role has all dossiers goes with that role. Their tablets drop what they may not
  /// see any more at their next synchronisation, after they have sent what they had written.
  /// `not_found`: no such account; `invalid_argument`: a role that is not configured, or a name
  /// that is none.
  [[nodiscard]] virtual Status change_staff(const std::string& account, const StaffChange& change,
                                            const std::string& by = kOperator) = 0;
  /// Repository::set_person, by somebody.
  [[nodiscard]] virtual Status change_terms(const std::string& account, const PersonChange& change,
                                            const std::string& by) = 0;
  /// Those that hold now, the newest first.
  [[nodiscard]] virtual std::vector<OpenInvitation> open_invitations() = 0;
  /// No device enrols with them any more. `not_found`: the account has none that is open.
  [[nodiscard]] virtual Status withdraw_invitations(const std::string& account,
                                                    const std::string& by = kOperator) = 0;

 protected:
  StaffStore() = default;
};

[[nodiscard]] StaffStore& staff_of(Repository& repository);

}  // namespace insieme::server
