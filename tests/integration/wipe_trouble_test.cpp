// Wipes under bad circumstances, with real programs: the others went on meanwhile, photos that the
// server does not take, a worker who left, orders that change, a clock that stands at 1970.
#include <filesystem>
#include <fstream>

#include "lost_tablet.hpp"

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;

/// The fates of the letters that a device handed over.
std::string fates(const Ambito& at, const std::string& id) {
  return json::serialize(shown(at, id));
}

/// The open entry of the inbox that holds these words.
json::object entry_with(const Ambito& at, const std::string& words) {
  at.carla.ok({"sync"});
  const json::object inbox = at.carla.ask({"inbox"});
  for (const json::value& one : inbox.at("entries").as_array()) {
    if (json::serialize(one).find(words) != std::string::npos) return one.as_object();
  }
  return {};
}

TEST_CASE("wipe: work that the others went on without reaches the coordinator, and is taken in",
          "[integration][device][P2]") {
  Ambito at;
  at.server.environment["INSIEME_FOLD_WITHOUT_BACKUP"] = "yes";
  at.server.restart();
  at.anna.ok({"edit", at.visit, "observations=La bambina legge da sola."});
  at.exchange();
  at.exchange();
  const std::string id = id_of(device_of(at, "anna"));
  // Written on the tablet, then lost; the wipe is ordered, and nobody waits for it any more.
  at.anna.ok({"edit", at.visit, "next_step=detto sul treno"});
  at.anna.ok({"edit", at.visit, "observations=La bambina legge da sola, anche ad alta voce."});
  wipe(at, id);
  for (int round = 0; round < 3; ++round) {
    at.bruno.ok({"edit", at.visit, "place=scuola"});
    at.carla.ok({"edit", at.visit, "minutes=" + std::to_string(40 + round)});
    for (const Terminal* who : {&at.bruno, &at.carla, &at.bruno, &at.carla}) who->ok({"sync"});
  }

  check_says(at.anna.refused(kStorage, {"sync"}), {"cancellato a distanza"});
  check_destroyed(at, id);
  // The others had gone on: as it was, the server could not take it.
  check_says(fates(at, id), {"superseded", "taken"});

  const json::object said = entry_with(at, "detto sul treno");
  REQUIRE_FALSE(said.empty());
  CHECK(member(said, "author") == "anna");
  at.carla.ok({"decide", member(said, "id"), "--accept"});
  const json::object seen = entry_with(at, "alta voce");
  if (!seen.empty()) at.carla.ok({"decide", member(seen, "id"), "--accept"});
  for (const Terminal* who : {&at.carla, &at.bruno, &at.carla}) who->ok({"sync"});
  CHECK(at.shown(at.bruno, "next_step") == "detto sul treno");
  CHECK(at.shown(at.bruno, "observations") == "La bambina legge da sola, anche ad alta voce.");
  at.check_agreement_of({&at.bruno, &at.carla});
}

TEST_CASE("wipe: photos beyond the server's quota are handed over sealed, and the wipe ends",
          "[integration][device][blob][P2]") {
  Ambito at;
  at.server.environment["INSIEME_MAX_BLOB_BYTES"] = "1000";
  at.server.restart();
  at.exchange();
  const std::string id = id_of(device_of(at, "anna"));
  attach_photo(at, 300'000);
  wipe(at, id);
  at.anna.refused(kStorage, {"sync"});
  check_destroyed(at, id);
  const std::string folder = escrow_of(at, id);
  std::size_t whole = 0;
  for (const auto& file : fs::directory_iterator(folder)) whole += file.file_size() >= 300'000;
  CHECK(whole == 1);
}

TEST_CASE("wipe: the tablet of a worker who left hands over as any other",
          "[integration][device][P2]") {
  Ambito at;
  at.exchange();
  const std::string id = id_of(device_of(at, "anna"));
  at.anna.ok({"edit", at.visit, "next_step=prima di andarmene"});
  at.server.admin({"users", "disable", "anna"});
  wipe(at, id);
  check_says(at.anna.refused(kStorage, {"sync"}), {"cancellato a distanza"});
  check_destroyed(at, id);
  check_says(inbox(at), {"prima di andarmene"});
}

TEST_CASE("wipe: of two orders the last one holds, and each device hears its own",
          "[integration][device][P2]") {
  Ambito at;
  at.exchange();
  const std::string first = id_of(device_of(at, "anna"));
  wipe(at, first);
  at.server.admin({"device", "unlock", first});  // found again, before the tablet was told
  at.anna.ok({"edit", at.visit, "next_step=dopo il primo ordine"});
  at.anna.ok({"sync"});
  at.server.admin({"device", "lock", first, "--reason", "di nuovo perso"});
  wipe(at, first);
  wipe(at, first);  // the same again is the same order
  check_says(at.anna.refused(kStorage, {"sync"}), {"cancellato a distanza"});
  CHECK(step_of(at, first) == "destroyed");

  at.anna.ok({"init"});
  at.anna.ok({"enrol", at.invitation("anna")});
  at.anna.ok({"sync"});
  const std::string second = id_of(device_of(at, "anna"));
  CHECK(second != first);
  at.anna.ok({"edit", at.visit, "next_step=sul secondo tablet"});
  wipe(at, second);
  at.anna.refused(kStorage, {"sync"});
  check_destroyed(at, second);
  CHECK(step_of(at, first) == "destroyed");
  check_says(inbox(at), {"sul secondo tablet"});
}

TEST_CASE("wipe: a tablet whose clock stands at 1970 hands over and is wiped all the same",
          "[integration][device][P2]") {
  Ambito at;
  at.exchange();
  const std::string id = id_of(device_of(at, "anna"));
  at.anna.ok({"--clock", "1000", "edit", at.visit, "next_step=con la pila scarica"});
  at.server.admin({"device", "lock", id, "--reason", "forse perso"});
  check_says(at.anna.refused(kStorage, {"--clock", "2000", "sync"}), {"bloccato"});
  wipe(at, id);
  check_says(at.anna.refused(kStorage, {"--clock", "0", "list"}), {"cancellato a distanza"});
  check_destroyed(at, id);
  check_says(inbox(at), {"con la pila scarica"});
}

}  // namespace
}  // namespace insieme::testing
