#include "stream.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "insieme/sync/exchange_session.hpp"

namespace insieme::cli {
namespace {

void set_waits(int socket) {
  const timeval wait{kStreamWaitS, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

struct Addresses {
  addrinfo* first = nullptr;
  ~Addresses() {
    if (first != nullptr) ::freeaddrinfo(first);
  }
};

bool look_up(const std::string& host, const std::string& port, int flags, Addresses& found,
             std::string& why) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  const int code =
      ::getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints, &found.first);
  if (code != 0) why = ::gai_strerror(code);
  return code == 0;
}

std::string address_of(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  char host[NI_MAXHOST] = {};
  char port[NI_MAXSERV] = {};
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  if (::getsockname(socket, address, &size) != 0 ||
      ::getnameinfo(address, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return {};
  }
  const std::string name(host);
  const bool has_colons = name.find(':') != std::string::npos;
  return (has_colons ? "[" + name + "]" : name) + ":" + port;
}

}  // namespace

Stream::~Stream() {
  if (socket_ >= 0) ::close(socket_);
}

Stream& Stream::operator=(Stream&& other) noexcept {
  if (this != &other) {
    if (socket_ >= 0) ::close(socket_);
    socket_ = other.socket_;
    other.socket_ = -1;
  }
  return *this;
}

bool Stream::send(const std::vector<std::uint8_t>& frame) const {
  std::size_t at = 0;
  while (at < frame.size()) {
    const ssize_t sent = ::send(socket_, frame.data() + at, frame.size() - at, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    at += static_cast<std::size_t>(sent);
  }
  return true;
}

bool Stream::fill(std::uint8_t* into, std::size_t size) const {
  std::size_t at = 0;
  while (at < size) {
    const ssize_t got = ::recv(socket_, into + at, size - at, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += static_cast<std::size_t>(got);
  }
  return true;
}

std::vector<std::uint8_t> Stream::receive() const {
  std::vector<std::uint8_t> frame(sync::kExchangeLengthBytes);
  if (!fill(frame.data(), frame.size())) return {};
  const auto rest = sync::exchange_rest_length(frame);
  if (!rest.ok()) return {};
  frame.resize(frame.size() + *rest);
  if (!fill(frame.data() + sync::kExchangeLengthBytes, *rest)) return {};
  return frame;
}

bool split_address(const std::string& text, std::string& host, std::string& port) {
  const std::size_t colon = text.rfind(':');
  host = colon == std::string::npos ? std::string() : text.substr(0, colon);
  port = colon == std::string::npos ? text : text.substr(colon + 1);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return !port.empty() && port.size() <= 5 &&
         port.find_first_not_of("0123456789") == std::string::npos;
}

Stream connect_to(const std::string& host, const std::string& port, std::string& why) {
  Addresses found;
  if (!look_up(host, port, 0, found, why)) return {};
  for (const addrinfo* one = found.first; one != nullptr; one = one->ai_next) {
    Stream stream(::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol));
    if (!stream.is_open()) continue;
    const int socket = stream.socket();
    set_waits(socket);
    if (::connect(socket, one->ai_addr, one->ai_addrlen) == 0) return stream;
    why = std::strerror(errno);
  }
  return {};
}

Listener::Listener(const std::string& host, const std::string& port, std::string& why) {
  Addresses found;
  if (!look_up(host, port, AI_PASSIVE, found, why)) return;
  for (const addrinfo* one = found.first; one != nullptr; one = one->ai_next) {
    const int socket = ::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
    if (socket < 0) continue;
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(socket, one->ai_addr, one->ai_addrlen) == 0 && ::listen(socket, 4) == 0) {
      socket_ = socket;
      address_ = address_of(socket);
      return;
    }
    why = std::strerror(errno);
    ::close(socket);
  }
}

Listener::~Listener() {
  if (socket_ >= 0) ::close(socket_);
}

Stream Listener::accept() const {
  while (true) {
    const int socket = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0 && errno == EINTR) continue;
    if (socket >= 0) set_waits(socket);
    return Stream(socket);
  }
}

}  // namespace insieme::cli
