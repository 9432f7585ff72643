#include "cutter.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace insieme::demo {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const sockaddr_in address = loopback(port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

bool send_all(int fd, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t sent = ::send(fd, bytes, count, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    count -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

Cutter::Cutter() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  std::array<int, 2> ends{};
  const bool is_up = listener_ >= 0 &&
                     ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::listen(listener_, 64) == 0 &&
                     ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
                     ::pipe2(ends.data(), O_CLOEXEC) == 0;
  if (!is_up) throw std::runtime_error("no port on loopback");
  port_ = ntohs(address.sin_port);
  wake_read_ = ends[0];
  wake_write_ = ends[1];
  thread_ = std::thread([this] { run(); });
}

Cutter::~Cutter() {
  ::close(wake_write_);
  thread_.join();
  for (Pair& pair : pairs_) close_pair(pair, false);
  ::close(listener_);
  ::close(wake_read_);
}

void Cutter::cut_next(std::vector<std::size_t> after_bytes) {
  const std::lock_guard lock(mutex_);
  planned_.assign(after_bytes.begin(), after_bytes.end());
}

void Cutter::cut_no_more() {
  const std::lock_guard lock(mutex_);
  planned_.clear();
}

void Cutter::run() {
  while (true) {
    std::vector<pollfd> fds{{wake_read_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Pair& pair : pairs_) {
      fds.push_back({pair.client, POLLIN, 0});
      fds.push_back({pair.server, POLLIN, 0});
    }
    if (::poll(fds.data(), fds.size(), -1) < 0) continue;
    if (fds[0].revents != 0) return;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      Pair& pair = pairs_[i];
      bool open = true;
      if (fds[2 + 2 * i].revents != 0) open = pump(pair, pair.client, pair.server);
      if (open && fds[3 + 2 * i].revents != 0) open = pump(pair, pair.server, pair.client);
      if (!open) close_pair(pair, pair.limited && pair.bytes_left == 0);
    }
    std::erase_if(pairs_, [](const Pair& pair) { return pair.client < 0; });
    if (fds[1].revents != 0) accept_one();
  }
}

void Cutter::accept_one() {
  Pair pair;
  pair.client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (pair.client < 0) return;
  pair.server = connect_to(target_.load());
  if (pair.server < 0) {
    ::close(pair.client);
    return;
  }
  const std::lock_guard lock(mutex_);
  if (!planned_.empty()) {
    pair.limited = true;
    pair.bytes_left = planned_.front();
    planned_.pop_front();
  }
  pairs_.push_back(pair);
}

bool Cutter::pump(Pair& pair, int from, int to) {
  std::array<char, 16 * 1024> bytes{};
  const std::size_t wanted =
      pair.limited ? std::min(bytes.size(), pair.bytes_left) : bytes.size();
  const ssize_t got = ::recv(from, bytes.data(), wanted, 0);
  if (got <= 0) return false;
  const auto count = static_cast<std::size_t>(got);
  const bool sent = send_all(to, bytes.data(), count);
  if (pair.limited) pair.bytes_left -= count;
  if (!pair.limited || pair.bytes_left > 0) return sent;
  cuts_.fetch_add(1);
  return false;
}

void Cutter::close_pair(Pair& pair, bool abruptly) {
  // A reset, as when a tablet leaves the reach of its mast.
  const linger now{1, 0};
  for (int* fd : {&pair.client, &pair.server}) {
    if (*fd < 0) continue;
    if (abruptly) ::setsockopt(*fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(*fd);
    *fd = -1;
  }
}

}  // namespace insieme::demo
