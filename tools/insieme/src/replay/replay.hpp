#pragma once
// A script of `insieme replay`, from its first line to its last or to the first fault.

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace insieme::replay {

struct ScriptFault {
  std::uint64_t line = 0;  ///< from 1; blank lines count
  std::string what;
};

/// Reads `in` line by line and writes each dump to `out` as it is made, so those before a malformed
/// line are there. Nothing: the script ended well.
[[nodiscard]] std::optional<ScriptFault> run_script(std::istream& in, std::ostream& out);

}  // namespace insieme::replay
