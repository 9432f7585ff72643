// Two real servers over one real database, and what kills them.
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "cluster.hpp"
#include "fixture.hpp"
#include "http_tablet.hpp"
#include "insieme/sync/log_place.hpp"
#include "insieme/sync/sign_in.hpp"
#include "insieme/server/sqlite_repository.hpp"
#include "support/catch.hpp"
#include "world_storage.hpp"

using namespace insieme;
using namespace insieme::testing;

namespace {

const DocumentId kCore = document_of("d1");
constexpr std::int64_t kNow = 1'790'000'000'000;

void enrol(server::Repository& repository, const MemoryDevice& tablet) {
  const std::string account = "user-" + tablet.name();
  const Digest hash = Hasher("t").add(std::string_view(tablet.name())).finish();
  REQUIRE(repository.add_user({account, tablet.name(), "coordinator", false, 0}).ok());
  REQUIRE(repository.add_invitation(hash, account, INT64_MAX).ok());
  REQUIRE(repository
              .enrol({hash, tablet.public_key(), "t", rep(tablet.name()), tablet.id()})
              .ok());
}

/// Two data folders with one identity, as an operator copies them, and a repository beside them.
struct Site {
  TempDir dir;
  std::unique_ptr<server::Repository> repository;
  std::array<std::unique_ptr<ServerProcess>, 2> servers;
  std::array<std::map<std::string, std::string>, 2> tokens;  ///< of each server, by tablet

  Site() : repository(make_world_storage({}, [] { return kNow; })) {
    for (std::size_t i = 0; i < servers.size(); ++i) {
      std::filesystem::create_directory(folder(i));
      std::ofstream(folder(i) + "/server.key") << std::string(64, '7') << '\n';
      std::ofstream(folder(i) + "/server.space") << to_text(id_of<SpaceId>("space")) << '\n';
      std::ofstream(folder(i) + "/insieme.conf") << "database = " << cluster().address() << '\n';
      start(i);
    }
  }
  [[nodiscard]] std::string folder(std::size_t i) const { return dir.file(std::to_string(i)); }
  void start(std::size_t i) {
    tokens[i].clear();
    servers[i] = std::make_unique<ServerProcess>(folder(i));
  }
  void add(const MemoryDevice& tablet) { enrol(*repository, tablet); }
  /// Requests go to one server and then to the other; `trouble` is made while the nth is under way
  /// and says whether the reply is lost.
  [[nodiscard]] Network network(const MemoryDevice& tablet, std::size_t& requests,
                                std::function<bool(std::size_t, std::size_t)> trouble = {}) {
    return [this, &tablet, &requests, trouble](const std::vector<std::uint8_t>& frame)
               -> SendResult {
      const std::size_t i = ++requests % servers.size();
      std::string& token = tokens[i][tablet.name()];
      if (token.empty()) token = get_token(servers[i]->port(), tablet);
      RawClient client(servers[i]->port());
      const bool sent = client.send(sync_request(frame, token));
      if (trouble && trouble(requests, i)) return SendFailed{0, "cut", 0};
      const HttpAnswer answer = sent ? client.read_answer() : HttpAnswer{};
      if (answer.status == 401) tokens[i].clear();
      if (answer.status != 200) return SendFailed{answer.status, answer.body, 0};
      return ReplyArrived{{answer.body.begin(), answer.body.end()}};
    };
  }
  void check_nothing_lost(MemoryDevice& tablet) {
    CHECK(tablet.unsent.empty());
    CHECK(repository->frontier(kCore) == tablet.document(kCore).frontier());
    const auto verified =
        run_program("insieme-server", {"verify", "--json", "--data", folder(0)}, {});
    CAPTURE(verified.out, verified.err);
    CHECK(verified.code == 0);
    const std::string state = to_hex(tablet.document(kCore).state_digest());
    CHECK(verified.out.find("\"state\":\"" + state + "\"") != std::string::npos);
  }
};

/// As a tablet does: what could not be sent is tried again.
void sync_until_done(MemoryDevice& tablet, const Network& network) {
  constexpr int kAttemptsMax = 30;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (tablet.run(network).done) return;
  }
  FAIL("it never gets through");
}

using Trouble = std::function<bool(std::size_t request, std::size_t server)>;

/// Forty changes in five runs, three changes a request, with trouble in between.
void write_through(Site& site, const Trouble& trouble) {
  MemoryDevice anna("anna");
  site.add(anna);
  anna.create(dossier("d1"));
  anna.changes_per_request = 3;
  std::size_t requests = 0;
  for (std::int64_t i = 0; i < 40; ++i) {
    anna.write(kCore, {set_op("note", i)});
    if (i % 8 == 7) sync_until_done(anna, site.network(anna, requests, trouble));
  }
  site.check_nothing_lost(anna);
}

/// What a release that does not exist yet does to the tables, until it is taken back.
struct OfTomorrow {
  OfTomorrow() {
    cluster().execute(
        "ALTER TABLE devices ADD COLUMN of_tomorrow BIGINT NOT NULL DEFAULT 0;"
        " ALTER TABLE log ADD COLUMN of_tomorrow BYTEA NOT NULL DEFAULT '';"
        " INSERT INTO insieme_schema(number, name)"
        " SELECT max(number) + 1, 'of tomorrow' FROM insieme_schema");
  }
  ~OfTomorrow() {
    cluster().execute(
        "ALTER TABLE devices DROP COLUMN of_tomorrow; ALTER TABLE log DROP COLUMN of_tomorrow;"
        " DELETE FROM insieme_schema WHERE name = 'of tomorrow'");
  }
  OfTomorrow(const OfTomorrow&) = delete;
  OfTomorrow& operator=(const OfTomorrow&) = delete;
};

/// Whatever else a file holds of people and machines.
void fill_beside(const std::string& data, const MemoryDevice& tablet) {
  const auto repository =
      server::open_sqlite_repository(data + "/server.db", server::Roles::defaults(), [] {
        return kNow;
      }).value();
  REQUIRE(repository->link_sign_in({"https://ente.example", false, "7", "user-anna", 0, {}})
              .ok());
  REQUIRE(repository->new_local_account("user-anna", "hash", kNow, true).ok());
  server::Machine machine;
  machine.client = "regione";
  machine.title = "Cruscotto, dell’Ambito";
  machine.keys = R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"e",)"
                 R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";
  machine.scopes = "metrics";
  REQUIRE(repository->add_machine(machine).ok());
  const auto caller = repository->find_caller(tablet.id());
  REQUIRE(caller.has_value());
  REQUIRE_FALSE(repository->break_glass(*caller, {"0123456789", "una chiamata di notte"}).ok());
}

}  // namespace

TEST_CASE("postgres: tablets synchronise through either of two servers", "[postgres][process]") {
  Site site;
  MemoryDevice anna("anna");
  MemoryDevice luca("luca");
  site.add(anna);
  site.add(luca);
  std::size_t requests = 0;
  anna.create(dossier("d1"));
  anna.changes_per_request = luca.changes_per_request = 2;
  for (std::int64_t round = 0; round < 6; ++round) {
    for (std::int64_t i = 0; i < 5; ++i) {
      anna.write(kCore, {set_op("note", round * 10 + i)});
      if (round > 0) luca.write(kCore, {set_op("phone", round * 10 + i)});
    }
    sync_until_done(anna, site.network(anna, requests));
    sync_until_done(luca, site.network(luca, requests));
  }
  sync_until_done(anna, site.network(anna, requests));
  CHECK(anna.document(kCore).state_digest() == luca.document(kCore).state_digest());
  site.check_nothing_lost(anna);
}

TEST_CASE("postgres: a push at one server tells who waits at the other, also with its ear lost",
          "[postgres][process][wait]") {
  Site site;
  MemoryDevice anna("anna");
  MemoryDevice luca("luca");
  site.add(anna);
  site.add(luca);
  anna.create(dossier("d1"));
  const std::string lucas = get_token(site.servers[1]->port(), luca);
  const std::string annas = get_token(site.servers[0]->port(), anna);
  const auto push = [&](std::int64_t value) {
    anna.write(kCore, {set_op("note", value)});
    sync_until_done(anna, [&](const std::vector<std::uint8_t>& frame) -> SendResult {
      const HttpAnswer answer = http_once(site.servers[0]->port(), sync_request(frame, annas));
      if (answer.status != 200) return SendFailed{answer.status, answer.body, 0};
      return ReplyArrived{{answer.body.begin(), answer.body.end()}};
    });
  };
  RawClient waiting(site.servers[1]->port());
  const auto wait_at_the_other = [&] {
    const server::SpaceInfo space = site.repository->space();
    const Cursor end{space.epoch, space.position, space.log_hash};
    REQUIRE(waiting.send(http_request("GET", "/v1/wait?seen=" + to_text(end), "",
                                      "Authorization: Bearer " + lucas + "\r\n")));
  };
  const auto listening = [] {
    return cluster().query("SELECT count(*) FROM pg_stat_activity"
                           " WHERE application_name = 'insieme-server listening'");
  };
  push(1);
  wait_at_the_other();
  push(2);
  CHECK(waiting.read_answer().body.find("\"news\":true") != std::string::npos);
  for (std::int64_t round = 0; round < 3; ++round) {
    CAPTURE(round, listening());
    wait_at_the_other();
    cluster().execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                      " WHERE application_name = 'insieme-server listening'");
    push(10 + round);
    CHECK(waiting.read_answer().body.find("\"news\":true") != std::string::npos);
  }
  // The database itself dies and comes back: who waits has noticed nothing.
  wait_at_the_other();
  std::string counted;
  while (counted.find("\ninsieme_waiting 1\n") == std::string::npos) {
    counted = http_once(site.servers[1]->port(), http_request("GET", "/metrics")).body;
  }
  cluster().kill_hard();
  cluster().start();
  push(20);
  const HttpAnswer after = waiting.read_answer();
  CAPTURE(after.status, after.body);
  CHECK(after.body.find("\"news\":true") != std::string::npos);
}

TEST_CASE("postgres: kill -9 of one of two servers loses nothing that was acknowledged [P2]",
          "[postgres][process]") {
  Site site;
  int kills = 0;
  write_through(site, [&](std::size_t request, std::size_t i) {
    if (request % 4 != 0) return false;
    ::usleep(static_cast<::useconds_t>(request * 731 % 9000));
    site.servers[i]->kill_hard();
    site.start(i);
    ++kills;
    return true;
  });
  CHECK(kills >= 3);
}

TEST_CASE("postgres: kill -9 of PostgreSQL in mid-push loses nothing that was acknowledged [P2]",
          "[postgres][process]") {
  Site site;
  int kills = 0;
  write_through(site, [&](std::size_t request, std::size_t) {
    if (request % 5 != 0) return false;
    ::usleep(static_cast<::useconds_t>(request * 977 % 12000));
    cluster().kill_hard();
    cluster().start();
    ++kills;
    return false;  // whatever the server says about it
  });
  CHECK(kills >= 3);
}

TEST_CASE("postgres: servers that run go on when a newer release has added a column, and start no"
          " more [P2]", "[postgres][process][migration]") {
  Site site;
  MemoryDevice anna("anna");
  site.add(anna);
  anna.create(dossier("d1"));
  std::size_t requests = 0;
  const auto write_some = [&](std::int64_t from) {
    for (std::int64_t i = 0; i < 4; ++i) {
      anna.write(kCore, {set_op("note", from + i)});
      sync_until_done(anna, site.network(anna, requests));
    }
  };
  write_some(0);
  std::optional<OfTomorrow> migrated(std::in_place);
  write_some(10);
  // Also over connections that are made after the migration.
  cluster().kill_hard();
  cluster().start();
  write_some(20);
  MemoryDevice luca("luca");
  site.add(luca);
  sync_until_done(luca, site.network(luca, requests));
  CHECK(luca.document(kCore).state_digest() == anna.document(kCore).state_digest());

  site.servers[0]->signal(SIGTERM);
  CHECK(site.servers[0]->wait() == 0);
  const auto refused =
      run_program("insieme-server", {"serve", "--dev", "--listen", "127.0.0.1:0", "--data",
                                     site.folder(0)}, {});
  CHECK(refused.code == 5);
  CHECK(refused.err.find("was migrated by a newer release") != std::string::npos);
  migrated.reset();
  site.check_nothing_lost(anna);
}

TEST_CASE("postgres: a space moves from its file, is equal there, and tablets go on [P2]",
          "[postgres][process]") {
  const TempDir dir;
  const std::string data = dir.file("data");
  const auto run = [&](Words words) {
    words.insert(words.end(), {"--data", data});
    return run_program("insieme-server", words, {});
  };
  // The former holders of the id that tablets know give it up.
  static_cast<void>(make_world_storage({}, [] { return kNow; }));
  cluster().execute("UPDATE spaces SET uuid = uuid_send(gen_random_uuid())");
  std::filesystem::create_directory(data);
  std::ofstream(data + "/server.key") << std::string(64, '7') << '\n';
  REQUIRE(server::create_space(data + "/server.db", id_of<SpaceId>("space"), "T", 0).ok());
  MemoryDevice anna("anna");
  anna.create(dossier("d1"));
  enrol(*server::open_sqlite_repository(data + "/server.db", server::Roles::defaults(),
                                        [] { return kNow; })
             .value(),
        anna);
  const auto through = [&](ServerProcess& process) -> Network {
    const std::string token = get_token(process.port(), anna);
    return [&process, token](const std::vector<std::uint8_t>& frame) -> SendResult {
      const HttpAnswer answer = http_once(process.port(), sync_request(frame, token));
      if (answer.status != 200) return SendFailed{answer.status, answer.body, 0};
      return ReplyArrived{{answer.body.begin(), answer.body.end()}};
    };
  };
  fill_beside(data, anna);
  const std::vector<Words> asked{{"sign-in", "--json"}, {"account", "--json"}, {"glass", "--json"},
                                 {"machine", "--json"}, {"devices", "--json"}};
  std::vector<std::string> before;
  {
    ServerProcess process(data);
    for (std::int64_t i = 0; i < 30; ++i) anna.write(kCore, {set_op("note", i)});
    REQUIRE(anna.run(through(process)).done);
    const Finished refused = run({"migrate", "--to", cluster().address()});
    CHECK(refused.code == 5);  // busy: it runs
    process.signal(SIGTERM);
    CHECK(process.wait() == 0);
  }
  for (const Words& words : asked) before.push_back(run(words).out);
  CHECK(run({"migrate", "--to", "postgres://u:secret@h/d"}).code == 4);
  const Finished moved = run({"migrate", "--json", "--to", cluster().address()});
  CAPTURE(moved.out, moved.err);
  REQUIRE(moved.code == 0);
  CHECK(moved.out.find("\"documents\":1") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(data + "/server.db"));
  CHECK(run({"verify"}).code == 0);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    CAPTURE(asked[i].front());
    CHECK(before[i].find("anna") + before[i].find("regione") != 2 * std::string::npos);
    CHECK(run(asked[i]).out == before[i]);
  }
  CHECK(run({"migrate", "--to", cluster().address()}).code == 4);  // there is no file
  ServerProcess process(data);
  for (std::int64_t i = 0; i < 5; ++i) anna.write(kCore, {set_op("note", i)});
  const RunResult after = anna.run(through(process));
  CHECK(after.done);
  CHECK(after.resets == 0);
  CHECK(anna.unsent.empty());
}

TEST_CASE("postgres: a sign-in begins at one server, goes on at the other, survives both",
          "[postgres][process][account]") {
  Site site;
  REQUIRE(site.repository->add_user({"anna", "Anna", "educator", false, 0}).ok());
  const auto made = run_program("insieme-server",
                                {"account", "new", "anna", "--json", "--data", site.folder(0)}, {});
  REQUIRE(made.code == 0);
  const std::string first = std::string(made.reply().at("first_password").as_string());
  const std::string verifier(64, 'a');
  const auto ask = [&](std::size_t i, const char* path, const json::object& body) {
    const HttpAnswer answer = http_once(
        site.servers[i]->port(), http_request("POST", path, json::serialize(body),
                                              "Content-Type: application/json\r\n"));
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return json::parse(answer.body).as_object();
  };
  const auto begun = ask(0, "/v1/sign-in/account",
                         {{"challenge", to_hex(sync::sign_in_challenge(verifier).bytes)},
                          {"name", "anna"},
                          {"password", first}});
  CHECK(begun.at("next").as_string() == "new_password");
  json::object with{{"ticket", begun.at("ticket")}, {"verifier", verifier}};
  site.servers[0].reset();
  with["new_password"] = "tre parole facili";
  CHECK(ask(1, "/v1/sign-in/step", with).at("next").as_string() == "ready");
  with.erase("new_password");
  site.servers[1].reset();
  site.start(0);
  site.start(1);
  const auto ready = ask(0, "/v1/sign-in/finish", with);
  CHECK(ready.at("state").as_string() == "ready");
  CHECK(ask(1, "/v1/sign-in/finish", with).at("invitation") == ready.at("invitation"));
}

TEST_CASE("postgres: from an empty folder to a second server, by the commands",
          "[postgres][process]") {
  const TempDir dir;
  const std::string data = dir.file("data");
  const auto run = [](Words words) { return run_program("insieme-server", words, {}); };
  const Finished made = run({"init", "--name", "Ambito", "--data", data, "--database",
                             cluster().address()});
  CAPTURE(made.err);
  REQUIRE(made.code == 0);
  CHECK(run({"init", "--name", "Ambito", "--data", data}).code == 4);
  CHECK_FALSE(std::filesystem::exists(data + "/server.db"));
  // The address is in the configuration that init wrote.
  CHECK(run({"users", "add", "anna", "--name", "Anna", "--role", "educator", "--data", data})
            .code == 0);
  CHECK(run({"invite", "anna", "--data", data}).code == 0);
  const std::string copy = dir.file("copy");
  std::filesystem::create_directory(copy);
  for (const char* name : {"server.key", "server.space"}) {
    std::filesystem::copy(data + "/" + name, copy + "/" + name);
  }
  const Finished without = run({"users", "--json", "--data", copy});
  CHECK(without.code == 4);
  CHECK(without.err.find("database") != std::string::npos);
  const Finished listed =
      run_program("insieme-server", {"users", "--json", "--data", copy},
                  {{"INSIEME_DATABASE", cluster().address()}});
  CHECK(listed.code == 0);
  CHECK(listed.out.find("\"anna\"") != std::string::npos);
  CHECK(run({"status", "--data", data}).code == 0);
  CHECK(run({"backup", dir.file("x.db"), "--data", data}).code == 0);
  const Finished told = run({"status", "--data", data, "--database", "postgres://a:secret@h/d"});
  CHECK(told.code == 3);
  CHECK(told.err.find("secret") == std::string::npos);
}
