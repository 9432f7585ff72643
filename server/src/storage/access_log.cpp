#include "storage/access_log.hpp"

#include <algorithm>

#include "insieme/schema/calendar.hpp"
#include "storage/glass_rows.hpp"
#include "storage/permissions.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"
#include "storage/stand_ins.hpp"

namespace insieme::server {
namespace {

struct End {
  std::uint64_t number = 0;
  sync::Digest hash;
};

End load_end(sql::Connection& db, std::int64_t space) {
  sql::Statement& row =
      db.cached("SELECT access_number, access_hash FROM spaces WHERE space = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space);
  End end;
  if (!row.step()) return end;
  end.number = u64(row.get_int64(0));
  if (!row.get_blob(1).empty()) end.hash = get_bytes<sync::Digest>(row, 1);
  return end;
}

/// Why the person has the dossier: what their assignment rests on.
std::string purpose_of(sql::Connection& db, std::int64_t space, const std::string& account,
                       const sync::DossierId& dossier) {
  if (is_open_by_glass(db, space, account, dossier)) return "glass";
  sql::Statement& row = db.cached(
      "SELECT basis, team FROM mandates WHERE space = ? AND dossier = ? AND account = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space, dossier.bytes, account);
  // Without an assignment of one's own it is somebody else's, who is away.
  if (!row.step()) {
    return load_access(db, space, account, dossier).any() ? kAbsenceBasis : std::string();
  }
  return row.get_int64(1) != 0 ? "team" : std::string(row.get_text(0));
}

std::optional<std::int64_t> day_opened(const AccessNote& note) {
  if (note.kind != AccessKind::opened) return std::nullopt;
  return schema::date_in_rome(sync::Instant{note.opened_ms}).days;
}

bool is_noted(sql::Connection& db, std::int64_t space, const Caller& caller,
              const AccessNote& note) {
  sql::Statement& row = db.cached(
      "SELECT number FROM access_log WHERE kind = 4 AND space = ? AND device = ? AND dossier = ?"
      " AND sections = ? AND opened_day = ? AND opened_for = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space, caller.device.id.bytes, note.dossier.bytes, join_names(note.sections),
               day_opened(note), note.opened_for);
  return row.step();
}

#define INSIEME_ACCESS_COLUMNS                                                               \
  "SELECT number, at_ms, kind, account, device, dossier, sections, changes, purpose, hash," \
  " opened_ms, opened_for FROM access_log WHERE space = ?"

AccessRow get_access(const sql::Statement& row) {
  AccessRow out;
  out.number = u64(row.get_int64(0));
  out.at_ms = row.get_int64(1);
  out.note.kind = static_cast<AccessKind>(row.get_int64(2));
  out.account = row.get_text(3);
  out.device = get_bytes<sync::DeviceId>(row, 4);
  out.note.dossier = get_bytes<sync::DossierId>(row, 5);
  out.note.sections = split_names(row.get_text(6));
  out.note.changes = u64(row.get_int64(7));
  out.purpose = row.get_text(8);
  out.hash = get_bytes<sync::Digest>(row, 9);
  out.note.opened_ms = row.get_int64(10);
  out.note.opened_for = row.get_text(11);
  return out;
}

}  // namespace

sync::Digest next_access_hash(const sync::Digest& previous, const AccessRow& row) {
  sync::Hasher hasher("insieme access log v1");
  hasher.add(previous)
      .add(row.number)
      .add(static_cast<std::uint64_t>(row.at_ms))
      .add(static_cast<std::uint64_t>(row.note.kind))
      .add(std::string_view(row.account))
      .add(std::span<const std::uint8_t>(row.device.bytes))
      .add(std::span<const std::uint8_t>(row.note.dossier.bytes))
      .add(std::string_view(join_names(row.note.sections)))
      .add(row.note.changes)
      .add(std::string_view(row.purpose));
  if (row.note.kind == AccessKind::opened) {
    hasher.add(static_cast<std::uint64_t>(row.note.opened_ms))
        .add(std::string_view(row.note.opened_for));
  }
  return hasher.finish();
}

void add_note(std::vector<AccessNote>& notes, const sync::DocumentId& document, AccessKind kind) {
  auto at = std::find_if(notes.begin(), notes.end(), [&](const AccessNote& note) {
    return note.dossier == document.dossier && note.kind == kind;
  });
  if (at == notes.end()) {
    at = notes.insert(notes.end(), AccessNote{document.dossier, kind, {}, 0, 0, {}});
  }
  ++at->changes;
  auto& sections = at->sections;
  const auto place = std::lower_bound(sections.begin(), sections.end(), document.section);
  if (place == sections.end() || *place != document.section) {
    sections.insert(place, document.section);
  }
}

void write_access(sql::Connection& db, std::int64_t space, const Caller& caller,
                  const std::vector<AccessNote>& notes, std::int64_t now_ms) {
  if (notes.empty()) return;
  End end = load_end(db, space);
  for (const AccessNote& note : notes) {
    AccessRow row;
    row.number = ++end.number;
    row.at_ms = now_ms;
    row.account = caller.user.account;
    row.device = caller.device.id;
    row.purpose = purpose_of(db, space, row.account, note.dossier);
    row.note = note;
    end.hash = next_access_hash(end.hash, row);
    db.cached("INSERT INTO access_log(space, number, at_ms, kind, account, device, dossier,"
              " sections, changes, purpose, hash, opened_ms, opened_day, opened_for)"
            " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
        .bind_all(space, i64(row.number), row.at_ms, static_cast<std::int64_t>(note.kind),
                  row.account, row.device.bytes, note.dossier.bytes, join_names(note.sections),
                  i64(note.changes), row.purpose, end.hash.bytes, note.opened_ms, day_opened(note),
                  note.opened_for)
        .run();
  }
  db.cached("UPDATE spaces SET access_number = ?, access_hash = ? WHERE space = ?")
      .bind_all(i64(end.number), end.hash.bytes, space)
      .run();
}

void SqlRepository::note_access(const Caller& caller, const std::vector<AccessNote>& notes) {
  if (notes.empty()) return;
  static_cast<void>(write([&](sql::Connection& db, LogWriter& log) -> Status {
    write_access(db, space_, caller, notes, log.now_ms());
    return {};
  }));
}

std::size_t SqlRepository::note_openings(const Caller& caller,
                                         const std::vector<AccessNote>& notes) {
  std::size_t added = 0;
  static_cast<void>(write([&](sql::Connection& db, LogWriter& log) -> Status {
    added = 0;  // a transaction that was tried again
    for (const AccessNote& note : notes) {
      if (is_noted(db, space_, caller, note)) continue;
      write_access(db, space_, caller, {note}, log.now_ms());
      ++added;
    }
    return {};
  }));
  return added;
}

void SqlRepository::visit_access(const std::function<bool(const AccessRow&)>& visit) {
  read([&](sql::Connection& db) {
    const auto rows =
        db.walk(INSIEME_ACCESS_COLUMNS " ORDER BY number");
    rows->bind_all(space_);
    while (rows->step()) {
      if (!visit(get_access(*rows))) break;
    }
  });
}

std::vector<AccessRow> SqlRepository::access_of(const sync::DossierId& dossier,
                                                std::uint64_t before, std::size_t count_max) {
  return read([&](sql::Connection& db) {
    std::vector<AccessRow> out;
    sql::Statement& rows =
        db.cached(INSIEME_ACCESS_COLUMNS
                  " AND dossier = ? AND number < ? ORDER BY number DESC LIMIT ?");
    const sql::ResetGuard guard(rows);
    const std::uint64_t below = std::min<std::uint64_t>(before, INT64_MAX);
    rows.bind_all(space_, dossier.bytes, i64(below), i64(count_max));
    while (rows.step()) out.push_back(get_access(rows));
    return out;
  });
}

std::pair<std::uint64_t, sync::Digest> SqlRepository::access_end() {
  return read([&](sql::Connection& db) {
    const End end = load_end(db, space_);
    return std::pair(end.number, end.hash);
  });
}

}  // namespace insieme::server
