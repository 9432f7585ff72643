#include "insieme/server/api.hpp"

#include <boost/json.hpp>

#include <algorithm>

#include "fixture.hpp"
#include "insieme/schema/bundle.hpp"
#include "insieme/server/secrets.hpp"
#include "insieme/sync/welcome.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;
namespace json = boost::json;

namespace {

server::Response get(World& world, const std::string& path, const std::string& token = {}) {
  server::Request request;
  request.method = "GET";
  request.path = path.substr(0, path.find('?'));
  if (path.find('?') != std::string::npos) request.query = path.substr(path.find('?') + 1);
  if (!token.empty()) request.authorization = "bearer " + token;
  return world.api().handle(request);
}

json::object parse(const server::Response& response) {
  return json::parse(body_text(response)).as_object();
}

std::string text(const json::object& object, const char* name) {
  return std::string(object.at(name).as_string());
}

std::string slug(const server::Response& response) {
  CHECK(response.content_type == "application/problem+json");
  const json::object problem = parse(response);
  CHECK(problem.at("status").as_int64() == response.status);
  CHECK_FALSE(text(problem, "title").empty());
  return text(problem, "type").substr(std::string("/problems/").size());
}

std::string enrol_body(const std::string& code, const MemoryDevice& tablet) {
  return json::serialize(json::object{{"invitation", code},
                                      {"device_public_key", to_hex(tablet.public_key().bytes)},
                                      {"device_name", "Tablet di Anna"},
                                      {"replica", to_text(rep(tablet.name()))}});
}

std::string token_body(const DeviceId& device, const std::string& nonce,
                       const Signature& signature) {
  return json::serialize(json::object{{"device", to_text(device)},
                                      {"nonce", nonce},
                                      {"signature", to_hex(signature.bytes)}});
}

Signature sign_nonce(World& world, const MemoryDevice& tablet, const std::string& nonce) {
  const std::string message =
      server::token_message(world.repository->space().id, tablet.id(), nonce);
  return sign(tablet.secret_key(),
              {reinterpret_cast<const std::uint8_t*>(message.data()), message.size()});
}

std::string ask_nonce(World& world, const DeviceId& device) {
  const auto response = world.api().handle(json_request(
      "/v1/challenge", json::serialize(json::object{{"device", to_text(device)}})));
  REQUIRE(response.status == 200);
  return text(parse(response), "nonce");
}

}  // namespace

TEST_CASE("api: unknown routes and wrong methods", "[server][api]") {
  World world;
  CHECK(slug(get(world, "/")) == "no-such-route");
  CHECK(get(world, "/v1/sync/").status == 404);
  const auto response = get(world, "/v1/sync");
  CHECK(response.status == 405);
  CHECK(response.headers.front() == std::pair<std::string, std::string>("Allow", "POST"));
  CHECK(response.route == "/v1/sync");
  CHECK(get(world, "/nothing").route == "other");
}

TEST_CASE("api: status and metrics", "[server][api]") {
  World world;
  MemoryDevice anna("anna");
  world.add(anna);
  const server::Response said = get(world, "/status");
  CHECK(said.content_type == "application/problem+json");
  const json::object status = parse(said);
  CHECK(status.at("status").to_number<int>() == 200);
  CHECK(text(status, "type") == "about:blank");
  CHECK(text(status, "version") == server::kVersion);
  const json::object ready = parse(get(world, "/ready"));
  CHECK(text(ready, "status") == "ready");
  CHECK(text(ready, "position") == "0");
  const std::string metrics = body_text(get(world, "/metrics"));
  CHECK(metrics.find("\ninsieme_devices 1\n") != std::string::npos);
  CHECK(metrics.find("# TYPE insieme_request_duration_seconds histogram") != std::string::npos);
}

TEST_CASE("api: an enrolment that was changed on its way binds nothing", "[server][api]") {
  World world;
  const MemoryDevice tablet("tablet");
  REQUIRE(world.repository->add_user({"anna", "Anna Rossi", "educator", false, 0}).ok());
  const std::string code = server::new_invitation_code();
  REQUIRE(world.repository
              ->add_invitation(*server::hash_invitation(code), "anna", world.now_ms + 1000)
              .ok());
  const auto enrol = [&](const std::string& body) {
    return world.api().handle(json_request("/v1/enrol", body));
  };
  const auto signed_body = [&](const char* changed) {
    Application asked{code, to_hex(tablet.public_key().bytes), "Tablet di Anna",
                      to_text(rep("tablet"))};
    const auto signature = sign(tablet.secret_key(), digest_of(asked).bytes);
    std::string& field = changed == std::string("device_public_key") ? asked.device_public_key
                         : changed == std::string("replica")         ? asked.replica
                                                                     : asked.device_name;
    if (*changed != 0) field.back() = field.back() == '7' ? '6' : '7';
    return json::serialize(json::object{{"invitation", asked.invitation},
                                        {"device_public_key", asked.device_public_key},
                                        {"device_name", asked.device_name},
                                        {"replica", asked.replica},
                                        {"signature", to_hex(signature.bytes)}});
  };
  for (const char* changed : {"device_public_key", "replica", "device_name"}) {
    CHECK(slug(enrol(signed_body(changed))) == "checksum");
  }
  CHECK(enrol(signed_body("")).status == 200);
}

TEST_CASE("api: enrolment by invitation", "[server][api]") {
  World world;
  const MemoryDevice tablet("tablet");
  REQUIRE(world.repository->add_user({"anna", "Anna Rossi", "educator", false, 0}).ok());
  const std::string code = server::new_invitation_code();
  REQUIRE(world.repository
              ->add_invitation(*server::hash_invitation(code), "anna", world.now_ms + 1000)
              .ok());
  const auto enrol = [&](const std::string& body) {
    return world.api().handle(json_request("/v1/enrol", body));
  };

  SECTION("good, and again after a lost reply") {
    const auto first = enrol(enrol_body(code, tablet));
    REQUIRE(first.status == 200);
    const json::object welcome = parse(first);
    CHECK(text(welcome, "account") == "anna");
    CHECK(text(welcome, "display_name") == "Anna Rossi");
    CHECK(text(welcome, "role") == "educator");
    CHECK(text(welcome, "space_name") == "Test");
    const Welcome said{to_hex(tablet.public_key().bytes),
                       text(welcome, "device"),
                       text(welcome, "space"),
                       "Test",
                       "anna",
                       "Anna Rossi",
                       "educator",
                       welcome.at("may_review").as_bool(),
                       text(welcome, "pins")};
    Signature signature;
    REQUIRE(from_hex(text(welcome, "signature"), signature.bytes).ok());
    CHECK(verify(world.keys.public_key, digest_of(said).bytes, signature));
    CHECK(said.pins == world.pins);
    world.now_ms += 1'000'000;
    CHECK(enrol(enrol_body(code, tablet)).body == first.body);
    CHECK(slug(enrol(enrol_body(code, MemoryDevice("other")))) == "invitation-used");
  }
  SECTION("typed by hand, with look-alikes") {
    std::string typed;
    for (const char c : code) {
      if (c == '-') continue;
      typed += c == '0' ? 'o' : c == '1' ? 'l' : c;
    }
    CHECK(enrol(enrol_body(typed, tablet)).status == 200);
  }
  SECTION("wrong and late") {
    CHECK(slug(enrol(enrol_body("not-a-code", tablet))) == "invitation-unknown");
    CHECK(slug(enrol(enrol_body(server::new_invitation_code(), tablet))) == "invitation-unknown");
    world.now_ms += 1000;
    const auto late = enrol(enrol_body(code, tablet));
    CHECK(late.status == 410);
    CHECK(slug(late) == "invitation-expired");
  }
  SECTION("bodies that are none") {
    for (const char* body : {"", "[]", "{", "{\"invitation\":7}", "{\"invitation\":\"x\"}",
                             "[[[[[[[[[[[[[[[[[[[[[[", "\xff\xfe"}) {
      CHECK(enrol(body).status == 400);
    }
    server::Request request = json_request("/v1/enrol", enrol_body(code, tablet));
    request.content_type = "text/plain";
    CHECK(world.api().handle(request).status == 415);
  }
}

TEST_CASE("api: tokens by signed challenge", "[server][api]") {
  World world;
  MemoryDevice anna("anna");
  world.add(anna);
  const auto ask = [&](const std::string& nonce, const Signature& signature) {
    return world.api().handle(
        json_request("/v1/token", token_body(anna.id(), nonce, signature)));
  };

  const std::string nonce = ask_nonce(world, anna.id());
  const Signature signature = sign_nonce(world, anna, nonce);
  SECTION("a token opens the door until it expires") {
    const auto response = ask(nonce, signature);
    REQUIRE(response.status == 200);
    const std::string token = text(parse(response), "token");
    CHECK(get(world, "/v1/digests", token).status == 200);
    world.now_ms += std::int64_t{world.config.token_ttl_s} * 1000;
    CHECK(slug(get(world, "/v1/digests", token)) == "token-expired");
    CHECK(slug(get(world, "/v1/digests", "nonsense")) == "unknown-token");
    CHECK(slug(get(world, "/v1/digests")) == "no-token");
  }
  SECTION("a nonce works once, for its device, for a minute") {
    REQUIRE(ask(nonce, signature).status == 200);
    CHECK(slug(ask(nonce, signature)) == "bad-challenge");
    const std::string old = ask_nonce(world, anna.id());
    world.now_ms += std::int64_t{world.config.challenge_ttl_s} * 1000;
    CHECK(slug(ask(old, sign_nonce(world, anna, old))) == "bad-challenge");
    const std::string foreign = ask_nonce(world, device("stranger"));
    CHECK(slug(ask(foreign, sign_nonce(world, anna, foreign))) == "bad-challenge");
  }
  SECTION("somebody else's signature") {
    const MemoryDevice other("other");
    Signature wrong = signature;
    wrong.bytes[0] ^= 1;
    CHECK(slug(ask(nonce, wrong)) == "bad-signature");
    CHECK(slug(ask(nonce, signature)) == "bad-challenge");  // used up by the attempt
    const auto stranger = world.api().handle(
        json_request("/v1/token", token_body(other.id(), nonce, signature)));
    CHECK(slug(stranger) == "unknown-device");
  }
  SECTION("revoked and disabled") {
    REQUIRE(world.repository->set_disabled("user-anna", true).ok());
    CHECK(slug(ask(nonce, signature)) == "account-disabled");
    REQUIRE(world.repository->revoke_device(anna.id(), "lost").ok());
    const std::string next = ask_nonce(world, anna.id());
    const auto response = ask(next, sign_nonce(world, anna, next));
    CHECK(response.status == 403);
    CHECK(slug(response) == "device-revoked");
    CHECK(slug(world.post_sync(anna, {})) == "device-revoked");
  }
}

TEST_CASE("api: a sync request that is none", "[server][api]") {
  World world;
  MemoryDevice anna("anna");
  world.add(anna);
  CHECK(slug(world.post_sync(anna, {})) == "truncated");
  CHECK(world.post_sync(anna, std::vector<std::uint8_t>(1000, 0xab)).status == 400);
  SyncReply reply;
  CHECK(slug(world.post_sync(anna, encode_message(reply))) == "malformed");
  SyncRequest foreign;
  foreign.space = id_of<SpaceId>("another");
  foreign.device = anna.id();
  CHECK(slug(world.post_sync(anna, encode_message(foreign))) == "wrong-space");
  SyncRequest impostor;
  impostor.space = id_of<SpaceId>("space");
  impostor.device = device("bruno");
  CHECK(slug(world.post_sync(anna, encode_message(impostor))) == "not-allowed");
  server::Request request;
  request.method = "POST";
  request.path = "/v1/sync";
  request.authorization = "Bearer token-anna";
  request.content_type = "application/json";
  CHECK(world.api().handle(request).status == 415);
  request.content_type = server::kSyncMediaType;
  request.content_encoding = "gzip";
  CHECK(world.api().handle(request).status == 415);
}

TEST_CASE("api: digests are paged and follow what may be seen", "[server][api]") {
  World world;
  MemoryDevice anna("anna");
  MemoryDevice luca("luca");
  world.add(anna);
  world.add(luca);
  for (const char* name : {"d1", "d2", "d3"}) {
    anna.create(dossier(name));
    anna.write(document_of(name), {set_op("note", name)});
    anna.write(document_of(name, "health"), {set_op("note", name)});
  }
  REQUIRE(world.sync(anna).done);
  REQUIRE(world.repository->assign("user-luca", dossier("d2"), {"core"}).ok());

  std::string after;
  std::vector<std::string> documents;
  for (int page = 0; page < 10; ++page) {
    const auto body =
        parse(get(world, "/v1/digests?limit=4" + (after.empty() ? "" : "&after=" + after),
                  "token-anna"));
    for (const auto& document : body.at("documents").as_array()) {
      documents.push_back(text(document.as_object(), "document"));
    }
    if (!body.at("more").as_bool()) break;
    after = text(body, "next");
  }
  CHECK(documents.size() == 6);
  CHECK(std::is_sorted(documents.begin(), documents.end()));
  const auto of_luca = parse(get(world, "/v1/digests", "token-luca"));
  REQUIRE(of_luca.at("documents").as_array().size() == 1);
  CHECK(text(of_luca.at("documents").as_array()[0].as_object(), "document") ==
        to_text(document_of("d2")));
  for (const char* query : {"limit=0", "limit=x", "limit=99999", "after=x", "other=1", "%zz"}) {
    CHECK(get(world, std::string("/v1/digests?") + query, "token-anna").status == 400);
  }
}

TEST_CASE("api: what was opened on a tablet is taken whole, once, or not at all",
          "[server][api][S126]") {
  World world;
  MemoryDevice anna("anna");
  world.add(anna);
  anna.create(dossier("d1"));
  REQUIRE(world.sync(anna).done);
  const std::uint64_t before = world.repository->access_end().first;
  const auto tell = [&](const std::string& body, const std::string& token = "token-anna") {
    server::Request request = json_request("/v1/openings", body);
    if (!token.empty()) request.authorization = "Bearer " + token;
    return world.api().handle(request);
  };
  const std::string id = to_text(dossier("d1"));
  const std::string good = R"({"dossier":")" + id +
                           R"(","section":"health","at":"2026-09-01T09:30:00.000Z"})";
  const auto all = [](const std::string& lines) { return R"({"openings":[)" + lines + "]}"; };
  CHECK(slug(tell(all(good), "")) == "no-token");
  for (const std::string& bad :
       {std::string("[]"), std::string("{}"), std::string(R"({"openings":{}})"), all("1"),
        all(good + ",{}"), all(R"({"dossier":"x","section":"health","at":"2026-09-01T09:30:00Z"})"),
        all(R"({"dossier":")" + id + R"(","section":"No Name","at":"2026-09-01T09:30:00Z"})"),
        all(R"({"dossier":")" + id + R"(","section":"health","at":"yesterday"})")}) {
    CAPTURE(bad);
    CHECK(slug(tell(bad)) == "bad-request");
  }
  std::string many = good;
  for (int i = 0; i < 200; ++i) many += "," + good;
  CHECK(slug(tell(all(many))) == "bad-request");
  CHECK(world.repository->access_end().first == before);
  const server::Response taken = tell(all(good + "," + good));
  CHECK(taken.status == 200);
  CHECK(parse(taken).at("told").to_number<int>() == 2);
  CHECK(parse(taken).at("new").to_number<int>() == 1);
  CHECK(parse(tell(all(good))).at("new").to_number<int>() == 0);
  // A purpose of a newer list is kept as another one; a clock that is years ahead is cut.
  std::string odd = good;
  odd.replace(odd.find("2026"), 4, "2126");
  odd.insert(odd.size() - 1, R"(,"purpose":"domani")");
  CHECK(tell(all(odd)).status == 200);
  server::AccessRow last;
  world.repository->visit_access([&](const server::AccessRow& row) {
    last = row;
    return true;
  });
  CHECK(last.note.opened_for == "altro");
  CHECK(last.note.opened_ms <= world.now_ms + 2LL * 86'400'000);
  CHECK(world.repository->access_end().first == before + 2);
}

TEST_CASE("api: the digest of the rules is said to tablets and to machines",
          "[server][api][S127]") {
  World world;
  MemoryDevice anna("anna");
  world.add(anna);
  const json::object said = parse(get(world, "/status"));
  CHECK(text(said, "schema_digest") == schema::embedded_bundle().digest_text());
  CHECK(said.at("schema_version").to_number<std::int64_t>() == schema::embedded_bundle().version);
  const json::object challenge = parse(world.api().handle(json_request(
      "/v1/challenge", json::serialize(json::object{{"device", to_text(anna.id())}}))));
  const std::string nonce = text(challenge, "nonce");
  const json::object token = parse(world.api().handle(
      json_request("/v1/token", token_body(anna.id(), nonce, sign_nonce(world, anna, nonce)))));
  CHECK(text(token, "schema_digest") == text(said, "schema_digest"));
  CHECK(token.at("protocol").to_number<std::uint32_t>() == kProtocolVersion);
}

TEST_CASE("api: body limits by route", "[server][api]") {
  CHECK(server::Api::body_limit("POST", "/v1/sync") > kFrameBytesMax);
  CHECK(server::Api::body_limit("POST", "/v1/enrol") == server::kJsonBodyBytesMax);
  // 200 openings with the longest names are one request.
  CHECK(server::Api::body_limit("POST", "/v1/openings") >= 200 * 256);
  CHECK(server::Api::body_limit("GET", "/v1/sync") == server::kJsonBodyBytesMax);
}

TEST_CASE("api: invitation codes", "[server][api]") {
  std::set<std::string> codes;
  for (int i = 0; i < 100; ++i) codes.insert(server::new_invitation_code());
  CHECK(codes.size() == 100);
  for (const std::string& code : codes) {
    CHECK(code.size() == 31);
    CHECK(code.find_first_of("ILOUilou") == std::string::npos);
    CHECK(server::hash_invitation(code).has_value());
  }
  CHECK_FALSE(server::hash_invitation("").has_value());
  CHECK_FALSE(server::hash_invitation(std::string(10'000, 'A')).has_value());
  CHECK_FALSE(server::hash_invitation("UUUUU-UUUUU-UUUUU-UUUUU-UUUUU-U").has_value());
}
