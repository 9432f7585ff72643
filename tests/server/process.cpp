#include "process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace insieme::testing {
namespace {

struct Pipe {
  int read_end = -1;
  int write_end = -1;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    read_end = ends[0];
    write_end = ends[1];
  }
};

::pid_t spawn(const std::vector<std::string>& arguments, int out, int err) {
  std::vector<std::string> all{server_program()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<char*> raw;
  for (std::string& argument : all) raw.push_back(argument.data());
  raw.push_back(nullptr);
  const ::pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("cannot fork");
  if (pid == 0) {
    ::dup2(out, STDOUT_FILENO);
    if (err >= 0) ::dup2(err, STDERR_FILENO);
    ::execv(raw[0], raw.data());
    ::_exit(127);
  }
  return pid;
}

std::string read_all(int file) {
  std::string all;
  char part[4096];
  for (::ssize_t count; (count = ::read(file, part, sizeof part)) > 0;) {
    all.append(part, static_cast<std::size_t>(count));
  }
  ::close(file);
  return all;
}

int status_of(int raw) { return WIFEXITED(raw) ? WEXITSTATUS(raw) : -WTERMSIG(raw); }

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

}  // namespace

std::string server_program() {
  const char* folder = std::getenv("INSIEME_BIN_DIR");
  return std::string(folder == nullptr ? "build/dev/bin" : folder) + "/insieme-server";
}

CommandResult run_server_command(const std::vector<std::string>& arguments) {
  const Pipe out;
  const Pipe err;
  const ::pid_t pid = spawn(arguments, out.write_end, err.write_end);
  ::close(out.write_end);
  ::close(err.write_end);
  CommandResult result;
  std::thread reader([&result, &err] { result.err = read_all(err.read_end); });
  result.out = read_all(out.read_end);
  reader.join();
  int raw = 0;
  ::waitpid(pid, &raw, 0);
  result.exit_code = status_of(raw);
  return result;
}

ServerProcess::ServerProcess(const std::string& data, const std::vector<std::string>& flags) {
  const Pipe out;
  std::vector<std::string> arguments{"serve",        "--data",    data, "--dev", "--listen",
                                     "127.0.0.1:0", "--log-level", "off"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  pid_ = spawn(arguments, out.write_end, -1);
  ::close(out.write_end);
  out_ = out.read_end;
  std::string line;
  for (char c = 0; ::read(out_, &c, 1) == 1 && c != '\n';) line += c;
  const std::size_t colon = line.rfind(':');
  if (line.rfind("listening on http://127.0.0.1:", 0) != 0) {
    kill_hard();
    throw std::runtime_error("the server did not start: " + line);
  }
  port_ = static_cast<std::uint16_t>(std::stoi(line.substr(colon + 1)));
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) kill_hard();
  if (out_ >= 0) ::close(out_);
}

void ServerProcess::signal(int number) const { ::kill(pid_, number); }

int ServerProcess::wait() {
  int raw = 0;
  ::waitpid(pid_, &raw, 0);
  pid_ = -1;
  return status_of(raw);
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

HttpAnswer RawClient::read_answer() {
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
  return client.read_answer();
}

}  // namespace insieme::testing
