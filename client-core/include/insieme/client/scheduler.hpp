#pragma once
// When to synchronise next. Pure: time and chance are arguments. It only ever advises; work never
// waits for it.

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace insieme::client {

struct SchedulerSettings {
  std::int64_t quiet_ms = 3'000;           ///< after a save, wait for more saves this long …
  std::int64_t quiet_longest_ms = 20'000;  ///< … but no longer than this since the first one
  std::int64_t period_ms = 300'000;        ///< between runs when nothing happens here
  std::int64_t backoff_first_ms = 5'000;   ///< ceiling after the first failure, then doubled
  std::int64_t backoff_longest_ms = 900'000;
};

enum class SyncState : std::uint8_t {
  idle = 0,     ///< nothing is planned: not enrolled, or automatic runs are off
  planned = 1,  ///< a run is planned for `due_ms`
  running = 2,
  backing_off = 3,  ///< the last run failed; the next one is planned for `due_ms`
  offline = 4,      ///< waits for the network to come back
  stopped = 5,      ///< the server refuses this device: a person has to act; work goes on
};
[[nodiscard]] std::string_view name_of(SyncState state) noexcept;

enum class SyncReason : std::uint8_t { none = 0, saved, network, period, asked, retry, unsent };
[[nodiscard]] std::string_view name_of(SyncReason reason) noexcept;

enum class SyncEnd : std::uint8_t {
  complete,    ///< all sent, all received
  incomplete,  ///< done, but unsent work that can be sent is left
  failed,      ///< no network, server busy: will pass
  refused,     ///< will not pass by itself
};

struct SyncPlan {
  SyncState state = SyncState::idle;
  SyncReason reason = SyncReason::none;
  std::optional<std::int64_t> due_ms;  ///< on the caller's steady clock
};

/// Times are those of a clock that never goes back. Not thread-safe.
class Scheduler {
 public:
  /// Draws uniformly from 1..ceiling.
  using Draw = std::function<std::int64_t(std::int64_t ceiling)>;

  Scheduler(SchedulerSettings settings, Draw draw) : settings_(settings), draw_(std::move(draw)) {}

  void on_enrolled(std::int64_t now_ms);
  void on_saved(std::int64_t now_ms);
  void on_network(bool is_there, std::int64_t now_ms);
  /// A person asks: goes ahead of every wait, even when stopped or believed offline.
  void on_asked(std::int64_t now_ms);
  /// False if a run is under way: never two at once. What asks meanwhile runs afterwards.
  [[nodiscard]] bool try_start(std::int64_t now_ms);
  void on_end(SyncEnd end, std::int64_t now_ms);

  [[nodiscard]] SyncPlan plan() const noexcept;
  [[nodiscard]] bool is_due(std::int64_t now_ms) const noexcept;

 private:
  void plan_for(SyncReason reason, std::int64_t due_ms);

  SchedulerSettings settings_;
  Draw draw_;
  bool is_enrolled_ = false;
  bool is_online_ = true;
  bool is_running_ = false;
  bool is_stopped_ = false;
  std::uint32_t failures_ = 0;
  SyncReason reason_ = SyncReason::none;
  std::optional<std::int64_t> due_ms_;
  std::optional<std::int64_t> first_save_ms_;
};

}  // namespace insieme::client
