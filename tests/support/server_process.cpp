#include "support/server_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

namespace insieme::testing {
namespace {

constexpr int kStartsMax = 40;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

}  // namespace

ServerProcess::ServerProcess(const std::string& data, const Words& flags, std::uint16_t port,
                             const Environment& environment) {
  Words words{"serve", "--data",      data, "--dev", "--listen",
              "127.0.0.1:" + std::to_string(port), "--log-level", "off"};
  words.insert(words.end(), flags.begin(), flags.end());
  Launch launch("insieme-server", words, environment);
  std::string said;
  for (int attempt = 1; said.rfind("listening on http", 0) != 0; ++attempt) {
    // A port that was used a moment ago may be somebody else's for another moment.
    if (attempt > 1) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (attempt > (port == 0 ? 1 : kStartsMax)) {
      throw std::runtime_error("the server did not start: " + said);
    }
    if (pid_ > 0) wait();
    said.clear();
    Pipe out;
    pid_ = start_program(launch, {STDIN_FILENO, out.ends[1], STDERR_FILENO});
    out.close(1);
    while (out.ends[0] >= 0 && said.find('\n') == std::string::npos) out.drain(said);
    std::swap(out_.ends, out.ends);
  }
  port_ = static_cast<std::uint16_t>(std::stoi(said.substr(said.rfind(':') + 1)));
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) kill_hard();
}

void ServerProcess::signal(int number) const { ::kill(pid_, number); }

int ServerProcess::wait() {
  const int status = wait_for(pid_);
  pid_ = -1;
  return status;
}

void ServerProcess::kill_hard() {
  ::kill(pid_, SIGKILL);
  wait();
}

RawClient::RawClient(std::uint16_t port) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<::sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

RawClient::~RawClient() {
  if (socket_ >= 0) ::close(socket_);
}

bool RawClient::send(const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ::ssize_t count =
        ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

bool RawClient::fill() {
  char part[16 * 1024];
  const ::ssize_t count = ::recv(socket_, part, sizeof part, 0);
  if (count <= 0) return false;
  buffer_.append(part, static_cast<std::size_t>(count));
  return true;
}

HttpAnswer RawClient::read_head() {
  HttpAnswer answer;
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return answer;
  }
  const std::string head = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  std::size_t at = head.find("\r\n");
  const int status = std::stoi(head.substr(head.find(' ') + 1, 3));
  while (at + 2 < head.size()) {
    const std::size_t next = head.find("\r\n", at + 2);
    const std::string line = head.substr(at + 2, next - at - 2);
    const std::size_t colon = line.find(": ");
    answer.headers[lower(line.substr(0, colon))] = line.substr(colon + 2);
    at = next;
  }
  answer.status = status;
  return answer;
}

HttpAnswer RawClient::read_answer() {
  HttpAnswer answer = read_head();
  const int status = std::exchange(answer.status, 0);
  const auto length = answer.headers.find("content-length");
  const std::size_t bytes =
      length == answer.headers.end() ? 0 : static_cast<std::size_t>(std::stoul(length->second));
  while (buffer_.size() < bytes) {
    if (!fill()) return answer;  // cut: no answer
  }
  answer.status = status;
  answer.body = buffer_.substr(0, bytes);
  buffer_.erase(0, bytes);
  return answer;
}

bool RawClient::read_to_end() {
  while (fill()) {
  }
  return true;
}

void RawClient::shut_down_sending() { ::shutdown(socket_, SHUT_WR); }

std::string http_request(const std::string& method, const std::string& target,
                         const std::string& body, const std::string& headers) {
  std::string request = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers;
  if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return request + "\r\n" + body;
}

HttpAnswer http_once(std::uint16_t port, const std::string& request) {
  RawClient client(port);
  if (!client.connected() || !client.send(request)) return {};
  return request.rfind("HEAD ", 0) == 0 ? client.read_head() : client.read_answer();
}

}  // namespace insieme::testing
