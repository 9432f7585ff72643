#pragma once
// One connection to PostgreSQL through libpq, as the repository needs it.

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/sql.hpp"

namespace insieme::server::postgres {

struct FreeResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, FreeResult>;

class PreparedStatement;

/// That the address can be read and holds no password. What is wrong never quotes the address.
[[nodiscard]] Status check_address(const std::string& address);

/// Durable commits whatever the server's default. Waits 10 s for another's lock, then `busy`; the
/// server ends a transaction that does nothing for 60 s, so that a process which stands still does
/// not stop the others.
class Connection final : public sql::Connection {
 public:
  /// Throws StorageFailure.
  explicit Connection(std::string address);
  ~Connection() override;

  sql::Statement& cached(std::string_view sql) override;
  /// A cursor: inside a transaction only.
  std::unique_ptr<sql::Statement> walk(std::string_view sql) override;
  std::int64_t changes() const noexcept override { return changes_; }
  std::int64_t size_bytes() override;
  /// Locks the space's row until the end of the transaction.
  void begin_writing(std::int64_t space) override;
  void begin_reading() override;
  void commit() override;
  void rollback() noexcept override;

  /// Connects anew if the connection was lost while nothing ran on it.
  void begin(const char* sql);
  /// A script without parameters and user data.
  void execute(const std::string& sql);

  [[nodiscard]] PGconn* native() const noexcept { return connection_.get(); }
  /// Grows when the connection is made anew, and what was prepared is gone.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  [[nodiscard]] std::string next_name(char kind);
  /// Throws what is wrong with it.
  Result checked(PGresult* result);

 private:
  void connect();
  [[noreturn]] void fail(const PGresult* result) const;

  struct Finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  };
  std::string address_;
  std::unique_ptr<PGconn, Finish> connection_;
  std::uint64_t generation_ = 0;
  std::uint64_t names_ = 0;
  std::int64_t changes_ = 0;
  std::unordered_map<std::string_view, std::unique_ptr<PreparedStatement>> statements_;
};

}  // namespace insieme::server::postgres
