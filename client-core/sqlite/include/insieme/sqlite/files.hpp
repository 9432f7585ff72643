#pragma once
// Small files through SQLite's own file system, for a host that has no other (a browser). Paths are
// those of that file system. Not for files that SQLite itself has open.

#include <string>

namespace insieme::sqlite {

[[nodiscard]] bool file_exists(const std::string& path) noexcept;
void remove_file(const std::string& path) noexcept;

inline constexpr int kSmallFileBytesMax = 1024;
/// Up to kSmallFileBytesMax bytes; empty if there is no such file or it cannot be read.
[[nodiscard]] std::string read_small_file(const std::string& path);

enum class SmallWrite { done, full, failed };
/// Replaces the file's content, durably. At most kSmallFileBytesMax bytes.
[[nodiscard]] SmallWrite write_small_file(const std::string& path,
                                          const std::string& text) noexcept;
/// Writes over a part of it, durably, and leaves the rest as it is. Within kSmallFileBytesMax.
[[nodiscard]] SmallWrite write_small_part(const std::string& path, int offset,
                                          const std::string& text) noexcept;

}  // namespace insieme::sqlite
