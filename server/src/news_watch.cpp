#include "insieme/server/news_watch.hpp"

#include <chrono>

#include "log.hpp"

namespace insieme::server {
namespace {

/// More than that at once is not looked at one by one.
constexpr std::uint64_t kEntriesMax = 20'000;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

sync::Cursor end_of(const SpaceInfo& space) {
  return {space.epoch, space.position, space.log_hash};
}

}  // namespace

NewsWatch::NewsWatch(Repository& repository, WaitRoom& room, NewsWatchSettings settings)
    : repository_(repository),
      room_(room),
      settings_(settings),
      ear_(repository.listen()),
      seen_(end_of(repository.space())),
      thread_([this] { run(); }) {}

NewsWatch::~NewsWatch() {
  stopping_ = true;
  ear_->interrupt();
  thread_.join();
}

void NewsWatch::run() {
  while (!stopping_) {
    ear_->wait(settings_.look_every_ms);
    if (stopping_) return;
    try {
      look();
      look_for_barred();
      failing_ = false;
    } catch (const std::exception& failure) {
      // The database is away: who waits is told nothing, and polls. Once is enough to say.
      if (!failing_) log_failure("news", failure.what());
      failing_ = true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(settings_.gap_ms));
  }
}

void NewsWatch::look() {
  const sync::Cursor end = end_of(repository_.space());
  if (end == seen_) return;
  // Asked after the log was: whoever begins to wait later has looked at the log later, too.
  if (room_.size() == 0) {
    seen_ = end;
    return;
  }
  if (const auto news = repository_.news_since(seen_, kEntriesMax)) {
    seen_ = news->end;
    room_.tell(*news);
  } else {
    seen_ = end;
    room_.tell_everybody(end);
  }
}

void NewsWatch::look_for_barred() {
  const std::int64_t now_ms = steady_ms();
  if (room_.size() == 0 || now_ms - barred_looked_ms_ < settings_.look_every_ms) return;
  barred_looked_ms_ = now_ms;
  room_.bar(repository_.barred_devices());
}

}  // namespace insieme::server
