#include "storage/blobs.hpp"

#include <algorithm>
#include <set>

#include "storage/erasures.hpp"
#include "storage/packed.hpp"

namespace insieme::client {
namespace {

/// Of one dossier on one device; as much as a server takes of it.
constexpr std::uint64_t kDossierBytesMax = std::uint64_t{500} * 1024 * 1024;
/// Of what is put here a row each, and what one request brings: on a bad network a request that is
/// cut is begun anew, so it is to be over in minutes even there.
constexpr std::size_t kPieceBytes = 256 * 1024;

/// What came to nothing is tried with each run at first, then ever more rarely, once a day at last.
/// A clock that was set back makes nobody wait.
#define INSIEME_BLOB_IS_TIME \
  "(tries < 4 OR ?1 < tried_ms OR ?1 - tried_ms >= 90000 * (1 << min(tries - 4, 10)))"

/// drafted: a form that is open names it, and no record yet; it is sent once one does.
enum class State : std::int64_t { wanted = 0, unsent = 1, there = 2, refused = 3, drafted = 4 };
constexpr std::int64_t number_of(State state) { return static_cast<std::int64_t>(state); }

BlobPlace place_of(State state, bool is_here) {
  switch (state) {
    case State::wanted:
      return BlobPlace::elsewhere;
    case State::unsent:
    case State::drafted:
      return BlobPlace::here;
    case State::refused:
      return BlobPlace::refused;
    case State::there:
      break;
  }
  return is_here ? BlobPlace::both : BlobPlace::elsewhere;
}

template <class Visit>
void for_each_reference(const sync::RecordState& state, Visit visit) {
  const auto look_at = [&](const sync::Value& value) {
    const auto* bytes = std::get_if<sync::Bytes>(&value);
    if (bytes == nullptr) return;
    const auto reference = sync::decode_blob_ref(*bytes);
    if (reference.ok() && !reference->name.is_zero()) visit(*reference);
  };
  for (const sync::FieldState& field : state.fields) {
    for (const sync::Survivor& survivor : field.survivors) look_at(survivor.value);
    for (const sync::SetMember& member : field.members) look_at(member.element);
  }
}

void add_piece(Core& core, std::int64_t n, std::uint64_t at, std::span<const std::uint8_t> bytes) {
  core.db.cached("INSERT OR REPLACE INTO blob_pieces(blob, at, bytes) VALUES(?, ?, ?)")
      .bind_all(n, static_cast<std::int64_t>(at), bytes)
      .run();
}

void drop_pieces(Core& core, std::int64_t n) {
  core.db.cached("DELETE FROM blob_pieces WHERE blob = ?").bind_all(n).run();
}

void drop_blob(Core& core, std::int64_t n) {
  drop_pieces(core, n);
  core.db.cached("DELETE FROM blobs WHERE n = ?").bind_all(n).run();
}

/// From `offset` on, as much as its row holds.
std::vector<std::uint8_t> piece_at(Core& core, std::int64_t n, std::uint64_t offset) {
  auto& row = core.db.cached(
      "SELECT at, bytes FROM blob_pieces WHERE blob = ? AND at <= ? ORDER BY at DESC LIMIT 1");
  const sqlite::ResetGuard guard(row);
  row.bind_all(n, static_cast<std::int64_t>(offset));
  if (!row.step()) return {};
  const auto skipped =
      static_cast<std::size_t>(offset - static_cast<std::uint64_t>(row.get_int64(0)));
  const auto bytes = row.get_blob(1);
  if (skipped >= bytes.size()) return {};
  return to_vector(bytes.subspan(skipped));
}

std::vector<std::uint8_t> all_pieces(Core& core, std::int64_t n) {
  std::vector<std::uint8_t> all;
  auto& rows = core.db.cached("SELECT bytes FROM blob_pieces WHERE blob = ? ORDER BY at");
  const sqlite::ResetGuard guard(rows);
  rows.bind_all(n);
  while (rows.step()) {
    const auto piece = rows.get_blob(0);
    all.insert(all.end(), piece.begin(), piece.end());
  }
  return all;
}

std::optional<std::int64_t> find_blob(Core& core, const sync::DocumentId& document,
                                      const sync::Digest& name) {
  auto& row = core.db.cached("SELECT n FROM blobs WHERE dossier = ? AND section = ? AND name = ?");
  const sqlite::ResetGuard guard(row);
  row.bind_all(document.dossier.bytes, document.section, name.bytes);
  if (!row.step()) return std::nullopt;
  return row.get_int64(0);
}

std::uint64_t bytes_of_dossier(Core& core, const sync::DossierId& dossier) {
  auto& row = core.db.cached("SELECT coalesce(sum(size), 0) FROM blobs WHERE dossier = ?");
  const sqlite::ResetGuard guard(row);
  row.bind_all(dossier.bytes);
  return row.step() ? static_cast<std::uint64_t>(row.get_int64(0)) : 0;
}

/// A row for it, in this state if there was none.
void note_blob(Core& core, const sync::DocumentId& document, const sync::BlobRef& reference,
               State state) {
  core.db
      .cached(
          "INSERT INTO blobs(dossier, section, name, content, size, state) "
          "VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(dossier, section, name) DO UPDATE SET "
          "content = excluded.content WHERE content IS NULL")
      .bind_all(document.dossier.bytes, document.section, reference.name.bytes,
                reference.content.bytes, static_cast<std::int64_t>(reference.size),
                number_of(state))
      .run();
}

}  // namespace

void keep_blob(Core& core, const sync::DocumentId& document, const sync::SealedBlob& blob) {
  const sync::BlobRef& reference = blob.reference;
  note_blob(core, document, reference, State::drafted);
  if (bytes_of_dossier(core, document.dossier) > kDossierBytesMax) {
    refuse(ErrorCode::limit_exceeded,
           "photos and files of this dossier are more than 500 MiB\n"
           "foto e file di questo fascicolo superano i 500 MiB");
  }
  const auto n = find_blob(core, document, reference.name);
  auto& row = core.db.cached("SELECT received, state FROM blobs WHERE n = ?");
  State state = State::drafted;
  {
    const sqlite::ResetGuard guard(row);
    row.bind_all(*n);
    if (row.step()) state = static_cast<State>(row.get_int64(1));
    const bool is_here = state != State::wanted &&
                         static_cast<std::size_t>(row.get_int64(0)) == blob.bytes.size();
    if (is_here) return;  // the same content once more
  }
  if (state != State::drafted) state = State::unsent;
  drop_pieces(core, *n);
  const std::span<const std::uint8_t> all(blob.bytes);
  for (std::size_t at = 0; at < all.size(); at += kPieceBytes) {
    add_piece(core, *n, at, all.subspan(at, std::min(kPieceBytes, all.size() - at)));
  }
  core.db.cached("UPDATE blobs SET state = ?, received = ?, sent = 0, note = NULL WHERE n = ?")
      .bind_all(number_of(state), static_cast<std::int64_t>(all.size()), *n)
      .run();
}

void note_named_blob(Core& core, const sync::DocumentId& document,
                     const sync::BlobRef& reference) {
  if (sync::sealed_blob_size(reference.size) == 0) return;  // no possible bytes
  note_blob(core, document, reference, State::wanted);
  core.db
      .cached("UPDATE blobs SET state = 1 WHERE dossier = ? AND section = ? AND name = ? "
              "AND state = 4")
      .bind_all(document.dossier.bytes, document.section, reference.name.bytes)
      .run();
}

void drop_drafted_blobs(Core& core) {
  std::vector<std::int64_t> gone;
  {
    auto& rows = core.db.cached(
        "SELECT n FROM blobs b WHERE state = 4 AND NOT EXISTS (SELECT 1 FROM drafts f "
        "WHERE f.dossier = b.dossier AND instr(f.form, lower(hex(b.name))) > 0)");
    const sqlite::ResetGuard guard(rows);
    while (rows.step()) gone.push_back(rows.get_int64(0));
  }
  for (const std::int64_t n : gone) drop_blob(core, n);
}

void note_named_blobs(Core& core, const sync::DocumentId& document,
                      const sync::RecordState& state) {
  for_each_reference(state, [&](const sync::BlobRef& reference) {
    note_named_blob(core, document, reference);
  });
}

std::optional<std::vector<std::uint8_t>> sealed_blob(Core& core, const sync::DocumentId& document,
                                                     const sync::Digest& name) {
  auto& row = core.db.cached(
      "SELECT n, state FROM blobs WHERE dossier = ? AND section = ? AND name = ?");
  std::int64_t n = 0;
  {
    const sqlite::ResetGuard guard(row);
    row.bind_all(document.dossier.bytes, document.section, name.bytes);
    if (!row.step() || row.get_int64(1) == number_of(State::wanted)) return std::nullopt;
    n = row.get_int64(0);
  }
  return all_pieces(core, n);
}

std::vector<BlobLine> blob_lines(Core& core) {
  std::vector<BlobLine> lines;
  auto& rows = core.db.cached(
      "SELECT dossier, section, name, size, received, sent, state, note FROM blobs "
      "WHERE content IS NOT NULL ORDER BY n");
  const sqlite::ResetGuard guard(rows);
  while (rows.step()) {
    BlobLine line;
    line.document = {id_from_blob<sync::DossierId>(rows.get_blob(0)),
                     std::string(rows.get_text(1))};
    line.name = id_from_blob<sync::Digest>(rows.get_blob(2));
    line.size = static_cast<std::uint64_t>(rows.get_int64(3));
    line.sealed_size = sync::sealed_blob_size(line.size);
    const auto state = static_cast<State>(rows.get_int64(6));
    const auto received = static_cast<std::uint64_t>(rows.get_int64(4));
    line.moved = state == State::wanted ? received : static_cast<std::uint64_t>(rows.get_int64(5));
    line.place = place_of(state, received != 0);
    if (!rows.is_null(7)) line.note = rows.get_text(7);
    lines.push_back(std::move(line));
  }
  return lines;
}

BlobCounts count_blobs(Core& core) {
  BlobCounts counts;
  auto& row = core.db.cached(
      "SELECT count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 0), "
      "count(*) FILTER (WHERE state = 3) FROM blobs WHERE state <> 2");
  const sqlite::ResetGuard guard(row);
  if (row.step()) {
    counts.to_send = static_cast<std::uint64_t>(row.get_int64(0));
    counts.to_fetch = static_cast<std::uint64_t>(row.get_int64(1));
    counts.refused = static_cast<std::uint64_t>(row.get_int64(2));
  }
  return counts;
}

std::optional<BlobParcel> next_blob_to_send(Core& core, std::int64_t after, bool waits) {
  BlobParcel parcel;
  {
    auto& row = core.db.cached(
        "SELECT n, dossier, name, size, sent, due FROM blobs "
        "WHERE n > ?2 AND (state = 1 OR due = 1) AND (?3 = 0 OR " INSIEME_BLOB_IS_TIME
        ") ORDER BY n LIMIT 1");
    const sqlite::ResetGuard guard(row);
    row.bind_all(core.platform.now_ms(), after, std::int64_t{waits ? 1 : 0});
    if (!row.step()) return std::nullopt;
    parcel.n = row.get_int64(0);
    parcel.dossier = id_from_blob<sync::DossierId>(row.get_blob(1));
    parcel.name = id_from_blob<sync::Digest>(row.get_blob(2));
    parcel.sealed_size = sync::sealed_blob_size(static_cast<std::uint64_t>(row.get_int64(3)));
    parcel.offset = static_cast<std::uint64_t>(row.get_int64(4));
    parcel.is_due = row.get_int64(5) != 0;
  }
  // Rows may be shorter than a request.
  while (parcel.offset + parcel.bytes.size() < parcel.sealed_size) {
    const auto piece = piece_at(core, parcel.n, parcel.offset + parcel.bytes.size());
    const bool fits = parcel.bytes.empty() || parcel.bytes.size() + piece.size() <= kPieceBytes;
    if (piece.empty() || !fits) break;
    parcel.bytes.insert(parcel.bytes.end(), piece.begin(), piece.end());
  }
  return parcel;
}

void note_blob_sent(Core& core, std::int64_t n, std::uint64_t received, bool whole) {
  if (!whole) {
    core.db.cached("UPDATE blobs SET sent = ?, note = NULL, tries = 0 WHERE n = ?")
        .bind_all(static_cast<std::int64_t>(received), n)
        .run();
    return;
  }
  core.db
      .cached("UPDATE blobs SET state = 2, due = 0, sent = received, note = NULL, tries = 0 "
              "WHERE n = ?")
      .bind_all(n)
      .run();
  auto& row = core.db.cached("SELECT 1 FROM blobs WHERE n = ? AND content IS NULL");
  bool departed = false;
  {
    const sqlite::ResetGuard guard(row);
    row.bind_all(n);
    departed = row.step();
  }
  if (departed) drop_blob(core, n);
}

void note_blob_refused(Core& core, std::int64_t n, const std::string& why, bool lasting) {
  core.db
      .cached(
          "UPDATE blobs SET note = ?, due = 0, tries = tries + 1, tried_ms = ?, "
          "state = CASE WHEN ? = 1 AND state = 1 THEN 3 ELSE state END WHERE n = ?")
      .bind_all(why, core.platform.now_ms(), std::int64_t{lasting ? 1 : 0}, n)
      .run();
}

std::vector<BlobWanted> blobs_wanted(Core& core, std::size_t limit) {
  std::vector<BlobWanted> wanted;
  auto& rows = core.db.cached(
      "SELECT n, dossier, name, size, received FROM blobs WHERE state = 0 AND " INSIEME_BLOB_IS_TIME
      " ORDER BY tries, n DESC LIMIT ?2");
  const sqlite::ResetGuard guard(rows);
  rows.bind_all(core.platform.now_ms(), static_cast<std::int64_t>(limit));
  while (rows.step()) {
    BlobWanted one;
    one.n = rows.get_int64(0);
    one.dossier = id_from_blob<sync::DossierId>(rows.get_blob(1));
    one.name = id_from_blob<sync::Digest>(rows.get_blob(2));
    one.sealed_size = sync::sealed_blob_size(static_cast<std::uint64_t>(rows.get_int64(3)));
    one.offset = static_cast<std::uint64_t>(rows.get_int64(4));
    wanted.push_back(one);
  }
  return wanted;
}

bool keep_blob_piece(Core& core, std::int64_t n, std::span<const std::uint8_t> piece) {
  std::uint64_t received = 0;
  std::uint64_t sealed_size = 0;
  sync::Digest name;
  {
    auto& row = core.db.cached("SELECT received, size, name FROM blobs WHERE n = ? AND state = 0");
    const sqlite::ResetGuard guard(row);
    row.bind_all(n);
    if (!row.step()) return true;  // gone meanwhile, or put here by hand
    received = static_cast<std::uint64_t>(row.get_int64(0));
    sealed_size = sync::sealed_blob_size(static_cast<std::uint64_t>(row.get_int64(1)));
    name = id_from_blob<sync::Digest>(row.get_blob(2));
  }
  const bool fits = !piece.empty() && piece.size() <= sealed_size - received;
  if (fits) {
    add_piece(core, n, received, piece);
    received += piece.size();
  }
  bool sound = fits;
  if (fits && received == sealed_size) {
    sync::BlobNamer namer;
    namer.add(all_pieces(core, n));
    sound = namer.finish() == name;
  }
  if (!sound) {
    drop_pieces(core, n);
    core.db.cached("UPDATE blobs SET received = 0, tries = tries + 1, tried_ms = ? WHERE n = ?")
        .bind_all(core.platform.now_ms(), n)
        .run();
    return false;
  }
  core.db
      .cached("UPDATE blobs SET received = ?1, note = NULL, tries = 0, "
              "state = CASE WHEN ?1 = ?2 THEN 2 ELSE 0 END, "
              "sent = CASE WHEN ?1 = ?2 THEN ?1 ELSE 0 END WHERE n = ?3")
      .bind_all(static_cast<std::int64_t>(received), static_cast<std::int64_t>(sealed_size), n)
      .run();
  return true;
}

void note_blob_absent(Core& core, std::int64_t n) {
  core.db.cached("UPDATE blobs SET tries = tries + 1, tried_ms = ? WHERE n = ?")
      .bind_all(core.platform.now_ms(), n)
      .run();
}

void drop_blobs(Core& core, const sync::DocumentId& document) {
  std::vector<std::int64_t> gone;
  {
    auto& rows = core.db.cached(
        "SELECT n FROM blobs WHERE dossier = ? AND section = ? AND state NOT IN (1, 4)");
    const sqlite::ResetGuard guard(rows);
    rows.bind_all(document.dossier.bytes, document.section);
    while (rows.step()) gone.push_back(rows.get_int64(0));
  }
  for (const std::int64_t n : gone) drop_blob(core, n);
  core.db
      .cached("UPDATE blobs SET content = NULL WHERE dossier = ? AND section = ? AND state <> 4")
      .bind_all(document.dossier.bytes, document.section)
      .run();
}

namespace {

using Names = std::set<sync::Digest>;

void add_names(Names& names, std::span<const std::uint8_t> body) {
  for (const sync::Operation& op : read_body(body)) {
    const sync::Value* value = nullptr;
    if (const auto* write = std::get_if<sync::WriteOp>(&op.action)) value = &write->value;
    if (const auto* add = std::get_if<sync::AddOp>(&op.action)) value = &add->element;
    if (const auto* resolve = std::get_if<sync::ResolveOp>(&op.action)) {
      if (resolve->value) value = &*resolve->value;
    }
    const auto* bytes = value == nullptr ? nullptr : std::get_if<sync::Bytes>(value);
    if (bytes == nullptr) continue;
    const auto reference = sync::decode_blob_ref(*bytes);
    if (reference.ok()) names.insert(reference->name);
  }
}

/// What records and bodies of a document still name.
Names names_in(Core& core, Documents& documents, const sync::DocumentId& id) {
  Names names;
  if (OpenDocument* document = documents.find(id)) {
    for (const TypedTable* table : core.tables.used()) {
      auto rows =
          core.db.prepare(std::string("SELECT _id, ") + (table->is_other() ? "_type" : "NULL") +
                          " FROM " + table->name + " WHERE _document = ?");
      rows.bind_all(document->n);
      while (rows.step()) {
        const std::string type = table->is_other() ? std::string(rows.get_text(1)) : table->type;
        const auto record = id_from_blob<sync::RecordId>(rows.get_blob(0));
        const LoadedRecord& loaded = documents.records().load(document->n, id, type, record);
        for_each_reference(loaded.state, [&](const sync::BlobRef& reference) {
          names.insert(reference.name);
        });
      }
    }
    for (const char* table : {"changes", "kept", "waiting"}) {
      auto rows = core.db.prepare(std::string("SELECT body FROM ") + table +
                                  " WHERE document = ? AND body IS NOT NULL");
      rows.bind_all(document->n);
      while (rows.step()) add_names(names, rows.get_blob(0));
    }
  }
  for (const char* table : {"quarantine", "inbox", "departed"}) {
    auto rows = core.db.prepare(std::string("SELECT body FROM ") + table +
                                " WHERE dossier = ? AND section = ? AND body IS NOT NULL");
    rows.bind_all(id.dossier.bytes, id.section);
    while (rows.step()) add_names(names, rows.get_blob(0));
  }
  return names;
}

}  // namespace

void drop_unnamed_blobs(Core& core, Documents& documents, const sync::ErasureOrder& order) {
  std::vector<std::string> sections;
  {
    auto rows = core.db.prepare("SELECT DISTINCT section FROM blobs WHERE dossier = ?");
    rows.bind_all(order.dossier.bytes);
    while (rows.step()) sections.emplace_back(rows.get_text(0));
  }
  for (const std::string& section : sections) {
    if (!order.touches(section)) continue;
    const sync::DocumentId id{order.dossier, section};
    const Names names = names_in(core, documents, id);
    std::vector<std::int64_t> gone;
    auto rows = core.db.prepare(
        "SELECT n, name FROM blobs WHERE dossier = ? AND section = ? AND state <> 4");
    rows.bind_all(order.dossier.bytes, section);
    while (rows.step()) {
      if (names.count(id_from_blob<sync::Digest>(rows.get_blob(1))) == 0) {
        gone.push_back(rows.get_int64(0));
      }
    }
    for (const std::int64_t n : gone) drop_blob(core, n);
  }
}

void offer_blobs_again(Core& core) {
  core.db.execute("UPDATE blobs SET due = 1, sent = 0 WHERE state = 2");
}

}  // namespace insieme::client
