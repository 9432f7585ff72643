// Who is shut out stands in a ledger beside the database, too: written there first, and put back
// into a database that does not know it any more.
#include "storage/revocations.hpp"

#include <algorithm>
#include <utility>

#include "storage/erasures.hpp"
#include "storage/handed_out.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

constexpr const char* kLedger = "ledger";
constexpr const char* kNotKept =
    "motivo non conservato: rimesso dal registro (reason not kept: put back from the ledger)";

/// Which acts of the audit an entry stands for.
bool is_act(Revoked kind, std::string_view action) {
  switch (kind) {
    case Revoked::account: return action == "user.disable";
    case Revoked::device: return action == "device.revoke" || action == "device.wipe";
    case Revoked::order: return action == "device.lock" || action == "device.wipe";
    case Revoked::machine: return action == "machine.revoke";
    case Revoked::password: return action.starts_with("account.");
  }
  return false;
}

/// What the ledger writes into the audit when it puts one back.
const char* act_of(const Revocation& entry) {
  switch (entry.kind) {
    case Revoked::account: return "user.disable";
    case Revoked::device: return "device.revoke";
    case Revoked::order:
      return entry.order == sync::OrderKind::wipe ? "device.wipe" : "device.lock";
    case Revoked::machine: return "machine.revoke";
    case Revoked::password: return "account.disable";
  }
  return "";
}

bool is_same(const Revocation& a, const Revocation& b) {
  return a.kind == b.kind && a.subject == b.subject && a.order == b.order &&
         a.order_id == b.order_id;
}

/// Its acts, with their times: what this database has been through.
struct Act {
  std::string actor;
  std::string action;
  std::int64_t at_ms = 0;
};

std::vector<Act> acts_on(sql::Connection& db, std::int64_t space, const std::string& subject) {
  std::vector<Act> acts;
  sql::Statement& rows =
      db.cached("SELECT actor, action, at_ms FROM audit WHERE space = ? AND subject = ?");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space, subject);
  while (rows.step()) {
    acts.push_back({std::string(rows.get_text(0)), std::string(rows.get_text(1)),
                    rows.get_int64(2)});
  }
  return acts;
}

std::vector<Revocation> named(sql::Statement& rows, Revoked kind, std::int64_t space) {
  std::vector<Revocation> all;
  const sql::ResetGuard guard(rows);
  rows.bind_all(space);
  while (rows.step()) {
    Revocation& one = all.emplace_back();
    one.kind = kind;
    const bool is_device = kind == Revoked::device || kind == Revoked::order;
    one.subject = is_device ? sync::to_text(get_bytes<sync::DeviceId>(rows, 0))
                            : std::string(rows.get_text(0));
    if (kind != Revoked::order) continue;
    one.order = static_cast<sync::OrderKind>(rows.get_int64(1));
    one.order_id = get_bytes<sync::DeviceOrderId>(rows, 2);
  }
  return all;
}

/// What stands in the database, without who said so and when.
std::vector<Revocation> standing_in(sql::Connection& db, std::int64_t space) {
  std::vector<Revocation> all;
  const auto add = [&](Revoked kind, std::string_view sql) {
    const auto some = named(db.cached(std::string(sql)), kind, space);
    all.insert(all.end(), some.begin(), some.end());
  };
  add(Revoked::account, "SELECT account FROM users WHERE space = ? AND disabled = 1");
  add(Revoked::device, "SELECT device FROM devices WHERE space = ? AND revoked_ms IS NOT NULL");
  add(Revoked::order,
      "SELECT device, order_kind, order_id FROM devices WHERE space = ? AND order_kind <> 0");
  add(Revoked::machine, "SELECT client FROM machines WHERE space = ? AND revoked_ms IS NOT NULL");
  add(Revoked::password, "SELECT account FROM local_accounts WHERE space = ? AND disabled = 1");
  return all;
}

bool stands_in(const std::vector<Revocation>& all, const Revocation& entry) {
  return std::any_of(all.begin(), all.end(), [&](const Revocation& one) {
    return one.stands && is_same(one, entry);
  });
}

bool put_back_device(sql::Connection& db, std::int64_t space, const Revocation& entry,
                     const sync::DeviceId& device) {
  db.cached("UPDATE devices SET revoked_ms = ?, revoke_reason = ?"
            " WHERE space = ? AND device = ? AND revoked_ms IS NULL")
      .bind_all(entry.at_ms, std::string(kNotKept), space, device.bytes)
      .run();
  if (db.changes() == 0) return false;
  Erasures(db, space).destroy_due_keys();  // nobody waits for it any more
  return true;
}

bool put_back_order(sql::Connection& db, std::int64_t space, const Revocation& entry,
                    const sync::DeviceId& device) {
  StandingOrder order;
  order.id = entry.order_id;
  order.kind = entry.order;
  order.reason = kNotKept;
  order.ordered_ms = entry.at_ms;
  put_order(db, space, device, order);
  return db.changes() != 0;
}

/// False: there is nobody of that name here, and so nobody to shut out.
bool put_back_row(sql::Connection& db, std::int64_t space, const Revocation& entry,
                  std::int64_t now_ms) {
  if (entry.kind == Revoked::device || entry.kind == Revoked::order) {
    const auto device = sync::id_from_text<sync::DeviceId>(entry.subject);
    if (!device.ok()) return false;
    return entry.kind == Revoked::device ? put_back_device(db, space, entry, *device)
                                         : put_back_order(db, space, entry, *device);
  }
  if (entry.kind == Revoked::machine) {
    db.cached("UPDATE machines SET revoked_ms = ?, revoke_reason = ?, generation = generation + 1"
              " WHERE space = ? AND client = ? AND revoked_ms IS NULL")
        .bind_all(now_ms, std::string(kNotKept), space, entry.subject)
        .run();
    const bool is_there = db.changes() != 0;
    if (is_there) end_tokens(db, space, entry.subject);
    return is_there;
  }
  const bool is_password = entry.kind == Revoked::password;
  sql::Statement& row =
      is_password ? db.cached("UPDATE local_accounts SET disabled = 1, generation = generation + 1"
                              " WHERE space = ? AND account = ?")
                  : db.cached("UPDATE users SET disabled = 1 WHERE space = ? AND account = ?");
  row.bind_all(space, entry.subject).run();
  const bool is_there = db.changes() != 0;
  if (is_there && is_password) end_invitations_of_sign_ins(db, space, entry.subject);
  return is_there;
}

}  // namespace

bool has_been_through(sql::Connection& db, std::int64_t space, const std::string& subject,
                      std::int64_t at_ms,
                      const std::function<bool(std::string_view action)>& is_act) {
  const auto acts = acts_on(db, space, subject);
  return std::any_of(acts.begin(), acts.end(), [&](const Act& act) {
    return is_act(act.action) &&
           (act.at_ms == at_ms || (act.actor == kLedger && act.at_ms >= at_ms));
  });
}

Status SqlRepository::note_revocation(const Revocation& entry) {
  if (!revocation_ledger_) return {};
  if (joint_ == nullptr) return revocation_ledger_->append(entry);
  joint_revocations_.push_back(entry);  // it may only be tried
  return {};
}

Status SqlRepository::note_let_in(Revoked kind, const std::string& subject, const std::string& by,
                                  std::int64_t now_ms) {
  if (!revocation_ledger_) return {};
  INSIEME_TRY_ASSIGN(const std::vector<Revocation> entries, revocation_ledger_->read());
  const bool stands = std::any_of(entries.begin(), entries.end(), [&](const Revocation& one) {
    return one.kind == kind && one.subject == subject && one.stands;
  });
  if (!stands) return {};
  return note_revocation({kind, subject, false, {}, {}, by, now_ms});
}

/// Who was let in again elsewhere, by a server with a ledger of its own, is not shut out again.
bool SqlRepository::knows(const Revocation& entry) {
  return read([&](sql::Connection& db) {
    return has_been_through(
        db, space_, entry.subject, entry.at_ms,
        [&](std::string_view action) { return is_act(entry.kind, action); });
  });
}

/// Another process writes the entry before it commits the act: only with its turn over does the
/// database say what holds.
Status SqlRepository::put_back(const Revocation& entry) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    if (stands_in(standing_in(db, space_), entry)) return {};
    if (knows(entry)) {
      // A password that was changed stays noted: the one of an old copy is good no more.
      if (entry.kind == Revoked::password) return {};
      INSIEME_TRY_ASSIGN(const std::vector<Revocation> now, revocation_ledger_->read());
      if (std::find(now.begin(), now.end(), entry) == now.end()) return {};  // not the last word
      return revocation_ledger_->append(
          {entry.kind, entry.subject, false, {}, {}, entry.by, log.now_ms()});
    }
    if (!put_back_row(db, space_, entry, log.now_ms())) return {};
    log.audit(kLedger, act_of(entry), entry.subject);
    return {};
  });
}

/// As the audit has it: who said so last, and when.
Revocation SqlRepository::dated(Revocation entry) {
  entry.by = kOperator;
  entry.at_ms = clock_();
  return read([&](sql::Connection& db) {
    std::optional<std::int64_t> newest;
    for (const Act& act : acts_on(db, space_, entry.subject)) {
      if (!is_act(entry.kind, act.action) || (newest && act.at_ms < *newest)) continue;
      newest = act.at_ms;
      entry.by = act.actor;
    }
    if (newest) entry.at_ms = *newest;
    return entry;
  });
}

Status SqlRepository::attach_revocations(const std::string& path) {
  revocation_ledger_.emplace(path);
  INSIEME_TRY_ASSIGN(const std::vector<Revocation> entries, revocation_ledger_->read());
  const auto here = [this] {
    return read([&](sql::Connection& db) { return standing_in(db, space_); });
  };
  const std::vector<Revocation> before = here();
  for (const Revocation& entry : entries) {
    if (!entry.stands || stands_in(before, entry)) continue;
    // Without waiting for a turn, for there is one of each password that was ever changed.
    if (entry.kind == Revoked::password && knows(entry)) continue;
    INSIEME_TRY(put_back(entry));
  }
  for (const Revocation& one : here()) {
    if (!stands_in(entries, one)) INSIEME_TRY(revocation_ledger_->append(dated(one)));
  }
  return {};
}

}  // namespace insieme::server
