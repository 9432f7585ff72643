// Lost tablets, with real programs: locked and opened again; wiped, after what they had not sent
// was handed over, wherever they die on the way.
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "lost_tablet.hpp"
#include "support/catch.hpp"
#include "support/doomed.hpp"

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kStopsMax = 9;

TEST_CASE("wipe: what was not sent is in the inbox before the keys are gone, and all are told",
          "[integration][device][P2]") {
  Ambito at;
  at.exchange();
  const std::string id = id_of(device_of(at, "anna"));
  at.anna.ok({"edit", at.visit, "next_step=scritto l'ultimo giorno"});
  {
    Tablet tablet(at.anna);
    const json::object opened = tablet.ok("draft.open", {{"record", at.visit}});
    const std::string draft = member(opened.at("draft").as_object(), "id");
    tablet.ok("draft.save", {{"draft", draft},
                             {"fields", json::object{{"next_step", "mai salvato"}}}});
  }
  wipe(at, id);
  CHECK(step_of(at, id) == "ordered");
  CHECK(fs::exists(at.anna.store()));

  const std::string said = at.anna.refused(kStorage, {"sync"});
  check_says(said, {"cancellato a distanza", "consegnato al server", "perso in autobus"});
  check_destroyed(at, id);
  CHECK(member(device_of(at, "anna"), "state") == "wiped");
  check_says(at.anna.refused(kStorage, {"list"}), {"nuovo invito"});

  const std::string waits = inbox(at);
  check_says(waits, {"scritto l'ultimo giorno", "\"anna\""});
  // The draft is with the server, which alone opens it.
  const std::string folder = escrow_of(at, id);
  std::string drafts;
  for (const auto& file : fs::directory_iterator(folder)) {
    std::ostringstream text;
    text << std::ifstream(file.path()).rdbuf();
    if (file.path().extension() == ".json") drafts += text.str();
  }
  check_says(drafts, {"mai salvato"});

  // Whoever holds the tablet begins anew, as another device.
  at.anna.ok({"init"});
  at.anna.ok({"enrol", at.invitation("anna")});
  at.anna.ok({"sync"});
  CHECK(id_of(device_of(at, "anna")) != id);
  at.exchange();
  at.check_agreement();
}

TEST_CASE("wipe: a photo that was not sent is with the server before the keys are gone",
          "[integration][device][blob][P2]") {
  Ambito at;
  at.exchange();
  const std::string id = id_of(device_of(at, "anna"));
  attach_photo(at, 400'000);
  wipe(at, id);
  at.anna.refused(kStorage, {"sync"});
  check_destroyed(at, id);
  const std::string folder = escrow_of(at, id);
  std::size_t here = 0;
  for (const auto& file : fs::recursive_directory_iterator(at.folder.path())) {
    const std::string name = file.path().filename().string();
    const bool is_parcel = name.rfind("file-", 0) == 0 && file.file_size() > 400'000;
    const bool is_blob = file.is_regular_file() && file.file_size() >= 400'000 &&
                         file.path().string().find("blobs") != std::string::npos;
    here += is_parcel || is_blob ? 1 : 0;
  }
  CHECK(here == 1);
}

TEST_CASE("wipe: without a network nothing happens, and a copy of the store never comes back",
          "[integration][device][P1][P2]") {
  Ambito at;
  at.exchange();
  const std::string id = id_of(device_of(at, "anna"));
  at.anna.ok({"edit", at.visit, "next_step=prima della copia"});
  const std::string copy = (at.folder.path() / "copia").string();
  for (const char* end : {"", ".key", ".generation"}) {
    fs::copy_file(at.anna.store() + end, copy + end);
  }
  wipe(at, id);
  at.server.kill();
  CHECK_FALSE(Tablet(at.anna).sync());
  at.anna.ok({"edit", at.visit, "next_step=senza rete"});  // P1: work never waits
  at.server.start();
  at.anna.refused(kStorage, {"sync"});
  CHECK(step_of(at, id) == "destroyed");
  check_says(inbox(at), {"senza rete"});

  for (const char* end : {"", ".key", ".generation"}) {
    fs::copy_file(copy + end, at.anna.store() + end);
  }
  check_says(at.anna.refused(kStorage, {"sync"}), {"cancellato a distanza"});
  check_destroyed(at, id);
}

TEST_CASE("lock: a tablet stays closed until the server lets go, and has lost nothing",
          "[integration][device][P1][P2]") {
  Ambito at;
  at.exchange();
  const std::string id = id_of(device_of(at, "anna"));
  at.anna.ok({"edit", at.visit, "next_step=non inviato"});
  at.server.admin({"device", "lock", id, "--reason", "dimenticato"});
  check_says(at.anna.refused(kStorage, {"sync"}),
             {"bloccato", "Nulla è andato perso", "dimenticato"});
  CHECK(member(device_of(at, "anna"), "state") == "locked");
  check_says(at.anna.refused(kStorage, {"list"}), {"bloccato"});
  at.server.kill();  // and without a network it is none the less
  check_says(at.anna.refused(kStorage, {"list"}), {"bloccato"});
  at.server.start();
  at.server.admin({"device", "unlock", id});
  CHECK(at.shown(at.anna, "next_step") == "non inviato");
  at.acknowledged.insert("non inviato");
  at.check_whole();
}

TEST_CASE("wipe: a tablet that was locked first hands over, too", "[integration][device][P2]") {
  Ambito at;
  at.exchange();
  const std::string id = id_of(device_of(at, "anna"));
  at.anna.ok({"edit", at.visit, "next_step=chiuso qui dentro"});
  at.server.admin({"device", "lock", id, "--reason", "forse sul treno"});
  check_says(at.anna.refused(kStorage, {"sync"}), {"bloccato"});
  wipe(at, id);
  check_says(at.anna.refused(kStorage, {"list"}), {"cancellato a distanza"});
  check_destroyed(at, id);
  check_says(inbox(at), {"chiuso qui dentro"});
}

TEST_CASE("wipe: the PIN of a locked tablet opens nothing once it is to be wiped",
          "[integration][device][P1][P2]") {
  Ambito at;
  at.exchange();
  const std::string id = id_of(device_of(at, "anna"));
  at.anna.ok({"edit", at.visit, "next_step=chiuso con il PIN"});
  Terminal anna = at.anna;
  anna.environment["INSIEME_NEW_PIN"] = anna.environment["INSIEME_PIN"] = "407319";
  anna.ok({"pin", "set"});
  at.server.admin({"device", "lock", id, "--reason", "forse rubato"});
  check_says(anna.refused(kStorage, {"sync"}), {"bloccato"});
  wipe(at, id);

  // It hears of the wipe while nobody gives the PIN, which is what a finder has at most.
  Terminal finder = anna;
  finder.environment["INSIEME_PIN"] = "";
  finder.refused(kStorage, {"list"});
  at.server.kill();
  const std::string said = anna.run({"list"}).err;
  check_says(said, {"non"});
  CHECK(said.find("bloccato") == std::string::npos);  // the PIN opened it, and was given nothing
  CHECK(anna.run({"edit", at.visit, "next_step=del ladro"}).code != 0);
  CHECK(fs::exists(anna.store()));
  at.server.start();
  check_says(anna.refused(kStorage, {"list"}), {"cancellato a distanza"});
  CHECK(is_gone(anna));
  CHECK(step_of(at, id) == "destroyed");
  const std::string waits = inbox(at);
  check_says(waits, {"chiuso con il PIN"});
  CHECK(waits.find("del ladro") == std::string::npos);
}

TEST_CASE("wipe: while it hands over, a tablet refuses in words to write what would be left out",
          "[integration][device][P2]") {
  Ambito at;
  at.exchange();
  const std::string id = id_of(device_of(at, "anna"));
  at.anna.ok({"edit", at.visit, "next_step=prima"});
  wipe(at, id);
  const auto transport = client::make_transport({});
  client::Client::Step step;
  std::size_t refused = 0;
  {
    Tablet tablet(at.anna);
    for (step = tablet.begin("sync.run"); step.kind == client::Client::Step::Kind::post;) {
      const json::object asked = json::parse(step.text).as_object();
      const bool hands_over = member(asked, "url").find("/escrow") != std::string::npos;
      const json::object reply =
          tablet.ask("record.save", {{"record", at.visit},
                                       {"fields", json::object{{"next_step", "intanto"}}}});
      CHECK(reply.at("ok").as_bool() == !hands_over);
      if (hands_over) {
        ++refused;
        check_says(json::serialize(reply), {"handing_over", "non è stato salvato nulla"});
      }
      step = tablet.resume(*transport, asked, step.body);
    }
  }
  CHECK(refused >= 2);  // a parcel, and the end
  check_says(at.anna.refused(kStorage, {"list"}), {"cancellato a distanza"});
  check_destroyed(at, id);
  check_says(inbox(at), {"intanto"});  // what was written before, with the rest
}

TEST_CASE("wipe: taken back in time, a locked tablet is locked again, and then opens as ever",
          "[integration][device][P2]") {
  Ambito at;
  at.exchange();
  const std::string id = id_of(device_of(at, "anna"));
  Terminal anna = at.anna;
  anna.environment["INSIEME_NEW_PIN"] = anna.environment["INSIEME_PIN"] = "407319";
  anna.ok({"pin", "set"});
  at.server.admin({"device", "lock", id, "--reason", "forse sul treno"});
  check_says(anna.refused(kStorage, {"sync"}), {"bloccato"});
  wipe(at, id);
  Terminal finder = anna;
  finder.environment["INSIEME_PIN"] = "";
  finder.refused(kStorage, {"list"});
  at.server.admin({"device", "unlock", id});
  at.server.admin({"device", "lock", id, "--reason", "ancora da cercare"});
  check_says(anna.refused(kStorage, {"list"}), {"bloccato"});
  at.server.admin({"device", "unlock", id});
  anna.ok({"list"});
  anna.ok({"sync"});
}

TEST_CASE("wipe: wherever the tablet or the server dies, nothing is lost and the wipe ends",
          "[integration][device][P2]") {
  if (!Doomed::is_possible()) {
    WARN("skipped: this system lets no program watch another (ptrace)");
    return;
  }
  Ambito at;
  at.exchange();
  const auto lost = [&at](const std::string& value) {
    Terminal tablet(at.folder.path(), "tablet " + value);
    tablet.ok({"init"});
    tablet.ok({"enrol", at.invitation("anna")});
    tablet.ok({"sync"});
    tablet.ok({"edit", at.visit, "next_step=" + value});
    wipe(at, id_of(device_of(at, "anna")));
    return tablet;
  };
  std::uint64_t places = 0;
  {
    const Terminal tablet = lost("intero");
    Doomed run("insieme", {"sync"}, tablet.environment);
    CHECK(run.wait().code == kStorage);
    places = run.calls();
  }
  const std::uint64_t seed = seed_or(5);
  CAPTURE(seed, places);
  REQUIRE(places > 10);
  const std::uint64_t step = places / kStopsMax + 1;
  std::size_t kills = 0;
  for (std::uint64_t n = 1 + seed % step; n <= places; n += step) {
    const std::string value = "morto al passo " + std::to_string(n);
    CAPTURE(n);
    const Terminal tablet = lost(value);
    const std::string id = id_of(device_of(at, "anna"));
    kills += run_doomed("insieme", {"sync"}, tablet.environment, n).code == -SIGKILL;
    if (n % 2 == 0) at.server.restart();
    for (int tries = 0; tries < 3 && step_of(at, id) != "destroyed"; ++tries) {
      static_cast<void>(tablet.run({"sync"}));
    }
    CHECK(step_of(at, id) == "destroyed");
    CHECK(is_gone(tablet));
    check_says(inbox(at), {value});
  }
  CHECK(kills > kStopsMax / 2);
}

}  // namespace
}  // namespace insieme::testing
