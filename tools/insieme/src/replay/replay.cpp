#include "replay/replay.hpp"

#include <istream>
#include <ostream>

#include "replay/world.hpp"

namespace insieme::replay {

std::optional<ScriptFault> run_script(std::istream& in, std::ostream& out) {
  World world;
  std::uint64_t number = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    if (is_blank(text)) continue;
    const auto line = parse_line(text);
    if (!line.ok()) return ScriptFault{number, line.error().detail};
    const auto dump = world.run(*line);
    if (!dump.ok()) return ScriptFault{number, dump.error().detail};
    if (*dump) out << **dump << '\n';
  }
  return {};
}

}  // namespace insieme::replay
