// A dossier that is opened with a reason, for a while: real tablets and server.
#include <chrono>

#include "ambito.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

constexpr const char* kReason = "Chiamata dal pronto soccorso, la collega non risponde";

std::size_t dossiers(const Terminal& who, Words before = {}) {
  before.emplace_back("open");
  return who.ask(before).at("dossiers").as_array().size();
}

json::array openings(const Terminal& who) {
  return who.ask({"glass"}).at("openings").as_array();
}

std::string hours_from_now(int hours) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return std::to_string(now.count() + std::int64_t{hours} * 3'600'000 + 5 * 60'000);
}

struct Emergency {
  Ambito at;
  Terminal dora{at.folder.path(), "dora"};
  std::string digits = at.dossier.substr(at.dossier.size() - 8);

  Emergency() { at.enrol(dora, "dora", "Dora Galli", "educator"); }
  void open(const std::string& hours = "2") const {
    dora.ok({"glass", digits, "--reason", kReason, "--hours", hours});
    dora.ok({"sync"});
  }
  [[nodiscard]] std::string rule() const {
    const json::object why = at.server.admin_json({"why", "dora", at.dossier}).as_object();
    for (const json::value& one : why.at("sections").as_array()) {
      if (member(one.as_object(), "section") == "core") return member(one.as_object(), "rule");
    }
    return "none";
  }
};

TEST_CASE("glass: who coordinates hears of it on the tablet, and says that it was looked into",
          "[integration][glass][P7]") {
  const Emergency e;
  const Ambito& at = e.at;
  CHECK(dossiers(e.dora) == 0);
  e.open();
  CHECK(dossiers(e.dora) == 1);
  CHECK(at.shown(e.dora, "next_step") == "Sentire la scuola");
  at.carla.ok({"sync"});
  const std::string notices = at.carla.ok({"notices"});
  check_says(notices, {"Dora Galli ha aperto il fascicolo " + e.digits, kReason, "insieme glass"});
  CHECK(member(at.carla.ask({"status"}), "glass_unseen") == "1");
  at.anna.ok({"sync"});  // not hers to look into
  CHECK(openings(at.anna).empty());
  check_says(at.server.admin({"glass", "--unseen"}), {"dora", kReason, "NOT YET"});
  const std::string id = member(openings(at.carla)[0].as_object(), "short");
  CHECK(e.dora.run({"glass", "--seen", id}).code != 0);
  at.carla.ok({"glass", "--seen", id, "--note", "Sentita alle 22"});
  CHECK(member(at.carla.ask({"status"}), "glass_unseen") == "0");
  CHECK(at.server.admin({"glass", "--unseen"}).find("dora") == std::string::npos);
  check_says(at.server.admin({"glass", "--format", "csv"}),
             {"\"dora\"", kReason, "\"carla\"", "Sentita alle 22"});
  // Told once, however often she synchronises.
  at.carla.ok({"notices", "--seen"});
  at.carla.ok({"sync"});
  CHECK(at.carla.ok({"notices"}).find("Dora") == std::string::npos);
  // Explained, and in the access log with its purpose.
  CHECK(e.rule() == "glass");
  check_says(at.server.admin({"access-log", "--account", "dora"}), {"read", "glass"});
  CHECK(at.server.admin_json({"verify"}).as_object().at("ok").as_bool());
  // Ended early: the dossier goes with the next synchronisation.
  e.dora.ok({"glass", "--end", id});
  e.dora.ok({"sync"});
  CHECK(dossiers(e.dora) == 0);
  CHECK(e.rule() == "not-assigned");
}

TEST_CASE("glass: without a network it is not opened, and what was opened ends by its time",
          "[integration][glass][P2][P7]") {
  Emergency e;
  Ambito& at = e.at;
  at.server.stop();
  check_says(e.dora.refused(4, {"glass", e.digits, "--reason", kReason}),
             {"serve la rete", "lo decide il server"});
  at.server.start();
  e.open();
  at.server.stop();
  const Words later{"--clock", hours_from_now(2)};
  CHECK(dossiers(e.dora, {"--clock", hours_from_now(1)}) == 1);
  CHECK(dossiers(e.dora, later) == 0);
  CHECK(e.dora.ok({"search", "Rossi"}).find("Rossi") == std::string::npos);
  check_says(e.dora.ok({"notices"}), {"è finito il tempo", e.digits});
  // The server, whose clock has not come so far, may still send something of it.
  at.server.start();
  at.save("dopo");
  at.anna.ok({"sync"});
  e.dora.ok({"sync"});
  CHECK(dossiers(e.dora) == 0);
  at.server.admin({"glass", "end",
                   member(openings(e.dora)[0].as_object(), "short")});
  e.dora.ok({"sync"});
  // Opened again, it is there again.
  e.open();
  CHECK(dossiers(e.dora) == 1);
  CHECK(at.shown(e.dora, "next_step") == "dopo");
  at.check_whole();
}

TEST_CASE("glass: work that was not sent yet goes first, and nothing more is written",
          "[integration][glass][P2]") {
  Emergency e;
  Ambito& at = e.at;
  e.open();
  at.server.stop();
  e.dora.ok({"edit", at.visit, "next_date=01/04/2024"});
  const Words later{"--clock", hours_from_now(2)};
  CHECK(dossiers(e.dora, later) == 1);  // nothing goes before it is sent
  CHECK(e.dora.run({"--clock", hours_from_now(2), "edit", at.visit, "next_date=02/04/2024"}).code !=
        0);
  at.server.start();
  e.dora.ok({"sync"});
  CHECK(dossiers(e.dora) == 0);
  CHECK(member(e.dora.ask({"status"}), "unsent") == "0");
  at.anna.ok({"sync"});
  CHECK(at.shown(at.anna, "next_date") == "01/04/2024");
  at.check_whole();
}

TEST_CASE("glass: what is denied is refused like what is not there", "[integration][glass][P7]") {
  const Emergency e;
  e.at.server.admin({"deny", "dora", e.at.dossier, "--reason", "parente della famiglia"});
  const std::string denied = e.dora.refused(2, {"glass", e.digits, "--reason", kReason});
  CHECK(denied == e.dora.refused(2, {"glass", "00000000", "--reason", kReason}));
  check_says(denied, {"non si apre in questo modo", "Chiedere a chi coordina"});
  e.dora.ok({"sync"});
  CHECK(dossiers(e.dora) == 0);
  CHECK(e.rule() == "denied");
  check_says(e.at.server.admin({"glass"}), {"dora", "in vain"});
}

}  // namespace
}  // namespace insieme::testing
