// Machines as an operator lets them in, and as a program of somebody else's gets its token: keys
// made by openssl, the assertion signed by it, over real HTTP.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "http_tablet.hpp"
#include "operator.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

/// An operator, a running server that knows its address, and keys of somebody else's.
struct Site : Operator {
  std::uint16_t port = 0;
  std::string url;
  insieme::processes::Running server;

  Site() {
    REQUIRE(run({"init", "--name", "Ambito di prova"}).code == 0);
    port = ServerProcess(data).port();  // it gives it back at once
    url = "http://127.0.0.1:" + std::to_string(port);
    std::ofstream(data + "/insieme.conf", std::ios::app) << "public_url = " << url << '\n';
    static_cast<void>(server.start(
        Launch("insieme-server", {"serve", "--data", data, "--dev", "--listen",
                                  "127.0.0.1:" + std::to_string(port)},
               {}),
        dir.file("log")));
  }
  [[nodiscard]] std::string log() const {
    std::ifstream file(dir.file("log"), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string key(const std::string& name, const Words& how = {"rsa", "-pkeyopt",
                                                               "rsa_keygen_bits:2048"}) const {
    Words words{"openssl", "genpkey", "-out", dir.file(name), "-algorithm"};
    words.insert(words.end(), how.begin(), how.end());
    const Finished made = run_program("/usr/bin/env", words, {});
    CAPTURE(made.err);
    REQUIRE(made.code == 0);
    REQUIRE(run_program("/usr/bin/env",
                        {"openssl", "pkey", "-in", dir.file(name), "-pubout", "-out",
                         dir.file(name + ".pub")},
                        {})
                .code == 0);
    return dir.file(name);
  }
  [[nodiscard]] Finished token(const std::string& client, const std::string& key,
                               const Environment& more = {}, const Words& scope = {}) const {
    Words words{url, client, key};
    words.insert(words.end(), scope.begin(), scope.end());
    return run_program(INSIEME_SOURCE_DIR "/packaging/insieme-machine-token", words, more);
  }
};

}  // namespace

TEST_CASE("machines: a program with openssl and curl gets its token, until its key is exchanged",
          "[server][process][machines][S106]") {
  Site at;
  const std::string first = at.key("prima");
  const json::value added = at.json_of({"machine", "add", "prometheus", "--key", first + ".pub",
                                        "--scope", "metrics", "--title", "Sala macchine"});
  CHECK(added.at("token_endpoint").as_string() == at.url + "/v1/machines/token");
  const std::string kid(added.at("keys").at(0).at("kid").as_string());
  CHECK(kid.size() == 43);
  const Finished given = at.token("prometheus", first);
  CAPTURE(given.err);
  REQUIRE(given.code == 0);
  const std::string token = given.out.substr(0, 64);
  const auto ask = [&](const char* path) {
    return http_once(at.port, http_request("GET", path, "",
                                                     "Authorization: Bearer " + token + "\r\n"));
  };
  CHECK(ask("/v1/reports").body.find("\"reports\":[]") != std::string::npos);
  CHECK(ask("/siuss/v1/flussi?since=0").status == 403);
  CHECK(at.token("prometheus", at.key("altra")).code == 1);
  CHECK(at.token("nessuno", first).code == 1);
  CHECK(at.token("prometheus", first, {}, {"reports"}).code == 1);

  // The next key beside the old one; without a name nobody knows which of two is meant.
  const std::string second = at.key("seconda");
  const json::value both =
      at.json_of({"machine", "keys", "prometheus", "--add", second + ".pub"});
  CHECK(ask("/v1/reports").status == 401);
  const std::string next(both.at("keys").at(1).at("kid").as_string());
  CHECK(at.token("prometheus", second).code == 1);
  CHECK(at.token("prometheus", second, {{"INSIEME_KID", next}}).code == 0);
  CHECK(at.token("prometheus", first, {{"INSIEME_KID", kid}}).code == 0);
  REQUIRE(at.run({"machine", "keys", "prometheus", "--remove", kid}).code == 0);
  CHECK(at.token("prometheus", first).code == 1);
  CHECK(at.token("prometheus", second).code == 0);
  CHECK(at.run({"machine", "keys", "prometheus", "--remove", next}).code == 4);

  // Nothing of it is in the log, and what the operator did is in the audit.
  REQUIRE(at.run({"machine", "revoke", "prometheus", "--reason", "spenta"}).code == 0);
  CHECK(at.token("prometheus", second).code == 1);
  CHECK(at.server.stop() == 0);
  CHECK(at.log().find(token) == std::string::npos);
  CHECK(at.log().find("eyJ") == std::string::npos);
  CHECK(at.log().find("\"device\":\"prometheus\"") != std::string::npos);
  const json::value listed = at.json_of({"machine"});
  CHECK(listed.at("machines").at(0).at("revoke_reason").as_string() == "spenta");
  CHECK_FALSE(listed.at("machines").at(0).at("revoked").is_null());
}

TEST_CASE("machines: what an operator gets wrong is said in words, and changes nothing",
          "[server][process][machines]") {
  const Site at;
  const std::string key = at.key("chiave");
  const auto refused = [&](Words words) {
    const Finished said = at.run(std::move(words));
    CAPTURE(said.out);
    CHECK(said.code == 4);
    return said.err;
  };
  const auto says = [](const std::string& text, const char* words) {
    CAPTURE(text);
    CHECK(text.find(words) != std::string::npos);
  };
  says(refused({"machine", "add", "a", "--key", key, "--scope", "metrics"}), "private key");
  says(refused({"machine", "add", "a", "--key", key + ".no", "--scope", "metrics"}), "cannot be");
  says(refused({"machine", "add", "a", "--key", key + ".pub", "--scope", "metrix"}),
       "did you mean \"metrics\"");
  says(refused({"machine", "add", "A", "--key", key + ".pub", "--scope", "metrics"}), "a-z");
  const std::string small = at.key("corta", {"rsa", "-pkeyopt", "rsa_keygen_bits:1024"});
  says(refused({"machine", "add", "a", "--key", small + ".pub", "--scope", "metrics"}), "2048");
  const std::string other = at.key("curva", {"ec", "-pkeyopt", "ec_paramgen_curve:P-384"});
  says(refused({"machine", "add", "a", "--key", other + ".pub", "--scope", "metrics"}), "P-256");
  says(refused({"machine", "revoke", "a", "--reason", "r"}), "no machine");
  CHECK(at.json_of({"machine"}).at("machines").as_array().empty());
  for (const Words& how : {Words{"ed25519"}, Words{"ec", "-pkeyopt", "ec_paramgen_curve:P-256"}}) {
    const std::string good = at.key("buona-" + how.front(), how);
    CAPTURE(how.front());
    CHECK(at.run({"machine", "add", how.front(), "--key", good + ".pub", "--scope", "report:R4"})
              .code == 0);
  }
}
