// Bytes of blobs at the server: who may bring and have them, pieces, limits, erasure, care.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "fixture.hpp"
#include "insieme/sync/sealed_blob.hpp"
#include "support/catch.hpp"

using namespace insieme;
using namespace insieme::testing;
namespace fs = std::filesystem;

namespace {

const DocumentId kCore = document_of("d1");
const DocumentId kHealth = document_of("d1", "health");

std::vector<std::uint8_t> photo(std::size_t size, std::uint8_t first = 0) {
  std::vector<std::uint8_t> bytes(size, 42);
  for (std::size_t i = 0; i < std::min<std::size_t>(size, 64); ++i) {
    bytes[i] = static_cast<std::uint8_t>(first + i);
  }
  return bytes;
}

/// Anna names a photo in the section `core` and another in `health`; Elsa is given `core` alone.
struct Office : World {
  MemoryDevice anna{"anna"};
  MemoryDevice carla{"carla"};
  MemoryDevice elsa{"elsa"};
  MemoryDevice nino{"nino"};
  SealedBlob face = seal(photo(300'000));
  SealedBlob rash = seal(photo(70'000, 9));

  Office() {
    add(anna);
    add(carla, "coordinator");
    add(elsa);
    add(nino);
    anna.create(dossier("d1"));
    anna.write(kCore, {naming(face)});
    anna.write(kHealth, {naming(rash)});
    must_sync(anna);
    REQUIRE(repository->assign("user-elsa", dossier("d1"), {"core"}).ok());
  }
  static SealedBlob seal(const std::vector<std::uint8_t>& content) {
    auto sealed = seal_blob(key_of("anna"), "image/jpeg", content);
    REQUIRE(sealed.ok());
    return std::move(sealed).value();
  }
  static Operation naming(const SealedBlob& blob, std::string_view record = "r1") {
    return op_on(record, "files", AddOp{Value{*encode_blob_ref(blob.reference)}});
  }
  void must_sync(MemoryDevice& tablet) {
    const RunResult run = sync(tablet);
    CAPTURE(tablet.name(), run.error.detail);
    REQUIRE(run.done);
  }
  server::BlobKey key(const SealedBlob& blob) {
    return {dossier("d1"), blob.reference.name};
  }
  server::Request ask(const MemoryDevice& who, const char* method, const std::string& path,
                      const SealedBlob& blob, std::uint64_t offset = 0) {
    server::Request request;
    request.method = method;
    request.path = path;
    request.query = "dossier=" + to_text(dossier("d1")) + "&blob=" +
                    to_hex(blob.reference.name) + "&offset=" + std::to_string(offset);
    request.authorization = "Bearer token-" + who.name();
    request.request_id = "test";
    return request;
  }
  server::Response bring(const MemoryDevice& who, const SealedBlob& blob, std::uint64_t offset,
                         std::size_t length) {
    server::Request request = ask(who, "POST", "/v1/blobs", blob, offset);
    request.content_type = "application/octet-stream";
    const auto from = blob.bytes.begin() + static_cast<std::ptrdiff_t>(offset);
    const auto left = static_cast<std::size_t>(blob.bytes.end() - from);
    request.body.assign(from, from + static_cast<std::ptrdiff_t>(std::min(left, length)));
    return api().handle(request);
  }
  server::Response state(const MemoryDevice& who, const SealedBlob& blob) {
    return api().handle(ask(who, "POST", "/v1/blobs", blob));
  }
  void bring_all(const MemoryDevice& who, const SealedBlob& blob) {
    const server::Response response = bring(who, blob, 0, blob.bytes.size());
    CAPTURE(body_text(response));
    REQUIRE(response.status == 200);
    REQUIRE(body_text(response).find("\"whole\":true") != std::string::npos);
  }
  server::Response read(const MemoryDevice& who, const SealedBlob& blob,
                        std::uint64_t offset = 0) {
    return api().handle(ask(who, "POST", "/v1/blobs/read", blob, offset));
  }
  server::Response get(const MemoryDevice& who, const SealedBlob& blob,
                       const std::string& range = {}) {
    server::Request request = ask(who, "GET", "/v1/blobs", blob);
    request.range = range;
    return api().handle(request);
  }
  std::size_t files() {
    std::size_t count = 0;
    blobs->visit([&](const server::BlobKey&, bool, std::int64_t) { ++count; });
    return count;
  }
};

}  // namespace

TEST_CASE("blobs: what was brought is given to whoever may read its section, and to nobody else",
          "[server][blob][P7]") {
  Office o;
  o.bring_all(o.anna, o.face);
  o.bring_all(o.anna, o.rash);
  CHECK(o.read(o.elsa, o.face).body == o.face.bytes);
  CHECK(o.read(o.carla, o.rash).body == o.rash.bytes);
  // Elsa has the dossier, and not this section; Nino has nothing; both hear the same.
  for (const auto& [who, blob] : {std::pair(&o.elsa, &o.rash), std::pair(&o.nino, &o.face)}) {
    const server::Response response = o.read(*who, *blob);
    CHECK(response.status == 404);
    CHECK(o.get(*who, *blob).status == 404);
    CHECK(o.state(*who, *blob).status == 404);
    CHECK(o.bring(*who, *blob, 0, 10).status == 404);
    CHECK(body_text(response) == body_text(o.read(*who, Office::seal(photo(99)))));
  }
  REQUIRE(o.repository->unassign("user-elsa", dossier("d1"), "").ok());
  CHECK(o.read(o.elsa, o.face).status == 404);
  server::Request nobody = o.ask(o.anna, "GET", "/v1/blobs", o.face);
  nobody.authorization.clear();
  CHECK(o.api().handle(nobody).status == 401);
}

TEST_CASE("blobs: readings, and askings in vain, are in the access log", "[server][blob][S126]") {
  Office o;
  o.bring_all(o.anna, o.face);
  static_cast<void>(o.read(o.elsa, o.face));
  static_cast<void>(o.read(o.nino, o.face));
  std::vector<std::string> lines;
  o.repository->visit_access([&](const server::AccessRow& row) {
    lines.push_back(row.account + " " + std::to_string(static_cast<int>(row.note.kind)) + " " +
                    (row.note.sections.empty() ? "" : row.note.sections.front()));
    return true;
  });
  REQUIRE(lines.size() >= 3);
  CHECK(lines[lines.size() - 3] == "user-anna 2 core");
  CHECK(lines[lines.size() - 2] == "user-elsa 1 core");
  CHECK(lines[lines.size() - 1] == "user-nino 3 ");
}

TEST_CASE("blobs: a file that comes in pieces is one line for a device, until it rests",
          "[server][blob][S126]") {
  Office o;
  o.bring_all(o.anna, o.face);
  const auto lines = [&o] { return o.repository->access_end().first; };
  const std::uint64_t before = lines();
  for (std::uint64_t offset = 0; offset < o.face.bytes.size(); offset += 40'000) {
    REQUIRE(o.read(o.elsa, o.face, offset).status == 200);
  }
  CHECK(lines() == before + 1);
  static_cast<void>(o.read(o.anna, o.face));  // somebody else's is another one
  CHECK(lines() == before + 2);
  o.now_ms += server::ReadSessions::kIdleMs - 1;
  static_cast<void>(o.read(o.elsa, o.face));
  CHECK(lines() == before + 2);
  o.now_ms += server::ReadSessions::kIdleMs;
  static_cast<void>(o.read(o.elsa, o.face));
  CHECK(lines() == before + 3);
  static_cast<void>(o.read(o.nino, o.face));  // in vain, each time
  static_cast<void>(o.read(o.nino, o.face));
  CHECK(lines() == before + 5);
}

TEST_CASE("blobs: an upload that is cut at any byte goes on where it was", "[server][blob][P10]") {
  Office o;
  constexpr std::size_t kStep = 23'456;
  for (std::size_t cut = 1; cut < o.face.bytes.size(); cut += kStep) {
    CAPTURE(cut);
    o.blobs->remove(o.key(o.face));
    REQUIRE(o.bring(o.anna, o.face, 0, cut).status == 200);
    CHECK(body_text(o.state(o.anna, o.face)).find("\"received\":" + std::to_string(cut)) !=
          std::string::npos);
    // What overlaps is no matter, what leaves a hole is refused.
    CHECK(o.bring(o.anna, o.face, cut + 1, 10).status == 409);
    const std::size_t again = cut / 2;
    const server::Response rest = o.bring(o.anna, o.face, again, o.face.bytes.size());
    CHECK(body_text(rest).find("\"whole\":true") != std::string::npos);
    CHECK(o.read(o.elsa, o.face).body == o.face.bytes);
  }
  // Once more is no matter either.
  CHECK(o.bring(o.anna, o.face, 0, o.face.bytes.size()).status == 200);
  CHECK(o.files() == 1);
}

TEST_CASE("blobs: a download goes on at any byte, by Range and by offset", "[server][blob]") {
  Office o;
  o.bring_all(o.anna, o.face);
  const auto size = o.face.bytes.size();
  for (std::size_t at = 0; at < size; at += 34'567) {
    const std::vector<std::uint8_t> rest(
        o.face.bytes.begin() + static_cast<std::ptrdiff_t>(at), o.face.bytes.end());
    CHECK(o.read(o.carla, o.face, at).body == rest);
    const server::Response ranged = o.get(o.carla, o.face, "bytes=" + std::to_string(at) + "-");
    CHECK(ranged.status == 206);
    CHECK(ranged.body == rest);
  }
  CHECK(o.get(o.carla, o.face).status == 200);
  const server::Response few = o.get(o.carla, o.face, "bytes=5-9");
  CHECK(few.body.size() == 5);
  CHECK(std::find(few.headers.begin(), few.headers.end(),
                  std::pair<std::string, std::string>(
                      "Content-Range", "bytes 5-9/" + std::to_string(size))) !=
        few.headers.end());
  CHECK(o.get(o.carla, o.face, "bytes=" + std::to_string(size) + "-").status == 416);
  // What is no range of bytes is left aside (RFC 9110, 14.2).
  for (const char* odd : {"bytes=9-5", "bytes=a-", "lines=1-", "bytes=1-2,4-5", "bytes=-5"}) {
    CHECK(o.get(o.carla, o.face, odd).status == 200);
  }
}

TEST_CASE("blobs: other bytes than those that were named are refused and not kept",
          "[server][blob]") {
  Office o;
  SealedBlob false_one = o.face;
  false_one.bytes[1'000] ^= 1;
  const server::Response refused = o.bring(o.anna, false_one, 0, false_one.bytes.size());
  CHECK(refused.status == 400);
  CHECK(o.files() == 0);
  CHECK(o.read(o.carla, o.face).status == 404);
  o.bring_all(o.anna, o.face);
  // More bytes than the record says.
  SealedBlob longer = o.rash;
  longer.bytes.resize(longer.bytes.size() + 1);
  CHECK(o.bring(o.anna, longer, 0, longer.bytes.size()).status == 400);
}

TEST_CASE("blobs: nothing is taken that no record names", "[server][blob]") {
  Office o;
  const SealedBlob other = Office::seal(photo(500, 77));
  CHECK(o.bring(o.anna, other, 0, other.bytes.size()).status == 404);
  CHECK(o.files() == 0);
  server::Request odd = o.ask(o.anna, "POST", "/v1/blobs", o.face);
  for (const char* query : {"", "dossier=x&blob=y", "blob=00", "dossier=1&dossier=2"}) {
    odd.query = query;
    CHECK(o.api().handle(odd).status == 400);
  }
  odd = o.ask(o.anna, "POST", "/v1/blobs", o.face);
  odd.body = {1, 2, 3};
  CHECK(o.api().handle(odd).status == 415);
}

TEST_CASE("blobs: limits of the space and of a dossier, said in words", "[server][blob]") {
  Office o;
  o.config.max_blob_bytes = 100'000;
  CHECK(o.bring(o.anna, o.face, 0, 1'000).status == 507);
  CHECK(o.bring(o.anna, o.rash, 0, 1'000).status == 200);
  CHECK(o.bring(o.anna, o.face, 0, 1'000).status == 507);
  // What was begun may be ended.
  CHECK(o.bring(o.anna, o.rash, 1'000, o.rash.bytes.size()).status == 200);
  o.config.max_blob_bytes = 0;
  o.config.max_dossier_blob_bytes = 100'000;
  const server::Response full = o.bring(o.anna, o.face, 0, 1'000);
  CHECK(full.status == 507);
  CHECK(body_text(full).find("dossier-full") != std::string::npos);
  CHECK(body_text(full).find("resta sul dispositivo") != std::string::npos);
  o.config.max_dossier_blob_bytes = 0;
  o.free_disk = 4 * o.config.min_free_disk;  // enough for records
  CHECK(o.bring(o.anna, o.face, 0, 1'000).status == 507);
  o.free_disk = 1ULL << 40;
  o.bring_all(o.anna, o.face);
}

TEST_CASE("blobs: late work brings its photo although its author has lost the dossier",
          "[server][blob][P8]") {
  Office o;
  const SealedBlob late = Office::seal(photo(9'000, 3));
  REQUIRE(o.repository->unassign("user-anna", dossier("d1"), "passato ad altri").ok());
  o.anna.write(kCore, {Office::naming(late)});
  o.must_sync(o.anna);
  REQUIRE(o.repository->held().size() == 1);
  o.bring_all(o.anna, late);
  CHECK(o.read(o.carla, late).body == late.bytes);
  CHECK(o.read(o.anna, late).status == 404);
  CHECK(o.read(o.anna, o.face).status == 404);
}

TEST_CASE("blobs: what is erased is gone, cannot be brought again, and the rest stays",
          "[server][blob][P9]") {
  Office o;
  const SealedBlob both = Office::seal(photo(4'000, 5));
  o.anna.write(kCore, {Office::naming(both), Office::naming(both, "r2")});
  o.must_sync(o.anna);
  o.bring_all(o.anna, o.face);
  o.bring_all(o.anna, o.rash);
  o.bring_all(o.anna, both);
  REQUIRE(o.files() == 3);
  const ErasureOrder order{id_of<ErasureId>("order"), dossier("d1"), {{"core", rec("r1")}}, "art."};
  REQUIRE(o.repository->propose_erasure(order, "user-anna").ok());
  REQUIRE(o.repository->confirm_erasure(order.id, "user-carla").ok());
  CHECK(o.read(o.carla, o.face).status == 410);
  const auto swept = server::sweep_blobs(*o.repository, *o.blobs, o.now_ms);
  CHECK(swept.erased == 1);
  CHECK_FALSE(o.blobs->state(o.key(o.face)).whole);
  CHECK(o.bring(o.anna, o.face, 0, 1'000).status == 410);
  // Another record names this one still, and another section that one.
  CHECK(o.read(o.carla, both).status == 200);
  CHECK(o.read(o.carla, o.rash).status == 200);
  const ErasureOrder whole{id_of<ErasureId>("whole"), dossier("d1"), {{"", {}}}, "art."};
  REQUIRE(o.repository->propose_erasure(whole, "user-anna").ok());
  REQUIRE(o.repository->confirm_erasure(whole.id, "user-carla").ok());
  static_cast<void>(server::sweep_blobs(*o.repository, *o.blobs, o.now_ms));
  CHECK(o.files() == 0);
  CHECK(server::sweep_blobs(*o.repository, *o.blobs, o.now_ms).erased == 0);
}

namespace {

/// A folder whose bytes take so long that something else happens before the last is there.
class SlowFolder final : public server::BlobStore {
 public:
  SlowFolder(std::unique_ptr<server::BlobStore> inner, std::function<void(BlobStore&)> meanwhile)
      : inner_(std::move(inner)), meanwhile_(std::move(meanwhile)) {}
  server::BlobState state(const server::BlobKey& key) override { return inner_->state(key); }
  Result<server::BlobState> append(const server::BlobKey& key, std::uint64_t offset,
                                   std::span<const std::uint8_t> piece,
                                   std::uint64_t size) override {
    meanwhile_(*inner_);
    return inner_->append(key, offset, piece, size);
  }
  Result<std::vector<std::uint8_t>> read(const server::BlobKey& key, std::uint64_t offset,
                                         std::size_t length) override {
    return inner_->read(key, offset, length);
  }
  bool is_sound(const server::BlobKey& key) override { return inner_->is_sound(key); }
  void remove(const server::BlobKey& key) override { inner_->remove(key); }
  void visit(const std::function<void(const server::BlobKey&, bool, std::int64_t)>& visitor)
      override {
    inner_->visit(visitor);
  }
  Status check() override { return inner_->check(); }

 private:
  std::unique_ptr<server::BlobStore> inner_;
  std::function<void(BlobStore&)> meanwhile_;
};

}  // namespace

TEST_CASE("blobs: what is erased while its last bytes arrive does not stay",
          "[server][blob][P9]") {
  Office o;
  const ErasureOrder order{id_of<ErasureId>("order"), dossier("d1"), {{"core", rec("r1")}}, "art."};
  SlowFolder slow(server::open_blob_folder(o.folder() / "slow"), [&](server::BlobStore& store) {
    REQUIRE(o.repository->propose_erasure(order, "user-anna").ok());
    REQUIRE(o.repository->confirm_erasure(order.id, "user-carla").ok());
    CHECK(server::sweep_blobs(*o.repository, store, o.now_ms).erased == 1);
  });
  server::Services services{*o.repository, o.tokens, o.metrics, o.config, [&o] { return o.now_ms; },
                            o.keys.public_key, [&o] { return o.free_disk; }, server::fill_random,
                            o.keys.secret_key, o.pins};
  services.blobs = &slow;
  server::Api api(std::move(services));
  server::Request request = o.ask(o.anna, "POST", "/v1/blobs", o.face);
  request.content_type = "application/octet-stream";
  request.body = o.face.bytes;
  CHECK(api.handle(request).status == 410);
  CHECK(slow.state(o.key(o.face)).received == 0);
}

TEST_CASE("blobs: what nobody names goes after a month, what is named stays", "[server][blob]") {
  Office o;
  o.bring_all(o.anna, o.face);
  REQUIRE(o.bring(o.anna, o.rash, 0, 1'000).status == 200);
  const server::BlobKey orphan{dossier("d1"), Office::seal(photo(9, 1)).reference.name};
  const SealedBlob small = Office::seal(photo(9, 1));
  REQUIRE(o.blobs->append(orphan, 0, small.bytes, small.bytes.size()).ok());
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  CHECK(server::sweep_blobs(*o.repository, *o.blobs, now).orphans == 0);
  CHECK(o.files() == 3);
  constexpr std::int64_t kMonthMs = std::int64_t{31} * 86'400'000;
  CHECK(server::sweep_blobs(*o.repository, *o.blobs, now + kMonthMs).orphans == 2);
  CHECK(o.blobs->state(o.key(o.face)).whole);
  // The half one is awaited again, and comes.
  o.bring_all(o.anna, o.rash);
  // A part of what is known to be whole says only that the rest lies elsewhere.
  o.blobs->remove(o.key(o.face));
  const std::span<const std::uint8_t> all(o.face.bytes);
  REQUIRE(o.blobs->append(o.key(o.face), 0, all.subspan(0, 1'000), all.size()).ok());
  CHECK(server::sweep_blobs(*o.repository, *o.blobs, now + kMonthMs).orphans == 0);
  CHECK(o.repository->blob_standing(o.key(o.face)) == server::BlobStanding::whole);
}

TEST_CASE("blobs: verify finds every kind of damage, and copies put it right", "[server][blob]") {
  Office o;
  o.bring_all(o.anna, o.face);
  const TempDir beside;
  const auto copies = server::open_blob_folder(beside.file("blobs"));
  CHECK(server::back_up_blobs(*o.repository, *o.blobs, *copies) == 1);
  CHECK(server::back_up_blobs(*o.repository, *o.blobs, *copies) == 0);
  CHECK(server::verify_blobs(*o.repository, *o.blobs, true).faults.empty());
  CHECK(server::verify_blobs(*o.repository, *o.blobs, true).awaited == 1);
  const fs::path file = fs::path(o.database()).parent_path() / "blobs" /
                        to_hex(dossier("d1").bytes) / to_hex(o.face.reference.name);
  REQUIRE(fs::exists(file));
  {
    std::fstream damaged(file, std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(5'000);
    damaged.put('x');
  }
  CHECK(server::verify_blobs(*o.repository, *o.blobs, false).faults.empty());
  CHECK(server::verify_blobs(*o.repository, *o.blobs, true).faults.size() == 1);
  fs::resize_file(file, 5'000);
  CHECK(server::verify_blobs(*o.repository, *o.blobs, false).faults.size() == 1);
  fs::remove(file);
  CHECK(server::verify_blobs(*o.repository, *o.blobs, false).faults.size() == 1);
  CHECK(server::restore_blobs(*o.repository, *o.blobs, *copies) == 1);
  CHECK(server::verify_blobs(*o.repository, *o.blobs, true).faults.empty());
}

TEST_CASE("blobs: an erasure reaches the copies at the next backup", "[server][blob][P9]") {
  Office o;
  o.bring_all(o.anna, o.face);
  const TempDir beside;
  const auto copies = server::open_blob_folder(beside.file("blobs"));
  CHECK(server::back_up_blobs(*o.repository, *o.blobs, *copies) == 1);
  const ErasureOrder order{id_of<ErasureId>("order"), dossier("d1"), {{"core", rec("r1")}}, "art."};
  REQUIRE(o.repository->propose_erasure(order, "user-anna").ok());
  REQUIRE(o.repository->confirm_erasure(order.id, "user-carla").ok());
  static_cast<void>(server::back_up_blobs(*o.repository, *o.blobs, *copies));
  CHECK_FALSE(copies->state(o.key(o.face)).whole);
}

TEST_CASE("blobs: two servers over one folder take one upload, and it is whole", "[server][blob]") {
  Office o;
  const std::string folder = (fs::path(o.database()).parent_path() / "blobs").string();
  std::vector<std::thread> servers;
  for (int server = 0; server < 2; ++server) {
    servers.emplace_back([&] {
      const auto store = server::open_blob_folder(folder);
      for (std::size_t at = 0; at < o.face.bytes.size(); at += 9'000) {
        const auto piece = std::span(o.face.bytes).subspan(
            at, std::min<std::size_t>(9'000, o.face.bytes.size() - at));
        // The other one may be further.
        static_cast<void>(store->append(o.key(o.face), at, piece, o.face.bytes.size()));
      }
    });
  }
  for (std::thread& server : servers) server.join();
  CHECK(o.blobs->state(o.key(o.face)).whole);
  CHECK(o.blobs->is_sound(o.key(o.face)));
  CHECK(o.read(o.elsa, o.face).body == o.face.bytes);
}
