#include "storage/departed.hpp"

#include "insieme/sync/limits.hpp"
#include "insieme/sync/reasons.hpp"
#include "storage/erasures.hpp"
#include "storage/late_work.hpp"
#include "storage/packed.hpp"
#include "storage/settle.hpp"
#include "storage/vouchers.hpp"

namespace insieme::client {

namespace {

/// A server that lost a dossier which is erased as a whole needs nothing of it.
bool is_all_erased(Core& core, std::int64_t document) {
  auto& row = core.db.cached(
      "SELECT d.id FROM documents c JOIN dossiers d ON d.n = c.dossier WHERE c.n = ?");
  const sqlite::ResetGuard guard(row);
  row.bind_all(document);
  if (!row.step()) return false;
  return is_erased_as_whole(core, id_from_blob<sync::DossierId>(row.get_blob(0)));
}

void keep_standing_alone(Core& core, Documents& documents, std::int64_t n) {
  OpenDocument& document = documents.by_number(n);
  sync::DepsWalker walker(&document.horizon);
  const std::int64_t covered = core.setting_number("covered", 0);
  for_each_change(core, n, [&](LoggedChange&& logged) {
    const sync::ChangeHeader& header = logged.change.header;
    const auto& deps = walker.step(header);
    const bool kept = logged.own && (!logged.position || *logged.position > covered);
    if (!kept || !logged.change.ops) return true;
    const auto alone =
        sync::encode_body(standing_alone(documents, n, logged.change, deps));
    core.db
        .cached("UPDATE departed SET alone = ? WHERE dossier = ? AND section = ? "
                "AND replica = ? AND seq = ? AND late = 0")
        .bind_all(alone, header.document.dossier.bytes, header.document.section,
                  header.replica.bytes, static_cast<std::int64_t>(header.seq))
        .run();
    return true;
  });
}

}  // namespace

void keep_departed(Core& core, Documents& documents, std::int64_t document) {
  if (is_all_erased(core, document)) return;
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
  if (core.db.changes() != 0) keep_standing_alone(core, documents, document);
  const auto voucher = voucher_of(core, document);
  if (!voucher) return;
  core.db
      .cached(
          "INSERT OR REPLACE INTO departed_vouchers(dossier, section, bytes, due) "
          "SELECT d.id, c.section, ?, 0 FROM documents c JOIN dossiers d ON d.n = c.dossier "
          "WHERE c.n = ?")
      .bind_all(sync::encode_voucher(*voucher), document)
      .run();
}

namespace {

constexpr std::uint32_t kFirstWithLateWork = 5;  ///< protocol

constexpr const char* kForgetVouchers =
    "DELETE FROM departed_vouchers WHERE NOT EXISTS (SELECT 1 FROM departed d "
    "WHERE d.dossier = departed_vouchers.dossier AND d.section = departed_vouchers.section)";

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

namespace {

void redact_column(Core& core, const sync::ErasureOrder& order, const std::string& column) {
  using Row = std::pair<std::int64_t, std::optional<std::vector<std::uint8_t>>>;
  std::vector<Row> redacted;
  auto rows = core.db.prepare("SELECT n, section, header, " + column +
                              " FROM departed WHERE dossier = ? AND " + column + " IS NOT NULL");
  rows.bind_all(order.dossier.bytes);
  while (rows.step()) {
    const sync::DocumentId id{order.dossier, std::string(rows.get_text(1))};
    if (!order.touches(id.section)) continue;
    auto left = redact_body(rows.get_blob(2), rows.get_blob(3), redaction_of(core, id));
    if (left) redacted.emplace_back(rows.get_int64(0), std::move(left->body));
  }
  for (const auto& [n, body] : redacted) {
    core.db.prepare("UPDATE departed SET " + column + " = ? WHERE n = ?").bind_all(body, n).run();
  }
}

}  // namespace

void redact_departed(Core& core, const sync::ErasureOrder& order) {
  redact_column(core, order, "body");
  redact_column(core, order, "alone");
  if (!order.is_whole_dossier()) return;
  // With them the dossier's key.
  core.db.cached("DELETE FROM departed WHERE dossier = ? AND offered IN (0, 2)")
      .bind_all(order.dossier.bytes)
      .run();
  core.db.execute(kForgetVouchers);
}

void forget_departed(Core& core, std::uint64_t covered) {
  const auto position = static_cast<std::int64_t>(covered);
  if (position == core.setting_number("covered", 0)) return;
  core.set_setting_number("covered", position);
  core.db.cached("DELETE FROM departed WHERE position <= ? AND offered = 0")
      .bind_all(position)
      .run();
  core.db.execute(kForgetVouchers);
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
      if (!rows.is_null(1)) change.ops = read_body(rows.get_blob(1));
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
  if (state_aside(result.verdict) && !goes_on) return settle_departed(core, result);
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
      "SELECT header, body, act, secret FROM departed WHERE offered IN (1, 3) "
      "AND (late = 0 OR ?) ORDER BY n");
  rows.bind_all(std::int64_t{limits.protocol >= kFirstWithLateWork ? 1 : 0});
  std::size_t bytes = 0;
  std::set<sync::DossierId> dossiers;
  std::vector<std::uint8_t> act;
  while (rows.step()) {
    const auto own_act = to_vector(rows.get_blob(2));
    const bool same_act = !own_act.empty() && own_act == act;
    bytes += rows.get_blob(0).size() + body_bytes(rows.get_blob(1)).size();
    const std::size_t with_an_act = out.changes.size() + 2 * sync::kChangesPerTransactionMax;
    const bool full = with_an_act >= limits.changes_max || bytes > limits.bytes_target;
    if (full && !same_act && !out.changes.empty()) return;
    act = own_act;
    sync::Change change;
    change.header = require(sync::decode_header(rows.get_blob(0)));
    if (!rows.is_null(1)) {
      change.ops = read_body(rows.get_blob(1));
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

namespace {

/// It waits at the server under the name that it had first, brought by somebody else: here, too.
void put_first_name_aside(Core& core, const sync::PushResult& result) {
  auto row = core.db.prepare(
      "SELECT header, body FROM departed WHERE dossier = ? AND section = ? AND replica = ? "
      "AND seq = ? AND offered IN (1, 3) AND body IS NOT NULL");
  row.bind_all(result.document.dossier.bytes, result.document.section, result.replica.bytes,
               static_cast<std::int64_t>(result.seq));
  if (!row.step()) return;
  sync::Change change;
  change.header = require(sync::decode_header(row.get_blob(0)));
  const sync::Origin first = sync::first_name(change.header);
  change.header.replica = first.replica;
  change.header.seq = first.seq;
  change.header.origin.reset();
  if (waits_in_quarantine(core, change.header)) return;
  change.ops = read_body(row.get_blob(1));
  quarantine(core, change, result, ChangeState::held);
}

/// Late work that was never answered waits for what it stands on, like any unsent work.
bool is_late_row(Core& core, const sync::PushResult& result) {
  auto& find = core.db.cached(
      "SELECT 1 FROM departed WHERE dossier = ? AND section = ? AND replica = ? AND seq = ? "
      "AND late = 1 AND offered = 1 AND position IS NULL");
  const sqlite::ResetGuard guard(find);
  find.bind_all(result.document.dossier.bytes, result.document.section, result.replica.bytes,
                static_cast<std::int64_t>(result.seq));
  return find.step();
}

}  // namespace

bool settle_departed(Core& core, const sync::PushResult& result) {
  const auto seq = static_cast<std::int64_t>(result.seq);
  const sync::DocumentId& document = result.document;
  if (result.code == ErrorCode::not_yet && is_late_row(core, result)) return true;
  const bool waits = result.verdict == sync::Verdict::deferred ||
                     result.verdict == sync::Verdict::forked;
  const auto aside = state_aside(result.verdict);
  if (aside) {
    core.db
        .cached(
            "INSERT INTO quarantine(dossier, section, replica, seq, header, body, state, code, "
            "reason) SELECT dossier, section, replica, seq, header, body, ?, ?, ? FROM departed "
            "WHERE dossier = ? AND section = ? AND replica = ? AND seq = ? AND offered IN (1, 3) "
            "AND body IS NOT NULL")
        .bind_all(static_cast<std::int64_t>(*aside), static_cast<std::int64_t>(result.code),
                  result.reason,
                  document.dossier.bytes, document.section, result.replica.bytes, seq)
        .run();
  }
  if (result.verdict == sync::Verdict::forked && result.code == ErrorCode::duplicate) {
    // A copy of this store has brought it, or a colleague.
    if (result.reason == sync::reasons::kWaitsElsewhere) put_first_name_aside(core, result);
    core.db
        .cached("DELETE FROM departed WHERE dossier = ? AND section = ? AND replica = ? "
                "AND seq = ? AND offered IN (1, 3)")
        .bind_all(document.dossier.bytes, document.section, result.replica.bytes, seq)
        .run();
    return core.db.changes() != 0;
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
