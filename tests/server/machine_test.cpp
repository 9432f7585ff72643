// Machines at the door, by the handlers: on SQLite and, in postgres_test, on PostgreSQL.
#include <boost/json.hpp>

#include "fixture.hpp"
#include "machines/machine_keys.hpp"
#include "support/catch.hpp"
#include "support/voucher_authority.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

namespace json = boost::json;

const std::string kAudience = "https://ambito.example:8443/v1/machines/token";

std::string encoded(const std::string& text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

/// A server that knows its address, and a machine with a key.
struct Door {
  World world;
  VoucherAuthority key{VoucherAuthority::Kind::rsa, "k1"};
  int last_jti = 0;

  Door() {
    world.config.public_url = "https://ambito.example:8443/";
    add("regione", key, "metrics report:R4");
  }
  void add(const std::string& client, const VoucherAuthority& with, const std::string& scopes) {
    server::Machine machine;
    machine.client = client;
    machine.keys = with.jwks();
    machine.scopes = scopes;
    REQUIRE(world.repository->add_machine(machine).ok());
  }
  [[nodiscard]] json::object claims(json::object more = {}) {
    const std::int64_t now = world.now_ms / 1000;
    json::object all{{"iss", "regione"}, {"sub", "regione"},
                     {"aud", kAudience}, {"iat", now},
                     {"nbf", now},       {"exp", now + 120},
                     {"jti", "jti-" + std::to_string(++last_jti)}};
    for (auto& [name, value] : more) {
      if (value.is_null()) {
        all.erase(name);
      } else {
        all[name] = value;
      }
    }
    return all;
  }
  server::Response post(const std::string& body,
                        const std::string& type = "application/x-www-form-urlencoded") {
    server::Request request;
    request.method = "POST";
    request.path = "/v1/machines/token";
    request.content_type = type;
    request.request_id = "test";
    request.body.assign(body.begin(), body.end());
    return world.api().handle(request);
  }
  static std::string form(const std::string& assertion, const std::string& more = {}) {
    return "grant_type=client_credentials&client_assertion_type=" +
           encoded("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") +
           "&client_assertion=" + encoded(assertion) + more;
  }
  server::Response show(const json::object& claims, json::object header = {}) {
    return post(form(key.sign(claims, std::move(header))));
  }
  std::string token(const std::string& more = {}) {
    const server::Response response = post(form(key.sign(claims()), more));
    INFO(body_text(response));
    REQUIRE(response.status == 200);
    return std::string(json::parse(body_text(response)).at("access_token").as_string());
  }
  server::Response ask(const std::string& path, const std::string& token,
                       const std::string& client = "192.0.2.9") {
    server::Request request;
    request.method = "GET";
    request.path = path;
    request.authorization = token.empty() ? "" : "Bearer " + token;
    request.client = client;
    request.request_id = "test";
    return world.api().handle(request);
  }
};

json::object said(const server::Response& response) {
  return json::parse(body_text(response)).as_object();
}

}  // namespace

TEST_CASE("machines: an assertion gives a token for minutes, and for what an operator let it do",
          "[server][machines][S106]") {
  Door at;
  const server::Response given = at.show(at.claims());
  INFO(body_text(given));
  REQUIRE(given.status == 200);
  const json::object body = said(given);
  CHECK(body.at("token_type").as_string() == "Bearer");
  CHECK(body.at("expires_in").as_int64() == 900);
  CHECK(body.at("scope").as_string() == "metrics report:R4");
  CHECK(given.device == "regione");
  bool not_kept = false;
  for (const auto& [name, value] : given.headers) not_kept |= name == "Cache-Control";
  CHECK(not_kept);
  const std::string token(body.at("access_token").as_string());
  // Elsewhere than on the server's own machine it is the token that opens.
  CHECK(at.ask("/metrics", "").status == 403);
  CHECK(at.ask("/metrics", token).status == 200);
  CHECK(at.ask("/metrics", std::string(64, 'a')).status == 401);
  CHECK(at.ask("/metrics", "").status == 403);
  CHECK(at.ask("/metrics", "", "127.0.0.1").status == 200);
  const json::array reports = said(at.ask("/v1/reports", token)).at("reports").as_array();
  REQUIRE(reports.size() == 1);
  CHECK(reports.front().at("code").as_string() == "R4");
  // It opens no route of devices, and a device's token none of these.
  CHECK(at.ask("/v1/digests", token).status == 401);
  CHECK(at.ask("/siuss/v1/flussi", token).status == 403);
  const MemoryDevice anna("anna");
  at.world.add(anna);
  static_cast<void>(at.world.post_sync(anna, {}));
  CHECK(at.ask("/v1/reports", "token-anna").status == 401);
  // Fewer scopes than it has, and none that it has not.
  const std::string both = at.token("&scope=report%3AR4+metrics");
  CHECK(at.ask("/metrics", both).status == 200);
  const std::string narrow = at.token("&scope=metrics");
  CHECK(at.ask("/metrics", narrow).status == 200);
  CHECK(said(at.ask("/v1/reports", narrow)).at("reports").as_array().empty());
  const server::Response wide =
      at.post(Door::form(at.key.sign(at.claims()), "&scope=flows+metrics"));
  CHECK(wide.status == 400);
  CHECK(said(wide).at("error").as_string() == "invalid_scope");
  // Until its time is over.
  at.world.now_ms += 899'000;
  CHECK(at.ask("/metrics", token).status == 200);
  at.world.now_ms += 1'000;
  CHECK(at.ask("/metrics", token).status == 401);
}

TEST_CASE("machines: what is not this machine's, for this server, now and for the first time is "
          "refused",
          "[server][machines]") {
  Door at;
  const std::int64_t now = at.world.now_ms / 1000;
  for (const json::object& wrong : std::initializer_list<json::object>{
           {{"iss", "altro"}},
           {{"sub", "altro"}},
           {{"iss", nullptr}},
           {{"aud", "https://altro.example/token"}},
           {{"aud", nullptr}},
           {{"aud", json::array{}}},
           {{"aud", {kAudience, "https://altro.example/token"}}},
           {{"exp", nullptr}},
           {{"exp", "domani"}},
           {{"exp", now - 60}},
           {{"exp", now + 661}},
           {{"nbf", now + 61}},
           {{"iat", now + 61}},
           {{"nbf", "domani"}},
           {{"jti", nullptr}},
           {{"jti", ""}},
           {{"jti", std::string(256, 'x')}}}) {
    CAPTURE(json::serialize(wrong));
    const server::Response response = at.show(at.claims(wrong));
    CHECK(response.status == 401);
    CHECK(said(response).at("error").as_string() == "invalid_client");
    CHECK(said(response).at("type").as_string() == "/problems/machine-refused");
  }
  for (const json::object& right : std::initializer_list<json::object>{
           {{"aud", {kAudience}}},
           {{"aud", "https://ambito.example:8443"}},
           {{"aud", "https://ambito.example:8443/"}},
           {{"exp", now - 59}},
           {{"exp", now + 660}},
           {{"nbf", now + 60}},
           {{"iat", nullptr}, {"nbf", nullptr}},
           {{"jti", std::string(255, 'x')}}}) {
    CAPTURE(json::serialize(right));
    CHECK(at.show(at.claims(right)).status == 200);
  }
  // Once, also where nothing else of it is the same.
  const json::object once = at.claims();
  CHECK(at.show(once).status == 200);
  json::object again = once;
  again["exp"] = now + 300;
  CHECK(at.show(again).status == 401);
  at.world.now_ms += 179'000;
  CHECK(at.show(once).status == 401);
  at.world.now_ms += 600'000;
  CHECK(at.show(once).status == 401);
}

TEST_CASE("machines: who does not hold the key learns nothing, whatever they sign",
          "[server][machines]") {
  Door at;
  const VoucherAuthority stranger(VoucherAuthority::Kind::rsa, "k1");
  const VoucherAuthority small(VoucherAuthority::Kind::rsa_small, "k1");
  const VoucherAuthority curve(VoucherAuthority::Kind::p256, "k2");
  at.add("asl", curve, "reports");
  const json::object good = at.claims();
  const std::string mine = at.key.sign(good);
  const std::string head = base64url(R"({"alg":"none","typ":"JWT"})");
  const std::string body = base64url(json::serialize(good));
  const std::string wrong[]{
      stranger.sign(good),
      small.sign(good),
      curve.sign(good),                                      // another machine's key
      at.key.sign(at.claims({{"sub", "asl"}, {"iss", "asl"}})),
      at.key.sign(at.claims({{"sub", "nessuno"}, {"iss", "nessuno"}})),
      at.key.sign(good, {{"alg", "none"}}),
      at.key.sign(good, {{"alg", "HS256"}}),
      at.key.sign(good, {{"alg", "ES256"}}),
      at.key.sign(good, {{"kid", "k3"}}),
      at.key.sign(good, {{"crit", json::array{"b64"}}}),
      head + "." + body + ".",
      head + "." + body + "." + mine.substr(mine.rfind('.') + 1),
      mine.substr(0, mine.rfind('.')),
      mine + "AAAA",
      mine.substr(1),
      "a.b.c",
      "....",
      std::string(6'144, '.'),
      base64url("{}") + "." + base64url("[]") + ".AAAA"};
  const std::string answer = body_text(at.post(Door::form(wrong[0])));
  for (const std::string& one : wrong) {
    CAPTURE(one);
    const server::Response response = at.post(Door::form(one));
    CHECK(response.status == 401);
    CHECK(body_text(response) == answer);
    CHECK(response.device.empty());
  }
  CHECK(at.post(Door::form(mine, "&client_id=asl")).status == 401);
  REQUIRE(at.world.repository->revoke_machine("asl", "t").ok());
  CHECK(body_text(at.post(Door::form(curve.sign(
            at.claims({{"sub", "asl"}, {"iss", "asl"}}))))) == answer);
  CHECK(at.post(Door::form(mine, "&client_id=regione")).status == 200);  // nothing was used up
}

TEST_CASE("machines: a request that is none is told what is wrong, and uses nothing up",
          "[server][machines]") {
  Door at;
  const std::string good = at.key.sign(at.claims());
  const auto refused = [&](const std::string& body) {
    const server::Response response = at.post(body);
    CAPTURE(body, body_text(response));
    CHECK(response.status == 400);
    return std::string(said(response).at("error").as_string());
  };
  CHECK(at.post("{}", "application/json").status == 415);
  CHECK(refused("") == "unsupported_grant_type");
  CHECK(refused("grant_type=password") == "unsupported_grant_type");
  CHECK(refused("grant_type=client_credentials") == "invalid_request");
  CHECK(refused("grant_type=client_credentials&client_secret=x") == "invalid_request");
  CHECK(refused(Door::form(good, "&client_secret=x")) == "invalid_request");
  CHECK(refused(Door::form(good, "&scope=a&scope=b")) == "invalid_request");
  CHECK(refused(Door::form("")) == "invalid_request");
  CHECK(refused(Door::form(std::string(6'145, 'a'))) == "invalid_request");
  CHECK(refused("%") == "invalid_request");
  CHECK(refused(Door::form(good, "&scope=flows")) == "invalid_scope");
  at.world.config.public_url.clear();
  CHECK(at.post(Door::form(good)).status == 503);
  at.world.config.public_url = "https://ambito.example:8443";
  CHECK(at.post(Door::form(good)).status == 200);
}

TEST_CASE("machines: keys are exchanged without a gap, and revoking ends everything at once",
          "[server][machines]") {
  Door at;
  const std::string before = at.token();
  const VoucherAuthority next(VoucherAuthority::Kind::p256, "k2");
  const std::string both =
      json::serialize(json::object{{"keys", {at.key.key(), next.key()}}});
  REQUIRE(at.world.repository->change_machine("regione", {both, {}}).ok());
  CHECK(at.ask("/metrics", before).status == 401);
  CHECK(at.show(at.claims()).status == 200);
  CHECK(at.post(Door::form(next.sign(at.claims()))).status == 200);
  REQUIRE(at.world.repository->change_machine("regione", {next.jwks(), {}}).ok());
  CHECK(at.show(at.claims()).status == 401);
  // Any server of the space knows the token, and the assertion that was used.
  const std::string assertion = next.sign(at.claims());
  const server::Response given = at.post(Door::form(assertion));
  REQUIRE(given.status == 200);
  const std::string token(said(given).at("access_token").as_string());
  const auto other = at.world.second_process();
  server::Tokens tokens;
  server::Metrics metrics;
  server::Api second({*other, tokens, metrics, at.world.config,
                      [&at] { return at.world.now_ms; }, {}, {}});
  server::Request request;
  request.method = "GET";
  request.path = "/metrics";
  request.client = "192.0.2.9";
  request.authorization = "Bearer " + token;
  CHECK(second.handle(request).status == 200);
  REQUIRE(other->revoke_machine("regione", "rubata").ok());
  CHECK(at.ask("/metrics", token).status == 401);
  CHECK(at.post(Door::form(next.sign(at.claims()))).status == 401);
}

TEST_CASE("machines: a report is computed for whoever may have it, one at a time, and noted",
          "[server][machines][S106]") {
  Door at;
  const std::string token = at.token();
  const auto run = [&](const std::string& body) {
    server::Request request = json_request("/v1/reports", body);
    request.authorization = "Bearer " + token;
    return at.world.api().handle(request);
  };
  const server::Response page = run(R"({"report":"R4","language":"en",
      "with":{"territory":"VEN_09","from":"2024-01-01","to":"2024-12-31"}})");
  INFO(body_text(page));
  REQUIRE(page.status == 200);
  CHECK(said(page).at("code").as_string() == "R4");
  CHECK(said(page).at("language").as_string() == "en");
  CHECK(at.world.repository->audit(1).front().actor == "machine regione");
  CHECK(at.world.repository->audit(1).front().subject == "R4");
  CHECK(run(R"({"report":"R3"})").status == 403);
  CHECK(run(R"({"report":"R99"})").status == 404);
  for (const char* wrong : {"", "[]", "{}", R"({"report":4})", R"({"report":"R4","with":[]})",
                            R"({"report":"R4","with":{"from":1}})", R"({"report":"R4","x":""})",
                            R"({"report":"R4","language":"de"})",
                            R"({"report":"R4","with":{"nessuno":"1"}})",
                            R"({"report":"R4","with":{"from":"ieri"}})"}) {
    CAPTURE(wrong);
    const int status = run(wrong).status;
    CHECK((status == 400 || status == 404));
  }
}

TEST_CASE("machines: keys are taken as PEM, certificate, JWK or set, and never private ones",
          "[server][machines]") {
  // RFC 7638, 3.1, and RFC 8037, A.3: known keys and their thumbprints.
  const std::string rsa =
      R"({"kty":"RSA","e":"AQAB","n":")"
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tS"
      "oc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65"
      "YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyr"
      "dkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK"
      "nqDKgw"
      R"("})";
  const auto known = server::parse_machine_keys(rsa);
  REQUIRE(known.ok());
  CHECK(known->front().id == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  CHECK(known->front().algorithm == "RS256");
  const auto edwards = server::parse_machine_keys(
      R"({"keys":[{"kty":"OKP","crv":"Ed25519",)"
      R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})");
  REQUIRE(edwards.ok());
  CHECK(edwards->front().id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  CHECK(edwards->front().algorithm == "EdDSA");
  // What is kept reads as it was, and keeps the names.
  const auto again = server::parse_machine_keys(server::key_set_of(*known));
  REQUIRE(again.ok());
  CHECK(again->front().id == known->front().id);
  const VoucherAuthority small(VoucherAuthority::Kind::rsa_small);
  const VoucherAuthority curve(VoucherAuthority::Kind::p256);
  json::object secret = curve.key();
  secret["d"] = "AAAA";
  const auto judge = [](const std::string& text) {
    const auto keys = server::parse_machine_keys(text);
    return keys.ok() ? ErrorCode::ok : keys.error().code;
  };
  CHECK(judge(json::serialize(curve.key())) == ErrorCode::ok);
  CHECK(judge(json::serialize(secret)) == ErrorCode::not_allowed);
  CHECK(judge(R"({"kty":"oct","k":"AAAA"})") == ErrorCode::not_allowed);
  CHECK(judge("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n") ==
        ErrorCode::not_allowed);
  CHECK(judge("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n") ==
        ErrorCode::malformed);
  CHECK(judge(small.jwks()) == ErrorCode::malformed);
  CHECK(judge(json::serialize(json::object{{"keys", {curve.key(), curve.key()}}})) ==
        ErrorCode::already_exists);
  CHECK(judge(R"({"keys":[]})") == ErrorCode::malformed);
  CHECK(judge("") == ErrorCode::malformed);
  CHECK(judge(std::string(70'000, ' ')) == ErrorCode::limit_exceeded);
}
