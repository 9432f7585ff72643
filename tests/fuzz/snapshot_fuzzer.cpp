// The columns of a snapshot, in an envelope that fits them: what the checksum would keep away.
#include "fuzz_input.hpp"
#include "insieme/sync/snapshot.hpp"

using namespace insieme;

namespace {

std::vector<std::uint8_t> in_envelope(const std::vector<std::uint8_t>& columns) {
  std::vector<std::uint8_t> bytes{'I', 'N', 1, 0};
  for (int shift = 0; shift < 32; shift += 8) {
    bytes.push_back(static_cast<std::uint8_t>(columns.size() >> shift));
  }
  bytes.insert(bytes.end(), columns.begin(), columns.end());
  const std::uint64_t checksum = sync::Hasher("insieme snapshot v1").add(bytes).finish().prefix();
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<std::uint8_t>(checksum >> shift));
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzzing::bytes_of(data, size);
  const auto whole = sync::decode_snapshot(input);
  const auto snapshot = sync::decode_snapshot(in_envelope({input.begin(), input.end()}));
  for (const auto* read : {&whole, &snapshot}) {
    if (!read->ok()) continue;
    const auto bytes = sync::encode_snapshot(**read);
    if (!bytes.ok()) continue;
    const auto again = sync::decode_snapshot(*bytes);
    fuzzing::expect(again.ok() && *again == **read);
  }
  return 0;
}
