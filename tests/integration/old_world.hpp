#pragma once
// Two tablets and their server as an older program left them (tests/fixtures/store-v*): its own
// files, and what it said of them itself.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ambito.hpp"

namespace insieme::testing {

/// The folders of tests/fixtures, oldest program first.
[[nodiscard]] std::vector<std::string> old_worlds();

/// Every table of a server that the present program makes.
[[nodiscard]] std::vector<std::string> tables_of_today();

/// What `then` says and `now` does not: objects may have gained members, lists have not.
/// `path` is put before each.
void compare(const json::value& then, const json::value& now, const std::string& path,
             std::vector<std::string>& differences);

class OldWorld {
 public:
  /// One of old_worlds(). Nothing is opened yet.
  explicit OldWorld(const std::string& name);

  /// The server, as the present program runs it, and tablets that know its port.
  void start();
  /// `insieme-server --json` with this server's data; fails the test unless it ends well.
  [[nodiscard]] json::value admin(Words words) const;
  /// Every row of the server's database in the columns that it has there: as the older program
  /// left it, or as it is now.
  [[nodiscard]] std::vector<std::string> server_rows_then() const;
  [[nodiscard]] std::vector<std::string> server_rows_now() const;
  /// Tables of the server's database that have a row.
  [[nodiscard]] std::set<std::string> filled_tables() const;
  /// PRAGMA user_version of a tablet's store, now.
  [[nodiscard]] std::int64_t version_of(const Terminal& who) const;
  /// As a program wrote them that does not exist yet.
  void make_newer() const;
  [[nodiscard]] const std::string& data() const { return data_; }

  [[nodiscard]] const json::object& said() const { return said_; }
  [[nodiscard]] const json::object& said_of(const std::string& tablet) const;
  /// The id of one of the story's records.
  [[nodiscard]] std::string id(const std::string& record) const;
  /// The displayed value of a field; empty if there is none.
  [[nodiscard]] std::string shown(Tablet& tablet, const std::string& record,
                                  const std::string& field) const;
  void exchange() const;
  /// Every state of both tablets is the server's, and each says so itself.
  void check_agreement() const;

  TestFolder folder;
  Terminal anna;
  Terminal bruno;

 private:
  void unpack(const Terminal& who, const std::string& name, const std::string& sql) const;
  [[nodiscard]] std::vector<std::string> rows_of(const std::string& database) const;

  std::string fixture_;
  std::string data_;
  json::object said_;
  std::unique_ptr<ServerProcess> server_;
};

}  // namespace insieme::testing
