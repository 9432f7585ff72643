#pragma once
// Machines that ask this server for something: each proves who it is with a key of its own, by an
// assertion that it signs (RFC 7523, as ModI has it), and gets a token for minutes and for what an
// operator let it do. docs/adr/0049.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/digest.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

struct Machine {
  std::string client;  ///< its name: 1 to 64 of a–z, 0–9, `.`, `_`, `-`
  std::string title;   ///< for people
  std::string keys;    ///< public ones, a JWKS document (RFC 7517)
  std::string scopes;  ///< what it may ask, separated by blanks
  std::uint64_t generation = 0;  ///< grows with every change
  std::int64_t created_ms = 0;
  std::int64_t changed_ms = 0;
  std::optional<std::int64_t> used_ms;     ///< the last token
  std::optional<std::int64_t> revoked_ms;  ///< for good
  std::string revoke_reason;
};

/// What is changed of a machine; the rest stays.
struct MachineChange {
  std::optional<std::string> keys;
  std::optional<std::string> scopes;
};

/// An assertion that was found good, and the token for it.
struct MachineGrant {
  std::string client;
  std::uint64_t generation = 0;  ///< of the machine whose key the assertion was judged by
  sync::Digest assertion;        ///< names it; is used up
  std::int64_t assertion_until_ms = 0;
  sync::Digest token;  ///< its hash
  std::int64_t token_until_ms = 0;
  std::string scopes;
};

struct MachineToken {
  std::string client;
  std::string scopes;
  std::int64_t until_ms = 0;
};

/// Part of every Repository; the same rules about threads and StorageFailure.
class MachineStore {
 public:
  static constexpr std::size_t kMachinesMax = 1'000;
  static constexpr std::size_t kKeysBytesMax = 32 * 1024;  ///< of one machine
  static constexpr std::int64_t kAssertionsMax = 1'000;  ///< of one, used and not yet over
  static constexpr std::int64_t kTokensMax = 16;         ///< of one: the oldest gives way
  /// Nothing here lasts longer: what claims to is of a clock that was set back since.
  static constexpr std::int64_t kLongestMs = 24 * 3'600'000;

  virtual ~MachineStore() = default;
  MachineStore(const MachineStore&) = delete;
  MachineStore& operator=(const MachineStore&) = delete;

  /// `already_exists`, also of one that was revoked; `invalid_argument`; `limit_exceeded`.
  [[nodiscard]] virtual Status add_machine(const Machine& machine) = 0;
  /// Ends the tokens that it has. `not_found`; `not_allowed`: it was revoked.
  [[nodiscard]] virtual Status change_machine(const std::string& client,
                                              const MachineChange& change) = 0;
  /// For good, at once, on every server of the space. `not_found`.
  [[nodiscard]] virtual Status revoke_machine(const std::string& client,
                                              const std::string& reason) = 0;
  [[nodiscard]] virtual std::vector<Machine> machines() = 0;
  [[nodiscard]] virtual std::optional<Machine> machine(const std::string& client) = 0;
  /// `duplicate`: the assertion was used. `conflict`: the machine was changed meanwhile.
  /// `not_allowed`: it was revoked. `limit_exceeded`: it used too many within minutes.
  [[nodiscard]] virtual Status grant_machine(const MachineGrant& grant) = 0;
  /// Nothing if there is none, or its machine was revoked. It may be over.
  [[nodiscard]] virtual std::optional<MachineToken> machine_token(const sync::Digest& hash) = 0;
  /// Into the audit: what a machine was given.
  virtual void note_machine(const std::string& client, const std::string& action,
                            const std::string& subject) = 0;

 protected:
  MachineStore() = default;
};

[[nodiscard]] bool is_machine_name(std::string_view name) noexcept;

}  // namespace insieme::server
