#include "net/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace insieme::server {
namespace {

constexpr std::uint64_t kOwnFiles = 256;  ///< databases, logs, certificates, readers

}  // namespace

std::uint32_t room_for_waits(const Config& config) {
  struct ::rlimit limit {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return config.waits_max;
  const std::uint64_t taken = std::uint64_t{config.connections_max} + kOwnFiles;
  const ::rlim_t wanted = taken + config.waits_max;
  if (limit.rlim_cur < wanted) {
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : std::min(wanted, limit.rlim_max);
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
    static_cast<void>(::getrlimit(RLIMIT_NOFILE, &limit));
  }
  const std::uint64_t room = limit.rlim_cur > taken ? limit.rlim_cur - taken : 0;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(room, config.waits_max));
}

}  // namespace insieme::server
