#include "handles.hpp"

#include "listening.hpp"

namespace insieme::bindings {

Handles::Use::Use(Handles& handles, std::int64_t number) : handles_(handles) {
  const std::lock_guard lock(handles_.mutex_);
  const auto at = handles_.opened_.find(number);
  if (at == handles_.opened_.end()) return;
  opened_ = at->second;
  ++opened_->users;
}

Handles::Use::~Use() {
  if (!opened_) return;
  const std::lock_guard lock(handles_.mutex_);
  if (--opened_->users == 0) handles_.unused_.notify_all();
}

std::int64_t Handles::put(insieme_client_t* client) {
  auto opened = std::make_shared<Opened>(client);
  const std::lock_guard lock(mutex_);
  opened_.emplace(++last_, std::move(opened));
  return last_;
}

std::shared_ptr<Opened> Handles::take(std::int64_t number) {
  std::unique_lock lock(mutex_);
  const auto at = opened_.find(number);
  if (at == opened_.end()) return nullptr;
  std::shared_ptr<Opened> taken = std::move(at->second);
  opened_.erase(at);
  unused_.wait(lock, [&taken] { return taken->users == 0; });
  return taken;
}

}  // namespace insieme::bindings
