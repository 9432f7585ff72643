// A sheet of a workbook, whatever the bytes: rows in order, within the limits, or an error.
#include <string>

#include "commands/exchange/workbook.hpp"
#include "fuzz_input.hpp"

using namespace insieme;
using namespace insieme::client::commands;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const auto rows = parse_workbook(bytes, {});
  if (!rows.ok()) return 0;
  for (const CsvRow& row : *rows) fuzzing::expect(row.line > 0 && !row.cells.empty());
  return 0;
}
