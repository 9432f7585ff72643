#include "sign_in.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>

#include "words.hpp"

namespace insieme::cli {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kRequestBytesMax = 8 * 1024;
constexpr std::size_t kTicketBytesMax = 128;
constexpr int kRequestMs = 3'000;
constexpr auto kAgain = std::chrono::milliseconds(300);
constexpr auto kProviderMs = std::chrono::seconds(90);
/// Longer than a server waits before it asks the provider again.
constexpr std::int64_t kBeginsMax = 12;

int left_ms(Steady::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Steady::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

/// What a browser is sent back to, once.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::socklen_t size = sizeof address;
    if (socket_ < 0 || ::bind(socket_, reinterpret_cast<::sockaddr*>(&address), size) != 0 ||
        ::listen(socket_, 8) != 0 ||
        ::getsockname(socket_, reinterpret_cast<::sockaddr*>(&address), &size) != 0) {
      throw Stop(kStorage, tr("Non si può aprire una porta su questo computer.",
                             "No port can be opened on this computer."));
    }
    port_ = ntohs(address.sin_port);
  }
  ~Listener() {
    if (socket_ >= 0) ::close(socket_);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::string address() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/";
  }

  /// The next ticket that somebody brings; nothing when time is up.
  [[nodiscard]] std::optional<std::string> ticket(Steady::time_point until) const {
    while (is_readable(socket_, left_ms(until))) {
      const int one = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      if (one < 0) continue;
      std::string brought = serve(one);
      ::close(one);
      if (!brought.empty()) return brought;
    }
    return std::nullopt;
  }

 private:
  static bool is_readable(int socket, int ms) {
    ::pollfd wanted{socket, POLLIN, 0};
    return ::poll(&wanted, 1, ms) > 0;
  }

  /// Browsers also ask for icons, and open connections on which they say nothing.
  static std::string serve(int socket) {
    std::string request;
    const auto until = Steady::now() + std::chrono::milliseconds(kRequestMs);
    while (request.find("\r\n\r\n") == std::string::npos && request.size() < kRequestBytesMax &&
           is_readable(socket, left_ms(until))) {
      char part[1024];
      const ::ssize_t count = ::recv(socket, part, sizeof part, 0);
      if (count <= 0) break;
      request.append(part, static_cast<std::size_t>(count));
    }
    constexpr std::string_view kBegin = "GET /?sign_in=";
    std::string ticket;
    if (request.rfind(kBegin, 0) == 0) {
      ticket = request.substr(kBegin.size(), request.find_first_of(" &", kBegin.size()) -
                                                 kBegin.size());
      if (ticket.size() > kTicketBytesMax) ticket.clear();
    }
    answer(socket, !ticket.empty());
    return ticket;
  }

  static void answer(int socket, bool is_ours) {
    const std::string page =
        is_ours ? std::string("<!doctype html><meta charset=utf-8><title>Insieme</title><p>") +
                      tr("Si può chiudere questa pagina e tornare al terminale.",
                         "You may close this page and go back to the terminal.")
                : std::string();
    const std::string bytes =
        std::string("HTTP/1.1 ") + (is_ours ? "200 OK" : "404 Not Found") +
        "\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n"
        "Referrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'\r\n"
        "Connection: close\r\nContent-Length: " +
        std::to_string(page.size()) + "\r\n\r\n" + page;
    // A browser that went away is no reason to give up.
    static_cast<void>(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

  int socket_;
  std::uint16_t port_ = 0;
};

bool has_code(const Stop& stop, std::string_view code) {
  return text_of(object_of(stop.reply(), "error"), "code") == code;
}

/// A server that has just started may not know the provider yet.
json::object begin(Program& program, const json::object& arguments) {
  for (std::int64_t attempt = 1;; ++attempt) {
    try {
      return program.call("sign_in.begin", arguments);
    } catch (const Stop& stop) {
      if (attempt == kBeginsMax || !has_code(stop, "unavailable")) throw;
    }
    std::this_thread::sleep_for(kAgain);
  }
}

/// The invitation. A ticket that is none of this sign-in's ends it: begun anew is begun soon.
std::string finish(Program& program, const json::object& arguments) {
  const auto until = Steady::now() + kProviderMs;
  while (Steady::now() < until) {
    const json::object reply = program.call("sign_in.finish", arguments);
    if (text_of(reply, "state") == "ready") return text_of(reply, "invitation");
    std::this_thread::sleep_for(kAgain);
  }
  throw Stop(kNetwork, tr("L'ente non risponde. Riprovare più tardi, o chiedere un invito.",
                          "Your organization does not answer. Try again later, or ask for an "
                          "invitation."));
}

}  // namespace

std::string sign_in(Program& program, const std::string& server) {
  const Listener listener;
  json::object arguments{{"back_to", listener.address()}};
  if (!server.empty()) arguments["server"] = server;
  const json::object begun = begin(program, arguments);
  // Beside the answer: with --json, too, a person has to read it.
  std::fprintf(stderr, "%s\n\n  %s\n\n",
               tr("Aprire questo indirizzo nel browser di questo computer, ed entrare con l'ente:",
                  "Open this address in a browser of this computer, and sign in:"),
               text_of(begun, "address").c_str());
  const json::value* seconds = begun.if_contains("expires_in_s");
  const bool is_told = seconds != nullptr && seconds->is_int64();
  const std::int64_t told_s = is_told ? seconds->get_int64() : 600;
  const std::int64_t life_s = std::clamp<std::int64_t>(told_s, 1, 3'600);
  const auto until = Steady::now() + std::chrono::seconds(life_s);
  const auto ticket = listener.ticket(until);
  if (!ticket) {
    throw Stop(kRefused, tr("L'accesso è durato troppo: ricominciare.",
                            "The sign-in took too long: begin again."));
  }
  json::object asked{{"ticket", *ticket}, {"verifier", text_of(begun, "verifier")}};
  if (!server.empty()) asked["server"] = server;
  return finish(program, asked);
}

}  // namespace insieme::cli
