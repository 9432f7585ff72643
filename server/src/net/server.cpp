// Listener: accepts, counts, stops.
#include "insieme/server/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <set>
#include <stdexcept>

#include "log.hpp"
#include "net/certificates.hpp"
#include "net/session.hpp"

namespace insieme::server {
namespace {

constexpr int kBacklog = 256;
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr auto kHousekeepingEvery = std::chrono::hours(1);

}  // namespace

struct Server::Impl {
  Impl(Api& api, Metrics& counters, const Config& settings, const Certificates& certificates,
       std::function<void()> reload)
      : config(settings),
        metrics(counters),
        on_reload(std::move(reload)),
        turnstile({settings.workers, settings.device_at_once, settings.device_waiting_max}),
        context{api, counters, settings, workers, certificates, addresses, turnstile},
        workers(settings.workers),
        addresses(settings.address_requests_max) {
    listen();
  }

  void listen() {
    const std::string place = config.listen_host + ":" + std::to_string(config.listen_port);
    error_code error;
    tcp::resolver resolver(io);
    const auto found = resolver.resolve(config.listen_host, std::to_string(config.listen_port),
                                        tcp::resolver::passive, error);
    if (error || found.empty()) throw std::runtime_error("listen: " + place + " is no address");
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(kBacklog, error);
    if (error) throw std::runtime_error("cannot listen on " + place + ": " + error.message());
    port = acceptor.local_endpoint().port();
  }

  asio::awaitable<void> accept_loop() {
    while (!context.stopping) {
      auto [error, socket] = co_await acceptor.async_accept(kNoThrow);
      if (context.stopping) break;
      if (error) {
        // Out of descriptors, or a peer that gave up: neither may stop the server.
        asio::steady_timer pause(io, kAcceptPause);
        const auto [ignored] = co_await pause.async_wait(kNoThrow);
        static_cast<void>(ignored);
        continue;
      }
      error_code gone;
      const auto endpoint = socket.remote_endpoint(gone);
      if (context.seats.all() >= config.connections_max || is_one_too_many(endpoint.address())) {
        metrics.connection_refused();
        continue;  // closed by its destructor
      }
      start_session(std::move(socket), endpoint.address());
    }
  }

  /// One machine, or one office, must leave room for the others.
  [[nodiscard]] bool is_one_too_many(const asio::ip::address& address) const {
    if (config.behind_proxy || config.connections_per_address_max == 0) return false;
    return context.seats.of(address) >= config.connections_per_address_max;
  }

  asio::awaitable<void> housekeep_loop() {
    while (!context.stopping) {
      asio::post(workers, [this] { context.api.housekeep(); });
      housekeeping.expires_after(kHousekeepingEvery);
      const auto [ignored] = co_await housekeeping.async_wait(kNoThrow);
      static_cast<void>(ignored);
    }
  }

  void start_session(tcp::socket socket, const asio::ip::address& address) {
    const auto control = std::make_shared<SessionControl>();
    sessions.insert(control);
    control->address = address;
    context.seats.take(address);
    metrics.connection_opened();
    asio::co_spawn(io, run_session(context, control, std::move(socket)),
                   [this, control](const std::exception_ptr& failure) {
                     context.seats.give_back(control->address);
                     session_ended(control, failure);
                   });
  }

  void session_ended(const std::shared_ptr<SessionControl>& control,
                     const std::exception_ptr& failure) {
    sessions.erase(control);
    metrics.connection_closed();
    if (failure) {
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& error) {
        log_failure("", error.what());
      }
    }
    if (context.stopping && sessions.empty()) end();
  }

  void await_reload() {
    reloads.async_wait([this](error_code error, int) {
      if (error) return;
      if (on_reload) on_reload();
      await_reload();
    });
  }

  /// On the I/O thread.
  void begin_stop() {
    if (context.stopping) return;
    context.stopping = true;
    log_event("stopping", "finishing what is in flight");
    error_code ignored;
    acceptor.close(ignored);
    housekeeping.cancel();
    reloads.cancel(ignored);
    context.api.end_waits();
    for (const auto& session : sessions) {
      if (session->idle && session->stream != nullptr) session->stream->cancel();
    }
    if (sessions.empty()) {
      end();
      return;
    }
    deadline.expires_after(std::chrono::seconds(config.shutdown_timeout_s));
    deadline.async_wait([this](error_code error) {
      if (!error) end();
    });
  }

  void end() {
    turnstile.close();
    deadline.cancel();
    io.stop();
  }

  const Config& config;
  Metrics& metrics;
  std::function<void()> on_reload;
  // Sessions that outlive the deadline are destroyed with `io`, and leave these then.
  Turnstile turnstile;
  SessionContext context;
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::signal_set signals{io};
  asio::signal_set reloads{io};
  asio::steady_timer deadline{io};
  asio::steady_timer housekeeping{io};
  asio::thread_pool workers;
  Limiter addresses;
  std::set<std::shared_ptr<SessionControl>> sessions;
  std::uint16_t port = 0;
};

Server::Server(Api& api, Metrics& metrics, const Config& config, const Certificates& certificates,
               std::function<void()> on_reload)
    : impl_(std::make_unique<Impl>(api, metrics, config, certificates, std::move(on_reload))) {}

Server::~Server() {
  // Sessions that outlived the deadline are destroyed with the io_context; workers first, since
  // they post their answers to it.
  impl_->workers.join();
}

std::uint16_t Server::port() const { return impl_->port; }

std::string Server::url() const {
  const bool v6 = impl_->config.listen_host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + impl_->config.listen_host + "]" : impl_->config.listen_host;
  const bool tls = !impl_->config.tls_certificate.empty();
  return (tls ? "https://" : "http://") + host + ":" + std::to_string(impl_->port);
}

void Server::run() {
  impl_->signals.add(SIGTERM);
  impl_->signals.add(SIGINT);
  impl_->signals.async_wait([impl = impl_.get()](error_code error, int) {
    if (!error) impl->begin_stop();
  });
  impl_->reloads.add(SIGHUP);
  impl_->await_reload();
  asio::co_spawn(impl_->io, impl_->accept_loop(), asio::detached);
  asio::co_spawn(impl_->io, impl_->housekeep_loop(), asio::detached);
  impl_->io.run();
}

void Server::stop() {
  asio::post(impl_->io, [impl = impl_.get()] { impl->begin_stop(); });
}

}  // namespace insieme::server
