#pragma once
// Decisions about matches: lines of a file, each sealed with those before it.

#include <map>
#include <string>

#include "insieme/server/blind_index.hpp"

namespace insieme::server {

class MatchLedger {
 public:
  explicit MatchLedger(std::string path) : path_(std::move(path)) {}
  /// The newest decision of each finding; none if nobody decided anything.
  [[nodiscard]] Result<std::map<std::string, MatchDecision>> read() const;
  /// On disk when it returns.
  [[nodiscard]] Status append(const MatchDecision& decision) const;

 private:
  std::string path_;
};

}  // namespace insieme::server
