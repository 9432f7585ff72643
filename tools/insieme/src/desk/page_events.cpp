#include "desk/page_events.hpp"

#include <algorithm>

namespace insieme::cli {
namespace {

constexpr std::size_t kKeptMax = 256;

}  // namespace

void PageEvents::add(std::string event) {
  const std::lock_guard lock(mutex_);
  kept_.push_back(std::move(event));
  if (kept_.size() > kKeptMax) kept_.pop_front();
  ++last_;
  came_.notify_all();
}

std::string PageEvents::after(std::optional<std::uint64_t> asked, std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  const std::uint64_t after = std::min(asked.value_or(last_), last_);
  if (asked) came_.wait_for(lock, most, [&] { return stopped_ || last_ > after; });
  std::string events;
  const std::uint64_t first = last_ - kept_.size() + 1;
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    if (first + i <= after) continue;
    events += (events.empty() ? "" : ",") + kept_[i];
  }
  return R"({"ok":true,"last":)" + std::to_string(last_) + R"(,"events":[)" + events + "]}";
}

void PageEvents::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  came_.notify_all();
}

}  // namespace insieme::cli
