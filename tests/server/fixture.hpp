#pragma once
// A server without sockets: repository in a temporary folder, handlers, and tablets in memory.

#include <filesystem>
#include <memory>
#include <string>

#include "insieme/server/api.hpp"
#include "insieme/server/finding_board.hpp"
#include "insieme/server/blobs.hpp"
#include "insieme/server/repository.hpp"
#include "support/memory_device.hpp"

namespace insieme::testing {

/// Removed with everything in it at the end.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// One space, its people and its tablets, under a clock that the test moves.
class World {
 public:
  /// `roles`: of the handlers and of the storage alike; `config` is read by the handlers alone.
  explicit World(const server::Roles& roles = server::Roles::defaults());

  /// Adds the account `user-NAME` and enrols the tablet for it.
  void add(const MemoryDevice& tablet, const std::string& role = "educator");
  /// A further tablet of an account that exists.
  void enrol(const MemoryDevice& tablet, const std::string& account);
  /// One run of the tablet's machine against the handlers.
  RunResult sync(MemoryDevice& tablet);
  [[nodiscard]] server::Response post_sync(const MemoryDevice& tablet,
                                           const std::vector<std::uint8_t>& frame);
  /// What the network does to a request; handed to MemoryDevice::run.
  [[nodiscard]] Network network(const MemoryDevice& tablet);
  /// Opens the same space once more, as another process would.
  [[nodiscard]] std::unique_ptr<server::Repository> second_process() const;
  [[nodiscard]] std::string database() const { return dir_.file("server.db"); }
  [[nodiscard]] server::Api& api() { return *api_; }
  [[nodiscard]] server::Caller caller(const MemoryDevice& tablet);

  std::int64_t now_ms = 1'790'000'000'000;
  std::uint64_t free_disk = 1ULL << 40;
  server::Config config;
  server::Tokens tokens;
  server::Metrics metrics;
  KeyPair keys = make_key_pair({7});
  std::string pins = std::string(64, 'a') + "," + std::string(64, 'b');
  std::unique_ptr<server::Repository> repository;
  std::unique_ptr<server::FindingBoard> board;
  [[nodiscard]] const std::filesystem::path& folder() const { return dir_.path(); }
  std::unique_ptr<server::BlobStore> blobs;

 private:
  const server::Roles roles_;
  TempDir dir_;
  std::unique_ptr<server::Api> api_;
};

[[nodiscard]] std::string body_text(const server::Response& response);
/// A JSON request.
[[nodiscard]] server::Request json_request(std::string path, const std::string& body);

}  // namespace insieme::testing
