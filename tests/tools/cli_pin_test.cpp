// The PIN at a terminal, and the whole way back for whoever forgot it, through real programs.
#include <signal.h>

#include <fstream>

#include "support/catch.hpp"
#include "support/cli_runner.hpp"
#include "support/doomed.hpp"

namespace insieme::testing {
namespace {

struct At {
  TestFolder folder;
  Terminal anna{folder.path(), "anna"};

  At() { anna.ok({"init"}); }
  void protect(const std::string& pin) {
    anna.environment["INSIEME_NEW_PIN"] = pin;
    anna.ok({"pin", "set"});
    anna.environment["INSIEME_PIN"] = pin;
  }
  [[nodiscard]] std::int64_t failed() {
    return anna.ask({"pin", "status"}).at("failed").to_number<std::int64_t>();
  }
  [[nodiscard]] bool opens_with(const std::string& pin) {
    anna.environment["INSIEME_PIN"] = pin;
    return anna.run({"status"}).code == 0;
  }
};

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_CASE("cli: a PIN is set, changed and removed; in between nothing opens without it",
          "[cli][pin]") {
  At at;
  at.anna.ok({"add", "household", "name=Famiglia Bassi", "commune=Bibbiano"});
  at.anna.environment["INSIEME_NEW_PIN"] = "123456";
  CHECK(says(at.anna.refused(2, {"pin", "set"}), "si indovina subito"));
  const std::string former = content_of(at.anna.store() + ".key");
  at.protect("407319");
  const std::string kept = content_of(at.anna.store() + ".key");
  CHECK(former != kept);
  CHECK(says(at.anna.ok({"list", "household"}), "Famiglia Bassi"));
  CHECK(says(at.anna.refused(2, {"pin", "set"}), "insieme pin change"));
  CHECK_FALSE(at.opens_with("407318"));
  at.anna.environment.erase("INSIEME_PIN");
  CHECK(says(at.anna.refused(3, {"status"}), "chiuso da un PIN"));
  CHECK(at.failed() == 1);
  CHECK(says(at.anna.ok({"pin", "status"}), "Sbagliato di seguito: 1."));
  at.anna.environment["INSIEME_PIN"] = "407319";
  at.anna.environment["INSIEME_NEW_PIN"] = "gatto nero 7";
  const std::string store = content_of(at.anna.store());
  at.anna.ok({"pin", "change"});
  CHECK(content_of(at.anna.store() + ".key") == kept);
  CHECK_FALSE(at.opens_with("407319"));
  CHECK(at.opens_with("gatto nero 7"));
  at.anna.ok({"pin", "remove"});
  CHECK(content_of(at.anna.store() + ".key") == former);
  at.anna.environment.erase("INSIEME_PIN");
  CHECK(says(at.anna.ok({"pin", "status"}), "Nessun PIN"));
  CHECK(says(at.anna.ok({"list", "household"}), "Famiglia Bassi"));
}

TEST_CASE("cli: with a key from the environment no PIN is set: what is to be kept has no place",
          "[cli][pin]") {
  At at;
  at.anna.environment["INSIEME_KEY"] = content_of(at.anna.store() + ".key").substr(0, 64);
  at.anna.environment["INSIEME_NEW_PIN"] = "407319";
  CHECK(says(at.anna.refused(2, {"pin", "set"}), "--key-file"));
  at.anna.ok({"status"});
}

TEST_CASE("cli: a forgotten PIN is answered by the holder of the recovery key, and nothing is lost",
          "[cli][pin][P2]") {
  At at;
  OfficeServer server(at.folder.path());
  const std::string secret = at.folder.file("recovery.key");
  const json::value made = server.admin_json({"recovery", "keygen", "--out", secret});
  const std::string key = member(made.as_object(), "recovery_key");
  server.kill();
  server.flags = {"--recovery-key", key, "--pin-required"};
  server.start();
  server.admin({"users", "add", "anna", "--name", "Anna Rossi", "--role", "educator"});
  CHECK(says(at.anna.ok({"enrol", server.invitation("anna"), "--name", "tablet di Anna"}),
             "Questo spazio chiede un PIN"));
  at.anna.ok({"add", "household", "name=Famiglia Bassi", "commune=Bibbiano"});
  at.protect("407319");
  CHECK(says(at.anna.refused(2, {"pin", "remove"}), "non toglierlo"));
  at.anna.environment.erase("INSIEME_PIN");
  const std::string request = member(at.anna.ask({"pin", "recover"}), "request");
  const auto answered = [&](Words more = {}) {
    Words words{"recovery", "answer", request, "--key", secret};
    words.insert(words.end(), more.begin(), more.end());
    return server.admin_json(words).as_object();
  };
  const json::object answer = answered();
  CHECK(member(answer, "account") == "anna");
  CHECK(member(answer, "name") == "tablet di Anna");
  CHECK(member(answer, "answer").size() == 49);
  at.anna.environment["INSIEME_NEW_PIN"] = "530847";
  std::string wrong = member(answer, "answer");
  wrong[0] = wrong[0] == '1' ? '2' : '1';
  CHECK(says(at.anna.refused(2, {"pin", "recover", wrong}), "cifra per cifra"));
  at.anna.ok({"pin", "recover", member(answer, "answer")});
  CHECK(at.opens_with("530847"));
  CHECK(says(at.anna.ok({"list", "household"}), "Famiglia Bassi"));
  at.anna.ok({"sync"});
  at.anna.refused(2, {"pin", "recover", member(answer, "answer")});
}

TEST_CASE("cli: a revoked tablet's request is answered only if that is really meant",
          "[cli][pin][P1]") {
  At at;
  OfficeServer server(at.folder.path());
  const std::string secret = at.folder.file("recovery.key");
  server.admin({"recovery", "keygen", "--out", secret});
  const Finished again = run_program(
      "insieme-server", {"--data", server.data(), "recovery", "keygen", "--out", secret}, {});
  CHECK(again.code == 4);  // never in the place of another
  server.kill();
  const std::string seed = content_of(secret);
  const json::value other =
      server.admin_json({"recovery", "keygen", "--out", at.folder.file("other.key")});
  server.environment["INSIEME_RECOVERY_KEY"] = member(other.as_object(), "recovery_key");
  server.start();
  server.admin({"users", "add", "anna", "--name", "Anna Rossi", "--role", "educator"});
  at.anna.ok({"enrol", server.invitation("anna")});
  at.protect("407319");
  const std::string request = member(at.anna.ask({"pin", "recover"}), "request");
  const json::value devices = server.admin_json({"devices"});
  const json::object& device = devices.as_array()[0].as_object();
  server.admin({"revoke", member(device, device.contains("device") ? "device" : "id"), "--reason",
                "perso"});
  const auto answer = [&](const std::string& key, const std::string& text, Words more = {}) {
    Words words{"--data", server.data(), "recovery", "answer", text, "--key", key};
    words.insert(words.end(), more.begin(), more.end());
    return run_program("insieme-server", words, {});
  };
  CHECK(says(answer(at.folder.file("other.key"), request).err, "is revoked (perso)"));
  CHECK(answer(at.folder.file("other.key"), request, {"--despite-revoked"}).code == 0);
  // What the server thinks of the tablet stops sending, never work (P1).
  at.anna.ok({"add", "household", "name=Famiglia Bassi", "commune=Bibbiano"});
  at.anna.refused(4, {"sync"});
  CHECK(at.opens_with("407319"));
  CHECK(says(answer(secret, request).err, "another recovery key"));
  std::string mistyped = request;
  mistyped[1] = mistyped[1] == '0' ? '1' : '0';
  CHECK(says(answer(secret, mistyped).err, "mistyped"));
  CHECK(says(answer(secret, "ABCD").err, "168 digits"));
}

bool can_watch() {
  if (Doomed::is_possible()) return true;
  WARN("skipped: this system lets no program watch another (ptrace)");
  return false;
}

TEST_CASE("cli: a wrong PIN is counted whenever the program is killed before it says a word",
          "[cli][pin]") {
  if (!can_watch()) return;
  At at;
  at.protect("407319");
  at.anna.environment["INSIEME_PIN"] = "407318";
  std::uint64_t places = 0;
  {
    Doomed run("insieme", {"status"}, at.anna.environment);
    CHECK(run.wait().code == 3);
    places = run.calls();
  }
  REQUIRE(places >= 4);  // two slots written, two made durable
  CHECK(at.failed() == 1);
  CHECK(at.opens_with("407319"));
  at.anna.environment["INSIEME_PIN"] = "407318";
  std::size_t counted = 0;
  for (std::uint64_t n = 1; n <= places && counted < 4; ++n) {
    CAPTURE(n, places);
    const std::int64_t before = at.failed();
    const Finished died = run_doomed("insieme", {"status"}, at.anna.environment, n);
    REQUIRE(died.code == -SIGKILL);
    const std::int64_t now = at.failed();
    // Nothing was told yet, so at most one more may be counted; what was told was counted.
    CHECK((now == before || now == before + 1));
    if (died.err.find("PIN") != std::string::npos) CHECK(now == before + 1);
    counted += static_cast<std::size_t>(now - before);
  }
  CHECK(counted > 0);
  CHECK(at.opens_with("407319"));
  CHECK(at.failed() == 0);
}

/// Walks over the places where the command may die, twenty of them; after each the store opens with
/// the old or the new PIN, and the command can be given again.
void die_everywhere(const Words& words, const std::string& before, const std::string& after) {
  TestFolder folder;
  std::uint64_t places = 1;
  std::uint64_t step = 1;
  for (std::uint64_t n = 0; n <= places; n += step) {
    Terminal who(folder.path(), "a" + std::to_string(n));
    who.ok({"init"});
    if (!before.empty()) {
      who.environment["INSIEME_NEW_PIN"] = before;
      who.ok({"pin", "set"});
    }
    if (!before.empty()) who.environment["INSIEME_PIN"] = before;
    if (!after.empty()) who.environment["INSIEME_NEW_PIN"] = after;
    Doomed run("insieme", words, who.environment, n);
    const Finished ended = run.wait();
    CAPTURE(words, n, places, ended.out, ended.err);
    if (n == 0) {
      REQUIRE(ended.code == 0);
      places = run.calls();
      step = places / 20 + 1;
      continue;
    }
    const auto opens = [&who](const std::string& pin) {
      who.environment.erase("INSIEME_PIN");
      if (!pin.empty()) who.environment["INSIEME_PIN"] = pin;
      return who.run({"status"}).code == 0;
    };
    const bool is_old = opens(before);
    const bool is_new = opens(after);
    CHECK((is_old || is_new));
    if (ended.code == 0) CHECK(is_new);
  }
  CHECK(places > 4);
}

TEST_CASE("cli: setting, changing or removing a PIN may die anywhere: the old or the new one opens",
          "[cli][pin][P2]") {
  if (!can_watch()) return;
  die_everywhere({"pin", "set"}, "", "407319");
  die_everywhere({"pin", "change"}, "407319", "530847");
  die_everywhere({"pin", "remove"}, "407319", "");
}

}  // namespace
}  // namespace insieme::testing
