// pack_database DATABASE PACKED [KEY]: what tests/fixtures/write_old_databases.py keeps of a store.
#include <exception>
#include <iostream>

#include "database_file.hpp"

int main(int count, char** words) {
  if (count != 3 && count != 4) {
    std::cerr << "pack_database DATABASE PACKED [KEY]\n";
    return 2;
  }
  try {
    std::optional<insieme::sqlite::Key> key;
    if (count == 4) key = insieme::testing::key_from(words[3]);
    insieme::testing::pack_database(words[1], key, words[2]);
  } catch (const std::exception& failed) {
    std::cerr << failed.what() << '\n';
    return 1;
  }
  return 0;
}
