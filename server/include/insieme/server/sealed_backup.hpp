#pragma once
// A copy of the database as it leaves the machine (docs/adr/0038): sealed for those who hold a key
// that no server has, signed by the server, in pieces, so that neither side needs more memory for
// a larger space. Whoever wrote a file cannot read it again.
//
//   "INSIEME BACKUP\n" version(1) space(16) server(32) made_ms(8) count(1)
//   count x ( key id(8) box(80: the file's key, sealed for that key) ) stream header(24)
//   pieces: length(4) ciphertext (XChaCha20-Poly1305, libsodium's secretstream, bound to all above)
//   the last piece, and nothing behind it: size(8) digest(32) signature(64)
//
// Numbers are little-endian. Errors name what is wrong with the file, never its content.

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/digest.hpp"
#include "insieme/sync/ids.hpp"

namespace insieme::server {

inline constexpr std::size_t kBackupPieceBytes = 64 * 1024;  ///< of the copy, in one piece
inline constexpr std::size_t kBackupKeysMax = 8;

/// Fills as much of `out` as there is; less than all of it: the end. Errors end the work.
using ByteSource = std::function<Result<std::size_t>(std::span<std::uint8_t> out)>;
using ByteSink = std::function<Status(std::span<const std::uint8_t> bytes)>;

/// Eight bytes of a hash of a public key: which one a file was sealed for.
using BackupKeyId = std::array<std::uint8_t, 8>;
[[nodiscard]] BackupKeyId backup_key_id(const sync::PublicKey& key);

struct BackupRecipient {
  BackupKeyId key{};
  std::array<std::uint8_t, 80> box{};
};

struct BackupHeader {
  sync::SpaceId space;
  sync::PublicKey server;  ///< who says to have written it; believed only once it is opened
  std::int64_t made_ms = 0;
  std::vector<BackupRecipient> recipients;
  std::array<std::uint8_t, 24> stream{};
  sync::Digest digest;  ///< of all of it: the pieces are bound to it
};

/// Reads exactly the header. `malformed`: it is none; `wrong_version`: of a newer program;
/// `truncated`.
[[nodiscard]] Result<BackupHeader> read_backup_header(const ByteSource& source);

/// What is told of a file: how long the copy in it is, and its digest.
struct BackupContent {
  std::uint64_t bytes = 0;
  sync::Digest digest;
};

/// Seals all of `plain` for `keys` (1 to kBackupKeysMax, each once). `invalid_argument`: one of
/// them is no public key. Whatever the source or the sink says ends it.
[[nodiscard]] Result<BackupContent> seal_backup(const ByteSource& plain, const ByteSink& sink,
                                                const std::vector<sync::PublicKey>& keys,
                                                const sync::SpaceId& space,
                                                const sync::KeyPair& server, std::int64_t made_ms);

/// Opens what stands behind `header` with one of its keys. **What the sink got counts only once
/// this returned well**: a file that was cut ends in `truncated`. `wrong_key`: sealed for others,
/// whose ids it names; `checksum`: a byte of it was changed, or it is not signed by the server that
/// its header names; `malformed`.
[[nodiscard]] Result<BackupContent> open_backup(const BackupHeader& header,
                                                const ByteSource& source,
                                                const sync::SecretKey& key, const ByteSink& sink);

/// What can be seen without a key: whole pieces behind the header, and an end. `truncated`,
/// `malformed`. Changed bytes only the key finds.
[[nodiscard]] Status check_backup_frame(const ByteSource& source);

/// Whether a file that begins with these bytes (16 or more) says to be a sealed copy.
[[nodiscard]] bool is_sealed_backup(std::span<const std::uint8_t> beginning) noexcept;

// ---- keys ----

/// The file that an operator keeps apart: words on what it is, and 72 digits, whose last 8 are a
/// check of the others.
[[nodiscard]] std::string backup_key_text(const std::array<std::uint8_t, 32>& seed,
                                          std::string_view space_name, std::string_view day);
/// The digits in the lines that are no comments. `malformed`: there are none; `checksum`: one of
/// them is mistyped.
[[nodiscard]] Result<sync::KeyPair> parse_backup_key(std::string_view text);

}  // namespace insieme::server
