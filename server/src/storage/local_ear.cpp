// Hears this process alone.
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "storage/sql.hpp"

namespace insieme::server {
namespace {

class LocalEar final : public CommitEar {
 public:
  void wait(std::uint32_t ms) override {
    std::unique_lock lock(mutex_);
    told_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return pending_; });
    pending_ = false;
  }
  void committed() noexcept override { interrupt(); }
  void interrupt() noexcept override {
    {
      const std::lock_guard lock(mutex_);
      pending_ = true;
    }
    told_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  bool pending_ = false;
};

}  // namespace

std::shared_ptr<CommitEar> sql::Database::listen() { return std::make_shared<LocalEar>(); }

}  // namespace insieme::server
