#include "storage/outbox.hpp"

#include <algorithm>
#include <set>

#include "insieme/sync/limits.hpp"
#include "storage/departed.hpp"
#include "storage/erasures.hpp"
#include "storage/exchange.hpp"
#include "storage/late_work.hpp"
#include "storage/packed.hpp"
#include "storage/queries.hpp"
#include "storage/settle.hpp"
#include "storage/snapshots.hpp"
#include "storage/vouchers.hpp"

namespace insieme::client {
namespace {

struct OutRow {
  std::int64_t n = 0;
  std::int64_t document = 0;
  std::size_t bytes = 0;
  std::string act;
  std::optional<std::int64_t> stands_on;
  bool kept = false;  ///< folded, offered to a server that may have lost it
  sync::Change change;
};

OutRow read_out_row(const sqlite::Statement& rows) {
  OutRow row;
  row.n = rows.get_int64(0);
  row.document = rows.get_int64(1);
  const auto header = rows.get_blob(2);
  const auto body = body_bytes(rows.get_blob(3));
  row.bytes = header.size() + body.size();
  row.change.header = require(sync::decode_header(header));
  if (!rows.is_null(3)) row.change.ops = require(sync::decode_body(body));
  const auto act = rows.get_blob(4);
  row.act.assign(act.begin(), act.end());
  if (!rows.is_null(5)) row.stands_on = rows.get_int64(5);
  row.kept = rows.get_int64(6) != 0;
  return row;
}

/// What the server holds or refused, whole, once a request: whoever stands on it is judged with it.
/// Of somebody else's, only its texts are told.
std::optional<sync::Change> settled_below(Core& core, std::int64_t n,
                                          std::set<std::int64_t>& offered,
                                          std::vector<sync::TextOfOther>& texts) {
  if (!offered.insert(n).second) return {};
  auto& find = core.db.cached("SELECT header, body, state FROM quarantine WHERE n = ?");
  const sqlite::ResetGuard guard(find);
  find.bind_all(n);
  if (!find.step() || find.is_null(1)) return {};
  sync::Change change;
  change.header = require(sync::decode_header(find.get_blob(0)));
  change.ops = read_body(find.get_blob(1));
  if (find.get_int64(2) != static_cast<std::int64_t>(ChangeState::exchanged)) return change;
  add_texts(change, texts);
  return {};
}

/// The number of changes among them that count as unsent.
std::size_t gather_changes(Core& core, const sync::GatherAction& limits,
                           std::optional<std::int64_t> after, sync::Gathered& out,
                           std::vector<std::int64_t>& numbers, std::set<std::int64_t>& documents) {
  auto rows = core.db.prepare(
      "SELECT n, document, header, body, act, stands_on, 0 FROM changes "
      "WHERE state IN (0, 1, 5) AND state <> 5 AND n > ?1 "
      "UNION ALL SELECT n, document, header, body, act, NULL, 1 FROM kept "
      "WHERE offered = 1 AND ?2 ORDER BY n");
  rows.bind_all(after.value_or(0), std::int64_t{after ? 0 : 1});
  std::size_t bytes = 0;
  std::size_t unsent = 0;
  std::size_t act_begin = 0;
  std::set<std::int64_t> below;
  std::string act;
  while (rows.step()) {
    OutRow row = read_out_row(rows);
    // An act is never cut: its changes stand side by side in the log.
    const bool same_act = !act.empty() && row.act == act;
    const std::size_t with_an_act = out.changes.size() + 2 * sync::kChangesPerTransactionMax;
    const bool full = with_an_act >= limits.changes_max || bytes + row.bytes > limits.bytes_target;
    if (!out.changes.empty() && !same_act && full) break;
    if (!same_act) act_begin = out.changes.size();
    act = row.act;
    bytes += row.bytes;
    unsent += row.kept ? 0 : 1;
    numbers.push_back(row.n);
    documents.insert(row.document);
    if (row.stands_on) {
      // Before the act, not in its midst.
      if (auto change = settled_below(core, *row.stands_on, below, out.texts_of_others)) {
        bytes += sync::encoded_size(*change);
        const auto at = out.changes.begin() + static_cast<std::ptrdiff_t>(act_begin++);
        out.changes.insert(at, *std::move(change));
      }
    }
    // What the server held or refused and may have lost since: it judges it anew.
    if (!row.change.ops) row.change.ops = quarantined_ops(core, row.change.header);
    add_texts_of_others(core, row.document, row.change, out.texts_of_others);
    out.changes.push_back(std::move(row.change));
  }
  return unsent;
}

/// Of dossiers that the server may not know.
void gather_secrets(Core& core, const std::set<std::int64_t>& documents, sync::Gathered& out) {
  std::set<std::int64_t> dossiers;
  for (const std::int64_t document : documents) {
    auto& find = core.db.cached(
        "SELECT d.n, d.id, d.secret FROM documents c JOIN dossiers d ON d.n = c.dossier "
        "WHERE c.n = ? AND d.granted = 0");
    const sqlite::ResetGuard guard(find);
    find.bind_all(document);
    if (!find.step() || !dossiers.insert(find.get_int64(0)).second) continue;
    sync::DossierSecret secret;
    secret.dossier = id_from_blob<sync::DossierId>(find.get_blob(1));
    const auto key = find.get_blob(2);
    std::copy(key.begin(), key.end(), secret.key.bytes.begin());
    out.secrets.push_back(secret);
  }
}

void gather_notes(Core& core, sync::Gathered& out, CarriedNotes& carried) {
  auto seen = core.db.prepare(
      "SELECT d.id, c.section, s.by, s.version, s.document FROM seen s "
      "JOIN documents c ON c.n = s.document "
      "JOIN dossiers d ON d.n = c.dossier WHERE s.unsent = 1 LIMIT 500");
  while (seen.step()) {
    sync::Seen note;
    note.document = {id_from_blob<sync::DossierId>(seen.get_blob(0)),
                     std::string(seen.get_text(1))};
    note.by = std::string(seen.get_text(2));
    note.version = require(sync::decode_version(seen.get_blob(3)));
    carried.seen.push_back({seen.get_int64(4), note.by, to_vector(seen.get_blob(3))});
    out.seen.push_back(std::move(note));
  }
  auto held = core.db.prepare(
      "SELECT dossier, section, replica, seq, decision_reason, decided_by, n FROM inbox "
      "WHERE unsent = 1 LIMIT 500");
  while (held.step()) {
    sync::HeldDecision decision;
    decision.document = {id_from_blob<sync::DossierId>(held.get_blob(0)),
                         std::string(held.get_text(1))};
    decision.replica = id_from_blob<sync::ReplicaId>(held.get_blob(2));
    decision.seq = static_cast<std::uint64_t>(held.get_int64(3));
    decision.reason = std::string(held.get_text(4));
    decision.by = std::string(held.get_text(5));
    carried.decisions.push_back(held.get_int64(6));
    out.held_decisions.push_back(std::move(decision));
  }
}

}  // namespace

void save_backfill(Core& core, const std::optional<sync::Backfill>& backfill) {
  if (!backfill) return core.set_setting("backfill", "");
  std::vector<std::string> words{sync::to_text(backfill->dossier),
                                 std::to_string(backfill->grant_position),
                                 std::to_string(backfill->next_position)};
  if (const auto& snapshot = backfill->snapshot) {
    words.insert(words.end(), {snapshot->section, sync::to_hex(snapshot->digest),
                               std::to_string(snapshot->offset)});
  } else {
    words.insert(words.end(), {"-", "-", "-"});
  }
  for (const sync::ShippedFold& fold : backfill->folded) {
    words.push_back(fold.section);
    words.push_back(sync::to_hex(sync::encode_version(fold.version)));
  }
  core.set_setting("backfill", join_words(words));
}

std::optional<sync::Backfill> load_backfill(Core& core) {
  const auto words = split_words(core.setting("backfill").value_or(""));
  if (words.size() < 3) return {};
  const auto number = [&](std::size_t at) {
    return static_cast<std::uint64_t>(std::strtoull(words[at].c_str(), nullptr, 10));
  };
  sync::Backfill backfill;
  backfill.dossier = require(sync::id_from_text<sync::DossierId>(words[0]));
  backfill.grant_position = number(1);
  backfill.next_position = number(2);
  if (words.size() >= 6 && words[3] != "-") {
    sync::SnapshotPlace place{words[3], {}, number(5)};
    require(sync::from_hex(words[4], place.digest.bytes));
    backfill.snapshot = std::move(place);
  }
  for (std::size_t at = 6; at + 1 < words.size(); at += 2) {
    std::vector<std::uint8_t> version(words[at + 1].size() / 2);
    require(sync::from_hex(words[at + 1], version));
    backfill.folded.push_back({words[at], require(sync::decode_version(version))});
  }
  return backfill;
}

void gather_work(Core& core, const sync::GatherAction& limits, std::int64_t after,
                 sync::Gathered& out, std::vector<std::int64_t>& numbers) {
  std::set<std::int64_t> documents;
  gather_changes(core, limits, after, out, numbers, documents);
  gather_secrets(core, documents, out);
}

sync::Gathered gather(Core& core, const sync::GatherAction& limits,
                      std::vector<std::int64_t>& numbers, CarriedNotes& carried) {
  sync::Gathered out;
  std::set<std::int64_t> documents;
  std::size_t unsent = 0;
  const HealingStep step = healing_step(core);
  if (limits.changes_max != 0 && step == HealingStep::offering) {
    gather_healing(core, limits.bytes_target, out, documents);
  }
  // What it has lost comes first: own work may stand on it.
  if (limits.changes_max != 0 && step == HealingStep::none) {
    gather_departed(core, limits, out);
    unsent = gather_changes(core, limits, std::nullopt, out, numbers, documents);
    out.letters = letters_due(core, out.changes);
  }
  gather_secrets(core, documents, out);
  out.permits_wanted = permits_due(core);
  gather_notes(core, out, carried);
  out.acknowledgements = due_acknowledgements(core);
  gather_erasures(core, out);
  sync::limit_to(limits.protocol, out);
  carried.erased = out.erased;
  out.log_only = core.setting("log_only").value_or("") == "1";
  out.cursor = load_cursor(core);
  out.backfill = load_backfill(core);
  auto count = core.db.prepare("SELECT count(*) FROM changes WHERE state IN (0, 1, 5)");
  if (count.step()) {
    out.unsent_left = static_cast<std::uint64_t>(count.get_int64(0)) - unsent;
  }
  out.unsent_left += static_cast<std::uint64_t>(count_late_work(core));
  out.device_ms = core.platform.now_ms();
  out.replica = core.identity.replica;
  return out;
}

void note_sent(Core& core, const std::vector<std::int64_t>& numbers) {
  for (const std::int64_t n : numbers) {
    core.db.cached("UPDATE changes SET state = 1 WHERE n = ? AND state = 0").bind_all(n).run();
  }
}

void note_carried(Core& core, const CarriedNotes& carried) {
  for (const CarriedNotes::Seen& seen : carried.seen) {
    core.db.cached("UPDATE seen SET unsent = 0 WHERE document = ? AND by = ? AND version = ?")
        .bind_all(seen.document, seen.by, seen.version)
        .run();
  }
  note_erasures_told(core, carried.erased);
  for (const std::int64_t n : carried.decisions) {
    core.db.cached("UPDATE inbox SET unsent = 0 WHERE n = ?").bind_all(n).run();
  }
}

bool has_unanswered(Core& core) {
  auto& find = core.db.cached(
      "SELECT 1 FROM changes WHERE state IN (0, 1, 5) AND (state = 1 OR handed > 0) AND own = 1 "
      "LIMIT 1");
  const sqlite::ResetGuard guard(find);
  return find.step();
}

bool has_unanswered(Core& core, std::int64_t document) {
  auto& find = core.db.cached(
      "SELECT 1 FROM changes WHERE state IN (0, 1, 5) AND (state = 1 OR handed > 0) "
      "AND document = ? LIMIT 1");
  const sqlite::ResetGuard guard(find);
  find.bind_all(document);
  return find.step();
}

bool has_unsent(Core& core) {
  if (healing_step(core) != HealingStep::none || has_departed_to_offer(core)) return true;
  auto& find = core.db.cached(
      "SELECT 1 FROM changes WHERE state IN (0, 1, 5) AND state <> 5 UNION ALL "
      "SELECT 1 FROM kept WHERE offered = 1 UNION ALL "
      "SELECT 1 FROM bundles WHERE letter = 1 LIMIT 1");
  const sqlite::ResetGuard guard(find);
  return find.step();
}

namespace {

/// The server may have lost all of it. What it vouched for keeps its state: it is given back as it
/// was; everything else is offered and judged, also what was held or refused.
void forget_answers(Core& core) {
  std::set<std::int64_t> vouched;
  auto documents = core.db.prepare("SELECT document FROM vouchers");
  while (documents.step()) {
    for (const std::int64_t n : vouched_own(core, documents.get_int64(0))) vouched.insert(n);
  }
  auto own = core.db.prepare("SELECT n FROM changes WHERE own = 1 AND state IN (2, 3, 4, 5)");
  std::vector<std::int64_t> numbers;
  while (own.step()) {
    if (vouched.count(own.get_int64(0)) == 0) numbers.push_back(own.get_int64(0));
  }
  for (const std::int64_t n : numbers) {
    core.db.cached("UPDATE changes SET state = 0, note = NULL WHERE n = ?").bind_all(n).run();
  }
  core.db.execute("UPDATE changes SET position = NULL");
}

}  // namespace

void offer_everything_again(Core& core, Anew why) {
  // The log is received anew from position 0 and tells all positions again; own changes that the
  // server lost must come from here. What is handed out stays so until it is answered, and what was
  // accepted keeps its mark: it is offered, not new.
  if (why == Anew::lost_cursor) {
    forget_answers(core);
  } else {
    read_anew_before_healing(core);
    core.db.execute(
        "UPDATE changes SET state = 0, note = NULL WHERE own = 1 AND state IN (2, 5);"
        "UPDATE changes SET position = NULL WHERE state NOT IN (3, 4);");
  }
  core.db.execute(
      "UPDATE kept SET offered = 1 WHERE offered = 0 AND header IS NOT NULL;"
      "UPDATE kept SET position = NULL WHERE header IS NOT NULL;"
      "UPDATE documents SET acked = NULL, ack_due = 1;"
      "UPDATE dossiers SET granted = 0 WHERE n IN (SELECT d.dossier FROM documents d "
      "  JOIN changes c ON c.document = d.n WHERE c.own = 1 UNION SELECT d.dossier "
      "  FROM documents d JOIN kept k ON k.document = d.n);");
  auto documents = core.db.prepare("SELECT n FROM documents");
  std::vector<std::int64_t> numbers;
  while (documents.step()) numbers.push_back(documents.get_int64(0));
  Documents all(core);
  for (const std::int64_t n : numbers) {
    OpenDocument& document = all.by_number(n);
    document.accepted = document.horizon.history();
    document.accepted_count = static_cast<std::int64_t>(document.horizon.count());
    for_each_change(core, n, [&](LoggedChange&& logged) {
      if (logged.position) {
        document.accepted.add(logged.id);
        ++document.accepted_count;
      }
      return true;
    });
    document.dirty = true;
  }
  all.flush();
}

}  // namespace insieme::client
