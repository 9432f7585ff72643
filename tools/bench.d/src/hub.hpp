#pragma once
// The real server's handlers and SQLite repository, called instead of sent to: everything of a
// synchronisation but sockets. What the server costs is counted apart.

#include <filesystem>
#include <memory>
#include <string>

#include "insieme/client/engine.hpp"
#include "insieme/server/api.hpp"
#include "measure.hpp"

namespace insieme::bench {

class Hub {
 public:
  /// Makes a space in this folder, or takes the one that is there. A real server may go on with it.
  explicit Hub(const std::filesystem::path& folder, server::SnapshotPolicy snapshots = {});
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  /// A new account and an invitation for it.
  [[nodiscard]] client::EnrolRequest invite(const std::string& account, const std::string& role);
  /// All sections of a dossier that the account's role may see.
  void assign(const std::string& account, const std::string& dossier);
  /// The server's own rows, for what has no command here.
  [[nodiscard]] server::Repository& repository();
  [[nodiscard]] server::Response handle(const server::Request& request);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// One device's way to a hub. Counts bodies of `/v1/sync`, both ways, and what the server cost.
class Link final : public client::Transport {
 public:
  explicit Link(Hub& hub) : hub_(hub) {}
  Result<client::HttpReply> post(const client::HttpRequest& request) override;
  /// Forgets what was counted.
  void reset() noexcept { counted_ = {}; }

  struct Counted {
    std::uint64_t sent_bytes = 0;
    std::uint64_t received_bytes = 0;
    std::uint64_t turns = 0;
    Cost server;
  };
  [[nodiscard]] const Counted& counted() const noexcept { return counted_; }

 private:
  Hub& hub_;
  Counted counted_;
};

}  // namespace insieme::bench
