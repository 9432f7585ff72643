// The document of the HTTP interface against a real server: every route in it is answered, every
// answered route is in it, and what is answered has the shape that it says.
#include <boost/json.hpp>

#include <ctime>
#include <fstream>
#include <map>
#include <set>

#include "http_tablet.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "insieme/sync/sign_in.hpp"
#include "operator.hpp"
#include "support/bent_provider.hpp"
#include "support/voucher_authority.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

using Methods = std::set<std::string>;

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

/// A space whose server gave out its document, and one tablet that is enrolled.
struct Described {
  TempDir dir;
  MemoryDevice tablet{"anna"};
  VoucherAuthority pdnd;
  BentProvider provider;
  std::unique_ptr<ServerProcess> server;
  std::string text;
  json::object document;
  std::string samples;

  explicit Described(const std::string& role = "educator") {
    std::ofstream(dir.file("server.key")) << std::string(64, '7') << '\n';
    REQUIRE(server::create_space(dir.file("server.db"), id_of<SpaceId>("space"), "T", 0).ok());
    auto opened = server::open_sqlite_repository(dir.file("server.db"), server::Roles::defaults(),
                                                 [] { return std::int64_t{1'790'000'000'000}; });
    REQUIRE(opened.ok());
    REQUIRE((*opened)->add_user({"user-anna", "Anna", role, false, 0}).ok());
    const Digest hash = Hasher("t").finish();
    REQUIRE((*opened)->add_invitation(hash, "user-anna", INT64_MAX).ok());
    REQUIRE((*opened)
                ->enrol({hash, tablet.public_key(), "t", rep("anna"), tablet.id()})
                .ok());
    opened->reset();
    std::ofstream(dir.file("jwks.json")) << pdnd.jwks();
    server = std::make_unique<ServerProcess>(
        dir.path().string(), Words{"--siuss-keys", dir.file("jwks.json"), "--siuss-audience",
                                   kVoucherAudience, "--siuss-purpose", "p", "--public-url",
                                   "https://ambito.example", "--sign-in-provider",
                                   provider.issuer(), "--sign-in-client", "insieme"});
    text = http_once(server->port(), http_request("GET", "/openapi.json")).body;
    document = json::parse(text).as_object();
  }

  [[nodiscard]] std::map<std::string, Methods> paths() const {
    std::map<std::string, Methods> all;
    for (const auto& [path, item] : document.at("paths").as_object()) {
      for (const auto& [method, operation] : item.as_object()) {
        all[std::string(path)].insert(upper(std::string(method)));
      }
    }
    return all;
  }

  HttpAnswer ask(const std::string& method, const std::string& target,
                 const std::string& body = {}, const std::string& headers = {}) {
    HttpAnswer answer = http_once(server->port(), http_request(method, target, body, headers));
    const auto type = answer.headers.find("content-type");
    if (answer.status >= 400) {  // a refusal that the document does not name: also without node
      const std::string problem =
          "\"" + std::string(json::parse(answer.body).at("type").as_string()) + "\"";
      CAPTURE(method, target, problem);
      CHECK(text.find(problem) != std::string::npos);
    }
    json::object said;
    for (const auto& [name, value] : answer.headers) said[name] = value;
    samples += json::serialize(json::object{
                   {"method", method},
                   {"path", target.substr(0, target.find('?'))},
                   {"status", answer.status},
                   {"type", type == answer.headers.end() ? "" : type->second},
                   {"headers", std::move(said)},
                   {"body", answer.headers["content-type"].find("vnd") == std::string::npos
                                ? answer.body
                                : ""}}) +
               "\n";
    return answer;
  }

  /// All samples against the document, which is itself held to the specification.
  void check_samples() const {
    std::ofstream(dir.file("openapi.json")) << text;
    std::ofstream(dir.file("samples")) << samples;
    const Finished checked =
        run_program("/usr/bin/env", {"node", INSIEME_OPENAPI_CHECK, dir.file("openapi.json"),
                                     dir.file("samples")}, {});
    if (checked.code == 3 || checked.code == 127) {
      WARN("skipped: no node, or its packages are not installed (tools/setup): " << checked.out);
      return;
    }
    INFO(checked.out << checked.err);
    CHECK(checked.code == 0);
  }
};

const std::string kJson = "Content-Type: application/json\r\n";

std::string no_such(const char* member, const std::string& value) {
  return json::serialize(json::object{{member, value}});
}

}  // namespace

TEST_CASE("openapi: the program prints what the server gives", "[server][process][S106]") {
  const Described at;
  const Finished printed = run_server({"openapi"});
  CHECK(printed.code == 0);
  CHECK(printed.out == at.text + "\n");
  CHECK(at.document.at("openapi").as_string() == "3.1.1");
  CHECK(run_server({"status"}).code == 2);  // all others want a data folder
}

TEST_CASE("openapi: every route of the document is answered, and no other method is",
          "[server][process][S106]") {
  Described at;
  const auto paths = at.paths();
  CHECK(paths.size() >= 8);
  for (const auto& [path, methods] : paths) {
    Methods answered = methods;
    if (methods.count("GET") != 0) answered.insert("HEAD");
    for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE",
                               "PROPFIND", "BREW", "get"}) {
      CAPTURE(path, method);
      const HttpAnswer answer = http_once(at.server->port(), http_request(method, path));
      if (answered.count(method) != 0) {
        CHECK(answer.status != 404);
        CHECK(answer.status != 405);
        CHECK(answer.status < 500);
        continue;
      }
      CHECK(answer.status == 405);
      Methods allowed;
      std::string list = answer.headers.at("allow") + ", ";
      for (std::size_t end = 0; (end = list.find(", ")) != std::string::npos;) {
        allowed.insert(list.substr(0, end));
        list.erase(0, end + 2);
      }
      CHECK(allowed == answered);
    }
  }
}

TEST_CASE("openapi: what is answered is in the document", "[server][process][S106]") {
  Described at;
  const auto paths = at.paths();
  const std::vector<std::string> first{
      "",       "v1",    "v2",     "api",     "siuss",  "siuss/v1",    "admin",
      "flussi", "esiti", "status", "metrics", "health", "ready",       ".well-known",
      "debug",  "problems", "openapi.json", "index.html"};
  const std::vector<std::string> then{
      "",         "/",      "/sync",   "/enrol",  "/token", "/challenge", "/digests",
      "/devices", "/users", "/backup", "/verify", "/flussi", "/esiti",    "/device-policy",
      "/status",  "/blobs", "/push",   "/events", "/restore", "/erase",   "/../status",
      "/%2e%2e/status"};
  for (const std::string& a : first) {
    for (const std::string& b : then) {
      const std::string path = "/" + a + b;
      CAPTURE(path);
      const int status = http_once(at.server->port(), http_request("GET", path)).status;
      CHECK((status != 404) == (paths.count(path) != 0));
    }
  }
  // What it has counted are routes of the document.
  const std::string counted =
      http_once(at.server->port(), http_request("GET", "/metrics")).body;
  std::size_t routes = 0;
  const std::string mark = "insieme_requests_total{route=\"";
  for (std::size_t i = counted.find(mark); i != std::string::npos; i = counted.find(mark, i + 1)) {
    const std::size_t begin = i + mark.size();
    const std::string route = counted.substr(begin, counted.find('"', begin) - begin);
    CAPTURE(route);
    CHECK((route == "other" || paths.count(route) != 0));
    ++routes;
  }
  CHECK(routes > 1);
}

TEST_CASE("openapi: a sign-in is answered as the document says, to its end",
          "[server][process][S106][sign-in]") {
  Described at;
  CHECK(at.ask("GET", "/v1/sign-in/ways").status == 200);
  CHECK(at.ask("POST", "/v1/sign-in/ways", "{}", kJson).status == 200);
  const std::string asked = json::serialize(json::object{{"challenge", std::string(64, 'a')},
                                                         {"back_to", "http://127.0.0.1:4711/"}});
  HttpAnswer begun = at.ask("POST", "/v1/sign-in/begin", asked, kJson);
  while (begun.status == 503) {  // the provider is being asked
    begun = http_once(at.server->port(), http_request("POST", "/v1/sign-in/begin", asked, kJson));
  }
  REQUIRE(begun.status == 200);
  begun = at.ask("POST", "/v1/sign-in/begin", asked, kJson);
  const std::string address(json::parse(begun.body).at("address").as_string());
  const std::string rest = address.substr(address.find("&state=") + 7);
  const std::string query = "?code=c&state=" + rest.substr(0, rest.find('&'));
  CHECK(at.ask("POST", "/v1/sign-in/begin", "{}", kJson).status == 400);
  CHECK(at.ask("GET", "/v1/sign-in/callback").status == 400);
  HttpAnswer back = at.ask("GET", "/v1/sign-in/callback" + query);
  CHECK(back.status == 303);
  CHECK(back.headers["location"].rfind("http://127.0.0.1:4711/?sign_in=", 0) == 0);
  CHECK(back.headers["referrer-policy"] == "no-referrer");
  CHECK(at.ask("GET", "/v1/sign-in/callback" + query).status == 404);
  // The challenge was nobody's hash: no verifier fits it.
  const std::string told = json::serialize(json::object{
      {"ticket", back.headers["location"].substr(31)}, {"verifier", std::string(64, 'b')}});
  CHECK(at.ask("POST", "/v1/sign-in/finish", told, kJson).status == 404);
  CHECK(at.ask("POST", "/v1/sign-in/finish", "{}", kJson).status == 400);
  at.check_samples();
}

TEST_CASE("openapi: a sign-in with a password is answered as the document says, to its end",
          "[server][process][S106][account]") {
  Described at;
  const std::string data = at.dir.path().string();
  const auto made = run_program(
      "insieme-server", {"account", "new", "user-anna", "--totp", "--json", "--data", data}, {});
  REQUIRE(made.code == 0);
  const std::string first(made.reply().at("first_password").as_string());
  const auto post = [&](const char* path, const json::object& body) {
    return at.ask("POST", path, json::serialize(body), kJson);
  };
  json::object begin{{"challenge", to_hex(sync::sign_in_challenge(std::string(64, 'b')).bytes)},
                     {"name", "user-anna"},
                     {"password", "sbagliata!"}};
  CHECK(at.ask("GET", "/v1/sign-in/ways").body.find("\"account\"") != std::string::npos);
  CHECK(post("/v1/sign-in/account", {}).status == 400);
  CHECK(post("/v1/sign-in/account", begin).status == 403);
  begin["password"] = first;
  const auto begun = post("/v1/sign-in/account", begin);
  REQUIRE(begun.status == 200);
  json::object step{{"ticket", json::parse(begun.body).at("ticket")},
                    {"verifier", std::string(64, 'b')}};
  CHECK(post("/v1/sign-in/step", {}).status == 400);
  CHECK(post("/v1/sign-in/step", {{"ticket", "x"}, {"verifier", std::string(64, 'b')}}).status ==
        404);
  step["new_password"] = "corta";
  CHECK(post("/v1/sign-in/step", step).status == 403);
  step["new_password"] = "tre parole facili";
  CHECK(post("/v1/sign-in/step", step).body.find("otpauth://") != std::string::npos);
  step["code"] = "000000";
  CHECK(post("/v1/sign-in/step", step).status == 400);  // one thing at a time
  begin["password"] = "sbagliata!";
  HttpAnswer guessed = post("/v1/sign-in/account", begin);
  for (int i = 0; i < 10 && guessed.status == 403; ++i) {
    guessed = post("/v1/sign-in/account", begin);
  }
  CHECK(guessed.status == 429);
  at.check_samples();
}

TEST_CASE("openapi: what a tablet tells of openings is answered as the document says",
          "[server][process][S106][S126]") {
  Described at;
  const std::string token = "Authorization: Bearer " + get_token(at.server->port(), at.tablet) +
                            "\r\n";
  const std::string told = R"({"openings":[{"dossier":")" + to_text(at.tablet.id()) +
                           R"(","section":"health","at":"2026-09-01T09:30:00Z"}]})";
  CHECK(at.ask("POST", "/v1/openings", told, kJson + token).status == 200);
  CHECK(at.ask("POST", "/v1/openings", "{}", kJson + token).status == 400);
  CHECK(at.ask("POST", "/v1/openings", told, kJson).status == 401);
  at.check_samples();
}

TEST_CASE("openapi: what is asked of openings for a while is answered as the document says",
          "[server][process][S106]") {
  Described at;
  const std::string token = "Authorization: Bearer " + get_token(at.server->port(), at.tablet) +
                            "\r\n";
  const auto ask = [&](const char* path, const std::string& body) {
    return at.ask("POST", path, body, kJson + token).status;
  };
  const std::string none = std::string(32, '0');
  CHECK(ask("/v1/glass", R"({"dossier":"3f2a9c10","reason":"una chiamata"})") == 404);
  CHECK(ask("/v1/glass", R"({"dossier":"3f2a9c10","reason":"x"})") == 400);
  CHECK(ask("/v1/glass/list", "{}") == 200);
  CHECK(ask("/v1/glass/list", "[]") == 400);
  CHECK(ask("/v1/glass/end", R"({"id":")" + none + R"("})") == 404);
  CHECK(ask("/v1/glass/end", "{}") == 400);
  CHECK(ask("/v1/glass/seen", R"({"id":")" + none + R"("})") == 404);
  for (const char* path : {"/v1/glass", "/v1/glass/list", "/v1/glass/end", "/v1/glass/seen"}) {
    CHECK(at.ask("POST", path, "{}", kJson).status == 401);
    CHECK(at.ask("POST", path, "{}", token).status == 415);
  }
  at.check_samples();
}

TEST_CASE("openapi: whoever coordinates or administers is answered as the document says",
          "[server][process][S106]") {
  const std::string role = GENERATE("educator", "coordinator", "admin");
  Described at(role);
  CAPTURE(role);
  const std::string token = "Authorization: Bearer " + get_token(at.server->port(), at.tablet) +
                            "\r\n";
  const auto ask = [&](const char* path, const std::string& body) {
    return at.ask("POST", path, body, kJson + token).status;
  };
  const bool reviews = role == "coordinator";
  const bool administers = role == "admin";
  CHECK(ask("/v1/steer/people", "{}") == (reviews || administers ? 200 : 403));
  CHECK(ask("/v1/steer/dossiers", "{}") == (reviews ? 200 : 403));
  CHECK(ask("/v1/steer/erasures", "{}") == (reviews ? 200 : 403));
  const std::string some = R"({"dossier":")" + to_text(at.tablet.id()) + R"("})";
  CHECK(ask("/v1/steer/access", some) == (reviews ? 404 : 403));
  CHECK(ask("/v1/steer/report", R"({"report":"R10"})") == (reviews ? 200 : 403));
  CHECK(ask("/v1/steer/report", R"({"report":"R11"})") == (reviews || administers ? 200 : 403));
  CHECK(ask("/v1/steer/report/records",
            R"({"report":"R10","table":"devices","measure":"devices"})") == (reviews ? 200 : 403));
  CHECK(ask("/v1/steer/act", R"({"act":"invite","account":"user-anna"})") ==
        (administers ? 200 : 403));
  CHECK(ask("/v1/steer/act", "[]") == 400);
  for (const char* path : {"/v1/steer/people", "/v1/steer/dossiers", "/v1/steer/access",
                           "/v1/steer/erasures", "/v1/steer/report",
                           "/v1/steer/report/records", "/v1/steer/act"}) {
    CHECK(at.ask("POST", path, "{}", kJson).status == 401);
    CHECK(at.ask("POST", path, "{}", token).status == 415);
  }
  at.check_samples();
}

TEST_CASE("openapi: what was found is answered as the document says",
          "[server][process][S106][S129]") {
  Described at;
  const std::string token = "Authorization: Bearer " + get_token(at.server->port(), at.tablet) +
                            "\r\n";
  CHECK(at.ask("GET", "/v1/findings?limit=1", "", token).status == 200);
  CHECK(at.ask("GET", "/v1/findings?limit=0", "", token).status == 400);
  CHECK(at.ask("GET", "/v1/findings").status == 401);
  CHECK(at.ask("POST", "/v1/findings", "", token).status == 200);
  at.check_samples();
}

TEST_CASE("openapi: what machines ask is answered as the document says",
          "[server][process][S106][machines]") {
  Described at;
  const VoucherAuthority key(VoucherAuthority::Kind::p256, "k1");
  std::ofstream(at.dir.file("key.json")) << json::serialize(key.key());
  const std::string data = at.dir.path().string();
  const auto run = [&](Words words) {
    words.insert(words.end(), {"--data", data});
    return run_program("insieme-server", words, {});
  };
  REQUIRE(run({"machine", "add", "regione", "--key", at.dir.file("key.json"), "--scope",
               "report:R4", "--scope", "flows"})
              .code == 0);
  const auto now = std::time(nullptr);
  int jti = 0;
  const auto form = [&](const json::object& more = {}) {
    json::object claims{{"iss", "regione"},
                        {"sub", "regione"},
                        {"aud", "https://ambito.example/v1/machines/token"},
                        {"exp", now + 60},
                        {"jti", std::to_string(++jti)}};
    for (const auto& [name, value] : more) claims[name] = value;
    return "grant_type=client_credentials&client_assertion_type="
           "urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=" +
           key.sign(claims);
  };
  const std::string type = "Content-Type: application/x-www-form-urlencoded\r\n";
  const char* const path = "/v1/machines/token";
  CHECK(at.ask("GET", "/.well-known/oauth-authorization-server").status == 200);
  const std::string once = form();
  const HttpAnswer given = at.ask("POST", path, once, type);
  REQUIRE(given.status == 200);
  CHECK(at.ask("POST", path, once, type).status == 401);
  CHECK(at.ask("POST", path, form({{"aud", "https://altro.example"}}), type).status == 401);
  CHECK(at.ask("POST", path, form() + "&scope=metrics", type).status == 400);
  CHECK(at.ask("POST", path, "grant_type=password", type).status == 400);
  CHECK(at.ask("POST", path, "{}", kJson).status == 415);
  const std::string token =
      "Authorization: Bearer " +
      std::string(json::parse(given.body).at("access_token").as_string()) + "\r\n";
  CHECK(at.ask("GET", "/v1/reports", "", token).status == 200);
  CHECK(at.ask("GET", "/v1/reports").status == 401);
  const HttpAnswer page = at.ask("POST", "/v1/reports", R"({"report":"R4","with":{"from":)"
                                 R"("2024-01-01","to":"2024-12-31","territory":"VEN_09"}})",
                                 token + kJson);
  INFO(page.body);
  CHECK(page.status == 200);
  CHECK(at.ask("POST", "/v1/reports", R"({"report":"R3"})", token + kJson).status == 403);
  CHECK(at.ask("POST", "/v1/reports", R"({"report":"R99"})", token + kJson).status == 404);
  CHECK(at.ask("POST", "/v1/reports", "[]", token + kJson).status == 400);
  CHECK(at.ask("GET", "/siuss/v1/flussi?since=0", "", token).status == 200);
  // At once, on the server that runs.
  REQUIRE(run({"machine", "revoke", "regione", "--reason", "prova"}).code == 0);
  CHECK(at.ask("GET", "/v1/reports", "", token).status == 401);
  CHECK(at.ask("POST", path, form(), type).status == 401);
  at.check_samples();
}

TEST_CASE("openapi: good and bad requests are answered as the document says",
          "[server][process][S106]") {
  Described at;
  const std::string device = to_text(at.tablet.id());
  for (const char* path : {"/status", "/ready", "/metrics", "/openapi.json",
                           "/v1/device-policy"}) {
    CHECK(at.ask("GET", path).status == 200);
  }
  const std::string token = "Authorization: Bearer " + get_token(at.server->port(), at.tablet) +
                            "\r\n";
  CHECK(at.ask("POST", "/v1/challenge", no_such("device", device), kJson).status == 200);
  CHECK(at.ask("GET", "/v1/digests?limit=1", "", token).status == 200);
  CHECK(at.ask("GET", "/v1/digests?limit=0", "", token).status == 400);
  CHECK(at.ask("POST", "/v1/digests", "", token).status == 200);
  CHECK(at.ask("GET", "/v1/access", "", token).status == 400);
  CHECK(at.ask("GET", "/v1/access?dossier=" + device, "", token).status == 403);
  CHECK(at.ask("POST", "/v1/device-policy").status == 200);
  for (const char* path : {"/v1/enrol", "/v1/challenge", "/v1/token"}) {
    CHECK(at.ask("POST", path, "{", kJson).status == 400);
    CHECK(at.ask("POST", path, "{}").status == 415);
    CHECK(at.ask("POST", path, "{}", kJson).status == 400);
    CHECK(at.ask("POST", path, std::string(20'000, ' '), kJson).status == 413);
    CHECK(at.ask("POST", path, "{}", kJson + "Content-Encoding: gzip\r\n").status == 415);
  }
  CHECK(at.ask("POST", "/v1/token",
               json::serialize(json::object{{"device", device}, {"nonce", "x"},
                                            {"signature", std::string(128, '0')}}), kJson)
            .status == 401);
  CHECK(at.ask("POST", "/v1/enrol",
               json::serialize(json::object{
                   {"invitation", "00000-00000-00000-00000-00000-0"},
                   {"device_public_key", std::string(64, 'a')},
                   {"device_name", "t"},
                   {"replica", to_text(rep("b"))}}), kJson)
            .status == 404);
  CHECK(at.ask("GET", "/v1/digests").status == 401);
  CHECK(at.ask("POST", "/v1/sync").status == 401);
  CHECK(at.ask("POST", "/v1/sync", "x", token).status == 415);
  CHECK(at.ask("POST", "/v1/sync", "x", token + "Content-Type: application/vnd.insieme.sync\r\n")
            .status == 400);
  CHECK(at.ask("GET", "/status", "", "Content-Encoding: br\r\n").status == 415);

  const std::string voucher =
      "Authorization: Bearer " + at.pdnd.voucher({{"purposeId", "p"}}) + "\r\n";
  const std::string other = "Authorization: Bearer " + at.pdnd.voucher() + "\r\n";
  server::Flow flow;
  flow.name = "H501.PS.20240701.0000001";
  flow.kind = "PS_PSA_SINA";
  flow.body_code = "H501";
  flow.body_name = "Comune di Prova";
  flow.xml = {'<', 'a', '/', '>'};
  {
    auto opened = server::open_sqlite_repository(at.dir.file("server.db"),
                                                 server::Roles::defaults(), [] { return 1; });
    REQUIRE(opened.ok());
    REQUIRE((*opened)->add_flow(flow).ok());
  }
  CHECK(at.ask("GET", "/siuss/v1/flussi?since=0", "", voucher).body.find("PGEvPg==") !=
        std::string::npos);
  CHECK(at.ask("GET", "/siuss/v1/flussi", "", voucher).status == 400);
  CHECK(at.ask("GET", "/siuss/v1/flussi?since=0", "", other).status == 403);
  CHECK(at.ask("GET", "/siuss/v1/flussi?since=0").status == 401);
  CHECK(at.ask("POST", "/siuss/v1/esiti", R"({"elenco_esiti":[]})", voucher + kJson).status == 204);
  CHECK(at.ask("POST", "/siuss/v1/esiti", "{}", voucher + kJson).status == 400);
  CHECK(at.ask("POST", "/siuss/v1/esiti", "{}", voucher).status == 415);
  CHECK(at.ask("GET", "/siuss/v1/status").status == 200);
  at.check_samples();
}

TEST_CASE("http: HEAD tells what GET would, and sends no body", "[server][process]") {
  const TempDir dir;
  const ServerProcess server(dir.file("data"));
  RawClient client(server.port());
  REQUIRE(client.send(http_request("HEAD", "/v1/device-policy") + http_request("HEAD", "/nothing") +
                      http_request("HEAD", "/v1/sync") +
                      http_request("GET", "/v1/device-policy")));
  // One stream: a body behind a HEAD would be taken for the next answer.
  const HttpAnswer head = client.read_head();
  CHECK(head.status == 200);
  CHECK(client.read_head().status == 404);
  const HttpAnswer wrong = client.read_head();
  CHECK(wrong.status == 405);
  CHECK(wrong.headers.at("allow") == "POST");
  const HttpAnswer whole = client.read_answer();
  CHECK(whole.status == 200);
  CHECK(head.headers.at("content-length") == std::to_string(whole.body.size()));
  CHECK(head.headers.at("content-type") == whole.headers.at("content-type"));
}

TEST_CASE("openapi: what is ordered of a device is answered as the document says",
          "[server][process][S106]") {
  Described at;
  const std::string device = to_text(at.tablet.id());
  const std::string digits(64, 'a');
  const std::string token = "Authorization: Bearer " + get_token(at.server->port(), at.tablet) +
                            "\r\n";
  const std::string question = R"({"device":")" + device + R"(","ask":")" + digits + R"("})";
  CHECK(at.ask("POST", "/v1/device/order", question, kJson).status == 200);
  CHECK(at.ask("POST", "/v1/device/order", "{}", kJson).status == 400);
  REQUIRE(run_server({"device", "lock", device, "--reason", "t", "--data", at.dir.path().string()})
              .code == 0);
  const HttpAnswer locked = at.ask("POST", "/v1/device/order", question, kJson);
  CHECK(json::parse(locked.body).at("order_kind") == "lock");
  CHECK(at.ask("POST", "/v1/digests", "", token).status == 401);  // it asks for a token, and hears
  const std::string escrow = "/v1/device/escrow?parcel=drafts&order=" + device;
  CHECK(at.ask("POST", escrow, "x", "Content-Type: application/octet-stream\r\n").status == 401);
  CHECK(at.ask("POST", "/v1/device/escrow/end", "{}", kJson).status == 401);
  CHECK(at.ask("POST", "/v1/device/destroyed", "{}", kJson).status == 400);
  CHECK(at.ask("POST", "/v1/device/destroyed",
               R"({"device":")" + device + R"(","order":")" + device + R"(","report":")" + digits +
                   R"("})",
               kJson)
            .status == 404);
  at.check_samples();
}
