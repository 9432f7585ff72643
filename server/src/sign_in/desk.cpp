// Sign-ins under way, and the thread that talks to the provider.
#include <boost/json/object.hpp>

#include <condition_variable>
#include <deque>
#include <fstream>
#include <mutex>
#include <thread>

#include "insieme/server/repository.hpp"
#include "insieme/server/sign_in.hpp"
#include "insieme/sync/sign_in.hpp"
#include "log.hpp"
#include "sign_in/kept.hpp"
#include "sign_in/provider.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kStateBytesMax = 128;
constexpr std::size_t kCodeBytesMax = 4'096;
constexpr std::int64_t kLearnPauseMs = 2'000;
constexpr std::size_t kSecretFileMax = 4'096;

}  // namespace

std::string sign_in_callback_url(const Config& config) {
  const std::size_t host = config.public_url.find("://");
  if (host == std::string::npos) return {};
  return config.public_url.substr(0, config.public_url.find('/', host + 3)) +
         "/v1/sign-in/callback";
}

Result<std::string> load_sign_in_secret(const Config& config) {
  if (config.sign_in_secret.empty()) return std::string();
  std::ifstream stream(config.sign_in_secret, std::ios::binary);
  std::string text(kSecretFileMax, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty() || text.find('\n') != std::string::npos) {
    return Error{ErrorCode::invalid_argument,
                 "sign_in_secret: " + config.sign_in_secret +
                     ": cannot be read, or is not one line with the client's secret"};
  }
  return text;
}

class SignInDesk::Work {
 public:
  Work(Repository& store, const Config& config, std::string secret, Clock clock, Random random)
      : store_(store),
        clock_(std::move(clock)),
        random_(std::move(random)),
        web_(config.sign_in_ca),
        provider_({config.sign_in_provider, config.sign_in_client, std::move(secret),
                   sign_in_callback_url(config), config.sign_in_by_email},
                  web_, clock_) {
    thread_ = std::thread([this] { run(); });
  }
  ~Work() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    web_.stop();
    woken_.notify_all();
    thread_.join();
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  Result<std::string> begin(const sync::Digest& challenge, std::string back_to) {
    const std::int64_t now_ms = clock_();
    const bool is_known = provider_.is_known();
    {
      const std::lock_guard lock(mutex_);
      learn_ = true;  // if it is not known, or was asked long ago
    }
    woken_.notify_all();
    if (!is_known) return Error{ErrorCode::unavailable, "the provider has not answered yet"};
    const std::string state = random_hex(kSecretBytes, random_);
    const SignInSecrets secrets{random_hex(kSecretBytes, random_),
                                random_hex(kSecretBytes, random_), now_ms};
    const json::object said{{"challenge", sync::to_hex(challenge.bytes)},
                            {"back_to", std::move(back_to)},
                            {"nonce", secrets.nonce},
                            {"verifier", secrets.verifier},
                            {"begun_ms", secrets.begun_ms}};
    INSIEME_TRY(store_.put_sign_in(
        keep_sign_in(SignInKind::begun, state, said, now_ms + std::int64_t{kBeginMs}), now_ms));
    return provider_.address(state, secrets);
  }

  Result<std::string> take_back(const Return& returned) {
    const std::int64_t now_ms = clock_();
    const Error full{ErrorCode::limit_exceeded, "too many at once"};
    if (returned.state.size() > kStateBytesMax) return unknown();
    const auto begun = find_kept(store_, SignInKind::begun, returned.state, now_ms);
    if (!begun) return unknown();
    {
      const std::lock_guard lock(mutex_);
      if (queue_.size() >= kQueuedMax) return full;
    }
    Waiting one;
    one.ticket = random_hex(kSecretBytes, random_);
    one.code = returned.code;
    one.issuer = returned.issuer;
    one.secrets = {text_in(begun->said, "nonce"), text_in(begun->said, "verifier"),
                   number_in(begun->said, "begun_ms")};
    one.challenge = text_in(begun->said, "challenge");
    SignInOutcome outcome;
    if (!returned.error.empty() || returned.code.empty()) {
      log_event("sign-in declined", plain_error(returned.error));
      outcome.state = SignInState::declined;
    } else if (returned.code.size() > kCodeBytesMax) {
      outcome.state = SignInState::provider_wrong;
    }
    one.row = keep_outcome(one, outcome, now_ms);
    if (!store_.put_sign_in(one.row, now_ms).ok()) return full;
    // Once: of two browsers that come back at the same time one is too late.
    if (!store_.take_sign_in(begun->row)) {
      static_cast<void>(store_.take_sign_in(one.row));
      return unknown();
    }
    std::string target = text_in(begun->said, "back_to") + one.ticket;
    if (outcome.state == SignInState::pending) {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(one));
    }
    woken_.notify_all();
    return target;
  }

  std::optional<SignInOutcome> outcome(const std::string& ticket, const std::string& verifier) {
    const std::int64_t now_ms = clock_();
    const auto kept = find_kept(store_, SignInKind::returned, ticket, now_ms);
    if (!kept) return std::nullopt;
    sync::Digest challenge;
    const std::string told = text_in(kept->said, "challenge");
    // Both are hashed before they are compared: how long that takes tells nothing.
    if (!sync::from_hex(told, challenge.bytes).ok() ||
        challenge != sync::sign_in_challenge(verifier)) {
      return std::nullopt;
    }
    SignInOutcome outcome;
    outcome.state = static_cast<SignInState>(number_in(kept->said, "state"));
    outcome.invitation = text_in(kept->said, "invitation");
    outcome.account = text_in(kept->said, "account");
    outcome.expires_ms = number_in(kept->said, "expires_ms");
    outcome.subject = text_in(kept->said, "subject");
    if (outcome.state == SignInState::pending &&
        now_ms - number_in(kept->said, "at_ms") > std::int64_t{kRedeemMs}) {
      outcome.state = SignInState::provider_away;
    }
    return outcome;
  }

 private:
  /// Whose code is to be redeemed, by this server: a code works once.
  struct Waiting {
    std::string ticket;
    std::string code;
    std::string issuer;
    SignInSecrets secrets;
    std::string challenge;
    SignInRow row;
  };

  static Error unknown() { return {ErrorCode::not_found, "no such sign-in"}; }

  static SignInRow keep_outcome(const Waiting& one, const SignInOutcome& outcome,
                                std::int64_t now_ms) {
    const json::object said{{"challenge", one.challenge},
                            {"at_ms", now_ms},
                            {"state", static_cast<std::int64_t>(outcome.state)},
                            {"invitation", outcome.invitation},
                            {"account", outcome.account},
                            {"expires_ms", outcome.expires_ms},
                            {"subject", outcome.subject}};
    return keep_sign_in(SignInKind::returned, one.ticket, said,
                        now_ms + std::int64_t{kInvitationMs});
  }

  void run() {
    std::unique_lock lock(mutex_);
    learn_ = true;
    while (!stopping_) {
      if (!queue_.empty()) {
        const Waiting one = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        finish(one);
        lock.lock();
        continue;
      }
      if (learn_) {
        learn_ = false;
        lock.unlock();
        learn();
        lock.lock();
        continue;
      }
      woken_.wait(lock);
    }
  }

  void finish(const Waiting& one) {
    const SignInOutcome outcome = settle(one);
    try {
      static_cast<void>(store_.replace_sign_in(one.row, keep_outcome(one, outcome, clock_())));
    } catch (const std::exception& failure) {
      log_failure("sign-in", failure.what());  // whoever asks is told so in a minute
    }
  }

  void learn() {
    const std::int64_t now_ms = clock_();
    const std::int64_t age_ms = now_ms - asked_ms_;
    if (asked_ && !provider_.is_known() && age_ms >= 0 && age_ms < kLearnPauseMs) return;
    asked_ = true;
    asked_ms_ = now_ms;
    Status learned;
    try {
      learned = provider_.learn();
    } catch (const std::exception& failure) {
      learned = {ErrorCode::internal, failure.what()};
    }
    // Told once for each time that it begins to fail.
    if (!learned.ok() && !failing_) log_event("sign-in provider", learned.error().detail);
    failing_ = !learned.ok();
  }

  SignInOutcome settle(const Waiting& one) {
    SignInOutcome outcome;
    try {
      // Another server of the space may have sent the browser there.
      if (!provider_.is_known()) learn();
      if (!provider_.is_known()) {
        outcome.state = SignInState::provider_away;
        return outcome;
      }
      if (!provider_.is_itself(one.issuer)) {
        log_event("sign-in refused", "the browser comes from another provider (iss)");
        outcome.state = SignInState::provider_wrong;
        return outcome;
      }
      const auto who = provider_.redeem(one.code, one.secrets);
      if (!who.ok()) {
        log_event("sign-in refused", who.error().detail);
        outcome.state = who.error().code == ErrorCode::unavailable ? SignInState::provider_away
                                                                   : SignInState::provider_wrong;
        return outcome;
      }
      return invite(*who);
    } catch (const std::exception& failure) {  // the database, most likely
      log_failure("sign-in", failure.what());
      outcome.state = SignInState::provider_away;
      return outcome;
    }
  }

  SignInOutcome invite(const SignedIn& who) {
    SignInOutcome outcome;
    outcome.invitation = new_invitation_code();
    outcome.expires_ms = clock_() + std::int64_t{kInvitationMs};
    auto account = store_.sign_in({provider_.issuer(), who.subject, who.email},
                                  *hash_invitation(outcome.invitation), outcome.expires_ms);
    if (account.ok()) {
      outcome.state = SignInState::ready;
      outcome.account = std::move(account).value();
      return outcome;
    }
    const bool disabled = account.error().code == ErrorCode::not_allowed;
    outcome = {};
    outcome.state = disabled ? SignInState::disabled : SignInState::nobody;
    if (!disabled) outcome.subject = who.subject;
    return outcome;
  }

  Repository& store_;
  const Clock clock_;
  const Random random_;
  Web web_;
  Provider provider_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::deque<Waiting> queue_;  ///< guarded by mutex_, as those below
  bool learn_ = false;
  bool stopping_ = false;
  bool asked_ = false;  ///< of the thread alone, as those below
  std::int64_t asked_ms_ = 0;
  bool failing_ = false;
  std::thread thread_;  ///< last: uses all of it
};

SignInDesk::SignInDesk(Repository& store, const Config& config, std::string secret,
                       std::function<std::int64_t()> clock, Random random)
    : name_(config.sign_in_name.empty() ? config.sign_in_provider : config.sign_in_name),
      work_(std::make_unique<Work>(store, config, std::move(secret), std::move(clock),
                                   std::move(random))) {}
SignInDesk::~SignInDesk() = default;

Result<std::string> SignInDesk::begin(const sync::Digest& challenge, std::string back_to) {
  return work_->begin(challenge, std::move(back_to));
}
Result<std::string> SignInDesk::take_back(const Return& returned) {
  return work_->take_back(returned);
}
std::optional<SignInOutcome> SignInDesk::outcome(const std::string& ticket,
                                                 const std::string& verifier) {
  return work_->outcome(ticket, verifier);
}

}  // namespace insieme::server
