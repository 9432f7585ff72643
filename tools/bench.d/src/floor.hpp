#pragma once
// The floors: what the same work costs in SQLite alone, by the same library and the same pragmas.
//
// `plain`: the typed columns and a primary key. `searched`: also the FTS5 table. `equal`: also the
// page cipher, the indexes, and one log row with the change's bytes in the same transaction.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "insieme/sqlite/connection.hpp"
#include "subject.hpp"
#include "workload.hpp"

namespace insieme::bench {

enum class Duty : std::uint8_t { plain, searched, equal };

class Floor {
 public:
  Floor(const std::string& path, Duty duty);

  /// One transaction. `log` is written only by `equal`.
  void insert(std::span<const VisitRow> rows, std::span<const LogRow> log);
  /// One transaction: `minutes` of one row.
  void update_minutes(const sync::RecordId& id, std::int64_t minutes, const LogRow* log);
  /// One transaction: `minutes` of many rows.
  void update_minutes(std::span<const std::pair<sync::RecordId, std::int64_t>> edits,
                      std::span<const LogRow> log);
  [[nodiscard]] sqlite::Connection& db() noexcept { return db_; }

 private:
  void insert_row(const VisitRow& row);
  void insert_log(const LogRow& row);
  Duty duty_;
  sqlite::Connection db_;
  std::int64_t rows_ = 0;
};

/// The key of every store here.
[[nodiscard]] const client::StoreKey& bench_key();
[[nodiscard]] sqlite::Connection open_plain(const std::string& path);
[[nodiscard]] sqlite::Connection open_encrypted(const std::string& path);
/// Bytes of the database after all of the log is in the main file.
[[nodiscard]] std::uint64_t settled_bytes(sqlite::Connection& db);

/// What search tables are made with, here as in a store.
inline constexpr const char* kSearchTable =
    "CREATE VIRTUAL TABLE search USING fts5(names, notes, content='', contentless_delete=1, "
    "tokenize=\"unicode61 remove_diacritics 2\", prefix='2 3')";

}  // namespace insieme::bench
