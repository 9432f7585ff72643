// The file of a backup key: for a person who finds it in a safe, years later.
#include <algorithm>

#include "insieme/server/sealed_backup.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kSeedBytes = 32;
constexpr std::size_t kCheckBytes = 4;
constexpr std::size_t kTextMax = 64 * 1024;

sync::Digest check_of(std::span<const std::uint8_t> seed) {
  return sync::Hasher("insieme backup key check v1").add(seed).finish();
}

}  // namespace

std::string backup_key_text(const std::array<std::uint8_t, 32>& seed, std::string_view space_name,
                            std::string_view day) {
  const sync::KeyPair pair = sync::make_key_pair(seed);
  std::vector<std::uint8_t> bytes(seed.begin(), seed.end());
  const sync::Digest check = check_of(seed);
  bytes.insert(bytes.end(), check.bytes.begin(), check.bytes.begin() + kCheckBytes);
  std::string digits;
  for (const char digit : sync::to_hex(bytes)) {
    if (digits.size() % 5 == 4) digits += '-';
    digits += digit;
  }
  std::string text = "# Chiave delle copie di Insieme / Key of the backups of Insieme\n";
  if (!space_name.empty()) text += "# " + std::string(space_name) + "\n";
  text += "# " + std::string(day) + ", " + sync::to_hex(backup_key_id(pair.public_key)) + "\n#\n";
  text +=
      "# Senza questa chiave nessuno apre le copie; con essa le apre chiunque. Stampare questa\n"
      "# pagina e chiuderla in cassaforte; tenere il file fuori dal server e dalla rete.\n"
      "#   insieme-server restore COPIA --key-file QUESTO-FILE --data DIR\n"
      "#   insieme-server verify --backup COPIA --key-file QUESTO-FILE\n"
      "# Riscritta a mano, le ultime otto cifre dicono se una cifra e' sbagliata.\n#\n"
      "# Without this key nobody opens the backups; with it anybody does. Print this page and\n"
      "# lock it away; keep the file off the server and off the network. Typed anew by hand, its\n"
      "# last eight digits tell whether one is wrong.\n\n";
  return text + digits + "\n";
}

Result<sync::KeyPair> parse_backup_key(std::string_view text) {
  if (text.size() > kTextMax) return Error{ErrorCode::malformed, "this is no backup key"};
  std::string digits;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.starts_with('#')) continue;
    for (const char c : line) {
      if (c != ' ' && c != '-' && c != '\t' && c != '\r') digits += c;
    }
  }
  std::array<std::uint8_t, kSeedBytes + kCheckBytes> bytes{};
  if (!sync::from_hex(digits, bytes).ok()) {
    return Error{ErrorCode::malformed, "this is no backup key: it has 72 digits, 0-9 and a-f"};
  }
  std::array<std::uint8_t, kSeedBytes> seed{};
  std::copy_n(bytes.begin(), seed.size(), seed.begin());
  const sync::Digest check = check_of(seed);
  if (!std::equal(bytes.begin() + kSeedBytes, bytes.end(), check.bytes.begin())) {
    return Error{ErrorCode::checksum, "a digit of the backup key is mistyped"};
  }
  return sync::make_key_pair(seed);
}

}  // namespace insieme::server
