// A virus scanner behind a real server: what reaches a colleague's tablet, what people are told.
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "ambito.hpp"
#include "support/catch.hpp"
#include "support/server_process.hpp"

namespace insieme::testing {
namespace {

/// In two parts, so that no scanner finds it in this file.
const std::string kEicar = std::string("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-") +
                           "ANTIVIRUS-TEST-FILE!$H+H*";
constexpr const char* kLikeClamdscan =
    "if grep -q 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE'; then\n"
    "  echo 'stdin: Eicar-Test-Signature FOUND'; exit 1\n"
    "fi\nexit 0";

struct Guarded : Ambito {
  Guarded() {
    server.flags = {"--blob-scan", scanner(), "--blob-scan-timeout", "1s"};
  }
  [[nodiscard]] std::string scanner() const { return folder.file("scanner"); }
  void become(const std::string& body) const {
    std::ofstream(scanner()) << "#!/bin/sh\n" << body << "\n";
    REQUIRE(::chmod(scanner().c_str(), 0700) == 0);
  }
  std::string file(const std::string& name, const std::string& content) const {
    std::ofstream(folder.file(name), std::ios::binary) << content;
    return folder.file(name);
  }
  [[nodiscard]] std::int64_t count(const char* what) const {
    return server.admin_json({"scan"}).as_object().at(what).to_number<std::int64_t>();
  }
  /// Until so many were looked at; a test that hangs is ended by ctest.
  void wait_for(const char* what, std::int64_t wanted) const {
    while (count(what) != wanted) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
};

}  // namespace

TEST_CASE("scan: a clean file reaches a colleague, one with a virus nobody, and all are told",
          "[integration][blob][scan]") {
  Guarded at;
  at.become(kLikeClamdscan);
  at.server.restart();
  at.anna.ok({"attach", at.visit, "files", at.file("bolletta.pdf", kEicar)});
  at.anna.ok({"attach", at.visit, "signature", at.file("firma.png", std::string(30'000, 'x'))});
  at.anna.ok({"sync"});
  at.wait_for("clean", 1);
  at.wait_for("infected", 1);
  const std::string said = at.bruno.ok({"sync"});
  CHECK(says(said, "ricevuti 1"));
  CHECK(says(said, "virus"));
  CHECK(says(at.bruno.ok({"attachments"}), "In questo file è stato trovato un virus"));
  const std::string to = at.folder.file("fetched");
  CHECK(at.bruno.run({"fetch", at.visit, "signature", "-o", to}).code == 0);
  CHECK(at.bruno.run({"fetch", at.visit, "files", "-o", to + "2"}).code != 0);
  CHECK(at.anna.run({"fetch", at.visit, "files", "-o", to + "3"}).code == 0);  // her own
  // Whoever runs the server.
  CHECK(says(at.server.admin({"scan"}), "INFECTED"));
  CHECK(says(at.server.admin({"scan"}), "anna"));
  CHECK(says(at.server.admin({"audit", "--action", "file.infected"}), "Eicar-Test-Signature"));
  CHECK(says(http_once(at.server.port(), http_request("GET", "/metrics")).body,
             "\ninsieme_blobs_infected 1\n"));
  at.check_whole();
}

TEST_CASE("scan: a scanner that hangs, crashes or is missing delays files and no record",
          "[integration][blob][scan][P1]") {
  Guarded at;
  std::int64_t failed = 0;
  const std::vector<std::string> broken{"sleep 1000", "kill -SEGV $$", ""};
  for (const std::string& body : broken) {
    CAPTURE(body);
    if (body.empty()) {
      std::filesystem::remove(at.scanner());
    } else {
      at.become(body);
    }
    at.server.restart();
    const std::string name = "foto-" + std::to_string(failed) + ".jpg";
    at.anna.ok({"attach", at.visit, "files", at.file(name, std::string(10'000, 'a') + name)});
    at.save("scritto mentre non funziona " + std::to_string(failed));
    CHECK(says(at.anna.ok({"sync"}), "inviati 1"));
    at.wait_for("failed", ++failed);
    const std::string said = at.bruno.ok({"sync"});
    CHECK(says(said, "non ha ancora controllato"));
    CHECK_FALSE(says(said, "ricevuti 1"));
    CHECK(member(at.bruno.ask({"status"}), "unsent") == "0");
  }
  const json::value seen = at.server.admin_json({"scan"});
  CHECK(says(json::serialize(seen), "signal 11"));
  CHECK(says(json::serialize(seen), "longer than 1 s"));
  // Mended: the operator lets all be looked at anew.
  at.become(kLikeClamdscan);
  at.server.admin({"scan", "again"});
  at.server.restart();
  at.wait_for("clean", 3);
  CHECK(says(at.bruno.ok({"sync"}), "ricevuti 3"));
  at.check_whole();
}

}  // namespace insieme::testing
