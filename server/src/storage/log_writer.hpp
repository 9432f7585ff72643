#pragma once
// Appends to a space's log inside the caller's write transaction.

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "insieme/server/repository.hpp"
#include "storage/sql.hpp"

namespace insieme::server {

/// The columns of one entry. Views are borrowed for the call.
struct LogItem {
  EntryKind kind = EntryKind::change;
  sync::DossierId dossier;
  std::string_view section;
  std::string_view account;  ///< author of a change; whom an event is for or by whom it is
  sync::ReplicaId replica;
  std::uint64_t seq = 0;
  std::optional<sync::TransactionId> transaction;
  std::optional<sync::ChangeId> change_id;  ///< events get a digest of their columns
  std::span<const std::uint8_t> header;
  std::optional<std::span<const std::uint8_t>> body;
  bool grants = false;  ///< the body mints rights
  std::optional<std::vector<std::uint8_t>> origin{};  ///< `pack_origin` of what it authors again
};

/// What stands for an event in the log's hash chain.
[[nodiscard]] sync::Digest event_digest(const LogItem& item);
[[nodiscard]] sync::Digest next_log_hash(const sync::Digest& previous, const sync::Digest& item);

/// One per write transaction; `finish` before the commit. Positions come from the space's row, so
/// that no reader ever sees a later one before an earlier one.
class LogWriter {
 public:
  LogWriter(sql::Connection& db, std::int64_t space, std::int64_t now_ms);
  /// The entry's position.
  std::uint64_t append(const LogItem& item);
  void finish();

  /// A grant and its assignment, in place of what the account had there.
  void grant(const std::string& account, const sync::DossierId& dossier,
             const std::vector<std::string>& sections);
  void revoke(const std::string& account, const sync::DossierId& dossier,
              std::string_view reason);
  /// Bodies that were erased no longer count.
  void forget_bytes(std::uint64_t bytes) noexcept { log_bytes_ -= std::min(bytes, log_bytes_); }
  /// Sealed, behind the line before (audit.hpp).
  void audit(std::string_view actor, std::string_view action, std::string_view subject,
             std::string_view reason = {});
  /// Whom the audit names for acts of the operator, and why they are done.
  void act_as(const std::string& who, const std::string& reason) {
    operator_ = who;
    operator_reason_ = reason;
  }

  [[nodiscard]] std::int64_t now_ms() const noexcept { return now_ms_; }
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] bool has_moved() const noexcept { return position_ != begun_at_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return log_bytes_; }

 private:
  void close_assignment(const std::string& account, const sync::DossierId& dossier,
                        std::uint64_t position);

  sql::Connection& db_;
  std::int64_t space_;
  std::int64_t now_ms_;
  std::uint64_t begun_at_ = 0;
  std::uint64_t position_ = 0;
  std::uint64_t log_bytes_ = 0;
  sync::Digest log_hash_;
  std::string operator_;
  std::string operator_reason_;
};

/// Of acts on a dossier that is erased: the lines stay, and stay sealed.
void forget_reasons(sql::Connection& db, std::int64_t space, const sync::DossierId& dossier);

}  // namespace insieme::server
