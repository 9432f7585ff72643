#include "database_file.hpp"

#include <zstd.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
  out.flush();
  if (!out) throw std::runtime_error("cannot write " + path);
}

/// In one file, without a log beside it, so that it can be read and moved.
void settle(sqlite::Connection& db) { db.execute("PRAGMA journal_mode=DELETE"); }

}  // namespace

sqlite::Key key_from(const std::string& hex) {
  sqlite::Key key{};
  if (hex.size() != key.size() * 2) throw std::runtime_error("not a key");
  for (std::size_t n = 0; n < key.size(); ++n) {
    key[n] = static_cast<std::uint8_t>(std::stoi(hex.substr(n * 2, 2), nullptr, 16));
  }
  return key;
}

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void pack_database(const std::string& database, const std::optional<sqlite::Key>& key,
                   const std::string& packed) {
  const std::string copy = packed + ".plain";
  fs::copy_file(database, copy);
  if (fs::exists(database + "-wal")) fs::copy_file(database + "-wal", copy + "-wal");
  {
    sqlite::OpenOptions options;
    options.path = copy;
    options.key = key;
    auto db = sqlite::Connection::open(options);
    settle(db);
    if (key) db.execute("PRAGMA rekey=''");
    db.execute("VACUUM");
  }
  const std::string plain = file_text(copy);
  fs::remove(copy);
  if (plain.rfind("SQLite format 3", 0) != 0) throw std::runtime_error("still under a cipher");
  std::string bytes(ZSTD_compressBound(plain.size()), '\0');
  const std::size_t size =
      ZSTD_compress(bytes.data(), bytes.size(), plain.data(), plain.size(), 19);
  if (ZSTD_isError(size) != 0) throw std::runtime_error(ZSTD_getErrorName(size));
  bytes.resize(size);
  write_file(packed, bytes);
}

void unpack_database(const std::string& packed, const std::string& database,
                     const std::optional<sqlite::Key>& key, const std::string& sql) {
  const std::string bytes = file_text(packed);
  const unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size > (64U << 20)) throw std::runtime_error("no packed database: " + packed);
  std::string plain(static_cast<std::size_t>(size), '\0');
  const std::size_t done = ZSTD_decompress(plain.data(), plain.size(), bytes.data(), bytes.size());
  if (done != plain.size()) throw std::runtime_error("damaged: " + packed);
  write_file(database, plain);
  sqlite::OpenOptions options;
  options.path = database;
  auto db = sqlite::Connection::open(options);
  db.execute(sql);
  settle(db);
  if (!key) return;
  std::string hex;
  for (const std::uint8_t byte : *key) {
    constexpr const char* kDigits = "0123456789abcdef";
    hex += {kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  db.execute("PRAGMA rekey=\"raw:" + hex + "\"");
}

}  // namespace insieme::testing
