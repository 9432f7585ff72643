// Copies of a space in PostgreSQL: sealed, and put back into it, into an empty one, or into a file.
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

#include "../integration/small_disk.hpp"
#include "cluster.hpp"
#include "support/catch.hpp"
#include "support/cli_runner.hpp"
#include "support/document_states.hpp"

using namespace insieme::testing;
namespace fs = std::filesystem;

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string fresh_database() {
  static int number = 0;
  const std::string name = "office" + std::to_string(++number);
  cluster().execute("CREATE DATABASE " + name, "postgres");
  return name;
}

/// An office on a database of its own, a family in it, and a copy sealed for one key.
struct Office {
  TestFolder folder;
  std::string database = fresh_database();
  OfficeServer server{folder.path(), {}, {{"INSIEME_DATABASE", cluster().address(database)}}};
  Terminal anna{folder.path(), "anna"};
  std::string key = folder.file("copie.key");
  std::string copy = folder.file("copia.db");
  json::value made;
  std::size_t documents = 0;  ///< of one family

  Office() {
    const Finished said = run_program(
        "insieme-server", {"backup-key", "new", "--out", key, "--json"}, {});
    REQUIRE(said.code == 0);
    std::ofstream(server.data() + "/insieme.conf", std::ios::app)
        << "backup_keys = " << member(json::parse(said.out).as_object(), "backup_key") << '\n';
    server.admin({"users", "add", "anna", "--name", "Anna Bianchi", "--role", "educator"});
    anna.ok({"init"});
    anna.ok({"enrol", server.invitation("anna")});
    anna.ok({"add", "household", "name=Famiglia Rossi", "commune=Bibbiano"});
    anna.ok({"sync"});
    made = server.admin_json({"backup", copy});
    documents = states_of_server(server.admin_json({"verify"}).as_object()).size();
  }
  [[nodiscard]] Finished run(Words words) const {
    words.insert(words.end(), {"--data", server.data()});
    return run_program("insieme-server", words, server.environment);
  }
  [[nodiscard]] std::string told(const Words& words, const char* what) const {
    return std::string(server.admin_json(words).at(what).as_string());
  }
  /// What of a copy in clear, or of one that is not whole, lies about.
  [[nodiscard]] std::size_t leftovers() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(server.data())) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".part") || name.find(".copying") != std::string::npos ||
          name.find(".restoring") != std::string::npos) {
        ++count;
      }
    }
    return count;
  }
};

/// Somebody else's transaction, which keeps a table until the end of the scope.
class Holder {
 public:
  Holder(const std::string& database, const std::string& table)
      : connection_(PQconnectdb(cluster().address(database).c_str())) {
    run("BEGIN");
    run("LOCK TABLE " + table + " IN EXCLUSIVE MODE");
  }
  ~Holder() { PQfinish(connection_); }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

 private:
  void run(const std::string& sql) {
    PGresult* result = PQexec(connection_, sql.c_str());
    const bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    REQUIRE(done);
  }
  PGconn* connection_;
};

/// A restore is begun, and `kill` comes when it has replaced some tables and waits for another one.
Finished killed_in_mid_restore(const Office& at, const std::function<void(int restore)>& kill) {
  const Holder holder(at.database, "audit");
  Launch launch("insieme-server",
                {"restore", at.copy, "--key-file", at.key, "--data", at.server.data()},
                at.server.environment);
  const std::string said = at.folder.file("said");
  const int log = ::open(said.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const int restore = start_program(launch, {STDIN_FILENO, log, log});
  ::close(log);
  const std::string waits =
      "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
      " WHERE NOT l.granted AND c.relname LIKE 'audit%'";
  while (cluster().query(waits, at.database) == "0") {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill(restore);
  Finished finished;
  finished.code = wait_for(restore);
  finished.err = content_of(said);
  return finished;
}

}  // namespace

TEST_CASE("postgres: kill -9 in mid-restore, of it or of PostgreSQL, leaves what there was [P2]",
          "[postgres][process][backup]") {
  Office at;
  at.server.admin({"users", "add", "bruno", "--name", "Bruno", "--role", "educator"});
  at.server.stop();
  const std::string before = at.told({"status"}, "position");
  const auto check_as_before = [&] {
    CHECK(at.told({"status"}, "epoch") == "1");
    CHECK(at.told({"status"}, "position") == before);
    CHECK(at.server.admin_json({"users"}).as_array().size() == 2);
    CHECK(at.run({"verify"}).code == 0);
  };
  CHECK(killed_in_mid_restore(at, [](int restore) { ::kill(restore, SIGKILL); }).code != 0);
  check_as_before();
  const Finished said = killed_in_mid_restore(at, [](int) { cluster().kill_hard(); });
  CAPTURE(said.err);
  CHECK(said.code == 5);
  cluster().start();
  check_as_before();
  // Given again, it is done, and nothing of the former ones lies about.
  CHECK(at.server.admin_json({"restore", at.copy, "--key-file", at.key}).at("epoch") == "2");
  CHECK(at.server.admin_json({"users"}).as_array().size() == 1);
  CHECK(at.leftovers() == 0);
  CHECK(at.run({"verify"}).code == 0);
}

TEST_CASE("postgres: a database's disk that is full refuses a restore whole, and in words [P2]",
          "[postgres][process][backup]") {
  if (!SmallDisk::is_possible()) {
    WARN("skipped: no disk of its own can be had here (mount)");
    return;
  }
  Office at;
  at.server.stop();
  const TestFolder other;
  fs::permissions(other.path(), fs::perms::owner_all | fs::perms::others_exec);
  const SmallDisk disk(other.path() / "disk", 16 * 1024 * 1024);
  fs::create_directory(disk.path() / "pg");
  REQUIRE(::chown((disk.path() / "pg").c_str(), 65534, 65534) == 0);
  cluster().execute("CREATE TABLESPACE small LOCATION '" + (disk.path() / "pg").string() + "'",
                    "postgres");
  cluster().execute("CREATE DATABASE narrow TABLESPACE small", "postgres");
  const std::string data = other.file("data");
  fs::create_directory(data);
  fs::copy_file(at.server.data() + "/server.key", data + "/server.key");
  std::ofstream(data + "/insieme.conf") << "database = " << cluster().address("narrow") << '\n';
  const auto restore = [&] {
    return run_program("insieme-server",
                       {"restore", at.copy, "--key-file", at.key, "--data", data}, {});
  };
  // The first connection to a database writes a file of its own: it must find room.
  cluster().execute("SELECT 1", "narrow");
  disk.fill();
  const Finished full = restore();
  CAPTURE(full.err);
  CHECK(full.code == 5);
  CHECK(says(full.err, "No space left"));
  CHECK(cluster().query("SELECT count(*) FROM pg_class WHERE relname = 'spaces'", "narrow") == "0");
  disk.free();
  CHECK(restore().code == 0);
  CHECK(run_program("insieme-server", {"verify", "--data", data}, {}).code == 0);
  cluster().execute("DROP DATABASE narrow WITH (FORCE)", "postgres");
  cluster().execute("DROP TABLESPACE small", "postgres");
}

TEST_CASE("postgres: a backup for which there is no room says so, and leaves nothing [P2]",
          "[postgres][process][backup]") {
  if (!SmallDisk::is_possible()) {
    WARN("skipped: no disk of its own can be had here (mount)");
    return;
  }
  Office at;
  const TestFolder other;
  const SmallDisk disk(other.path() / "disk", 64 * 1024);
  const Finished full = at.run({"backup", (disk.path() / "copia.db").string()});
  CAPTURE(full.err);
  CHECK(full.code == 5);
  CHECK(says(full.err, "No space left"));
  CHECK(fs::is_empty(disk.path()));
  CHECK(at.leftovers() == 0);
}

TEST_CASE("postgres: a backup is sealed, its key opens it, and it is put back with a new epoch",
          "[postgres][process][backup][P2]") {
  Office at;
  CHECK(at.made.at("sealed").as_bool());
  CHECK(at.made.at("documents").to_number<std::size_t>() == at.documents);
  REQUIRE(at.documents > 0);
  CHECK(at.leftovers() == 0);
  CHECK(content_of(at.copy).find("Anna Bianchi") == std::string::npos);
  const Finished opened = run_program(
      "insieme-server",
      {"verify", "--backup", at.copy, "--key-file", at.key, "--work", at.folder.path(), "--json"},
      {});
  REQUIRE(opened.code == 0);
  CHECK(json::parse(opened.out).at("position") == at.made.at("position"));

  at.server.admin({"users", "add", "bruno", "--name", "Bruno", "--role", "educator"});
  at.anna.ok({"add", "household", "name=Famiglia Verdi", "commune=Bibbiano"});
  at.anna.ok({"sync"});
  const std::string ahead = at.told({"status"}, "position");
  CHECK(says(at.run({"restore", at.copy, "--key-file", at.key}).err, "stop it first"));
  at.server.stop();
  CHECK(says(at.run({"restore", at.copy}).err, "is sealed"));
  CHECK(at.told({"status"}, "position") == ahead);

  const json::value restored = at.server.admin_json({"restore", at.copy, "--key-file", at.key});
  CHECK(restored.at("epoch") == "2");
  CHECK(at.leftovers() == 0);
  CHECK(at.server.admin_json({"users"}).as_array().size() == 1);
  CHECK(at.told({"status"}, "epoch") == "2");
  // What stood there is a server's file, whole.
  const std::string kept(restored.at("kept").as_string());
  CHECK(run_program("insieme-server", {"verify", "--backup", kept, "--work", at.folder.path()}, {})
            .code == 0);
  // The tablet brings back what the copy lacks.
  at.server.start();
  at.anna.ok({"sync"});
  at.anna.ok({"sync"});
  CHECK(at.run({"verify"}).code == 0);
  CHECK(at.anna.ask({"status"}).at("ok").as_bool());
  CHECK(states_of_server(at.server.admin_json({"verify"}).as_object()).size() ==
        2 * at.documents);
}

TEST_CASE("postgres: a copy is put into an empty database, and beside other spaces",
          "[postgres][process][backup][P2]") {
  Office at;
  at.server.stop();
  const std::string before = at.server.admin({"verify", "--json"});
  const std::string database = fresh_database();
  const Environment other{{"INSIEME_DATABASE", cluster().address(database)}};
  const auto run = [&other](const std::string& data, Words words) {
    words.insert(words.end(), {"--data", data});
    const Finished said = run_program("insieme-server", words, other);
    CAPTURE(words, said.out, said.err);
    REQUIRE(said.code == 0);
    return said.out;
  };
  const std::string neighbour = at.folder.file("vicino");
  run(neighbour, {"init", "--name", "Vicino"});
  run(neighbour, {"users", "add", "carla", "--name", "Carla", "--role", "coordinator"});
  const std::string fresh = at.folder.file("nuovo");
  fs::create_directory(fresh);
  fs::copy_file(at.server.data() + "/server.key", fresh + "/server.key");
  for (const char* epoch : {"2", "3"}) {  // and once more over itself
    const json::value restored =
        json::parse(run(fresh, {"restore", at.copy, "--key-file", at.key, "--json"}));
    CHECK(restored.at("epoch") == epoch);
  }
  const auto states = [](const std::string& said) {
    return states_of_server(json::parse(said).as_object());
  };
  CHECK(states(run(fresh, {"verify", "--json"})) == states(before));
  CHECK(json::parse(run(neighbour, {"users", "--json"})).as_array().size() == 1);
  CHECK(json::parse(run(neighbour, {"status", "--json"})).at("epoch") == "1");
  // A folder that belongs to another space takes nothing.
  const Finished refused = run_program(
      "insieme-server", {"restore", at.copy, "--key-file", at.key, "--data", neighbour}, other);
  CHECK(refused.code == 4);
  CHECK(json::parse(run(neighbour, {"users", "--json"})).as_array().size() == 1);
}

TEST_CASE("postgres: a new folder keeps the space that the database holds, and is ahead of it",
          "[postgres][process][backup][P2]") {
  Office at;
  at.anna.ok({"add", "household", "name=Famiglia Verdi", "commune=Bibbiano"});
  at.anna.ok({"sync"});
  const std::string ahead = at.told({"status"}, "position");
  at.server.stop();
  REQUIRE(at.run({"raise-epoch", "--reason", "prova"}).code == 0);
  REQUIRE(at.run({"raise-epoch", "--reason", "prova"}).code == 0);
  const std::string fresh = at.folder.file("nuovo");
  fs::create_directory(fresh);
  fs::copy_file(at.server.data() + "/server.key", fresh + "/server.key");
  const auto run = [&](Words words) {
    words.insert(words.end(), {"--data", fresh});
    const Finished said = run_program("insieme-server", words, at.server.environment);
    CAPTURE(words, said.out, said.err);
    REQUIRE(said.code == 0);
    return said.out;
  };
  const json::value restored =
      json::parse(run({"restore", at.copy, "--key-file", at.key, "--json"}));
  CHECK(restored.at("epoch") == "4");  // the database was at 3, the copy at 1
  const std::string kept(restored.at("kept").as_string());
  REQUIRE(fs::exists(kept));
  const Finished whole = run_program(
      "insieme-server", {"verify", "--backup", kept, "--work", at.folder.path(), "--json"}, {});
  REQUIRE(whole.code == 0);
  CHECK(std::stoull(std::string(json::parse(whole.out).at("position").as_string())) >=
        std::stoull(ahead));
  CHECK(json::parse(run({"status", "--json"})).at("epoch") == "4");
}

TEST_CASE("postgres: a copy is a server's file, too, where there is no PostgreSQL",
          "[postgres][process][backup][P2]") {
  const Office at;
  const std::string fresh = at.folder.file("nuovo");
  fs::create_directory(fresh);
  fs::copy_file(at.server.data() + "/server.key", fresh + "/server.key");
  const auto run = [&fresh](Words words) {
    words.insert(words.end(), {"--data", fresh});
    return run_program("insieme-server", words, {});
  };
  REQUIRE(run({"restore", at.copy, "--key-file", at.key}).code == 0);
  CHECK(run({"verify"}).code == 0);
  CHECK(says(run({"users"}).out, "Anna Bianchi"));
}

TEST_CASE("postgres: a restore that cannot reach the database changes nothing and says so",
          "[postgres][process][backup][P2]") {
  Office at;
  at.server.stop();
  cluster().stop();
  const Finished said = at.run({"restore", at.copy, "--key-file", at.key});
  const Finished copied = at.run({"backup", at.folder.file("altra.db")});
  cluster().start();
  CHECK(said.code == 5);
  CHECK(copied.code == 5);
  CHECK(at.leftovers() == 0);
  CHECK_FALSE(fs::exists(at.folder.file("altra.db")));
  CHECK(at.told({"status"}, "epoch") == "1");
}
