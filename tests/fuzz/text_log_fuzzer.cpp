// The columns of a text's history, behind the checksum that guards them in a store.
#include "fuzz_input.hpp"
#include "text_columns.hpp"

using namespace insieme;
using namespace insieme::sync;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || data[0] == 0) return 0;  // no events: refused before the columns are read
  detail::PackedLog log;
  log.events = data[0];
  for (std::uint8_t i = 1; i <= 3; ++i) {
    log.replicas.emplace_back();
    log.replicas.back().bytes[0] = i;
    log.authors.push_back(std::string(1, static_cast<char>('a' + i)));
  }
  log.bytes = fuzzing::bytes_of(data + 1, size - 1);
  log.raw_size = log.bytes.size();
  detail::TextCore core;
  const auto opened = decoding([&] {
    unpack_log(log, core);
    return true;
  });
  if (!opened.ok()) return 0;
  const TextState text = detail::TextAccess::state(std::make_unique<detail::TextCore>(core));
  const auto again = TextState::from_events(text.events());
  fuzzing::expect(again.ok() && *again == text && again->text() == text.text());
  return 0;
}
