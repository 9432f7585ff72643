// A place of the log, as a query and as a server's answer hold it.
#include <string>

#include "fuzz_input.hpp"
#include "insieme/sync/log_place.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto place = sync::parse_cursor(std::string(data, data + size));
  if (!place.ok()) return 0;
  const auto again = sync::parse_cursor(sync::to_text(*place));
  fuzzing::expect(again.ok() && *again == *place);
  return 0;
}
