// Photos and files on their way: between tablets, over bad networks, through dying servers and full
// disks, and what becomes of them when dossiers leave or are erased.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "small_tablet.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Nothing in it that a disk or a compressor could save.
std::string photo(const Ambito& at, const std::string& name, std::size_t size,
                  std::uint32_t seed = 1) {
  std::string path = at.folder.file(name);
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    seed = seed * 1'664'525 + 1'013'904'223;
    byte = static_cast<char>(seed >> 24);
  }
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

json::object first_file(const Terminal& who, const std::string& visit) {
  const json::object reply = who.ask({"attachments", visit});
  const json::array& all = reply.at("blobs").as_array();
  REQUIRE(all.size() == 1);
  return all[0].as_object();
}

/// Whether the person has what was in the file.
bool has(const Ambito& at, const Terminal& who, const std::string& original,
         const std::string& field = "files") {
  static int number = 0;
  const std::string to = at.folder.file("fetched-" + std::to_string(++number));
  const Finished got = who.run({"fetch", at.visit, field, "-o", to});
  return got.code == 0 && bytes_of(to) == bytes_of(original);
}

std::size_t files_in(const fs::path& folder) {
  std::size_t count = 0;
  std::error_code ignored;
  for (fs::recursive_directory_iterator at(folder, ignored), end; at != end; ++at) {
    // Whose folder it is stands in it, too.
    count += at->is_regular_file() && at->path().filename() != "space" ? 1U : 0U;
  }
  return count;
}

TEST_CASE("blobs: a photo and a signature reach a colleague, each byte, and say where they are",
          "[integration][blob][P6][S075]") {
  Ambito at;
  const std::string face = photo(at, "foto.jpg", 700'000);
  const std::string stroke = photo(at, "firma.png", 3'000, 7);
  at.anna.ok({"attach", at.visit, "files", face});
  at.anna.ok({"attach", at.visit, "signature", stroke});
  at.anna.ok({"attach", at.visit, "files", face});  // the same once more is the same
  CHECK(has(at, at.anna, face));
  CHECK(says(at.anna.ok({"attachments"}), "solo qui, da inviare"));
  CHECK(says(at.anna.ok({"--lang", "en", "attachments", at.visit}), "only here, to be sent"));
  CHECK(says(at.anna.ok({"sync"}), "Foto e file: inviati 2"));
  CHECK(says(at.anna.ok({"attachments"}), "sul server"));
  CHECK(says(at.bruno.ok({"sync"}), "ricevuti 2"));
  CHECK(has(at, at.bruno, face));
  CHECK(has(at, at.bruno, stroke, "signature"));
  CHECK(says(at.bruno.refused(2, {"fetch", at.visit, "-o", at.folder.file("x")}), "files"));
  CHECK(says(at.anna.refused(2, {"attach", at.visit, "place", face}), "signature"));
  // What lies on the server's disk opens for nobody, and says nothing.
  REQUIRE(files_in(fs::path(at.server.data()) / "blobs") == 2);
  for (const auto& entry :
       fs::recursive_directory_iterator(fs::path(at.server.data()) / "blobs")) {
    if (!entry.is_regular_file()) continue;
    CHECK_FALSE(says(bytes_of(entry.path()), bytes_of(face).substr(0, 64)));
  }
  CHECK(at.server.admin_json({"verify"}).as_object().at("blobs").to_number<int>() == 2);
  at.check_whole();
}

TEST_CASE("blobs: on a network that costs only records travel", "[integration][blob][P1]") {
  Ambito at;
  const std::string face = photo(at, "foto.jpg", 40'000);
  at.anna.ok({"attach", at.visit, "files", face});
  at.network.take_passed();
  CHECK(says(at.anna.ok({"sync", "--no-blobs"}), "da inviare 1"));
  std::size_t sent = 0;
  for (const Passed& one : at.network.take_passed()) sent += one.request.size();
  CHECK(sent < 20'000);
  CHECK(member(first_file(at.anna, at.visit), "state") == "here");
  // Not all is on the server, and nobody says so.
  const std::string status = at.anna.ok({"status"});
  CHECK(says(status, "Foto e file da inviare"));
  CHECK(status.find("tutto è sul server") == std::string::npos);
  at.bruno.ok({"sync"});
  CHECK(says(at.bruno.ok({"attachments"}), "non ancora qui"));
  check_says(at.bruno.refused(2, {"fetch", at.visit, "files", "-o", at.folder.file("y")}),
             {"non è ancora su questo dispositivo"});
  at.anna.ok({"sync"});
  at.bruno.ok({"sync"});
  CHECK(has(at, at.bruno, face));
  at.check_whole();
}

TEST_CASE("blobs: a network that is cut again and again delays a photo, and no record",
          "[integration][blob][P2][P10]") {
  Ambito at;
  const std::string face = photo(at, "foto.jpg", 3'000'000);
  at.anna.ok({"attach", at.visit, "files", face});
  at.save("prima della foto");
  for (int round = 1; round <= 6; ++round) {
    CAPTURE(round);
    // Each connection dies after some 400 000 bytes more.
    at.network.cut_every(
        {Way::request, static_cast<std::size_t>(round) * 400'000, {}});
    static_cast<void>(at.anna.run({"sync"}));
    CHECK(member(at.anna.ask({"status"}), "unsent") == "0");
  }
  at.network.pass();
  const json::object file = first_file(at.anna, at.visit);
  if (member(file, "state") == "here") CHECK(std::stoull(member(file, "moved")) > 0);
  at.anna.ok({"sync"});
  CHECK(member(first_file(at.anna, at.visit), "state") == "both");
  for (int round = 1; round <= 4; ++round) {
    at.network.cut_every({Way::reply, static_cast<std::size_t>(round) * 500'000, {}});
    static_cast<void>(at.bruno.run({"sync"}));
  }
  at.network.pass();
  at.bruno.ok({"sync"});
  CHECK(has(at, at.bruno, face));
  at.check_whole();
}

TEST_CASE("blobs: a server that is killed in the middle of an upload goes on where it was",
          "[integration][blob][P2]") {
  Ambito at;
  const std::string face = photo(at, "foto.jpg", 4'500'000);
  at.anna.ok({"attach", at.visit, "files", face});
  for (const std::size_t after : {std::size_t{300'000}, std::size_t{1'300'000}}) {
    at.network.cut_next({Way::request, after, [&at] { at.server.restart(); }});
    static_cast<void>(at.anna.run({"sync"}));
    CHECK(member(first_file(at.anna, at.visit), "state") == "here");
  }
  CHECK(at.network.cuts() == 2);
  at.anna.ok({"sync"});
  CHECK(member(first_file(at.anna, at.visit), "state") == "both");
  at.bruno.ok({"sync"});
  CHECK(has(at, at.bruno, face));
  CHECK(at.server.admin_json({"verify"}).as_object().at("ok").as_bool());
  at.check_whole();
}

TEST_CASE("blobs: a server without room says so, and takes records all the same",
          "[integration][blob][P2]") {
  Ambito at;
  at.server.stop();
  at.server.flags = {"--max-blob-bytes", "1000"};
  at.server.start();
  const std::string face = photo(at, "foto.jpg", 30'000);
  at.anna.ok({"attach", at.visit, "files", face});
  const std::string said = at.anna.ok({"sync"});
  CHECK(says(said, "da inviare 1"));
  CHECK(says(said, "spazio"));
  CHECK(member(at.anna.ask({"status"}), "unsent") == "0");
  CHECK(says(at.anna.ok({"attachments"}), "spazio"));
  CHECK(has(at, at.anna, face));
  at.server.stop();
  at.server.flags = {};
  at.server.start();
  at.anna.ok({"sync"});
  at.bruno.ok({"sync"});
  CHECK(has(at, at.bruno, face));
  at.check_whole();
}

TEST_CASE("blobs: a tablet without room refuses a photo whole, and its record stays as it was",
          "[integration][blob][P2]") {
  if (!SmallDisk::is_possible()) {
    WARN("skipped: no disk of its own can be had here (mount)");
    return;
  }
  Ambito at;
  const SmallTablet cramped(at);
  const Terminal& dora = cramped.dora;
  const std::string face = photo(at, "foto.jpg", 5'000'000);
  for (int time = 0; time < 2; ++time) dora.refused(3, {"attach", at.visit, "files", face});
  CHECK(dora.ask({"attachments"}).at("blobs").as_array().empty());
  CHECK(member(dora.ask({"status"}), "unsent") == "0");
  // What others took does not fit either: the records do.
  at.anna.ok({"attach", at.visit, "files", face});
  at.save("ci sta");
  at.anna.ok({"sync"});
  static_cast<void>(dora.run({"sync"}));
  CHECK(at.shown(dora, "next_step") == "ci sta");
  const std::string small = photo(at, "piccola.jpg", 20'000, 5);
  dora.ok({"attach", at.visit, "signature", small});
  CHECK(has(at, dora, small, "signature"));
}

TEST_CASE("blobs: a dossier that leaves takes its photos along, once they are sent",
          "[integration][blob][P7][P8]") {
  Ambito at;
  const std::string face = photo(at, "foto.jpg", 50'000);
  const std::string late = photo(at, "tardi.png", 60'000, 3);
  at.anna.ok({"attach", at.visit, "files", face});
  at.exchange();
  REQUIRE(has(at, at.bruno, face));
  // Taken from Bruno while he is out, with a photo of his own.
  at.bruno.ok({"attach", at.visit, "signature", late});
  at.server.admin({"deny", "bruno", at.dossier, "--reason", "parente della famiglia"});
  at.bruno.ok({"sync"});
  at.bruno.ok({"sync"});
  CHECK(at.bruno.ask({"attachments"}).at("blobs").as_array().empty());
  CHECK(at.bruno.run({"fetch", at.visit, "files", "-o", at.folder.file("z")}).code != 0);
  CHECK(files_in(fs::path(at.server.data()) / "blobs") == 2);
  CHECK(member(at.bruno.ask({"attachments"}), "to_send") == "0");
  // Carla decides on the late signature, and has it.
  at.carla.ok({"sync"});
  const json::array held = at.carla.ask({"inbox"}).at("entries").as_array();
  REQUIRE(held.size() == 1);
  at.carla.ok({"decide", member(held[0].as_object(), "id"), "--accept"});
  at.carla.ok({"sync"});
  at.carla.ok({"sync"});
  CHECK(has(at, at.carla, late, "signature"));
}

TEST_CASE("blobs: erased, a photo is on no disk any more, and the others stay",
          "[integration][blob][P9]") {
  Ambito at;
  const std::string face = photo(at, "foto.jpg", 50'000);
  at.anna.ok({"attach", at.visit, "files", face});
  const std::string other = member(
      at.anna
          .ask({"add", "visit", "--dossier", at.dossier, "start_at=13/03/2024 15:30", "place=casa",
                "educator=anna"})
          .at("record")
          .as_object(),
      "id");
  const std::string kept = photo(at, "resta.png", 9'000, 9);
  at.anna.ok({"attach", other, "signature", kept});
  at.exchange();
  REQUIRE(has(at, at.bruno, face));
  at.carla.ok({"erase", at.visit, "--reason", "foto di altri", "--for-ever"});
  at.carla.ok({"sync"});
  at.exchange();
  for (const Terminal* who : {&at.anna, &at.bruno, &at.carla}) {
    const json::array left = who->ask({"attachments"}).at("blobs").as_array();
    REQUIRE(left.size() == 1);
    CHECK(member(left[0].as_object(), "record") == other);
    CHECK(who->run({"fetch", at.visit, "files", "-o", at.folder.file("w")}).code != 0);
    CHECK(who->ask({"verify"}).at("sound").as_bool());
  }
  CHECK(files_in(fs::path(at.server.data()) / "blobs") == 1);
}

TEST_CASE("blobs: a server put back from a copy gets its files from copies and from tablets",
          "[integration][blob]") {
  Ambito at;
  const std::string early = photo(at, "prima.jpg", 30'000);
  at.anna.ok({"attach", at.visit, "files", early});
  at.exchange();
  const std::string copy = at.folder.file("copies/insieme.db");
  fs::create_directories(at.folder.file("copies"));
  at.server.admin({"backup", copy});
  CHECK(files_in(at.folder.file("copies/blobs")) == 1);
  const std::string late = photo(at, "dopo.jpg", 31'000, 4);
  at.anna.ok({"attach", at.visit, "signature", late});
  at.exchange();
  at.server.stop();
  fs::remove_all(fs::path(at.server.data()) / "blobs");
  at.server.admin({"restore", copy});
  CHECK(files_in(fs::path(at.server.data()) / "blobs") == 1);
  at.server.start();
  at.exchange();
  at.exchange();
  CHECK(files_in(fs::path(at.server.data()) / "blobs") == 2);
  CHECK(at.server.admin_json({"verify"}).as_object().at("ok").as_bool());
  const Finished doctor =
      run_program("insieme-server", {"--data", at.server.data(), "doctor", "--quick"}, {});
  CHECK(says(doctor.out, "2 photos and files are here"));
  at.check_whole();
}

TEST_CASE("blobs: a record that moves to another family takes its photo along",
          "[integration][blob]") {
  Ambito at;
  const std::string face = photo(at, "foto.jpg", 30'000);
  at.anna.ok({"attach", at.visit, "files", face});
  at.anna.ok({"add", "household", "name=Famiglia Verdi", "commune=Bibbiano"});
  std::string there;
  const json::object opened = at.anna.ask({"open"});
  for (const json::value& one : opened.at("dossiers").as_array()) {
    const std::string id = member(one.as_object(), "id");
    if (id != at.dossier) there = id;
  }
  REQUIRE_FALSE(there.empty());
  at.bruno.ok({"sync"});
  const json::object moved = at.anna.ask({"move", at.visit, there, "--reason", "altra famiglia"});
  const std::string id = member(moved.at("record").as_object(), "id");
  at.anna.ok({"sync"});
  const std::string to = at.folder.file("moved.jpg");
  at.anna.ok({"fetch", id, "files", "-o", to});
  CHECK(bytes_of(to) == bytes_of(face));
  at.carla.ok({"sync"});
  const std::string hers = at.folder.file("hers.jpg");
  at.carla.ok({"fetch", id, "files", "-o", hers});
  CHECK(bytes_of(hers) == bytes_of(face));
}

}  // namespace
}  // namespace insieme::testing
