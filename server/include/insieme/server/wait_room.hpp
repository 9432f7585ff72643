#pragma once
// The devices that wait to be told that there is something to fetch. In memory, one entry each; no
// thread, no buffer and no database stands behind a wait.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "insieme/server/news.hpp"

namespace insieme::server {

enum class WaitEnd : std::uint8_t {
  news = 0,
  time,      ///< nothing came
  left,      ///< the device went away, or asked for something else
  replaced,  ///< the same device began another wait
  barred,    ///< revoked, or the account was disabled
  closing,   ///< the server stops
};
inline constexpr std::size_t kWaitEnds = 6;
[[nodiscard]] std::string_view name_of(WaitEnd end) noexcept;

/// One wait. Ends once; what comes later changes nothing. Thread-safe.
class Wait {
 public:
  Wait(sync::DeviceId device, std::string account, std::string address, sync::Cursor at)
      : device_(device), account_(std::move(account)), address_(std::move(address)), at_(at) {}

  struct Outcome {
    WaitEnd end = WaitEnd::time;
    sync::Cursor at;  ///< up to there nothing was missed
  };
  /// Calls `ended` when it ends, on the thread that ends it; at once if it has ended. It must be
  /// quick and not ask the room.
  void on_end(std::function<void()> ended);
  [[nodiscard]] std::optional<Outcome> outcome() const;
  [[nodiscard]] const sync::DeviceId& device() const noexcept { return device_; }

 private:
  friend class WaitRoom;
  void finish(WaitEnd end, const sync::Cursor& at);

  const sync::DeviceId device_;
  const std::string account_;
  const std::string address_;
  mutable std::mutex mutex_;
  sync::Cursor at_;                       ///< guarded, as what follows
  std::optional<WaitEnd> end_;
  std::function<void()> ended_;
};

struct WaitLimits {
  std::uint32_t all = 10'000;
  std::uint32_t per_address = 1'000;  ///< 0: no limit of its own
};

/// Thread-safe.
class WaitRoom {
 public:
  explicit WaitRoom(WaitLimits limits) : limits_(limits) {}

  /// From here on the account is told of what comes. Ends the device's earlier wait. An empty
  /// `address` is not counted. Null: there is no room, or the server stops.
  [[nodiscard]] std::shared_ptr<Wait> enter(const sync::DeviceId& device,
                                            const std::string& account,
                                            const std::string& address, const sync::Cursor& at);
  /// Ends it, if nothing else did, and forgets it.
  Wait::Outcome leave(Wait& wait, WaitEnd end);

  void tell(const News& news);
  /// The log is another one than before.
  void tell_everybody(const sync::Cursor& end);
  void bar(const std::vector<sync::DeviceId>& devices);
  /// Ends all; nobody enters any more.
  void close();

  [[nodiscard]] std::size_t size() const;
  /// How many ended, by WaitEnd.
  [[nodiscard]] std::array<std::uint64_t, kWaitEnds> ended() const;

 private:
  using Waits = std::map<sync::DeviceId, std::shared_ptr<Wait>>;
  void end(Waits::iterator at, WaitEnd how);

  const WaitLimits limits_;
  mutable std::mutex mutex_;
  Waits waits_;  ///< guarded by mutex_, as what follows
  std::map<std::string, std::set<sync::DeviceId>, std::less<>> devices_of_;
  std::map<std::string, std::uint32_t, std::less<>> at_address_;
  std::array<std::uint64_t, kWaitEnds> ended_{};
  sync::Cursor end_;  ///< of the log, as last told
  bool closed_ = false;
};

}  // namespace insieme::server
