// What a scanner said of blobs, as rows.
#include "insieme/server/blob_scans.hpp"

#include "storage/blob_rows.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

/// One line that a list and the audit can hold.
std::string shown(const std::string& said) {
  std::string line;
  for (const char c : said) {
    if (line.size() == kScanSaidMax) break;
    line += c >= ' ' && c <= '~' ? c : ' ';
  }
  const std::size_t end = line.find_last_not_of(' ');
  return line.substr(0, end == std::string::npos ? 0 : end + 1);
}

}  // namespace

BlobScanStore& blob_scans_of(Repository& repository) {
  return dynamic_cast<SqlRepository&>(repository);
}

ScanVerdict SqlRepository::scan_verdict(const BlobKey& key) {
  return read([&](sql::Connection& db) {
    sql::Statement& row = db.cached(
        "SELECT verdict FROM blob_scans WHERE space = ? AND dossier = ? AND name = ?");
    const sql::ResetGuard guard(row);
    row.bind_all(space_, key.dossier.bytes, key.name.bytes);
    return row.step() ? static_cast<ScanVerdict>(row.get_int64(0)) : ScanVerdict::pending;
  });
}

void SqlRepository::note_scan(const BlobKey& key, ScanVerdict verdict, const std::string& said) {
  const ScanVerdict before = scan_verdict(key);
  const bool was_infected = before == ScanVerdict::infected;
  const std::string line = shown(said);
  static_cast<void>(write([&](sql::Connection& db, LogWriter& log) -> Status {
    // What was said once is not forgotten because the scanner is away.
    const bool keeps = verdict == ScanVerdict::failed &&
                       (was_infected || before == ScanVerdict::clean);
    const std::int64_t failed = verdict == ScanVerdict::failed ? 1 : 0;
    if (BlobRows(db, space_).standing(key) >= BlobStanding::erased) return {};
    db.cached("INSERT INTO blob_scans(space, dossier, name, verdict, again, tries, looked_ms, said)"
              " VALUES(?,?,?,?,?,?,?,?) ON CONFLICT(space, dossier, name) DO UPDATE SET"
              "  verdict = excluded.verdict, again = excluded.again, said = excluded.said,"
              "  looked_ms = excluded.looked_ms,"
              "  tries = CASE WHEN excluded.tries = 0 THEN 0 ELSE blob_scans.tries + 1 END")
        .bind_all(space_, key.dossier.bytes, key.name.bytes,
                  static_cast<std::int64_t>(keeps ? before : verdict),
                  std::int64_t{keeps ? 1 : 0}, failed, clock_(), line)
        .run();
    if (verdict == ScanVerdict::infected && !was_infected) {
      log.audit("server", "file.infected",
                sync::to_text(key.dossier) + " " + sync::to_hex(key.name).substr(0, 16), line);
    }
    return {};
  }));
}

std::vector<BlobKey> SqlRepository::unscanned(const std::optional<BlobKey>& after,
                                              std::int64_t failed_before_ms,
                                              std::size_t count_max) {
  return read([&](sql::Connection& db) {
    const BlobKey from = after.value_or(BlobKey{});
    std::vector<BlobKey> keys;
    sql::Statement& rows = db.cached(
        "SELECT b.dossier, b.name FROM blobs b LEFT JOIN blob_scans s"
        " ON s.space = b.space AND s.dossier = b.dossier AND s.name = b.name"
        " WHERE b.space = ?1 AND b.state = 2"
        " AND (b.dossier > ?2 OR (b.dossier = ?2 AND b.name > ?3))"
        " AND (s.verdict IS NULL OR (s.again = 1 AND s.tries = 0)"
        "  OR ((s.again = 1 OR s.verdict = 3) AND s.looked_ms < ?4))"
        " ORDER BY b.dossier, b.name LIMIT ?5");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_, from.dossier.bytes, from.name.bytes, failed_before_ms, i64(count_max));
    while (rows.step()) {
      keys.push_back({get_bytes<sync::DossierId>(rows, 0), get_bytes<sync::Digest>(rows, 1)});
    }
    return keys;
  });
}

ScanCounts SqlRepository::scan_counts() {
  return read([&](sql::Connection& db) {
    ScanCounts counts;
    sql::Statement& rows = db.cached(
        "SELECT CAST(coalesce(s.verdict, 0) AS BIGINT), count(*) FROM blobs b"
        " LEFT JOIN blob_scans s"
        " ON s.space = b.space AND s.dossier = b.dossier AND s.name = b.name"
        " WHERE b.space = ? AND b.state = 2 GROUP BY coalesce(s.verdict, 0)");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) {
      const std::uint64_t count = u64(rows.get_int64(1));
      switch (static_cast<ScanVerdict>(rows.get_int64(0))) {
        case ScanVerdict::pending: counts.pending = count; break;
        case ScanVerdict::clean: counts.clean = count; break;
        case ScanVerdict::infected: counts.infected = count; break;
        case ScanVerdict::failed: counts.failed = count; break;
      }
    }
    return counts;
  });
}

std::vector<BlobScan> SqlRepository::bad_scans() {
  return read([&](sql::Connection& db) {
    std::vector<BlobScan> all;
    sql::Statement& rows = db.cached(
        "SELECT s.dossier, s.name, s.verdict, s.tries, s.looked_ms, s.said FROM blob_scans s"
        " JOIN blobs b ON b.space = s.space AND b.dossier = s.dossier AND b.name = s.name"
        " WHERE s.space = ? AND b.state = 2 AND s.verdict >= 2"
        " ORDER BY s.verdict, s.dossier, s.name");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) {
      BlobScan scan;
      scan.key = {get_bytes<sync::DossierId>(rows, 0), get_bytes<sync::Digest>(rows, 1)};
      scan.verdict = static_cast<ScanVerdict>(rows.get_int64(2));
      scan.tries = u64(rows.get_int64(3));
      scan.looked_ms = rows.get_int64(4);
      scan.said = rows.get_text(5);
      all.push_back(std::move(scan));
    }
    for (BlobScan& scan : all) {
      sql::Statement& who =
          db.cached("SELECT DISTINCT account FROM blob_places"
                    " WHERE space = ? AND dossier = ? AND name = ? ORDER BY account");
      const sql::ResetGuard each(who);
      who.bind_all(space_, scan.key.dossier.bytes, scan.key.name.bytes);
      while (who.step()) scan.accounts.emplace_back(who.get_text(0));
    }
    return all;
  });
}

std::uint64_t SqlRepository::scan_again() {
  std::uint64_t count = 0;
  static_cast<void>(write([&](sql::Connection& db, LogWriter& log) -> Status {
    // What was said stays said until it is said anew: nobody waits for what was clean.
    db.cached("UPDATE blob_scans SET again = 1, tries = 0 WHERE space = ?").bind_all(space_).run();
    count = u64(db.changes());
    log.audit("operator", "file.scan_again", std::to_string(count));
    return {};
  }));
  return count;
}

Result<BlobOpener> SqlRepository::blob_opener(const BlobKey& key) {
  return read([&](sql::Connection& db) -> Result<BlobOpener> {
    const auto opens = load_key(db, space_, key.dossier);
    if (!opens) return Error{ErrorCode::not_found, "the dossier's key is gone"};
    auto reference = BlobRows(db, space_).reference(key);
    if (!reference) return Error{ErrorCode::not_found, "no record names it any more"};
    return BlobOpener{*std::move(reference), *opens};
  });
}

}  // namespace insieme::server
