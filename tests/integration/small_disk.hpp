#pragma once
// A disk of its own that can be full: a mounted tmpfs. Needs the right to mount.

#include <cstdint>
#include <filesystem>
#include <string>

namespace insieme::testing {

class SmallDisk {
 public:
  /// Mounts it at a new folder.
  SmallDisk(std::filesystem::path folder, std::uint64_t bytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] static bool is_possible();
  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }
  /// Nothing more fits.
  void fill() const;
  /// What `fill` took is given back.
  void free() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace insieme::testing
