#pragma once
// Statements of a postgres::Connection. Everything travels in binary: integers as eight bytes.

#include <array>

#include "postgres/connection.hpp"

namespace insieme::server::postgres {

/// `?` and `?1` as `$1`, without SQLite's `INDEXED BY name`.
[[nodiscard]] std::string translate(std::string_view sql);

class Parameters {
 public:
  void set(std::span<const sql::Value> values);
  void clear() noexcept;
  [[nodiscard]] int count() const noexcept { return static_cast<int>(data_.size()); }
  [[nodiscard]] const Oid* types() const noexcept { return types_.data(); }
  [[nodiscard]] const char* const* data() const noexcept { return data_.data(); }
  [[nodiscard]] const int* lengths() const noexcept { return lengths_.data(); }
  [[nodiscard]] const int* formats() const noexcept { return formats_.data(); }

 private:
  void add(Oid type, const char* bytes, std::size_t length);

  std::vector<Oid> types_;
  std::vector<const char*> data_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  std::vector<std::array<char, 8>> numbers_;
  std::vector<std::string> copies_;
};

/// Columns of the current row of a result.
class RowStatement : public sql::Statement {
 public:
  std::int64_t get_int64(int column) const noexcept override;
  std::string_view get_text(int column) const noexcept override;
  sql::Blob get_blob(int column) const noexcept override;
  bool is_null(int column) const noexcept override;
  void bind(std::span<const sql::Value> values) override { parameters_.set(values); }

 protected:
  RowStatement(Connection& connection, std::string_view sql)
      : connection_(connection), sql_(translate(sql)) {}

  Connection& connection_;
  std::string sql_;
  Parameters parameters_;
  Result result_;
  int row_ = 0;
};

/// All rows at once.
class PreparedStatement final : public RowStatement {
 public:
  PreparedStatement(Connection& connection, std::string_view sql) : RowStatement(connection, sql) {}
  bool step() override;
  void reset() noexcept override;

 private:
  void prepare();

  std::string name_;
  std::uint64_t generation_ = 0;  ///< of the connection that it is prepared on
};

/// A few rows at a time.
class CursorStatement final : public RowStatement {
 public:
  CursorStatement(Connection& connection, std::string_view sql) : RowStatement(connection, sql) {}
  ~CursorStatement() override;
  bool step() override;
  void reset() noexcept override;

 private:
  std::string name_;  ///< empty: not open
};

}  // namespace insieme::server::postgres
