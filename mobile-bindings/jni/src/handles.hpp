#pragma once
// Numbers that Java holds in place of pointers: one that was given back, or never given out, finds
// nothing. They are never used again.

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "insieme/insieme.h"

namespace insieme::bindings {

/// What the listener of a call needs; see jni.cpp.
struct Listening;

/// An open store and who uses it.
struct Opened {
  explicit Opened(insieme_client_t* open) noexcept : client(open) {}

  insieme_client_t* client;
  std::mutex steps;                      ///< begin and resume, which share `listening`
  std::unique_ptr<Listening> listening;  ///< of the exchange that was begun
  std::int64_t exchange = 0;             ///< its number; guarded by `steps`
  std::size_t users = 0;                 ///< calls under way; guarded by the mutex of Handles
};

/// Safe from any thread.
class Handles {
 public:
  /// An open store for the length of a call; null if the number means none.
  class Use {
   public:
    Use(Handles& handles, std::int64_t number);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

    explicit operator bool() const noexcept { return opened_ != nullptr; }
    Opened* operator->() const noexcept { return opened_.get(); }

   private:
    Handles& handles_;
    std::shared_ptr<Opened> opened_;
  };

  /// Numbers begin with 1.
  [[nodiscard]] std::int64_t put(insieme_client_t* client);
  /// Takes the number away and waits until the calls under way have ended. Null if it means none.
  [[nodiscard]] std::shared_ptr<Opened> take(std::int64_t number);

 private:
  std::mutex mutex_;
  std::condition_variable unused_;
  std::int64_t last_ = 0;
  std::map<std::int64_t, std::shared_ptr<Opened>> opened_;
};

}  // namespace insieme::bindings
