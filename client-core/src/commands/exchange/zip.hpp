#pragma once
// Members of a ZIP file (APPNOTE 6.3, without ZIP64, encryption and several disks), as office
// programs write them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "insieme/sync/result.hpp"

namespace insieme::client::commands {

struct ZipEntry {
  std::string_view name;  ///< as long as the bytes
  std::uint32_t method = 0;
  std::uint32_t checksum = 0;
  std::size_t packed = 0;
  std::size_t size = 0;
  std::size_t header = 0;  ///< where its local header begins
};
/// `malformed` for what is no such file, `limit_exceeded` for too many members.
[[nodiscard]] Result<std::vector<ZipEntry>> zip_entries(std::string_view bytes);
/// The content. `limit_exceeded` beyond `size_max` bytes, whatever the file says of itself;
/// `checksum` if it is damaged; `malformed`.
[[nodiscard]] Result<std::string> zip_content(std::string_view bytes, const ZipEntry& entry,
                                              std::size_t size_max);

}  // namespace insieme::client::commands
