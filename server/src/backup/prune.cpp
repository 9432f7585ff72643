#include "backup/prune.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace insieme::server {
namespace {

namespace fs = std::filesystem;

struct Copy {
  fs::path path;
  fs::file_time_type written;
};

bool is_ours(const std::string& name) {
  return name.starts_with("insieme-") && (name.ends_with(".db") || name.ends_with(".db.part"));
}

/// The newest first.
std::vector<Copy> copies_in(const fs::path& folder) {
  std::vector<Copy> all;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    std::error_code unknown;
    if (!is_ours(at->path().filename().string()) || !at->is_regular_file(unknown)) continue;
    const fs::file_time_type written = at->last_write_time(unknown);
    if (!unknown) all.push_back({at->path(), written});
  }
  std::sort(all.begin(), all.end(), [](const Copy& a, const Copy& b) {
    return a.written != b.written ? a.written > b.written : a.path > b.path;
  });
  return all;
}

}  // namespace

std::vector<std::string> prune_copies(const std::string& newest, std::uint32_t days) {
  std::vector<std::string> removed;
  const fs::path own = fs::absolute(newest);
  std::error_code failed;
  const fs::file_time_type now = fs::last_write_time(own, failed);
  if (failed) return removed;
  const auto limit = now - std::chrono::hours(24) * days;
  std::size_t whole = 0;
  for (const Copy& copy : copies_in(own.parent_path())) {
    const bool is_part = copy.path.extension() == ".part";
    const bool stays = copy.written >= limit || copy.path == own ||
                       (!is_part && whole < kPruneLeaves);
    if (!is_part) ++whole;
    if (stays) continue;
    if (fs::remove(copy.path, failed)) removed.push_back(copy.path.filename().string());
  }
  return removed;
}

}  // namespace insieme::server
