// Erased means erased, with real processes: three tablets, one of them stale, kills, a server that
// was put back from an old copy, and a search for the words in the files themselves.
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "ambito.hpp"
#include "insieme/sqlite/connection.hpp"
#include "support/catch.hpp"
#include "support/doomed.hpp"

namespace insieme::testing {
namespace {

constexpr const char* kWords = "Zanzibarre";  // in nothing that anybody else writes

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool file_says(const std::string& path) {
  return text_of(path).find(kWords) != std::string::npos;
}

/// Any file of the server: database, its log, the ledger.
bool server_says(const OfficeServer& server) {
  bool found = false;
  for (const auto& file : std::filesystem::directory_iterator(server.data())) {
    if (file.is_regular_file()) found = found || file_says(file.path().string());
  }
  return found;
}

/// Every page of a copy of the store, decrypted in place, unused ones included, and its WAL.
bool store_says(const Ambito& at, const Terminal& who) {
  static int copies = 0;
  const std::string copy = (at.folder.path() / ("copy" + std::to_string(++copies))).string();
  std::filesystem::copy_file(who.store(), copy);
  if (std::filesystem::exists(who.store() + "-wal")) {
    std::filesystem::copy_file(who.store() + "-wal", copy + "-wal");
  }
  std::string hex;
  std::ifstream(who.store() + ".key") >> hex;
  sqlite::OpenOptions options;
  options.path = copy;
  options.key.emplace();
  REQUIRE(sync::from_hex(hex, *options.key).ok());
  {
    auto db = sqlite::Connection::open(options);
    db.execute("PRAGMA journal_mode=DELETE");
    db.execute("PRAGMA rekey=''");
  }
  REQUIRE(text_of(copy).rfind("SQLite format 3", 0) == 0);  // it can be read as it lies there
  const bool says = file_says(copy);
  for (const char* rest : {"", "-wal", "-shm"}) std::filesystem::remove(copy + rest);
  return says;
}

struct Family : Ambito {
  /// A visit of Bruno's that holds the words, in a field, in a text and in a draft; everybody has
  /// it.
  std::string add_visit() {
    const std::string day = std::to_string(10 + ++visits_ % 18);
    const json::object saved = bruno.ask(
        {"add", "visit", "--dossier", dossier, "start_at=" + day + "/04/2024 15:30", "place=casa",
         "educator=bruno", std::string("next_step=Da ") + kWords,
         std::string("observations=Detto a voce: ") + kWords + " e altro"});
    const std::string id = member(saved.at("record").as_object(), "id");
    exchange();
    return id;
  }
  std::string propose(const std::string& record) {
    Words words{"erase", "propose", dossier, "--by", "anna", "--ground", "art. 17 GDPR"};
    if (!record.empty()) words.insert(words.end(), {"--record", record});
    return member(server.admin_json(words).as_object(), "order");
  }
  std::string carry_out(const std::string& record) {
    const std::string order = propose(record);
    const std::string said = server.admin({"erase", "confirm", order, "--by", "carla"});
    CHECK(says(said, "confirmed   by carla"));
    return order;
  }
  [[nodiscard]] std::int64_t waiting_for(const std::string& order) const {
    return server.admin_json({"erase", "status", order})
        .as_object()
        .at("waiting_for")
        .to_number<std::int64_t>();
  }

 private:
  int visits_ = 0;
};

}  // namespace

TEST_CASE("erasure: a record is gone from every file, and a stale tablet does not bring it back",
          "[integration][P2][P9][S128]") {
  Family at;
  const std::string visit = at.add_visit();
  // Anna goes where there is no network, and works on it and on other things.
  at.anna.ok({"edit", visit, std::string("next_step=") + kWords + " di nuovo"});
  at.anna.ok({"edit", at.visit, "next_step=Chiamare il medico"});
  CHECK(store_says(at, at.carla));
  CHECK(server_says(at.server));
  const std::string order = at.carry_out(visit);
  CHECK_FALSE(server_says(at.server));
  CHECK(at.waiting_for(order) == 3);
  for (const Terminal* who : {&at.bruno, &at.carla}) {
    who->ok({"sync"});
    CHECK_FALSE(store_says(at, *who));
    CHECK(who->run({"show", visit}).code != 0);
  }
  CHECK(at.waiting_for(order) == 1);
  CHECK(store_says(at, at.anna));
  at.anna.ok({"sync"});
  CHECK_FALSE(store_says(at, at.anna));
  CHECK_FALSE(server_says(at.server));
  CHECK(at.waiting_for(order) == 0);
  CHECK(says(at.server.admin({"erase", "status", order}), "All have carried it out."));
  const std::string told = at.anna.ok({"notices"});
  CHECK(says(told, "cancellato per ordine (art. 17 GDPR)"));
  CHECK(says(told, "modifiche tue arrivate dopo, andate via con essa: 1"));
  at.acknowledged = {"Sentire la scuola", "Chiamare il medico"};
  at.check_whole();
  CHECK(at.shown(at.carla, "next_step") == "Chiamare il medico");
  CHECK_FALSE(server_says(at.server));
}

TEST_CASE("erasure: a coordinator takes out the visit saved under the wrong family",
          "[integration][P9]") {
  Family at;
  const std::string visit = at.add_visit();
  const Words words{"erase", visit, "--reason", "fascicolo sbagliato"};
  CHECK(at.carla.run(words).code != 0);  // not by a slip
  Words sure = words;
  sure.emplace_back("--for-ever");
  CHECK(at.bruno.run(sure).code != 0);
  CHECK(says(at.carla.ok(sure), "prossima sincronizzazione"));
  at.carla.ok({"sync"});
  CHECK(at.carla.run({"show", visit}).code != 0);
  at.exchange();
  for (const Terminal* who : {&at.anna, &at.bruno, &at.carla}) CHECK_FALSE(store_says(at, *who));
  CHECK_FALSE(server_says(at.server));
  at.check_agreement();
}

TEST_CASE("erasure: a whole dossier goes with its key, from tablets that lost it, too",
          "[integration][P9]") {
  Family at;
  at.add_visit();
  at.server.admin({"assign", "bruno", at.dossier, "--remove", "--reason", "altro"});
  at.anna.ok({"edit", at.visit, std::string("next_step=") + kWords});
  const std::string order = at.carry_out({});
  CHECK_FALSE(server_says(at.server));
  at.exchange();
  for (const Terminal* who : {&at.anna, &at.bruno, &at.carla}) {
    CHECK_FALSE(store_says(at, *who));
    CHECK(who->ask({"open"}).at("dossiers").as_array().empty());
    CHECK(who->ask({"verify"}).at("sound").as_bool());
    CHECK(member(who->ask({"status"}), "unsent") == "0");
  }
  const json::value status = at.server.admin_json({"erase", "status", order});
  CHECK(status.as_object().at("key_destroyed").as_bool());
  CHECK(at.waiting_for(order) == 0);
  CHECK(at.server.admin_json({"verify"}).as_object().at("ok").as_bool());
}

TEST_CASE("erasure: a tablet that dies anywhere while it carries an order out goes on with it",
          "[integration][P2][P9]") {
  if (!Doomed::is_possible()) {
    WARN("skipped: this system lets no program watch another (ptrace)");
    return;
  }
  Family at;
  std::size_t kills = 0;
  const Words sync{"sync"};
  for (std::uint64_t n = 3; n < 4'000; n = n * 8 / 5 + 1) {
    CAPTURE(n);
    const std::string order = at.carry_out(at.add_visit());
    const Finished ended = run_doomed("insieme", sync, at.carla.environment, n);
    if (ended.code == -SIGKILL) ++kills;
    at.carla.ok({"sync"});
    at.carla.ok({"sync"});
    CHECK_FALSE(store_says(at, at.carla));
    CHECK(at.carla.ask({"verify"}).at("sound").as_bool());
    at.exchange();
    CHECK(at.waiting_for(order) == 0);
    if (ended.code != -SIGKILL) break;
  }
  CHECK(kills >= 5);
  at.check_agreement();
}

TEST_CASE("erasure: a server that dies anywhere in a confirmation has done it, or not yet",
          "[integration][P9]") {
  if (!Doomed::is_possible()) {
    WARN("skipped: this system lets no program watch another (ptrace)");
    return;
  }
  Family at;
  std::size_t kills = 0;
  for (std::uint64_t n = 1; n < 4'000; n = n * 8 / 5 + 1) {
    CAPTURE(n);
    const std::string order = at.propose(at.add_visit());
    const Words confirm{"--data", at.server.data(), "erase", "confirm", order, "--by", "carla"};
    const Finished ended = run_doomed("insieme-server", confirm, at.server.environment, n);
    if (ended.code == -SIGKILL) ++kills;
    // Whatever was promised in the ledger is done before anybody is answered.
    const json::value status = at.server.admin_json({"erase", "status", order});
    const std::string state = member(status.as_object(), "state");
    const bool in_ledger =
        text_of(at.server.data() + "/erasures.ledger").find(order) != std::string::npos;
    CHECK((state == "carried out") == in_ledger);
    at.server.admin({"erase", "confirm", order, "--by", "carla"});
    at.server.admin({"erase", "clean"});
    CHECK_FALSE(server_says(at.server));
    CHECK(at.server.admin_json({"verify"}).as_object().at("ok").as_bool());
    at.exchange();
    if (ended.code != -SIGKILL) break;
  }
  CHECK(kills >= 5);
  at.check_agreement();
}

TEST_CASE("erasure: a server put back from an old copy erases again before it answers",
          "[integration][P2][P9]") {
  Family at;
  const std::string visit = at.add_visit();
  const std::string copy = (at.folder.path() / "yesterday.db").string();
  at.server.admin({"backup", copy});
  const std::string order = at.carry_out(visit);
  at.exchange();
  CHECK(at.waiting_for(order) == 0);
  at.save("dopo la copia");
  at.exchange();
  at.server.kill();
  for (const char* rest : {"", "-wal", "-shm"}) {
    std::filesystem::remove(at.server.data() + "/server.db" + rest);
  }
  std::filesystem::copy_file(copy, at.server.data() + "/server.db");
  CHECK(server_says(at.server));
  at.server.start();
  CHECK_FALSE(server_says(at.server));
  at.exchange();
  at.exchange();
  CHECK_FALSE(server_says(at.server));
  CHECK(at.waiting_for(order) == 0);
  for (const Terminal* who : {&at.anna, &at.bruno, &at.carla}) CHECK_FALSE(store_says(at, *who));
  at.check_whole();
}

}  // namespace insieme::testing
