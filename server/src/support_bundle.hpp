#pragma once
// What an operator may send to somebody who helps: how the server is set up and what ails it, and
// nothing of anybody. Text, so that whoever sends it can read it first.

#include <string>
#include <string_view>
#include <vector>

#include "doctor.hpp"

namespace insieme::server {

/// Takes out of a text what may be somebody's or somewhere: the words that it was told to know
/// (whole, in any case), and whatever looks like a tax code, a telephone number, an address of
/// mail, network or web, a path, an id or a key. What is in doubt goes.
class Mask {
 public:
  /// Each word of these of three letters or more.
  void know(std::string_view names);
  [[nodiscard]] std::string apply(std::string_view text) const;

 private:
  std::vector<std::string> words_;  ///< in small letters, sorted
};

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
