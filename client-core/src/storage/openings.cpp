#include "storage/openings.hpp"

#include "insieme/schema/calendar.hpp"

namespace insieme::client {
namespace {

/// Years of one person's work. Beyond, the oldest stay: they are what is owed longest.
constexpr std::uint64_t kUnsentMax = 100'000;

std::int64_t day_of(std::int64_t ms) {
  return schema::date_in_rome(sync::Instant{ms}).days;
}

bool is_noted(Core& core, const sync::DocumentId& document, std::int64_t day,
              const std::string& purpose) {
  auto& row = core.db.cached(
      "SELECT 1 FROM openings WHERE dossier = ? AND section = ? AND day = ? AND purpose = ?");
  const sqlite::ResetGuard guard(row);
  row.bind_all(document.dossier.bytes, document.section, day, purpose);
  return row.step();
}

}  // namespace

bool has_new_opening(Core& core, const std::vector<sync::DocumentId>& documents,
                     const std::string& purpose) {
  const std::int64_t day = day_of(core.corrected_now_ms());
  for (const sync::DocumentId& document : documents) {
    if (!is_noted(core, document, day, purpose)) return true;
  }
  return false;
}

void note_openings(Core& core, const std::vector<sync::DocumentId>& documents,
                   const std::string& purpose) {
  const std::int64_t now = core.corrected_now_ms();
  const std::int64_t day = day_of(now);
  std::uint64_t waiting = count_unsent_openings(core);
  for (const sync::DocumentId& document : documents) {
    if (is_noted(core, document, day, purpose)) continue;
    if (++waiting > kUnsentMax) refuse(ErrorCode::limit_exceeded, "openings");
    core.db
        .cached("INSERT INTO openings(dossier, section, day, purpose, at_ms, unsent)"
                " VALUES(?,?,?,?,?,1)")
        .bind_all(document.dossier.bytes, document.section, day, purpose, now)
        .run();
  }
}

std::vector<Opening> unsent_openings(Core& core, std::size_t limit) {
  auto& rows = core.db.cached(
      "SELECT dossier, section, at_ms, purpose FROM openings WHERE unsent = 1 ORDER BY n LIMIT ?");
  const sqlite::ResetGuard guard(rows);
  rows.bind_all(static_cast<std::int64_t>(limit));
  std::vector<Opening> out;
  while (rows.step()) {
    Opening one;
    one.document.dossier = id_from_blob<sync::DossierId>(rows.get_blob(0));
    one.document.section = rows.get_text(1);
    one.at_ms = rows.get_int64(2);
    one.purpose = rows.get_text(3);
    out.push_back(std::move(one));
  }
  return out;
}

void openings_told(Core& core, const std::vector<Opening>& openings) {
  for (const Opening& one : openings) {
    core.db
        .cached("UPDATE openings SET unsent = 0"
                " WHERE dossier = ? AND section = ? AND day = ? AND purpose = ?")
        .bind_all(one.document.dossier.bytes, one.document.section, day_of(one.at_ms), one.purpose)
        .run();
  }
  // Today's stay, so that the same is not noted again.
  core.db.cached("DELETE FROM openings WHERE unsent = 0 AND day < ?")
      .bind_all(day_of(core.corrected_now_ms()))
      .run();
}

std::uint64_t count_unsent_openings(Core& core) {
  auto& row = core.db.cached("SELECT count(*) FROM openings WHERE unsent = 1");
  const sqlite::ResetGuard guard(row);
  return row.step() ? static_cast<std::uint64_t>(row.get_int64(0)) : 0;
}

}  // namespace insieme::client
