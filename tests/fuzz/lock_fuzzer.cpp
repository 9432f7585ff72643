// What stands before a store: the PIN file, as it comes or behind right checksums, and the answer
// to a forgotten PIN; what the server ordered, as it is kept and as it arrives. The first byte says
// which.
#include <algorithm>
#include <fstream>
#include <string>

#include "fuzz_folder.hpp"
#include "insieme/client/device_order.hpp"
#include "lock/key_wrap.hpp"
#include "lock/order_file.hpp"

using namespace insieme;
using namespace insieme::client;

namespace {

constexpr std::size_t kSlotBytes = 512;
constexpr std::size_t kSumBytes = 16;

/// Both slots, each with the checksum that it should have.
fuzzing::ByteList with_checksums(fuzzing::ByteList bytes) {
  bytes.resize(2 * kSlotBytes);
  for (std::size_t slot = 0; slot < 2; ++slot) {
    const auto content =
        std::span<const std::uint8_t>(bytes).subspan(slot * kSlotBytes, kSlotBytes - kSumBytes);
    const auto sum = sync::Hasher("insieme pin file v1").add(content).finish();
    std::copy_n(sum.bytes.begin(), kSumBytes,
                bytes.begin() + static_cast<std::ptrdiff_t>((slot + 1) * kSlotBytes - kSumBytes));
  }
  return bytes;
}

void read_file(const fuzzing::ByteList& bytes) {
  static const fuzzing::Folder kFolder;
  static const std::string path = kFolder.file("store.pin");
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  auto read = lock::read_pin_file(path);
  if (!read.ok()) return;
  // What was read can be written, and is read again.
  lock::PinFile file = *read;
  fuzzing::expect(lock::write_pin_file(path, file).ok());
  const auto again = lock::read_pin_file(path);
  fuzzing::expect(again.ok() && again->failed == read->failed && again->key == read->key &&
                  again->recovery.has_value() == read->recovery.has_value());
  // A price beyond ours is refused before anything is paid.
  const bool is_dear = read->cost.passes > lock::kCostMax.passes ||
                       read->cost.memory_kib > lock::kCostMax.memory_kib;
  if (is_dear) fuzzing::expect(!lock::unwrap_with_pin(*read, {}, "407319").ok());
}

void read_answers(const std::string& text) {
  lock::RecoveryWrap wrap;
  wrap.request.assign(lock::kRequestBytes, 3);
  static_cast<void>(lock::read_answer(wrap, text));
}

/// The file of an order: its head, and the checksum that it should have if `sound`.
void read_order(const std::string& body, bool sound) {
  static const fuzzing::Folder kFolder;
  static const std::string path = kFolder.file("store.order");
  std::string text = body;
  if (sound) {
    text = "IORD1L" +
           sync::to_hex(sync::Hasher("insieme order file v1").add(std::string_view(body)).finish())
               .substr(0, 32) +
           body;
  }
  std::ofstream(path, std::ios::binary) << text;
  const auto read = lock::read_order_file(path);
  if (!read.ok()) return;
  if (!lock::write_order_file(path, *read).ok()) return;  // too long to be kept
  const auto again = lock::read_order_file(path);
  fuzzing::expect(again.ok() && again->order.id == read->order.id && again->state == read->state &&
                  again->server_url == read->server_url && again->report == read->report);
}

/// Whatever a stranger answers, nobody is locked or wiped by it.
void hear_order(const fuzzing::ByteList& bytes) {
  static const sync::KeyPair kServer = sync::make_key_pair({7});
  const auto heard = parse_device_order(bytes, {}, {}, kServer.public_key, {});
  fuzzing::expect(!heard.ok());
  fuzzing::expect(!parse_escrow_receipt(bytes, {}, kServer.public_key, {}).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = fuzzing::bytes_of(data + 1, size - 1);
  switch (data[0] % 6) {
    case 0: read_file(bytes); break;
    case 1: read_file(with_checksums(bytes)); break;
    case 3: read_order({bytes.begin(), bytes.end()}, false); break;
    case 4: read_order({bytes.begin(), bytes.end()}, true); break;
    case 5: hear_order(bytes); break;
    default: read_answers(std::string(bytes.begin(), bytes.end()));
  }
  return 0;
}
