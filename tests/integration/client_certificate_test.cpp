// A server that asks for certificates: whose it takes, what is answered without, another authority.
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "support/catch.hpp"
#include "support/cli_runner.hpp"

namespace insieme::testing {
namespace {

namespace fs = std::filesystem;

Finished openssl(Words words) {
  words.insert(words.begin(), "openssl");
  return run_program("/usr/bin/env", words, {});
}

/// An authority and what it signed.
class Authority {
 public:
  Authority(const TestFolder& folder, std::string name) : folder_(folder), name_(std::move(name)) {
    must({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
          "-keyout", file("ca.key"), "-out", certificate("ca"), "-days", "30", "-subj",
          "/CN=Autorita " + name_});
  }
  void issue(const std::string& who, int days = 30) const {
    std::ofstream(folder_.file("san.cnf")) << "subjectAltName=IP:127.0.0.1\n";
    must({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
          file(who + ".key"), "-out", file(who + ".csr"), "-subj", "/CN=" + who});
    must({"x509", "-req", "-in", file(who + ".csr"), "-CA", certificate("ca"), "-CAkey",
          file("ca.key"), "-CAcreateserial", "-out", certificate(who), "-days",
          std::to_string(days), "-extfile", folder_.file("san.cnf")});
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    return folder_.file(name_ + "-" + name);
  }
  [[nodiscard]] std::string certificate(const std::string& who) const { return file(who + ".pem"); }

 private:
  static void must(const Words& words) {
    const Finished finished = openssl(words);
    CAPTURE(words, finished.err);
    REQUIRE(finished.code == 0);
  }
  const TestFolder& folder_;
  std::string name_;
};

/// A server that takes certificates of the authority whose file is `clients.pem`.
struct Gate {
  TestFolder folder;
  Authority ours{folder, "nostra"};
  Authority theirs{folder, "altrui"};
  std::string clients = folder.file("clients.pem");
  std::unique_ptr<OfficeServer> server;

  Gate() {
    ours.issue("server");
    ours.issue("tablet");
    ours.issue("vecchio", -1);
    theirs.issue("tablet");
    trust(ours);
    server = std::make_unique<OfficeServer>(
        folder.path(), Words{"--tls-certificate", ours.certificate("server"), "--tls-key",
                             ours.file("server.key"), "--tls-client-ca", clients});
  }
  void trust(const Authority& authority) const {
    fs::copy_file(authority.certificate("ca"), clients, fs::copy_options::overwrite_existing);
  }
  /// The status of an answer, 0 without one; the body in `body`.
  int ask(const std::string& path, const Words& more, std::string& body) const {
    Words words{"curl", "-s", "--cacert", ours.certificate("ca"), "-w", "\n%{http_code}"};
    words.insert(words.end(), more.begin(), more.end());
    words.push_back("https://127.0.0.1:" + std::to_string(server->port()) + path);
    const Finished said = run_program("/usr/bin/env", words, {});
    const std::size_t last = said.out.rfind('\n');
    body = said.out.substr(0, last);
    return said.code == 0 ? std::stoi(said.out.substr(last + 1)) : 0;
  }
  [[nodiscard]] int challenge(const Words& more) const {
    std::string body;
    Words words{"-H", "Content-Type: application/json", "-d", "{}"};
    words.insert(words.end(), more.begin(), more.end());
    return ask("/v1/challenge", words, body);
  }
  static Words as(const Authority& authority, const std::string& who) {
    return {"--cert", authority.certificate(who), "--key", authority.file(who + ".key")};
  }
};

bool can_certify() {
  if (openssl({"version"}).code == 0 &&
      run_program("/usr/bin/env", {"curl", "--version"}, {}).code == 0) {
    return true;
  }
  WARN("skipped: there is no openssl or curl program");
  return false;
}

}  // namespace

TEST_CASE("client certificates: ours are taken, others are not, and without one nothing but status",
          "[integration][tls]") {
  if (!can_certify()) return;
  const Gate gate;
  std::string body;
  CHECK(gate.ask("/status", {}, body) == 200);
  CHECK(gate.challenge({}) == 403);
  CHECK(gate.ask("/v1/wait", {}, body) == 403);
  CHECK(body.find("certificate-required") != std::string::npos);
  CHECK(gate.ask("/metrics", {}, body) == 403);
  CHECK(gate.ask("/status/../metrics", {"--path-as-is"}, body) == 403);
  CHECK(gate.challenge(Gate::as(gate.ours, "tablet")) == 400);
  // Shown, and not vouched for: there is no connection.
  CHECK(gate.challenge(Gate::as(gate.theirs, "tablet")) == 0);
  CHECK(gate.ask("/status", Gate::as(gate.theirs, "tablet"), body) == 0);
  CHECK(gate.challenge(Gate::as(gate.ours, "vecchio")) == 0);
  CHECK(gate.challenge(Gate::as(gate.ours, "tablet")) == 400);
}

TEST_CASE("client certificates: another authority is taken without a restart",
          "[integration][tls]") {
  if (!can_certify()) return;
  const Gate gate;
  CHECK(gate.challenge(Gate::as(gate.theirs, "tablet")) == 0);  // and it serves by now
  gate.trust(gate.theirs);
  ::kill(gate.server->process(), SIGHUP);
  // The signal is heard when it is heard.
  while (gate.challenge(Gate::as(gate.theirs, "tablet")) != 400) std::this_thread::yield();
  CHECK(gate.challenge(Gate::as(gate.ours, "tablet")) == 0);
  // A file that cannot be read changes nothing.
  std::ofstream(gate.clients, std::ios::trunc) << "niente\n";
  ::kill(gate.server->process(), SIGHUP);
  CHECK(gate.challenge({}) == 403);
  CHECK(gate.challenge(Gate::as(gate.theirs, "tablet")) == 400);
}

TEST_CASE("client certificates: a tablet shows its own, and is told when one is missing",
          "[integration][tls]") {
  if (!can_certify()) return;
  const Gate gate;
  gate.server->admin({"users", "add", "anna", "--name", "Anna", "--role", "educator"});
  const Terminal anna(gate.folder.path(), "anna");
  anna.ok({"init"});
  const std::string invitation = gate.server->invitation("anna");
  const Words shown{"--certificate", gate.ours.certificate("tablet"), "--certificate-key",
                    gate.ours.file("tablet.key")};
  const auto with = [&shown](Words words) {
    words.insert(words.begin(), shown.begin(), shown.end());
    return words;
  };
  const Finished without = anna.run({"enrol", invitation});
  CHECK(without.code != 0);
  CHECK(says(without.err, "certificato"));
  const Finished wrong = anna.run({"--certificate", gate.clients, "enrol", invitation});
  CHECK(wrong.code != 0);
  CHECK(says(wrong.err, "certificato di questo dispositivo"));
  anna.ok(with({"enrol", invitation}));
  anna.ok({"add", "household", "name=Famiglia Rossi", "commune=Bibbiano"});
  CHECK(anna.run({"sync"}).code != 0);
  anna.ok(with({"sync"}));  // nothing was lost by the vain try
  CHECK(gate.server->admin_json({"verify"}).as_object().at("ok").as_bool());
}

}  // namespace insieme::testing
