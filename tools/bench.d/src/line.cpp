#include "line.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "subject.hpp"

namespace insieme::bench {

Line::Line(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  ::sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket_ < 0 ||
      ::connect(socket_, reinterpret_cast<::sockaddr*>(&address), sizeof address) != 0) {
    stop("cannot connect to the server");
  }
}

Line::~Line() { ::close(socket_); }

void Line::send(std::string_view request) const {
  while (!request.empty()) {
    const ::ssize_t sent = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent <= 0) stop("the server takes no request");
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string Line::receive() {
  while (true) {
    const std::size_t end = read_.find("\r\n\r\n");
    const std::size_t told = read_.find("Content-Length: ");
    if (end != std::string::npos && told < end) {
      const std::size_t length = std::stoul(read_.substr(told + 16, end - told - 16));
      if (read_.size() >= end + 4 + length) {
        std::string body = read_.substr(end + 4, length);
        if (read_.compare(0, 10, "HTTP/1.1 2") != 0) stop("the server refused: " + body);
        read_.erase(0, end + 4 + length);
        return body;
      }
    }
    std::array<char, 64 * 1024> bytes;  // not zeroed: it is read into at once
    const ::ssize_t count = ::read(socket_, bytes.data(), bytes.size());
    if (count <= 0) stop("the server ended a connection");
    read_.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

std::string post_request(std::string_view path, std::string_view type, std::string_view headers,
                         std::string_view body) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: {}\r\n{}Content-Length: {}\r\n\r\n{}", path,
      type, headers, body.size(), body);
}

std::uint16_t start_server(const Bench& bench, processes::Running& server,
                           const std::filesystem::path& data, const processes::Words& flags) {
  processes::Words words{"--data", data.string(), "serve", "--dev", "--listen", "127.0.0.1:0",
                         "--log-level", "off", "--connections-per-address-max", "0",
                         "--requests-per-connection-max", "1000000", "--address-requests-max",
                         "1000000", "--device-requests-max", "1000000"};
  words.insert(words.end(), flags.begin(), flags.end());
  const std::string said = server.start(
      processes::Launch((bench.program.parent_path() / "insieme-server").string(), words,
                        processes::own_environment()),
      (data / "log").string());
  return static_cast<std::uint16_t>(std::stoi(said.substr(said.rfind(':') + 1)));
}

std::vector<std::string> fetch_tokens(Line& line, const sync::SpaceId& space,
                                      std::span<const processes::BareDevice> devices) {
  const processes::PostJson post = [&line](const std::string& path, const std::string& body) {
    return line.ask(post_request(path, "application/json", {}, body));
  };
  std::vector<std::string> tokens;
  for (const processes::BareDevice& device : devices) {
    tokens.push_back(processes::fetch_token(post, space, device));
  }
  return tokens;
}

}  // namespace insieme::bench
