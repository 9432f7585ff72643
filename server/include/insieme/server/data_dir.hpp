#pragma once
// The data folder: server.key (identity, 0600), insieme.conf (optional), server.port, the ledgers
// (erasures.ledger, denials.ledger, revocations.ledger), and server.db or server.space: the space
// itself, or which one of a PostgreSQL database it is.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "insieme/server/config.hpp"
#include "insieme/server/repository.hpp"

namespace insieme::server {

struct DataDir {
  std::filesystem::path folder;
  [[nodiscard]] std::string database() const { return (folder / "server.db").string(); }
  [[nodiscard]] std::string space() const { return (folder / "server.space").string(); }
  [[nodiscard]] std::string key() const { return (folder / "server.key").string(); }
  [[nodiscard]] std::string config() const { return (folder / "insieme.conf").string(); }
  [[nodiscard]] std::string ledger() const { return (folder / "erasures.ledger").string(); }
  [[nodiscard]] std::string blobs() const { return (folder / "blobs").string(); }
  [[nodiscard]] std::string port() const { return (folder / "server.port").string(); }
  [[nodiscard]] bool initialised() const;
};

/// Held by the one server that runs on a data folder; the kernel lets go of it at the latest when
/// the process ends.
class DataLock {
 public:
  /// `busy` when another server still has it after a moment.
  [[nodiscard]] static Result<DataLock> take(const DataDir& dir);
  /// The same at once.
  [[nodiscard]] static Result<DataLock> take_now(const DataDir& dir);
  ~DataLock();
  DataLock(DataLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  DataLock& operator=(DataLock&&) = delete;

 private:
  explicit DataLock(int file) : file_(file) {}
  int file_;
};

/// Creates folder, key, database and a commented configuration. `already_exists` if it was done
/// before; a folder where it was interrupted is completed. `storage_failure` where the database is
/// there and its key is not: a new one would lock all devices out. `postgres`: the address of a
/// database where the space is made, written into a new configuration; empty: in a file of the
/// folder.
[[nodiscard]] Result<sync::SpaceId> init_data_dir(const DataDir& dir, const std::string& name,
                                                  const Clock& clock,
                                                  const std::string& postgres = {});

/// Notes which space of a PostgreSQL database the folder's is.
[[nodiscard]] Status write_space(const DataDir& dir, const sync::SpaceId& space);

/// `not_found` when it was never initialised; `malformed` when the key file is damaged.
[[nodiscard]] Result<sync::KeyPair> load_server_key(const DataDir& dir);

/// The folder's repository: the space in PostgreSQL at the address, or in the folder's file if it
/// is empty. What the ledgers say and the database does not know is carried out: erasures, denials,
/// revocations.
/// `not_found` when the folder was never initialised, `conflict` when its space is
/// elsewhere. Throws StorageFailure when the database cannot be used.
[[nodiscard]] Result<std::unique_ptr<Repository>> open_repository(const DataDir& dir,
                                                                  const Roles& roles,
                                                                  const Clock& clock,
                                                                  const std::string& postgres = {},
                                                                  const SnapshotPolicy& snapshots =
                                                                      {});

/// How a running server can be reached, which `invite` and scripts cannot know otherwise.
struct Listening {
  std::uint16_t port = 0;
  bool tls = false;
  std::string pin;  ///< of its certificate's public key, if it does TLS itself
};
/// Written down by a running server: the port in the first line, for scripts. Nothing while none
/// runs.
[[nodiscard]] std::optional<Listening> read_listening(const DataDir& dir);
[[nodiscard]] Status write_listening(const DataDir& dir, const Listening& listening);

}  // namespace insieme::server
