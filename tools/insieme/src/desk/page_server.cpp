#include "desk/page_server.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <atomic>
#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "insieme/client/platform.hpp"
#include "insieme/sync/digest.hpp"

namespace insieme::cli {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

/// A command with a file of 20 MiB in base64, and room.
constexpr std::uint64_t kRequestBytesMax = 32 * 1024 * 1024;
constexpr std::size_t kConnectionsMax = 32;  // a browser opens six
constexpr std::chrono::seconds kEventsMost{25};
constexpr std::chrono::seconds kFirstWordMost{10};  // nobody holds a place without saying anything
constexpr std::chrono::seconds kSilenceMost{60};
constexpr std::chrono::seconds kTransferMost{60};

/// As the server's own (its app_files.cpp), but that no program is compiled here.
constexpr const char* kContentPolicy =
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "style-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'";

/// Takes as long whatever is wrong.
bool is_same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char differs = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    differs = static_cast<unsigned char>(differs | (a[i] ^ b[i]));
  }
  return differs == 0;
}

std::string_view view_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

Response respond(const Request& request, http::status status, std::string type, std::string body) {
  Response response(status, request.version());
  response.set(http::field::content_type, type);
  response.set(http::field::cache_control, "no-store");
  response.set("Content-Security-Policy", kContentPolicy);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.set("Referrer-Policy", "no-referrer");
  response.keep_alive(request.keep_alive() && status == http::status::ok);
  response.body() = std::move(body);
  response.prepare_payload();
  return response;
}

}  // namespace

struct PageServer::Parts {
  const PageFiles& files;
  PageCore& core;
  PageEvents& events;
  asio::io_context context;
  Tcp::acceptor acceptor{context};
  std::string token;
  std::string host;

  std::mutex mutex;  ///< guards what follows
  std::set<int> open;

  Parts(const PageFiles& f, PageCore& c, PageEvents& e) : files(f), core(c), events(e) {}

  /// Why this request gets nothing, before its body is read.
  std::optional<Response> refuse(const Request& request) const;
  Response give(const Request& request) const;
  Response answer(const Request& request);
};

std::optional<Response> PageServer::Parts::refuse(const Request& request) const {
  const auto plain = [&request](http::status status, const char* words) {
    return respond(request, status, "text/plain; charset=utf-8", words);
  };
  // Another site whose name leads here has another Host; a page of another site has another Origin.
  if (view_of(request[http::field::host]) != host) {
    return plain(http::status::misdirected_request, "not this address\n");
  }
  if (request.method() == http::verb::get || request.method() == http::verb::head) return {};
  const bool is_own = view_of(request[http::field::origin]) == "http://" + host;
  const auto given = view_of(request[http::field::authorization]);
  if (!is_own || !is_same(given, "Bearer " + token)) {
    return plain(http::status::unauthorized, "the address that the program printed is needed\n");
  }
  if (request.method() == http::verb::post) return {};
  return plain(http::status::method_not_allowed, "not so\n");
}

Response PageServer::Parts::give(const Request& request) const {
  const PageFiles::File* file = files.find(std::string(request.target()));
  if (file == nullptr) {
    return respond(request, http::status::not_found, "text/plain; charset=utf-8", "not here\n");
  }
  const bool head = request.method() == http::verb::head;
  return respond(request, http::status::ok, file->type, head ? std::string() : file->bytes);
}

Response PageServer::Parts::answer(const Request& request) {
  if (request.method() != http::verb::post) return give(request);
  const auto plain = [&request](http::status status, const char* words) {
    return respond(request, status, "text/plain; charset=utf-8", words);
  };
  boost::system::error_code error;
  const json::value value = json::parse(request.body(), error);
  if (error || !value.is_object()) return plain(http::status::bad_request, "not a message\n");
  const json::object& message = value.get_object();
  const std::string target(request.target());
  if (target == "/desk/events") {
    std::optional<std::uint64_t> after;
    const json::value* number = message.if_contains("after");
    if (number != nullptr && number->is_int64() && number->get_int64() >= 0) {
      after = static_cast<std::uint64_t>(number->get_int64());
    }
    return respond(request, http::status::ok, "application/json",
                   events.after(after, kEventsMost));
  }
  if (target != "/desk/ask") return plain(http::status::not_found, "not here\n");
  std::vector<char> copied;
  std::string reply = core.answer(message, std::string(request["X-Page"]), copied);
  if (copied.empty()) {
    return respond(request, http::status::ok, "application/json", std::move(reply));
  }
  return respond(request, http::status::ok, "application/octet-stream",
                 std::string(copied.begin(), copied.end()));
}

namespace {

/// A connection on a thread of its own. Every step has its time: synchronous ones would have none.
class Talk {
 public:
  Talk() : stream_(context_) {}

  [[nodiscard]] Tcp::socket& socket() { return stream_.socket(); }

  /// Until either side has enough. `refuse` and `answer` as of Parts.
  template <class Refuse, class Answer>
  void run(const Refuse& refuse, const Answer& answer) {
    std::chrono::seconds patience = kFirstWordMost;
    for (bool goes_on = true; goes_on;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(kRequestBytesMax);
      const bool heard = done(patience, [&](auto&& then) {
        http::async_read_header(stream_, buffer_, parser, std::move(then));
      });
      if (!heard) return;
      std::optional<Response> response = refuse(parser.get());
      if (!response) {
        const bool whole = parser.is_done() || done(kTransferMost, [&](auto&& then) {
          http::async_read(stream_, buffer_, parser, std::move(then));
        });
        if (!whole) return;
        response = answer(parser.get());
      }
      const bool sent = done(kTransferMost, [&](auto&& then) {
        http::async_write(stream_, *response, std::move(then));
      });
      goes_on = sent && response->keep_alive();
      patience = kSilenceMost;
    }
  }

 private:
  template <class Start>
  bool done(std::chrono::seconds most, const Start& start) {
    boost::system::error_code outcome;
    stream_.expires_after(most);
    start([&outcome](boost::system::error_code error, std::size_t) { outcome = error; });
    context_.restart();
    context_.run();
    return !outcome;
  }

  asio::io_context context_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
};

/// One that is over is joined by whoever accepts.
struct Running {
  std::atomic<bool> is_over{false};
  Talk talk;
  std::thread thread;
};

}  // namespace

PageServer::PageServer(const PageFiles& files, PageCore& core, PageEvents& events,
                       std::uint16_t port)
    : parts_(std::make_unique<Parts>(files, core, events)) {
  boost::system::error_code error;
  const Tcp::endpoint here(asio::ip::address_v4::loopback(), port);
  parts_->acceptor.open(here.protocol(), error);
  if (!error) parts_->acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) parts_->acceptor.bind(here, error);
  if (!error) parts_->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    throw Stop(kUsage, tr("La porta ", "Port ") + std::to_string(port) +
                           tr(" è già usata: indicarne un'altra con --port.",
                              " is taken: give another one with --port."));
  }
  std::array<std::uint8_t, 32> secret{};
  client::system_platform().random(secret);
  parts_->token = sync::to_hex(secret);
  parts_->host = "127.0.0.1:" + std::to_string(parts_->acceptor.local_endpoint().port());
}

PageServer::~PageServer() = default;

std::string PageServer::address() const {
  return "http://" + parts_->host + "/#desk=" + parts_->token;
}

void PageServer::run(const std::atomic<bool>& stop) {
  Parts& parts = *parts_;
  std::list<Running> talks;
  const auto tidy = [&talks](bool all) {
    for (auto one = talks.begin(); one != talks.end();) {
      const bool gone = all || one->is_over;
      if (gone && one->thread.joinable()) one->thread.join();
      one = gone ? talks.erase(one) : std::next(one);
    }
  };
  while (!stop) {
    constexpr int kLookMs = 200;
    pollfd waiting{parts.acceptor.native_handle(), POLLIN, 0};
    const bool somebody = ::poll(&waiting, 1, kLookMs) > 0;
    tidy(false);  // first: whoever comes may have the place of one who went
    if (!somebody) continue;
    Running& one = talks.emplace_back();
    boost::system::error_code error;
    parts.acceptor.accept(one.talk.socket(), error);
    one.is_over = error || talks.size() > kConnectionsMax;  // closed as it came
    if (one.is_over) continue;
    const int socket = one.talk.socket().native_handle();
    const std::lock_guard lock(parts.mutex);
    parts.open.insert(socket);
    one.thread = std::thread([&parts, &one, socket] {
      one.talk.run([&parts](const Request& request) { return parts.refuse(request); },
                   [&parts](const Request& request) { return parts.answer(request); });
      const std::lock_guard done(parts.mutex);
      parts.open.erase(socket);
      one.is_over = true;
    });
  }
  parts.core.stop();
  parts.events.stop();
  {
    const std::lock_guard lock(parts.mutex);
    for (const int socket : parts.open) ::shutdown(socket, SHUT_RDWR);
  }
  tidy(true);
}

}  // namespace insieme::cli
