// The file for whoever helps: a whole office with names, tax codes, addresses and secrets, and none
// of them in it.
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "ambito.hpp"
#include "support/catch.hpp"

namespace insieme::testing {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string small(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

const std::vector<std::string> kNobody{
    // people, of the office and of the family
    "Anna", "Bianchi", "Bruno", "Neri", "Carla", "Verdi", "tablet di", "Rossi", "Mario",
    "RSSMRA85T10A562S", "Bibbiano", "via Roma", "0522 123456", "maria@example.it",
    // places and secrets of the server
    "insieme.example", "tls.key", "passfile", "stick", "192.168.7.20", "fe80::12ab",
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "coop_girasole",
    "Girasole", "Val d'Enza"};

TEST_CASE("bundle: no name, tax code, address, id or secret of an office is in it",
          "[integration][P7]") {
  Ambito at;
  at.anna.ok({"add", "person", "--dossier", at.dossier, "surname=Rossi",
              "given_names=Mario", "codice_fiscale=RSSMRA85T10A562S"});
  at.anna.ok({"sync"});
  at.server.admin({"organizations", "set", "coop_girasole", "--name", "Cooperativa Girasole",
                   "--territories", "Bibbiano"});
  std::ofstream(at.server.data() + "/insieme.conf", std::ios::app)
      << "recovery_key = 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
      << "public_url = https://insieme.example:8443\n"
      << "blob_folder = " << at.folder.file("blobs-di-Carla") << "\n"
      << "siuss_schemas = /media/stick/tls.key\n"
      << "min_free_disk = 1M\n"
      << "role.coop_girasole.sections = core\n";
  std::ofstream(at.server.data() + "/Rossi-copia.txt") << "x";
  const std::string log = at.folder.file("log.txt");
  std::ofstream(log)
      << R"({"ts":"2026-01-31T08:30:00.000Z","level":"error","event":"failure","detail":)"
      << R"("Anna BIANCHI (tablet di anna) di RSSMRA85T10A562S, via Roma 3, 0522 123456, )"
      << R"(maria@example.it, in /media/stick/x: disk I/O error of )" << at.dossier << R"("})"
      << "\n"
      << R"({"ts":"2026-01-31T08:31:00.000Z","level":"error","event":"request","uri":"/x?Rossi",)"
      << R"("status":500,"ms":12,"client":"192.168.7.20","device":")" << at.visit << "\"}\n"
      << R"({"level":"info","event":"start","detail":"fe80::12ab"})" << "\n"
      << "Anna Bianchi, senza JSON\n";
  const std::string file = at.folder.file("aiuto.txt");
  const std::string shown =
      at.server.admin({"doctor", "--quick", "--bundle", file, "--log", log});
  const std::string written = content_of(file);
  REQUIRE_FALSE(written.empty());
  CHECK(shown.starts_with(written));  // seen before it is written
  check_says(written, {"insieme-server  0.1.0", "min_free_disk = 1M", "recovery_key = <set, 64",
                       "people  3", "dossiers  1", "doctor", "disk I/O error", "status 500",
                       "server.db", "database"});
  std::vector<std::string> nobody = kNobody;
  nobody.push_back(at.dossier);
  nobody.push_back(at.dossier.substr(at.dossier.size() - 8));
  nobody.push_back(at.visit);
  nobody.push_back(at.folder.path().string());
  const std::string text = small(written);
  for (const std::string& somebody : nobody) {
    CAPTURE(somebody);
    CHECK(text.find(small(somebody)) == std::string::npos);
  }
  const std::string key = content_of(at.server.data() + "/server.key");
  CHECK(written.find(key.substr(0, 16)) == std::string::npos);
  // Written once; the same name is refused.
  CHECK(run_program("insieme-server",
                    {"doctor", "--quick", "--bundle", file, "--data", at.server.data()}, {})
            .code == 4);
}

TEST_CASE("bundle: whoever telephones sends what their store knows of itself, and nobody is in it",
          "[integration][P7]") {
  Ambito at;
  at.anna.ok({"add", "person", "--dossier", at.dossier, "surname=Rossi", "given_names=Mario",
              "codice_fiscale=RSSMRA85T10A562S"});
  const std::string well = at.anna.ok({"doctor"});
  check_says(well, {"ok", "si apre", "modifiche da inviare"});
  const std::string file = at.folder.file("aiuto.txt");
  const std::string shown = at.anna.ok({"doctor", "--bundle", file});
  const std::string written = content_of(file);
  REQUIRE_FALSE(written.empty());
  CHECK(shown.starts_with(written));  // seen before it is written
  check_says(written, {"insieme  0.1.0", "rules  version", "store.key", "dossiers  1", "unsent  ",
                       "enrolled  yes", "server by  http", "== last errors", "(none)"});
  std::vector<std::string> nobody = kNobody;
  nobody.push_back(at.dossier);
  nobody.push_back(at.dossier.substr(at.dossier.size() - 8));
  nobody.push_back(at.visit);
  nobody.push_back(at.folder.path().string());
  nobody.push_back(std::to_string(at.server.port()));
  const std::string text = small(written);
  for (const std::string& somebody : nobody) {
    CAPTURE(somebody);
    CHECK(text.find(small(somebody)) == std::string::npos);
  }
  CHECK(written.find(content_of(at.anna.store() + ".key").substr(0, 16)) == std::string::npos);
  // Written once; the same name is refused.
  check_says(at.anna.refused(2, {"doctor", "--bundle", file}), {"c'è già"});
  CHECK(content_of(file) == written);
}

TEST_CASE("bundle: a tablet that is refused, and a store that does not open, say so and what to do",
          "[integration]") {
  Ambito at;
  at.anna.ok({"sync"});
  const json::array devices = at.server.admin_json({"devices"}).as_array();
  for (const json::value& one : devices) {
    if (member(one.as_object(), "account") == "anna") {
      at.server.admin({"revoke", member(one.as_object(), "device")});
    }
  }
  static_cast<void>(at.anna.run({"sync"}));
  const Finished ill = at.anna.run({"doctor"});
  CHECK(ill.code == 5);
  check_says(ill.out, {"fault", "revocato", "coordinatore"});
  const std::string refused = at.folder.file("revocata.txt");
  at.anna.ok({"doctor", "--bundle", refused});
  check_says(content_of(refused), {"fault  server", "server  "});
  // Another key: as if the store were somebody else's, or damaged.
  std::ofstream(at.bruno.store() + ".key") << std::string(64, '1') << "\n";
  CHECK(at.bruno.run({"doctor"}).code == 5);
  const std::string closed = at.folder.file("chiuso.txt");
  at.bruno.ok({"doctor", "--bundle", closed});
  check_says(content_of(closed), {"it does not open", "fault  store", "store.key"});
  const json::value told = json::parse(at.bruno.run({"--json", "doctor"}).out);
  CHECK_FALSE(told.at("ok").as_bool());
}

}  // namespace
}  // namespace insieme::testing
