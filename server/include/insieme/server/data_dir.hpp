#pragma once
// The data folder: server.db, server.key (identity, 0600), insieme.conf (optional), server.port.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "insieme/server/config.hpp"
#include "insieme/server/repository.hpp"

namespace insieme::server {

struct DataDir {
  std::filesystem::path folder;
  [[nodiscard]] std::string database() const { return (folder / "server.db").string(); }
  [[nodiscard]] std::string key() const { return (folder / "server.key").string(); }
  [[nodiscard]] std::string config() const { return (folder / "insieme.conf").string(); }
  [[nodiscard]] std::string port() const { return (folder / "server.port").string(); }
  [[nodiscard]] bool initialised() const;
};

/// Creates folder, key, database and a commented configuration. `already_exists` if it was done
/// before; a folder where it was interrupted is completed.
[[nodiscard]] Result<sync::SpaceId> init_data_dir(const DataDir& dir, const std::string& name,
                                                  const Clock& clock);

/// `not_found` when it was never initialised; `malformed` when the key file is damaged.
[[nodiscard]] Result<sync::KeyPair> load_server_key(const DataDir& dir);

/// The SQLite repository of the folder. `not_found` when it was never initialised. Throws
/// StorageFailure when the file cannot be used.
[[nodiscard]] Result<std::unique_ptr<Repository>> open_repository(const DataDir& dir,
                                                                  const Roles& roles,
                                                                  const Clock& clock);

/// How a running server can be reached, which `invite` and scripts cannot know otherwise.
struct Listening {
  std::uint16_t port = 0;
  bool tls = false;
  std::string pin;  ///< of its certificate's public key, if it does TLS itself
};
/// Written down by a running server: the port in the first line, for scripts.
[[nodiscard]] std::optional<Listening> read_listening(const DataDir& dir);
[[nodiscard]] Status write_listening(const DataDir& dir, const Listening& listening);

}  // namespace insieme::server
