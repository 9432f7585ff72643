#pragma once
// The audit: what was done to the space by whom and why, each line sealed with a hash over the one
// before. What people do with records is in the access log instead.

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "insieme/sync/digest.hpp"

namespace insieme::server {

struct AuditLine {
  std::uint64_t number = 0;  ///< 1, 2, 3 …; 0: written before lines had one
  std::int64_t at_ms = 0;
  std::string actor;  ///< an account, "operator NAME@TERMINAL", "server", "ledger", "machine NAME"
  std::string action;
  std::string subject;
  std::string reason;               ///< empty: none was given, or it went with an erasure
  std::vector<std::uint8_t> salt;   ///< of the reason's seal; empty with it
  sync::Digest seal;                ///< of the reason; zero: none was given
  sync::Digest hash;
};

/// A reason may be erased later without breaking the chain: lines hash its seal.
[[nodiscard]] sync::Digest audit_seal(const std::vector<std::uint8_t>& salt,
                                      const std::string& reason);
[[nodiscard]] sync::Digest next_audit_hash(const sync::Digest& previous, const AuditLine& line);

/// Every repository is one, too: `audit_of`. The same rules about threads and StorageFailure.
class AuditStore {
 public:
  virtual ~AuditStore() = default;
  AuditStore(const AuditStore&) = delete;
  AuditStore& operator=(const AuditStore&) = delete;

  /// Whom the audit names from here on for acts of the operator, and the reason of those that have
  /// none of their own. Before anybody else uses the repository.
  virtual void act_as(const std::string& who, const std::string& reason) = 0;
  /// From the oldest on, until `visit` gives false.
  virtual void visit_audit(const std::function<bool(const AuditLine&)>& visit) = 0;
  /// The last line's number and hash, as the space knows them.
  [[nodiscard]] virtual std::pair<std::uint64_t, sync::Digest> audit_end() = 0;

 protected:
  AuditStore() = default;
};

class Repository;
[[nodiscard]] AuditStore& audit_of(Repository& repository);

/// What is wrong with the chain, in words; nothing: every line is as it was written.
[[nodiscard]] std::vector<std::string> verify_audit(AuditStore& audit);

}  // namespace insieme::server
