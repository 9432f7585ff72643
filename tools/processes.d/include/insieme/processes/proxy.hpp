#pragma once
// A bad network on loopback: everything passes through it to the server, is kept for whoever wants
// to look at it, and stops where it is told to. One thread of its own; every function may be called
// from any other.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace insieme::processes {

enum class Way : std::uint8_t { request, reply, either };

/// A cut: so many bytes go this way (`either`: both ways together), and the next one never does.
struct Cut {
  Way way = Way::request;
  std::size_t after_bytes = 0;
  /// Called on the proxy's thread just before both ends are reset. It must not throw.
  std::function<void()> then;
};

/// What passed on one connection, both ways.
struct Passed {
  std::string request;
  std::string reply;
};

class Proxy {
 public:
  /// Takes a free port. Throws std::runtime_error when there is none.
  explicit Proxy(std::uint16_t target = 0);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// From the next connection on.
  void set_target(std::uint16_t port);

  /// Cuts the next connection, and no more.
  void cut_next(Cut cut);
  /// Cuts the next connections, each as the next of these says, and no more.
  void cut_next_ones(std::vector<Cut> cuts);
  /// Cuts every connection until `pass`.
  void cut_every(Cut cut);
  /// What was planned and not made is forgotten.
  void pass();
  /// Cuts that were made since construction.
  [[nodiscard]] std::uint64_t cuts();

  /// Every connection since the last call, the oldest first.
  std::vector<Passed> take_passed();

 private:
  struct Pair {
    int client = -1;
    int server = -1;
    std::size_t passed = 0;   ///< index in passed_
    std::optional<Cut> cut;
    bool is_cut = false;
  };
  void run();
  void accept_one();
  /// False when the pair is to be closed.
  bool pump(Pair& pair, Way way);
  static void close_pair(Pair& pair);

  int listener_ = -1;
  int wake_read_ = -1;
  int wake_write_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  // Under mutex_.
  std::uint16_t target_ = 0;
  std::uint64_t cuts_ = 0;
  std::deque<Cut> planned_;
  std::optional<Cut> always_;
  std::vector<Passed> passed_;
  std::size_t forgotten_ = 0;  ///< of passed_, taken already
  std::vector<Pair> pairs_;    ///< of the thread
  std::thread thread_;
};

}  // namespace insieme::processes
