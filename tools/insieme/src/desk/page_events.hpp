#pragma once
// What happens in the store without being asked for, kept for the page until it asks.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

namespace insieme::cli {

/// Safe from any thread. Keeps the last 256: each says how things stand, and older ones tell less.
class PageEvents {
 public:
  void add(std::string event);
  /// `{"ok":true,"last":N,"events":[…]}` with those after number `after`, as soon as there are any,
  /// and after `most` at the latest. Without a number, at once and none: what comes from now on.
  [[nodiscard]] std::string after(std::optional<std::uint64_t> after,
                                  std::chrono::milliseconds most);
  /// Nobody waits any more.
  void stop();

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::uint64_t last_ = 0;
  std::deque<std::string> kept_;
  bool stopped_ = false;
};

}  // namespace insieme::cli
