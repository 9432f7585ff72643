// Sign-ins under way, and the thread that talks to the provider.
#include <condition_variable>
#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include "insieme/server/repository.hpp"
#include "insieme/server/sign_in.hpp"
#include "insieme/sync/sign_in.hpp"
#include "log.hpp"
#include "sign_in/provider.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kStateBytesMax = 128;
constexpr std::size_t kCodeBytesMax = 4'096;
constexpr std::int64_t kLearnPauseMs = 2'000;
constexpr std::size_t kSecretFileMax = 4'096;

sync::Digest hash_of(std::string_view domain, std::string_view secret) {
  return sync::Hasher(domain).add(secret).finish();
}

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
  Work(SignInStore& store, const Config& config, std::string secret, Clock clock, Random random)
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
    const std::lock_guard lock(mutex_);
    sweep(now_ms);
    learn_ = true;  // if it is not known, or was asked long ago
    woken_.notify_all();
    if (!is_known) return Error{ErrorCode::unavailable, "the provider has not answered yet"};
    if (begun_.size() >= kBegunMax) return Error{ErrorCode::limit_exceeded, "too many at once"};
    const std::string state = random_hex(kSecretBytes, random_);
    Begun one{{random_hex(kSecretBytes, random_), random_hex(kSecretBytes, random_), now_ms},
              challenge, std::move(back_to)};
    std::string address = provider_.address(state, one.secrets);
    begun_.emplace(hash_of("insieme sign-in state v1", state), std::move(one));
    return address;
  }

  Result<std::string> take_back(const Return& returned) {
    const std::int64_t now_ms = clock_();
    const std::lock_guard lock(mutex_);
    sweep(now_ms);
    const auto at = returned.state.size() > kStateBytesMax
                        ? begun_.end()
                        : begun_.find(hash_of("insieme sign-in state v1", returned.state));
    if (at == begun_.end()) return Error{ErrorCode::not_found, "no such sign-in"};
    if (returned_.size() >= kReturnedMax || queue_.size() >= kQueuedMax) {
      return Error{ErrorCode::limit_exceeded, "too many at once"};
    }
    const std::string ticket = random_hex(kSecretBytes, random_);
    const sync::Digest name = hash_of("insieme sign-in ticket v1", ticket);
    Came one{at->second.secrets, {}, at->second.challenge, now_ms, {}};
    std::string target = at->second.back_to + ticket;
    begun_.erase(at);
    if (!provider_.is_itself(returned.issuer)) {
      log_event("sign-in refused", "the browser comes from another provider (iss)");
      one.outcome.state = SignInState::provider_wrong;
    } else if (!returned.error.empty() || returned.code.empty()) {
      log_event("sign-in declined", plain_error(returned.error));
      one.outcome.state = SignInState::declined;
    } else if (returned.code.size() > kCodeBytesMax) {
      one.outcome.state = SignInState::provider_wrong;
    } else {
      one.code = returned.code;
      queue_.push_back(name);
    }
    returned_.emplace(name, std::move(one));
    woken_.notify_all();
    return target;
  }

  std::optional<SignInOutcome> outcome(const std::string& ticket, const std::string& verifier) {
    const std::lock_guard lock(mutex_);
    sweep(clock_());
    const auto at = returned_.find(hash_of("insieme sign-in ticket v1", ticket));
    // Both are hashed before they are compared: how long that takes tells nothing.
    if (at == returned_.end() || at->second.challenge != sync::sign_in_challenge(verifier)) {
      return std::nullopt;
    }
    return at->second.outcome;
  }

 private:
  struct Begun {
    SignInSecrets secrets;
    sync::Digest challenge;
    std::string back_to;
  };
  struct Came {
    SignInSecrets secrets;
    std::string code;
    sync::Digest challenge;
    std::int64_t at_ms = 0;
    SignInOutcome outcome;
  };

  /// Needs the lock. A clock that was set back ends nothing early.
  void sweep(std::int64_t now_ms) {
    std::erase_if(begun_, [&](const auto& one) {
      return now_ms - one.second.secrets.begun_ms > std::int64_t{kBeginMs};
    });
    std::erase_if(returned_, [&](const auto& one) {
      return one.second.outcome.state != SignInState::pending &&
             now_ms - one.second.at_ms > std::int64_t{kInvitationMs};
    });
  }

  void run() {
    std::unique_lock lock(mutex_);
    learn_ = true;
    while (!stopping_) {
      if (!queue_.empty()) {
        const sync::Digest name = queue_.front();
        queue_.pop_front();
        const Came one = returned_.at(name);
        lock.unlock();
        SignInOutcome outcome = settle(one);
        lock.lock();
        Came& came = returned_.at(name);
        came.outcome = std::move(outcome);
        came.at_ms = clock_();
        came.code.clear();
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

  SignInOutcome settle(const Came& one) {
    SignInOutcome outcome;
    try {
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

  SignInStore& store_;
  const Clock clock_;
  const Random random_;
  Web web_;
  Provider provider_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::map<sync::Digest, Begun> begun_;    ///< by state; guarded by mutex_, as all below
  std::map<sync::Digest, Came> returned_;  ///< by ticket
  std::deque<sync::Digest> queue_;
  bool learn_ = false;
  bool stopping_ = false;
  bool asked_ = false;  ///< of the thread alone, as those below
  std::int64_t asked_ms_ = 0;
  bool failing_ = false;
  std::thread thread_;  ///< last: uses all of it
};

SignInDesk::SignInDesk(SignInStore& store, const Config& config, std::string secret,
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
