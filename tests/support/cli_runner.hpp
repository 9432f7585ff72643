#pragma once
// People at their terminals, each with a store, and the server of their office.

#include <memory>
#include <string>

#include "support/process.hpp"
#include "support/server_process.hpp"

namespace insieme::testing {

/// One person at a terminal, with one store.
class Terminal {
 public:
  Terminal(std::filesystem::path folder, const std::string& name);
  [[nodiscard]] Finished run(const Words& words, const std::string& input = {}) const;
  /// Fails the test unless the exit code is 0; gives standard output.
  std::string ok(const Words& words) const;
  /// The reply with --json; fails the test unless the exit code is 0.
  [[nodiscard]] json::object ask(Words words) const;
  /// Fails the test unless the exit code is this one; gives what it says on standard error.
  std::string refused(int code, const Words& words) const;
  [[nodiscard]] std::string store() const { return store_; }

  Environment environment;

 private:
  std::string store_;
};

/// Whether these words occur; both are told if a check of it fails.
[[nodiscard]] bool says(const std::string& text, const std::string& words);

/// A server process of its own on loopback, with a data folder that outlives it.
class OfficeServer {
 public:
  /// `flags` of `serve`, `environment` of every run of the program. Started.
  explicit OfficeServer(const std::filesystem::path& folder, Words flags = {},
                        Environment environment = {});

  /// On the same port as before.
  void start();
  /// As an operator would: asked to end, and its exit status must be 0.
  void stop();
  void kill();
  void restart() {
    kill();
    start();
  }

  /// `insieme-server` with this server's data; gives standard output.
  std::string admin(Words words) const;
  [[nodiscard]] json::value admin_json(Words words) const;
  [[nodiscard]] std::string invitation(const std::string& account) const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& data() const { return data_; }
  /// Its process id.
  [[nodiscard]] int process() const { return process_->id(); }

  /// Of the next start.
  Words flags;
  /// Of `insieme-server`, whatever it is asked.
  Environment environment;

 private:
  std::string data_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ServerProcess> process_;
};

}  // namespace insieme::testing
