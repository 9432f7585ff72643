// Sign-in with an identity provider: what is believed of it, and what a bent one cannot do.
#include <boost/url.hpp>

#include <atomic>
#include <fstream>
#include <thread>

#include "api/app_files.hpp"
#include "fixture.hpp"
#include "insieme/server/sign_in.hpp"
#include "insieme/sync/sign_in.hpp"
#include "jose.hpp"
#include "sign_in/examine.hpp"
#include "sign_in/provider.hpp"
#include "sign_in/provider_text.hpp"
#include "support/bent_provider.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

namespace json = boost::json;

constexpr std::int64_t kNow = 1'790'000'000;
const std::string kVerifier(64, 'a');

std::string parameter_of(const std::string& address, std::string_view name) {
  const auto url = boost::urls::parse_uri(address);
  REQUIRE(url.has_value());
  const auto at = url->params().find(boost::urls::string_view(name.data(), name.size()));
  return at == url->params().end() ? std::string() : (*at).value;
}

/// A space with anna, a provider that may be bent, and the desk between them.
struct Office {
  World world;
  BentProvider provider;
  std::atomic<std::int64_t> now_ms{kNow * 1000};
  std::unique_ptr<server::SignInDesk> desk;
  std::unique_ptr<server::Api> api;

  /// As after a kill, or as another server of the space: nothing is left but the repository.
  void restart() {
    api.reset();
    desk.reset();
    begin_serving("s3cret");
  }

  explicit Office(bool by_email = false, const std::string& secret = "s3cret") {
    REQUIRE(world.repository->add_user({"anna", "Anna", "educator", false, 0}).ok());
    world.config.sign_in_provider = provider.issuer();
    world.config.sign_in_client = "insieme";
    world.config.sign_in_by_email = by_email;
    world.config.public_url = "https://ambito.example/";
    begin_serving(secret);
  }

  void begin_serving(const std::string& secret) {
    desk = std::make_unique<server::SignInDesk>(*world.repository, world.config, secret,
                                                [this] { return now_ms.load(); });
    server::Services services{*world.repository, world.tokens, world.metrics, world.config,
                              [this] { return now_ms.load(); }, world.keys.public_key,
                              [] { return std::uint64_t{1} << 40; }};
    services.sign_in = desk.get();
    api = std::make_unique<server::Api>(std::move(services));
  }

  void link(const std::string& subject = "248289761001") const {
    REQUIRE(world.repository
                ->link_sign_in({world.config.sign_in_provider, false, subject, "anna", 0, {}})
                .ok());
  }

  [[nodiscard]] server::Response post(const char* path, const json::object& body) const {
    return api->handle(json_request(path, json::serialize(body)));
  }

  /// Where the browser is sent to.
  [[nodiscard]] std::string begin() const {
    for (;;) {
      const auto answer =
          post("/v1/sign-in/begin",
               {{"challenge", to_hex(sign_in_challenge(kVerifier).bytes)},
                {"back_to", "http://127.0.0.1:4711/"}});
      if (answer.status == 503) {  // the provider is being asked
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        continue;
      }
      INFO(body_text(answer));
      REQUIRE(answer.status == 200);
      return std::string(json::parse(body_text(answer)).at("address").as_string());
    }
  }

  [[nodiscard]] server::Response come_back(const std::string& query) const {
    server::Request request;
    request.method = "GET";
    request.path = "/v1/sign-in/callback";
    request.query = query;
    request.request_id = "test";
    return api->handle(request);
  }

  /// The ticket that the browser brings to the person's own machine.
  [[nodiscard]] std::string ticket_of(const std::string& address) const {
    const auto answer = come_back("code=c0de&state=" + parameter_of(address, "state"));
    INFO(body_text(answer));
    REQUIRE(answer.status == 303);
    const std::string begin = "http://127.0.0.1:4711/?sign_in=";
    for (const auto& [name, value] : answer.headers) {
      if (name == "Location" && value.rfind(begin, 0) == 0) return value.substr(begin.size());
    }
    FAIL("no ticket");
    return {};
  }

  [[nodiscard]] server::Response finish(const std::string& ticket,
                                        const std::string& verifier = kVerifier) const {
    for (;;) {
      auto answer = post("/v1/sign-in/finish", {{"ticket", ticket}, {"verifier", verifier}});
      if (body_text(answer) != R"({"state":"pending"})") return answer;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  /// What the provider is to say of whoever has just signed in there.
  [[nodiscard]] json::object claims(const std::string& address,
                                    const json::object& more = {}) const {
    json::object all{{"iss", provider.issuer()}, {"aud", "insieme"},
                     {"sub", "248289761001"},    {"iat", now_ms / 1000},
                     {"exp", now_ms / 1000 + 300}, {"nonce", parameter_of(address, "nonce")}};
    for (const auto& [name, value] : more) {
      if (value.is_null()) {
        all.erase(name);
      } else {
        all[name] = value;
      }
    }
    return all;
  }

  /// A whole sign-in with such claims.
  [[nodiscard]] server::Response sign_in(const json::object& more = {},
                                         const json::object& header = {}) {
    const std::string address = begin();
    auto manner = provider.manner();
    manner.claims = claims(address, more);
    manner.header = header;
    provider.behave(manner);
    return finish(ticket_of(address));
  }
};

std::string slug_of(const server::Response& answer) {
  const auto body = json::parse(body_text(answer)).as_object();
  if (!body.contains("type")) return std::string(body.at("state").as_string());
  return std::string(body.at("type").as_string()).substr(10);
}

}  // namespace

TEST_CASE("sign-in: who is linked gets an invitation for one device, and no right besides",
          "[server][sign-in][P7]") {
  Office at;
  at.link();
  const std::string address = at.begin();
  CHECK(address.rfind(at.provider.issuer() + "/auth?", 0) == 0);
  CHECK(parameter_of(address, "redirect_uri") == "https://ambito.example/v1/sign-in/callback");
  CHECK(parameter_of(address, "response_type") == "code");
  CHECK(parameter_of(address, "code_challenge_method") == "S256");
  CHECK(parameter_of(address, "scope") == "openid");
  auto manner = at.provider.manner();
  manner.claims = at.claims(address);
  at.provider.behave(manner);
  const std::string ticket = at.ticket_of(address);
  const auto answer = at.finish(ticket);
  REQUIRE(answer.status == 200);
  const auto body = json::parse(body_text(answer)).as_object();
  CHECK(body.at("account").as_string() == "anna");
  // PKCE: what was told the provider first is the hash of what was told it then.
  const std::string told = at.provider.last_form();  // what is parsed looks into it
  const auto form = boost::urls::parse_query(told);
  REQUIRE(form.has_value());
  std::string verifier;
  for (const auto& one : boost::urls::params_view(*form)) {
    if (one.key == "code_verifier") verifier = one.value;
    CHECK(one.key != "client_secret");
  }
  CHECK(server::pkce_challenge(verifier) == parameter_of(address, "code_challenge"));
  // The same asked again is the same answered: an answer may be lost.
  CHECK(body_text(at.finish(ticket)) == body_text(answer));
  // It enrols one device, as any invitation does.
  const auto hash = server::hash_invitation(std::string(body.at("invitation").as_string()));
  const MemoryDevice tablet("t1");
  const MemoryDevice other("t2");
  CHECK(at.world.repository->enrol({*hash, tablet.public_key(), "t", rep("t1"), tablet.id()})
            .ok());
  const auto again =
      at.world.repository->enrol({*hash, other.public_key(), "t", rep("t2"), other.id()});
  REQUIRE_FALSE(again.ok());
  CHECK(again.error().code == ErrorCode::conflict);
  CHECK(at.world.repository->sign_in_links().front().used_ms.has_value());
}

TEST_CASE("sign-in: a code comes back once, to the sign-in that it belongs to",
          "[server][sign-in]") {
  Office at;
  at.link();
  CHECK(slug_of(at.come_back("code=c&state=" + std::string(64, '0'))) == "sign-in-unknown");
  CHECK(slug_of(at.come_back("code=c&state=" + std::string(4'000, '0'))) == "sign-in-unknown");
  CHECK(slug_of(at.come_back("code=c")) == "bad-request");
  CHECK(slug_of(at.come_back("code=c&state=a&state=b")) == "bad-request");
  const std::string address = at.begin();
  auto manner = at.provider.manner();
  manner.claims = at.claims(address);
  at.provider.behave(manner);
  const std::string ticket = at.ticket_of(address);
  CHECK(slug_of(at.finish(ticket, std::string(64, 'b'))) == "sign-in-unknown");  // another's eyes
  CHECK(slug_of(at.finish(std::string(64, '0'))) == "sign-in-unknown");
  CHECK(slug_of(at.finish(ticket)) == "ready");
  const auto replayed = at.come_back("code=c0de&state=" + parameter_of(address, "state"));
  CHECK(slug_of(replayed) == "sign-in-unknown");
  CHECK(at.provider.codes() == 1);
  // Nor after its time.
  const std::string late = at.begin();
  at.now_ms += server::SignInDesk::kBeginMs + 1;
  CHECK(slug_of(at.come_back("code=c&state=" + parameter_of(late, "state"))) == "sign-in-unknown");
  CHECK(slug_of(at.finish(ticket)) == "sign-in-unknown");
}

TEST_CASE("sign-in: any server of the space takes a browser back and answers its client",
          "[server][sign-in]") {
  Office at;
  at.link();
  const std::string address = at.begin();
  at.restart();  // the one that sent the browser away is gone
  auto manner = at.provider.manner();
  manner.claims = at.claims(address);
  at.provider.behave(manner);
  const std::string ticket = at.ticket_of(address);
  const auto ready = at.finish(ticket);
  REQUIRE(slug_of(ready) == "ready");
  at.restart();
  CHECK(body_text(at.finish(ticket)) == body_text(ready));
  CHECK(slug_of(at.come_back("code=c0de&state=" + parameter_of(address, "state"))) ==
        "sign-in-unknown");
  // Nothing comes of a code, because whoever redeems it died: that is said, not waited for.
  const std::string last = at.begin();
  manner.hangs = true;
  at.provider.behave(manner);
  const std::string dead = at.ticket_of(last);
  CHECK(body_text(at.post("/v1/sign-in/finish", {{"ticket", dead}, {"verifier", kVerifier}})) ==
        R"({"state":"pending"})");
  at.now_ms += server::SignInDesk::kRedeemMs + 1;
  CHECK(slug_of(at.finish(dead)) == "provider-unavailable");
}

TEST_CASE("sign-in: browsers are sent back to the app or to the person's own machine alone",
          "[server][sign-in]") {
  const Office at;
  for (const char* place :
       {"https://evil.example/", "http://127.0.0.1.evil.example/", "http://127.0.0.1@evil.example/",
        "http://127.0.0.1:80@evil.example/", "http://127.0.0.1:1", "http://localhost:80/",
        "http://127.0.0.1:80/?a=b", "http://127.0.0.1:80/#", "http://127.0.0.1:80/\r\nX: y",
        "http://127.0.0.1:123456/", "http://127.0.0.1:/", "app ", "javascript:alert(1)", ""}) {
    CAPTURE(place);
    const auto answer = at.post("/v1/sign-in/begin", {{"challenge", std::string(64, 'a')},
                                                      {"back_to", place}});
    CHECK(slug_of(answer) == "bad-request");
  }
}

TEST_CASE("sign-in: a token for somebody else, of somebody else or of another time is refused",
          "[server][sign-in]") {
  Office at;
  at.link();
  REQUIRE(slug_of(at.sign_in()) == "ready");
  const std::int64_t now = kNow;
  for (const json::object& claims :
       {json::object{{"iss", "https://altro.example"}}, json::object{{"iss", nullptr}},
        json::object{{"aud", "altro"}}, json::object{{"aud", nullptr}},
        json::object{{"aud", {"insieme", "altro"}}},
        json::object{{"aud", {"insieme", "altro"}}, {"azp", "altro"}},
        json::object{{"azp", "altro"}}, json::object{{"azp", 7}},
        json::object{{"nonce", std::string(64, '0')}}, json::object{{"nonce", nullptr}},
        json::object{{"exp", now - 60}}, json::object{{"exp", nullptr}},
        json::object{{"exp", "domani"}}, json::object{{"iat", now + 61}},
        json::object{{"iat", nullptr}}, json::object{{"nbf", now + 61}},
        json::object{{"nbf", "domani"}}, json::object{{"auth_time", now - 61}},
        json::object{{"sub", ""}}, json::object{{"sub", 7}}, json::object{{"sub", nullptr}},
        json::object{{"sub", std::string(256, 'x')}},
        json::object{{"sub", std::string("a\0b", 3)}}}) {
    CAPTURE(json::serialize(claims));
    CHECK(slug_of(at.sign_in(claims)) == "sign-in-refused");
  }
  for (const json::object& claims :
       {json::object{{"exp", now - 59}}, json::object{{"iat", now + 60}},
        json::object{{"nbf", now + 60}}, json::object{{"auth_time", now - 60}},
        json::object{{"aud", {"insieme", "altro"}}, {"azp", "insieme"}},
        json::object{{"aud", {"insieme"}}}}) {
    CAPTURE(json::serialize(claims));
    CHECK(slug_of(at.sign_in(claims)) == "ready");
  }
}

TEST_CASE("sign-in: the key says which algorithm it is for, and what nobody signed is nothing",
          "[server][sign-in]") {
  Office at;
  at.link();
  REQUIRE(slug_of(at.sign_in()) == "ready");
  for (const json::object& header :
       {json::object{{"alg", "none"}}, json::object{{"alg", "HS256"}},
        json::object{{"alg", "RS256"}}, json::object{{"alg", "ES256K"}}, json::object{{"kid", 7}},
        json::object{{"crit", {"b64"}}}}) {
    CAPTURE(json::serialize(header));
    CHECK(slug_of(at.sign_in({}, header)) == "sign-in-refused");
  }
  // Unsigned, and signed with the public key as if it were a secret.
  for (const char* head : {R"({"alg":"none"})", R"({"alg":"HS256","kid":"k1"})"}) {
    const std::string address = at.begin();
    auto manner = at.provider.manner();
    const std::string token =
        base64url(head) + "." + base64url(json::serialize(at.claims(address))) + ".";
    manner.token_reply = json::serialize(json::object{{"id_token", token}});
    at.provider.behave(manner);
    CHECK(slug_of(at.finish(at.ticket_of(address))) == "sign-in-refused");
  }
}

TEST_CASE("sign-in: when the provider changes its key, its keys are asked anew, once",
          "[server][sign-in]") {
  Office at;
  at.link();
  REQUIRE(slug_of(at.sign_in()) == "ready");
  REQUIRE(slug_of(at.sign_in()) == "ready");
  CHECK(at.provider.keys_asked() == 1);
  at.now_ms += server::Provider::kKeysPauseMs;
  auto manner = at.provider.manner();
  manner.signer = std::make_shared<VoucherAuthority>(VoucherAuthority::Kind::rsa, "k2");
  at.provider.behave(manner);
  CHECK(slug_of(at.sign_in()) == "ready");
  CHECK(at.provider.keys_asked() == 2);
  // Names of keys that nobody has make no further request, before some time has passed.
  for (int i = 0; i < 5; ++i) {
    CHECK(slug_of(at.sign_in({}, {{"kid", "k" + std::to_string(100 + i)}})) == "sign-in-refused");
  }
  CHECK(at.provider.keys_asked() == 2);
  CHECK(slug_of(at.sign_in()) == "ready");
  at.now_ms += server::Provider::kKeysPauseMs;
  CHECK(slug_of(at.sign_in({}, {{"kid", "k9"}})) == "sign-in-refused");
  CHECK(at.provider.keys_asked() == 3);
  // A key that is no longer published counts no longer, an hour later at the latest.
  const auto taken_back = manner.signer;
  manner.signer = std::make_shared<VoucherAuthority>(VoucherAuthority::Kind::p256, "k3");
  at.now_ms += server::Provider::kFreshMs;
  const std::string address = at.begin();
  manner.token_reply = json::serialize(
      json::object{{"id_token", taken_back->sign(at.claims(address))}});
  at.provider.behave(manner);
  CHECK(slug_of(at.finish(at.ticket_of(address))) == "sign-in-refused");
}

TEST_CASE("sign-in: garbage, refusals and silence of the provider end the sign-in in words",
          "[server][sign-in]") {
  Office at;
  at.link();
  const std::string forever(server::kWebReplyBytesMax + 1, ' ');
  for (const std::string& reply :
       {std::string("<html>"), std::string("{}"), std::string("[]"),
        std::string(R"({"id_token":7})"),
        std::string(R"({"id_token":"a.b.c"})"), std::string(10'000, '[')}) {
    auto manner = at.provider.manner();
    manner.token_reply = reply;
    at.provider.behave(manner);
    CAPTURE(reply.substr(0, 40));
    CHECK(slug_of(at.finish(at.ticket_of(at.begin()))) == "sign-in-refused");
  }
  auto manner = at.provider.manner();
  manner.token_reply = R"({"error":"invalid_grant"})";
  manner.token_status = 400;
  at.provider.behave(manner);
  CHECK(slug_of(at.finish(at.ticket_of(at.begin()))) == "sign-in-refused");
  manner.token_status = 503;
  at.provider.behave(manner);
  CHECK(slug_of(at.finish(at.ticket_of(at.begin()))) == "provider-unavailable");
  manner.token_status = 200;
  manner.token_reply = forever;
  at.provider.behave(manner);
  CHECK(slug_of(at.finish(at.ticket_of(at.begin()))) == "provider-unavailable");
  // The person changed their mind.
  const auto declined = at.come_back("error=access_denied&state=" +
                                     parameter_of(at.begin(), "state"));
  CHECK(declined.status == 303);
  // Another provider sends the browser back.
  const auto mixed = at.come_back("code=c&iss=https%3A%2F%2Faltro.example&state=" +
                                  parameter_of(at.begin(), "state"));
  CHECK(mixed.status == 303);
  CHECK(at.provider.codes() == 9);
  // And it does well again, as soon as it does.
  manner.token_reply.clear();
  at.provider.behave(manner);
  CHECK(slug_of(at.sign_in()) == "ready");
}

TEST_CASE("sign-in: a provider that hangs keeps nobody waiting but whoever signs in",
          "[server][sign-in][P1]") {
  Office at;
  at.link();
  const std::string address = at.begin();
  auto manner = at.provider.manner();
  manner.hangs = true;
  at.provider.behave(manner);
  const std::string ticket = at.ticket_of(address);
  const auto pending =
      at.post("/v1/sign-in/finish", {{"ticket", ticket}, {"verifier", kVerifier}});
  CHECK(slug_of(pending) == "pending");
  // The desk's thread is with the provider; every other request is answered meanwhile.
  MemoryDevice tablet("anna");
  at.world.add(tablet);
  CHECK(at.world.sync(tablet).error.code == ErrorCode::ok);
  CHECK(slug_of(at.post("/v1/sign-in/finish", {{"ticket", ticket}, {"verifier", kVerifier}})) ==
        "pending");
  // What does not fit into the queue is refused, not kept.
  int refused = 0;
  for (std::size_t i = 0; i < server::SignInDesk::kQueuedMax + 4; ++i) {
    const auto answer = at.come_back("code=c&state=" + parameter_of(at.begin(), "state"));
    if (answer.status == 503) ++refused;
  }
  CHECK(refused >= 3);
  // Nor does the end of the server wait for it.
  at.api.reset();
  at.desk.reset();
}

TEST_CASE("sign-in: one who is not linked learns who they are there, and gets nothing",
          "[server][sign-in][P7]") {
  Office at;
  const auto answer = at.sign_in({{"email", "anna@comune.example"}, {"email_verified", true}});
  CHECK(slug_of(answer) == "sign-in-nobody");
  CHECK(body_text(answer).find("248289761001") != std::string::npos);
  at.link();
  CHECK(slug_of(at.sign_in()) == "ready");
  REQUIRE(at.world.repository->set_disabled("anna", true).ok());
  CHECK(slug_of(at.sign_in()) == "account-disabled");
  REQUIRE(at.world.repository->set_disabled("anna", false).ok());
  REQUIRE(at.world.repository->unlink_sign_in("anna", "").ok());
  CHECK(slug_of(at.sign_in()) == "sign-in-nobody");
}

TEST_CASE("sign-in: a verified address binds a person once, where the operator lets it",
          "[server][sign-in]") {
  Office at(true);
  const std::string& issuer = at.world.config.sign_in_provider;
  REQUIRE(at.world.repository->link_sign_in({issuer, true, "anna@comune.example", "anna", 0, {}})
              .ok());
  CHECK(parameter_of(at.begin(), "scope") == "openid email");
  const json::object unproven{{"email", "anna@comune.example"}};
  const json::object told{{"email", "anna@comune.example"}, {"email_verified", "true"}};
  const json::object proven{{"email", "Anna@Comune.example"}, {"email_verified", true}};
  CHECK(slug_of(at.sign_in(unproven)) == "sign-in-nobody");
  CHECK(slug_of(at.sign_in(told)) == "sign-in-nobody");
  CHECK(slug_of(at.sign_in(proven)) == "ready");
  // From now on it is the subject: who is given the address next year is somebody else.
  json::object heir = proven;
  heir["sub"] = "7";
  CHECK(slug_of(at.sign_in(heir)) == "sign-in-nobody");
  CHECK(slug_of(at.sign_in()) == "ready");
  const auto links = at.world.repository->sign_in_links();
  REQUIRE(links.size() == 1);
  CHECK_FALSE(links.front().by_email);
}

TEST_CASE("sign-in: an address does not count where the operator did not say so",
          "[server][sign-in]") {
  Office at;
  REQUIRE(at.world.repository
              ->link_sign_in({at.world.config.sign_in_provider, true, "anna@comune.example",
                              "anna", 0, {}})
              .ok());
  CHECK(slug_of(at.sign_in({{"email", "anna@comune.example"}, {"email_verified", true}})) ==
        "sign-in-nobody");
}

TEST_CASE("sign-in: a browser comes back to the app, and to words when it is too late",
          "[server][sign-in]") {
  Office at;
  std::ofstream(at.world.folder() / "index.html") << "<!doctype html>";
  const auto app = server::AppFiles::load(at.world.folder().string());
  REQUIRE(app.ok());
  server::Services services{*at.world.repository, at.world.tokens, at.world.metrics,
                            at.world.config, [&at] { return at.now_ms.load(); },
                            at.world.keys.public_key, [] { return std::uint64_t{1} << 40; }};
  services.sign_in = at.desk.get();
  const json::object asked{{"challenge", std::string(64, 'a')}, {"back_to", "app"}};
  CHECK(slug_of(at.post("/v1/sign-in/begin", asked)) == "bad-request");  // no app here
  services.app = &*app;
  at.api = std::make_unique<server::Api>(std::move(services));
  static_cast<void>(at.begin());  // the provider is known now
  const auto begun = json::parse(body_text(at.post("/v1/sign-in/begin", asked))).as_object();
  const std::string query =
      "code=c&state=" + parameter_of(std::string(begun.at("address").as_string()), "state");
  server::Request ahead = json_request("/v1/sign-in/callback", "");
  ahead.method = "HEAD";
  ahead.query = query;
  CHECK(at.api->handle(ahead).status == 400);  // uses nothing up
  for (const bool again : {false, true}) {
    const auto answer = at.come_back(query);
    CAPTURE(again, body_text(answer));
    REQUIRE(answer.status == 303);
    std::string place;
    std::string referrer;
    for (const auto& [name, value] : answer.headers) {
      if (name == "Location") place = value;
      if (name == "Referrer-Policy") referrer = value;
    }
    CHECK(place.rfind("/#sign_in=", 0) == 0);
    CHECK((place.size() == 10) == again);
    CHECK(referrer == "no-referrer");
  }
}

TEST_CASE("sign-in: an address begins so many, and is told when to come back",
          "[server][sign-in]") {
  Office at;
  static_cast<void>(at.begin());
  server::Request request = json_request(
      "/v1/sign-in/begin", json::serialize(json::object{{"challenge", std::string(64, 'a')},
                                                        {"back_to", "http://127.0.0.1:1/"}}));
  request.client = "192.0.2.7";
  std::uint32_t begun = 0;
  while (at.api->handle(request).status == 200) ++begun;
  CHECK(begun == server::SignInDesk::kPerMinute);
  CHECK(at.api->handle(request).status == 429);
  request.client = "192.0.2.8";
  CHECK(at.api->handle(request).status == 200);
}

TEST_CASE("sign-in: the doctor says what is wrong with the provider", "[server][sign-in]") {
  BentProvider provider;
  server::Config config;
  config.sign_in_provider = provider.issuer();
  config.sign_in_client = "insieme";
  const auto says = [&](const std::string& words) {
    const server::Finding found = server::examine_provider(config, kNow * 1000);
    INFO(found.says);
    CHECK(found.check == "sign_in");
    CHECK((found.health == server::Health::well) == words.empty());
    CHECK(found.says.find(words) != std::string::npos);
    CHECK(found.advice.empty() == words.empty());
  };
  says("");
  auto manner = provider.manner();
  manner.date = "Mon, 21 Sep 2026 14:13:21 GMT";  // one second later than here
  provider.behave(manner);
  says("");
  manner.date = "Mon, 21 Sep 2026 14:14:21 GMT";
  provider.behave(manner);
  says("off the provider's");
  manner.date.clear();
  manner.keys = R"({"keys":[{"kty":"oct","k":"AA"}]})";
  provider.behave(manner);
  says("holds no key");
  manner.description = R"({"issuer":"https://altro.example"})";
  provider.behave(manner);
  says("another issuer");
  config.sign_in_provider += "/realms/altro";
  says("404");
  config.sign_in_provider = "http://127.0.0.1:1";
  says("cannot be reached");
  config.sign_in_secret = "/no/such/file";
  says("/no/such/file");
}

TEST_CASE("sign-in: settings that cannot be right are refused in words", "[server][sign-in]") {
  server::Config config;
  config.dev = true;
  config.public_url = "https://ambito.example";
  config.sign_in_provider = "https://login.example/realms/a";
  config.sign_in_client = "insieme";
  CHECK(server::check_config(config).ok());
  const auto refused = [&](const char* key, const char* value, const std::string& words) {
    server::Config other = config;
    REQUIRE(server::set_config(other, key, value).ok());
    const Status status = server::check_config(other);
    CAPTURE(key, value);
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().detail.find(words) != std::string::npos);
  };
  refused("sign_in_provider", "", "sign_in_provider");
  refused("sign_in_provider", "login.example", "https://");
  refused("sign_in_provider", "http://login.example", "https://");
  refused("sign_in_provider", "https://login.example/?a=b", "calls itself");
  refused("sign_in_client", "", "sign_in_client");
  refused("public_url", "http://ambito.example", "public_url");
  CHECK(server::sign_in_callback_url(config) == "https://ambito.example/v1/sign-in/callback");
  const TempDir dir;
  config.sign_in_secret = dir.file("secret");
  std::ofstream(config.sign_in_secret) << "a\nb\n";
  CHECK_FALSE(server::load_sign_in_secret(config).ok());
  std::ofstream(config.sign_in_secret) << "abc\r\n";
  CHECK(server::load_sign_in_secret(config).value() == "abc");
}

TEST_CASE("sign-in: a server without a provider says so", "[server][sign-in]") {
  World world;
  const auto ways = world.api().handle(json_request("/v1/sign-in/ways", "{}"));
  CHECK(body_text(ways) == R"({"ways":[]})");
  const auto begun = world.api().handle(
      json_request("/v1/sign-in/begin", json::serialize(json::object{
                                            {"challenge", std::string(64, 'a')},
                                            {"back_to", "http://127.0.0.1:1/"}})));
  CHECK(slug_of(begun) == "no-sign-in");
}

TEST_CASE("sign-in: a description is the provider's own, and leads to https alone",
          "[server][sign-in]") {
  const std::string issuer = "https://ente.example";
  const json::object good{{"issuer", issuer},
                          {"authorization_endpoint", issuer + "/auth?tenant=1"},
                          {"token_endpoint", issuer + "/token"},
                          {"jwks_uri", issuer + "/jwks"},
                          {"response_types_supported", {"code", "id_token"}}};
  const auto judge = [&](const char* name, const json::value& value) {
    json::object facts = good;
    facts[name] = value;
    return server::parse_provider_facts(json::serialize(facts), issuer).ok();
  };
  CHECK(server::parse_provider_facts(json::serialize(good), issuer).ok());
  CHECK_FALSE(judge("issuer", "https://ente.example/"));
  CHECK_FALSE(judge("issuer", "https://altro.example"));
  CHECK_FALSE(judge("token_endpoint", "http://ente.example/token"));
  CHECK_FALSE(judge("token_endpoint", "file:///etc/passwd"));
  CHECK_FALSE(judge("token_endpoint", "https://user:pass@ente.example/"));
  CHECK_FALSE(judge("jwks_uri", 7));
  CHECK_FALSE(judge("jwks_uri", ""));
  CHECK_FALSE(judge("authorization_endpoint", "https://"));
  CHECK_FALSE(judge("response_types_supported", {"id_token"}));
  CHECK_FALSE(server::parse_provider_facts("", issuer).ok());
  const auto basic = server::parse_provider_facts(json::serialize(good), issuer);
  CHECK_FALSE(basic->secret_in_form);
  json::object post = good;
  post["token_endpoint_auth_methods_supported"] = {"client_secret_post", "private_key_jwt"};
  CHECK(server::parse_provider_facts(json::serialize(post), issuer)->secret_in_form);
}
