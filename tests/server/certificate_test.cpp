// TLS as a stranger sees it, with the openssl program: what is offered, and a certificate that is
// renewed while the server runs.
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "operator.hpp"
#include "support/cli_runner.hpp"

using namespace insieme::testing;
namespace fs = std::filesystem;

namespace {

Finished openssl(Words words, const std::string& input = {}) {
  words.insert(words.begin(), "openssl");
  return run_program("/usr/bin/env", words, {}, input);
}

struct Secured {
  TempDir dir;
  std::string certificate = dir.file("tls.pem");
  std::string key = dir.file("tls.key");
  std::unique_ptr<ServerProcess> server;

  [[nodiscard]] bool is_possible() {
    if (openssl({"version"}).code == 0) return true;
    WARN("skipped: there is no openssl program");
    return false;
  }
  void issue(const std::string& name) const {
    const Finished made = openssl(
        {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", dir.file("new.key"), "-out", dir.file("new.pem"), "-days", "30", "-subj",
         "/CN=" + name});
    REQUIRE(made.code == 0);
    fs::rename(dir.file("new.key"), key);
    fs::rename(dir.file("new.pem"), certificate);
  }
  /// Another certificate of the key that is there.
  void renew(const std::string& name) const {
    const Finished made = openssl({"req", "-x509", "-new", "-key", key, "-out",
                                   dir.file("new.pem"), "-days", "30", "-subj", "/CN=" + name});
    REQUIRE(made.code == 0);
    fs::rename(dir.file("new.pem"), certificate);
  }
  void serve() {
    server = std::make_unique<ServerProcess>(
        dir.file("data"), Words{"--tls-certificate", certificate, "--tls-key", key});
  }
  /// What is said on a new connection, with these options of s_client.
  [[nodiscard]] std::string connect(Words more = {}, const std::string& said = {}) const {
    more.insert(more.begin(), {"s_client", "-ign_eof", "-connect",
                               "127.0.0.1:" + std::to_string(server->port())});
    const Finished finished = openssl(more, said.empty() ? get("/status") : said);
    return finished.out + finished.err;
  }
  [[nodiscard]] static std::string get(const std::string& path) {
    return http_request("GET", path, "", "Connection: close\r\n");
  }
};

}  // namespace

TEST_CASE("certificate: TLS 1.2 and 1.3, forward secrecy, and nothing older",
          "[server][process][tls]") {
  Secured at;
  if (!at.is_possible()) return;
  at.issue("uno");
  at.serve();
  const std::string answered = "HTTP/1.1 200 OK";
  CHECK(says(at.connect({"-tls1_3"}), answered));
  CHECK(says(at.connect({"-tls1_2"}), answered));
  CHECK(says(at.connect({"-tls1_2"}), "Strict-Transport-Security: max-age=31536000"));
  for (const Words& options : {Words{"-tls1_1"}, Words{"-tls1"}}) {
    CAPTURE(options);
    const std::string said = at.connect(options);
    CHECK_FALSE(says(said, answered));
    CHECK(says(said, "Cipher is (NONE)"));
  }
  // Of 1.2: none without forward secrecy, none that does not authenticate what it encrypts.
  for (const char* cipher : {"AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA",
                             "ECDHE-ECDSA-AES256-SHA384", "NULL", "aNULL"}) {
    CAPTURE(cipher);
    CHECK_FALSE(says(at.connect({"-tls1_2", "-cipher", std::string(cipher) + "@SECLEVEL=0"}),
                     answered));
  }
  CHECK(says(at.connect({"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"}), answered));
  CHECK(says(at.connect({"-tls1_2"}), "Compression: NONE"));
  // Plain HTTP where TLS is spoken: closed, and nothing of it is answered.
  CHECK(http_once(at.server->port(), http_request("GET", "/status")).status == 0);
  CHECK(says(at.connect(), answered));
}

TEST_CASE("certificate: the operator's script finds nothing here, and all of it elsewhere",
          "[server][process][tls]") {
  Secured at;
  if (!at.is_possible()) return;
  at.issue("localhost");
  at.serve();
  const auto look = [&](const std::string& place) {
    return run_program(INSIEME_SOURCE_DIR "/packaging/insieme-check-tls",
                       {place, at.certificate}, {});
  };
  const Finished ours = look("localhost:" + std::to_string(at.server->port()));
  CAPTURE(ours.out, ours.err);
  CHECK(ours.code == 0);
  CHECK_FALSE(says(ours.out, "FAULT"));
  // The same port in clear is no TLS at all; another name is not this certificate's.
  const ServerProcess plain(at.dir.file("plain"));
  CHECK(look("localhost:" + std::to_string(plain.port())).code == 6);
  const Finished other = look("127.0.0.1:" + std::to_string(at.server->port()));
  CHECK(other.code == 6);
  CHECK(says(other.out, "not for 127.0.0.1"));
}

TEST_CASE("certificate: it is renewed while the server runs", "[server][process][tls]") {
  Secured at;
  if (!at.is_possible()) return;
  at.issue("uno");
  at.serve();
  CHECK(says(at.connect(), "CN = uno"));
  const auto pins = [&at] {
    const std::string text = at.connect({"-quiet"}, Secured::get("/metrics"));
    return text.substr(text.find("insieme_certificate_expires_timestamp_seconds "));
  };
  CHECK(says(pins(), "seconds 1"));  // a time, not 0
  at.renew("due");
  CHECK(says(at.connect(), "CN = uno"));  // until it is told
  at.server->signal(SIGHUP);
  std::string said;
  while (!says(said = at.connect(), "CN = due")) CHECK(says(said, "HTTP/1.1 200 OK"));
  CHECK(says(said, "HTTP/1.1 200 OK"));
  // Files that do not fit: what is in use stays.
  fs::copy_file(at.key, at.dir.file("kept.key"));
  at.issue("tre");
  fs::rename(at.dir.file("kept.key"), at.key);
  at.server->signal(SIGHUP);
  for (int i = 0; i < 5; ++i) CHECK(says(at.connect(), "CN = due"));
  fs::remove(at.certificate);
  at.server->signal(SIGHUP);
  CHECK(says(at.connect(), "CN = due"));
  // An invitation names the key of the certificate that the configuration names now.
  at.server->signal(SIGTERM);
  CHECK(at.server->wait() == 0);
}

TEST_CASE("certificate: a key that tablets were never told of is not taken by a reload",
          "[server][process][tls]") {
  Secured at;
  if (!at.is_possible()) return;
  at.issue("uno");
  at.serve();
  std::ofstream(at.dir.file("data/insieme.conf"))
      << "tls_certificate = " << at.certificate << "\ntls_key = " << at.key << "\n";
  const auto doctor = [&at](const std::string& authority) {
    Environment environment;
    if (!authority.empty()) environment["SSL_CERT_FILE"] = authority;
    return run_program("insieme-server", {"doctor", "--quick", "--data", at.dir.file("data")},
                       environment)
        .out;
  };
  CHECK(says(doctor({}), "belong together"));
  at.issue("due");
  const std::string warned = doctor({});
  CHECK(says(warned, "never told of"));
  CHECK(says(warned, "tls_next_certificate"));
  // Where an authority that everybody trusts vouches for it, tablets accept it all the same.
  CHECK(says(doctor(at.certificate), "a public authority vouches for it"));
  // Written anew once a reload was done, whatever came of it.
  fs::remove(at.dir.file("data/server.port"));
  at.server->signal(SIGHUP);
  while (!fs::exists(at.dir.file("data/server.port"))) CHECK(says(at.connect(), "CN = uno"));
  CHECK(says(at.connect(), "CN = uno"));
  at.server->signal(SIGTERM);
  CHECK(at.server->wait() == 0);
  at.serve();  // whoever restarts means it
  CHECK(says(at.connect(), "CN = due"));
}
