// People enrol by signing in: a real identity provider (oidc-provider), the real server, the real
// command line, and curl as the browser between them.
#include <signal.h>
#include <unistd.h>

#include <fstream>

#include "support/catch.hpp"
#include "support/cli_runner.hpp"

namespace insieme::testing {
namespace {


bool can_sign_in() {
  const Finished node = run_program(
      "/usr/bin/env", {"node", "--input-type=module", "-e",
                       "process.chdir(process.argv[1]);"
                       "await import(process.argv[1] + '/node_modules/oidc-provider/lib/index.js')",
                       INSIEME_SOURCE_DIR},
      {});
  if (node.code == 0) return true;
  WARN("skipped: no node, or its packages are not installed (tools/setup): " << node.err);
  return false;
}

/// An organization's identity provider, on the same port however often it begins.
class Organization {
 public:
  Organization(const TestFolder& folder, std::string redirect)
      : log_(folder.file("provider.log")), redirect_(std::move(redirect)) {}
  /// `tls`: files of a certificate and its key; without: plain.
  void begin(const std::string& algorithm, const std::string& key, const Words& tls = {}) {
    node_ = std::make_unique<processes::Running>();
    Words words{"node", INSIEME_OIDC_PROVIDER, port_, redirect_, algorithm, key};
    words.insert(words.end(), tls.begin(), tls.end());
    const std::string said = node_->start(Launch("/usr/bin/env", words, {}), log_);
    const std::string mark = "listening on ";
    REQUIRE(said.rfind(mark, 0) == 0);
    issuer_ = said.substr(mark.size());
    while (issuer_.back() == '\n') issuer_.pop_back();
    port_ = issuer_.substr(issuer_.rfind(':') + 1);
  }
  void end() { node_.reset(); }
  [[nodiscard]] const std::string& issuer() const { return issuer_; }

 private:
  std::string log_;
  std::string redirect_;
  std::string port_ = "0";
  std::string issuer_;
  std::unique_ptr<processes::Running> node_;
};

/// A browser of one person.
class Browser {
 public:
  Browser(const TestFolder& folder, const std::string& person)
      : jar_(folder.file(person + ".cookies")) {}
  /// Goes there, and wherever it is sent on to: the address where it ends, then the page.
  [[nodiscard]] std::pair<std::string, std::string> go(const std::string& address,
                                                       const Words& form = {}) const {
    // Whom a browser trusts is not what is tried here.
    Words words{"curl", "-sSkL", "-b", jar_, "-c", jar_, "-w", "\n%{url_effective}"};
    for (const std::string& field : form) words.insert(words.end(), {"-d", field});
    words.push_back(address);
    const Finished finished = run_program("/usr/bin/env", words, {});
    CAPTURE(finished.err, address);
    REQUIRE(finished.code == 0);
    const std::size_t last = finished.out.rfind('\n');
    return {finished.out.substr(last + 1), finished.out.substr(0, last)};
  }
  /// Signs in there; where the browser ends.
  [[nodiscard]] std::pair<std::string, std::string> sign_in(const std::string& address,
                                                            const std::string& name) const {
    const auto form = go(address).first;
    INFO(form);
    REQUIRE(form.find("/interaction/") != std::string::npos);
    auto end = go(form, {"prompt=login", "login=" + name, "password=qualunque"});
    CAPTURE(end.first, end.second);
    REQUIRE(end.first.find("/?sign_in=") != std::string::npos);
    return end;
  }

 private:
  std::string jar_;
};

/// `insieme enrol --sign-in` while its person is in the browser.
class Enrolling {
 public:
  Enrolling(const Terminal& terminal, const std::string& server) {
    Launch launch("insieme", {"enrol", "--sign-in", "--server", server, "--name", "portatile"},
                  terminal.environment);
    pid_ = processes::start_program(launch, {STDIN_FILENO, out_.ends[1], err_.ends[1]});
    out_.close(1);
    err_.close(1);
    while (err_.ends[0] >= 0 && address().empty()) err_.drain(said_);
    INFO(said_);
    REQUIRE_FALSE(address().empty());
  }
  ~Enrolling() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);  // the test has failed, and nobody comes back
    end();
  }
  Enrolling(const Enrolling&) = delete;
  Enrolling& operator=(const Enrolling&) = delete;

  /// What it told the person to open.
  [[nodiscard]] std::string address() const {
    const std::size_t begin = said_.find("  http");
    const std::size_t end = said_.find('\n', begin);
    return begin == std::string::npos || end == std::string::npos
               ? std::string()
               : said_.substr(begin + 2, end - begin - 2);
  }
  int end() {
    while (err_.ends[0] >= 0) err_.drain(said_);
    while (out_.ends[0] >= 0) out_.drain(told_);
    const int code = processes::wait_for(pid_);
    pid_ = -1;
    return code;
  }
  [[nodiscard]] const std::string& said() const { return said_; }
  [[nodiscard]] const std::string& told() const { return told_; }

 private:
  Pipe out_;
  Pipe err_;
  std::string said_;
  std::string told_;
  int pid_ = -1;
};

/// An office whose people sign in with their organization.
struct Office {
  TestFolder folder;
  std::unique_ptr<OfficeServer> server = std::make_unique<OfficeServer>(folder.path());
  std::string url = "http://127.0.0.1:" + std::to_string(server->port());
  Organization organization{folder, url + "/v1/sign-in/callback"};

  explicit Office(const std::string& algorithm = "ES256", const Words& tls = {}) {
    organization.begin(algorithm, "k1", tls);
    std::ofstream(folder.file("secret")) << "un segreto: 100% +&=\n";
    server->stop();
    server->environment = {{"INSIEME_PUBLIC_URL", url},
                           {"INSIEME_SIGN_IN_PROVIDER", organization.issuer()},
                           {"INSIEME_SIGN_IN_CLIENT", "insieme-prova"},
                           {"INSIEME_SIGN_IN_SECRET", folder.file("secret")},
                           {"INSIEME_SIGN_IN_NAME", "Comune di Prova"},
                           {"INSIEME_SIGN_IN_BY_EMAIL", "yes"}};
    server->admin({"users", "add", "anna", "--name", "Anna Rossi", "--role", "educator"});
    server->start();
  }
  /// What the doctor finds; it may find faults, too.
  [[nodiscard]] std::string doctor() const {
    return run_program("insieme-server", {"--data", server->data(), "doctor", "--quick"},
                       server->environment)
        .out;
  }
  [[nodiscard]] Terminal terminal(const std::string& name) const {
    Terminal made(folder.path(), name);
    made.ok({"init"});
    return made;
  }
};

}  // namespace

TEST_CASE("sign-in: a person enrols with their organization, from the command line to the server",
          "[integration][sign-in][P1]") {
  if (!can_sign_in()) return;
  const std::string algorithm = GENERATE("ES256", "RS256", "EdDSA");
  CAPTURE(algorithm);
  const Office office(algorithm);
  office.server->admin({"sign-in", "link", "anna", "--email", "Anna@comune.example"});
  const Terminal anna = office.terminal("anna");
  Enrolling enrolling(anna, office.url);
  const Browser browser(office.folder, "anna");
  const auto [place, page] = browser.sign_in(enrolling.address(), "anna");
  CHECK(place.rfind("http://127.0.0.1:", 0) == 0);
  CHECK(place.find("/?sign_in=") != std::string::npos);
  CHECK(page.find("doctype") != std::string::npos);
  const int code = enrolling.end();
  INFO(enrolling.said() << enrolling.told());
  REQUIRE(code == 0);
  CHECK(says(enrolling.told(), "Anna Rossi"));
  anna.ok({"sync"});
  const auto devices = office.server->admin_json({"devices"}).as_array();
  REQUIRE(devices.size() == 1);
  CHECK(member(devices.front().as_object(), "name") == "portatile");
  // The address was used up: the subject is linked now.
  const auto links = office.server->admin_json({"sign-in"}).at("links").as_array();
  REQUIRE(links.size() == 1);
  CHECK(member(links.front().as_object(), "subject") == "anna");
}

TEST_CASE("sign-in: the provider changes its key, goes away, comes back; who is enrolled goes on",
          "[integration][sign-in][P1]") {
  if (!can_sign_in()) return;
  Office office;
  office.server->admin({"sign-in", "link", "anna", "--subject", "anna"});
  const Browser browser(office.folder, "anna");
  const Terminal first = office.terminal("first");
  {
    Enrolling enrolling(first, office.url);
    static_cast<void>(browser.sign_in(enrolling.address(), "anna"));
    REQUIRE(enrolling.end() == 0);
  }
  office.organization.end();
  first.ok({"sync"});
  // A server that begins while the provider is away serves, and says to whoever asks what is wrong.
  office.server->stop();
  office.server->start();
  first.ok({"sync"});
  const Terminal second = office.terminal("second");
  const std::string why =
      second.refused(4, {"enrol", "--sign-in", "--server", office.url});
  CHECK(says(why, "non risponde"));
  // Back, with another key.
  office.organization.begin("RS256", "k2");
  Enrolling enrolling(second, office.url);
  static_cast<void>(browser.sign_in(enrolling.address(), "anna"));
  const int code = enrolling.end();
  INFO(enrolling.said());
  CHECK(code == 0);
}

TEST_CASE("sign-in: who is not linked, or is somebody else, enrols nothing",
          "[integration][sign-in][P7]") {
  if (!can_sign_in()) return;
  const Office office;
  office.server->admin({"sign-in", "link", "anna", "--email", "anna@comune.example"});
  office.server->admin({"sign-in", "link", "anna", "--email", "unverified@comune.example"});
  for (const char* name : {"bruno", "unverified"}) {
    CAPTURE(name);
    const Browser browser(office.folder, name);
    const Terminal terminal = office.terminal(name);
    Enrolling enrolling(terminal, office.url);
    const std::string address = enrolling.address();
    static_cast<void>(browser.sign_in(address, name));
    CHECK(enrolling.end() == 2);
    CHECK(says(enrolling.said(), name));  // whom the operator has to link
    // The sign-in is over: its address leads nowhere a second time.
    CHECK(terminal.ok({"status"}).find("non ancora legato") != std::string::npos);
  }
  CHECK(office.server->admin_json({"devices"}).as_array().empty());
}

TEST_CASE("sign-in: a server that is killed meanwhile goes on where the browser comes back",
          "[integration][sign-in]") {
  if (!can_sign_in()) return;
  const Office office;
  office.server->admin({"sign-in", "link", "anna", "--subject", "anna"});
  const Terminal anna = office.terminal("anna");
  Enrolling enrolling(anna, office.url);
  const Browser browser(office.folder, "first");
  const std::string form = browser.go(enrolling.address()).first;
  office.server->restart();
  const std::string end =
      browser.go(form, {"prompt=login", "login=anna", "password=x"}).first;
  CHECK(end.find("/?sign_in=") != std::string::npos);
  const int code = enrolling.end();
  INFO(enrolling.said());
  CHECK(code == 0);
}

TEST_CASE("sign-in: over TLS, whom the operator named is believed, and nobody else",
          "[integration][sign-in]") {
  if (!can_sign_in()) return;
  const TestFolder folder;
  const auto openssl = [](Words words) {
    words.insert(words.begin(), "openssl");
    return run_program("/usr/bin/env", words, {}).code == 0;
  };
  const std::string certificate = folder.file("pem");
  if (!openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-keyout", folder.file("key"), "-out", certificate, "-days", "30",
                "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"})) {
    WARN("skipped: there is no openssl program to make certificates with");
    return;
  }
  Office office("ES256", {certificate, folder.file("key")});
  CHECK(office.organization.issuer().rfind("https://", 0) == 0);
  office.server->admin({"sign-in", "link", "anna", "--subject", "anna"});
  const Terminal anna = office.terminal("anna");
  const std::string why = anna.refused(4, {"enrol", "--sign-in", "--server", office.url});
  CHECK(says(why, "non risponde"));
  CHECK(says(office.doctor(), "not trusted"));
  office.server->stop();
  office.server->environment["INSIEME_SIGN_IN_CA"] = certificate;
  office.server->start();
  CHECK(says(office.doctor(), office.organization.issuer() + ", 1 keys"));
  Enrolling enrolling(anna, office.url);
  static_cast<void>(Browser(office.folder, "anna").sign_in(enrolling.address(), "anna"));
  const int code = enrolling.end();
  INFO(enrolling.said());
  CHECK(code == 0);
}

TEST_CASE("sign-in: neither log nor database holds what came from the provider",
          "[integration][sign-in]") {
  if (!can_sign_in()) return;
  const Office office;
  office.server->admin({"sign-in", "link", "anna", "--email", "anna@comune.example"});
  office.server->stop();
  const std::string log = office.folder.file("log");
  const Browser browser(office.folder, "anna");
  std::vector<std::string> secrets{"un segreto", "eyJ", "code=", "state=", "ticket", "Anna"};
  {
    processes::Running server;
    static_cast<void>(server.start(
        Launch("insieme-server",
               {"serve", "--data", office.server->data(), "--dev", "--listen",
                "127.0.0.1:" + std::to_string(office.server->port()), "--log-level", "trace"},
               office.server->environment),
        log));
    const Terminal anna = office.terminal("anna");
    Enrolling enrolling(anna, office.url);
    const std::string place = browser.sign_in(enrolling.address(), "anna").first;
    REQUIRE(enrolling.end() == 0);
    secrets.push_back(place.substr(place.find("sign_in=") + 8));
    for (const char* name : {"&state=", "&nonce="}) {
      const std::string rest = enrolling.address().substr(enrolling.address().find(name) + 7);
      secrets.push_back(rest.substr(0, rest.find('&')));
    }
    CHECK(enrolling.said().find(place.substr(place.find("sign_in="))) == std::string::npos);
    CHECK(server.stop() == 0);
  }
  const auto content = [](const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  const std::string lines = content(log);
  CHECK(lines.find("/v1/sign-in/callback") != std::string::npos);
  const std::string database = content(office.server->data() + "/server.db") +
                               content(office.server->data() + "/server.db-wal");
  REQUIRE(database.size() > 4096);
  for (const std::string& secret : secrets) {
    CAPTURE(secret);
    REQUIRE(secret.size() >= 3);
    CHECK(lines.find(secret) == std::string::npos);
    if (secret.size() > 32 || secret == "eyJ") CHECK(database.find(secret) == std::string::npos);
  }
}

}  // namespace insieme::testing
