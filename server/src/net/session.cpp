#include "net/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

#include "api/problem.hpp"
#include "insieme/server/secrets.hpp"
#include "log.hpp"

namespace insieme::server {
namespace {

namespace http = beast::http;
using Clock_ = std::chrono::steady_clock;
using Body = http::vector_body<std::uint8_t>;

constexpr std::uint32_t kHeaderBytesMax = 8 * 1024;
constexpr std::size_t kReadBufferMax = 64 * 1024;
constexpr std::size_t kRequestIdMax = 64;
constexpr std::size_t kLoggedPathMax = 200;
constexpr std::size_t kRequestIdBytes = 8;

using Parser = http::request_parser<Body>;

std::string text_of(beast::string_view view) { return {view.data(), view.size()}; }

bool usable_id(beast::string_view id) noexcept {
  return !id.empty() && id.size() <= kRequestIdMax &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

Request make_request(Parser::value_type&& message) {
  Request request;
  request.method = text_of(message.method_string());
  const std::string target = text_of(message.target());
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  request.authorization = text_of(message[http::field::authorization]);
  request.content_type = text_of(message[http::field::content_type]);
  request.content_encoding = text_of(message[http::field::content_encoding]);
  request.accept_encoding = text_of(message[http::field::accept_encoding]);
  request.if_none_match = text_of(message[http::field::if_none_match]);
  const beast::string_view id = message["X-Request-Id"];
  request.request_id = usable_id(id) ? text_of(id) : random_hex(kRequestIdBytes);
  request.body = std::move(message.body());
  return request;
}

http::response<Body> make_response(const Response& answer, std::string_view request_id,
                                   bool keep_alive) {
  http::response<Body> message(static_cast<http::status>(answer.status), 11);
  message.set(http::field::server, "insieme");
  if (!answer.content_type.empty()) message.set(http::field::content_type, answer.content_type);
  message.set("X-Request-Id", beast::string_view(request_id.data(), request_id.size()));
  message.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : answer.headers) message.set(name, value);
  message.keep_alive(keep_alive);
  message.body() = answer.body;
  message.prepare_payload();
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

  [[nodiscard]] beast::tcp_stream& socket() { return beast::get_lowest_layer(stream_); }
  void expires_in(std::uint32_t seconds) {
    socket().expires_after(std::chrono::seconds(seconds));
  }

  /// False when the connection is to be closed.
  asio::awaitable<bool> serve_one(bool last) {
    Parser parser;
    parser.header_limit(kHeaderBytesMax);
    parser.body_limit(Api::largest_body_limit());
    const error_code error = co_await read_request(parser);
    control_.idle = false;
    if (error) {
      co_await answer_broken(error);
      co_return false;
    }
    const bool keep_alive = parser.get().keep_alive() && !last && !context_.stopping;
    const std::string client = client_of(parser.get());
    Request request = make_request(parser.release());
    const auto begun = Clock_::now();
    AccessRecord record;
    const std::string method = request.method;
    const std::string path = request.path.substr(0, kLoggedPathMax);
    const std::string id = request.request_id;
    record.bytes_in = request.body.size();
    socket().expires_never();
    const Response response = co_await asio::co_spawn(
        context_.workers, handle_on_worker(context_.api, std::move(request)), asio::use_awaitable);
    const bool open = co_await write(response, id, keep_alive && !context_.stopping);
    const std::chrono::duration<double> took = Clock_::now() - begun;
    context_.metrics.count_request(response.route, response.status, took.count());
    record.method = method;
    record.path = path;
    record.status = response.status;
    record.ms = std::chrono::round<std::chrono::milliseconds>(took).count();
    record.bytes_out = response.body.size();
    record.client = client;
    record.device = response.device;
    record.request_id = id;
    log_access(record);
    co_return open && keep_alive;
  }

  /// Header first, since the route decides how large a body may be.
  asio::awaitable<error_code> read_request(Parser& parser) {
    control_.idle = buffer_.size() == 0;
    expires_in(context_.config.idle_timeout_s);
    const auto deadline =
        Clock_::now() + std::chrono::seconds(std::uint64_t{context_.config.request_timeout_s} +
                                             context_.config.idle_timeout_s);
    while (!parser.is_header_done()) {
      const error_code error = co_await read_some(parser, deadline, control_.idle);
      if (error) co_return error;
      if (parser.got_some()) control_.idle = false;
    }
    control_.idle = false;
    const auto& header = parser.get();
    const std::string target = text_of(header.target());
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
      const error_code error = co_await read_some(parser, deadline, false);
      if (error) co_return error;
    }
    co_return error_code();
  }

  asio::awaitable<error_code> read_some(Parser& parser, Clock_::time_point deadline, bool idle) {
    // Every byte gives time, but a request cannot be stretched for ever.
    if (!idle) {
      const auto left = deadline - Clock_::now();
      const auto step = std::chrono::seconds(context_.config.read_timeout_s);
      socket().expires_after(std::min<Clock_::duration>(left, step));
    }
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
    std::optional<Response> response;
    if (error == http::error::header_limit) {
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
    const bool written = co_await write(*response, id, false);
    boost::ignore_unused(written);
    AccessRecord record;
    record.method = "-";
    record.path = "-";
    record.status = response->status;
    record.client = client_;
    record.request_id = id;
    log_access(record);
  }

  asio::awaitable<bool> write(const Response& response, const std::string& request_id,
                              bool keep_alive) {
    const http::response<Body> message = make_response(response, request_id, keep_alive);
    http::response_serializer<Body> serializer(message);
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
};

asio::awaitable<void> run_tls(SessionContext& context, SessionControl& control,
                              beast::tcp_stream socket, std::string client) {
  beast::ssl_stream<beast::tcp_stream> stream(std::move(socket), *context.tls);
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
  if (context.tls != nullptr) {
    co_await run_tls(context, *control, std::move(stream), std::move(client));
  } else {
    co_await run_plain(context, *control, std::move(stream), std::move(client));
  }
}

}  // namespace insieme::server
