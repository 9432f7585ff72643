// Sign-in with a name and a password of this server's own: what a person does, what somebody who
// guesses, steals, repeats or is too early cannot.
#include <boost/json.hpp>

#include <atomic>
#include <cerrno>
#include <set>
#include <thread>

#include "fixture.hpp"
#include "insieme/server/account_desk.hpp"
#include "insieme/sync/sign_in.hpp"
#include "repository_contract.hpp"
#include "sign_in/password.hpp"
#include "sign_in/totp.hpp"
#include "support/catch.hpp"
#include "world_storage.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

namespace json = boost::json;

/// Cheap: what a hash costs is not what is tried here.
constexpr server::PasswordCost kCheap{1, 8};
const std::string kVerifier(64, 'a');
const std::string kFirst = "ABCDE-FGHJK-MNPQR-STVWX";
const std::string kOwn = "tre parole facili";

/// A space with anna and bruno, and a desk as one server has it.
struct Office {
  World world;
  std::unique_ptr<server::AccountDesk> desk;
  std::unique_ptr<server::Api> api;

  explicit Office(bool totp = false) {
    REQUIRE(world.repository->add_user({"anna", "Anna Rossi", "educator", false, 0}).ok());
    REQUIRE(world.repository->add_user({"bruno", "Bruno", "educator", false, 0}).ok());
    REQUIRE(world.repository
                ->new_local_account("anna", server::hash_password(server::canonical_code(kFirst),
                                                                  kCheap),
                                    world.now_ms + 3'600'000, totp)
                .ok());
    restart();
  }

  /// As after a kill, or as another server of the space: nothing is left but the repository.
  void restart() {
    desk = std::make_unique<server::AccountDesk>(
        *world.repository, world.keys.secret_key, [this] { return world.now_ms; },
        server::fill_random, server::AccountDesk::Cost{kCheap.passes, kCheap.memory_kib});
    server::Services services{*world.repository, world.tokens, world.metrics, world.config,
                              [this] { return world.now_ms; }, world.keys.public_key,
                              [] { return std::uint64_t{1} << 40; }};
    services.accounts = desk.get();
    api = std::make_unique<server::Api>(std::move(services));
  }

  [[nodiscard]] server::Response post(const char* path, const json::object& body,
                                      const std::string& from = {}) const {
    server::Request request = json_request(path, json::serialize(body));
    request.client = from;
    return api->handle(request);
  }
  [[nodiscard]] server::Response begin(const std::string& name, const std::string& password,
                                       const std::string& wants = {},
                                       const std::string& from = {}) const {
    json::object body{{"challenge", to_hex(sign_in_challenge(kVerifier).bytes)},
                      {"name", name},
                      {"password", password}};
    if (!wants.empty()) body["wants"] = wants;
    return post("/v1/sign-in/account", body, from);
  }
  [[nodiscard]] server::Response step(const std::string& ticket, const char* what,
                                      const std::string& value,
                                      const std::string& verifier = kVerifier) const {
    return post("/v1/sign-in/step", {{"ticket", ticket}, {"verifier", verifier}, {what, value}});
  }
  [[nodiscard]] server::Response finish(const std::string& ticket) const {
    return post("/v1/sign-in/finish", {{"ticket", ticket}, {"verifier", kVerifier}});
  }
  /// Anna has chosen her own password, and set an app of codes up if it is asked for.
  struct Known {
    server::TotpSecret secret{};
    std::vector<std::string> recovery_codes;
  };
  Known settle_in();
};

/// An empty space on the database that these tests run on.
ContractSubject make_subject() {
  struct Kept {
    TempDir dir;
    std::int64_t now_ms = 1'790'000'000'000;
  };
  const auto kept = std::make_shared<Kept>();
  Kept* raw = kept.get();
  auto repository =
      make_world_storage(kept->dir.file("server.db"), [raw] { return raw->now_ms; });
  return {kept, std::move(repository), &kept->now_ms};
}

json::object object_in(const server::Response& answer) {
  return json::parse(body_text(answer)).as_object();
}

std::string slug_of(const server::Response& answer) {
  const auto body = object_in(answer);
  if (body.contains("type")) return std::string(body.at("type").as_string()).substr(10);
  return std::string(body.at(body.contains("next") ? "next" : "state").as_string());
}

std::string member_of(const server::Response& answer, const char* name) {
  const auto body = object_in(answer);
  INFO(body_text(answer));
  REQUIRE(body.contains(name));
  return std::string(body.at(name).as_string());
}

server::TotpSecret secret_in(const server::Response& answer) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  server::TotpSecret secret{};
  std::uint32_t bits = 0;
  unsigned count = 0;
  std::size_t at = 0;
  for (const char c : member_of(answer, "totp_secret")) {
    bits = (bits << 5) | static_cast<std::uint32_t>(kAlphabet.find(c));
    count += 5;
    if (count < 8) continue;
    count -= 8;
    secret.at(at++) = static_cast<std::uint8_t>(bits >> count);
  }
  REQUIRE(at == secret.size());
  return secret;
}

Office::Known Office::settle_in() {
  const auto begun = begin("anna", kFirst);
  const std::string ticket = member_of(begun, "ticket");
  const auto chosen = step(ticket, "new_password", kOwn);
  Known known;
  if (slug_of(chosen) == "ready") return known;
  REQUIRE(slug_of(chosen) == "totp");
  known.secret = secret_in(chosen);
  const auto set =
      step(ticket, "code", server::totp_code(known.secret, server::totp_step_at(world.now_ms)));
  REQUIRE(slug_of(set) == "ready");
  const json::object answer = object_in(set);
  for (const json::value& code : answer.at("recovery_codes").as_array()) {
    known.recovery_codes.emplace_back(code.as_string());
  }
  world.now_ms += 2 * server::kTotpStepMs;
  return known;
}

std::string code_now(const Office& at, const Office::Known& known) {
  return server::totp_code(known.secret, server::totp_step_at(at.world.now_ms));
}

}  // namespace

TEST_CASE("account: what a repository keeps of passwords and of sign-ins under way",
          "[server][account][repository]") {
  check_local_accounts(make_subject);
  check_sign_in_rows(make_subject);
}

TEST_CASE("account: a first password leads to one's own, then to an invitation for one device",
          "[server][account][P7]") {
  Office at;
  CHECK(body_text(at.api->handle(json_request("/v1/sign-in/ways", "{}"))) ==
        R"({"ways":[{"way":"account","name":"Test"}]})");
  // As somebody types it from a sheet.
  const auto begun = at.begin("anna", "abcde fghjk mnpqr stvwx");
  REQUIRE(slug_of(begun) == "new_password");
  const std::string ticket = member_of(begun, "ticket");
  CHECK(slug_of(at.finish(ticket)) == "sign-in-unknown");  // not so far
  CHECK(slug_of(at.step(ticket, "new_password", "corta")) == "password-refused");
  CHECK(slug_of(at.step(ticket, "new_password", kFirst)) == "password-refused");
  CHECK(slug_of(at.step(ticket, "new_password", "sono Anna Rossi")) == "password-refused");
  REQUIRE(slug_of(at.step(ticket, "new_password", kOwn)) == "ready");
  const auto answer = at.finish(ticket);
  REQUIRE(slug_of(answer) == "ready");
  CHECK(member_of(answer, "account") == "anna");
  CHECK(body_text(at.finish(ticket)) == body_text(answer));  // an answer may be lost
  const auto hash = server::hash_invitation(member_of(answer, "invitation"));
  const MemoryDevice tablet("t1");
  const MemoryDevice other("t2");
  CHECK(at.world.repository->enrol({*hash, tablet.public_key(), "t", rep("t1"), tablet.id()}).ok());
  CHECK_FALSE(
      at.world.repository->enrol({*hash, other.public_key(), "t", rep("t2"), other.id()}).ok());
  // The first one is over, their own holds.
  CHECK(slug_of(at.begin("anna", kFirst)) == "sign-in-wrong");
  CHECK(slug_of(at.begin("anna", kOwn)) == "ready");
}

TEST_CASE("account: unknown, wrong, expired and a wrong code are one answer", "[server][account]") {
  Office at(true);
  const std::string unknown = body_text(at.begin("nessuno", kOwn));
  CHECK(slug_of(at.begin("nessuno", kOwn)) == "sign-in-wrong");
  CHECK(body_text(at.begin("anna", "qualcos'altro")) == unknown);
  CHECK(body_text(at.begin("bruno", kFirst)) == unknown);  // has no password
  CHECK(body_text(at.begin("Anna", kFirst)) == unknown);
  const auto known = at.settle_in();
  const std::string ticket = member_of(at.begin("anna", kOwn), "ticket");
  const auto wrong = at.step(ticket, "code", "000000");
  CHECK(wrong.status == 403);
  CHECK(body_text(wrong) == unknown);
  CHECK(body_text(at.step(ticket, "recovery_code", "AAAAA-AAAAA-AAAAA")) == unknown);
  CHECK(slug_of(at.step(ticket, "code", code_now(at, known))) == "ready");
  Office late;
  late.world.now_ms += 3'600'001;
  CHECK(body_text(late.begin("anna", kFirst)) == unknown);
  // Locked alike, in the same words.
  std::vector<std::string> answers;
  for (const char* name : {"anna", "nessuno"}) {
    Office fresh;
    for (int i = 0; i < server::kNamePolicy.free; ++i) {
      CHECK(slug_of(fresh.begin(name, "sbagliata!")) == "sign-in-wrong");
    }
    const auto locked = fresh.begin(name, kFirst);
    CHECK(locked.status == 429);
    answers.push_back(body_text(locked));
  }
  CHECK(answers.front() == answers.back());
}

TEST_CASE("account: who guesses waits longer and longer, also many at once, and an operator helps",
          "[server][account]") {
  Office at;
  std::int64_t waited_ms = 0;
  int guesses = 0;
  for (; waited_ms < 24 * 3'600'000; ++guesses) {
    auto answer = at.begin("anna", "sbagliata!");
    if (answer.status != 429) continue;
    std::int64_t wait_s = 0;
    for (const auto& [name, value] : answer.headers) {
      if (name == "Retry-After") wait_s = std::stoll(value);
    }
    REQUIRE(wait_s > 0);
    at.world.now_ms += wait_s * 1'000;
    waited_ms += wait_s * 1'000;
    --guesses;
  }
  CHECK(guesses < 110);  // of one name in a day, whatever the address
  CHECK(at.begin("anna", "sbagliata!").status == 403);
  CHECK(at.begin("anna", "sbagliata!").status == 429);
  REQUIRE(at.world.repository->unlock_attempts(server::attempter_of_name("anna"), "anna").ok());
  CHECK(slug_of(at.begin("anna", "sbagliata!")) == "sign-in-wrong");
  // All are counted before any is compared.
  Office many;
  std::atomic<int> compared{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&many, &compared] {
      for (int j = 0; j < 4; ++j) {
        if (many.begin("anna", "sbagliata!").status == 403) ++compared;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(compared == server::kNamePolicy.free);
}

TEST_CASE("account: who waited after others' guesses signs in with a password and a code at once",
          "[server][account]") {
  Office at(true);
  const auto known = at.settle_in();
  for (int guess = 0; guess < 12; ++guess) {
    while (at.begin("anna", "sbagliata!").status == 429) at.world.now_ms += 30'000;
  }
  at.world.now_ms += server::kNamePolicy.longest_wait_ms;
  const std::string ticket = member_of(at.begin("anna", kOwn), "ticket");
  CHECK(slug_of(at.step(ticket, "code", code_now(at, known))) == "ready");
}

TEST_CASE("account: an address that tries many names waits, and other addresses do not",
          "[server][account]") {
  Office at;
  int wrong = 0;
  for (int i = 0; i < 50; ++i) {
    const auto answer = at.begin("nome" + std::to_string(i), "sbagliata!", {}, "192.0.2.7");
    if (answer.status == 403) ++wrong;
  }
  CHECK(wrong == server::kAddressPolicy.free);
  CHECK(at.begin("anna", kFirst, {}, "192.0.2.7").status == 429);
  CHECK(slug_of(at.begin("anna", kFirst, {}, "192.0.2.8")) == "new_password");
}

TEST_CASE("account: a code works once, a step around now, whatever the clock does",
          "[server][account]") {
  Office at(true);
  const auto known = at.settle_in();
  const auto sign_in = [&](const std::string& code) {
    const std::string ticket = member_of(at.begin("anna", kOwn), "ticket");
    const std::string slug = slug_of(at.step(ticket, "code", code));
    static_cast<void>(at.finish(ticket));  // what was wrong is forgotten when it was right
    static_cast<void>(
        at.world.repository->unlock_attempts(server::attempter_of_name("anna"), "anna"));
    return slug;
  };
  const std::string code = code_now(at, known);
  CHECK(sign_in(code) == "ready");
  CHECK(sign_in(code) == "sign-in-wrong");  // somebody looked over the shoulder
  at.world.now_ms += server::kTotpStepMs;
  CHECK(sign_in(code) == "sign-in-wrong");
  // One step early, then nothing from before it.
  const std::int64_t step = server::totp_step_at(at.world.now_ms);
  CHECK(sign_in(server::totp_code(known.secret, step + 2)) == "sign-in-wrong");
  CHECK(sign_in(server::totp_code(known.secret, step + 1)) == "ready");
  CHECK(sign_in(server::totp_code(known.secret, step)) == "sign-in-wrong");
  for (const char* odd : {"12345", "1234567", "abcdef", "12 34", "-12345", "\xc3\xa9"}) {
    CAPTURE(odd);
    CHECK(sign_in(odd) == "sign-in-wrong");
  }
  // Ten years ahead, and back again: nobody is locked out for ten years.
  at.world.now_ms += 315'360'000'000;
  CHECK(sign_in(code_now(at, known)) == "ready");
  at.world.now_ms -= 315'360'000'000 - 600'000;
  CHECK(sign_in(code_now(at, known)) == "ready");
  CHECK(sign_in(code_now(at, known)) == "sign-in-wrong");
}

TEST_CASE("account: a recovery code stands in for a code, once", "[server][account]") {
  Office at(true);
  const auto known = at.settle_in();
  REQUIRE(known.recovery_codes.size() == server::kRecoveryCodes);
  CHECK(std::set<std::string>(known.recovery_codes.begin(), known.recovery_codes.end()).size() ==
        known.recovery_codes.size());
  const auto sign_in = [&](const std::string& code, const std::string& wants = {}) {
    const std::string ticket = member_of(at.begin("anna", kOwn, wants), "ticket");
    return at.step(ticket, "recovery_code", code);
  };
  CHECK(slug_of(sign_in(known.recovery_codes[0])) == "ready");
  CHECK(slug_of(sign_in(known.recovery_codes[0])) == "sign-in-wrong");
  CHECK(at.world.repository->local_account("anna")->recovery_codes == 9);
  // The telephone is lost for good: another app with the next one; the old codes are gone.
  const auto begun = sign_in(known.recovery_codes[1], "totp");
  REQUIRE(slug_of(begun) == "totp");
  CHECK(slug_of(sign_in(known.recovery_codes[2], "codes")) == "ready");
  CHECK(slug_of(sign_in(known.recovery_codes[3])) == "sign-in-wrong");
  CHECK(at.world.repository->local_account("anna")->recovery_codes == server::kRecoveryCodes);
}

TEST_CASE("account: a password is changed and an app of codes set up while signing in",
          "[server][account]") {
  Office at;
  static_cast<void>(at.settle_in());
  const auto begun = at.begin("anna", kOwn, "password totp");
  REQUIRE(slug_of(begun) == "new_password");
  const std::string ticket = member_of(begun, "ticket");
  const auto asked = at.step(ticket, "new_password", "quattro parole ancora");
  REQUIRE(slug_of(asked) == "totp");
  CHECK(member_of(asked, "totp_address").rfind("otpauth://totp/Test:anna?secret=", 0) == 0);
  // Asked again it is the same: an answer may be lost.
  CHECK(body_text(at.post("/v1/sign-in/step", {{"ticket", ticket}, {"verifier", kVerifier}})) ==
        body_text(asked));
  const auto secret = secret_in(asked);
  CHECK(slug_of(at.step(ticket, "code", "000000")) == "sign-in-wrong");
  const std::string code =
      server::totp_code(secret, server::totp_step_at(at.world.now_ms));
  CHECK(slug_of(at.step(ticket, "code", code)) == "ready");
  CHECK(slug_of(at.begin("anna", kOwn)) == "sign-in-wrong");
  const auto next = at.begin("anna", "quattro parole ancora");
  REQUIRE(slug_of(next) == "code");
  // The code that set it up is used up.
  CHECK(slug_of(at.step(member_of(next, "ticket"), "code", code)) == "sign-in-wrong");
  CHECK(slug_of(at.begin("anna", "x", "tutto")) == "bad-request");
}

TEST_CASE("account: a ticket is of use with its verifier, for some tries and minutes",
          "[server][account]") {
  Office at(true);
  const auto known = at.settle_in();
  const std::string ticket = member_of(at.begin("anna", kOwn), "ticket");
  CHECK(slug_of(at.step(ticket, "code", code_now(at, known), std::string(64, 'b'))) ==
        "sign-in-unknown");
  CHECK(slug_of(at.step(std::string(64, '0'), "code", code_now(at, known))) == "sign-in-unknown");
  for (int i = 0; i < server::AccountDesk::kTriesMax; ++i) {
    CHECK(slug_of(at.step(ticket, "code", "000000")) == "sign-in-wrong");
  }
  CHECK(slug_of(at.step(ticket, "code", code_now(at, known))) == "sign-in-unknown");
  REQUIRE(at.world.repository->unlock_attempts(server::attempter_of_name("anna"), "anna").ok());
  const std::string late = member_of(at.begin("anna", kOwn), "ticket");
  at.world.now_ms += server::AccountDesk::kSignInMs + 1;
  CHECK(slug_of(at.step(late, "code", code_now(at, known))) == "sign-in-unknown");
  CHECK(slug_of(at.finish(late)) == "sign-in-unknown");
}

TEST_CASE("account: another server of the space goes on where one was killed",
          "[server][account]") {
  Office at(true);
  const auto begun = at.begin("anna", kFirst);
  const std::string ticket = member_of(begun, "ticket");
  at.restart();
  const auto asked = at.step(ticket, "new_password", kOwn);
  REQUIRE(slug_of(asked) == "totp");
  at.restart();
  const std::string code =
      server::totp_code(secret_in(asked), server::totp_step_at(at.world.now_ms));
  REQUIRE(slug_of(at.step(ticket, "code", code)) == "ready");
  at.restart();
  const auto ready = at.finish(ticket);
  CHECK(slug_of(ready) == "ready");
  at.restart();
  CHECK(body_text(at.finish(ticket)) == body_text(ready));
}

TEST_CASE("account: what an operator changes ends what was under way", "[server][account]") {
  Office at;
  static_cast<void>(at.settle_in());
  const auto is_over = [&at](const std::string& ticket) {
    return slug_of(at.step(ticket, "new_password", "un'altra ancora più lunga")) ==
               "sign-in-unknown" &&
           slug_of(at.finish(ticket)) == "sign-in-unknown";
  };
  std::string ticket = member_of(at.begin("anna", kOwn, "password"), "ticket");
  const std::string done = member_of(at.begin("anna", kOwn), "ticket");
  REQUIRE(at.world.repository->require_totp("anna", false).ok());
  CHECK(is_over(ticket));
  CHECK(slug_of(at.finish(done)) == "sign-in-unknown");
  ticket = member_of(at.begin("anna", kOwn, "password"), "ticket");
  REQUIRE(at.world.repository->disable_local_account("anna").ok());
  CHECK(is_over(ticket));
  CHECK(slug_of(at.begin("anna", kOwn)) == "no-sign-in");  // nobody has a password any more
  REQUIRE(at.world.repository->new_local_account("bruno", "x", 0, false).ok());
  CHECK(slug_of(at.begin("anna", kOwn)) == "account-disabled");
  REQUIRE(at.world.repository
              ->reset_local_account("anna", server::hash_password("QQ", kCheap),
                                    at.world.now_ms + 1'000, false)
              .ok());
  CHECK(slug_of(at.begin("anna", kOwn)) == "sign-in-wrong");
  const std::string ready = member_of(at.begin("anna", "qq"), "ticket");
  REQUIRE(at.world.repository->set_disabled("anna", true).ok());
  CHECK(slug_of(at.step(ready, "new_password", kOwn)) == "sign-in-unknown");
  CHECK(slug_of(at.begin("anna", "qq")) == "account-disabled");
}

TEST_CASE("account: of two who hold a first password only one can use it", "[server][account]") {
  Office at(true);
  const std::string thief = member_of(at.begin("anna", kFirst), "ticket");
  const std::string anna = member_of(at.begin("anna", kFirst), "ticket");
  REQUIRE(slug_of(at.step(anna, "new_password", kOwn)) == "totp");
  CHECK(slug_of(at.step(thief, "new_password", "parole di qualcun altro")) == "sign-in-unknown");
  CHECK(slug_of(at.finish(thief)) == "sign-in-unknown");
  CHECK(slug_of(at.begin("anna", kFirst)) == "sign-in-wrong");
}

TEST_CASE("account: what the database holds opens nothing", "[server][account][P7]") {
  Office at(true);
  const auto known = at.settle_in();
  const std::string ticket = member_of(at.begin("anna", kOwn), "ticket");
  const auto kept = at.world.repository->local_account("anna");
  CHECK(kept->password.rfind("$argon2id$", 0) == 0);
  const std::string secret(known.secret.begin(), known.secret.end());
  CHECK(std::string(kept->totp.begin(), kept->totp.end()).find(secret) == std::string::npos);
  // Nor under the key of another server.
  at.world.keys = make_key_pair({8});
  at.restart();
  CHECK(slug_of(at.step(ticket, "code", code_now(at, known))) == "sign-in-wrong");
  CHECK(slug_of(at.step(ticket, "recovery_code", known.recovery_codes[0])) == "ready");
}

TEST_CASE("account: hashes that are computed at once are few, and the others are told to wait",
          "[server][account]") {
  server::HashGate gate(2);
  {
    const server::HashGate::Place one(gate);
    const server::HashGate::Place two(gate);
    const server::HashGate::Place three(gate);
    CHECK(static_cast<bool>(one));
    CHECK(static_cast<bool>(two));
    CHECK_FALSE(static_cast<bool>(three));
  }
  CHECK(static_cast<bool>(server::HashGate::Place(gate)));
}

TEST_CASE("account: codes are those of RFC 6238", "[server][account]") {
  const std::string_view text = "12345678901234567890";
  server::TotpSecret secret{};
  std::copy(text.begin(), text.end(), secret.begin());
  for (const auto& [at_s, code] : {std::pair{59, "287082"}, std::pair{1111111109, "081804"},
                                   std::pair{1234567890, "005924"},
                                   std::pair{2000000000, "279037"}}) {
    const std::int64_t at_ms = std::int64_t{at_s} * 1'000;
    CHECK(server::totp_code(secret, server::totp_step_at(at_ms)) == code);
    CHECK(server::match_totp(secret, code, at_ms) == server::totp_step_at(at_ms));
  }
  CHECK(server::to_base32(secret) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  CHECK(server::totp_address(secret, "Val d'Enza", "anna") ==
        "otpauth://totp/Val%20d%27Enza:anna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=Val%20d%27Enza&algorithm=SHA1&digits=6&period=30");
}

TEST_CASE("account: which passwords are refused, and why in words", "[server][account]") {
  const auto judged = [](const std::string& password) {
    return server::judge_password(password, "m.bianchi", "Maria Bianchi").has_value();
  };
  for (const char* bad :
       {"", "nove-nove", "password123", "Password2024!", "1234567890", "aaaaaaaaaaaa",
        "abcdefghijkl", "abababababab", "qwertyuiop", "forza maria 12", "BIANCHI-1980",
        "juventus1897", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"}) {
    CAPTURE(bad);
    CHECK(judged(bad));
  }
  CHECK(judged(std::string(129, 'x') + "yz"));
  for (const char* good : {"cavallo batteria", "xY7!qq-92k", "però è così già"}) {
    CAPTURE(good);
    CHECK_FALSE(judged(good));
  }
  // A cost that somebody wrote into the database is no way to the server's memory.
  const std::string hash = server::hash_password("x", kCheap);
  CHECK(server::parse_password_hash(hash)->memory_kib == 8);
  CHECK(server::verify_password(hash, "x"));
  CHECK_FALSE(server::verify_password(hash, "y"));
  std::string dear = hash;
  dear.replace(dear.find("m=8"), 3, "m=99999999");
  CHECK_FALSE(server::parse_password_hash(dear));
  CHECK_FALSE(server::verify_password(dear, "x"));
  CHECK_FALSE(server::verify_password("", ""));
  // Hashed and found different, which libsodium tells apart from what it cannot read.
  errno = 0;
  CHECK_FALSE(server::verify_password(server::decoy_hash(kCheap), "x"));
  CHECK(errno == EINVAL);
}
