// Photos and files under a virus scanner: verdicts, refusals in words, and a scanner that fails in
// every way that a program can.
#include <signal.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "blobs/blob_scanner.hpp"
#include "doctor.hpp"
#include "fixture.hpp"
#include "insieme/server/audit.hpp"
#include "insieme/sync/sealed_blob.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;
using server::ScanVerdict;

namespace {

const DocumentId kCore = document_of("d1");
constexpr std::int64_t kRetryMs = 300'000;

/// The text that every scanner finds and that harms nobody; in two parts, so that none finds it in
/// this file.
std::vector<std::uint8_t> eicar() {
  const std::string text = std::string("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-") +
                           "ANTIVIRUS-TEST-FILE!$H+H*";
  return {text.begin(), text.end()};
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// A program of the operator's.
struct Script {
  TempDir dir;
  server::ScanCommand command;

  explicit Script(const std::string& body) {
    write(body);
    command.words = {path()};
    command.timeout = std::chrono::seconds(20);
  }
  void write(const std::string& body) const {
    std::ofstream(path()) << "#!/bin/sh\n" << body << "\n";
    REQUIRE(::chmod(path().c_str(), 0700) == 0);
  }
  [[nodiscard]] std::string path() const { return dir.file("scanner"); }
  [[nodiscard]] server::Scanned run(const std::vector<std::uint8_t>& content) const {
    const std::atomic<bool> stop{false};
    return server::run_scan(command, content, stop);
  }
};

constexpr const char* kLikeClamdscan =
    "if grep -q 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE'; then\n"
    "  echo 'stdin: Eicar-Test-Signature FOUND'; exit 1\n"
    "fi\nexit 0";

/// Anna names two files, Elsa may read them.
struct Office : World {
  MemoryDevice anna{"anna"};
  MemoryDevice elsa{"elsa"};
  SealedBlob face = seal(std::vector<std::uint8_t>(300'000, 7));
  SealedBlob bill = seal(eicar());
  Script script{kLikeClamdscan};

  Office() {
    config.blob_scan = script.path();
    add(anna);
    add(elsa);
    anna.create(dossier("d1"));
    anna.write(kCore, {naming(face), naming(bill)});
    REQUIRE(sync(anna).done);
    REQUIRE(repository->assign("user-elsa", dossier("d1"), {"core"}).ok());
    bring(face);
    bring(bill);
  }
  static SealedBlob seal(const std::vector<std::uint8_t>& content) {
    auto sealed = seal_blob(key_of("anna"), "application/pdf", content);
    REQUIRE(sealed.ok());
    return std::move(sealed).value();
  }
  static Operation naming(const SealedBlob& blob) {
    return op_on("r1", "files", AddOp{Value{*encode_blob_ref(blob.reference)}});
  }
  [[nodiscard]] server::BlobKey key(const SealedBlob& blob) const {
    return {dossier("d1"), blob.reference.name};
  }
  server::Request ask(const MemoryDevice& who, const std::string& path, const SealedBlob& blob) {
    server::Request request;
    request.method = "POST";
    request.path = path;
    request.query = "dossier=" + to_text(dossier("d1")) + "&blob=" + to_hex(blob.reference.name);
    request.authorization = "Bearer token-" + who.name();
    request.request_id = "test";
    return request;
  }
  void bring(const SealedBlob& blob) {
    server::Request request = ask(anna, "/v1/blobs", blob);
    request.content_type = "application/octet-stream";
    request.body = blob.bytes;
    REQUIRE(api().handle(request).status == 200);
  }
  server::Response read(const SealedBlob& blob) {
    return api().handle(ask(elsa, "/v1/blobs/read", blob));
  }
  server::ScanTally scan() {
    const std::atomic<bool> stop{false};
    return server::scan_blobs(*repository, *blobs, script.command, now_ms, kRetryMs, stop);
  }
  server::BlobScanStore& scans() { return server::blob_scans_of(*repository); }
};

bool is_gone(const std::string& process) {
  for (int i = 0; i < 500; ++i) {
    if (::kill(std::stoi(process), 0) != 0 && errno == ESRCH) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace

TEST_CASE("scan: what is clean is given, what is not is refused in words, before it nothing is",
          "[server][blob][scan]") {
  Office o;
  for (const SealedBlob* blob : {&o.face, &o.bill}) {
    const server::Response waiting = o.read(*blob);
    CHECK(waiting.status == 409);
    CHECK(body_text(waiting).find("non ha ancora controllato") != std::string::npos);
  }
  const server::ScanTally tally = o.scan();
  CHECK(tally.clean == 1);
  CHECK(tally.infected == 1);
  CHECK(o.read(o.face).body == o.face.bytes);
  const server::Response refused = o.read(o.bill);
  CHECK(refused.status == 403);
  CHECK(body_text(refused).find("/problems/file-infected") != std::string::npos);
  CHECK(body_text(refused).find("virus") != std::string::npos);
  server::Request get = o.ask(o.elsa, "/v1/blobs", o.bill);
  get.method = "GET";
  get.range = "bytes=0-";
  CHECK(o.api().handle(get).status == 403);
  // Once is enough, and everybody who runs the server can see it.
  CHECK(o.scan().infected == 0);
  const auto lines = o.repository->audit(1);
  REQUIRE(lines.size() == 1);
  CHECK(lines.front().action == "file.infected");
  const auto bad = o.scans().bad_scans();
  REQUIRE(bad.size() == 1);
  CHECK(bad.front().said == "stdin: Eicar-Test-Signature FOUND");
  CHECK(bad.front().accounts == std::vector<std::string>{"user-anna"});
  server::Request metrics;
  metrics.method = "GET";
  metrics.path = "/metrics";
  const std::string counted = body_text(o.api().handle(metrics));
  CHECK(counted.find("\ninsieme_blobs_infected 1\n") != std::string::npos);
  CHECK(counted.find("\ninsieme_blobs_unchecked 0\n") != std::string::npos);
  const auto finding = server::examine_scan(*o.repository, o.config);
  REQUIRE(finding.has_value());
  CHECK(finding->health == server::Health::warning);
  // A scanner that is taken away frees nothing that it found.
  o.config.blob_scan.clear();
  CHECK(o.read(o.bill).status == 403);
  CHECK(o.read(o.face).status == 200);
}

TEST_CASE("scan: the setting says what becomes of what nobody looked at", "[server][blob][scan]") {
  Office o;
  o.config.blob_scan_wait = false;
  CHECK(o.read(o.bill).status == 200);
  static_cast<void>(o.scan());
  CHECK(o.read(o.bill).status == 403);
  o.config.blob_scan_wait = true;
  CHECK(o.scans().scan_again() == 2);
  CHECK(o.read(o.face).status == 200);  // each stands as it did until somebody says otherwise
  CHECK(o.read(o.bill).status == 403);
  o.script.write("exit 0");
  CHECK(o.scan().clean == 2);
  CHECK(o.read(o.bill).status == 200);
  o.config.blob_scan.clear();
  CHECK_FALSE(server::examine_scan(*o.repository, o.config).has_value());
}

TEST_CASE("scan: a scanner that fails frees nothing, and is asked again", "[server][blob][scan]") {
  Office o;
  o.script.write("exit 2");
  const server::ScanTally first = o.scan();
  CHECK(first.failed == 2);
  CHECK(o.read(o.face).status == 409);
  CHECK(o.scan().failed == 0);  // not at once
  o.now_ms += kRetryMs + 1;
  CHECK(o.scan().failed == 2);
  CHECK(o.scans().bad_scans().front().tries == 2);
  const auto finding = server::examine_scan(*o.repository, o.config);
  REQUIRE(finding.has_value());
  CHECK(finding->health == server::Health::fault);
  o.script.write(kLikeClamdscan);
  o.now_ms += kRetryMs + 1;
  CHECK(o.scan().infected == 1);
  CHECK(o.read(o.face).status == 200);
  // What was found stays found, although the scanner is away again.
  o.script.write("exit 2");
  static_cast<void>(o.scans().scan_again());
  static_cast<void>(o.scan());
  CHECK(o.read(o.bill).status == 403);
}

TEST_CASE("scan: bytes that are damaged are told, and keep nobody waiting",
          "[server][blob][scan]") {
  Office o;
  o.blobs->remove(o.key(o.face));
  const server::ScanTally tally = o.scan();
  CHECK(tally.failed == 1);
  CHECK(tally.infected == 1);
  CHECK(tally.why.find("does not open") != std::string::npos);
}

TEST_CASE("scan: a verdict goes with the file that was erased", "[server][blob][scan][P9]") {
  Office o;
  static_cast<void>(o.scan());
  CHECK(o.scans().scan_counts().infected == 1);
  o.repository->note_blob(o.key(o.bill), server::BlobStanding::erased);
  o.repository->note_blob(o.key(o.bill), server::BlobStanding::gone);
  CHECK(o.scans().scan_verdict(o.key(o.bill)) == ScanVerdict::pending);
  o.scans().note_scan(o.key(o.bill), ScanVerdict::infected, "late");
  CHECK(o.scans().scan_verdict(o.key(o.bill)) == ScanVerdict::pending);
  CHECK(o.scans().bad_scans().empty());
}

TEST_CASE("scan: the thread looks at what is there and at what comes", "[server][blob][scan]") {
  Office o;
  server::BlobScanner scanner(*o.repository, *o.blobs, o.script.command,
                              [&o] { return o.now_ms; });
  // A test that hangs is ended by ctest.
  while (o.read(o.face).status == 409) std::this_thread::yield();
  CHECK(o.read(o.face).status == 200);
  const SealedBlob late = Office::seal({1, 2, 3});
  o.anna.write(kCore, {Office::naming(late)});
  REQUIRE(o.sync(o.anna).done);
  o.bring(late);
  scanner.wake();
  while (o.read(late).status == 409) std::this_thread::yield();
  CHECK(o.read(late).body == late.bytes);
}

TEST_CASE("scan: a scanner sees the content and nothing else of the server's",
          "[server][scan]") {
  REQUIRE(::setenv("PGPASSWORD", "segreto", 1) == 0);
  const Script script("d=$(dirname \"$0\"); cat > \"$d/content\"; env > \"$d/env\"\n"
                      "pwd > \"$d/pwd\"\n"
                      "ls /proc/self/fd | tr '\\n' ' ' > \"$d/fds\"; exit 0");
  std::ofstream kept(script.dir.file("open"));  // a descriptor that is not its business
  std::vector<std::uint8_t> content(3'000'000);
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<std::uint8_t>(i * 7);
  CHECK(script.run(content).verdict == ScanVerdict::clean);
  const std::string seen = text_of(script.dir.file("content"));
  CHECK(std::equal(seen.begin(), seen.end(), content.begin(), content.end(),
                   [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }));
  const std::string environment = text_of(script.dir.file("env"));
  CHECK(environment.find("PATH=/usr/bin:/bin") != std::string::npos);
  CHECK(environment.find("segreto") == std::string::npos);
  CHECK(environment.find("HOME") == std::string::npos);
  CHECK(text_of(script.dir.file("pwd")) == "/\n");
  CHECK(text_of(script.dir.file("fds")) == "0 1 2 3 ");  // 3 is the folder that ls reads
  ::unsetenv("PGPASSWORD");
}

TEST_CASE("scan: a scanner that hangs is ended, with whatever it started", "[server][scan]") {
  Script script("echo $$ > \"$0.pid\"; sleep 1000 & echo $! > \"$0.child\"; wait");
  script.command.timeout = std::chrono::milliseconds(300);
  const server::Scanned scanned = script.run({1});
  CHECK(scanned.verdict == ScanVerdict::failed);
  CHECK(scanned.said.find("longer") != std::string::npos);
  CHECK(is_gone(text_of(script.path() + ".pid")));
  CHECK(is_gone(text_of(script.path() + ".child")));
}

TEST_CASE("scan: a server that stops does not wait for its scanner", "[server][scan]") {
  Script script("sleep 1000");
  script.command.timeout = std::chrono::hours(1);
  std::atomic<bool> stop{false};
  std::thread soon([&stop] { stop = true; });
  CHECK(server::run_scan(script.command, std::vector<std::uint8_t>{1}, stop).verdict ==
        ScanVerdict::failed);
  soon.join();
}

TEST_CASE("scan: one that crashes, is missing, chatters or reads nothing", "[server][scan]") {
  const Script script("kill -SEGV $$");
  CHECK(script.run({1}).said.find("signal 11") != std::string::npos);
  script.write("yes | head -c 5000000; exit 0");
  CHECK(script.run({1}).verdict == ScanVerdict::clean);
  script.write("exit 1");  // ends before it has read 3 MB
  CHECK(script.run(std::vector<std::uint8_t>(3'000'000, 1)).verdict == ScanVerdict::infected);
  script.write("exec >&- 2>&-; sleep 0.1; exit 0");
  CHECK(script.run({1}).verdict == ScanVerdict::clean);
  script.write("sleep 1000 & exit 0");  // somebody else holds its output open
  CHECK(script.run({1}).verdict == ScanVerdict::clean);
  REQUIRE(::chmod(script.path().c_str(), 0600) == 0);
  CHECK(script.run({1}).said.find("ermission") != std::string::npos);
  REQUIRE(std::remove(script.path().c_str()) == 0);
  CHECK(script.run({1}).said.find("o such file") != std::string::npos);
}

TEST_CASE("scan: which command lines are taken", "[server][scan]") {
  CHECK(*server::split_command(" /usr/bin/clamdscan  --no-summary - ") ==
        std::vector<std::string>{"/usr/bin/clamdscan", "--no-summary", "-"});
  for (const char* wrong :
       {"", "  ", "clamdscan -", "/bin/sh -c 'x'", "/bin/a; b", "/bin/a $HOME"}) {
    CAPTURE(wrong);
    CHECK_FALSE(server::split_command(wrong).ok());
  }
  server::Config config;
  CHECK_FALSE(server::set_config(config, "blob_scan", "clamdscan -").ok());
  CHECK(server::set_config(config, "blob_scan", "").ok());
  CHECK(server::set_config(config, "blob_scan", "/usr/bin/clamdscan -").ok());
}
