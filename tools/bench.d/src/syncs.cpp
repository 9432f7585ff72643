#include "syncs.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <string_view>

namespace insieme::bench {
namespace {

std::atomic<std::uint64_t> made{0};
std::atomic<bool> skip_wal{false};

bool is_wal(int file) noexcept {
  std::array<char, 40> link{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", file);
  std::array<char, 512> path{};
  const ssize_t length = readlink(link.data(), path.data(), path.size());
  if (length < 4) return false;
  const std::string_view name(path.data(), static_cast<std::size_t>(length));
  return name.substr(name.size() - 4) == "-wal";
}

int do_sync(long call, int file) noexcept {
  if (skip_wal.load(std::memory_order_relaxed) && is_wal(file)) return 0;
  made.fetch_add(1, std::memory_order_relaxed);
  return static_cast<int>(syscall(call, file));
}

}  // namespace

std::uint64_t syncs_made() noexcept { return made.load(); }
SkipWalSyncs::SkipWalSyncs() noexcept { skip_wal.store(true); }
SkipWalSyncs::~SkipWalSyncs() { skip_wal.store(false); }

}  // namespace insieme::bench

extern "C" int fsync(int file) { return insieme::bench::do_sync(SYS_fsync, file); }
extern "C" int fdatasync(int file) { return insieme::bench::do_sync(SYS_fdatasync, file); }
