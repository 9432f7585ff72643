#include "insieme/sqlite/files.hpp"

#include "client-core/sqlite/sqlite_fixture.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

TEST_CASE("small files: written whole, read back, replaced, removed", "[sqlite]") {
  const StoreFolder folder;
  const std::string path = folder.file("store.db.generation");
  CHECK_FALSE(sqlite::file_exists(path));
  CHECK(sqlite::read_small_file(path).empty());
  CHECK(sqlite::write_small_file(path, "0123456789abcdef") == sqlite::SmallWrite::done);
  CHECK(sqlite::read_small_file(path) == "0123456789abcdef");
  CHECK(sqlite::write_small_file(path, "short") == sqlite::SmallWrite::done);
  CHECK(sqlite::read_small_file(path) == "short");
  CHECK(bytes_of(path) == "short");
  sqlite::remove_file(path);
  CHECK_FALSE(sqlite::file_exists(path));
}

TEST_CASE("small files: a part is written over, and the rest stays", "[sqlite]") {
  const StoreFolder folder;
  const std::string path = folder.file("store.db.pin");
  CHECK(sqlite::write_small_part(path, 0, "aaaa") == sqlite::SmallWrite::done);
  CHECK(sqlite::write_small_part(path, 4, "bbbb") == sqlite::SmallWrite::done);
  CHECK(sqlite::write_small_part(path, 1, "cc") == sqlite::SmallWrite::done);
  CHECK(sqlite::read_small_file(path) == "accabbbb");
  CHECK(sqlite::write_small_part(path, 1021, "four") == sqlite::SmallWrite::failed);
  CHECK(sqlite::write_small_part(path, -1, "x") == sqlite::SmallWrite::failed);
  CHECK(sqlite::read_small_file(path) == "accabbbb");
}

TEST_CASE("small files: what is not small, or has no folder, is refused", "[sqlite]") {
  const StoreFolder folder;
  CHECK(sqlite::write_small_file(folder.file(), std::string(1025, 'x')) ==
        sqlite::SmallWrite::failed);
  CHECK(sqlite::write_small_file(folder.file("nowhere/a"), "x") == sqlite::SmallWrite::failed);
  std::ofstream(folder.file()) << std::string(1025, 'x');
  CHECK(sqlite::read_small_file(folder.file()).empty());
}
