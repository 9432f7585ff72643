#include "storage/glass.hpp"

#include <algorithm>
#include <set>

#include "insieme/schema/civil.hpp"
#include "storage/incoming.hpp"
#include "storage/notices.hpp"

namespace insieme::client {
namespace {

constexpr const char* kDueSetting = "glass_due_ms";
/// Two clocks that were compared at the last synchronisation do not agree to the second.
constexpr std::int64_t kGraceMs = 2 * 60'000;
/// A clock that is behind what the server said when it was opened was set back.
constexpr std::int64_t kBackMs = 5 * 60'000;

std::string short_of(const sync::DossierId& dossier) {
  const std::string id = sync::to_text(dossier);
  return id.substr(id.size() - 8);
}

/// `31/01/2026 08:30`, in Rome.
std::string time_of(std::int64_t ms) {
  constexpr std::int64_t kMinuteMs = 60'000;
  const std::int64_t local = ms + schema::rome_offset_minutes(sync::Instant{ms}) * kMinuteMs;
  const std::string iso = schema::iso_text(sync::Instant{local});
  return iso.substr(8, 2) + "/" + iso.substr(5, 2) + "/" + iso.substr(0, 4) + " " +
         iso.substr(11, 5);
}

void tell_of(Core& core, const Glass& glass) {
  raise_notice(core,
               glass.name + " opened the dossier " + short_of(glass.dossier) +
                   " without being assigned, until " + time_of(glass.until_ms) + ", because: " +
                   glass.reason + ". It is to be looked into (insieme glass)",
               glass.name + " ha aperto il fascicolo " + short_of(glass.dossier) +
                   " senza averlo in carico, fino al " + time_of(glass.until_ms) +
                   ", con questo motivo: " + glass.reason + ". Va esaminato (insieme glass)");
}

void put(Core& core, const Glass& glass) {
  core.db
      .cached(
          "INSERT INTO glass(id, dossier, account, name, reason, opened_ms, until_ms, ended_ms, "
          "ended_by, seen_by, seen_ms, note, mine, gone) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,0) "
          "ON CONFLICT(id) DO UPDATE SET name = excluded.name, reason = excluded.reason, "
          "until_ms = excluded.until_ms, ended_ms = excluded.ended_ms, "
          "ended_by = excluded.ended_by, seen_by = excluded.seen_by, seen_ms = excluded.seen_ms, "
          "note = excluded.note")
      .bind_all(glass.id, glass.dossier.bytes, glass.account, glass.name, glass.reason,
                glass.opened_ms, glass.until_ms, glass.ended_ms, glass.ended_by, glass.seen_by,
                glass.seen_ms, glass.note, std::int64_t{glass.mine ? 1 : 0})
      .run();
}

/// What opens with a command is asked for at each: it is kept where that costs nothing.
void note_next_end(Core& core) {
  auto& row = core.db.cached(
      "SELECT min(until_ms) FROM glass WHERE mine = 1 AND gone = 0 AND ended_ms IS NULL");
  const sqlite::ResetGuard guard(row);
  const std::int64_t next = row.step() && !row.is_null(0) ? row.get_int64(0) : 0;
  if (core.setting_number(kDueSetting, 0) != next) core.set_setting_number(kDueSetting, next);
}

}  // namespace

void note_glasses(Core& core, const std::vector<Glass>& glasses) {
  std::set<GlassId> known;
  for (const Glass& glass : read_glasses(core)) known.insert(glass.id);
  // One's own that a server put back from a copy does not know ends by its time all the same.
  core.db.execute("DELETE FROM glass WHERE mine = 0 OR ended_ms IS NOT NULL");
  for (const Glass& glass : glasses) {
    put(core, glass);
    if (!glass.mine && !glass.seen_ms && known.count(glass.id) == 0) tell_of(core, glass);
  }
  note_next_end(core);
}

std::vector<Glass> read_glasses(Core& core) {
  auto& rows = core.db.cached(
      "SELECT id, dossier, account, name, reason, opened_ms, until_ms, ended_ms, ended_by, "
      "seen_by, seen_ms, note, mine FROM glass ORDER BY opened_ms DESC, id");
  const sqlite::ResetGuard guard(rows);
  std::vector<Glass> all;
  while (rows.step()) {
    Glass glass;
    const auto id = rows.get_blob(0);
    if (id.size() == glass.id.size()) std::copy(id.begin(), id.end(), glass.id.begin());
    glass.dossier = id_from_blob<sync::DossierId>(rows.get_blob(1));
    glass.account = rows.get_text(2);
    glass.name = rows.get_text(3);
    glass.reason = rows.get_text(4);
    glass.opened_ms = rows.get_int64(5);
    glass.until_ms = rows.get_int64(6);
    if (!rows.is_null(7)) glass.ended_ms = rows.get_int64(7);
    glass.ended_by = rows.get_text(8);
    glass.seen_by = rows.get_text(9);
    if (!rows.is_null(10)) glass.seen_ms = rows.get_int64(10);
    glass.note = rows.get_text(11);
    glass.mine = rows.get_int64(12) != 0;
    all.push_back(std::move(glass));
  }
  return all;
}

bool asks_for_glasses(Core& core) {
  auto& row = core.db.cached(
      "SELECT 1 WHERE EXISTS (SELECT 1 FROM dossiers WHERE may_review = 1 AND leaving = 0) "
      "OR EXISTS (SELECT 1 FROM glass)");
  const sqlite::ResetGuard guard(row);
  return row.step();
}

std::uint64_t count_unseen_glasses(Core& core) {
  auto& row = core.db.cached("SELECT count(*) FROM glass WHERE mine = 0 AND seen_ms IS NULL");
  const sqlite::ResetGuard guard(row);
  return row.step() ? static_cast<std::uint64_t>(row.get_int64(0)) : 0;
}

std::int64_t next_glass_end(Core& core) { return core.setting_number(kDueSetting, 0); }

void end_due_glasses(Core& core, Documents& documents) {
  const std::int64_t now = core.corrected_now_ms();
  bool any = false;
  for (const Glass& glass : read_glasses(core)) {
    const bool over = now >= glass.until_ms + kGraceMs || now < glass.opened_ms - kBackMs;
    if (!glass.mine || glass.ended_ms || !over) continue;
    auto& row = core.db.cached("UPDATE glass SET gone = 1 WHERE id = ? AND gone = 0");
    row.bind_all(glass.id).run();
    if (core.db.changes() == 0) continue;
    any = true;
    raise_notice(core,
                 "the time for which you had opened the dossier " + short_of(glass.dossier) +
                     " is over: it is not on this device any more, once its unsent work is sent",
                 "è finito il tempo per cui il fascicolo " + short_of(glass.dossier) +
                     " era aperto: non è più su questo dispositivo, appena inviato il lavoro che "
                     "manca");
    core.db.cached("UPDATE dossiers SET leaving = 1 WHERE id = ?")
        .bind_all(glass.dossier.bytes)
        .run();
  }
  if (!any) return;
  note_next_end(core);
  drop_what_left(core, documents);
}

bool has_gone_by_time(Core& core, const sync::DossierId& dossier) {
  auto& row = core.db.cached("SELECT 1 FROM glass WHERE dossier = ? AND gone = 1");
  const sqlite::ResetGuard guard(row);
  row.bind_all(dossier.bytes);
  return row.step();
}

}  // namespace insieme::client
