#include "postgres/notify_ear.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>

#include "log.hpp"
#include "postgres/connection.hpp"

namespace insieme::server::postgres {
namespace {

using Steady = std::chrono::steady_clock;

/// A pooler that lends a session for one transaction only (pgbouncer) hears nothing here: then the
/// other servers are found by looking.
constexpr const char* kListen =
    "SET application_name = 'insieme-server listening'; LISTEN insieme_committed";
constexpr auto kConnectEvery = std::chrono::seconds(2);

class NotifyEar final : public CommitEar {
 public:
  NotifyEar(std::string address, const sync::SpaceId& space)
      : address_(std::move(address)),
        space_(sync::to_text(space)),
        event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (event_ < 0) throw std::runtime_error("no descriptor is left");
    connect();
  }
  ~NotifyEar() override { ::close(event_); }

  void wait(std::uint32_t ms) override {
    const auto until = Steady::now() + std::chrono::milliseconds(ms);
    do {
      if (!connection_ && connect()) return;  // whatever was told meanwhile was not heard
      if (listen_until(until)) return;
    } while (Steady::now() < until);
  }
  void committed() noexcept override {
    own_ = true;
    interrupt();
  }
  void interrupt() noexcept override {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(event_, &one, sizeof one));  // full: it is readable anyway
  }

 private:
  bool connect() {
    if (Steady::now() - tried_ < kConnectEvery) return false;
    tried_ = Steady::now();
    try {
      auto made = std::make_unique<Connection>(address_);
      made->execute(kListen);
      connection_ = std::move(made);
      return true;
    } catch (const StorageFailure&) {
      return false;  // who asks the database next says what is wrong
    }
  }

  /// True: somebody committed, or the wait was interrupted.
  bool listen_until(Steady::time_point until) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now());
    // Without a connection: until the next attempt.
    const std::int64_t longest = connection_ ? 3'600'000 : 500;
    const auto ms = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, longest));
    std::array<::pollfd, 2> places{
        ::pollfd{event_, POLLIN, 0},
        ::pollfd{connection_ ? PQsocket(connection_->native()) : -1, POLLIN, 0}};
    if (::poll(places.data(), places.size(), ms) <= 0) return false;
    bool told = false;
    if (places[0].revents != 0) {
      std::uint64_t count = 0;
      static_cast<void>(!::read(event_, &count, sizeof count));
      told = true;
      if (own_.exchange(false)) tell_others();
    }
    if (places[1].revents != 0 || told) told = hear() || told;
    return told;
  }

  void tell_others() {
    if (!connection_) return;
    try {
      connection_->execute("NOTIFY insieme_committed, '" + space_ + "'");
    } catch (const StorageFailure&) {
      lose();
    }
  }

  /// True: another server committed, or may have while nobody listened.
  bool hear() {
    if (!connection_) return false;
    PGconn* native = connection_->native();
    if (PQconsumeInput(native) == 0) {
      lose();
      return true;
    }
    bool others = false;
    while (PGnotify* note = PQnotifies(native)) {
      others = others || (note->be_pid != PQbackendPID(native) && space_ == note->extra);
      PQfreemem(note);
    }
    return others;
  }

  void lose() {
    log_event("not listening", "the connection to PostgreSQL for news was lost");
    connection_.reset();
  }

  const std::string address_;
  const std::string space_;
  const int event_;
  std::atomic<bool> own_{false};
  std::unique_ptr<Connection> connection_;  ///< of the thread that waits
  Steady::time_point tried_{Steady::now() - kConnectEvery};
};

}  // namespace

std::shared_ptr<CommitEar> make_notify_ear(const std::string& address,
                                           const sync::SpaceId& space) {
  return std::make_shared<NotifyEar>(address, space);
}

}  // namespace insieme::server::postgres
