// Drives sync::ClientSync: does what it says with store, network and waiting.
#include "insieme/client/engine.hpp"

#include <chrono>
#include <thread>

#include "http_problem.hpp"

namespace insieme::client {
namespace {

constexpr int kOk = 200;
constexpr int kUnauthorized = 401;
constexpr std::string_view kSyncMediaType = "application/vnd.insieme.sync";

/// Uniform in 1..ceiling: everybody who failed at once does not come back at once.
std::uint32_t draw(Platform& platform, std::uint32_t ceiling) {
  std::array<std::uint8_t, 8> bytes{};
  platform.random(bytes);
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = (number << 8) | byte;
  return ceiling == 0 ? 0 : static_cast<std::uint32_t>(number % ceiling) + 1;
}

}  // namespace

std::string_view name_of(SyncStep step) noexcept {
  switch (step) {
    case SyncStep::gathering:
      return "gathering";
    case SyncStep::authenticating:
      return "authenticating";
    case SyncStep::sending:
      return "sending";
    case SyncStep::waiting:
      return "waiting";
    case SyncStep::applying:
      return "applying";
  }
  return "unknown";
}

Waiter system_waiter() {
  return [](std::uint32_t ms) {
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    return true;
  };
}

Engine::Engine(std::unique_ptr<Store> store, Platform& platform, Transport& transport,
               Waiter waiter)
    : store_(std::move(store)),
      platform_(platform),
      transport_(transport),
      waiter_(std::move(waiter)) {}

/// One run: a loop that answers every action of the machine with what became of it.
class Engine::Run {
 public:
  Run(Engine& engine, const ProgressSink& sink) : engine_(engine), sink_(sink) {}

  SyncOutcome run() {
    const Identity& self = engine_.store_->identity();
    sync::ClientSync machine({self.space, self.device, self.replica,
                              static_cast<std::uint32_t>(engine_.store_->bundle().version),
                              self.keys.secret_key});
    sync::ClientAction action = machine.resume(sync::StartSync{});
    while (true) {
      if (auto* done = std::get_if<sync::DoneAction>(&action)) {
        return {done->summary, {}, unsent_};
      }
      if (auto* end = std::get_if<sync::GiveUpAction>(&action)) {
        return {end->summary, end->error, unsent_};
      }
      if (engine_.cancelled_.load()) return {progress_.so_far, stopped(), unsent_};
      sync::ClientInput input = std::visit([this](auto& a) { return perform(a); }, action);
      if (!lasting_.ok()) return {progress_.so_far, lasting_, unsent_};
      action = machine.resume(std::move(input));
    }
  }

 private:
  static Status stopped() {
    return {ErrorCode::cancelled,
            "the synchronisation was stopped\nla sincronizzazione è stata fermata"};
  }

  void tell(SyncStep step) {
    progress_.step = step;
    if (sink_) sink_(progress_);
    progress_.detail.clear();
    progress_.wait_ms = 0;
  }

  sync::ClientInput perform(const sync::GatherAction& limits) {
    tell(SyncStep::gathering);
    auto gathered = engine_.store_->gather(limits);
    if (!gathered.ok()) return sync::StoreFailed{gathered.error()};
    progress_.unsent_left = gathered->unsent_left;
    return sync::GatherDone{std::move(gathered).value()};
  }

  sync::ClientInput perform(const sync::TokenAction&) {
    tell(SyncStep::authenticating);
    auto token = engine_.fetch_token();
    if (!token.ok()) {
      why_ = token.error().detail;
      return sync::TokenFailed{token.error()};
    }
    engine_.token_ = std::move(token).value();
    return sync::TokenReady{};
  }

  sync::ClientInput perform(sync::SendAction& send) {
    // Without a token the answer is known; the body need not travel to hear it.
    if (engine_.token_.empty()) return sync::SendFailed{kUnauthorized, "no token yet", 0};
    tell(SyncStep::sending);
    progress_.so_far.bytes_out += send.body.size();
    auto reply = engine_.post("/v1/sync", kSyncMediaType, std::move(send.body));
    if (!reply.ok()) {
      lasting_ = reply.error();
      return sync::StoreFailed{reply.error()};
    }
    if (reply->status == kOk) {
      progress_.so_far.bytes_in += reply->body.size();
      return sync::ReplyArrived{std::move(reply->body)};
    }
    if (reply->status == kUnauthorized) engine_.token_.clear();
    if (reply->status == 0 && reply->handed_over) {
      // It may have arrived: from here on "sent" is what is true of it.
      if (const Status noted = engine_.store_->note_sent(); !noted.ok()) {
        return sync::StoreFailed{noted.error()};
      }
    }
    why_ = sentence_of(*reply);
    return sync::SendFailed{reply->status, why_, reply->retry_after_s};
  }

  sync::ClientInput perform(const sync::WaitAction& wait) {
    progress_.wait_ms = wait.exact ? wait.ms : draw(engine_.platform_, wait.ms);
    const std::uint32_t ms = progress_.wait_ms;
    progress_.detail = why_;
    tell(SyncStep::waiting);
    // Who does not want to wait is told what there was to wait for.
    if (!engine_.waiter_(ms)) {
      lasting_ = engine_.cancelled_.load() || why_.empty() ? stopped()
                                                           : Status{ErrorCode::unavailable, why_};
    }
    return sync::WaitOver{};
  }

  sync::ClientInput perform(sync::ApplyAction& apply) {
    tell(SyncStep::applying);
    auto unsent = engine_.store_->apply(apply.reply);
    if (!unsent.ok()) return sync::StoreFailed{unsent.error()};
    unsent_ = unsent.value();
    ++progress_.so_far.turns;
    progress_.so_far.sent += apply.reply.results.size();
    progress_.so_far.received += apply.reply.items.size();
    return sync::ApplyDone{unsent_};
  }

  sync::ClientInput perform(const sync::ResetAction&) {
    if (const Status status = engine_.store_->forget_cursor(); !status.ok()) {
      return sync::StoreFailed{status.error()};
    }
    return sync::ApplyDone{true};
  }

  sync::ClientInput perform(const sync::DoneAction&) { return sync::StartSync{}; }
  sync::ClientInput perform(const sync::GiveUpAction&) { return sync::StartSync{}; }

  Engine& engine_;
  const ProgressSink& sink_;
  SyncProgress progress_;
  std::string why_;  ///< of the last failure that will pass
  Status lasting_;
  bool unsent_ = false;
};

SyncOutcome Engine::sync_now(const ProgressSink& progress) {
  cancelled_.store(false);
  if (!store_->identity().is_enrolled()) {
    return {{}, Error{ErrorCode::unauthenticated, "this store is not enrolled"}, false};
  }
  return Run(*this, progress).run();
}

Result<HttpReply> Engine::post(std::string_view path, std::string_view content_type,
                               std::vector<std::uint8_t> body) {
  return post_to(store_->identity(), path, content_type, std::move(body));
}

Result<HttpReply> Engine::post_to(const Identity& server, std::string_view path,
                                  std::string_view content_type, std::vector<std::uint8_t> body) {
  HttpRequest request;
  request.url = server.server_url + std::string(path);
  request.pin = server.server_pin;
  request.headers.emplace_back("Content-Type", content_type);
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  request.body = std::move(body);
  return transport_.post(request);
}

}  // namespace insieme::client
