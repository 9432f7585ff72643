#include "support/http_stub.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace insieme::testing {
namespace {

int bound_socket(int& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (socket < 0 || ::bind(socket, plain, size) != 0 || ::getsockname(socket, plain, &size) != 0) {
    throw std::runtime_error("no socket on loopback");
  }
  port = ntohs(address.sin_port);
  return socket;
}

/// A whole request, by its Content-Length.
std::string read_request(int connection) {
  std::string request;
  std::array<char, 4096> buffer{};
  while (true) {
    const std::size_t head = request.find("\r\n\r\n");
    if (head != std::string::npos) {
      const std::size_t at = request.find("Content-Length: ");
      const std::size_t length = at == std::string::npos ? 0 : std::stoul(request.substr(at + 16));
      if (request.size() >= head + 4 + length) return request;
    }
    const ssize_t got = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (got <= 0) return request;
    request.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

HttpStub::HttpStub(std::vector<std::string> answers) : answers_(std::move(answers)) {
  listener_ = bound_socket(port_);
  if (::listen(listener_, 8) != 0) throw std::runtime_error("cannot listen on loopback");
  thread_ = std::thread([this] { serve(); });
}

HttpStub::~HttpStub() {
  ::shutdown(listener_, SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
  ::close(listener_);
}

std::string HttpStub::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

const std::vector<std::string>& HttpStub::requests() {
  if (thread_.joinable()) thread_.join();
  return requests_;
}

void HttpStub::serve() {
  for (const std::string& answer : answers_) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    requests_.push_back(read_request(connection));
    std::size_t sent = 0;
    while (sent < answer.size()) {
      const ssize_t more =
          ::send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (more <= 0) break;
      sent += static_cast<std::size_t>(more);
    }
    ::close(connection);
  }
}

std::string url_of_nobody() {
  int port = 0;
  ::close(bound_socket(port));
  return "http://127.0.0.1:" + std::to_string(port);
}

std::string ok_reply(const std::string& body, const std::string& headers) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

}  // namespace insieme::testing
