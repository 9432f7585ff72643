#include "support/bent_provider.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace insieme::testing {
namespace {

namespace json = boost::json;

constexpr int kStepMs = 20;

std::string reply_of(int status, const std::string& body, const std::string& date = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" +
         (date.empty() ? "" : "Date: " + date + "\r\n") +
         "Content-Type: application/json\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// A whole request, as its header says; what came if it ends before.
std::string read_request(int socket, const std::atomic<bool>& stopping) {
  std::string text;
  while (!stopping) {
    const std::size_t end = text.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::size_t length = text.find("Content-Length: ");
      const std::size_t body =
          length < end ? static_cast<std::size_t>(std::stoul(text.substr(length + 16))) : 0;
      if (text.size() >= end + 4 + body) break;
    }
    ::pollfd wanted{socket, POLLIN, 0};
    if (::poll(&wanted, 1, kStepMs) == 0) continue;
    char part[4096];
    const ::ssize_t count = ::recv(socket, part, sizeof part, 0);
    if (count <= 0) break;
    text.append(part, static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace

BentProvider::BentProvider() {
  manner_.signer = std::make_shared<VoucherAuthority>(VoucherAuthority::Kind::p256);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<::sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<::sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no port");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

BentProvider::~BentProvider() {
  stopping_ = true;
  thread_.join();
  ::close(listener_);
}

std::string BentProvider::issuer() const { return "http://127.0.0.1:" + std::to_string(port_); }

void BentProvider::behave(const Manner& manner) {
  const std::lock_guard lock(mutex_);
  manner_ = manner;
}

BentProvider::Manner BentProvider::manner() const {
  const std::lock_guard lock(mutex_);
  return manner_;
}

std::string BentProvider::last_form() const {
  const std::lock_guard lock(mutex_);
  return last_form_;
}

void BentProvider::serve() {
  while (!stopping_) {
    ::pollfd wanted{listener_, POLLIN, 0};
    if (::poll(&wanted, 1, kStepMs) <= 0) continue;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    const std::string request = read_request(socket, stopping_);
    // Until it is told otherwise, or whoever asked went away.
    while (!stopping_ && manner().hangs) {
      ::pollfd gone{socket, POLLIN, 0};
      if (::poll(&gone, 1, kStepMs) > 0) break;
    }
    const std::string bytes = answer(request);
    static_cast<void>(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    ::close(socket);
  }
}

std::string BentProvider::answer(const std::string& request) {
  const std::lock_guard lock(mutex_);
  if (request.find(" /.well-known/openid-configuration ") != std::string::npos) {
    ++descriptions_;
    if (!manner_.description.empty()) return reply_of(200, manner_.description);
    return reply_of(200,
                    json::serialize(json::object{{"issuer", issuer()},
                                                 {"authorization_endpoint", issuer() + "/auth"},
                                                 {"token_endpoint", issuer() + "/token"},
                                                 {"jwks_uri", issuer() + "/jwks"},
                                                 {"response_types_supported", {"code"}}}),
                    manner_.date);
  }
  if (request.find("GET /jwks ") == 0) {
    ++keys_asked_;
    return reply_of(200, manner_.keys.empty() ? manner_.signer->jwks() : manner_.keys);
  }
  if (request.find("POST /token ") == 0) {
    ++codes_;
    last_form_ = request.substr(request.find("\r\n\r\n") + 4);
    if (!manner_.token_reply.empty()) return reply_of(manner_.token_status, manner_.token_reply);
    return reply_of(manner_.token_status,
                    json::serialize(json::object{
                        {"access_token", "unused"},
                        {"token_type", "Bearer"},
                        {"id_token", manner_.signer->sign(manner_.claims, manner_.header)}}));
  }
  return reply_of(404, "{}");
}

}  // namespace insieme::testing
