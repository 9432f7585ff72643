#pragma once
// A bad network: everything passes through it to the server, until it cuts a connection after so
// many bytes, whichever way they went and whatever they were.

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace insieme::demo {

class Cutter {
 public:
  Cutter();
  Cutter(const Cutter&) = delete;
  Cutter& operator=(const Cutter&) = delete;
  ~Cutter();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  void set_target(std::uint16_t port) noexcept { target_.store(port); }
  /// The next connections are cut after so many bytes each; those after them are left alone.
  void cut_next(std::vector<std::size_t> after_bytes);
  /// Those that were not used up are forgotten.
  void cut_no_more();
  [[nodiscard]] std::uint64_t cuts() const noexcept { return cuts_.load(); }

 private:
  struct Pair {
    int client = -1;
    int server = -1;
    bool limited = false;
    std::size_t bytes_left = 0;
  };
  void run();
  void accept_one();
  /// False when the pair is to be closed.
  bool pump(Pair& pair, int from, int to);
  static void close_pair(Pair& pair, bool abruptly);

  int listener_ = -1;
  int wake_read_ = -1;
  int wake_write_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::uint16_t> target_{0};
  std::atomic<std::uint64_t> cuts_{0};
  std::mutex mutex_;
  std::deque<std::size_t> planned_;  ///< under mutex_
  std::vector<Pair> pairs_;          ///< of the thread
  std::thread thread_;
};

}  // namespace insieme::demo
