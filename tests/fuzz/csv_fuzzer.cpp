#include <string>

#include "fuzz_input.hpp"
#include "insieme/schema/csv.hpp"

using namespace insieme;
using namespace insieme::schema;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto rows = parse_csv(text);
  if (!rows.ok()) return 0;
  std::size_t line = 0;
  for (const CsvRow& row : *rows) {
    fuzzing::expect(row.line > line && !row.cells.empty());
    line = row.line;
    static_cast<void>(csv_line(row.cells, ';'));
  }
  return 0;
}
