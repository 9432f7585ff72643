#include "net/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <tuple>
#include <type_traits>

#include "api/problem.hpp"
#include "insieme/server/secrets.hpp"
#include "log.hpp"
#include "net/stay.hpp"

namespace insieme::server {
namespace {

namespace http = beast::http;
using Clock_ = std::chrono::steady_clock;
using Body = http::vector_body<std::uint8_t>;

constexpr std::uint32_t kHeaderBytesMax = 8 * 1024;
constexpr std::size_t kReadBufferMax = 64 * 1024;
constexpr std::size_t kFirstReadMax = 4 * 1024;
constexpr std::size_t kRequestIdMax = 64;
constexpr std::size_t kLoggedPathMax = 200;
constexpr std::size_t kRequestIdBytes = 8;
constexpr std::size_t kDrainedBytesMax = std::size_t{16} * 1024 * 1024;
constexpr std::uint32_t kDrainSeconds = 5;

using Parser = http::request_parser<Body>;

std::string text_of(beast::string_view view) { return {view.data(), view.size()}; }

bool usable_id(beast::string_view id) noexcept {
  return !id.empty() && id.size() <= kRequestIdMax &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

/// `/path?query`, also of a target that names the server, as proxies send it (RFC 9112, 3.2.2).
std::string origin_form(beast::string_view target) {
  const std::string text = text_of(target);
  if (!text.starts_with("http://") && !text.starts_with("https://")) return text;
  const std::size_t path = text.find_first_of("/?", text.find("://") + 3);
  if (path == std::string::npos) return "/";
  return text[path] == '?' ? "/" + text.substr(path) : text.substr(path);
}

/// For the log: an invitation that was opened in a browser is a secret, and what is no text in
/// ASCII would break the line.
std::string shown_path(const std::string& path) {
  std::string shown = path.substr(0, kLoggedPathMax);
  const std::string_view name = std::string_view(shown).substr(shown.empty() ? 0 : 1);
  if (hash_invitation(name)) return "/(invitation)";
  for (char& c : shown) {
    if (c <= ' ' || c > '~') c = '?';
  }
  return shown;
}

/// What two programs could read in two ways, and one of them let pass.
bool is_ambiguous(const Parser::value_type& header) {
  const bool host_missing = header.version() >= 11 && header.count(http::field::host) == 0;
  bool twice = false;
  for (const http::field name : {http::field::host, http::field::authorization,
                                 http::field::content_type, http::field::content_encoding,
                                 http::field::transfer_encoding, http::field::content_length}) {
    twice = twice || header.count(name) > 1;
  }
  const bool odd_coding = header.count(http::field::transfer_encoding) > 0 &&
                          !beast::iequals(header[http::field::transfer_encoding], "chunked");
  const beast::string_view length = header[http::field::content_length];
  const bool odd_length = !std::all_of(length.begin(), length.end(),
                                       [](char c) { return c >= '0' && c <= '9'; });
  return host_missing || twice || odd_coding || odd_length;
}

Request make_request(Parser::value_type&& message) {
  Request request;
  request.method = text_of(message.method_string());
  const std::string target = origin_form(message.target());
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  request.authorization = text_of(message[http::field::authorization]);
  request.content_type = text_of(message[http::field::content_type]);
  request.content_encoding = text_of(message[http::field::content_encoding]);
  request.accept_encoding = text_of(message[http::field::accept_encoding]);
  request.if_none_match = text_of(message[http::field::if_none_match]);
  request.range = text_of(message[http::field::range]);
  const beast::string_view id = message["X-Request-Id"];
  request.request_id = usable_id(id) ? text_of(id) : random_hex(kRequestIdBytes);
  request.body = std::move(message.body());
  return request;
}

/// All but the body. Of a HEAD the length is told all the same.
template <class AnyBody>
http::response<AnyBody> make_header(const Response& answer, std::string_view request_id,
                                    bool keep_alive, bool is_secure) {
  http::response<AnyBody> message(static_cast<http::status>(answer.status), 11);
  message.set(http::field::server, "insieme");
  if (!answer.content_type.empty()) message.set(http::field::content_type, answer.content_type);
  message.set("X-Request-Id", beast::string_view(request_id.data(), request_id.size()));
  message.set("X-Content-Type-Options", "nosniff");
  // Should a browser be led here: nothing to keep, nothing to run. The app's own files say more.
  message.set(http::field::cache_control, "no-store");
  message.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  if (is_secure) message.set("Strict-Transport-Security", "max-age=31536000");
  for (const auto& [name, value] : answer.headers) message.set(name, value);
  message.keep_alive(keep_alive);
  if (answer.status != 204 && answer.status != 304) message.content_length(answer.body.size());
  return message;
}

/// A mistake below the level of handlers: answered as they would.
Response plain_problem(const Problem& problem) {
  Response response = problem_response(problem);
  response.route = "other";
  return response;
}

asio::awaitable<Response> handle_on_worker(Api& api, Request request) {
  co_return api.handle(request);
}

template <class Stream>
class Session {
 public:
  Session(SessionContext& context, SessionControl& control, Stream& stream, std::string client)
      : context_(context), control_(control), stream_(stream), client_(std::move(client)) {}

  asio::awaitable<void> run() {
    std::uint32_t served = 0;
    bool open = true;
    while (open && served < context_.config.requests_per_connection_max) {
      ++served;
      const bool last = served == context_.config.requests_per_connection_max;
      open = co_await serve_one(last);
      open = open && !context_.stopping;
    }
  }

 private:
  /// As our proxy tells it: the last address is the one that it saw itself.
  [[nodiscard]] std::string client_of(const Parser::value_type& message) const {
    if (!context_.config.behind_proxy) return client_;
    const std::string forwarded = text_of(message["X-Forwarded-For"]);
    const std::string last = forwarded.substr(forwarded.find_last_of(", ") + 1);
    error_code error;
    const auto address = asio::ip::make_address(last, error);
    return error ? client_ : address.to_string();
  }

  /// Whether the other end of the way speaks TLS, with us or with our proxy.
  [[nodiscard]] bool is_secure() const {
    return context_.config.behind_proxy || !context_.config.tls_certificate.empty();
  }

  [[nodiscard]] beast::tcp_stream& socket() { return beast::get_lowest_layer(stream_); }
  void expires_in(std::uint32_t seconds) {
    socket().expires_after(std::chrono::seconds(seconds));
  }

  /// A request as it was read, and what its answer needs to know of it.
  struct Arrived {
    Request request;
    bool keep_alive = false;
  };

  /// Nothing when the connection is to be closed. What it was read with is gone when it is there.
  asio::awaitable<std::optional<Arrived>> arrive(bool last) {
    Parser parser;
    parser.header_limit(kHeaderBytesMax);
    parser.body_limit(Api::largest_body_limit());
    const error_code error = co_await read_request(parser);
    control_.idle = false;
    if (error) {
      co_await answer_broken(error);
      co_return std::nullopt;
    }
    Arrived arrived;
    arrived.keep_alive = parser.get().keep_alive() && !last && !context_.stopping;
    const std::string client = client_of(parser.get());
    arrived.request = make_request(parser.release());
    arrived.request.client = client;
    co_return arrived;
  }

  /// False when the connection is to be closed.
  asio::awaitable<bool> serve_one(bool last) {
    auto arrived = co_await arrive(last);
    if (!arrived) co_return false;
    const auto begun = Clock_::now();
    AccessRecord record;
    const std::string method = arrived->request.method;
    const std::string path = shown_path(arrived->request.path);
    const std::string id = arrived->request.request_id;
    const std::string client = arrived->request.client;
    record.bytes_in = arrived->request.body.size();
    socket().expires_never();
    Response response = co_await answer(std::move(arrived->request));
    Clock_::duration waited{};
    if (const std::shared_ptr<Wait> wait = response.waiting.wait) {
      waited = co_await keep_waiting(response);
      const WaitEnd end = wait->outcome().value_or(Wait::Outcome{}).end;
      record.quiet = end == WaitEnd::time || end == WaitEnd::left;
      // Many that are told at once must not keep everybody else out while they think.
      const bool crowded = context_.seats.all() > context_.config.connections_max;
      arrived->keep_alive = arrived->keep_alive && !crowded;
    }
    const bool head_only = method == "HEAD";
    const bool open = co_await write(response, id, arrived->keep_alive && !context_.stopping,
                                     head_only);
    const Clock_::duration whole = Clock_::now() - begun;
    const std::chrono::duration<double> took = whole - waited;
    context_.metrics.count_request(response.route, response.status, took.count());
    record.method = method;
    record.path = path;
    record.status = response.status;
    record.ms = std::chrono::round<std::chrono::milliseconds>(whole).count();
    record.bytes_out = response.body.size();
    record.client = client;
    record.device = response.device;
    record.request_id = id;
    log_access(record);
    co_return open && arrived->keep_alive;
  }

  /// On a worker, when it is its line's turn.
  asio::awaitable<Response> answer(Request request) {
    Turnstile::Turn turn(context_.turnstile, context_.api.line_of(request));
    if (turn.standing() == Turnstile::Standing::turned_away) {
      context_.metrics.request_turned_away();
      co_return context_.api.turn_away(request);
    }
    if (turn.standing() == Turnstile::Standing::waiting) co_await until_called(turn);
    co_return co_await asio::co_spawn(
        context_.workers, handle_on_worker(context_.api, std::move(request)),
        asio::use_awaitable);
  }

  asio::awaitable<void> until_called(Turnstile::Turn& turn) {
    asio::steady_timer called(socket().get_executor(), Clock_::time_point::max());
    turn.on_call([&called] { called.cancel(); });
    context_.metrics.request_waits();
    const auto [ignored] = co_await called.async_wait(kNoThrow);
    boost::ignore_unused(ignored);
    context_.metrics.request_waited();
  }

  /// Puts the answer in place of what said that there is none yet. How long that took.
  asio::awaitable<Clock_::duration> keep_waiting(Response& response) {
    const auto begun = Clock_::now();
    WaitEnd end = WaitEnd::left;
    if (buffer_.size() == 0) {
      buffer_.shrink_to_fit();
      const Seats::Away away(context_.seats, control_.address);
      end = co_await stay(response.waiting, socket());
    }
    Response answer = context_.api.end_wait(response.waiting, end);
    answer.route = std::move(response.route);
    answer.device = std::move(response.device);
    for (auto& header : response.headers) answer.headers.push_back(std::move(header));
    response = std::move(answer);
    co_return Clock_::now() - begun;
  }

  /// Header first, since the route decides how large a body may be.
  asio::awaitable<error_code> read_request(Parser& parser) {
    if (buffer_.size() == 0) {
      control_.idle = true;
      expires_in(context_.config.idle_timeout_s);
      const auto [error, count] =
          co_await stream_.async_read_some(buffer_.prepare(kFirstReadMax), kNoThrow);
      if (error) co_return error;
      buffer_.commit(count);
    }
    control_.idle = false;
    // A header is small: whoever lets it drip wants the connection. It is read in one go.
    expires_in(context_.config.read_timeout_s);
    const auto deadline =
        Clock_::now() + std::chrono::seconds(context_.config.request_timeout_s);
    while (!parser.is_header_done()) {
      const auto [error, count] =
          co_await http::async_read_some(stream_, buffer_, parser, kNoThrow);
      boost::ignore_unused(count);
      if (error) co_return error;
    }
    const auto& header = parser.get();
    if (is_ambiguous(header)) co_return http::error::bad_field;
    if (is_over_limit(client_of(header))) co_return asio::error::access_denied;
    const std::string target = origin_form(header.target());
    if (lacks_certificate(target.substr(0, target.find('?')))) {
      co_return asio::error::access_denied;
    }
    const std::size_t limit =
        Api::body_limit(text_of(header.method_string()), target.substr(0, target.find('?')));
    parser.body_limit(limit);
    // Beast compares a stated length only once, at the end of the header.
    const auto length = parser.content_length();
    if (length && *length > limit) co_return http::error::body_limit;
    if (length && *length > 0 && beast::iequals(header[http::field::expect], "100-continue")) {
      const error_code error = co_await write_continue();
      if (error) co_return error;
    }
    while (!parser.is_done()) {
      const error_code error = co_await read_some(parser, deadline);
      if (error) co_return error;
    }
    co_return error_code();
  }

  [[nodiscard]] bool is_over_limit(const std::string& client) {
    const std::string counted = counted_address(client);
    if (counted.empty()) return false;
    const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                                    Clock_::now().time_since_epoch())
                                    .count();
    const Allowance allowance = context_.addresses.take(counted, now_ms);
    if (allowance.allowed) return false;
    refusal_ = too_many(allowance);
    refusal_->route = "other";
    return true;
  }

  /// Of those who watch over the server none is asked: they learn whether it lives.
  [[nodiscard]] bool lacks_certificate(std::string_view path) {
    if (context_.config.tls_client_ca.empty() || path == "/status" || path == "/ready") {
      return false;
    }
    if constexpr (std::is_same_v<Stream, beast::ssl_stream<beast::tcp_stream>>) {
      if (SSL_get0_peer_certificate(stream_.native_handle()) != nullptr) return false;
    }
    refusal_ = plain_problem({403, "certificate-required", "Forbidden",
                              "This server wants a certificate of the device: ask the people who "
                              "run it for one.",
                              "Questo server chiede un certificato del dispositivo: chiederlo a "
                              "chi gestisce il server."});
    return true;
  }

  asio::awaitable<error_code> read_some(Parser& parser, Clock_::time_point deadline) {
    // Every byte gives time, but a request cannot be stretched for ever.
    const auto left = deadline - Clock_::now();
    const auto step = std::chrono::seconds(context_.config.read_timeout_s);
    socket().expires_after(std::min<Clock_::duration>(left, step));
    const auto [error, count] = co_await http::async_read_some(stream_, buffer_, parser, kNoThrow);
    boost::ignore_unused(count);
    co_return error;
  }

  asio::awaitable<error_code> write_continue() {
    http::response<http::empty_body> message(http::status::continue_, 11);
    expires_in(context_.config.write_timeout_s);
    http::response_serializer<http::empty_body> serializer(message);
    const auto [error, count] = co_await http::async_write(stream_, serializer, kNoThrow);
    boost::ignore_unused(count);
    co_return error;
  }

  /// Who is too slow gets no answer: Beast closes the socket when time is up.
  asio::awaitable<void> answer_broken(error_code error) {
    std::optional<Response> response = std::move(refusal_);
    if (response) {
      // Said already.
    } else if (error == http::error::header_limit) {
      response = plain_problem({431, "header-too-large", "Header too large",
                                "All header fields together take at most 8 KiB.", {}});
    } else if (error == http::error::body_limit) {
      response = plain_problem({413, "too-large", "Too large",
                                "The body is larger than this route takes.",
                                "La richiesta è più grande di quanto il server accetti."});
    } else if (error.category() == make_error_code(http::error::bad_method).category() &&
               error != http::error::end_of_stream && error != http::error::partial_message) {
      response = plain_problem({400, "bad-request", "Bad request",
                                "This is not HTTP/1.1 as this server knows it.", {}});
    }
    if (!response) co_return;
    context_.metrics.count_request(response->route, response->status, 0);
    const std::string id = random_hex(kRequestIdBytes);
    const bool written = co_await write(*response, id, false, false);
    if (written) co_await drain();
    AccessRecord record;
    record.method = "-";
    record.path = "-";
    record.status = response->status;
    record.client = client_;
    record.request_id = id;
    log_access(record);
  }

  /// Closing over bytes that nobody has read resets the connection, and whoever still sends them
  /// may never see the answer (RFC 9112, 9.6): they are read for a while, and thrown away.
  asio::awaitable<void> drain() {
    control_.idle = true;
    error_code error;
    if constexpr (std::is_same_v<Stream, beast::tcp_stream>) {
      socket().socket().shutdown(tcp::socket::shutdown_send, error);
    }
    expires_in(std::min(context_.config.read_timeout_s, kDrainSeconds));
    std::size_t drained = 0;
    while (!error && !context_.stopping && drained < kDrainedBytesMax) {
      buffer_.clear();
      std::size_t count = 0;
      std::tie(error, count) =
          co_await stream_.async_read_some(buffer_.prepare(kReadBufferMax), kNoThrow);
      drained += count;
    }
  }

  asio::awaitable<bool> write(const Response& response, const std::string& request_id,
                              bool keep_alive, bool head_only) {
    if (head_only || response.body.empty()) {
      co_return co_await send(
          make_header<http::empty_body>(response, request_id, keep_alive, is_secure()));
    }
    auto message = make_header<Body>(response, request_id, keep_alive, is_secure());
    message.body() = response.body;
    co_return co_await send(message);
  }

  template <class AnyBody>
  asio::awaitable<bool> send(const http::response<AnyBody>& message) {
    http::response_serializer<AnyBody> serializer(message);
    while (!serializer.is_done()) {
      expires_in(context_.config.write_timeout_s);
      const auto [error, count] = co_await http::async_write_some(stream_, serializer, kNoThrow);
      boost::ignore_unused(count);
      if (error) co_return false;
    }
    co_return true;
  }

  SessionContext& context_;
  SessionControl& control_;
  Stream& stream_;
  std::string client_;
  beast::flat_buffer buffer_{kReadBufferMax};
  std::optional<Response> refusal_;
};

asio::awaitable<void> run_tls(SessionContext& context, SessionControl& control,
                              beast::tcp_stream socket, std::string client) {
  const auto tls = context.certificates.context();
  beast::ssl_stream<beast::tcp_stream> stream(std::move(socket), *tls);
  control.stream = &beast::get_lowest_layer(stream);
  beast::get_lowest_layer(stream).expires_after(
      std::chrono::seconds(context.config.read_timeout_s));
  const auto [error] =
      co_await stream.async_handshake(asio::ssl::stream_base::server, kNoThrow);
  if (!error) {
    Session session(context, control, stream, std::move(client));
    co_await session.run();
    beast::get_lowest_layer(stream).expires_after(
        std::chrono::seconds(context.config.read_timeout_s));
    const auto [ignored] = co_await stream.async_shutdown(kNoThrow);
    boost::ignore_unused(ignored);
  }
  control.stream = nullptr;
}

asio::awaitable<void> run_plain(SessionContext& context, SessionControl& control,
                                beast::tcp_stream stream, std::string client) {
  control.stream = &stream;
  Session session(context, control, stream, std::move(client));
  co_await session.run();
  error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  control.stream = nullptr;
}

}  // namespace

asio::awaitable<void> run_session(SessionContext& context,
                                  std::shared_ptr<SessionControl> control, tcp::socket socket) {
  error_code ignored;
  const auto endpoint = socket.remote_endpoint(ignored);
  std::string client = ignored ? std::string() : endpoint.address().to_string();
  socket.set_option(tcp::no_delay(true), ignored);
  beast::tcp_stream stream(std::move(socket));
  if (!context.config.tls_certificate.empty()) {
    co_await run_tls(context, *control, std::move(stream), std::move(client));
  } else {
    co_await run_plain(context, *control, std::move(stream), std::move(client));
  }
}

}  // namespace insieme::server
