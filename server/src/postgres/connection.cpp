#include "postgres/connection.hpp"

#include <array>
#include <cstdlib>
#include <cstring>

#include "postgres/statement.hpp"

namespace insieme::server::postgres {
namespace {

constexpr const char* kSession =
    "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s';"
    " SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off'";

/// What may succeed when it is tried again is `busy`.
ErrorCode code_of(std::string_view state) noexcept {
  if (state == "53100") return ErrorCode::storage_full;
  const std::string_view kind = state.substr(0, 2);
  constexpr std::array<std::string_view, 7> kAgain{"08", "40", "53", "55", "57", "25", ""};
  for (const std::string_view one : kAgain) {
    if (kind == one) return ErrorCode::busy;
  }
  if (kind == "22" || kind == "23" || kind == "42") return ErrorCode::internal;
  return ErrorCode::storage_failure;
}

std::string first_line(const char* text) {
  const std::string_view all(text == nullptr ? "" : text);
  return std::string(all.substr(0, all.find('\n')));
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

}  // namespace

Status check_address(const std::string& address) {
  char* reason = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(address.c_str(), &reason));
  PQfreemem(reason);  // may quote a part of the address
  if (!options) return {ErrorCode::invalid_argument, "the database's address cannot be read"};
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view keyword(option->keyword);
    if ((keyword == "password" || keyword == "sslpassword") && option->val != nullptr) {
      return {ErrorCode::invalid_argument,
              "the database's address holds a password: put it into a password file"};
    }
  }
  return {};
}

Connection::Connection(std::string address) : address_(std::move(address)) { connect(); }

Connection::~Connection() = default;

void Connection::connect() {
  // What stands before the address is a default for it, what stands after it is fixed.
  const std::array<const char*, 8> keywords{
      "application_name", "connect_timeout", "keepalives_idle",  "tcp_user_timeout",
      "target_session_attrs", "dbname", "client_encoding", nullptr};
  const std::array<const char*, 8> values{
      "insieme-server", "10", "30", "30000", "read-write", address_.c_str(), "UTF8", nullptr};
  connection_.reset(PQconnectdbParams(keywords.data(), values.data(), 1));
  ++generation_;
  if (PQstatus(native()) != CONNECTION_OK) {
    throw StorageFailure(ErrorCode::busy, "PostgreSQL cannot be reached: " +
                                              first_line(PQerrorMessage(native())));
  }
  // Standard error is no place for what PostgreSQL remarks.
  PQsetNoticeReceiver(native(), [](void*, const PGresult*) {}, nullptr);
  const char* encoding = PQparameterStatus(native(), "server_encoding");
  if (encoding == nullptr || std::strcmp(encoding, "UTF8") != 0) {
    throw StorageFailure(ErrorCode::storage_failure, "the database's encoding is not UTF8");
  }
  checked(PQexec(native(), kSession));
}

void Connection::fail(const PGresult* result) const {
  const char* field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string state(field == nullptr ? "" : field);
  // Only the primary message: details quote rows.
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  throw StorageFailure(
      code_of(state), "PostgreSQL " + state + (state.empty() ? "" : ": ") +
                          first_line(message != nullptr ? message : PQerrorMessage(native())));
}

Result Connection::checked(PGresult* raw) {
  Result result(raw);
  const ExecStatusType status = PQresultStatus(raw);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(raw);
  changes_ = std::strtoll(PQcmdTuples(raw), nullptr, 10);
  return result;
}

std::string Connection::next_name(char kind) { return kind + std::to_string(++names_); }

sql::Statement& Connection::cached(std::string_view sql) {
  auto at = statements_.find(sql);
  if (at == statements_.end()) {
    at = statements_.emplace(sql, std::make_unique<PreparedStatement>(*this, sql)).first;
  }
  at->second->reset();
  return *at->second;
}

std::unique_ptr<sql::Statement> Connection::walk(std::string_view sql) {
  return std::make_unique<CursorStatement>(*this, sql);
}

std::int64_t Connection::size_bytes() {
  sql::Statement& row = cached("SELECT pg_database_size(current_database())");
  const sql::ResetGuard guard(row);
  return row.step() ? row.get_int64(0) : 0;
}

void Connection::execute(const std::string& sql) { checked(PQexec(native(), sql.c_str())); }

void Connection::begin(const char* sql) {
  if (PQstatus(native()) == CONNECTION_OK) {
    PGresult* begun = PQexec(native(), sql);
    if (PQstatus(native()) == CONNECTION_OK) {
      checked(begun);
      return;
    }
    PQclear(begun);
  }
  connect();
  execute(sql);
}

void Connection::begin_writing(std::int64_t space) {
  begin("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
  try {
    sql::Statement& row = cached("SELECT 1 FROM spaces WHERE space = ? FOR UPDATE");
    row.bind_all(space).run();
  } catch (...) {
    rollback();
    throw;
  }
}

void Connection::begin_reading() { begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); }

void Connection::commit() {
  const Result done = checked(PQexec(native(), "COMMIT"));
  // Of a transaction that failed COMMIT makes a ROLLBACK, and calls it a success.
  if (std::strcmp(PQcmdStatus(done.get()), "COMMIT") != 0) {
    throw StorageFailure(ErrorCode::internal, "PostgreSQL rolled the transaction back");
  }
}

void Connection::rollback() noexcept {
  if (PQstatus(native()) == CONNECTION_OK && PQtransactionStatus(native()) != PQTRANS_IDLE) {
    PQclear(PQexec(native(), "ROLLBACK"));
  }
}

}  // namespace insieme::server::postgres
