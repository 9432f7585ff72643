// Flows for INPS and what came of them.
#include <algorithm>

#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

sync::Digest digest_of(const Flow& flow) {
  return sync::Hasher("insieme flow v1").add(std::string_view(flow.kind)).add(flow.xml).finish();
}

constexpr std::string_view kColumns = "ts_ms, name, kind, body_code, body_name, added_ms";

/// Of a row that begins with kColumns.
Flow get_flow(const sql::Statement& row) {
  Flow flow;
  flow.ts_ms = row.get_int64(0);
  flow.name = row.get_text(1);
  flow.kind = row.get_text(2);
  flow.body_code = row.get_text(3);
  flow.body_name = row.get_text(4);
  flow.added_ms = row.get_int64(5);
  return flow;
}

struct Present {
  Flow flow;
  sync::Digest digest;
};

std::optional<Present> find_flow(sql::Connection& db, std::int64_t space,
                                 const std::string& name) {
  static const std::string kSql = "SELECT " + std::string(kColumns) +
                                  ", withdrawn_ms, digest FROM flows"
                                  " WHERE space = ? AND name = ?";
  sql::Statement& row = db.cached(kSql);
  const sql::ResetGuard guard(row);
  row.bind_all(space, name);
  if (!row.step()) return std::nullopt;
  Present present;
  present.flow = get_flow(row);
  if (!row.is_null(6)) present.flow.withdrawn_ms = row.get_int64(6);
  present.digest = get_bytes<sync::Digest>(row, 7);
  return present;
}

std::int64_t newest_ts(sql::Connection& db, std::int64_t space) {
  sql::Statement& row =
      db.cached("SELECT ts_ms FROM flows WHERE space = ? ORDER BY ts_ms DESC LIMIT 1");
  const sql::ResetGuard guard(row);
  row.bind_all(space);
  return row.step() ? row.get_int64(0) : 0;
}

}  // namespace

std::map<std::string, FlowOutcome> newest_outcomes(FlowStore& store) {
  std::map<std::string, FlowOutcome> newest;
  for (const FlowOutcome& outcome : store.flow_outcomes()) {
    const auto at = newest.find(outcome.name);
    if (at == newest.end() || at->second.acquired_ms < outcome.acquired_ms) {
      newest[outcome.name] = outcome;
    }
  }
  return newest;
}

Result<Flow> SqlRepository::add_flow(const Flow& flow) {
  return write([&](sql::Connection& db, LogWriter& log) -> Result<Flow> {
    const sync::Digest digest = digest_of(flow);
    if (auto present = find_flow(db, space_, flow.name)) {
      if (present->flow.withdrawn_ms) {
        return Error{ErrorCode::conflict, flow.name + " was withdrawn: give it a new number"};
      }
      if (present->digest == digest) return present->flow;
      return Error{ErrorCode::conflict,
                   "another flow is called " + flow.name + ": give this one a new number"};
    }
    Flow added = flow;
    added.added_ms = log.now_ms();
    // Whoever asks names the time of the last one it has: two with the same would be one lost.
    added.ts_ms = std::max(log.now_ms(), newest_ts(db, space_) + 1);
    db.cached("INSERT INTO flows(space, ts_ms, name, kind, body_code, body_name, added_ms, digest,"
              " reason, xml) VALUES(?,?,?,?,?,?,?,?,'',?)")
        .bind_all(space_, added.ts_ms, added.name, added.kind, added.body_code, added.body_name,
                  added.added_ms, digest.bytes, added.xml)
        .run();
    log.audit("operator", "flow.add", added.name);
    return added;
  });
}

std::vector<Flow> SqlRepository::flows_after(std::int64_t ts_ms, std::size_t count_max,
                                             std::size_t bytes_max) {
  return read([&](sql::Connection& db) {
    std::vector<Flow> found;
    if (count_max == 0) return found;
    static const std::string kSql = "SELECT " + std::string(kColumns) +
                                    ", xml FROM flows WHERE space = ? AND ts_ms > ?"
                                    " AND xml IS NOT NULL ORDER BY ts_ms LIMIT ?";
    sql::Statement& rows = db.cached(kSql);
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_, ts_ms, i64(count_max));
    std::size_t bytes = 0;
    while (rows.step()) {
      bytes += rows.get_blob(6).size();
      if (!found.empty() && bytes > bytes_max) break;
      found.push_back(get_flow(rows));
      found.back().xml = get_vector(rows, 6);
    }
    return found;
  });
}

std::vector<Flow> SqlRepository::flows() {
  return read([&](sql::Connection& db) {
    std::vector<Flow> found;
    static const std::string kSql = "SELECT " + std::string(kColumns) +
                                    ", withdrawn_ms, reason FROM flows WHERE space = ?"
                                    " ORDER BY ts_ms DESC";
    sql::Statement& rows = db.cached(kSql);
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) {
      Flow& flow = found.emplace_back(get_flow(rows));
      if (!rows.is_null(6)) flow.withdrawn_ms = rows.get_int64(6);
      flow.withdrawn_reason = rows.get_text(7);
    }
    return found;
  });
}

Status SqlRepository::withdraw_flow(const std::string& name, const std::string& reason) {
  return write([&](sql::Connection& db, LogWriter& log) -> Status {
    if (!find_flow(db, space_, name)) return {ErrorCode::not_found, "there is no flow " + name};
    db.cached("UPDATE flows SET xml = NULL, withdrawn_ms = ?, reason = ?"
              " WHERE space = ? AND name = ? AND withdrawn_ms IS NULL")
        .bind_all(log.now_ms(), reason, space_, name)
        .run();
    log.audit("operator", "flow.withdraw", name, reason);
    return {};
  });
}

void SqlRepository::note_outcomes(std::span<const FlowOutcome> outcomes) {
  const Status noted = write([&](sql::Connection& db, LogWriter& log) -> Status {
    for (const FlowOutcome& outcome : outcomes) {
      db.cached("INSERT INTO flow_outcomes(space, name, flow_ts_ms, acquired_ms, code, kind,"
                " description, siuss_id, received_ms) VALUES(?,?,?,?,?,?,?,?,?)"
                " ON CONFLICT(space, name, flow_ts_ms, acquired_ms, code) DO NOTHING")
          .bind_all(space_, outcome.name, outcome.flow_ts_ms, outcome.acquired_ms, outcome.code,
                    outcome.kind, outcome.description, outcome.siuss_id, log.now_ms())
          .run();
    }
    return {};
  });
  static_cast<void>(noted);
}

std::vector<FlowOutcome> SqlRepository::flow_outcomes() {
  return read([&](sql::Connection& db) {
    std::vector<FlowOutcome> found;
    sql::Statement& rows =
        db.cached("SELECT o.name, o.kind, o.flow_ts_ms, o.acquired_ms, o.code, o.description,"
                  " o.siuss_id, o.received_ms, f.ts_ms FROM flow_outcomes o LEFT JOIN flows f"
                  " ON f.space = o.space AND f.name = o.name WHERE o.space = ?"
                  " ORDER BY o.received_ms DESC, o.name, o.acquired_ms DESC, o.code");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) {
      FlowOutcome& outcome = found.emplace_back();
      outcome.name = rows.get_text(0);
      outcome.kind = rows.get_text(1);
      outcome.flow_ts_ms = rows.get_int64(2);
      outcome.acquired_ms = rows.get_int64(3);
      outcome.code = rows.get_text(4);
      outcome.description = rows.get_text(5);
      outcome.siuss_id = rows.get_text(6);
      outcome.received_ms = rows.get_int64(7);
      outcome.known = !rows.is_null(8);
    }
    return found;
  });
}

}  // namespace insieme::server
