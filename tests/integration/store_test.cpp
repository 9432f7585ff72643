// The tablet's file: shared by two programs, made by a newer one, copied and put back.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "ambito.hpp"
#include "insieme/sqlite/connection.hpp"
#include "insieme/sqlite/transaction.hpp"
#include "insieme/sync/ids.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

sqlite::Connection open_file(const Terminal& of) {
  std::ifstream file(of.store() + ".key");
  std::string digits;
  file >> digits;
  sqlite::OpenOptions options;
  options.path = of.store();
  REQUIRE(sync::from_hex(digits, options.key.emplace()).ok());
  return sqlite::Connection::open(options);
}

TEST_CASE("store: programs that write at the same time wait for each other, both saves are there",
          "[integration][P2]") {
  Ambito at;
  constexpr std::size_t kPrograms = 6;
  std::vector<Finished> finished(2 * kPrograms);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kPrograms; ++i) {
    threads.emplace_back([&, i] {
      finished[i] = at.anna.run({"edit", at.visit, "next_step=insieme " + std::to_string(i)});
    });
    threads.emplace_back([&, i] { finished[kPrograms + i] = at.anna.run({"sync"}); });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < finished.size(); ++i) {
    CAPTURE(i, finished[i].err);
    if (finished[i].code == 0) {
      if (i < kPrograms) at.acknowledged.insert("insieme " + std::to_string(i));
      continue;
    }
    CHECK(finished[i].code == 3);
    check_says(finished[i].err, {"L'archivio è aperto in un'altra finestra o programma"});
  }
  CHECK(at.acknowledged.size() > kPrograms / 2);
  at.check_whole();
}

TEST_CASE("store: a program that keeps the store for itself makes the next one wait, then say so",
          "[integration][P2]") {
  Ambito at;
  sqlite::Connection other = open_file(at.anna);
  {
    sqlite::Transaction held(other);
    std::thread releases([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(700));
      held.commit();
    });
    at.save("dopo un'attesa");
    releases.join();
  }
  {
    const sqlite::Transaction held(other);
    check_says(at.anna.refused(3, {"edit", at.visit, "next_step=mai"}),
               {"aperto in un'altra finestra", "riprovare"});
  }
  at.check_whole();
}

TEST_CASE("store: the app and the command line take turns on one store", "[integration][P2]") {
  Ambito at;
  Tablet app(at.anna);
  for (int i = 0; i < 4; ++i) {
    const std::string value = "dall'app " + std::to_string(i);
    app.ok("record.save", {{"record", at.visit}, {"fields", {{"next_step", value}}}});
    at.acknowledged.insert(value);
    at.save("dal terminale " + std::to_string(i));
    // A dossier that the other program has never heard of.
    const Terminal& anna = at.anna;
    anna.ok({"add", "household", "name=Famiglia " + std::to_string(i), "commune=Bibbiano"});
    CHECK(app.sync());
  }
  CHECK(app.ok("verify").at("sound").as_bool());
  at.check_whole();
}

TEST_CASE("store: one made by a newer program is refused in words and not touched",
          "[integration][P2]") {
  Ambito at;
  const std::string change = GENERATE(
      as<std::string>(), "PRAGMA user_version=99",
      "UPDATE settings SET value='999' WHERE name='bundle_version'");
  {
    sqlite::Connection store = open_file(at.anna);
    store.execute(change);
    store.checkpoint();
  }
  const std::string before = bytes_of(at.anna.store());
  const std::string beside = bytes_of(at.anna.store() + ".generation");
  for (const Words& words : {Words{"status"}, Words{"edit", at.visit, "next_step=x"},
                             Words{"sync"}, Words{"backup", at.folder.file("copia")}}) {
    CAPTURE(words);
    check_says(at.anna.refused(3, words),
               {"L'archivio è di una versione più recente", "aggiornare il programma"});
  }
  CHECK(bytes_of(at.anna.store()) == before);
  CHECK(bytes_of(at.anna.store() + ".generation") == beside);
}

TEST_CASE("store: a restored backup is another replica, and nothing of it counts twice",
          "[integration][P2][P3]") {
  Ambito at;
  const json::object voucher =
      at.anna.ask({"add", "voucher", "--dossier", at.dossier, "number=B1",
                   "service=Doposcuola", "units=100", "from_date=01/01/2024",
                   "to_date=31/12/2024", "state=in_uso", "used=10"});
  const std::string id = member(voucher.at("record").as_object(), "id");
  at.save("nella copia");
  const std::string copy = at.folder.file("anna.copia");
  at.anna.ok({"backup", copy});  // with work that was not sent
  at.anna.ok({"edit", id, "used=5"});
  at.save("dopo la copia");
  at.anna.ok({"sync"});
  const Terminal again(at.folder.path(), "anna-nuova");
  fs::copy_file(at.anna.store() + ".key", again.store() + ".key");
  again.ok({"restore", copy});
  CHECK(member(again.ask({"status"}).at("identity").as_object(), "replica") !=
        member(at.anna.ask({"status"}).at("identity").as_object(), "replica"));
  again.ok({"edit", id, "used=1"});
  again.ok({"edit", at.visit, "next_step=dalla copia"});
  at.acknowledged.insert("dalla copia");
  for (int i = 0; i < 2; ++i) again.ok({"sync"});
  at.check_whole();
  for (const Terminal* who : std::vector<const Terminal*>{&at.anna, &again}) {
    const json::object page = who->ask({"show", id});
    const json::object& fields = page.at("record").as_object().at("fields").as_object();
    CHECK(member(fields.at("used").as_object(), "text") == "16");
  }
}

TEST_CASE("store: a server put back from yesterday's backup is healed by its tablets",
          "[integration][P2]") {
  Ambito at;
  const std::string yesterday = at.folder.file("ieri.db");
  at.server.admin({"backup", yesterday});
  at.save("oggi, inviata");
  at.anna.ok({"sync"});
  at.bruno.ok({"edit", at.visit, "next_date=01/04/2024"});
  at.exchange();
  at.anna.ok({"add", "household", "name=Famiglia di oggi", "commune=Bibbiano"});
  at.anna.ok({"sync"});
  at.save("oggi, non inviata");
  at.server.kill();
  for (const char* rest : {"", "-wal", "-shm"}) fs::remove(at.server.data() + "/server.db" + rest);
  fs::copy_file(yesterday, at.server.data() + "/server.db");
  at.server.start();
  at.exchange();
  at.check_whole();
  CHECK(at.anna.ask({"open"}).at("dossiers").as_array().size() == 2);
  CHECK(at.carla.ask({"open"}).at("dossiers").as_array().size() == 2);
  for (Terminal* tablet : {&at.anna, &at.bruno, &at.carla}) {
    CHECK(tablet->ok({"verify", "--server"}).find("come sul server") != std::string::npos);
  }
}

}  // namespace
}  // namespace insieme::testing
