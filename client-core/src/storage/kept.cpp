#include "storage/kept.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "storage/departed.hpp"

namespace insieme::client {

namespace {

/// Numbers of changes that records name as the newest of this device's own.
std::set<std::int64_t> named_by_records(Core& core) {
  std::set<std::int64_t> named;
  for (const TypedTable* table : core.tables.used()) {
    auto rows = core.db.prepare("SELECT _own FROM " + table->name + " WHERE _own > 0");
    while (rows.step()) named.insert(rows.get_int64(0));
  }
  return named;
}

/// Receipts ask where it stands, and whether something that was put aside is newer.
void leave_place(Core& core, std::int64_t n) {
  sync::Stamp stamp;
  {
    auto& row = core.db.cached("SELECT header FROM kept WHERE n = ?");
    const sqlite::ResetGuard guard(row);
    row.bind_all(n);
    if (row.step()) stamp = require(sync::decode_header(row.get_blob(0))).stamp;
  }
  core.db
      .cached("UPDATE kept SET header = NULL, body = NULL, act = NULL, deps = NULL, stamp_ms = ?, "
              "stamp_counter = ? WHERE n = ?")
      .bind_all(stamp.ms, static_cast<std::int64_t>(stamp.counter), n)
      .run();
}

void drop_kept(Core& core, std::int64_t up_to) {
  // A place alone (header NULL) goes when no record names it any more. Where deps is NULL, older
  // than the column, what a later change had seen is told by the headers before it.
  auto due = core.db.prepare(
      "SELECT n, header IS NULL FROM kept WHERE offered = 0 AND forgotten IS NULL AND "
      "(header IS NULL OR (position <= ? AND (coalesce(length(act), 0) = 0 OR act NOT IN "
      "(SELECT act FROM changes WHERE own = 1 AND act IS NOT NULL)) AND (deps IS NOT NULL OR "
      "document NOT IN (SELECT document FROM kept WHERE deps IS NULL AND header IS NOT NULL AND "
      "act IN (SELECT act FROM changes WHERE own = 1 AND act IS NOT NULL)))))");
  due.bind_all(up_to);
  std::vector<std::pair<std::int64_t, bool>> numbers;
  while (due.step()) numbers.emplace_back(due.get_int64(0), due.get_int64(1) != 0);
  if (numbers.empty()) return;
  const std::set<std::int64_t> named = named_by_records(core);
  for (const auto& [n, is_place] : numbers) {
    if (named.count(n) == 0) {
      core.db.cached("DELETE FROM kept WHERE n = ?").bind_all(n).run();
    } else if (!is_place) {
      leave_place(core, n);
    }
  }
}

}  // namespace

void keep_folded(Core& core, std::int64_t change, const sync::VersionVector& deps,
                 std::int64_t offered) {
  core.db
      .cached(
          "INSERT OR REPLACE INTO kept(n, document, replica, seq, header, body, act, offered, "
          "deps, position) SELECT n, document, replica, seq, header, body, act, ?, ?, position "
          "FROM changes WHERE n = ?")
      .bind_all(offered, sync::encode_version(deps), change)
      .run();
}

bool is_branch_elsewhere(Core& core, std::int64_t document) {
  auto& find = core.db.cached(
      "SELECT 1 FROM kept WHERE document = ? AND offered = 2 AND forgotten IS NULL LIMIT 1");
  const sqlite::ResetGuard guard(find);
  find.bind_all(document);
  return find.step();
}

void note_covered(Core& core, std::uint64_t covered) {
  const auto position = static_cast<std::int64_t>(covered);
  const std::int64_t before = core.setting_number("covered", 0);
  if (position == before) return;
  // A server that was put back tells less than before.
  const std::int64_t twice =
      position > before ? before : std::min(position, core.setting_number("covered_twice", 0));
  core.set_setting_number("covered_twice", twice);
  forget_departed(core, covered);
  drop_kept(core, twice);
}

void place_kept(Core& core, std::uint64_t position) {
  core.db
      .cached("UPDATE kept SET position = ? WHERE position IS NULL AND offered = 0 "
              "AND forgotten IS NULL AND header IS NOT NULL")
      .bind_all(static_cast<std::int64_t>(position))
      .run();
}

std::uint64_t kept_whole(Core& core) {
  auto& count = core.db.cached("SELECT count(*) FROM kept WHERE header IS NOT NULL");
  const sqlite::ResetGuard guard(count);
  return count.step() ? static_cast<std::uint64_t>(count.get_int64(0)) : 0;
}

std::map<sync::RecordId, std::int64_t> placed_only(Core& core, std::int64_t document) {
  std::set<std::int64_t> places;
  auto& kept = core.db.cached("SELECT n FROM kept WHERE document = ? AND header IS NULL");
  const sqlite::ResetGuard guard(kept);
  kept.bind_all(document);
  while (kept.step()) places.insert(kept.get_int64(0));
  std::map<sync::RecordId, std::int64_t> own;
  if (places.empty()) return own;
  for (const TypedTable* table : core.tables.used()) {
    auto rows =
        core.db.prepare("SELECT _id, _own FROM " + table->name + " WHERE _document = ?");
    rows.bind_all(document);
    while (rows.step()) {
      if (places.count(rows.get_int64(1)) == 0) continue;
      own.emplace(id_from_blob<sync::RecordId>(rows.get_blob(0)), rows.get_int64(1));
    }
  }
  return own;
}

}  // namespace insieme::client
