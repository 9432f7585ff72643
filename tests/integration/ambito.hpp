#pragma once
// A small office: two educators and a coordinator at their terminals, one family, a real server,
// and a network that the test can spoil. Every test ends with the same three proofs: nothing typed
// is lost, whoever was stopped was told why, and all replicas agree.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "insieme/client/client.hpp"
#include "insieme/client/transport.hpp"
#include "insieme/processes/proxy.hpp"
#include "support/cli_runner.hpp"

namespace insieme::testing {

using processes::Passed;
using processes::Way;

/// A terminal's store, opened in this process through the call that every host uses. Meanwhile no
/// other process should use the file.
class Tablet {
 public:
  /// `options` beyond path and key. Without `wait` a sync gives up at its first failure.
  explicit Tablet(const Terminal& of, json::object options = {{"wait", false}});
  /// The whole reply.
  [[nodiscard]] json::object ask(const std::string& command, json::object arguments = {});
  /// Fails the test unless it is ok.
  json::object ok(const std::string& command, json::object arguments = {});
  /// Whether a synchronisation came to its end; if not, `said` has the reason in words.
  [[nodiscard]] bool sync();
  /// A command in steps, as a browser's host takes them.
  [[nodiscard]] client::Client::Step begin(const std::string& command);
  /// Posts what a step asked for, and goes on with the answer.
  [[nodiscard]] client::Client::Step resume(client::Transport& transport, const json::object& asked,
                                            std::vector<std::uint8_t> body);
  [[nodiscard]] const std::string& said() const { return said_; }

 private:
  std::unique_ptr<client::Client> client_;
  std::string said_;
};

class Ambito {
 public:
  explicit Ambito(Words flags = {});

  TestFolder folder;
  OfficeServer server;
  processes::Proxy network;
  Terminal anna;
  Terminal bruno;
  Terminal carla;
  std::string dossier;
  std::string visit;

  /// Adds the account, makes the store, binds it.
  void enrol(const Terminal& who, const std::string& account, const std::string& name,
             const std::string& role);
  /// An invitation whose address is the network's.
  [[nodiscard]] std::string invitation(const std::string& account) const;
  /// Everybody, until everybody has what the others had.
  void exchange();
  /// Anna's save that came back with success: from now on it may never be missing.
  void save(const std::string& value);
  [[nodiscard]] std::string shown(const Terminal& who, const std::string& field) const;
  [[nodiscard]] json::array items(const Terminal& who) const;

  /// What was acknowledged, and what may be there.
  std::set<std::string> acknowledged;

  /// Exchanges, then: every acknowledged value is in the history that each tablet shows, once;
  /// nothing is unsent, held or refused; all replicas and the server have the same states.
  void check_whole();
  /// The last part alone.
  void check_agreement() const { check_agreement_of({&anna, &bruno, &carla}); }
  void check_agreement_of(const std::vector<const Terminal*>& terminals) const;

 private:
  void check_history(const Terminal& who) const;
};

/// The text of one `insieme` error contains these words.
void check_says(const std::string& sentence, const std::vector<std::string>& words);
/// From INSIEME_SEED or the default; printed with the test's name when it fails.
[[nodiscard]] std::uint64_t seed_or(std::uint64_t otherwise);

}  // namespace insieme::testing
