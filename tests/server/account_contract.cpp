// The part of the contract that is about passwords of this server's own and sign-ins under way.
#include "repository_contract.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

using namespace server;

Digest code(const std::string& text) { return Hasher("t").add(std::string_view(text)).finish(); }

void check_administration(Repository& repository, std::int64_t now_ms) {
  CHECK_FALSE(repository.has_local_accounts());
  CHECK(repository.new_local_account("nobody", "h", now_ms, false).code() == ErrorCode::not_found);
  REQUIRE(repository.new_local_account("anna", "h1", now_ms + 1'000, true).ok());
  CHECK(repository.new_local_account("anna", "h2", now_ms, false).code() ==
        ErrorCode::already_exists);
  CHECK(repository.has_local_accounts());
  const auto made = repository.local_account("anna");
  REQUIRE(made);
  CHECK(made->password == "h1");
  CHECK(made->first_until_ms == now_ms + 1'000);
  CHECK(made->totp_required);
  CHECK(made->totp.empty());
  CHECK(made->display_name == "Anna Rossi");
  CHECK_FALSE(repository.local_account("bruno"));
  CHECK_FALSE(repository.local_account("Anna"));
  // Their own choice ends the first password, and only as long as no operator comes between.
  CHECK(repository.set_password("anna", made->generation + 1, "h3").code() == ErrorCode::conflict);
  REQUIRE(repository.set_password("anna", made->generation, "h3").ok());
  CHECK(repository.set_password("anna", made->generation, "h3").code() == ErrorCode::conflict);
  CHECK_FALSE(repository.local_account("anna")->first_until_ms);
  REQUIRE(repository.disable_local_account("anna").ok());
  CHECK(repository.disable_local_account("bruno").code() == ErrorCode::not_found);
  CHECK_FALSE(repository.has_local_accounts());
  CHECK(repository.set_password("anna", repository.local_account("anna")->generation, "h4")
            .code() ==
        ErrorCode::conflict);
  CHECK(repository.reset_local_account("bruno", "h", 0, false).code() == ErrorCode::not_found);
  REQUIRE(repository.reset_local_account("anna", "h5", now_ms + 2'000, false).ok());
  REQUIRE(repository.require_totp("anna", false).ok());
  const auto again = repository.local_account("anna");
  CHECK_FALSE(again->disabled);
  CHECK_FALSE(again->totp_required);
  CHECK(again->generation > made->generation);
  CHECK(repository.audit(1).front().action == "account.allow_no_totp");
  REQUIRE(repository.local_accounts().size() == 1);
}

void check_codes(Repository& repository) {
  std::int64_t generation = repository.local_account("anna")->generation;
  REQUIRE(repository.set_totp("anna", generation, {1, 2, 3}, 100, {code("a"), code("b")}).ok());
  CHECK(repository.set_totp("anna", generation, {4}, 100, {}).code() == ErrorCode::conflict);
  generation += 1;
  CHECK(repository.local_account("anna")->totp == std::vector<std::uint8_t>{1, 2, 3});
  CHECK(repository.local_account("anna")->recovery_codes == 2);
  // Each step once, none from before the last.
  CHECK_FALSE(repository.use_totp_step("anna", 100, 102));
  CHECK_FALSE(repository.use_totp_step("anna", 99, 102));
  CHECK(repository.use_totp_step("anna", 101, 102));
  CHECK_FALSE(repository.use_totp_step("anna", 101, 102));
  CHECK_FALSE(repository.use_totp_step("bruno", 101, 102));
  // The clock was far ahead when the last was used: nobody waits for it to come again.
  CHECK(repository.use_totp_step("anna", 9'000, 9'001));
  CHECK(repository.use_totp_step("anna", 110, 111));
  CHECK_FALSE(repository.use_totp_step("anna", 110, 111));

  CHECK_FALSE(repository.use_recovery_code("anna", code("c")));
  CHECK_FALSE(repository.use_recovery_code("bruno", code("a")));
  CHECK(repository.use_recovery_code("anna", code("a")));
  CHECK_FALSE(repository.use_recovery_code("anna", code("a")));
  REQUIRE(repository.set_recovery_codes("anna", generation, {code("d")}).ok());
  CHECK_FALSE(repository.use_recovery_code("anna", code("b")));
  CHECK(repository.use_recovery_code("anna", code("d")));
  REQUIRE(repository.set_recovery_codes("anna", generation, {code("e")}).ok());
  REQUIRE(repository.reset_local_account("anna", "h6", 0, true).ok());
  CHECK(repository.local_account("anna")->totp.empty());
  CHECK(repository.local_account("anna")->recovery_codes == 0);
}

void check_attempts(ContractSubject& subject) {
  Repository& repository = *subject.repository;
  std::int64_t& now = *subject.now_ms;
  const Attempter anna{code("anna"), {3, 1'000, 4'000}};
  const Attempter place{code("place"), {100, 1'000, 4'000}};
  const std::vector<Attempter> both{anna, place};
  for (int i = 0; i < 3; ++i) CHECK(repository.begin_attempt(both) == 0);
  CHECK(repository.begin_attempt(both) == 1'000);
  CHECK(repository.attempt_wait(anna) == 1'000);
  CHECK(repository.attempt_wait(place) == 0);
  // To be refused costs nothing more.
  CHECK(repository.begin_attempt(both) == 1'000);
  now += 1'000;
  CHECK(repository.begin_attempt(both) == 0);
  CHECK(repository.attempt_wait(anna) == 2'000);
  now += 2'000;
  CHECK(repository.begin_attempt(both) == 0);
  now += 4'000;
  CHECK(repository.begin_attempt(both) == 0);
  CHECK(repository.attempt_wait(anna) == 4'000);  // and no longer, however often
  // A clock that is set back: nobody waits for longer than that.
  now -= 1'000'000;
  CHECK(repository.begin_attempt(both) == 4'000);
  now += 4'000;
  CHECK(repository.begin_attempt(both) == 0);
  // What was right is taken back, and the next step of the same person need not wait.
  repository.end_attempt(both);
  CHECK(repository.attempt_wait(anna) == 0);
  CHECK(repository.begin_attempt(both) == 0);
  CHECK(repository.attempt_wait(anna) == 4'000);
  now += 4'000;
  CHECK(repository.begin_attempt(both) == 0);
  REQUIRE(repository.unlock_attempts(anna.who, "anna").ok());
  CHECK(repository.begin_attempt(both) == 0);
  now += LocalAccountStore::kForgetMs + 1;
  CHECK(repository.attempt_wait(anna) == 0);
  // An office behind one address: a mistake a minute keeps nobody out.
  const std::vector<Attempter> office{{code("office"), {3, 1'000, 4'000, 60'000}}};
  for (int i = 0; i < 20; ++i) {
    CHECK(repository.begin_attempt(office) == 0);
    now += 60'000;
  }
  for (int i = 0; i < 3; ++i) CHECK(repository.begin_attempt(office) == 0);
  CHECK(repository.begin_attempt(office) == 1'000);
}

void check_invitation(ContractSubject& subject) {
  Repository& repository = *subject.repository;
  const auto anna = repository.local_account("anna");
  const std::int64_t until = *subject.now_ms + 300'000;
  CHECK(repository.invite_local_account("anna", anna->generation - 1, code("i"), until, code("w"))
            .code() == ErrorCode::conflict);
  REQUIRE(repository.invite_local_account("anna", anna->generation, code("i"), until, code("w"))
              .ok());
  CHECK(repository.local_account("anna")->used_ms == *subject.now_ms);
  const KeyPair keys = make_key_pair({9});
  const auto enrolled = repository.enrol(
      {code("i"), keys.public_key, "tablet", rep("r"), DeviceId{id_of<DeviceId>("d")}});
  REQUIRE(enrolled.ok());
  CHECK(enrolled->user.account == "anna");
  REQUIRE(repository.set_disabled("anna", true).ok());
  CHECK(repository.local_account("anna")->user_disabled);
  CHECK(repository.invite_local_account("anna", anna->generation, code("j"), until, code("w"))
            .code() == ErrorCode::not_allowed);
}

}  // namespace

void check_local_accounts(const MakeRepository& make) {
  ContractSubject subject = make();
  Repository& repository = *subject.repository;
  REQUIRE(repository.add_user({"anna", "Anna Rossi", "educator", false, 0}).ok());
  REQUIRE(repository.add_user({"bruno", "Bruno", "educator", false, 0}).ok());
  check_administration(repository, *subject.now_ms);
  check_codes(repository);
  check_attempts(subject);
  check_invitation(subject);
}

void check_sign_in_rows(const MakeRepository& make) {
  ContractSubject subject = make();
  Repository& repository = *subject.repository;
  const std::int64_t now = *subject.now_ms;
  const SignInRow row{SignInKind::begun, code("s"), {1, 2}, now + 1'000};
  REQUIRE(repository.put_sign_in(row, now).ok());
  CHECK_FALSE(repository.find_sign_in(SignInKind::account, code("s"), now));
  CHECK(repository.find_sign_in(SignInKind::begun, code("s"), now)->sealed == row.sealed);
  CHECK_FALSE(repository.find_sign_in(SignInKind::begun, code("s"), now + 1'001));
  // Of two that come from the same, one is too late.
  SignInRow next = row;
  next.sealed = {3};
  CHECK(repository.replace_sign_in(row, next));
  CHECK_FALSE(repository.replace_sign_in(row, next));
  CHECK_FALSE(repository.take_sign_in(row));
  CHECK(repository.take_sign_in(next));
  CHECK_FALSE(repository.take_sign_in(next));
  // A clock that was years ahead left one behind: it is over, not for ever.
  SignInRow ahead = row;
  ahead.until_ms = now + 1'000'000'000;
  REQUIRE(repository.put_sign_in(ahead, ahead.until_ms - 1).ok());
  CHECK_FALSE(repository.find_sign_in(SignInKind::begun, code("s"), now));
  repository.sweep_sign_ins(now);
  REQUIRE(repository.put_sign_in(row, now).ok());
  SignInRow large = row;
  large.name = code("large");
  large.sealed.resize(SignInRowStore::kRowBytesMax + 1);
  CHECK(repository.put_sign_in(large, now).code() == ErrorCode::limit_exceeded);
}

}  // namespace insieme::testing
