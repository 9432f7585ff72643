#pragma once
// A bad network on loopback: everything passes through it to the server, is kept for the test to
// look at, and stops where the test says.

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace insieme::testing {

enum class Way : std::uint8_t { request, reply };

/// A cut: so many bytes go this way, and the next one never does.
struct Cut {
  Way way = Way::request;
  std::size_t after_bytes = 0;
  /// Called on the proxy's thread just before both ends are reset. No Catch macros in it.
  std::function<void()> then;
};

/// What passed on one connection, both ways.
struct Passed {
  std::string request;
  std::string reply;
};

class Proxy {
 public:
  explicit Proxy(std::uint16_t target);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// From the next connection on.
  void set_target(std::uint16_t port);

  /// Cuts the next connection (one cut), or every one until `pass`.
  void cut_next(Cut cut);
  void cut_every(Cut cut);
  void pass();
  /// Cuts that were made since construction.
  [[nodiscard]] std::uint64_t cuts();

  /// Every connection since the last call, the oldest first.
  std::vector<Passed> take_passed();

 private:
  struct Pair {
    int client = -1;
    int server = -1;
    std::size_t passed = 0;  ///< index in passed_
    std::optional<Cut> cut;
  };
  void run();
  void accept_one();
  /// False when the pair is to be closed.
  bool pump(Pair& pair, Way way);
  void close_pair(Pair& pair, bool abruptly);

  int listener_ = -1;
  int wake_read_ = -1;
  int wake_write_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  // Under mutex_.
  std::uint16_t target_ = 0;
  std::uint64_t cuts_ = 0;
  std::optional<Cut> planned_;
  bool every_ = false;
  std::vector<Passed> passed_;
  std::size_t forgotten_ = 0;  ///< of passed_, taken already
  std::vector<Pair> pairs_;    ///< of the thread
  std::thread thread_;
};

}  // namespace insieme::testing
