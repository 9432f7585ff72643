#pragma once
// Runs a report of the bundle over records: figures in whole numbers of their unit, each with the
// records behind it, what must add up checked, small figures about people hidden. Pure: no clock,
// no I/O, no dependence on the order of the records, so that the same records give the same report
// on a tablet and on a server. It does not throw.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/schema/evaluate.hpp"
#include "insieme/reports/records.hpp"

namespace insieme::reports {

struct Request {
  const schema::Report* report = nullptr;
  /// One for each parameter of the report, in its order; Null: not given.
  std::vector<sync::Value> parameters;
  /// Hides figures with fewer people behind them than the table asks for. Off only for the service
  /// that knows these people anyway.
  bool protect = true;
};

/// What a group has in common.
struct Key {
  sync::Value value;  ///< Null: not filled in
  std::string id;     ///< a code, a number, a date or a record id as text; empty: not filled in
};

enum class Level : std::uint8_t { group, subtotal, total };

/// A row or a column.
struct Line {
  Level level = Level::total;
  std::vector<Key> keys;  ///< none for the total, the first for a subtotal
};

struct Figure {
  /// Absent: there is nothing to say, as with a division by zero.
  std::optional<std::int64_t> value;
  bool hidden = false;      ///< small, or it would give a small one away: not to be shown
  std::int64_t people = 0;  ///< different people behind it, where the table says who they are
  std::vector<sync::RecordId> records;  ///< counted in it, in order of ids
};

struct TableResult {
  const schema::ReportTable* table = nullptr;
  std::vector<Line> rows;     ///< the total last
  std::vector<Line> columns;  ///< the total last
  std::vector<Figure> figures;
  /// Parameters that were given and that this table has nothing to apply to.
  std::vector<std::string> not_filtered_by;
  /// Records that lie nowhere: a territory was asked for, and they count in none.
  std::size_t placeless = 0;

  [[nodiscard]] std::size_t place(std::size_t row, std::size_t column, std::size_t measure) const {
    return (row * columns.size() + column) * table->measures.size() + measure;
  }
  [[nodiscard]] const Figure& at(std::size_t row, std::size_t column, std::size_t measure) const {
    return figures[place(row, column, measure)];
  }
  /// The line with these keys (none: the total); nullopt if there is none.
  [[nodiscard]] std::optional<std::size_t> row_of(const std::vector<std::string>& keys) const;
  [[nodiscard]] std::optional<std::size_t> column_of(const std::vector<std::string>& keys) const;
};

struct CheckResult {
  std::string name;
  schema::Label label;
  schema::ReportUnit unit = schema::ReportUnit::number;
  std::int64_t left = 0;
  std::int64_t right = 0;
  bool at_most = false;
  bool holds = true;
  bool hidden = false;  ///< a hidden figure is part of it: the two sides are not to be shown
};

struct ReportResult {
  const schema::Report* report = nullptr;
  std::vector<sync::Value> parameters;
  std::vector<TableResult> tables;
  std::vector<CheckResult> checks;
  [[nodiscard]] bool holds() const noexcept;
};

/// What the parameter `territory` takes: an area or a commune, by code or name; nullopt if the text
/// is neither.
[[nodiscard]] std::optional<sync::Value> territory_of(const schema::Bundle& bundle,
                                                      std::string_view text);

/// A value as text that means the same everywhere.
[[nodiscard]] std::string key_text(const sync::Value& value);

/// Errors: `invalid_argument` if a required parameter is missing; `limit_exceeded` if one record
/// takes too much work or a sum does not fit 64 bits.
[[nodiscard]] Result<ReportResult> run(const schema::Bundle& bundle, const Request& request,
                                       Records& records);

}  // namespace insieme::reports
