#include "floor.hpp"

#include "insieme/sqlite/transaction.hpp"

namespace insieme::bench {
namespace {

constexpr const char* kColumns =
    "case_id TEXT, educator TEXT, date TEXT, minutes INTEGER, place TEXT, code_one TEXT, "
    "code_two TEXT, code_three TEXT, note TEXT, score INTEGER, amount INTEGER";

}  // namespace

const client::StoreKey& bench_key() {
  static const client::StoreKey key = [] {
    client::StoreKey made{};
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<std::uint8_t>(7 * i + 1);
    return made;
  }();
  return key;
}

sqlite::Connection open_plain(const std::string& path) {
  sqlite::OpenOptions options;
  options.path = path;
  return sqlite::Connection::open(options);
}

sqlite::Connection open_encrypted(const std::string& path) {
  sqlite::OpenOptions options;
  options.path = path;
  options.key = bench_key();
  return sqlite::Connection::open(options);
}

std::uint64_t settled_bytes(sqlite::Connection& db) {
  db.checkpoint();
  return static_cast<std::uint64_t>(db.size_bytes());
}

Floor::Floor(const std::string& path, Duty duty)
    : duty_(duty), db_(duty == Duty::equal ? open_encrypted(path) : open_plain(path)) {
  const std::string columns = kColumns;
  if (duty == Duty::equal) {
    db_.execute("CREATE TABLE visit(n INTEGER PRIMARY KEY, id BLOB, document INTEGER, " + columns +
                "); CREATE UNIQUE INDEX visit_id ON visit(id, document);"
                "CREATE INDEX visit_document ON visit(document);"
                "CREATE TABLE log(n INTEGER PRIMARY KEY, document INTEGER, bytes BLOB);");
  } else {
    db_.execute("CREATE TABLE visit(n INTEGER PRIMARY KEY, id BLOB UNIQUE, document INTEGER, " +
                columns + ");");
  }
  if (duty != Duty::plain) db_.execute(kSearchTable);
}

void Floor::insert_row(const VisitRow& row) {
  const auto document = static_cast<std::int64_t>(row.document);
  // The case stands in a typed column as text, as references do.
  const std::string case_text = sync::to_text(row.id);
  db_.cached("INSERT INTO visit VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
      .bind_all(++rows_, row.id.bytes, document, case_text, row.educator, row.date, row.minutes,
                row.place, row.codes[0], row.codes[1], row.codes[2], row.note, row.score, row.cents)
      .run();
  if (duty_ == Duty::plain) return;
  db_.cached("INSERT INTO search(rowid, names, notes) VALUES(?, '', ?)")
      .bind_all(rows_, row.note)
      .run();
}

void Floor::insert_log(const LogRow& row) {
  db_.cached("INSERT INTO log(document, bytes) VALUES(?, ?)").bind_all(row.document, row.bytes)
      .run();
}

void Floor::insert(std::span<const VisitRow> rows, std::span<const LogRow> log) {
  sqlite::Transaction transaction(db_);
  for (const VisitRow& row : rows) insert_row(row);
  if (duty_ == Duty::equal) {
    for (const LogRow& row : log) insert_log(row);
  }
  transaction.commit();
}

void Floor::update_minutes(const sync::RecordId& id, std::int64_t minutes, const LogRow* log) {
  const std::pair<sync::RecordId, std::int64_t> edit{id, minutes};
  update_minutes({&edit, 1}, {log, log == nullptr ? std::size_t{0} : std::size_t{1}});
}

void Floor::update_minutes(std::span<const std::pair<sync::RecordId, std::int64_t>> edits,
                           std::span<const LogRow> log) {
  sqlite::Transaction transaction(db_);
  for (const auto& [id, minutes] : edits) {
    db_.cached("UPDATE visit SET minutes = ? WHERE id = ?").bind_all(minutes, id.bytes).run();
  }
  if (duty_ == Duty::equal) {
    for (const LogRow& row : log) insert_log(row);
  }
  transaction.commit();
}

}  // namespace insieme::bench
