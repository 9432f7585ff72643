#pragma once
// What a run ends with when something that must hold does not.

#include <exception>
#include <string>
#include <utility>

namespace insieme::simulation {

/// `check` names the promise (the same for the same fault, so that scripts can be made shorter),
/// `detail` what was found.
class Broken : public std::exception {
 public:
  Broken(std::string check, std::string detail)
      : check_(std::move(check)), detail_(std::move(detail)) {}
  [[nodiscard]] const char* what() const noexcept override { return detail_.c_str(); }
  [[nodiscard]] const std::string& check() const noexcept { return check_; }

 private:
  std::string check_;
  std::string detail_;
};

inline void demand(bool holds, const char* check, const std::string& detail) {
  if (!holds) throw Broken(check, detail);
}

}  // namespace insieme::simulation
