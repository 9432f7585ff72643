#pragma once
// A person's place in the service changes: another role, another name.

#include <optional>
#include <string>

#include "insieme/sync/result.hpp"

namespace insieme::server {

/// What is changed; the rest stays.
struct StaffChange {
  std::optional<std::string> role;
  std::optional<std::string> name;  ///< as colleagues read it
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
  [[nodiscard]] virtual Status change_staff(const std::string& account,
                                            const StaffChange& change) = 0;

 protected:
  StaffStore() = default;
};

class Repository;
[[nodiscard]] StaffStore& staff_of(Repository& repository);

}  // namespace insieme::server
