#include "insieme/processes/proxy.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace insieme::processes {
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

Proxy::Proxy(std::uint16_t target) : target_(target) {
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

Proxy::~Proxy() {
  ::close(wake_write_);
  thread_.join();
  for (Pair& pair : pairs_) close_pair(pair);
  ::close(listener_);
  ::close(wake_read_);
}

void Proxy::set_target(std::uint16_t port) {
  const std::lock_guard lock(mutex_);
  target_ = port;
}

void Proxy::cut_next(Cut cut) {
  std::vector<Cut> cuts;
  cuts.push_back(std::move(cut));
  cut_next_ones(std::move(cuts));
}

void Proxy::cut_next_ones(std::vector<Cut> cuts) {
  const std::lock_guard lock(mutex_);
  always_.reset();
  planned_.assign(std::make_move_iterator(cuts.begin()), std::make_move_iterator(cuts.end()));
}

void Proxy::cut_every(Cut cut) {
  const std::lock_guard lock(mutex_);
  planned_.clear();
  always_ = std::move(cut);
}

void Proxy::pass() {
  const std::lock_guard lock(mutex_);
  planned_.clear();
  always_.reset();
}

std::uint64_t Proxy::cuts() {
  const std::lock_guard lock(mutex_);
  return cuts_;
}

std::vector<Passed> Proxy::take_passed() {
  const std::lock_guard lock(mutex_);
  std::vector<Passed> taken(passed_.begin() + static_cast<std::ptrdiff_t>(forgotten_),
                            passed_.end());
  forgotten_ = passed_.size();
  return taken;
}

void Proxy::run() {
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
      if (fds[2 + 2 * i].revents != 0) open = pump(pair, Way::request);
      if (open && fds[3 + 2 * i].revents != 0) open = pump(pair, Way::reply);
      if (!open) close_pair(pair);
    }
    std::erase_if(pairs_, [](const Pair& pair) { return pair.client < 0; });
    if (fds[1].revents != 0) accept_one();
  }
}

void Proxy::accept_one() {
  Pair pair;
  pair.client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (pair.client < 0) return;
  std::uint16_t target = 0;
  {
    const std::lock_guard lock(mutex_);
    target = target_;
    pair.cut = always_;
    if (!planned_.empty()) {
      pair.cut = std::move(planned_.front());
      planned_.pop_front();
    }
    pair.passed = passed_.size();
    passed_.emplace_back();
  }
  pair.server = connect_to(target);
  if (pair.server < 0) {
    ::close(pair.client);
    return;
  }
  pairs_.push_back(std::move(pair));
}

bool Proxy::pump(Pair& pair, Way way) {
  std::array<char, 16 * 1024> bytes{};
  const int from = way == Way::request ? pair.client : pair.server;
  const int to = way == Way::request ? pair.server : pair.client;
  const ssize_t got = ::recv(from, bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  auto count = static_cast<std::size_t>(got);
  {
    const std::lock_guard lock(mutex_);
    Passed& passed = passed_[pair.passed];
    std::string& all = way == Way::request ? passed.request : passed.reply;
    if (pair.cut && (pair.cut->way == way || pair.cut->way == Way::either)) {
      const std::size_t before =
          pair.cut->way == way ? all.size() : passed.request.size() + passed.reply.size();
      pair.is_cut = before + count > pair.cut->after_bytes;
      if (pair.is_cut) count = pair.cut->after_bytes - before;
    }
    all.append(bytes.data(), count);
    if (pair.is_cut) ++cuts_;
  }
  const bool sent = send_all(to, bytes.data(), count);
  if (!pair.is_cut) return sent;
  if (pair.cut->then) pair.cut->then();
  return false;
}

void Proxy::close_pair(Pair& pair) {
  // A reset, as when a tablet leaves the reach of its mast.
  const linger now{1, 0};
  for (int* fd : {&pair.client, &pair.server}) {
    if (*fd < 0) continue;
    if (pair.is_cut) ::setsockopt(*fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(*fd);
    *fd = -1;
  }
}

}  // namespace insieme::processes
