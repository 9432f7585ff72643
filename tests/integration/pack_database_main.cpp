// pack_database DATABASE PACKED [KEY]: what tests/fixtures/write_old_databases.py keeps of a store.
// pack_database --unpack PACKED DATABASE KEY: the store again, for a test that opens it.
#include <exception>
#include <iostream>
#include <string_view>

#include "database_file.hpp"

int main(int count, char** words) {
  const bool unpacks = count == 5 && std::string_view(words[1]) == "--unpack";
  if (count != 3 && count != 4 && !unpacks) {
    std::cerr << "pack_database DATABASE PACKED [KEY] | --unpack PACKED DATABASE KEY\n";
    return 2;
  }
  try {
    std::optional<insieme::sqlite::Key> key;
    if (unpacks) {
      insieme::testing::unpack_database(words[2], words[3], insieme::testing::key_from(words[4]));
      return 0;
    }
    if (count == 4) key = insieme::testing::key_from(words[3]);
    insieme::testing::pack_database(words[1], key, words[2]);
  } catch (const std::exception& failed) {
    std::cerr << failed.what() << '\n';
    return 1;
  }
  return 0;
}
