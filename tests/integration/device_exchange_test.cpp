// From device to device without a server: real programs, a file, a socket that is cut, a program
// that is killed, and a server that hears of it later.
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "ambito.hpp"
#include "support/catch.hpp"
#include "support/doomed.hpp"

namespace insieme::testing {
namespace {

/// The office of `Ambito`, and Dina, who is not assigned to the family. Everybody has synchronised.
struct Field : Ambito {
  Terminal dina{folder.path(), "dina"};

  Field() {
    enrol(dina, "dina", "Dina Gialli", "educator");
    dina.ok({"sync"});
    exchange();
  }

  [[nodiscard]] std::string stick() { return folder.file("stick-" + std::to_string(++sticks)); }
  /// Anna's save, on a stick.
  std::string export_of(const Terminal& who, const Words& more = {}) {
    const std::string file = stick();
    Words words{"exchange", "export", file};
    words.insert(words.end(), more.begin(), more.end());
    who.ok(words);
    return file;
  }
  [[nodiscard]] std::string receipt(const Terminal& who) const {
    return member(who.ask({"show", visit}).at("record").as_object(), "receipt");
  }
  [[nodiscard]] std::string status(const Terminal& who, const char* key) const {
    return member(who.ask({"status"}), key);
  }

  int sticks = 0;
};

/// `exchange serve`, until it ends.
class Serving {
 public:
  explicit Serving(const Terminal& who, std::uint64_t nth = 0)
      : run_("insieme", {"exchange", "serve", "--port", "0"}, who.environment) {
    const std::string line = run_.read_line();
    CAPTURE(line);
    const std::size_t colon = line.rfind(':');
    REQUIRE(colon != std::string::npos);
    port_ = static_cast<std::uint16_t>(std::stoi(line.substr(colon + 1)));
    if (nth != 0) run_.arm(nth);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  Finished wait() { return run_.wait(); }

 private:
  Doomed run_;
  std::uint16_t port_ = 0;
};

std::string loopback(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

bool can_watch() {
  if (Doomed::is_possible()) return true;
  WARN("skipped: this system lets no program watch another (ptrace)");
  return false;
}

void spoil(const std::string& file, std::size_t at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(stream.get() ^ 0x40);
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(byte);
}

}  // namespace

TEST_CASE("exchange: a stick brings a visit to a colleague, and both bring it to the server once",
          "[integration][exchange][P2][P6]") {
  Field at;
  at.save("dal bosco");
  const std::string file = at.export_of(at.anna);
  CHECK(at.receipt(at.anna) == "saved_here");  // a file may be anywhere
  const json::object taken = at.bruno.ask({"exchange", "import", file});
  CHECK(member(taken, "applied") == "1");
  CHECK(member(taken, "carried") == "2");  // and what the server has, but no backup of it
  CHECK(at.shown(at.bruno, "next_step") == "dal bosco");
  CHECK(at.receipt(at.bruno) == "with_colleague");
  CHECK(at.status(at.bruno, "exchanged") == "1");
  CHECK(at.bruno.ask({"verify"}).at("sound").as_bool());

  const json::object again = at.bruno.ask({"exchange", "import", file});  // an old file, again
  CHECK(member(again, "applied") == "0");

  at.bruno.ok({"sync"});  // brings Anna's letter
  CHECK(at.receipt(at.bruno) == "applied");
  CHECK(at.status(at.bruno, "exchanged") == "0");
  CHECK(at.status(at.bruno, "letters") == "0");
  at.carla.ok({"sync"});
  CHECK(at.shown(at.carla, "next_step") == "dal bosco");
  CHECK(at.receipt(at.anna) == "saved_here");  // Anna has not heard of it
  at.anna.ok({"sync"});
  CHECK(at.receipt(at.anna) == "applied");
  at.check_whole();
}

TEST_CASE("exchange: who may not read it carries it to the server, and to somebody who may",
          "[integration][exchange][P2][P7]") {
  Field at;
  at.save("portata da Dina");
  const std::string file = at.export_of(at.anna);
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(stream), {});
  CHECK(bytes.size() > 500);
  for (const char* word : {"portata", "Dina", "anna", "education", "visit", "next_step"}) {
    CAPTURE(word);
    CHECK(bytes.find(word) == std::string::npos);
  }
  const json::object taken = at.dina.ask({"exchange", "import", file});
  CHECK(member(taken, "applied") == "0");
  CHECK(member(taken, "documents") == "0");
  CHECK(member(taken, "sealed") != "0");
  CHECK(member(taken, "carried") == "2");
  CHECK(at.dina.ask({"open"}).at("dossiers").as_array().empty());
  // Nothing of it can be read in what Dina holds.
  const json::object handed_on = at.bruno.ask({"exchange", "import", at.export_of(at.dina)});
  CHECK(member(handed_on, "applied") == "1");
  CHECK(at.shown(at.bruno, "next_step") == "portata da Dina");
  CHECK(at.receipt(at.bruno) == "with_colleague");

  at.dina.ok({"sync"});
  CHECK(at.status(at.dina, "letters") == "0");
  at.carla.ok({"sync"});
  CHECK(at.shown(at.carla, "next_step") == "portata da Dina");
  at.check_whole();
  CHECK(at.status(at.dina, "dossiers") == "0");
}

TEST_CASE("exchange: a dossier that no server knows reaches it through a carrier",
          "[integration][exchange][P2]") {
  Field at;
  at.anna.ok({"add", "household", "name=Famiglia Nuova", "commune=Bibbiano"});
  const json::object taken = at.dina.ask({"exchange", "import", at.export_of(at.anna)});
  CHECK(member(taken, "carried") == "2");
  at.dina.ok({"sync"});
  at.carla.ok({"sync"});
  CHECK(says(at.carla.ok({"open"}), "Famiglia Nuova"));
  at.check_whole();
}

TEST_CASE("exchange: over a socket both ways at once, and each knows that the other has it",
          "[integration][exchange][P6]") {
  if (!can_watch()) return;
  Field at;
  at.save("di Anna");
  at.bruno.ok({"edit", at.visit, "next_date=01/04/2024"});
  Serving serving(at.bruno);
  const json::object reply = at.anna.ask({"exchange", "connect", loopback(serving.port())});
  CHECK(serving.wait().code == 0);
  CHECK(member(reply, "changes_given") == "1");
  CHECK(member(reply, "applied") == "1");
  CHECK(std::stoi(member(reply, "common")) > 0);
  CHECK(at.shown(at.bruno, "next_step") == "di Anna");
  CHECK(at.shown(at.anna, "next_date") == at.shown(at.bruno, "next_date"));
  for (const Terminal* who : {&at.anna, &at.bruno}) CHECK(at.receipt(*who) == "with_colleague");

  Serving once_more(at.bruno);
  const json::object nothing = at.anna.ask({"exchange", "connect", loopback(once_more.port())});
  CHECK(once_more.wait().code == 0);
  CHECK(member(nothing, "given") == "0");
  CHECK(member(nothing, "taken") == "0");

  // Bruno's letter names no change that the server lacks: Anna alone brings both.
  at.anna.ok({"sync"});
  at.carla.ok({"sync"});
  CHECK(at.shown(at.carla, "next_step") == "di Anna");
  CHECK(at.shown(at.carla, "next_date") == at.shown(at.bruno, "next_date"));
  at.check_whole();
}

TEST_CASE("exchange: rights that were handed over a socket are spent without a server",
          "[integration][exchange][P11][S074]") {
  if (!can_watch()) return;
  Field at;
  at.bruno.ok({"edit", at.visit, "next_step=di Bruno"});  // a device that is known there
  const json::object added =
      at.anna.ask({"add", "voucher", "--dossier", at.dossier, "number=VS-9", "service=Doposcuola",
                   "units=20", "from_date=01/01/2024", "to_date=31/12/2024", "state=in_uso"});
  const std::string voucher = member(added.at("record").as_object(), "id");
  at.exchange();
  const auto rights = [&](const Terminal& who, const char* what) {
    return member(who.ask({"rights", voucher}), what);
  };
  at.bruno.ok({"rights", voucher, "--spend", "1"});  // none are his: that one is provisional
  CHECK(rights(at.bruno, "provisional") == "1");
  at.server.kill();
  at.anna.ok({"rights", voucher, "--transfer", "15", "--to", "bruno"});
  Serving serving(at.bruno);
  at.anna.ok({"exchange", "connect", loopback(serving.port())});
  CHECK(serving.wait().code == 0);
  CHECK(rights(at.bruno, "here") == "15");
  at.bruno.ok({"rights", voucher, "--spend", "12"});
  at.bruno.ok({"rights", voucher, "--spend", "4"});  // one more than is left
  CHECK(rights(at.bruno, "spent") == "12");
  CHECK(rights(at.bruno, "provisional") == "5");
  at.anna.ok({"rights", voucher, "--spend", "5"});
  CHECK(rights(at.anna, "here") == "0");
  // Nothing was spent twice, and what was firm stays so.
  at.server.start();
  at.exchange();
  for (const Terminal* who : {&at.anna, &at.bruno, &at.carla}) {
    CHECK(rights(*who, "spent") == "17");
    CHECK(rights(*who, "provisional") == "5");
  }
  at.check_agreement();
}

TEST_CASE("exchange: two who typed over each other without a server have one item on both",
          "[integration][exchange][P4]") {
  Field at;
  at.save("di Anna");
  at.bruno.ok({"edit", at.visit, "next_step=di Bruno"});
  const std::string of_anna = at.export_of(at.anna);
  const std::string of_bruno = at.export_of(at.bruno);
  at.bruno.ok({"exchange", "import", of_anna});
  at.anna.ok({"exchange", "import", of_bruno});
  CHECK(at.items(at.anna).size() == 1);
  CHECK(at.items(at.bruno).size() == 1);
  CHECK(at.shown(at.anna, "next_step") == at.shown(at.bruno, "next_step"));
  at.exchange();
  CHECK(at.items(at.carla).size() == 1);
  at.check_agreement();
}

TEST_CASE("exchange: cut after every k-th byte nothing is lost, and the next attempt goes on",
          "[integration][exchange][P2]") {
  if (!can_watch()) return;
  const std::uint64_t seed = seed_or(1);
  CAPTURE(seed);
  Field at;
  processes::Proxy wire;
  std::size_t cuts = 0;
  for (std::size_t k = 40 + seed % 97; k < 6'000; k += 197 * (1 + k / 300)) {
    const std::string value = "taglio " + std::to_string(k);
    CAPTURE(k);
    at.save(value);
    {
      Serving serving(at.bruno);
      wire.set_target(serving.port());
      wire.cut_next({Way::either, k, {}});
      const Finished cut = at.anna.run({"exchange", "connect", loopback(wire.port())});
      const Finished other = serving.wait();
      CHECK((cut.code == 0 || cut.code == 4));
      CHECK((other.code == 0 || other.code == 4));
      cuts += cut.code != 0;
      if (cut.code != 0) CHECK(says(cut.err, "si è interrotto"));
      wire.pass();
      for (const Terminal* who : {&at.anna, &at.bruno}) {
        CHECK(who->ask({"verify"}).at("sound").as_bool());
      }
    }
    Serving serving(at.bruno);
    wire.set_target(serving.port());
    at.anna.ok({"exchange", "connect", loopback(wire.port())});
    CHECK(serving.wait().code == 0);
    CHECK(at.shown(at.bruno, "next_step") == value);
    CHECK(at.receipt(at.anna) == "with_colleague");
  }
  CHECK(cuts > 3);
  at.check_whole();
}

TEST_CASE("exchange: killed anywhere, either side finds what it had, and goes on",
          "[integration][exchange][P2]") {
  if (!can_watch()) return;
  const std::uint64_t seed = seed_or(2);
  CAPTURE(seed);
  Field at;
  std::size_t kills = 0;
  for (std::uint64_t nth = 1 + seed % 3; nth < 70; nth += 2 + nth / 3) {
    CAPTURE(nth);
    at.save("colpo " + std::to_string(nth));
    const bool kill_server = nth % 2 == 0;
    {
      Serving serving(at.bruno, kill_server ? nth : 0);
      const Words words{"exchange", "connect", loopback(serving.port())};
      const Finished one =
          kill_server ? at.anna.run(words) : run_doomed("insieme", words, at.anna.environment, nth);
      const Finished two = serving.wait();
      CHECK((one.code == 0 || one.code == 4 || one.code == -SIGKILL));
      CHECK((two.code == 0 || two.code == 4 || two.code == -SIGKILL));
      kills += one.code == -SIGKILL || two.code == -SIGKILL;
    }
    for (const Terminal* who : {&at.anna, &at.bruno}) {
      CHECK(who->ask({"verify"}).at("sound").as_bool());
    }
    Serving serving(at.bruno);
    at.anna.ok({"exchange", "connect", loopback(serving.port())});
    CHECK(serving.wait().code == 0);
    CHECK(at.shown(at.bruno, "next_step") == "colpo " + std::to_string(nth));
  }
  CHECK(kills > 3);
  const std::string file = at.export_of(at.anna);
  for (std::uint64_t nth = 1; nth < 40; nth += 9) {
    static_cast<void>(
        run_doomed("insieme", {"exchange", "import", file}, at.dina.environment, nth));
  }
  at.dina.ok({"exchange", "import", file});
  at.check_whole();
}

TEST_CASE("exchange: late work that had spread is taken back everywhere, and lost nowhere",
          "[integration][exchange][P2][P8]") {
  Field at;
  // Anna is taken off the family while she has no network, and hands her work to Bruno.
  at.server.admin({"assign", "anna", at.dossier, "--remove", "--reason", "passa ad altri"});
  at.save("tardi");
  at.bruno.ok({"exchange", "import", at.export_of(at.anna)});
  CHECK(at.shown(at.bruno, "next_step") == "tardi");
  at.bruno.ok({"edit", at.visit, "next_date=01/04/2024"});
  at.bruno.ok({"sync"});
  // Held for the coordinator: with nobody until she has decided. Bruno's own work was taken.
  CHECK(at.shown(at.bruno, "next_step") == "Sentire la scuola");
  CHECK(at.status(at.bruno, "unsent") == "0");
  CHECK(at.status(at.bruno, "exchanged") == "0");
  CHECK(at.bruno.ask({"verify"}).at("sound").as_bool());
  at.carla.ok({"sync"});
  CHECK(at.shown(at.carla, "next_date") == at.shown(at.bruno, "next_date"));
  CHECK(at.carla.ask({"inbox"}).at("entries").as_array().size() == 1);
  at.anna.ok({"sync"});
  CHECK(at.status(at.anna, "held") == "1");
  at.check_agreement_of({&at.bruno, &at.carla});
}

TEST_CASE("exchange: an edit of a text that nobody has in the end waits beside it",
          "[integration][exchange][P2][P8]") {
  Field at;
  at.anna.ok({"edit", at.visit, "observations=Prima frase."});
  at.exchange();
  at.server.admin({"assign", "anna", at.dossier, "--remove", "--reason", "passa ad altri"});
  at.anna.ok({"edit", at.visit, "observations=Prima frase. Seconda, di Anna."});
  at.bruno.ok({"exchange", "import", at.export_of(at.anna)});
  at.bruno.ok({"edit", at.visit, "observations=Prima frase. Seconda, di Anna e Bruno."});
  at.bruno.ok({"edit", at.visit, "next_date=01/04/2024"});
  SECTION("the letter is brought by the one who wrote on top of it") {}
  SECTION("the server has judged it before") { at.anna.ok({"sync"}); }
  at.bruno.ok({"sync"});
  at.bruno.ok({"sync"});
  CHECK(at.status(at.bruno, "unsent") == "0");
  CHECK(at.status(at.bruno, "held") == "1");
  CHECK(at.shown(at.bruno, "observations") == "Prima frase.");
  CHECK(at.bruno.ask({"verify"}).at("sound").as_bool());
  at.carla.ok({"sync"});
  CHECK(at.shown(at.carla, "observations") == "Prima frase.");
  CHECK(at.shown(at.carla, "next_date") == at.shown(at.bruno, "next_date"));
  CHECK(at.carla.ask({"inbox"}).at("entries").as_array().size() == 2);
  at.check_agreement_of({&at.bruno, &at.carla});
}

TEST_CASE("exchange: what a revoked device had handed over waits for a decision",
          "[integration][exchange][P2]") {
  Field at;
  at.save("prima del furto");
  at.bruno.ok({"exchange", "import", at.export_of(at.anna)});
  std::string device;
  const json::value devices = at.server.admin_json({"devices"});
  for (const json::value& one : devices.as_array()) {
    if (member(one.as_object(), "account") == "anna") device = member(one.as_object(), "device");
  }
  at.server.admin({"revoke", device, "--reason", "rubato"});
  at.bruno.ok({"sync"});
  CHECK(at.shown(at.bruno, "next_step") == "Sentire la scuola");
  CHECK(at.status(at.bruno, "exchanged") == "0");
  at.carla.ok({"sync"});
  CHECK(at.carla.ask({"inbox"}).at("entries").as_array().size() == 1);
  at.check_agreement_of({&at.bruno, &at.carla});
}

TEST_CASE("exchange: a device that cannot write takes nothing, and all of it the next time",
          "[integration][exchange][P2]") {
  Field at;
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += static_cast<char>('a' + i * i % 25 % 17);
  at.anna.ok({"edit", at.visit, "observations=" + text});
  const std::string file = at.export_of(at.anna);
  Launch launch("insieme", {"exchange", "import", file}, at.bruno.environment);
  launch.file_bytes_max = 16 * 1024;
  const processes::Finished refused = run_launch(launch);
  CAPTURE(refused.out, refused.err);
  CHECK(refused.code == 3);
  CHECK(at.shown(at.bruno, "observations").empty());
  CHECK(at.bruno.ask({"verify"}).at("sound").as_bool());
  at.bruno.ok({"exchange", "import", file});
  CHECK(at.shown(at.bruno, "observations") == text);
  at.check_whole();
}

TEST_CASE("exchange: what is wrong is told in words, and changes nothing",
          "[integration][exchange]") {
  Field at;
  at.save("intera");
  const std::string file = at.export_of(at.anna);
  SECTION("damaged") {
    spoil(file, 100);
    check_says(at.bruno.refused(2, {"exchange", "import", file}),
               {"danneggiato", "farne un altro"});
  }
  SECTION("cut short") {
    std::filesystem::resize_file(file, 50);
    check_says(at.bruno.refused(2, {"exchange", "import", file}), {"danneggiato"});
  }
  SECTION("something else") {
    std::ofstream(file, std::ios::trunc) << "Cognome;Comune\nRossi;Bibbiano\n";
    check_says(at.bruno.refused(2, {"exchange", "import", file}), {"non viene da Insieme"});
  }
  SECTION("of a newer version") {
    spoil(file, 2);
    check_says(at.bruno.refused(2, {"exchange", "import", file}), {"altra versione"});
  }
  SECTION("of another space") {
    TestFolder elsewhere;
    OfficeServer other(elsewhere.path());
    Terminal stranger(elsewhere.path(), "anna");
    other.admin({"users", "add", "anna", "--name", "Anna", "--role", "educator"});
    stranger.ok({"init"});
    stranger.ok({"enrol", other.invitation("anna")});
    check_says(stranger.refused(2, {"exchange", "import", file}), {"altro ambito"});
  }
  SECTION("by a store that is enrolled nowhere") {
    Terminal nobody(at.folder.path(), "nobody");
    nobody.ok({"init"});
    check_says(nobody.refused(4, {"exchange", "import", file}), {"non è iscritto"});
  }
  SECTION("with a grant that has expired") {
    const std::int64_t late = 8LL * 24 * 60 * 60 * 1000;
    const auto clock = std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(
                                          std::chrono::system_clock::now().time_since_epoch())
                                          .count() +
                                      late);
    const Finished said = at.bruno.run({"--clock", clock, "exchange", "import", file});
    CHECK(said.code == 2);
    check_says(said.out, {"permesso", "scaduto"});
    CHECK(at.status(at.bruno, "letters") == "2");  // it can go to the server all the same
  }
  SECTION("no such file, and one that is there already") {
    check_says(at.bruno.refused(2, {"exchange", "import", file + "x"}), {"non c'è"});
    check_says(at.anna.refused(2, {"exchange", "export", file}), {"c'è già"});
  }
  CHECK(at.shown(at.bruno, "next_step") == "Sentire la scuola");
  at.check_whole();
}

}  // namespace insieme::testing
