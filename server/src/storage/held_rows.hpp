#pragma once
// Held and refused changes: table `held` and the events that tell of them.

#include <optional>
#include <string>
#include <vector>

#include "storage/sql.hpp"
#include "insieme/sync/server_sync.hpp"
#include "storage/log_writer.hpp"

namespace insieme::server {

/// Within the caller's write transaction.
class HeldRows {
 public:
  HeldRows(sql::Connection& db, std::int64_t space) : db_(db), space_(space) {}

  /// Keeps the body of a held or refused change aside. `account` sent it; `position` is its own.
  void keep(const LogWriter& log, const std::string& account, std::uint64_t position,
            const sync::NewChange& change,
            const std::optional<std::vector<std::uint8_t>>& body);
  /// Tells those who decide.
  void announce(LogWriter& log, const std::string& account, const sync::NewChange& change);
  /// The body of one that waits and came back without it (docs/adr/0013); told to those who decide.
  void add_body(LogWriter& log, const std::string& account, const sync::Change& change);
  /// Notes a decision and tells of it, once. A refusal is one of all that waits and stands on it.
  void close(LogWriter& log, const sync::HeldDecision& decision);

 private:
  void announce(LogWriter& log, const std::string& account, const sync::ChangeHeader& header,
                std::string_view reason);
  /// False: it was not waiting.
  bool close_one(LogWriter& log, const sync::HeldDecision& decision);
  [[nodiscard]] std::string author_of(const sync::HeldDecision& decision);
  [[nodiscard]] std::optional<std::int64_t> position_of(const sync::ChangeRef& change);
  [[nodiscard]] std::vector<sync::ChangeRef> waiting_on(const sync::DocumentId& document,
                                                        std::int64_t position);

  sql::Connection& db_;
  std::int64_t space_;
};

}  // namespace insieme::server
