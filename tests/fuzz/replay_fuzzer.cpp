// Scripts of `insieme replay`: every line is carried out or malformed, and what is dumped parses.
#include <boost/json.hpp>
#include <sstream>
#include <string>

#include "fuzz_input.hpp"
#include "replay/json.hpp"
#include "replay/replay.hpp"
#include "replay/script.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string script(data, data + size);
  std::istringstream lines(script);
  for (std::string text; std::getline(lines, text);) {
    const auto line = replay::parse_line(text);
    if (!line.ok()) fuzzing::expect(!line.error().detail.empty());
    const auto value = replay::parse_json(text);
    if (line.ok()) fuzzing::expect(value.ok());
  }
  std::istringstream in(script);
  std::ostringstream out;
  static_cast<void>(replay::run_script(in, out));
  std::istringstream dumps(out.str());
  for (std::string dump; std::getline(dumps, dump);) {
    boost::system::error_code failed;
    static_cast<void>(boost::json::parse(dump, failed));
    fuzzing::expect(!failed);
  }
  return 0;
}
