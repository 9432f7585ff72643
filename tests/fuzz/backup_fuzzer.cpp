// Sealed copies from anywhere. The first byte says what the rest is: a file, the content of a file
// of which one byte is then changed, or the text of a key.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "insieme/server/sealed_backup.hpp"

using namespace insieme;
using namespace insieme::server;

namespace {

using Bytes = std::vector<std::uint8_t>;

ByteSource from(const Bytes& bytes) {
  return [&bytes, at = std::size_t{0}](std::span<std::uint8_t> out) mutable -> Result<std::size_t> {
    const std::size_t count = std::min(out.size(), bytes.size() - at);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, out.begin());
    at += count;
    return count;
  };
}

ByteSink into(Bytes& bytes) {
  return [&bytes](std::span<const std::uint8_t> more) -> Status {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return {};
  };
}

const sync::KeyPair& key() {
  static const sync::KeyPair kKey = sync::make_key_pair({});
  return kKey;
}

/// Whether it opens, and as what.
bool opens(const Bytes& file, Bytes& plain) {
  const ByteSource source = from(file);
  const auto header = read_backup_header(source);
  return header.ok() && open_backup(*header, source, key().secret_key, into(plain)).ok();
}

void seal_and_change(const Bytes& content) {
  Bytes sealed;
  fuzzing::expect(
      seal_backup(from(content), into(sealed), {key().public_key}, {}, key(), 1).ok());
  Bytes plain;
  fuzzing::expect(opens(sealed, plain) && plain == content);
  const ByteSource source = from(sealed);
  fuzzing::expect(read_backup_header(source).ok() && check_backup_frame(source).ok());
  std::size_t place = content.size();
  for (const std::uint8_t byte : content) place = place * 131 + byte;
  sealed[place % sealed.size()] ^= 1;
  plain.clear();
  fuzzing::expect(!opens(sealed, plain));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes rest(data + 1, data + size);
  if (data[0] % 3 == 0) {
    Bytes plain;
    fuzzing::expect(!opens(rest, plain));  // nobody guesses a seal
    const ByteSource source = from(rest);
    static_cast<void>(check_backup_frame(source));
  } else if (data[0] % 3 == 1) {
    seal_and_change(rest);
  } else {
    const auto pair = parse_backup_key(std::string(rest.begin(), rest.end()));
    if (pair.ok()) fuzzing::expect(!sync::to_hex(backup_key_id(pair->public_key)).empty());
  }
  return 0;
}
