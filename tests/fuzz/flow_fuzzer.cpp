// Files that an operator publishes for INPS, and days that an operator types: whatever is there, it
// is read or refused in words, and a day that was read is shown as it was meant.
#include <fstream>
#include <string>

#include "flow_file.hpp"
#include "fuzz_folder.hpp"
#include "insieme/server/permission.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  if (const auto day = server::parse_day(text); day.ok()) {
    const auto again = server::parse_day(server::show_day(*day));
    fuzzing::expect(again.ok() && *again == *day);
  }
  static const fuzzing::Folder kFolder;
  static const std::string kPath = kFolder.file("PS_PSA_SINA_fuzz.xml");
  std::ofstream(kPath, std::ios::binary | std::ios::trunc) << text;
  const auto flow = server::read_flow_file(kPath, {});
  fuzzing::expect(flow.ok() || !flow.error().detail.empty());
  return 0;
}
