#include "desk/page_server.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <list>
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
constexpr long kSilenceMaxS = 90;

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
  response.keep_alive(request.keep_alive());
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
  std::string page;  ///< which one has the store
  std::set<int> open;

  Parts(const PageFiles& f, PageCore& c, PageEvents& e) : files(f), core(c), events(e) {}

  Response answer(const Request& request);
  Response ask(const Request& request, const json::object& message, const std::string& from);
  void converse(Tcp::socket socket);
};

Response PageServer::Parts::answer(const Request& request) {
  const std::string target(request.target());
  const auto plain = [&request](http::status status, const char* words) {
    return respond(request, status, "text/plain; charset=utf-8", words);
  };
  // Another site whose name leads here has another Host; a page of another site has another Origin.
  if (view_of(request[http::field::host]) != host) {
    return plain(http::status::misdirected_request, "not this address\n");
  }
  if (request.method() == http::verb::get || request.method() == http::verb::head) {
    const PageFiles::File* file = files.find(target);
    if (file == nullptr) return plain(http::status::not_found, "not here\n");
    return respond(request, http::status::ok, file->type,
                   request.method() == http::verb::head ? std::string() : file->bytes);
  }
  const auto origin = view_of(request[http::field::origin]);
  const bool own = origin == "http://" + host;
  if (!own || !is_same(view_of(request[http::field::authorization]), "Bearer " + token)) {
    return plain(http::status::unauthorized, "the address that the program printed is needed\n");
  }
  boost::system::error_code error;
  const json::value message = json::parse(request.body(), error);
  if (request.method() != http::verb::post || error || !message.is_object()) {
    return plain(http::status::bad_request, "not a message\n");
  }
  const std::string from(request["X-Page"]);
  if (target == "/desk/ask") return ask(request, message.get_object(), from);
  if (target != "/desk/events") return plain(http::status::not_found, "not here\n");
  const json::value* after = message.get_object().if_contains("after");
  const bool waits = after != nullptr && after->is_int64();
  return respond(request, http::status::ok, "application/json",
                 events.after(waits ? static_cast<std::uint64_t>(after->get_int64()) : UINT64_MAX,
                              waits ? kEventsMost : std::chrono::seconds(0)));
}

Response PageServer::Parts::ask(const Request& request, const json::object& message,
                                const std::string& from) {
  json::object asked = message;
  {
    const std::lock_guard lock(mutex);
    if (text_of(message, "act") == "open") {
      page = from;
      events.add(json::serialize(json::object{{"event", "page"}, {"page", from}}));
    } else if (page != from) {
      asked["act"] = "";  // what it asks for is of a store that another page has now
    }
  }
  std::vector<char> copied;
  std::string reply = core.answer(asked, copied);
  if (copied.empty()) {
    return respond(request, http::status::ok, "application/json", std::move(reply));
  }
  return respond(request, http::status::ok, "application/octet-stream",
                 std::string(copied.begin(), copied.end()));
}

void PageServer::Parts::converse(Tcp::socket socket) {
  boost::beast::flat_buffer buffer;
  boost::system::error_code error;
  const timeval silence{kSilenceMaxS, 0};
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    ::setsockopt(socket.native_handle(), SOL_SOCKET, option, &silence, sizeof silence);
  }
  while (!error) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(kRequestBytesMax);
    http::read(socket, buffer, parser, error);
    if (error) break;
    const Response response = answer(parser.get());
    http::write(socket, response, error);
    if (!response.keep_alive()) break;
  }
  const std::lock_guard lock(mutex);
  open.erase(socket.native_handle());
  socket.close(error);
}

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
  struct Talk {
    std::atomic<bool> is_over{false};
    std::thread thread;
  };
  std::list<Talk> talks;
  while (!stop) {
    for (auto talk = talks.begin(); talk != talks.end();) {
      if (talk->is_over) talk->thread.join();
      talk = talk->is_over ? talks.erase(talk) : std::next(talk);
    }
    constexpr int kLookMs = 200;
    pollfd waiting{parts_->acceptor.native_handle(), POLLIN, 0};
    if (::poll(&waiting, 1, kLookMs) <= 0) continue;
    boost::system::error_code error;
    Tcp::socket socket(parts_->context);
    parts_->acceptor.accept(socket, error);
    if (error) continue;
    const std::lock_guard lock(parts_->mutex);
    if (parts_->open.size() >= kConnectionsMax) continue;  // closed as it came
    parts_->open.insert(socket.native_handle());
    Talk& talk = talks.emplace_back();
    talk.thread = std::thread([this, &talk, taken = std::move(socket)]() mutable {
      parts_->converse(std::move(taken));
      talk.is_over = true;
    });
  }
  parts_->core.stop();
  parts_->events.stop();
  {
    const std::lock_guard lock(parts_->mutex);
    for (const int socket : parts_->open) ::shutdown(socket, SHUT_RDWR);
  }
  for (Talk& talk : talks) talk.thread.join();
}

}  // namespace insieme::cli
