// TLS with certificates made here: the right server, the wrong one, none.
#include <fstream>

#include "ambito.hpp"
#include "support/catch.hpp"
#include "support/server_process.hpp"

namespace insieme::testing {
namespace {

/// An authority of our own and certificates signed by it, made with the openssl program.
class Authority {
 public:
  explicit Authority(const TestFolder& folder) : folder_(folder) {
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", key("ca"), "-out", certificate("ca"), "-days", "30", "-subj",
             "/CN=Autorita di prova"});
  }
  [[nodiscard]] static bool is_possible() {
    return run_program("/usr/bin/env", {"openssl", "version"}, {}).code == 0;
  }
  /// Valid from today for so many days; a negative number: until before today.
  void issue(const std::string& name, int days) const {
    std::ofstream(folder_.file("san.cnf")) << "subjectAltName=IP:127.0.0.1,DNS:localhost\n";
    openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", key(name), "-out", folder_.file(name + ".csr"), "-subj", "/CN=127.0.0.1"});
    openssl({"x509", "-req", "-in", folder_.file(name + ".csr"), "-CA", certificate("ca"),
             "-CAkey", key("ca"), "-CAcreateserial", "-out", certificate(name), "-days",
             std::to_string(days), "-extfile", folder_.file("san.cnf")});
  }
  [[nodiscard]] std::string key(const std::string& name) const {
    return folder_.file(name + ".key.pem");
  }
  [[nodiscard]] std::string certificate(const std::string& name) const {
    return folder_.file(name + ".pem");
  }
  [[nodiscard]] Words flags(const std::string& name) const {
    return {"--tls-certificate", certificate(name), "--tls-key", key(name)};
  }

 private:
  static void openssl(Words words) {
    words.insert(words.begin(), "openssl");
    const Finished finished = run_program("/usr/bin/env", words, {});
    CAPTURE(words, finished.err);
    REQUIRE(finished.code == 0);
  }
  const TestFolder& folder_;
};

bool can_certify() {
  if (Authority::is_possible()) return true;
  WARN("skipped: there is no openssl program to make certificates with");
  return false;
}

std::string without(std::string url, const std::string& parameter) {
  const std::size_t at = url.find("&" + parameter + "=");
  REQUIRE(at != std::string::npos);
  const std::size_t end = url.find('&', at + 1);
  return url.erase(at, end == std::string::npos ? end : end - at);
}

struct SafeOffice {
  TestFolder files;
  Authority authority{files};
  std::unique_ptr<Ambito> office;

  explicit SafeOffice(int days = 30) {
    authority.issue("server", days);
    office = std::make_unique<Ambito>(authority.flags("server"));
  }
  void serve_with(const std::string& name, const std::string& next = {}) {
    office->server.stop();
    Words flags = authority.flags(name);
    if (!next.empty()) {
      flags.insert(flags.end(), {"--tls-next-certificate", authority.certificate(next)});
    }
    office->server.flags = flags;
    office->server.start();
  }
};

TEST_CASE("tls: an invitation carries the server's key, and the whole office needs nothing else",
          "[integration][tls]") {
  if (!can_certify()) return;
  SafeOffice safe;
  Ambito& at = *safe.office;
  CHECK(at.server.invitation("anna").find("&pin=") != std::string::npos);
  CHECK(at.server.invitation("anna").find("tls=0") == std::string::npos);
  at.save("al sicuro");
  at.network.take_passed();
  at.anna.ok({"sync"});
  // What passes is not to be read.
  CHECK(at.network.take_passed().at(0).request.find("POST") == std::string::npos);
  at.check_whole();
}

TEST_CASE("tls: a server with another key gets nothing, and the tablet says so",
          "[integration][tls][P1][P2]") {
  if (!can_certify()) return;
  SafeOffice safe;
  Ambito& at = *safe.office;
  safe.authority.issue("altro", 30);
  safe.serve_with("altro");
  at.save("non per lui");
  at.network.take_passed();
  check_says(at.anna.refused(4, {"sync"}),
             {"Il server non è quello atteso: non si invia nulla",
              "il certificato del server non è quello atteso"});
  CHECK(member(at.anna.ask({"status"}), "unsent") == "1");
  at.anna.refused(4, {"--public-key", "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                      "sync"});
  // Whoever trusts the authority accepts its new key, and hears which one will follow.
  safe.serve_with("altro", "server");
  at.anna.ok({"--ca-file", safe.authority.certificate("ca"), "sync"});
  at.anna.ok({"sync"});
  safe.serve_with("server");
  at.check_whole();
}

TEST_CASE("tls: the key of the certificate changes, and no tablet needs a visit",
          "[integration][tls]") {
  if (!can_certify()) return;
  SafeOffice safe;
  Ambito& at = *safe.office;
  safe.authority.issue("dopo", 30);
  // Announced while the old one is in use: the tablets hear of it when they fetch a token.
  safe.serve_with("server", "dopo");
  at.anna.ok({"sync"});
  safe.serve_with("dopo");
  at.save("con la chiave nuova");
  at.anna.ok({"sync"});
  CHECK(member(at.anna.ask({"status"}), "unsent") == "0");
}

TEST_CASE("tls: without a pin the certificate must be trusted, before the code is shown to anybody",
          "[integration][tls]") {
  if (!can_certify()) return;
  SafeOffice safe;
  Ambito& at = *safe.office;
  const Terminal dora(at.folder.path(), "dora");
  at.server.admin({"users", "add", "dora", "--name", "Dora Galli", "--role", "educator"});
  dora.ok({"init"});
  const std::string url = without(at.invitation("dora"), "pin");
  check_says(dora.refused(4, {"enrol", url}), {"Il server non è quello atteso"});
  const std::string ca = safe.authority.certificate("ca");
  check_says(dora.refused(3, {"--ca-file", at.folder.file("manca.pem"), "enrol", url}),
             {"il file dei certificati non si può leggere"});
  dora.ok({"--ca-file", ca, "enrol", url});  // the code was still good
  dora.ok({"sync"});  // the signed answer told the key
}

TEST_CASE("tls: an expired certificate is said to be one, and a pinned key outlives it",
          "[integration][tls]") {
  if (!can_certify()) return;
  SafeOffice safe(-1);
  Ambito& at = *safe.office;  // all enrolled by pin already
  const Terminal dora(at.folder.path(), "dora");
  dora.ok({"init"});
  check_says(dora.refused(4, {"--ca-file", safe.authority.certificate("ca"), "enrol",
                              without(at.invitation("anna"), "pin")}),
             {"il certificato del server è scaduto", "orologio"});
  at.check_whole();
}

TEST_CASE("tls: http where https is spoken, and the other way round, is said in words",
          "[integration][tls]") {
  if (!can_certify()) return;
  SafeOffice safe;
  Ambito& at = *safe.office;
  const Terminal dora(at.folder.path(), "dora");
  dora.ok({"init"});
  const std::string url = without(at.invitation("anna"), "pin");
  check_says(dora.refused(4, {"enrol", url + "&tls=0"}), {"Il server non risponde", "ripetere"});
  Ambito plain;
  const std::string bare = without(plain.invitation("anna"), "tls");
  check_says(dora.refused(4, {"enrol", bare}), {"connessione sicura", "https o http?"});
  CHECK(http_once(at.server.port(), http_request("GET", "/status")).status == 0);
  at.anna.ok({"sync"});
}

TEST_CASE("tls: a server without TLS stays on its own machine", "[integration][tls]") {
  TestFolder folder;
  const std::string data = folder.file("server");
  const auto serve = [&](Words words) {
    words.insert(words.begin(), {"--data", data, "serve"});
    return run_program("insieme-server", words, {});
  };
  for (const char* host : {"0.0.0.0:0", "[::]:0", "192.0.2.1:0"}) {
    const Finished refused = serve({"--dev", "--listen", host});
    CHECK(refused.code == 3);
    check_says(refused.err, {"dev listens on loopback only"});
  }
  const Finished plain = serve({"--listen", "127.0.0.1:18443"});
  CHECK(plain.code == 3);
  check_says(plain.err, {"without TLS nothing may cross a network", "tls_certificate"});
  const Finished missing = serve({"--dev", "--listen", "127.0.0.1:0", "--tls-certificate",
                                  folder.file("manca.pem"), "--tls-key", folder.file("manca.key")});
  CHECK(missing.code != 0);
  check_says(missing.err, {"tls_certificate: ", "manca.pem"});
}

}  // namespace
}  // namespace insieme::testing
