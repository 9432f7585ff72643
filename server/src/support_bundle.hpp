#pragma once
// What an operator may send to somebody who helps: how the server is set up and what ails it, and
// nothing of anybody. Text, so that whoever sends it can read it first.

#include <string>
#include <vector>

#include "doctor.hpp"
#include "insieme/schema/mask.hpp"

namespace insieme::server {

using schema::Mask;

/// Accounts, names of people, devices, bodies, territories and the space: what the database knows
/// that a line of a log could name.
[[nodiscard]] Mask mask_of(Repository& repository);

struct BundleParts {
  const DataDir& dir;
  Repository* repository = nullptr;  ///< null: it cannot be opened
  std::vector<Finding> findings;
  std::string log;  ///< lines of the server's log, the newest last; may be empty
  std::int64_t now_ms = 0;
};
/// The whole file.
[[nodiscard]] std::string support_bundle(const BundleParts& parts);

}  // namespace insieme::server
