// An index from another body, and the file of a key: whatever is there, it is read whole or refused
// in words; what was read is written again as it was. The key is fixed, so that the MAC of a seed
// holds; inputs that begin with `!` are closed by a MAC of their own, so that what lies behind it
// is reached.
#include <fstream>
#include <string>

#include "fuzz_folder.hpp"
#include "insieme/server/blind_index.hpp"

using namespace insieme;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  reports::BlindKey key;
  key.bytes.fill(7);
  std::string text(data, data + size);
  if (!text.empty() && text.front() == '!') {
    text.erase(0, 1);
    const sync::Digest mac =
        sync::Hasher("insieme blind file v1", key.bytes).add(std::string_view(text)).finish();
    text += "mac: " + sync::to_hex(mac) + "\n";
  }
  const auto index = server::parse_blind_index(text, key);
  fuzzing::expect(index.ok() || !index.error().detail.empty());
  if (index.ok()) {
    const auto again = server::write_blind_index(*index, key);
    fuzzing::expect(again.ok() && *again == text);
  }
  static const fuzzing::Folder kFolder;
  static const std::string kPath = kFolder.file("fuzz.key");
  std::ofstream(kPath, std::ios::binary | std::ios::trunc) << text;
  const auto read = server::read_agreement_key(kPath);
  fuzzing::expect(read.ok() || !read.error().detail.empty());
  return 0;
}
