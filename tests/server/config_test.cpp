#include "insieme/server/config.hpp"

#include <algorithm>

#include "insieme/schema/bundle.hpp"
#include "insieme/sync/space_dossier.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::server;

namespace {

std::string complaint(std::string_view text) {
  Config config;
  const Status status = load_config_text(config, text, "test.conf");
  return status.ok() ? "" : status.error().detail;
}

}  // namespace

TEST_CASE("config: a whole file is read", "[server][config]") {
  Config config;
  REQUIRE(load_config_text(config,
                           "# comment\n\n listen = [::1]:9000 \r\ntoken_ttl=90s\n"
                           "max_log_bytes = 2G\nbehind_proxy = yes\n"
                           "role.fellow.sections = core, network\nrole.guest.review = no\n"
                           "role.guest.grant = yes",
                           "f")
              .ok());
  CHECK(config.listen_host == "::1");
  CHECK(config.listen_port == 9000);
  CHECK(config.token_ttl_s == 90);
  CHECK(config.max_log_bytes == 2ULL << 30);
  CHECK(config.behind_proxy);
  CHECK(config.roles.find("fellow")->sections == std::vector<std::string>{"core", "network"});
  REQUIRE(config.roles.find("guest") != nullptr);
  CHECK_FALSE(config.roles.find("guest")->may_review);
  CHECK(config.roles.find("guest")->may_grant);
  CHECK_FALSE(config.roles.find("fellow")->may_grant);
}

TEST_CASE("config: mistakes are named with their line", "[server][config]") {
  CHECK(complaint("listen 1") == "test.conf:1: expected \"key = value\"");
  CHECK(complaint("\ntoken_tll = 1m\n") ==
        "test.conf:2: there is no setting \"token_tll\"; did you mean \"token_ttl\"?");
  CHECK(complaint("token_ttl = soon") ==
        "test.conf:1: token_ttl: \"soon\" is not a duration such as 90s, 15m, 48h or 7d");
  CHECK(complaint("listen = nowhere") == "test.conf:1: listen: \"nowhere\" is not host:port");
  CHECK(complaint("listen = a:70000") == "test.conf:1: listen: \"a:70000\" is not host:port");
  CHECK(complaint("dev = perhaps") == "test.conf:1: dev: \"perhaps\" is not yes or no");
  CHECK(complaint("workers = 0") == "test.conf:1: workers: \"0\" is not from 1 to 64");
  CHECK(complaint("max_log_bytes = -1") ==
        "test.conf:1: max_log_bytes: \"-1\" is not a size such as 4096, 64K, 10M or 2G");
  CHECK(complaint("max_log_bytes = 99999999999999999999").find("is not a size") !=
        std::string::npos);
  CHECK(complaint("log_level = inf").find("did you mean \"info\"?") != std::string::npos);
  CHECK(complaint("role.x.power = yes").find("there is no setting") != std::string::npos);
  CHECK(complaint("role.Bad Name.review = yes").find("is not a role's name") !=
        std::string::npos);
}

TEST_CASE("config: flags beat the environment, which beats the file", "[server][config]") {
  Config config;
  REQUIRE(load_config_text(config, "workers = 1\ntoken_ttl = 1s\nidle_timeout = 1s", "f").ok());
  REQUIRE(load_config_environment(config, [](const std::string& name) {
            if (name == "INSIEME_WORKERS") return std::optional<std::string>("2");
            if (name == "INSIEME_TOKEN_TTL") return std::optional<std::string>("2s");
            return std::optional<std::string>();
          }).ok());
  REQUIRE(load_config_flags(config, {{"workers", "3"}}).ok());
  CHECK(config.workers == 3);
  CHECK(config.token_ttl_s == 2);
  CHECK(config.idle_timeout_s == 1);

  const Status wrong = load_config_environment(config, [](const std::string& name) {
    return name == "INSIEME_WORKERS" ? std::optional<std::string>("many") : std::nullopt;
  });
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().detail == "INSIEME_WORKERS: \"many\" is not a whole number");
  const Status flag = load_config_flags(config, {{"idle-timeout", "x"}});
  REQUIRE_FALSE(flag.ok());
  CHECK(flag.error().detail.find("--idle-timeout: ") == 0);
}

TEST_CASE("config: nothing crosses a network in clear by accident", "[server][config]") {
  Config config;
  CHECK_FALSE(check_config(config).ok());
  config.dev = true;
  CHECK(check_config(config).ok());
  config.listen_host = "0.0.0.0";
  CHECK_FALSE(check_config(config).ok());
  config.dev = false;
  config.behind_proxy = true;
  CHECK(check_config(config).ok());
  config.listen_port = 0;
  CHECK_FALSE(check_config(config).ok());
  config.listen_port = 1;
  config.tls_certificate = "only one of two";
  CHECK_FALSE(check_config(config).ok());
  config.tls_certificate.clear();
  CHECK(check_config(config).ok());
  config.tls_next_certificate = "follows none";
  CHECK_FALSE(check_config(config).ok());
}

TEST_CASE("config: a database's address holds no password and is not quoted",
          "[server][config]") {
  Config config;
  const std::string good = "postgres://insieme@db.example/insieme?passfile=/etc/insieme/pgpass";
  CHECK(set_config(config, "database", good).ok());
  CHECK(config.database == good);
  for (const std::string address :
       {"postgres://u:secret@h/d", "postgresql://h/d?password=secret", "http://secret/",
        "host=h password=secret"}) {
    const Status status = load_config_flags(config, {{"database", address}});
    CHECK(status.code() == ErrorCode::invalid_argument);
    CHECK(status.error().detail.find("secret") == std::string::npos);
  }
  CHECK(config.database == good);
}

TEST_CASE("config: every setting is described", "[server][config]") {
  for (const ConfigKey& key : config_keys()) {
    CHECK_FALSE(key.kind.empty());
    CHECK_FALSE(key.help.empty());
  }
}

TEST_CASE("roles: by default every section is granted but those that are given by name alone",
          "[server][config][S120]") {
  const std::vector<std::string> by_name{"antitratta", "custody", "person_health",
                                         "person_judicial"};
  std::vector<std::string> sections;
  for (const auto& section : schema::embedded_bundle().sections) {
    const bool named = std::find(by_name.begin(), by_name.end(), section.name) != by_name.end();
    // Everybody's, whatever their role says.
    if (!named && section.name != sync::kSpaceSection) sections.push_back(section.name);
  }
  CHECK(sections == default_sections());
}
