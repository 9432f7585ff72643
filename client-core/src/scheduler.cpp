#include "insieme/client/scheduler.hpp"

#include <algorithm>

namespace insieme::client {

std::string_view name_of(SyncState state) noexcept {
  switch (state) {
    case SyncState::idle:
      return "idle";
    case SyncState::planned:
      return "planned";
    case SyncState::running:
      return "running";
    case SyncState::backing_off:
      return "backing_off";
    case SyncState::offline:
      return "offline";
    case SyncState::stopped:
      return "stopped";
  }
  return "unknown";
}

std::string_view name_of(SyncReason reason) noexcept {
  switch (reason) {
    case SyncReason::none:
      return "none";
    case SyncReason::saved:
      return "saved";
    case SyncReason::network:
      return "network";
    case SyncReason::period:
      return "period";
    case SyncReason::asked:
      return "asked";
    case SyncReason::retry:
      return "retry";
    case SyncReason::unsent:
      return "unsent";
  }
  return "unknown";
}

void Scheduler::plan_for(SyncReason reason, std::int64_t due_ms) {
  reason_ = reason;
  due_ms_ = due_ms;
}

void Scheduler::on_enrolled(std::int64_t now_ms) {
  is_enrolled_ = true;
  is_stopped_ = false;
  failures_ = 0;
  plan_for(SyncReason::period, now_ms);
}

void Scheduler::on_saved(std::int64_t now_ms) {
  if (!first_save_ms_) first_save_ms_ = now_ms;
  // While a failure is waited out, a save must not hammer the server; it goes with the next try.
  if (failures_ != 0 || !is_enrolled_) return;
  const std::int64_t quiet = now_ms + settings_.quiet_ms;
  const std::int64_t due = std::min(quiet, *first_save_ms_ + settings_.quiet_longest_ms);
  if (reason_ == SyncReason::asked && due_ms_ && *due_ms_ <= due) return;
  plan_for(SyncReason::saved, due);
}

void Scheduler::on_network(bool is_there, std::int64_t now_ms) {
  const bool came_back = is_there && !is_online_;
  is_online_ = is_there;
  if (!came_back || !is_enrolled_) return;
  failures_ = 0;
  // Networks come back for a whole office at once: not everybody in the same instant.
  plan_for(SyncReason::network, now_ms + draw_(settings_.quiet_ms));
}

void Scheduler::on_asked(std::int64_t now_ms) {
  is_stopped_ = false;
  is_online_ = true;  // the person may know better than the operating system
  plan_for(SyncReason::asked, now_ms);
}

bool Scheduler::try_start(std::int64_t now_ms) {
  static_cast<void>(now_ms);
  if (is_running_) return false;
  is_running_ = true;
  due_ms_.reset();
  first_save_ms_.reset();
  return true;
}

void Scheduler::on_end(SyncEnd end, std::int64_t now_ms) {
  is_running_ = false;
  is_enrolled_ = true;
  const bool asked_meanwhile = due_ms_.has_value() && reason_ == SyncReason::asked;
  if (asked_meanwhile) {
    due_ms_ = now_ms;
    return;
  }
  switch (end) {
    case SyncEnd::complete:
      failures_ = 0;
      if (first_save_ms_) {
        plan_for(SyncReason::saved, now_ms + settings_.quiet_ms);
      } else {
        plan_for(SyncReason::period, now_ms + settings_.period_ms);
      }
      return;
    case SyncEnd::incomplete:
      failures_ = 0;
      plan_for(SyncReason::unsent, now_ms + draw_(settings_.period_ms));
      return;
    case SyncEnd::failed: {
      std::int64_t ceiling = settings_.backoff_first_ms;
      for (std::uint32_t i = 0; i < failures_ && ceiling < settings_.backoff_longest_ms; ++i) {
        ceiling *= 2;
      }
      ++failures_;
      plan_for(SyncReason::retry, now_ms + draw_(std::min(ceiling, settings_.backoff_longest_ms)));
      return;
    }
    case SyncEnd::refused:
      is_stopped_ = true;
      due_ms_.reset();
      return;
  }
}

SyncPlan Scheduler::plan() const noexcept {
  if (is_running_) return {SyncState::running, reason_, {}};
  if (is_stopped_) return {SyncState::stopped, SyncReason::none, {}};
  if (!due_ms_) return {SyncState::idle, SyncReason::none, {}};
  if (!is_online_) return {SyncState::offline, reason_, {}};
  return {failures_ != 0 ? SyncState::backing_off : SyncState::planned, reason_, due_ms_};
}

bool Scheduler::is_due(std::int64_t now_ms) const noexcept {
  const SyncPlan now = plan();
  return now.due_ms && *now.due_ms <= now_ms;
}

}  // namespace insieme::client
