#include "insieme/server/wait_room.hpp"

#include <utility>

namespace insieme::server {
namespace {

/// The later one, where both are places of the same log.
const sync::Cursor& later(const sync::Cursor& a, const sync::Cursor& b) noexcept {
  return b.epoch == a.epoch && b.position > a.position ? b : a;
}

}  // namespace

std::string_view name_of(WaitEnd end) noexcept {
  switch (end) {
    case WaitEnd::news: return "news";
    case WaitEnd::time: return "time";
    case WaitEnd::left: return "left";
    case WaitEnd::replaced: return "replaced";
    case WaitEnd::barred: return "barred";
    case WaitEnd::closing: return "closing";
  }
  return "unknown";
}

void Wait::on_end(std::function<void()> ended) {
  {
    const std::lock_guard lock(mutex_);
    if (!end_) {
      ended_ = std::move(ended);
      return;
    }
  }
  ended();
}

std::optional<Wait::Outcome> Wait::outcome() const {
  const std::lock_guard lock(mutex_);
  if (!end_) return std::nullopt;
  return Outcome{*end_, at_};
}

void Wait::finish(WaitEnd end, const sync::Cursor& at) {
  std::function<void()> ended;
  {
    const std::lock_guard lock(mutex_);
    if (end_) return;
    end_ = end;
    at_ = later(at_, at);
    ended.swap(ended_);
  }
  if (ended) ended();
}

std::shared_ptr<Wait> WaitRoom::enter(const sync::DeviceId& device, const std::string& account,
                                      const std::string& address, const sync::Cursor& at) {
  const std::lock_guard lock(mutex_);
  if (closed_) return nullptr;
  if (const auto earlier = waits_.find(device); earlier != waits_.end()) {
    end(earlier, WaitEnd::replaced);
  }
  if (waits_.size() >= limits_.all) return nullptr;
  if (!address.empty() && limits_.per_address != 0) {
    std::uint32_t& here = at_address_[address];
    if (here >= limits_.per_address) return nullptr;
    ++here;
  }
  auto wait = std::make_shared<Wait>(device, account, address, at);
  waits_.emplace(device, wait);
  devices_of_[account].insert(device);
  return wait;
}

void WaitRoom::end(Waits::iterator at, WaitEnd how) {
  const std::shared_ptr<Wait> wait = std::move(at->second);
  waits_.erase(at);
  const auto own = devices_of_.find(wait->account_);
  if (own != devices_of_.end()) {
    own->second.erase(wait->device_);
    if (own->second.empty()) devices_of_.erase(own);
  }
  const auto here = at_address_.find(wait->address_);
  if (here != at_address_.end() && --here->second == 0) at_address_.erase(here);
  ++ended_[static_cast<std::size_t>(how)];
  wait->finish(how, end_);
}

Wait::Outcome WaitRoom::leave(Wait& wait, WaitEnd how) {
  const std::lock_guard lock(mutex_);
  const auto at = waits_.find(wait.device_);
  // Another wait of the device may have taken its place.
  if (at != waits_.end() && at->second.get() == &wait) end(at, how);
  return *wait.outcome();
}

void WaitRoom::tell(const News& news) {
  if (news.everybody) {
    tell_everybody(news.end);
    return;
  }
  const std::lock_guard lock(mutex_);
  end_ = news.end;
  for (const std::string& account : news.of) {
    const auto own = devices_of_.find(account);
    if (own == devices_of_.end()) continue;
    const std::set<sync::DeviceId> devices = own->second;
    for (const sync::DeviceId& device : devices) end(waits_.find(device), WaitEnd::news);
  }
}

void WaitRoom::tell_everybody(const sync::Cursor& log_end) {
  const std::lock_guard lock(mutex_);
  end_ = log_end;
  while (!waits_.empty()) end(waits_.begin(), WaitEnd::news);
}

void WaitRoom::bar(const std::vector<sync::DeviceId>& devices) {
  const std::lock_guard lock(mutex_);
  for (const sync::DeviceId& device : devices) {
    if (const auto at = waits_.find(device); at != waits_.end()) end(at, WaitEnd::barred);
  }
}

void WaitRoom::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  while (!waits_.empty()) end(waits_.begin(), WaitEnd::closing);
}

std::size_t WaitRoom::size() const {
  const std::lock_guard lock(mutex_);
  return waits_.size();
}

std::array<std::uint64_t, kWaitEnds> WaitRoom::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

}  // namespace insieme::server
