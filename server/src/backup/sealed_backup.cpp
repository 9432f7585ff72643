// The format of sealed copies. libsodium does what is secret about it.
#include "insieme/server/sealed_backup.hpp"

#include <sodium.h>

#include <algorithm>
#include <set>
#include <utility>

#include "insieme/server/secrets.hpp"
#include "insieme/sync/seal.hpp"

namespace insieme::server {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Stream = crypto_secretstream_xchacha20poly1305_state;

constexpr std::string_view kMagic = "INSIEME BACKUP\n";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kFixedBytes = 16 + 16 + 32 + 8 + 1;
constexpr std::size_t kRecipientBytes = 8 + 80;
constexpr std::size_t kStreamBytes = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
constexpr std::size_t kAround = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr std::size_t kEndBytes = 8 + 32 + 64;
constexpr std::size_t kLengthBytes = 4;

static_assert(sizeof(BackupHeader::stream) == kStreamBytes);

void put(Bytes& out, std::span<const std::uint8_t> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}
void put_number(Bytes& out, std::uint64_t number, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) {
    out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
  }
}
std::uint64_t get_number(std::span<const std::uint8_t> bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) number = number << 8 | bytes[i - 1];
  return number;
}
template <std::size_t kSize>
void get(std::span<const std::uint8_t>& from, std::array<std::uint8_t, kSize>& out) {
  std::copy_n(from.begin(), kSize, out.begin());
  from = from.subspan(kSize);
}

Error cut_short() { return {ErrorCode::truncated, "the copy ends before its end: it was cut"}; }
Error changed() {
  return {ErrorCode::checksum, "the copy is damaged: bytes of it were changed"};
}

/// All of `out`; `truncated` if there is less.
Status read_all(const ByteSource& source, std::span<std::uint8_t> out) {
  INSIEME_TRY_ASSIGN(const std::size_t count, source(out));
  if (count < out.size()) return cut_short();
  return {};
}

/// The header as it is written, which gives `header` its digest.
Bytes write_header(BackupHeader& header) {
  Bytes out(kMagic.begin(), kMagic.end());
  out.push_back(kVersion);
  put(out, header.space.bytes);
  put(out, header.server.bytes);
  put_number(out, static_cast<std::uint64_t>(header.made_ms), 8);
  out.push_back(static_cast<std::uint8_t>(header.recipients.size()));
  for (const BackupRecipient& recipient : header.recipients) {
    put(out, recipient.key);
    put(out, recipient.box);
  }
  put(out, header.stream);
  header.digest = sync::Hasher("insieme backup header v1").add(out).finish();
  return out;
}

sync::Digest what_is_signed(const BackupHeader& header, const BackupContent& content) {
  return sync::Hasher("insieme backup v1")
      .add(header.digest)
      .add(content.bytes)
      .add(content.digest)
      .finish();
}

/// A key that is gone from memory when nobody needs it any more.
struct FileKey {
  std::array<std::uint8_t, crypto_secretstream_xchacha20poly1305_KEYBYTES> bytes{};
  FileKey() = default;
  FileKey(const FileKey&) = delete;
  FileKey& operator=(const FileKey&) = delete;
  ~FileKey() { sodium_memzero(bytes.data(), bytes.size()); }
};

Status address(BackupHeader& header, const std::vector<sync::PublicKey>& keys,
               const sync::KeyPair& server, const FileKey& file_key) {
  if (keys.empty() || keys.size() > kBackupKeysMax) {
    return {ErrorCode::invalid_argument, "a copy is sealed for 1 to 8 keys"};
  }
  std::set<BackupKeyId> seen;
  for (const sync::PublicKey& key : keys) {
    BackupRecipient recipient;
    recipient.key = backup_key_id(key);
    if (!seen.insert(recipient.key).second) continue;
    INSIEME_TRY_ASSIGN(const Bytes box, sync::seal_for(key, server.secret_key, file_key.bytes));
    if (box.size() != recipient.box.size()) return {ErrorCode::internal, "box"};
    std::copy(box.begin(), box.end(), recipient.box.begin());
    header.recipients.push_back(recipient);
  }
  return {};
}

/// Pieces leave through it.
class Sealer {
 public:
  Sealer(const FileKey& key, BackupHeader& header) : header_(header) {
    crypto_secretstream_xchacha20poly1305_init_push(&stream_, header.stream.data(),
                                                    key.bytes.data());
  }
  Status push(const ByteSink& sink, std::span<const std::uint8_t> piece, std::uint8_t tag) {
    const std::size_t size = piece.size() + kAround;
    out_.clear();
    put_number(out_, size, kLengthBytes);
    out_.resize(kLengthBytes + size);
    crypto_secretstream_xchacha20poly1305_push(
        &stream_, out_.data() + kLengthBytes, nullptr, piece.data(), piece.size(),
        header_.digest.bytes.data(), header_.digest.bytes.size(), tag);
    return sink(out_);
  }

 private:
  const BackupHeader& header_;
  Stream stream_{};
  Bytes out_;
};

/// What a piece says of its length: within its limits, or `malformed`.
Result<std::size_t> read_length(const ByteSource& source) {
  std::array<std::uint8_t, kLengthBytes> bytes{};
  INSIEME_TRY(read_all(source, bytes));
  const std::uint64_t length = get_number(bytes);
  if (length <= kAround || length > kBackupPieceBytes + kAround) {
    return Error{ErrorCode::malformed, "the copy is damaged: a piece has a length that none has"};
  }
  return static_cast<std::size_t>(length);
}

Status at_its_end(const ByteSource& source) {
  std::array<std::uint8_t, 1> more{};
  INSIEME_TRY_ASSIGN(const std::size_t count, source(more));
  if (count != 0) return {ErrorCode::malformed, "the copy is damaged: bytes stand behind its end"};
  return {};
}

Status open_file_key(const BackupHeader& header, const sync::SecretKey& key, FileKey& file_key) {
  sync::PublicKey ours;
  std::copy_n(key.bytes.begin() + 32, ours.bytes.size(), ours.bytes.begin());
  const BackupKeyId id = backup_key_id(ours);
  const auto at = std::find_if(header.recipients.begin(), header.recipients.end(),
                               [&](const BackupRecipient& one) { return one.key == id; });
  if (at == header.recipients.end()) {
    std::string ids;
    for (const BackupRecipient& one : header.recipients) {
      ids += (ids.empty() ? "" : ", ") + sync::to_hex(one.key);
    }
    return {ErrorCode::wrong_key, "the copy is sealed for the key " + ids + ", and this one is " +
                                      sync::to_hex(id)};
  }
  const auto opened = sync::open_sealed_for(key, at->box);
  if (!opened.ok() || opened->size() != file_key.bytes.size()) return changed();
  std::copy(opened->begin(), opened->end(), file_key.bytes.begin());
  return {};
}

Status check_end(const BackupHeader& header, std::span<const std::uint8_t> end,
                 const BackupContent& content) {
  if (end.size() != kEndBytes) return changed();
  BackupContent said;
  said.bytes = get_number(end.first(8));
  end = end.subspan(8);
  get(end, said.digest.bytes);
  sync::Signature signature;
  get(end, signature.bytes);
  if (said.bytes != content.bytes || !(said.digest == content.digest)) return changed();
  if (!sync::verify(header.server, what_is_signed(header, content).bytes, signature)) {
    return {ErrorCode::checksum, "the copy was not signed by the server that it names"};
  }
  return {};
}

}  // namespace

BackupKeyId backup_key_id(const sync::PublicKey& key) {
  const sync::Digest digest = sync::Hasher("insieme backup key v1").add(key.bytes).finish();
  BackupKeyId id{};
  std::copy_n(digest.bytes.begin(), id.size(), id.begin());
  return id;
}

bool is_sealed_backup(std::span<const std::uint8_t> beginning) noexcept {
  return beginning.size() > kMagic.size() &&
         std::equal(kMagic.begin(), kMagic.end(), beginning.begin());
}

Result<BackupHeader> read_backup_header(const ByteSource& source) {
  Bytes all(kFixedBytes);
  INSIEME_TRY(read_all(source, all));
  if (!is_sealed_backup(all)) return Error{ErrorCode::malformed, "this is no sealed copy"};
  if (all[kMagic.size()] != kVersion) {
    return Error{ErrorCode::wrong_version, "the copy was sealed by a newer program"};
  }
  const std::size_t count = all.back();
  if (count == 0 || count > kBackupKeysMax) {
    return Error{ErrorCode::malformed, "the copy is damaged: it is sealed for nobody"};
  }
  all.resize(kFixedBytes + count * kRecipientBytes + kStreamBytes);
  INSIEME_TRY(read_all(source, std::span(all).subspan(kFixedBytes)));
  BackupHeader header;
  std::span<const std::uint8_t> rest(all);
  rest = rest.subspan(kMagic.size() + 1);
  get(rest, header.space.bytes);
  get(rest, header.server.bytes);
  header.made_ms = static_cast<std::int64_t>(get_number(rest.first(8)));
  rest = rest.subspan(8 + 1);
  for (std::size_t i = 0; i < count; ++i) {
    BackupRecipient recipient;
    get(rest, recipient.key);
    get(rest, recipient.box);
    header.recipients.push_back(recipient);
  }
  get(rest, header.stream);
  header.digest = sync::Hasher("insieme backup header v1").add(all).finish();
  return header;
}

Result<BackupContent> seal_backup(const ByteSource& plain, const ByteSink& sink,
                                  const std::vector<sync::PublicKey>& keys,
                                  const sync::SpaceId& space, const sync::KeyPair& server,
                                  std::int64_t made_ms) {
  if (::sodium_init() < 0) return Error{ErrorCode::internal, "libsodium"};
  FileKey key;
  fill_random(key.bytes);
  BackupHeader header;
  header.space = space;
  header.server = server.public_key;
  header.made_ms = made_ms;
  INSIEME_TRY(address(header, keys, server, key));
  Sealer sealer(key, header);
  INSIEME_TRY(sink(write_header(header)));
  BackupContent content;
  sync::Hasher hasher("insieme backup content v1");
  Bytes piece(kBackupPieceBytes);
  while (true) {
    INSIEME_TRY_ASSIGN(const std::size_t count, plain(piece));
    const auto filled = std::span<const std::uint8_t>(piece).first(count);
    if (count != 0) {
      hasher.add(filled);
      content.bytes += count;
      INSIEME_TRY(sealer.push(sink, filled, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE));
    }
    if (count < piece.size()) break;
  }
  content.digest = hasher.finish();
  Bytes end;
  put_number(end, content.bytes, 8);
  put(end, content.digest.bytes);
  put(end, sync::sign(server.secret_key, what_is_signed(header, content).bytes).bytes);
  INSIEME_TRY(sealer.push(sink, end, crypto_secretstream_xchacha20poly1305_TAG_FINAL));
  return content;
}

Result<BackupContent> open_backup(const BackupHeader& header, const ByteSource& source,
                                  const sync::SecretKey& key, const ByteSink& sink) {
  if (::sodium_init() < 0) return Error{ErrorCode::internal, "libsodium"};
  FileKey file_key;
  INSIEME_TRY(open_file_key(header, key, file_key));
  Stream stream{};
  if (crypto_secretstream_xchacha20poly1305_init_pull(&stream, header.stream.data(),
                                                      file_key.bytes.data()) != 0) {
    return changed();
  }
  BackupContent content;
  sync::Hasher hasher("insieme backup content v1");
  Bytes sealed(kBackupPieceBytes + kAround);
  Bytes plain(kBackupPieceBytes);
  while (true) {
    INSIEME_TRY_ASSIGN(const std::size_t length, read_length(source));
    const auto box = std::span(sealed).first(length);
    INSIEME_TRY(read_all(source, box));
    std::uint8_t tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(
            &stream, plain.data(), nullptr, &tag, box.data(), box.size(),
            header.digest.bytes.data(), header.digest.bytes.size()) != 0) {
      return changed();
    }
    const auto piece = std::span<const std::uint8_t>(plain).first(length - kAround);
    if (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL) {
      content.digest = hasher.finish();
      INSIEME_TRY(check_end(header, piece, content));
      INSIEME_TRY(at_its_end(source));
      return content;
    }
    hasher.add(piece);
    content.bytes += piece.size();
    INSIEME_TRY(sink(piece));
  }
}

Status check_backup_frame(const ByteSource& source) {
  Bytes piece(kBackupPieceBytes + kAround);
  std::size_t last = 0;
  while (true) {
    std::array<std::uint8_t, kLengthBytes> bytes{};
    INSIEME_TRY_ASSIGN(const std::size_t count, source(bytes));
    if (count == 0) break;
    if (count < bytes.size()) return cut_short();
    std::size_t at = 0;
    // The same reader of lengths, over the bytes that are read already.
    const ByteSource again = [&](std::span<std::uint8_t> out) -> Result<std::size_t> {
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), out.size(), out.begin());
      at += out.size();
      return out.size();
    };
    INSIEME_TRY_ASSIGN(last, read_length(again));
    INSIEME_TRY(read_all(source, std::span(piece).first(last)));
  }
  // Only the end is as long as this, but for a last piece of content by chance.
  if (last != kEndBytes + kAround) return cut_short();
  return {};
}

}  // namespace insieme::server
