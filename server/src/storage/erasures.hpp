#pragma once
// Orders in the database, and what they do to it. Inside the caller's transaction.

#include <optional>
#include <vector>

#include "insieme/server/erasure.hpp"
#include "storage/log_writer.hpp"
#include "storage/sql.hpp"

namespace insieme::server {

class Erasures {
 public:
  Erasures(sql::Connection& db, std::int64_t space) : db_(db), space_(space) {}

  /// What was erased of a document so far.
  [[nodiscard]] sync::Redaction redaction(const sync::DocumentId& document);
  /// Whether anything of the dossier was.
  [[nodiscard]] bool any(const sync::DossierId& dossier);
  [[nodiscard]] bool is_whole(const sync::DossierId& dossier);
  /// Whether its key was destroyed.
  [[nodiscard]] bool has_lost_key(const sync::DossierId& dossier);
  /// Whether the account is assigned to the dossier, or was once.
  [[nodiscard]] bool held_once(const std::string& account, const sync::DossierId& dossier);
  [[nodiscard]] bool on_hold(const sync::DossierId& dossier);
  [[nodiscard]] std::optional<Erasure> find(const sync::ErasureId& id);
  [[nodiscard]] std::vector<Erasure> all();

  void propose(const sync::ErasureOrder& order, const std::string& asked_by, std::int64_t now_ms);
  void withdraw(const sync::ErasureId& id, const std::string& by, std::int64_t now_ms);
  /// Takes the content out of log, held changes and snapshots, logs the order as an event, and of a
  /// whole dossier ends all assignments. Does nothing if it was carried out before.
  void carry_out(LogWriter& log, const LedgerEntry& entry);
  /// The device says that its store holds nothing of it any more. Orders unknown here are ignored.
  void confirm(const sync::DeviceId& device, const std::vector<sync::ErasureId>& ids,
               std::int64_t now_ms);
  /// Keys of erased dossiers that nobody who is waited for may still need to send his work.
  void destroy_due_keys();
  [[nodiscard]] std::vector<ErasureDevice> devices_of(const Erasure& erasure);

 private:
  void note(LogWriter& log, const LedgerEntry& entry, std::uint64_t position);
  void redact_document(LogWriter& log, const sync::DocumentId& document, const std::string& by);
  std::uint64_t redact_log(const sync::DocumentId& document, const sync::Redaction& redaction);
  void redact_held(LogWriter& log, const sync::DocumentId& document,
                   const sync::Redaction& redaction, const std::string& by);
  void redact_snapshot(const sync::DocumentId& document, const sync::Redaction& redaction);
  void end_assignments(const sync::DossierId& dossier, std::uint64_t position);

  sql::Connection& db_;
  std::int64_t space_;
};

}  // namespace insieme::server
