#pragma once
// A file of lines beside the database, that several processes append to. What a line says, and how
// it is sealed, is its owner's.

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "insieme/sync/digest.hpp"
#include "insieme/sync/result.hpp"

namespace insieme::server {

/// Locked while it lives. Errors are `storage_failure` and name the file as "the ledger of WHAT".
class LedgerFile {
 public:
  enum class For { reading, appending };
  LedgerFile(std::string path, std::string what, For use);
  ~LedgerFile();
  LedgerFile(const LedgerFile&) = delete;
  LedgerFile& operator=(const LedgerFile&) = delete;

  /// It was never written. Only when reading.
  [[nodiscard]] bool missing() const noexcept { return missing_; }
  /// `take` is called with every whole line; false: it was changed or is damaged. A last line that
  /// was cut short by a crash does not count.
  [[nodiscard]] Status read(const std::function<bool(std::string_view line)>& take);
  /// After `read`: behind the last whole line. On disk when it returns.
  [[nodiscard]] Status append(const std::string& line);

 private:
  [[nodiscard]] Status cannot(const char* why) const;
  std::string path_;
  std::string what_;
  int file_ = -1;
  bool missing_ = false;
  std::size_t whole_ = 0;  ///< bytes up to the end of the last whole line
};

/// What a line says, and the hash that seals it and all before it.
template <class Entry>
struct LedgerLine {
  Entry entry;
  sync::Digest hash;
};

/// Checks each line: `parse` makes an optional LedgerLine of it, `seal` the hash of an entry behind
/// another one. `take` gets every entry. The hash of the last line; zero if there is none.
template <class Parse, class Seal, class Take>
Result<sync::Digest> follow_chain(LedgerFile& file, Parse parse, Seal seal, Take take) {
  sync::Digest hash;
  INSIEME_TRY(file.read([&](std::string_view text) {
    auto line = parse(text);
    if (!line || !(seal(hash, line->entry) == line->hash)) return false;
    hash = line->hash;
    take(std::move(line->entry));
    return true;
  }));
  return hash;
}

}  // namespace insieme::server
