#pragma once
// What a line of a ledger says: members of a JSON object, each of the kind that it is asked for.

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/digest.hpp"

namespace insieme::server {

class LedgerMembers {
 public:
  explicit LedgerMembers(std::string_view line);

  /// False once the line is no object, or a member that was asked for is missing, of another kind,
  /// or no hexadecimal where that is wanted: what was given instead then means nothing.
  [[nodiscard]] bool whole() const noexcept { return whole_; }

  [[nodiscard]] std::string text(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] bool flag(std::string_view name);
  [[nodiscard]] std::int64_t number(std::string_view name);
  [[nodiscard]] std::vector<std::uint8_t> bytes(std::string_view name);
  [[nodiscard]] sync::Digest digest(std::string_view name);

 private:
  /// Null, and not whole any more, unless `is_right`.
  template <class IsRight>
  [[nodiscard]] const boost::json::value* find(std::string_view name, IsRight is_right);

  boost::json::object members_;
  bool whole_ = false;
};

}  // namespace insieme::server
