#include "insieme/sqlite/transaction.hpp"

#include <stdexcept>

#include "sqlite_fixture.hpp"
#include "support/catch.hpp"

using namespace insieme::sqlite;
using namespace insieme::testing;

namespace {

struct Store {
  StoreFolder folder;
  Connection db = Connection::open(encrypted(folder.file()));
  Store() { db.execute("CREATE TABLE t(a)"); }
  std::int64_t count() { return query_int(db, "SELECT count(*) FROM t"); }
};

}  // namespace

TEST_CASE("transaction: committed writes stay", "[sqlite]") {
  Store store;
  {
    Transaction transaction(store.db);
    store.db.execute("INSERT INTO t VALUES(1)");
    CHECK(store.db.in_transaction());
    transaction.commit();
    CHECK_FALSE(store.db.in_transaction());
  }
  CHECK(store.count() == 1);
}

TEST_CASE("transaction: leaving the scope without commit undoes everything", "[sqlite]") {
  Store store;
  CHECK_THROWS_AS(
      [&] {
        const Transaction transaction(store.db);
        store.db.execute("INSERT INTO t VALUES(1)");
        throw std::runtime_error("the caller failed");
      }(),
      std::runtime_error);
  CHECK_FALSE(store.db.in_transaction());
  CHECK(store.count() == 0);
}

TEST_CASE("transaction: a rollback goes through while rows are still being read", "[sqlite]") {
  Store store;
  store.db.execute("INSERT INTO t VALUES(1),(2),(3)");
  Statement read = store.db.prepare("SELECT a FROM t");
  {
    const Transaction transaction(store.db);
    store.db.execute("DELETE FROM t");
    store.db.execute("INSERT INTO t VALUES(9)");
    REQUIRE(read.step());
  }
  CHECK_FALSE(store.db.in_transaction());
  read.reset();
  CHECK(store.count() == 3);
}

TEST_CASE("transaction: a second one inside is refused, a second commit too", "[sqlite]") {
  Store store;
  Transaction transaction(store.db, Transaction::Kind::deferred);
  CHECK(error_of([&] { const Transaction inner(store.db); }).kind() == ErrorKind::misuse);
  CHECK(store.db.in_transaction());
  transaction.commit();
  CHECK(error_of([&] { transaction.commit(); }).kind() == ErrorKind::misuse);
}

TEST_CASE("transaction: a savepoint undoes its part alone, at any depth", "[sqlite]") {
  Store store;
  CHECK(error_of([&] { const Savepoint outside(store.db); }).kind() == ErrorKind::misuse);
  Transaction transaction(store.db);
  store.db.execute("INSERT INTO t VALUES(1)");
  {
    Savepoint kept(store.db);
    store.db.execute("INSERT INTO t VALUES(2)");
    {
      const Savepoint undone(store.db);
      store.db.execute("INSERT INTO t VALUES(3)");
      Savepoint inner(store.db);
      store.db.execute("INSERT INTO t VALUES(4)");
      inner.release();
      CHECK(store.count() == 4);
    }
    CHECK(store.count() == 2);
    kept.release();
  }
  transaction.commit();
  CHECK(store.count() == 2);
}

TEST_CASE("transaction: a broken rule undoes its statement, not the transaction", "[sqlite]") {
  Store store;
  store.db.execute("CREATE TABLE u(a UNIQUE)");
  Transaction transaction(store.db);
  store.db.execute("INSERT INTO u VALUES(1)");
  CHECK(error_of([&] { store.db.execute("INSERT INTO u VALUES(2),(1)"); }).kind() ==
        ErrorKind::constraint);
  CHECK(store.db.in_transaction());
  transaction.commit();
  CHECK(query_int(store.db, "SELECT count(*) FROM u") == 1);
}
