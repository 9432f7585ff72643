// The ledger of erasures: the bytes are the file, or (first byte) fields of an entry that is
// appended. Whatever is there, it is read whole or refused, and an entry that was written is read.
#include <fstream>
#include <string>

#include "fuzz_folder.hpp"
#include "insieme/server/erasure.hpp"

using namespace insieme;

namespace {

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const fuzzing::Folder kFolder;
  static const std::string kPath = kFolder.file("erasures.ledger");
  const std::string rest(data + 1, data + size);
  const server::ErasureLedger ledger(kPath);
  if (data[0] % 2 == 0) {
    write(kPath, rest);
    const auto entries = ledger.read();
    if (!entries.ok()) fuzzing::expect(entries.error().code == ErrorCode::storage_failure);
    return 0;
  }
  write(kPath, "");
  server::LedgerEntry entry;
  const auto order = sync::decode_order(std::vector<std::uint8_t>(rest.begin(), rest.end()));
  if (!order.ok() || !sync::check_order(*order).ok()) return 0;  // no other is ever asked for
  entry.order = *order;
  entry.asked_by = "anna";
  entry.confirmed_by = "carla";
  entry.at_ms = static_cast<std::int64_t>(rest.size());
  fuzzing::expect(ledger.append(entry).ok() && ledger.append(entry).ok());
  const auto entries = ledger.read();
  fuzzing::expect(entries.ok() && entries->size() == 1 && entries->front() == entry);
  // One byte of it changed is one too many, unless only its end of line went.
  std::ifstream in(kPath, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::size_t at = rest.size() % (text.size() - 1);
  text[at] = static_cast<char>(text[at] ^ 1);
  write(kPath, text);
  const auto changed = ledger.read();
  fuzzing::expect(!changed.ok() || changed->empty() || changed->front() == entry);
  return 0;
}
