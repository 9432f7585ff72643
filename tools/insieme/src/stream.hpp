#pragma once
// A TCP connection that carries the frames of an exchange.

#include <cstdint>
#include <string>
#include <vector>

namespace insieme::cli {

/// Owns a socket; closes it. Every wait ends after kStreamWaitS.
class Stream {
 public:
  Stream() = default;
  explicit Stream(int socket) : socket_(socket) {}
  ~Stream();
  Stream(Stream&& other) noexcept : socket_(other.socket_) { other.socket_ = -1; }
  Stream& operator=(Stream&& other) noexcept;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] bool is_open() const noexcept { return socket_ >= 0; }
  [[nodiscard]] int socket() const noexcept { return socket_; }
  /// False: the connection is gone.
  [[nodiscard]] bool send(const std::vector<std::uint8_t>& frame) const;
  /// A whole frame; empty: the connection is gone, or what comes is no frame.
  [[nodiscard]] std::vector<std::uint8_t> receive() const;

 private:
  [[nodiscard]] bool fill(std::uint8_t* into, std::size_t size) const;
  int socket_ = -1;
};

inline constexpr int kStreamWaitS = 30;

/// `HOST:PORT`, `[HOST]:PORT` or `PORT`; false: it is none of these. An empty host is given back as
/// it is.
[[nodiscard]] bool split_address(const std::string& text, std::string& host, std::string& port);

/// Not open: `why` says it.
[[nodiscard]] Stream connect_to(const std::string& host, const std::string& port, std::string& why);

class Listener {
 public:
  /// Not open: `why` says it. Port 0 takes a free one.
  Listener(const std::string& host, const std::string& port, std::string& why);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  [[nodiscard]] bool is_open() const noexcept { return socket_ >= 0; }
  [[nodiscard]] std::string address() const { return address_; }
  /// Waits for whoever connects.
  [[nodiscard]] Stream accept() const;

 private:
  int socket_ = -1;
  std::string address_;
};

}  // namespace insieme::cli
