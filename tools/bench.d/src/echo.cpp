#include "echo.hpp"

#include <fmt/format.h>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <thread>

#include "floor.hpp"
#include "insieme/sqlite/transaction.hpp"

namespace insieme::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

struct Stored {
  std::uint64_t rows = 0;
  std::string bytes;
};

std::vector<Stored> read_answers(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<Stored> answers;
  std::uint64_t head[2];
  while (in.read(reinterpret_cast<char*>(head), sizeof head)) {
    Stored one{head[0], std::string(head[1], '\0')};
    if (!in.read(one.bytes.data(), static_cast<std::streamsize>(head[1]))) stop("cut off: " + path);
    answers.push_back(std::move(one));
  }
  if (answers.empty()) stop("no answers in " + path);
  return answers;
}

/// One writer, as SQLite has it.
class Rows {
 public:
  explicit Rows(const std::string& path) : db_(open_plain(path)) {
    db_.execute("CREATE TABLE log(n INTEGER PRIMARY KEY, bytes BLOB);"
                "CREATE TABLE came(n INTEGER PRIMARY KEY, size INTEGER);");
  }
  void commit(std::string_view body, std::uint64_t rows) {
    const std::lock_guard lock(mutex_);
    sqlite::Transaction transaction(db_);
    for (std::uint64_t i = 0; i < rows; ++i) {
      const std::string_view part = body.substr(body.size() * i / rows, body.size() / rows);
      db_.cached("INSERT INTO log(bytes) VALUES(?)")
          .bind_all(std::vector<std::uint8_t>(part.begin(), part.end()))
          .run();
    }
    db_.cached("INSERT INTO came(size) VALUES(?)")
        .bind_all(static_cast<std::int64_t>(body.size()))
        .run();
    transaction.commit();
  }

 private:
  std::mutex mutex_;
  sqlite::Connection db_;
};

asio::awaitable<void> serve(tcp::socket socket, const std::vector<Stored>& answers, Rows& rows) {
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer;
  while (true) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(8 * 1024 * 1024);
    co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
    const std::string target(parser.get().target());
    const Stored& answer = answers.at(std::stoul(target.substr(1)));
    rows.commit(parser.get().body(), answer.rows);
    http::response<http::span_body<const char>> response(
        http::status::ok, 11, beast::span<const char>(answer.bytes.data(), answer.bytes.size()));
    response.prepare_payload();
    co_await http::async_write(stream, response, asio::use_awaitable);
  }
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor, asio::io_context& io,
                                 const std::vector<Stored>& answers, Rows& rows) {
  while (true) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    // Whoever goes away ends its own session only.
    asio::co_spawn(io, serve(std::move(socket), answers, rows), asio::detached);
  }
}

}  // namespace

void write_answers(const std::string& path, std::span<const EchoAnswer> answers) {
  std::ofstream out(path, std::ios::binary);
  for (const EchoAnswer& answer : answers) {
    const std::uint64_t head[2]{answer.rows, answer.bytes.size()};
    out.write(reinterpret_cast<const char*>(head), sizeof head);
    out.write(answer.bytes.data(), static_cast<std::streamsize>(answer.bytes.size()));
  }
  out.flush();
  if (!out) stop("cannot write " + path);
}

int run_echo(const std::string& answers_path, const std::string& database) {
  const std::vector<Stored> answers = read_answers(answers_path);
  Rows rows(database);
  asio::io_context io;
  tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});
  asio::co_spawn(io, accept_all(acceptor, io, answers, rows), asio::detached);
  fmt::print("echo on 127.0.0.1:{}\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  std::vector<std::jthread> threads;
  for (unsigned i = 1; i < std::max(2U, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back([&io] { io.run(); });
  }
  io.run();
  return 0;
}

}  // namespace insieme::bench
