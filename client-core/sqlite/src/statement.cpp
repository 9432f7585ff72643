#include "insieme/sqlite/statement.hpp"

#include <sqlite3.h>

#include "detail.hpp"

namespace insieme::sqlite {

namespace {

void check_bind(sqlite3_stmt* handle, int code) {
  if (code != SQLITE_OK) {
    detail::throw_run_error(sqlite3_db_handle(handle), code, "cannot bind a parameter");
  }
}

// SQLITE_TRANSIENT without its C cast.
sqlite3_destructor_type transient() noexcept {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): SQLite defines the marker as this very value.
  return reinterpret_cast<sqlite3_destructor_type>(static_cast<std::intptr_t>(-1));
}

}  // namespace

void Statement::Finalizer::operator()(sqlite3_stmt* handle) const noexcept {
  sqlite3_finalize(handle);
}

void Statement::bind_null(int index) {
  is_at_rest_ = false;
  check_bind(handle_.get(), sqlite3_bind_null(handle_.get(), index));
}

void Statement::bind_int64(int index, std::int64_t value) {
  is_at_rest_ = false;
  check_bind(handle_.get(), sqlite3_bind_int64(handle_.get(), index, value));
}

void Statement::bind_double(int index, double value) {
  is_at_rest_ = false;
  check_bind(handle_.get(), sqlite3_bind_double(handle_.get(), index, value));
}

void Statement::bind_text(int index, std::string_view value, Bytes bytes) {
  is_at_rest_ = false;
  // A null pointer would bind NULL, and an empty view may hold one.
  const char* data = value.data() != nullptr ? value.data() : "";
  check_bind(handle_.get(),
             sqlite3_bind_text64(handle_.get(), index, data, value.size(),
                                 bytes == Bytes::copy ? transient() : nullptr, SQLITE_UTF8));
}

void Statement::bind_blob(int index, std::span<const std::uint8_t> value, Bytes bytes) {
  is_at_rest_ = false;
  const void* data = value.data() != nullptr ? static_cast<const void*>(value.data()) : "";
  check_bind(handle_.get(), sqlite3_bind_blob64(handle_.get(), index, data, value.size(),
                                                bytes == Bytes::copy ? transient() : nullptr));
}

void Statement::require_parameters(int count) const {
  if (count != parameter_count()) {
    detail::throw_misuse("number of bound values differs from the statement's parameters");
  }
}

bool Statement::step() {
  is_at_rest_ = false;
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  if (handle_ == nullptr) {
    detail::throw_misuse("an empty statement was stepped");
  }
  // The guard runs after the message has been taken from the connection.
  const ResetGuard guard(*this);
  detail::throw_run_error(sqlite3_db_handle(handle_.get()), code, "statement failed");
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() noexcept {
  if (is_at_rest_) {
    return;
  }
  is_at_rest_ = true;
  // The result repeats the error of the last step, which has been thrown already.
  sqlite3_reset(handle_.get());
  if (handle_ != nullptr) {
    sqlite3_clear_bindings(handle_.get());
  }
}

std::int64_t Statement::get_int64(int column) const noexcept {
  return sqlite3_column_int64(handle_.get(), column);
}

double Statement::get_double(int column) const noexcept {
  return sqlite3_column_double(handle_.get(), column);
}

std::string_view Statement::get_text(int column) const noexcept {
  // Text before bytes: the first call may convert, which changes the length.
  const unsigned char* text = sqlite3_column_text(handle_.get(), column);
  if (text == nullptr) {
    return {};
  }
  const int size = sqlite3_column_bytes(handle_.get(), column);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

std::span<const std::uint8_t> Statement::get_blob(int column) const noexcept {
  const void* blob = sqlite3_column_blob(handle_.get(), column);
  if (blob == nullptr) {
    return {};
  }
  const int size = sqlite3_column_bytes(handle_.get(), column);
  return {static_cast<const std::uint8_t*>(blob), static_cast<std::size_t>(size)};
}

bool Statement::is_null(int column) const noexcept {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

ColumnType Statement::type(int column) const noexcept {
  switch (sqlite3_column_type(handle_.get(), column)) {
    case SQLITE_INTEGER:
      return ColumnType::integer;
    case SQLITE_FLOAT:
      return ColumnType::real;
    case SQLITE_TEXT:
      return ColumnType::text;
    case SQLITE_BLOB:
      return ColumnType::blob;
    default:
      return ColumnType::null;
  }
}

int Statement::column_count() const noexcept { return sqlite3_column_count(handle_.get()); }

std::string_view Statement::column_name(int column) const noexcept {
  const char* name = sqlite3_column_name(handle_.get(), column);
  return name != nullptr ? std::string_view(name) : std::string_view();
}

int Statement::parameter_count() const noexcept {
  return sqlite3_bind_parameter_count(handle_.get());
}

bool Statement::read_only() const noexcept { return sqlite3_stmt_readonly(handle_.get()) != 0; }

}  // namespace insieme::sqlite
