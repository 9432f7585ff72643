#include "storage/blob_rows.hpp"

#include <algorithm>

#include "insieme/sync/sealed_blob.hpp"
#include "storage/repository_impl.hpp"
#include "storage/rows.hpp"

namespace insieme::server {
namespace {

/// What an operation puts into a field, if it is a reference to sealed bytes.
std::optional<sync::BlobRef> named_by(const sync::Operation& op) {
  const sync::Value* value = nullptr;
  if (const auto* write = std::get_if<sync::WriteOp>(&op.action)) value = &write->value;
  if (const auto* add = std::get_if<sync::AddOp>(&op.action)) value = &add->element;
  if (const auto* resolve = std::get_if<sync::ResolveOp>(&op.action)) {
    if (resolve->value) value = &*resolve->value;
  }
  const auto* bytes = value == nullptr ? nullptr : std::get_if<sync::Bytes>(value);
  if (bytes == nullptr) return std::nullopt;
  const auto reference = sync::decode_blob_ref(*bytes);
  if (!reference.ok() || reference->name.is_zero()) return std::nullopt;
  if (sync::sealed_blob_size(reference->size) == 0) return std::nullopt;
  return *reference;
}

std::vector<sync::BlobRef> all_named(const sync::Change& change) {
  std::vector<sync::BlobRef> all;
  if (!change.ops) return all;
  for (const sync::Operation& op : *change.ops) {
    if (auto reference = named_by(op)) all.push_back(*std::move(reference));
  }
  return all;
}

BlobStanding standing_of(std::int64_t number) noexcept {
  return static_cast<BlobStanding>(number);
}

BlobFacts get_facts(const sql::Statement& row) {
  BlobFacts facts;
  facts.key.dossier = get_bytes<sync::DossierId>(row, 0);
  facts.key.name = get_bytes<sync::Digest>(row, 1);
  facts.size = u64(row.get_int64(2));
  facts.standing = standing_of(row.get_int64(3));
  return facts;
}

#define INSIEME_BLOB_COLUMNS "SELECT dossier, name, size, state FROM blobs WHERE space = ?"

}  // namespace

void BlobRows::note(const sync::DocumentId& document, const std::vector<sync::Operation>& ops,
                    const std::string& account, std::uint64_t position) {
  for (const sync::Operation& op : ops) {
    const auto reference = named_by(op);
    if (!reference) continue;
    // What was erased and is attached anew is awaited again.
    db_.cached("INSERT INTO blobs(space, dossier, name, size, state) VALUES(?,?,?,?,0)"
               " ON CONFLICT(space, dossier, name) DO UPDATE SET state = 0"
               " WHERE blobs.state >= 3")
        .bind_all(space_, document.dossier.bytes, reference->name.bytes, i64(reference->size))
        .run();
    db_.cached("INSERT INTO blob_places(space, dossier, name, section, account, position)"
               " VALUES(?,?,?,?,?,?) ON CONFLICT(space, dossier, name, section, account)"
               " DO NOTHING")
        .bind_all(space_, document.dossier.bytes, reference->name.bytes, document.section, account,
                  i64(position))
        .run();
  }
}

std::vector<sync::Digest> BlobRows::named_once(const sync::DocumentId& document) {
  std::vector<sync::Digest> names;
  sql::Statement& rows = db_.cached(
      "SELECT DISTINCT name FROM blob_places WHERE space = ? AND dossier = ? AND section = ?");
  const sql::ResetGuard guard(rows);
  rows.bind_all(space_, document.dossier.bytes, document.section);
  while (rows.step()) names.push_back(get_bytes<sync::Digest>(rows, 0));
  return names;
}

void BlobRows::visit_named(const sync::DocumentId& document,
                           const std::function<bool(const sync::BlobRef&)>& visit) {
  const auto look_at = [&](std::string_view sql) {
    const auto rows = db_.walk(sql);
    rows->bind_all(space_, document.dossier.bytes, document.section);
    while (rows->step()) {
      const auto named = all_named(make_change(rows->get_blob(0), rows->get_blob(1)));
      if (!std::all_of(named.begin(), named.end(), visit)) return false;
    }
    return true;
  };
  const bool goes_on =
      look_at("SELECT header, body FROM log WHERE space = ? AND dossier = ? AND section = ?"
              " AND kind <= 3 AND body IS NOT NULL");
  if (!goes_on) return;
  static_cast<void>(
      look_at("SELECT l.header, h.body FROM held h JOIN log l"
              " ON l.space = h.space AND l.position = h.position"
              " WHERE h.space = ? AND h.dossier = ? AND h.section = ? AND h.body IS NOT NULL"));
}

std::optional<sync::BlobRef> BlobRows::named_at(std::uint64_t position, const sync::Digest& name) {
  for (const std::string_view sql :
       {"SELECT header, body FROM log WHERE space = ? AND position = ?"
        " AND kind <= 3 AND body IS NOT NULL",
        "SELECT l.header, h.body FROM held h JOIN log l"
        " ON l.space = h.space AND l.position = h.position"
        " WHERE h.space = ? AND h.position = ? AND h.body IS NOT NULL"}) {
    const auto rows = db_.walk(sql);
    rows->bind_all(space_, i64(position));
    while (rows->step()) {
      for (sync::BlobRef& one : all_named(make_change(rows->get_blob(0), rows->get_blob(1)))) {
        if (one.name == name) return std::move(one);
      }
    }
  }
  return std::nullopt;
}

std::optional<sync::BlobRef> BlobRows::reference(const BlobKey& key) {
  std::vector<std::pair<std::string, std::uint64_t>> places;
  {
    sql::Statement& rows =
        db_.cached("SELECT section, position FROM blob_places WHERE space = ? AND dossier = ?"
                   " AND name = ? ORDER BY section, position");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_, key.dossier.bytes, key.name.bytes);
    while (rows.step()) places.emplace_back(rows.get_text(0), u64(rows.get_int64(1)));
  }
  for (const auto& place : places) {
    if (auto found = named_at(place.second, key.name)) return found;
  }
  // The change that named it first was emptied; a later one still does.
  std::optional<sync::BlobRef> found;
  std::string looked_into;
  for (const auto& place : places) {
    if (found || place.first == looked_into) continue;
    looked_into = place.first;
    visit_named({key.dossier, looked_into}, [&](const sync::BlobRef& one) {
      if (one.name == key.name) found = one;
      return !found;
    });
  }
  return found;
}

std::vector<sync::Digest> BlobRows::named_now(const sync::DocumentId& document) {
  std::vector<sync::Digest> names;
  visit_named(document, [&](const sync::BlobRef& one) {
    names.push_back(one.name);
    return true;
  });
  return names;
}

void BlobRows::forget_unnamed(const sync::DocumentId& document) {
  const auto once = named_once(document);
  if (once.empty()) return;
  const auto now = named_now(document);
  for (const sync::Digest& name : once) {
    if (std::find(now.begin(), now.end(), name) != now.end()) continue;
    db_.cached("DELETE FROM blob_places WHERE space = ? AND dossier = ? AND section = ?"
               " AND name = ?")
        .bind_all(space_, document.dossier.bytes, document.section, name.bytes)
        .run();
    erase_if_unnamed({document.dossier, name});
  }
}

void BlobRows::erase_if_unnamed(const BlobKey& key) {
  db_.cached("UPDATE blobs SET state = 3 WHERE space = ?1 AND dossier = ?2 AND name = ?3"
             " AND NOT EXISTS (SELECT 1 FROM blob_places p WHERE p.space = ?1 AND p.dossier = ?2"
             "  AND p.name = ?3)")
      .bind_all(space_, key.dossier.bytes, key.name.bytes)
      .run();
}

BlobStanding BlobRows::standing(const BlobKey& key) {
  sql::Statement& row =
      db_.cached("SELECT state FROM blobs WHERE space = ? AND dossier = ? AND name = ?");
  const sql::ResetGuard guard(row);
  row.bind_all(space_, key.dossier.bytes, key.name.bytes);
  return row.step() ? standing_of(row.get_int64(0)) : BlobStanding::unknown;
}

BlobStanding SqlRepository::blob_standing(const BlobKey& key) {
  return read([&](sql::Connection& db) { return BlobRows(db, space_).standing(key); });
}

Result<BlobRight> SqlRepository::blob_right(const Caller& caller, const BlobKey& key) {
  return read([&](sql::Connection& db) -> Result<BlobRight> {
    BlobRight right;
    {
      sql::Statement& row = db.cached(INSIEME_BLOB_COLUMNS " AND dossier = ? AND name = ?");
      const sql::ResetGuard guard(row);
      row.bind_all(space_, key.dossier.bytes, key.name.bytes);
      if (!row.step()) return Error{ErrorCode::not_found, {}};
      right.facts = get_facts(row);
    }
    const Access access = load_access(db, space_, caller.user.account, key.dossier);
    sql::Statement& rows =
        db.cached("SELECT section, account, position FROM blob_places"
                  " WHERE space = ? AND dossier = ? AND name = ? ORDER BY section");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_, key.dossier.bytes, key.name.bytes);
    while (rows.step()) {
      const std::string section(rows.get_text(0));
      const bool reads = access.any() && access.has(section) && access.sees(u64(rows.get_int64(2)));
      right.may_bring = right.may_bring || reads || rows.get_text(1) == caller.user.account;
      if (!reads) continue;
      if (right.sections.empty() || right.sections.back() != section) {
        right.sections.push_back(section);
      }
    }
    return right;
  });
}

std::vector<BlobKey> SqlRepository::erased_blobs() {
  return read([&](sql::Connection& db) {
    std::vector<BlobKey> keys;
    sql::Statement& rows = db.cached(INSIEME_BLOB_COLUMNS " AND state = 3 ORDER BY dossier, name");
    const sql::ResetGuard guard(rows);
    rows.bind_all(space_);
    while (rows.step()) keys.push_back(get_facts(rows).key);
    return keys;
  });
}

void SqlRepository::visit_blobs(const std::function<bool(const BlobFacts&)>& visit) {
  read([&](sql::Connection& db) {
    const auto rows = db.walk(INSIEME_BLOB_COLUMNS " ORDER BY dossier, name");
    rows->bind_all(space_);
    while (rows->step()) {
      if (!visit(get_facts(*rows))) break;
    }
  });
}

void SqlRepository::note_blob(const BlobKey& key, BlobStanding standing) {
  static_cast<void>(write([&](sql::Connection& db, LogWriter&) -> Status {
    // An order that came meanwhile has the last word: of what it erased only the end is noted.
    const char* sql = standing == BlobStanding::gone
                          ? "UPDATE blobs SET state = ? WHERE space = ? AND dossier = ?"
                            " AND name = ? AND state = 3"
                          : "UPDATE blobs SET state = ? WHERE space = ? AND dossier = ?"
                            " AND name = ? AND state < 3";
    db.cached(sql)
        .bind_all(static_cast<std::int64_t>(standing), space_, key.dossier.bytes, key.name.bytes)
        .run();
    if (standing == BlobStanding::gone) {
      db.cached("DELETE FROM blob_scans WHERE space = ? AND dossier = ? AND name = ?")
          .bind_all(space_, key.dossier.bytes, key.name.bytes)
          .run();
    }
    return {};
  }));
}

BlobUsage SqlRepository::blob_usage(const std::optional<sync::DossierId>& dossier) {
  return read([&](sql::Connection& db) {
    BlobUsage usage;
    const auto row = db.walk(
        std::string("SELECT count(*), CAST(coalesce(sum(size), 0) AS BIGINT) FROM blobs"
                    " WHERE space = ? AND state IN (1, 2)") +
        (dossier ? " AND dossier = ?" : ""));
    if (dossier) {
      row->bind_all(space_, dossier->bytes);
    } else {
      row->bind_all(space_);
    }
    if (row->step()) usage = {u64(row->get_int64(0)), u64(row->get_int64(1))};
    return usage;
  });
}

}  // namespace insieme::server
