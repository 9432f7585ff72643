#include "insieme/sqlite/statement.hpp"

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "insieme/sqlite/connection.hpp"
#include "sqlite_fixture.hpp"
#include "support/catch.hpp"

using namespace insieme::sqlite;
using namespace insieme::testing;

namespace {

Connection memory() {
  OpenOptions options;
  options.path = ":memory:";
  return Connection::open(options);
}

std::string long_text(char filler) { return std::string(2000, filler); }

}  // namespace

TEST_CASE("statement: every kind of value comes back as it was bound", "[sqlite]") {
  Connection db = memory();
  db.execute("CREATE TABLE t(i, d, s, b, n)");
  const std::vector<std::uint8_t> blob{0, 1, 255, 0};
  const std::string text = std::string("a\0b", 3) + "è";
  db.prepare("INSERT INTO t VALUES(?,?,?,?,?)")
      .bind_all(std::numeric_limits<std::int64_t>::min(), 0.1, text, blob, nullptr)
      .run();

  Statement read = db.prepare("SELECT * FROM t");
  REQUIRE(read.step());
  CHECK(read.get_int64(0) == std::numeric_limits<std::int64_t>::min());
  CHECK(read.get_double(1) == 0.1);
  CHECK(read.get_text(2) == text);
  const auto got = read.get_blob(3);
  CHECK(std::vector<std::uint8_t>(got.begin(), got.end()) == blob);
  CHECK(read.is_null(4));
  CHECK(read.type(0) == ColumnType::integer);
  CHECK(read.type(1) == ColumnType::real);
  CHECK(read.type(2) == ColumnType::text);
  CHECK(read.type(3) == ColumnType::blob);
  CHECK(read.type(4) == ColumnType::null);
  CHECK_FALSE(read.step());
}

TEST_CASE("statement: an empty text and an empty blob are not NULL", "[sqlite]") {
  Connection db = memory();
  Statement read = db.prepare("SELECT typeof(?1), typeof(?2), typeof(?3)");
  read.bind_all(std::string_view(), std::span<const std::uint8_t>(), std::optional<int>());
  REQUIRE(read.step());
  CHECK(read.get_text(0) == "text");
  CHECK(read.get_text(1) == "blob");
  CHECK(read.get_text(2) == "null");
}

TEST_CASE("statement: optional values bind their content or NULL", "[sqlite]") {
  Connection db = memory();
  Statement read = db.prepare("SELECT ?1, ?2, ?3, ?4");
  read.bind_all(std::optional<std::string>(long_text('o')), std::optional<double>(2.5), true,
                std::uint32_t{4000000000});
  REQUIRE(read.step());
  CHECK(read.get_text(0) == long_text('o'));
  CHECK(read.get_double(1) == 2.5);
  CHECK(read.get_int64(2) == 1);
  CHECK(read.get_int64(3) == 4000000000);
}

TEST_CASE("statement: temporary containers are copied, so they may die before the step",
          "[sqlite]") {
  Connection db = memory();
  Statement read = db.prepare("SELECT ?1, ?2, ?3");
  read.bind(1, long_text('x'));
  read.bind(2, std::vector<std::uint8_t>(3000, 7));
  read.bind(3, std::array<std::uint8_t, 16>{9});
  const std::string churn = long_text('y') + long_text('z');
  REQUIRE(read.step());
  CHECK(read.get_text(0) == long_text('x'));
  CHECK(read.get_blob(1).size() == 3000);
  CHECK(read.get_blob(1)[2999] == 7);
  CHECK(read.get_blob(2).size() == 16);
  CHECK(read.get_blob(2)[0] == 9);
}

TEST_CASE("statement: a finished or reset statement has forgotten its bindings", "[sqlite]") {
  Connection db = memory();
  Statement read = db.prepare("SELECT ?1");
  read.bind(1, 5);
  REQUIRE(read.step());
  CHECK(read.get_int64(0) == 5);
  CHECK_FALSE(read.step());
  REQUIRE(read.step());
  CHECK(read.is_null(0));
  { const ResetGuard guard(read); }
  read.bind(1, 6);
  REQUIRE(read.step());
  CHECK(read.get_int64(0) == 6);
}

TEST_CASE("statement: wrong use is an error of its own kind", "[sqlite]") {
  Connection db = memory();
  db.execute("CREATE TABLE t(a)");
  Statement insert = db.prepare("INSERT INTO t VALUES(?)");
  CHECK(error_of([&] { insert.bind(2, 1); }).kind() == ErrorKind::misuse);
  CHECK(error_of([&] { insert.bind_all(1, 2); }).kind() == ErrorKind::misuse);
  CHECK(error_of([&] { insert.bind_all(); }).kind() == ErrorKind::misuse);
  CHECK(error_of([&] { static_cast<void>(db.prepare("SELECT 1; SELECT 2")); }).kind() ==
        ErrorKind::misuse);
  CHECK(error_of([&] { static_cast<void>(db.prepare(" ; ")); }).kind() == ErrorKind::misuse);
  CHECK(error_of([&] { static_cast<void>(db.prepare("SELEKT")); }).kind() == ErrorKind::other);
  CHECK(error_of([&] { static_cast<void>(db.prepare("SELECT \"text\"")); }).kind() ==
        ErrorKind::other);
  Statement empty;
  CHECK(error_of([&] { static_cast<void>(empty.step()); }).kind() == ErrorKind::misuse);
  CHECK(error_of([&] { empty.bind(1, 1); }).kind() == ErrorKind::misuse);
}

TEST_CASE("statement: a broken rule names the rule and not the value", "[sqlite]") {
  Connection db = memory();
  db.execute("CREATE TABLE person(code TEXT UNIQUE, age INTEGER CHECK(age >= 0)) STRICT");
  Statement insert = db.prepare("INSERT INTO person VALUES(?,?)");
  insert.bind_all("SECRET-CODE", 3).run();
  const Error unique = error_of([&] { insert.bind_all("SECRET-CODE", 4).run(); });
  CHECK(unique.kind() == ErrorKind::constraint);
  CHECK(unique.code() == 19);
  CHECK(unique.extended_code() == 2067);
  CHECK_THAT(unique.what(), Catch::Contains("person.code"));
  CHECK_THAT(unique.what(), !Catch::Contains("SECRET"));
  // Reset by the throw: usable at once.
  insert.bind_all("OTHER", 4).run();
  CHECK(query_int(db, "SELECT count(*) FROM person") == 2);
}

TEST_CASE("statement: a bad search text is not repeated in the error", "[sqlite]") {
  Connection db = memory();
  db.execute("CREATE VIRTUAL TABLE notes USING fts5(body)");
  Statement find = db.prepare("SELECT rowid FROM notes WHERE notes MATCH ?");
  const Error error = error_of([&] {
    find.bind_all("\"SECRET unterminated");
    static_cast<void>(find.step());
  });
  CHECK_THAT(error.what(), !Catch::Contains("SECRET"));
}

TEST_CASE("statement: it describes its columns and parameters", "[sqlite]") {
  Connection db = memory();
  db.execute("CREATE TABLE t(a)");
  const Statement read = db.prepare("SELECT 1 AS one, 2 AS two WHERE ?");
  CHECK(read.column_count() == 2);
  CHECK(read.column_name(1) == "two");
  CHECK(read.column_name(2).empty());
  CHECK(read.parameter_count() == 1);
  CHECK(read.read_only());
  CHECK_FALSE(db.prepare("DELETE FROM t").read_only());
}
