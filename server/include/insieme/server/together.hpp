#pragma once
// Several acts as one: all of them hold, or none does.

#include <functional>

#include "insieme/server/repository.hpp"

namespace insieme::server {

/// Every repository is one, too: `together_of`. The same rules about threads and StorageFailure.
class Together {
 public:
  virtual ~Together() = default;
  /// `acts` calls functions of the repository that change something, and returns what the first of
  /// them says that is not ok: of all that, nothing stays then, nor if it throws, nor without
  /// `keep`, which is how one learns whether it could be done. Other writers wait. What `acts`
  /// reads is the state before the first of them; it begins no turn.
  [[nodiscard]] virtual Status all_or_none(const std::function<Status()>& acts, bool keep) = 0;

 protected:
  Together() = default;
  Together(const Together&) = default;
  Together& operator=(const Together&) = default;
};
[[nodiscard]] Together& together_of(Repository& repository);

}  // namespace insieme::server
