// Drives sync::ClientSync in steps: does what it says with the store, and asks for the rest.
#include <array>
#include <optional>
#include <string>

#include "blob_run.hpp"
#include "http_problem.hpp"
#include "insieme/client/engine.hpp"
#include "insieme/client/glass_run.hpp"

namespace insieme::client {
namespace {

constexpr int kOk = 200;
constexpr int kUnauthorized = 401;
constexpr std::uint32_t kTokenAttemptsMax = 6;
constexpr std::uint32_t kTokenWaitMs = 500;
constexpr std::size_t kOpeningsAtOnce = 200;
constexpr std::string_view kBytesMediaType = "application/octet-stream";
constexpr std::string_view kSyncMediaType = "application/vnd.insieme.sync";

/// Uniform in 1..ceiling: everybody who failed at once does not come back at once.
std::uint32_t draw(Platform& platform, std::uint32_t ceiling) {
  std::array<std::uint8_t, 8> bytes{};
  platform.random(bytes);
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = (number << 8) | byte;
  return ceiling == 0 ? 0 : static_cast<std::uint32_t>(number % ceiling) + 1;
}

/// What a new challenge may mend: no answer, one that was damaged on the way, or a challenge that
/// expired or was used up by a repeated request. To stop at that would end automatic
/// synchronisation until a person asks.
bool may_be_the_way(ErrorCode code) {
  return code == ErrorCode::unavailable || code == ErrorCode::malformed ||
         code == ErrorCode::expired;
}

Status stopped() {
  return {ErrorCode::cancelled,
          "the synchronisation was stopped\nla sincronizzazione è stata fermata"};
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

class SyncRun::Steps {
 public:
  Steps(Engine& engine, ProgressSink sink, const BlobBudget& blobs)
      : engine_(engine),
        sink_(std::move(sink)),
        blobs_(*engine.store_, blobs,
               [&engine](std::string_view path, std::vector<std::uint8_t> body) {
                 return engine.request_to(engine.store_->identity(), path, kBytesMediaType,
                                          std::move(body));
               }) {}

  SyncNeed begin() {
    engine_.cancelled_.store(false);
    const Identity& self = engine_.store_->identity();
    if (!self.is_enrolled()) {
      return SyncOutcome{
          {}, Error{ErrorCode::unauthenticated, "this store is not enrolled"}, false};
    }
    machine_.emplace(sync::ClientIdentity{
        self.space, self.device, self.replica,
        static_cast<std::uint32_t>(engine_.store_->bundle().version), self.keys.secret_key});
    return go_on(sync::StartSync{});
  }

  SyncNeed answered(Result<HttpReply> reply) {
    switch (asked_) {
      case Asked::frame:
        return go_on(on_frame(std::move(reply)));
      case Asked::challenge: {
        auto request = engine_.token_request(reply);
        if (!request.ok()) return no_token(request.error());
        return ask(Asked::token, std::move(request).value());
      }
      case Asked::token: {
        auto token = engine_.take_token(reply);
        if (!token.ok()) return no_token(token.error());
        engine_.token_ = std::move(token).value();
        return go_on(sync::TokenReady{});
      }
      case Asked::openings:
        return on_openings(reply);
      case Asked::glasses:
        return on_glasses(reply);
      case Asked::blob:
        blobs_.answered(reply);
        return carry_blobs();
      case Asked::nothing:
      case Asked::pause:
      case Asked::pause_for_token:
        break;
    }
    return end({ErrorCode::internal, "an answer to no request"});
  }

  SyncNeed waited(bool to_its_end) {
    const Asked asked = asked_;
    if (asked == Asked::pause_for_token) {
      if (!to_its_end) return fail_token(token_error_);
      return ask_challenge();
    }
    if (asked != Asked::pause) return end({ErrorCode::internal, "the end of no wait"});
    if (to_its_end) return go_on(sync::WaitOver{});
    // Who does not want to wait is told what there was to wait for.
    return end(engine_.cancelled_.load() || why_.empty() ? stopped()
                                                         : Status{ErrorCode::unavailable, why_});
  }

 private:
  enum class Asked {
    nothing, frame, challenge, token, openings, glasses, blob, pause, pause_for_token
  };

  /// Answers actions of the machine as long as the store alone can, then says what is needed.
  SyncNeed go_on(sync::ClientInput input) {
    while (true) {
      if (!lasting_.ok()) return end(lasting_);
      sync::ClientAction action = machine_->resume(std::move(input));
      if (auto* done = std::get_if<sync::DoneAction>(&action)) {
        done_ = done->summary;
        return tell_openings();
      }
      if (auto* given_up = std::get_if<sync::GiveUpAction>(&action)) {
        asked_ = Asked::nothing;
        return SyncOutcome{given_up->summary, given_up->error, unsent_};
      }
      if (engine_.cancelled_.load()) return end(stopped());
      if (std::get_if<sync::TokenAction>(&action) != nullptr) {
        token_attempt_ = 0;
        token_waits_ = 0;
        tell(SyncStep::authenticating);
        return ask_challenge();
      }
      if (auto* wait = std::get_if<sync::WaitAction>(&action)) return pause(*wait);
      if (auto* send = std::get_if<sync::SendAction>(&action)) {
        if (!engine_.token_.empty()) return ask_frame(*send);
        // Without a token the answer is known; the body need not travel to hear it.
        input = sync::SendFailed{kUnauthorized, "no token yet", 0};
      } else if (auto* gather = std::get_if<sync::GatherAction>(&action)) {
        input = perform(*gather);
      } else if (auto* apply = std::get_if<sync::ApplyAction>(&action)) {
        input = perform(*apply);
      } else {
        input = forget_cursor();
      }
    }
  }

  SyncNeed ask(Asked asked, HttpRequest request) {
    asked_ = asked;
    return request;
  }
  SyncNeed end(Status status) {
    asked_ = Asked::nothing;
    return SyncOutcome{progress_.so_far, std::move(status), unsent_};
  }

  void tell(SyncStep step) {
    progress_.step = step;
    if (sink_) sink_(progress_);
    progress_.detail.clear();
    progress_.wait_ms = 0;
  }

  /// What was opened here, after everything else. Whatever becomes of it, the run was one: what the
  /// server does not take (an older one, one without room) waits for the next run.
  SyncNeed tell_openings() {
    auto openings = engine_.store_->unsent_openings(kOpeningsAtOnce);
    if (!openings.ok() || openings->empty() || engine_.cancelled_.load()) return ask_glasses();
    told_ = std::move(openings).value();
    return ask(Asked::openings, engine_.openings_request(told_));
  }

  SyncNeed on_openings(const Result<HttpReply>& reply) {
    if (!reply.ok() || reply->status == 0) return whole();  // no network any more
    if (reply->status != kOk) return ask_glasses();
    if (!engine_.store_->openings_told(told_).ok()) return ask_glasses();
    return tell_openings();
  }

  /// What somebody opened with a reason, for those whom it concerns; as with openings, nothing that
  /// happens to it makes this run one that failed.
  SyncNeed ask_glasses() {
    if (engine_.cancelled_.load() || !engine_.store_->asks_for_glasses()) return carry_blobs();
    return ask(Asked::glasses, engine_.request_to(engine_.store_->identity(), kGlassListPath,
                                                  "application/json", {'{', '}'}));
  }

  SyncNeed on_glasses(const Result<HttpReply>& reply) {
    if (!reply.ok() || reply->status == 0) return whole();
    if (reply->status == kOk) {
      const auto glasses = parse_glasses(reply->body);
      if (glasses.ok()) static_cast<void>(engine_.store_->note_glasses(*glasses));
    }
    return carry_blobs();
  }

  /// Last of all: a large photo on a bad network keeps no record waiting.
  SyncNeed carry_blobs() {
    if (engine_.cancelled_.load()) return whole();
    auto request = blobs_.next();
    if (!request) return whole();
    return ask(Asked::blob, *std::move(request));
  }

  SyncNeed whole() {
    asked_ = Asked::nothing;
    return SyncOutcome{done_, {}, unsent_, blobs_.tally()};
  }

  SyncNeed ask_challenge() {
    ++token_attempt_;
    return ask(Asked::challenge, engine_.challenge_request());
  }

  SyncNeed no_token(const Error& error) {
    if (!may_be_the_way(error.code) || token_attempt_ == kTokenAttemptsMax ||
        engine_.cancelled_.load()) {
      return fail_token(error);
    }
    // A signed challenge whose answer was lost is used up: the next one is as good, at once.
    if (error.code == ErrorCode::expired) return ask_challenge();
    token_error_ = error;
    asked_ = Asked::pause_for_token;
    return Pause{kTokenWaitMs << token_waits_++};
  }

  SyncNeed fail_token(const Error& error) {
    why_ = error.detail;
    return go_on(sync::TokenFailed{error});
  }

  SyncNeed ask_frame(sync::SendAction& send) {
    tell(SyncStep::sending);
    progress_.so_far.bytes_out += send.body.size();
    return ask(Asked::frame, engine_.request_to(engine_.store_->identity(), "/v1/sync",
                                                kSyncMediaType, std::move(send.body)));
  }

  sync::ClientInput on_frame(Result<HttpReply> reply) {
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
    return sync::SendFailed{reply->status, why_, reply->retry_after_s, says_damaged(*reply)};
  }

  SyncNeed pause(const sync::WaitAction& wait) {
    progress_.wait_ms = wait.exact ? wait.ms : draw(engine_.platform_, wait.ms);
    const Pause needed{progress_.wait_ms};
    progress_.detail = why_;
    tell(SyncStep::waiting);
    asked_ = Asked::pause;
    return needed;
  }

  sync::ClientInput perform(const sync::GatherAction& limits) {
    tell(SyncStep::gathering);
    auto gathered = engine_.store_->gather(limits);
    if (!gathered.ok()) return sync::StoreFailed{gathered.error()};
    progress_.unsent_left = gathered->unsent_left;
    return sync::GatherDone{std::move(gathered).value()};
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

  sync::ClientInput forget_cursor() {
    if (const Status status = engine_.store_->forget_cursor(); !status.ok()) {
      return sync::StoreFailed{status.error()};
    }
    return sync::ApplyDone{true};
  }

  Engine& engine_;
  ProgressSink sink_;
  std::optional<sync::ClientSync> machine_;
  Asked asked_ = Asked::nothing;
  SyncProgress progress_;
  std::string why_;  ///< of the last failure that will pass
  Status lasting_;
  bool unsent_ = false;
  sync::ClientSyncSummary done_;
  std::vector<Opening> told_;  ///< by the request under way
  BlobRun blobs_;
  std::uint32_t token_attempt_ = 0;
  std::uint32_t token_waits_ = 0;
  Error token_error_{ErrorCode::ok, {}};
};

SyncRun::SyncRun(Engine& engine, ProgressSink sink, const BlobBudget& blobs)
    : steps_(std::make_unique<Steps>(engine, std::move(sink), blobs)) {}
SyncRun::~SyncRun() = default;

SyncNeed SyncRun::begin() { return steps_->begin(); }
SyncNeed SyncRun::answered(Result<HttpReply> reply) { return steps_->answered(std::move(reply)); }
SyncNeed SyncRun::waited(bool to_its_end) { return steps_->waited(to_its_end); }

}  // namespace insieme::client
