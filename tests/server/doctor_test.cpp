// What the doctor sees, and what it says is to be done.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>

#include "insieme/sqlite/connection.hpp"
#include "insieme/sync/protocol.hpp"
#include "operator.hpp"
#include "support/cli_runner.hpp"

using namespace insieme::testing;
namespace fs = std::filesystem;

namespace {

struct Patient : Operator {
  Patient() { REQUIRE(run({"init", "--name", "X"}).code == 0); }

  struct Seen {
    int code = 0;
    bool ok = false;
    std::map<std::string, json::object> checks;

    [[nodiscard]] std::string state(const std::string& check) const {
      const auto at = checks.find(check);
      return at == checks.end() ? "" : std::string(at->second.at("state").as_string());
    }
    [[nodiscard]] std::string advice(const std::string& check) const {
      return std::string(checks.at(check).at("advice").as_string());
    }
  };
  [[nodiscard]] Seen look(Words more = {}) const {
    more.insert(more.begin(), "doctor");
    more.push_back("--json");
    const Finished finished = run(more);
    CAPTURE(finished.out, finished.err);
    const json::object report = json::parse(finished.out).as_object();
    Seen seen;
    seen.code = finished.code;
    seen.ok = report.at("ok").as_bool();
    CHECK(seen.ok == (seen.code == 0));
    CHECK((seen.code == 0 || seen.code == 6));
    for (const json::value& one : report.at("checks").as_array()) {
      const json::object& check = one.as_object();
      const std::string state(check.at("state").as_string());
      CHECK_FALSE(check.at("says").as_string().empty());
      // Whatever is not well has something to be done about it.
      CHECK((state == "ok") == check.at("advice").as_string().empty());
      seen.checks[std::string(check.at("check").as_string())] = check;
    }
    return seen;
  }
  void set(const std::string& line) const {
    std::ofstream(data + "/insieme.conf") << line << "\n";
  }
  /// A certificate made here, valid from `days_ago` for `days`.
  [[nodiscard]] bool certify(const std::string& name, int days) const {
    const Finished made = run_program(
        "/usr/bin/env", {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                         "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                         dir.file(name + ".key"), "-out", dir.file(name + ".pem"), "-days",
                         std::to_string(days), "-subj", "/CN=localhost"}, {});
    if (made.code != 0) WARN("skipped: no openssl to make certificates with");
    return made.code == 0;
  }
  void use(const std::string& name) const {
    set("tls_certificate = " + dir.file(name + ".pem") + "\ntls_key = " + dir.file(name + ".key"));
  }
};

}  // namespace

TEST_CASE("doctor: a server in good order is well", "[server][process]") {
  const Patient at;
  at.set("dev = yes");
  const auto fresh = at.look();
  for (const char* check : {"folder", "key", "settings", "disk", "schema", "database", "digests",
                            "backup", "quota", "time", "devices"}) {
    CAPTURE(check);
    CHECK(fresh.state(check) == "ok");
  }
  CHECK(fresh.state("sealing") == "warning");
  CHECK(fresh.code == 0);
  CHECK(at.look({"--quick"}).checks.count("digests") == 0);
  at.set("dev = yes\nbackup_keys = " + std::string(64, 'a'));
  CHECK(at.look({"--quick"}).state("sealing") == "ok");
  const Finished words = at.run({"doctor"});
  CHECK(words.code == 0);
  CHECK(says(words.out, "its pages are whole"));
}

TEST_CASE("doctor: a backup grows old, and time should not run backwards", "[server][process]") {
  const Patient at;
  at.set("dev = yes");
  const auto change = [&at](const std::string& sql) {
    insieme::sqlite::OpenOptions options;
    options.path = at.data + "/server.db";
    insieme::sqlite::Connection::open(options).execute(sql);
  };
  const auto state = [&at](const char* check) { return at.look({"--quick"}).state(check); };
  change("UPDATE spaces SET position = 7");  // something to lose
  const auto never = at.look({"--quick"});
  CHECK(never.state("backup") == "fault");
  CHECK(says(never.advice("backup"), "every day"));
  REQUIRE(at.run({"note-backup", "7"}).code == 0);
  CHECK(state("backup") == "ok");
  change("UPDATE audit SET at_ms = at_ms - 27 * 3600000");
  CHECK(state("backup") == "warning");
  REQUIRE(at.run({"note-backup", "7"}).code == 0);  // nothing new in it, and it was made
  CHECK(state("backup") == "ok");
  change("UPDATE audit SET at_ms = at_ms - 8 * 86400000");
  CHECK(state("backup") == "fault");
  CHECK(state("time") == "ok");
  change("UPDATE audit SET at_ms = at_ms + 30 * 86400000");
  CHECK(state("time") == "fault");
}

TEST_CASE("doctor: tablets that speak an older protocol are named, here and in the list of devices",
          "[server][process]") {
  const Patient at;
  at.set("dev = yes");
  const auto speaks = [&at](const std::string& version) {
    insieme::sqlite::OpenOptions options;
    options.path = at.data + "/server.db";
    const std::string now =
        std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(
                           std::chrono::system_clock::now().time_since_epoch())
                           .count());
    insieme::sqlite::Connection::open(options).execute(
        "INSERT OR REPLACE INTO devices(space, device, account, name, public_key, enrolled_ms,"
        " last_sync_ms, revoke_reason, protocol) VALUES(1, x'000102030405060708090a0b0c0d0e0f',"
        " 'anna', 'tablet blu', zeroblob(32), " + now + ", " + now + ", '', " + version + ")");
  };
  const auto health = [&at] {
    const Finished said = at.run({"device", "list", "--json"});
    CAPTURE(said.err);
    REQUIRE(said.code == 0);
    return std::string(json::parse(said.out).at(0).at("health").as_string());
  };
  const std::string newest = std::to_string(insieme::sync::kProtocolVersion);
  speaks(newest);
  CHECK(at.look({"--quick"}).checks.count("programs") == 0);
  CHECK(health() == "ok");
  speaks(std::to_string(insieme::sync::kProtocolVersion - 1));
  const auto old = at.look({"--quick"});
  CHECK(old.state("programs") == "warning");
  CHECK(old.code == 0);
  CHECK(says(old.advice("programs"), "go on sending"));
  CHECK(says(at.run({"doctor", "--quick"}).out, "anna (tablet blu: "));
  CHECK(health() == "old program");
}

TEST_CASE("doctor: folder, key and settings", "[server][process]") {
  const Patient at;
  CHECK(at.look().state("settings") == "fault");  // neither TLS nor proxy nor dev
  at.set("dev = yes");
  fs::permissions(at.data, fs::perms::owner_all | fs::perms::others_read);
  const auto open = at.look();
  CHECK(open.state("folder") == "fault");
  CHECK(says(open.advice("folder"), "chmod go= "));
  fs::permissions(at.data, fs::perms::owner_all);
  const std::string key = at.data + "/server.key";
  fs::permissions(key, fs::perms::group_read, fs::perm_options::add);
  CHECK(says(at.look().advice("folder"), "chmod go= " + key));
  fs::permissions(key, fs::perms::group_read, fs::perm_options::remove);
  fs::rename(at.data + "/server.key", at.dir.file("key"));
  const auto keyless = at.look();
  CHECK(keyless.state("key") == "fault");
  CHECK(says(keyless.advice("key"), "Never make a new one"));
  CHECK(keyless.state("database") == "fault");
  fs::rename(at.dir.file("key"), at.data + "/server.key");
  CHECK(at.look().ok);
  const Patient nowhere;
  fs::remove_all(nowhere.data);
  CHECK(nowhere.look().state("folder") == "fault");
}

TEST_CASE("doctor: a disk that fills, a quota that fills", "[server][process]") {
  const Patient at;
  at.set("dev = yes\nmin_free_disk = 900000G");
  const auto full = at.look();
  CHECK(full.state("disk") == "fault");
  CHECK(says(full.advice("disk"), "Nothing is lost"));
  CHECK(full.code == 6);
  at.set("dev = yes\nmax_log_bytes = 1G");
  CHECK(at.look().state("quota") == "ok");
}

TEST_CASE("doctor: certificates that end, and that do not fit their key", "[server][process]") {
  const Patient at;
  if (!at.certify("good", 300) || !at.certify("soon", 5)) return;
  at.use("good");
  CHECK(at.look().state("certificate") == "ok");
  CHECK(at.look().state("tls") == "ok");
  at.use("soon");
  const auto soon = at.look();
  CHECK(soon.state("certificate") == "warning");
  CHECK(soon.code == 0);
  CHECK(says(soon.advice("certificate"), "reload"));
  at.set("tls_certificate = " + at.dir.file("good.pem") + "\ntls_key = " +
         at.dir.file("soon.key"));
  CHECK(at.look().state("tls") == "fault");
  at.set("tls_certificate = " + at.dir.file("manca.pem") + "\ntls_key = " +
         at.dir.file("soon.key"));
  CHECK(at.look().state("certificate") == "fault");
}

TEST_CASE("doctor: damage is found, and what to do about it said", "[server][process]") {
  const Patient at;
  at.set("dev = yes");
  REQUIRE(at.run({"users", "add", "anna", "--name", "A", "--role", "educator"}).code == 0);
  {
    std::fstream file(at.data + "/server.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(0);
    file << std::string(100, 'x');
  }
  const auto broken = at.look();
  CHECK(broken.state("database") == "fault");
  CHECK(says(broken.advice("database"), "restore"));
  CHECK(broken.code == 6);
}

TEST_CASE("doctor: it looks while the server works", "[server][process]") {
  const Patient at;
  at.set("dev = yes");
  const ServerProcess server(at.data);
  CHECK(at.look().ok);
  CHECK(http_once(server.port(), http_request("GET", "/status")).status == 200);
}
