// People enrol with a name and a password of the server's own: the real server, the real command
// line, and curl for whoever guesses.
#include <fstream>
#include <regex>

#include "support/catch.hpp"
#include "support/cli_runner.hpp"

namespace insieme::testing {
namespace {

const std::string kOwn = "tre parole facili";

struct Office {
  TestFolder folder;
  OfficeServer server{folder.path()};
  std::string url = "http://127.0.0.1:" + std::to_string(server.port());

  Office() { server.admin({"users", "add", "anna", "--name", "Anna Rossi", "--role", "educator"}); }
  [[nodiscard]] std::string first_password(const Words& more = {}) const {
    Words words{"account", "new", "anna"};
    words.insert(words.end(), more.begin(), more.end());
    return member(server.admin_json(words).as_object(), "first_password");
  }
  [[nodiscard]] Terminal terminal(const std::string& name) const {
    Terminal made(folder.path(), name);
    made.ok({"init"});
    return made;
  }
  [[nodiscard]] Words enrolment() const {
    return {"enrol", "--sign-in", "--account", "anna", "--password-stdin", "--server", url};
  }
  [[nodiscard]] HttpAnswer post(const char* path, const std::string& body) const {
    return http_once(server.port(), http_request("POST", path, body,
                                                 "Content-Type: application/json\r\n"));
  }
};

}  // namespace

TEST_CASE("account: a person enrols with a first password, and with their own ever after",
          "[integration][account][P1]") {
  const Office office;
  const Terminal tablet = office.terminal("tablet");
  // Before there is anybody with a password: an invitation is needed, in words.
  CHECK(says(tablet.run(office.enrolment(), "x\n").err, "serve un invito"));
  const std::string first = office.first_password();
  const Finished enrolled = tablet.run(office.enrolment(), first + "\n" + kOwn + "\n");
  INFO(enrolled.err);
  REQUIRE(enrolled.code == 0);
  CHECK(says(enrolled.out, "Anna Rossi"));
  tablet.ok({"sync"});
  const Terminal other = office.terminal("other");
  const Finished refused = other.run(office.enrolment(), first + "\n");
  CHECK(refused.code != 0);
  CHECK(says(refused.err, "non sono giusti"));
  CHECK(other.run(office.enrolment(), kOwn + "\n").code == 0);
  CHECK(office.server.admin_json({"devices"}).as_array().size() == 2);
  // Whoever is enrolled goes on when signing in is taken away.
  office.server.admin({"account", "disable", "anna"});
  tablet.ok({"sync"});
  CHECK(other.run({"account", "anna", "--change", "password", "--password-stdin"},
                  kOwn + "\naltre parole ancora\n").code != 0);
}

TEST_CASE("account: a password is changed at the terminal, without enrolling anything",
          "[integration][account]") {
  const Office office;
  const Terminal tablet = office.terminal("tablet");
  REQUIRE(tablet.run(office.enrolment(), office.first_password() + "\n" + kOwn + "\n").code == 0);
  const Words change{"account", "anna", "--change", "password", "--password-stdin"};
  CHECK(tablet.run(change, kOwn + "\ncorta\n").code != 0);
  const Finished changed = tablet.run(change, kOwn + "\naltre parole ancora\n");
  INFO(changed.err);
  CHECK(changed.code == 0);
  CHECK(tablet.run(change, kOwn + "\n").code != 0);
  CHECK(office.server.admin_json({"devices"}).as_array().size() == 1);
}

TEST_CASE("account: an app of codes is set up, and shown beside the answer with its recovery codes",
          "[integration][account]") {
  const Office office;
  const Terminal tablet = office.terminal("tablet");
  // The code is not known before the secret is: this one is wrong, and said so.
  const std::string first = office.first_password({"--totp"});
  const Finished asked = tablet.run(office.enrolment(), first + "\n" + kOwn + "\n000000\n");
  CHECK(asked.code != 0);
  const std::regex address("otpauth://totp/[^ ]*:anna\\?secret=[A-Z2-7]{32}&");
  CHECK(std::regex_search(asked.err, address));
  CHECK(says(asked.err, "non sono giusti"));
  const auto listed = office.server.admin_json({"account"}).at("accounts").as_array();
  REQUIRE(listed.size() == 1);
  CHECK(listed.front().at("totp_required").as_bool());
  CHECK_FALSE(listed.front().at("totp").as_bool());
}

TEST_CASE("account: guessing over HTTP ends in a wait that a restart does not end",
          "[integration][account][P7]") {
  Office office;
  static_cast<void>(office.first_password());
  const auto guess = [&](const std::string& name) {
    return office.post("/v1/sign-in/account",
                       R"({"challenge":")" + std::string(64, 'a') + R"(","name":")" + name +
                           R"(","password":"sbagliata!"})");
  };
  std::string wrong;
  for (const char* name : {"anna", "nessuno"}) {
    for (int i = 0; i < 5; ++i) {
      const HttpAnswer answer = guess(name);
      CHECK(answer.status == 403);
      if (wrong.empty()) wrong = answer.body;
      CHECK(answer.body == wrong);
    }
  }
  const HttpAnswer locked = guess("anna");
  CHECK(locked.status == 429);
  CHECK(std::stoi(locked.headers.at("retry-after")) > 0);
  CHECK(guess("nessuno").body == locked.body);
  office.server.restart();
  CHECK(guess("anna").status == 429);
  office.server.admin({"account", "unlock", "anna"});
  CHECK(guess("anna").status == 403);
  CHECK(guess("nessuno").status == 429);
}

TEST_CASE("account: neither log nor database nor metrics hold what was typed",
          "[integration][account]") {
  Office office;
  const std::string first = office.first_password();
  office.server.stop();
  const std::string log = office.folder.file("log");
  {
    processes::Running server;
    static_cast<void>(server.start(
        Launch("insieme-server",
               {"serve", "--data", office.server.data(), "--dev", "--listen",
                "127.0.0.1:" + std::to_string(office.server.port()), "--log-level", "trace"},
               {}),
        log));
    const Terminal tablet = office.terminal("tablet");
    REQUIRE(tablet.run(office.enrolment(), first + "\n" + kOwn + "\n").code == 0);
    static_cast<void>(tablet.run(office.enrolment(), "un segreto sbagliato\n"));
    const std::string counted =
        http_once(office.server.port(), http_request("GET", "/metrics")).body;
    CHECK(says(counted, "insieme_sign_in_steps_total{outcome=\"right\"} 2"));
    CHECK(says(counted, "insieme_sign_in_steps_total{outcome=\"wrong\"} 1"));
    CHECK_FALSE(says(counted, "anna"));
  }
  std::ifstream stream(log);
  const std::string said{std::istreambuf_iterator<char>(stream), {}};
  CHECK(says(said, "/v1/sign-in/account"));
  for (const std::string& secret : {first, kOwn, std::string("segreto sbagliato")}) {
    CHECK_FALSE(says(said, secret));
  }
  // Nor the database: no byte of it is the password, or the invitation that came of it.
  const Finished found = run_program(
      "/usr/bin/env", {"grep", "-rlF", kOwn, office.server.data()}, {});
  CHECK(found.code == 1);
}

}  // namespace insieme::testing
