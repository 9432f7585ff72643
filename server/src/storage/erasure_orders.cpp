// Orders to erase: who may ask, who may confirm, the ledger, and what is left in unused pages.
#include <algorithm>
#include <filesystem>

#include "insieme/sync/limits.hpp"
#include "storage/erasures.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

Status check_reason(const std::string& reason) {
  if (reason.find_first_not_of(" \t\n") == std::string::npos) {
    return {ErrorCode::invalid_argument, "a legal ground is needed, in words"};
  }
  return {};
}

Error unknown_order(const sync::ErasureId& id) {
  return {ErrorCode::not_found, "there is no order " + sync::to_text(id)};
}

Error refused_by(const LegalHold& hold) {
  return {ErrorCode::not_allowed, "a legal hold stands on this dossier, set by " + hold.set_by +
                                      " (" + hold.reason + "): nothing of it may be erased"};
}

std::optional<LegalHold> hold_on(sql::Connection& db, std::int64_t space,
                                 const sync::DossierId& dossier) {
  sql::Statement& row =
      db.cached("SELECT set_by, reason, since_ms FROM holds WHERE space = ? AND dossier = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space, dossier.bytes);
  if (!row.step()) return std::nullopt;
  return LegalHold{dossier, std::string(row.get_text(0)), std::string(row.get_text(1)),
                   row.get_int64(2)};
}

}  // namespace

Status SqlRepository::note_in_ledger(const LedgerEntry& entry) const {
  return ledger_ ? ledger_->append(entry) : Status{};
}

Status SqlRepository::attach_ledger(ErasureLedger ledger) {
  INSIEME_TRY_ASSIGN(const std::vector<LedgerEntry> entries, ledger.read());
  std::vector<Erasure> here = erasures();
  const auto done = [&here](const sync::ErasureId& id) {
    return std::any_of(here.begin(), here.end(), [&](const Erasure& e) {
      return e.order.id == id && e.state == ErasureState::carried_out;
    });
  };
  const std::filesystem::path folder = std::filesystem::path(ledger.path()).parent_path();
  ledger_ = std::move(ledger);
  for (const LedgerEntry& entry : entries) {
    if (done(entry.order.id)) continue;
    INSIEME_TRY(write([&](sql::Connection& db, LogWriter& log) -> Status {
      Erasures(db, space_).carry_out(log, entry);
      return {};
    }));
  }
  for (const Erasure& erasure : here) {
    if (erasure.state != ErasureState::carried_out) continue;
    INSIEME_TRY(ledger_->append({erasure.order, erasure.asked_by, erasure.confirmed_by,
                                 erasure.decided_ms.value_or(0)}));
  }
  INSIEME_TRY(attach_denials((folder / "denials.ledger").string()));
  return attach_revocations((folder / "revocations.ledger").string());
}

Status SqlRepository::propose_erasure(const sync::ErasureOrder& order,
                                      const std::string& asked_by) {
  INSIEME_TRY(sync::check_order(order));
  INSIEME_TRY(check_reason(order.reason));
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY(active_user(db, asked_by));
    INSIEME_TRY(check_dossier(db, order.dossier));
    if (const auto hold = hold_on(db, space_, order.dossier)) return refused_by(*hold);
    Erasures erasures(db, space_);
    if (erasures.find(order.id)) return {ErrorCode::already_exists, "this order is there already"};
    erasures.propose(order, asked_by, log.now_ms());
    log.audit(asked_by, "erase.propose",
              sync::to_text(order.id) + " " + sync::to_text(order.dossier));
    return {};
  });
}

Status SqlRepository::confirm_erasure(const sync::ErasureId& id, const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY_ASSIGN(const User second, active_user(db, by));
    Erasures erasures(db, space_);
    const auto erasure = erasures.find(id);
    if (!erasure) return unknown_order(id);
    if (erasure->state == ErasureState::carried_out) return {};
    if (erasure->state == ErasureState::withdrawn) {
      return {ErrorCode::conflict, "this order was withdrawn by " + erasure->confirmed_by};
    }
    if (erasure->asked_by == by) {
      return {ErrorCode::not_allowed, by + " asked for it: another person has to confirm it"};
    }
    const RoleRules* rules = roles_.find(second.role);
    if (rules == nullptr || !rules->may_review) {
      return {ErrorCode::not_allowed, "the role of \"" + by + "\" does not decide: a coordinator, "
                                          "or another role that reviews, confirms an erasure"};
    }
    if (const auto hold = hold_on(db, space_, erasure->order.dossier)) return refused_by(*hold);
    const LedgerEntry entry{erasure->order, erasure->asked_by, by, log.now_ms()};
    INSIEME_TRY(note_in_ledger(entry));
    erasures.carry_out(log, entry);
    return {};
  });
}

Status SqlRepository::withdraw_erasure(const sync::ErasureId& id, const std::string& by) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY(active_user(db, by));
    Erasures erasures(db, space_);
    const auto erasure = erasures.find(id);
    if (!erasure) return unknown_order(id);
    if (erasure->state == ErasureState::carried_out) {
      return {ErrorCode::conflict, "it was carried out: what is erased does not come back"};
    }
    erasures.withdraw(id, by, log.now_ms());
    log.audit(by, "erase.withdraw", sync::to_text(id));
    return {};
  });
}

std::vector<Erasure> SqlRepository::erasures() {
  return read([&](sql::Connection& db) { return Erasures(db, space_).all(); });
}

std::vector<ErasureDevice> SqlRepository::erasure_devices(const sync::ErasureId& id) {
  return read([&](sql::Connection& db) {
    Erasures erasures(db, space_);
    const auto erasure = erasures.find(id);
    return erasure ? erasures.devices_of(*erasure) : std::vector<ErasureDevice>{};
  });
}

Status SqlRepository::set_hold(const sync::DossierId& dossier, const std::string& by,
                               const std::string& reason) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    INSIEME_TRY(active_user(db, by));
    if (reason.empty()) {
      db.cached("DELETE FROM holds WHERE space = ? AND dossier = ?")
          .bind_all(space_, dossier.bytes)
          .run();
      if (db.changes() == 0) return {ErrorCode::not_found, "no legal hold stands on this dossier"};
      log.audit(by, "erase.release", sync::to_text(dossier));
      return {};
    }
    INSIEME_TRY(check_dossier(db, dossier));
    if (!sync::is_valid_utf8(reason) || reason.size() > sync::kReasonBytesMax) {
      return {ErrorCode::invalid_argument, "a reason is at most 2000 bytes of text"};
    }
    db.cached("INSERT INTO holds(space, dossier, set_by, reason, since_ms) VALUES(?,?,?,?,?)"
              " ON CONFLICT(space, dossier) DO UPDATE SET set_by = excluded.set_by,"
              " reason = excluded.reason, since_ms = excluded.since_ms")
        .bind_all(space_, dossier.bytes, by, reason, log.now_ms())
        .run();
    log.audit(by, "erase.hold", sync::to_text(dossier), reason);
    return {};
  });
}

std::vector<LegalHold> SqlRepository::holds() {
  return read([&](sql::Connection& db) {
    std::vector<LegalHold> all;
    sql::Statement& rows = db.cached(
        "SELECT dossier, set_by, reason, since_ms FROM holds WHERE space = ? ORDER BY dossier");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) {
      all.push_back({get_bytes<sync::DossierId>(rows, 0), std::string(rows.get_text(1)),
                     std::string(rows.get_text(2)), rows.get_int64(3)});
    }
    return all;
  });
}

bool SqlRepository::clean_traces() {
  try {
    std::vector<sync::ErasureId> due;
    for (const Erasure& erasure : erasures()) {
      const bool remains = erasure.state == ErasureState::carried_out && !erasure.cleaned_ms;
      if (remains) due.push_back(erasure.order.id);
    }
    if (due.empty()) return true;
    {
      const std::lock_guard lock(writer_mutex_);
      const std::lock_guard readers(readers_mutex_);
      readers_.clear();
      database_->rewrite(*writer_);
    }
    const auto note = [&](sql::Connection& db, LogWriter& log) -> Status {
      for (const sync::ErasureId& id : due) {
        db.cached("UPDATE erasures SET cleaned_ms = ? WHERE space = ? AND id = ?")
            .bind_all(log.now_ms(), space_, id.bytes)
            .run();
      }
      return {};
    };
    return write(note).ok();
  } catch (const StorageFailure&) {
    return false;  // somebody reads the file, or there is no room: the next time
  }
}

}  // namespace insieme::server
