// The steps of a sign-in with a password of this server's own.
#include "insieme/server/account_desk.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "insieme/sync/seal.hpp"
#include "insieme/sync/sign_in.hpp"
#include "log.hpp"
#include "sign_in/kept.hpp"
#include "sign_in/password.hpp"
#include "sign_in/totp.hpp"

namespace insieme::server {
namespace {

namespace json = boost::json;
using Answer = AccountAnswer;
using Kind = AccountAnswer::Kind;

constexpr std::size_t kTicketBytes = 32;
constexpr std::string_view kTotpPurpose = "insieme totp v1";

bool is_set(const json::object& said, std::string_view name) { return number_in(said, name) != 0; }

std::string next_of(const json::object& said) {
  if (is_set(said, "code")) return "code";
  if (is_set(said, "password")) return "new_password";
  if (is_set(said, "totp")) return "totp";
  return "ready";
}

std::optional<TotpSecret> secret_of(std::span<const std::uint8_t> bytes) {
  TotpSecret secret{};
  if (bytes.size() != secret.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), secret.begin());
  return secret;
}

bool is_verifier(const json::object& said, const std::string& verifier) {
  sync::Digest challenge;
  return sync::from_hex(text_in(said, "challenge"), challenge.bytes).ok() &&
         challenge == sync::sign_in_challenge(verifier);
}

std::vector<Attempter> attempters_of(const std::string& account, const std::string& address) {
  std::vector<Attempter> all{{attempter_of_name(account), kNamePolicy}};
  if (!address.empty()) all.push_back({attempter_of_address(address), kAddressPolicy});
  return all;
}

Answer just(Kind kind) {
  Answer answer;
  answer.kind = kind;
  return answer;
}

Answer refused(PasswordRefusal refusal) {
  Answer answer = just(Kind::password_refused);
  answer.refusal = std::move(refusal.en);
  answer.refusal_it = std::move(refusal.it);
  return answer;
}

struct NewCodes {
  std::vector<std::string> shown;
  std::vector<sync::Digest> hashes;
};

NewCodes new_codes(const std::string& account) {
  NewCodes codes;
  while (codes.shown.size() < kRecoveryCodes) {
    codes.shown.push_back(new_recovery_code());
    codes.hashes.push_back(*hash_recovery_code(account, codes.shown.back()));
  }
  return codes;
}

}  // namespace

sync::Digest attempter_of_name(const std::string& account) {
  return sync::Hasher("insieme attempts of a name v1").add(std::string_view(account)).finish();
}
sync::Digest attempter_of_address(const std::string& counted) {
  return sync::Hasher("insieme attempts of an address v1")
      .add(std::string_view(counted))
      .finish();
}

class AccountDesk::Work {
 public:
  Work(Repository& repository, const sync::SecretKey& secret, Clock clock, Random random,
       PasswordCost cost)
      : repository_(repository),
        secret_(secret),
        clock_(std::move(clock)),
        random_(std::move(random)),
        cost_(cost),
        decoy_(decoy_hash(cost)) {}
  ~Work() { sodium_memzero(secret_.bytes.data(), secret_.bytes.size()); }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  Answer begin(const Begin& begin) {
    const HashGate::Place place(gate_);
    if (!place) return just(Kind::busy);
    const auto attempters = attempters_of(begin.name, begin.address);
    if (auto locked = attempt(attempters)) return *std::move(locked);
    const std::int64_t now_ms = clock_();
    const auto account = repository_.local_account(begin.name);
    const bool is_first = account && account->first_until_ms;
    // Also for a name that nobody has: no answer comes sooner than another.
    const bool is_right = verify_password(
        account ? account->password : decoy_,
        is_first ? canonical_code(begin.password) : begin.password);
    if (!account || !is_right || (is_first && now_ms > *account->first_until_ms)) {
      return just(Kind::wrong);
    }
    repository_.end_attempt(attempters);
    if (account->disabled || account->user_disabled) return just(Kind::disabled);
    const std::string ticket = random_hex(kTicketBytes, random_);
    json::object said = plan(*account, begin);
    const SignInRow row = keep(ticket, said, now_ms + std::int64_t{kSignInMs});
    if (!repository_.put_sign_in(row, now_ms).ok()) return just(Kind::busy);
    Answer answer = ask(said);
    answer.ticket = ticket;
    if (answer.next == "ready") return complete(*account, row, ticket, said, std::move(answer));
    return answer;
  }

  Answer step(const Step& step) {
    const auto kept = find_kept(repository_, SignInKind::account, step.ticket, clock_());
    if (!kept || !is_verifier(kept->said, step.verifier)) return just(Kind::unknown);
    const auto account = present(kept->said);
    if (!account) return just(Kind::unknown);
    const std::string next = next_of(kept->said);
    if (next == "code" && !(step.code.empty() && step.recovery_code.empty())) {
      return check_code(*account, *kept, step);
    }
    if (next == "new_password" && !step.new_password.empty()) {
      return choose_password(*account, *kept, step);
    }
    if (next == "totp" && !step.code.empty()) return set_up_totp(*account, *kept, step);
    return ask(kept->said);
  }

  std::optional<SignInOutcome> outcome(const std::string& ticket, const std::string& verifier) {
    // A second time where another request of the same client came between.
    for (int attempt = 0; attempt < 2; ++attempt) {
      const std::int64_t now_ms = clock_();
      const auto kept = find_kept(repository_, SignInKind::account, ticket, now_ms);
      if (!kept || !is_verifier(kept->said, verifier)) return std::nullopt;
      if (next_of(kept->said) != "ready") return std::nullopt;
      SignInOutcome outcome;
      outcome.state = SignInState::ready;
      outcome.account = text_in(kept->said, "account");
      outcome.invitation = text_in(kept->said, "invitation");
      outcome.expires_ms = number_in(kept->said, "expires_ms");
      if (!outcome.invitation.empty()) return outcome;
      outcome.invitation = new_invitation_code();
      outcome.expires_ms = now_ms + std::int64_t{SignInDesk::kInvitationMs};
      const Status invited = repository_.invite_local_account(
          outcome.account, number_in(kept->said, "generation"),
          *hash_invitation(outcome.invitation), outcome.expires_ms,
          attempter_of_name(outcome.account));
      if (invited.code() == ErrorCode::not_allowed) {
        outcome = {};
        outcome.state = SignInState::disabled;
        return outcome;
      }
      if (!invited.ok()) return std::nullopt;
      json::object said = kept->said;
      said["invitation"] = outcome.invitation;
      said["expires_ms"] = outcome.expires_ms;
      if (repository_.replace_sign_in(kept->row, keep(ticket, said, outcome.expires_ms))) {
        return outcome;
      }
    }
    return std::nullopt;
  }

  bool is_offered() { return repository_.has_local_accounts(); }

 private:
  static SignInRow keep(const std::string& ticket, const json::object& said,
                        std::int64_t until_ms) {
    return keep_sign_in(SignInKind::account, ticket, said, until_ms);
  }

  /// Counted before anything is compared: many at once are as many as one after the other.
  std::optional<Answer> attempt(std::span<const Attempter> attempters) {
    const std::int64_t wait_ms = repository_.begin_attempt(attempters);
    if (wait_ms == 0) return std::nullopt;
    Answer answer = just(Kind::locked);
    answer.wait_ms = wait_ms;
    return answer;
  }

  /// What this sign-in will ask for.
  json::object plan(const LocalAccount& account, const Begin& begin) const {
    const bool has_totp = !account.totp.empty();
    const bool sets_totp = begin.wants_totp || (account.totp_required && !has_totp);
    json::object said{{"challenge", sync::to_hex(begin.challenge.bytes)},
                      {"account", account.account},
                      {"generation", account.generation},
                      {"code", has_totp ? 1 : 0},
                      {"password", begin.wants_password || account.first_until_ms ? 1 : 0},
                      {"totp", sets_totp ? 1 : 0},
                      {"codes", begin.wants_codes && has_totp && !sets_totp ? 1 : 0},
                      {"tries", 0}};
    if (!sets_totp) return said;
    TotpSecret secret{};
    random_(secret);
    said["secret"] = sync::to_hex(secret);
    return said;
  }

  /// The account as the sign-in knew it; nothing once an operator has changed it, or another
  /// sign-in its password or its app of codes.
  std::optional<LocalAccount> present(const json::object& said) {
    auto account = repository_.local_account(text_in(said, "account"));
    const bool same = account && !account->disabled && !account->user_disabled &&
                      account->generation == number_in(said, "generation");
    return same ? account : std::nullopt;
  }

  Answer ask(const json::object& said) const {
    Answer answer = just(Kind::next);
    answer.next = next_of(said);
    if (answer.next != "totp") return answer;
    TotpSecret secret{};
    if (!sync::from_hex(text_in(said, "secret"), secret).ok()) return just(Kind::unknown);
    answer.totp_secret = to_base32(secret);
    answer.totp_address =
        totp_address(secret, repository_.space().name, text_in(said, "account"));
    return answer;
  }

  /// On to what is asked next.
  Answer advance(const LocalAccount& account, const KeptSignIn& kept, const std::string& ticket,
                 json::object said, std::vector<std::string> recovery_codes = {}) {
    const SignInRow row = keep(ticket, said, kept.row.until_ms);
    if (!repository_.replace_sign_in(kept.row, row)) return just(Kind::busy);
    Answer answer = ask(said);
    answer.recovery_codes = std::move(recovery_codes);
    if (answer.next == "ready") return complete(account, row, ticket, said, std::move(answer));
    return answer;
  }

  /// All is proven: what was asked for without another step.
  Answer complete(const LocalAccount& account, const SignInRow& row, const std::string& ticket,
                  json::object said, Answer answer) {
    if (!is_set(said, "codes")) return answer;
    said["codes"] = 0;
    if (!repository_.replace_sign_in(row, keep(ticket, said, row.until_ms))) {
      return just(Kind::busy);
    }
    NewCodes codes = new_codes(account.account);
    if (!repository_
             .set_recovery_codes(account.account, number_in(said, "generation"), codes.hashes)
             .ok()) {
      return just(Kind::unknown);
    }
    answer.recovery_codes = std::move(codes.shown);
    return answer;
  }

  /// One more that is wrong; after some the sign-in is over.
  Answer wrong(const KeptSignIn& kept, const std::string& ticket) {
    json::object said = kept.said;
    const std::int64_t tries = number_in(said, "tries") + 1;
    if (tries >= kTriesMax) {
      static_cast<void>(repository_.take_sign_in(kept.row));
    } else {
      said["tries"] = tries;
      static_cast<void>(repository_.replace_sign_in(kept.row, keep(ticket, said,
                                                                   kept.row.until_ms)));
    }
    return just(Kind::wrong);
  }

  Answer check_code(const LocalAccount& account, const KeptSignIn& kept, const Step& step) {
    const auto attempters = attempters_of(account.account, step.address);
    if (auto locked = attempt(attempters)) return *std::move(locked);
    const bool is_right = step.code.empty() ? use_recovery_code(account, step.recovery_code)
                                            : use_code(account, step.code);
    if (!is_right) return wrong(kept, step.ticket);
    repository_.end_attempt(attempters);
    json::object said = kept.said;
    said["code"] = 0;
    return advance(account, kept, step.ticket, std::move(said));
  }

  bool use_recovery_code(const LocalAccount& account, const std::string& code) {
    const auto hash = hash_recovery_code(account.account, code);
    return hash && repository_.use_recovery_code(account.account, *hash);
  }

  bool use_code(const LocalAccount& account, const std::string& code) {
    const auto opened = sync::open_sealed(totp_key(account.account), kTotpPurpose, account.totp);
    const auto secret = opened.ok() ? secret_of(*opened) : std::nullopt;
    if (!secret) {
      log_event("account", "its app of codes was set up under another server key: account reset "
                           "--forget-totp");
      return false;
    }
    const std::int64_t now_ms = clock_();
    const auto step = match_totp(*secret, code, now_ms);
    return step && repository_.use_totp_step(account.account, *step,
                                             totp_step_at(now_ms) + kTotpStepsOff);
  }

  Answer choose_password(const LocalAccount& account, const KeptSignIn& kept, const Step& step) {
    if (auto why = judge_password(step.new_password, account.account, account.display_name)) {
      return refused(*std::move(why));
    }
    const HashGate::Place place(gate_);
    if (!place) return just(Kind::busy);
    const std::string as_before =
        account.first_until_ms ? canonical_code(step.new_password) : step.new_password;
    if (verify_password(account.password, as_before)) {
      return refused({"This is the password that you have. Choose another.",
                      "È la password di prima. Sceglierne un'altra."});
    }
    if (!repository_
             .set_password(account.account, number_in(kept.said, "generation"),
                           hash_password(step.new_password, cost_))
             .ok()) {
      return just(Kind::unknown);
    }
    json::object said = kept.said;
    said["password"] = 0;
    said["generation"] = account.generation + 1;
    return advance(account, kept, step.ticket, std::move(said));
  }

  Answer set_up_totp(const LocalAccount& account, const KeptSignIn& kept, const Step& step) {
    TotpSecret secret{};
    if (!sync::from_hex(text_in(kept.said, "secret"), secret).ok()) return just(Kind::unknown);
    const auto matched = match_totp(secret, step.code, clock_());
    if (!matched) return wrong(kept, step.ticket);
    NewCodes codes = new_codes(account.account);
    const auto sealed = sync::seal(totp_key(account.account), kTotpPurpose, secret);
    if (!repository_
             .set_totp(account.account, number_in(kept.said, "generation"), sealed, *matched,
                       codes.hashes)
             .ok()) {
      return just(Kind::unknown);
    }
    json::object said = kept.said;
    said["totp"] = 0;
    said["generation"] = account.generation + 1;
    said.erase("secret");
    return advance(account, kept, step.ticket, std::move(said), std::move(codes.shown));
  }

  /// Not in any database: whoever has a copy of one has no codes.
  sync::SealKey totp_key(const std::string& account) const {
    return {sync::Hasher("insieme totp key v1")
                .add(std::span<const std::uint8_t>(secret_.bytes))
                .add(std::string_view(account))
                .finish()
                .bytes};
  }

  Repository& repository_;
  sync::SecretKey secret_;
  const Clock clock_;
  const Random random_;
  const PasswordCost cost_;
  const std::string decoy_;
  HashGate gate_{kHashesAtOnce};
};

AccountDesk::AccountDesk(Repository& repository, const sync::SecretKey& secret, Clock clock,
                         Random random, Cost cost)
    : work_(std::make_unique<Work>(repository, secret, std::move(clock), std::move(random),
                                   PasswordCost{cost.passes, cost.memory_kib})) {}
AccountDesk::~AccountDesk() = default;

AccountAnswer AccountDesk::begin(const Begin& begin) { return work_->begin(begin); }
AccountAnswer AccountDesk::step(const Step& step) { return work_->step(step); }
std::optional<SignInOutcome> AccountDesk::outcome(const std::string& ticket,
                                                  const std::string& verifier) {
  return work_->outcome(ticket, verifier);
}
bool AccountDesk::is_offered() { return work_->is_offered(); }

}  // namespace insieme::server
