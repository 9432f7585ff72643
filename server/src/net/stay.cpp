#include "net/stay.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace insieme::server {
namespace {

struct Staying {
  explicit Staying(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  bool left = false;
};

}  // namespace

asio::awaitable<WaitEnd> stay(const Waiting& waiting, beast::tcp_stream& stream) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto staying = std::make_shared<Staying>(executor);
  staying->timer.expires_after(std::chrono::milliseconds(waiting.ms));
  waiting.wait->on_end([staying, executor] {
    asio::post(executor, [staying] { staying->timer.cancel(); });
  });
  stream.socket().async_wait(tcp::socket::wait_read, [staying](error_code error) {
    if (error == asio::error::operation_aborted) return;
    staying->left = true;
    staying->timer.cancel();
  });
  const auto [ignored] = co_await staying->timer.async_wait(kNoThrow);
  static_cast<void>(ignored);
  error_code unable;
  stream.socket().cancel(unable);
  co_return staying->left ? WaitEnd::left : WaitEnd::time;
}

}  // namespace insieme::server
