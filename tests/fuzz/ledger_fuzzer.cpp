// The ledgers, which are carried beside copies: the bytes are the file, or (first byte) fields of
// an entry that is appended. Whatever is there, it is read whole or refused, and an entry that was
// written is read.
#include <fstream>
#include <string>

#include "denial_ledger.hpp"
#include "fuzz_folder.hpp"
#include "insieme/server/erasure.hpp"
#include "revocation_ledger.hpp"

using namespace insieme;

namespace {

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

template <class Ledger>
void read_any(const std::string& path, const std::string& text) {
  write(path, text);
  const auto entries = Ledger(path).read();
  if (!entries.ok()) fuzzing::expect(entries.error().code == ErrorCode::storage_failure);
}

/// It is read as it was written. One byte of it changed is one too many, unless only its end of
/// line went.
template <class Ledger, class Entry>
void write_and_read(const std::string& path, const Entry& entry, std::size_t any) {
  write(path, "");
  const Ledger ledger(path);
  fuzzing::expect(ledger.append(entry).ok() && ledger.append(entry).ok());
  const auto entries = ledger.read();
  fuzzing::expect(entries.ok() && entries->size() == 1 && entries->front() == entry);
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::size_t at = any % (text.size() - 1);
  text[at] = static_cast<char>(text[at] ^ 1);
  write(path, text);
  const auto changed = ledger.read();
  fuzzing::expect(!changed.ok() || changed->empty() || changed->front() == entry);
}

void erase(const std::string& path, const std::string& rest) {
  server::LedgerEntry entry;
  const auto order = sync::decode_order(std::vector<std::uint8_t>(rest.begin(), rest.end()));
  if (!order.ok() || !sync::check_order(*order).ok()) return;  // no other is ever asked for
  entry.order = *order;
  entry.asked_by = "anna";
  entry.confirmed_by = "carla";
  entry.at_ms = static_cast<std::int64_t>(rest.size());
  write_and_read<server::ErasureLedger>(path, entry, rest.size());
}

/// Of each byte something: what is shut out, whether, how, and by whom.
void revoke(const std::string& path, const std::string& rest) {
  if (rest.size() < 3) return;
  const auto byte = [&rest](std::size_t at) { return static_cast<std::uint8_t>(rest[at]); };
  server::Revocation entry;
  entry.kind = static_cast<server::Revoked>(1 + byte(0) % 5);
  entry.stands = byte(1) % 2 == 0;
  entry.order = static_cast<sync::OrderKind>(
      byte(2) % (static_cast<unsigned>(sync::OrderKind::wipe) + 1));
  entry.order_id.bytes.fill(byte(1));
  for (const char c : rest.substr(3)) entry.subject += static_cast<char>(' ' + (c & 0x3f));
  entry.by = "carla";
  entry.at_ms = static_cast<std::int64_t>(rest.size());
  write_and_read<server::RevocationLedger>(path, entry, rest.size() * 7U + byte(0));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const fuzzing::Folder kFolder;
  static const std::string kPath = kFolder.file("any.ledger");
  const std::string rest(data + 1, data + size);
  switch (data[0] % 5) {
    case 0: read_any<server::ErasureLedger>(kPath, rest); break;
    case 1: erase(kPath, rest); break;
    case 2: read_any<server::RevocationLedger>(kPath, rest); break;
    case 3: read_any<server::DenialLedger>(kPath, rest); break;
    default: revoke(kPath, rest); break;
  }
  return 0;
}
