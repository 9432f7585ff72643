#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "insieme/sqlite/error.hpp"
#include "insieme/sqlite/statement.hpp"

namespace insieme::sqlite {

/// A raw 256-bit key: no derivation happens here. Whoever owns it wipes it.
using Key = std::array<std::uint8_t, 32>;

enum class Mode : std::uint8_t { read_write_create, read_write, read_only };

/// `full` syncs at every commit: an acknowledged commit survives a power cut. `normal` may lose
/// the last commits (never consistency). `off` is for scratch data only.
enum class Synchronous : std::uint8_t { full, normal, off };

struct OpenOptions {
  /// File path (its folder must exist), or ":memory:".
  std::string path;
  /// Encrypts every page (ChaCha20-Poly1305); nullopt means a plain file. An existing file
  /// keeps what it was created with.
  std::optional<Key> key = std::nullopt;
  Mode mode = Mode::read_write_create;
  /// How long a call waits for another connection's lock before Error{busy}; 0 = not at all.
  int busy_timeout_ms = 5000;
  Synchronous synchronous = Synchronous::full;
  /// Holds the file's lock for the connection's whole life: no other connection, no shared
  /// memory file. Needed where the platform has no shared memory (browsers).
  bool exclusive = false;
  /// Page cache; at least 64.
  int cache_kib = 2048;
};

/// One connection to one SQLite database file in WAL mode.
///
/// Movable. One thread at a time, interrupt() excepted. Do not move it while a Transaction,
/// a Savepoint or a ResetGuard refers to it. Any open transaction is rolled back on destruction.
///
/// Set on purpose, on every connection: foreign_keys OFF (a reference may point to a record that
/// is not on this device, and whoever deletes a row must say so: nothing cascades), temp_store
/// MEMORY (temporary files would not be encrypted), secure_delete ON (deleted content is
/// overwritten, not just unlinked), trusted_schema OFF and defensive ON (a doctored file cannot
/// run functions through its schema, nor SQL damage the file's structure), and double-quoted
/// strings are errors.
class Connection {
 public:
  /// Opens, creating if the mode says so; on a full disk as if `exclusive` were set. Throws Error:
  ///  - corrupt_or_key: wrong key, key missing, key given for a plain file, damaged file, or no
  ///    database. The file and its journal are left as they were, byte for byte.
  ///  - io: folder or file missing or not accessible, or no WAL possible.
  ///  - busy: another connection kept the lock for busy_timeout_ms.
  [[nodiscard]] static Connection open(const OpenOptions& options);

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Compiles exactly one statement; Error{misuse} for none or more than one, Error{other} for
  /// SQL that is wrong. The statement is the caller's.
  [[nodiscard]] Statement prepare(std::string_view sql);

  /// The prepared statement for this text, compiled once and kept: reset, bindings cleared.
  /// Meant for SQL literals; text built at run time belongs in prepare().
  /// The reference is valid until the connection dies or kCachedStatementsMax other texts have
  /// been asked for since. The same text shares one statement: while rows of it are still being
  /// read, do not ask for it again (use prepare() for a nested walk).
  [[nodiscard]] Statement& cached(std::string_view sql);
  static constexpr std::size_t kCachedStatementsMax = 256;

  /// Runs a script of any number of statements, rows ignored. No transaction of its own. The
  /// script must not hold user data: it may show up in an error's text.
  void execute(std::string_view script);

  std::int64_t last_insert_rowid() const noexcept;
  /// Rows changed by the last INSERT, UPDATE or DELETE.
  int changes() const noexcept;
  /// True between BEGIN and COMMIT/ROLLBACK. Becomes false by itself when SQLite rolls back
  /// after a full disk or an I/O error.
  bool in_transaction() const noexcept;

  /// Copies the committed state, consistent as of one moment, while others go on working, to a
  /// new file at `path`, synced. Encrypted under `key`, or under this connection's own key.
  /// Error{misuse}: inside a transaction, target exists already, or a key for a plain database.
  /// On any error the target is removed; a kill may leave a part of it, so copy to a temporary
  /// name and rename.
  void backup_to(const std::string& path, const std::optional<Key>& key = std::nullopt);

  /// "ok", or the first problems found, one a line. Reads the whole file. Throws Error for what
  /// is not a verdict on the content (busy, io, interrupted).
  [[nodiscard]] std::string integrity_check();

  /// Moves all of the WAL into the main file and truncates the WAL to zero bytes (so that
  /// nothing erased lives on in it). Error{busy} if a reader or a writer prevents it.
  void checkpoint();

  /// The one call allowed from another thread, as long as this object lives and stays in place:
  /// makes a running call end with Error{interrupted}.
  void interrupt() noexcept;

  std::int64_t page_count();
  /// Size of the database's pages in bytes, WAL not counted.
  std::int64_t size_bytes();

  /// SQLite's own handle, for this library and for tests of it.
  sqlite3* native_handle() const noexcept;

 private:
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl) noexcept;

  std::unique_ptr<Impl> impl_;
};

}  // namespace insieme::sqlite
