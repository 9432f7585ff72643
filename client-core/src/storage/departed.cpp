#include "storage/departed.hpp"

#include "insieme/sync/limits.hpp"
#include "storage/settle.hpp"

namespace insieme::client {

void keep_departed(Core& core, std::int64_t document) {
  core.db
      .cached(
          "INSERT OR IGNORE INTO departed(dossier, section, replica, seq, header, body, act, "
          "secret, position, offered) SELECT d.id, c.section, i.id, h.seq, h.header, h.body, "
          "h.act, d.secret, h.position, 0 FROM changes h JOIN documents c ON c.n = h.document "
          "JOIN dossiers d ON d.n = c.dossier JOIN dict_ids i ON i.n = h.replica "
          "WHERE h.document = ? AND h.own = 1 "
          "AND (h.position IS NULL OR h.position > ?) ORDER BY h.n")
      .bind_all(document, core.setting_number("covered", 0))
      .run();
  core.db
      .cached(
          "INSERT OR REPLACE INTO departed_vouchers(dossier, section, bytes, due) "
          "SELECT d.id, c.section, v.bytes, 0 FROM vouchers v JOIN documents c "
          "ON c.n = v.document JOIN dossiers d ON d.n = c.dossier WHERE c.n = ?")
      .bind_all(document)
      .run();
}

namespace {

sync::ChangeHeader place_of(const sync::PushResult& result) {
  sync::ChangeHeader header;
  header.document = result.document;
  header.replica = result.replica;
  header.seq = result.seq;
  return header;
}

sync::DossierSecret secret_of(const sync::DossierId& dossier, std::span<const std::uint8_t> key) {
  sync::DossierSecret secret{dossier, {}};
  std::copy(key.begin(), key.end(), secret.key.bytes.begin());
  return secret;
}

}  // namespace

void forget_departed(Core& core, std::uint64_t covered) {
  const auto position = static_cast<std::int64_t>(covered);
  if (position == core.setting_number("covered", 0)) return;
  core.set_setting_number("covered", position);
  core.db.cached("DELETE FROM departed WHERE position <= ? AND offered = 0")
      .bind_all(position)
      .run();
  core.db.execute(
      "DELETE FROM departed_vouchers WHERE NOT EXISTS (SELECT 1 FROM departed d "
      "WHERE d.dossier = departed_vouchers.dossier AND d.section = departed_vouchers.section)");
}

void offer_departed(Core& core) {
  core.db.execute("UPDATE departed SET offered = 1; UPDATE departed_vouchers SET due = 1");
}

std::vector<DepartedWork> departed_to_heal(Core& core) {
  std::vector<DepartedWork> all;
  auto vouchers = core.db.prepare("SELECT bytes FROM departed_vouchers WHERE due = 1");
  while (vouchers.step()) {
    DepartedWork work;
    work.voucher = require(sync::decode_voucher(vouchers.get_blob(0)));
    const sync::DocumentId& document = work.voucher.document;
    auto& rows = core.db.cached(
        "SELECT header, body, secret FROM departed WHERE dossier = ? AND section = ? "
        "AND offered = 1 ORDER BY n");
    const sqlite::ResetGuard guard(rows);
    rows.bind_all(document.dossier.bytes, document.section);
    while (rows.step()) {
      sync::Change change;
      change.header = require(sync::decode_header(rows.get_blob(0)));
      if (!work.voucher.covers(change.header.replica, change.header.seq)) continue;
      if (!rows.is_null(1)) change.ops = require(sync::decode_body(rows.get_blob(1)));
      work.secret = secret_of(document.dossier, rows.get_blob(2));
      work.changes.push_back(std::move(change));
    }
    if (!work.changes.empty()) all.push_back(std::move(work));
  }
  return all;
}

bool settle_departed_healed(Core& core, const sync::PushResult& result) {
  const sync::DocumentId& document = result.document;
  const auto seq = static_cast<std::int64_t>(result.seq);
  if (result.verdict == sync::Verdict::deferred) {
    core.db.cached("UPDATE departed_vouchers SET due = 0 WHERE dossier = ? AND section = ?")
        .bind_all(document.dossier.bytes, document.section)
        .run();
    return core.db.changes() != 0;
  }
  // Whoever decides on it needs its body yet.
  const bool goes_on = waits_in_quarantine(core, place_of(result));
  core.db
      .cached("UPDATE departed SET offered = ?, position = ? WHERE dossier = ? AND section = ? "
              "AND replica = ? AND seq = ? AND offered = 1")
      .bind_all(std::int64_t{goes_on ? 3 : 0}, static_cast<std::int64_t>(result.position),
                document.dossier.bytes, document.section, result.replica.bytes, seq)
      .run();
  return core.db.changes() != 0;
}

bool has_departed_to_offer(Core& core) {
  auto& find = core.db.cached("SELECT 1 FROM departed WHERE offered IN (1, 3) LIMIT 1");
  const sqlite::ResetGuard guard(find);
  return find.step();
}

void gather_departed(Core& core, const sync::GatherAction& limits, sync::Gathered& out) {
  auto rows = core.db.prepare(
      "SELECT header, body, act, secret FROM departed WHERE offered IN (1, 3) ORDER BY n");
  std::size_t bytes = 0;
  std::set<sync::DossierId> dossiers;
  std::vector<std::uint8_t> act;
  while (rows.step()) {
    const auto own_act = to_vector(rows.get_blob(2));
    const bool same_act = !own_act.empty() && own_act == act;
    bytes += rows.get_blob(0).size() + rows.get_blob(1).size();
    const std::size_t with_an_act = out.changes.size() + 2 * sync::kChangesPerTransactionMax;
    const bool full = with_an_act >= limits.changes_max || bytes > limits.bytes_target;
    if (full && !same_act && !out.changes.empty()) return;
    act = own_act;
    sync::Change change;
    change.header = require(sync::decode_header(rows.get_blob(0)));
    if (!rows.is_null(1)) {
      change.ops = require(sync::decode_body(rows.get_blob(1)));
    } else if (waits_in_quarantine(core, change.header)) {
      change.ops = quarantined_ops(core, change.header);
    }
    const sync::DossierId& dossier = change.header.document.dossier;
    if (dossiers.insert(dossier).second) {
      out.secrets.push_back(secret_of(dossier, rows.get_blob(3)));
    }
    out.changes.push_back(std::move(change));
  }
}

bool settle_departed(Core& core, const sync::PushResult& result) {
  const auto seq = static_cast<std::int64_t>(result.seq);
  const sync::DocumentId& document = result.document;
  const bool waits = result.verdict == sync::Verdict::deferred ||
                     result.verdict == sync::Verdict::forked;
  const bool aside = result.verdict == sync::Verdict::held ||
                     result.verdict == sync::Verdict::refused;
  if (aside) {
    core.db
        .cached(
            "INSERT INTO quarantine(dossier, section, replica, seq, header, body, state, code, "
            "reason) SELECT dossier, section, replica, seq, header, body, ?, ?, ? FROM departed "
            "WHERE dossier = ? AND section = ? AND replica = ? AND seq = ? AND offered IN (1, 3) "
            "AND body IS NOT NULL")
        .bind_all(static_cast<std::int64_t>(result.verdict == sync::Verdict::held
                                                ? ChangeState::held
                                                : ChangeState::refused),
                  static_cast<std::int64_t>(result.code), result.reason,
                  document.dossier.bytes, document.section, result.replica.bytes, seq)
        .run();
  }
  // What cannot pass now is offered again when the server has lost something once more.
  core.db
      .cached("UPDATE departed SET offered = ?, position = coalesce(?, position) "
              "WHERE dossier = ? AND section = ? AND replica = ? AND seq = ? AND offered IN (1, 3)")
      .bind_all(std::int64_t{waits ? 2 : 0},
                waits ? std::optional<std::int64_t>()
                      : std::optional(static_cast<std::int64_t>(result.position)),
                document.dossier.bytes, document.section, result.replica.bytes, seq)
      .run();
  if (core.db.changes() == 0) return false;
  if (aside) {
    core.db
        .cached("UPDATE departed SET body = NULL WHERE dossier = ? AND section = ? "
                "AND replica = ? AND seq = ?")
        .bind_all(document.dossier.bytes, document.section, result.replica.bytes, seq)
        .run();
  }
  const sync::ChangeHeader header = place_of(result);
  if (result.verdict == sync::Verdict::accepted && waits_in_quarantine(core, header)) {
    leave_quarantine(core, header);
  }
  return true;
}

}  // namespace insieme::client
