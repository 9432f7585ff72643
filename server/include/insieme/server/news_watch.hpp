#pragma once
// The thread that looks what was committed and tells those who wait. What comes close together is
// looked at once, however many wait.

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "insieme/server/repository.hpp"
#include "insieme/server/wait_room.hpp"

namespace insieme::server {

struct NewsWatchSettings {
  /// What no ear hears, as a command of the operator on a SQLite file, is found so late.
  std::uint32_t look_every_ms = 3'000;
  /// At most one look in this time.
  std::uint32_t gap_ms = 50;
};

/// Begins with its construction and ends with its destruction. Repository and room outlive it.
class NewsWatch {
 public:
  NewsWatch(Repository& repository, WaitRoom& room, NewsWatchSettings settings = {});
  ~NewsWatch();
  NewsWatch(const NewsWatch&) = delete;
  NewsWatch& operator=(const NewsWatch&) = delete;

 private:
  void run();
  void look();
  void look_for_barred();

  Repository& repository_;
  WaitRoom& room_;
  const NewsWatchSettings settings_;
  std::shared_ptr<CommitEar> ear_;
  sync::Cursor seen_;
  std::int64_t barred_looked_ms_ = 0;
  bool failing_ = false;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace insieme::server
