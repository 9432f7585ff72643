// Where bytes of blobs lie: one contract for a folder and for a bucket of a real S3 server.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "blobs/claim.hpp"
#include "blobs/s3_client.hpp"
#include "fixture.hpp"
#include "insieme/processes/process.hpp"
#include "insieme/sync/sealed_blob.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

using namespace insieme;
using namespace insieme::testing;
namespace fs = std::filesystem;

namespace {

std::vector<std::uint8_t> bytes_of(std::size_t size, std::uint8_t seed) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(seed + i * 7 + i / 256);
  }
  return bytes;
}

server::BlobKey key_for(const std::vector<std::uint8_t>& bytes, const char* dossier_name = "d1") {
  sync::BlobNamer namer;
  namer.add(bytes);
  return {dossier(dossier_name), namer.finish()};
}

/// An S3 server on the same port however often it begins.
class Bucket {
 public:
  Bucket() { begin(); }
  void begin() {
    node_ = std::make_unique<processes::Running>();
    const std::string said = node_->start(
        Launch("/usr/bin/env", {"node", INSIEME_S3_SERVER, folder_.file("s3"), port_}, {}),
        folder_.file("log"));
    const std::string mark = "listening on ";
    REQUIRE(said.rfind(mark, 0) == 0);
    url_ = said.substr(mark.size());
    while (url_.back() == '\n') url_.pop_back();
    port_ = url_.substr(url_.rfind(':') + 1);
  }
  void end() { node_.reset(); }
  /// Settings as an operator writes them; the key's file says `secret`.
  [[nodiscard]] server::Config config(const std::string& secret = "S3RVER",
                                      const std::string& bucket = "insieme/foto") {
    const std::string key = folder_.file("key-" + secret);
    std::ofstream(key) << "# prova\nS3RVER\n" << secret << '\n';
    fs::permissions(key, fs::perms::owner_read);
    server::Config config;
    config.blob_bucket = url_ + "/" + bucket;
    config.blob_bucket_key = key;
    return config;
  }
  [[nodiscard]] std::unique_ptr<server::BlobStore> open(const std::string& secret = "S3RVER",
                                                        const std::string& bucket =
                                                            "insieme/foto",
                                                        const sync::SpaceId& space =
                                                            id_of<sync::SpaceId>("space")) {
    const auto settings = server::load_bucket_settings(config(secret, bucket));
    REQUIRE(settings.ok());
    return server::open_blob_bucket(*settings, space, arriving());
  }
  [[nodiscard]] std::string arriving() const { return folder_.file("arriving"); }
  /// Files of whole or begun blobs that lie outside of the bucket.
  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    server::open_blob_folder(arriving())
        ->visit([&](const server::BlobKey&, bool, std::int64_t) { ++count; });
    return count;
  }

 private:
  TestFolder folder_;
  std::string url_;
  std::string port_ = "0";
  std::unique_ptr<processes::Running> node_;
};

bool has_s3_server() {
  const Finished node = run_program(
      "/usr/bin/env",
      {"node", "-e", "process.chdir(process.argv[1]); require.resolve('s3rver', {paths: ['.']})",
       INSIEME_SOURCE_DIR},
      {});
  if (node.code == 0) return true;
  WARN("skipped: no node, or its packages are not installed (tools/setup): " << node.err);
  return false;
}

/// Something takes connections, and says nothing: its socket, and how it is asked.
std::pair<int, server::BucketSettings> silent_bucket(int socket_flags) {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | socket_flags, 0);
  ::sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::socklen_t length = sizeof address;
  auto* any = reinterpret_cast<::sockaddr*>(&address);
  REQUIRE(::bind(listening, any, length) == 0);
  REQUIRE(::listen(listening, 8) == 0);
  REQUIRE(::getsockname(listening, any, &length) == 0);
  server::BucketSettings settings;
  settings.url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/insieme";
  settings.region = "us-east-1";
  settings.key_id = "a";
  settings.secret = "b";
  settings.on_this_machine = true;
  return {listening, settings};
}

/// What every store does.
void check_store(server::BlobStore& store) {
  CHECK(store.check().ok());
  const auto photo = bytes_of(300'000, 3);
  const server::BlobKey key = key_for(photo);
  const std::span<const std::uint8_t> all(photo);
  CHECK(store.state(key).received == 0);
  CHECK(store.read(key, 0, 10).error().code == ErrorCode::not_found);
  CHECK_FALSE(store.is_sound(key));

  auto state = store.append(key, 0, all.subspan(0, 100'000), photo.size());
  REQUIRE(state.ok());
  CHECK(state->received == 100'000);
  CHECK_FALSE(state->whole);
  CHECK_FALSE(store.state(key).whole);
  CHECK(store.append(key, 200'000, all.subspan(200'000), photo.size()).error().code ==
        ErrorCode::conflict);
  CHECK(store.append(key, 250'000, all.subspan(0, 60'000), photo.size()).error().code ==
        ErrorCode::invalid_argument);
  // A piece that comes twice counts once.
  REQUIRE(store.append(key, 50'000, all.subspan(50'000, 150'000), photo.size()).ok());
  state = store.append(key, 200'000, all.subspan(200'000), photo.size());
  REQUIRE(state.ok());
  CHECK(state->whole);
  CHECK(store.state(key).whole);
  CHECK(store.state(key).received == photo.size());
  CHECK(store.is_sound(key));
  CHECK(store.append(key, 0, all.subspan(0, 10), photo.size())->whole);

  const auto middle = store.read(key, 99'990, 20);
  REQUIRE(middle.ok());
  CHECK(*middle == std::vector<std::uint8_t>(photo.begin() + 99'990, photo.begin() + 100'010));
  CHECK(store.read(key, photo.size() - 5, 100)->size() == 5);
  CHECK(store.read(key, photo.size(), 1).error().code == ErrorCode::invalid_argument);

  // Bytes that are not what was named are not kept.
  const server::BlobKey other = key_for(bytes_of(1'000, 9), "d2");
  CHECK(store.append(other, 0, bytes_of(1'000, 8), 1'000).error().code == ErrorCode::checksum);
  CHECK(store.state(other).received == 0);
  REQUIRE(store.append(other, 0, bytes_of(1'000, 9), 1'000)->whole);

  std::size_t seen = 0;
  store.visit([&](const server::BlobKey& one, bool whole, std::int64_t changed_ms) {
    ++seen;
    CHECK(whole);
    CHECK((one == key || one == other));
    CHECK(changed_ms > 1'700'000'000'000);
  });
  CHECK(seen == 2);
  const TempDir beside;
  const auto copies = server::open_blob_folder(beside.file("copies"));
  CHECK(copies->copy_from(store, key, photo.size()));
  CHECK(copies->is_sound(key));

  store.remove(key);
  store.remove(key);
  CHECK(store.state(key).received == 0);
  CHECK(store.read(key, 0, 10).error().code == ErrorCode::not_found);
  CHECK(store.copy_from(*copies, key, photo.size()));
  CHECK_FALSE(store.copy_from(*copies, key, photo.size()));
  CHECK(store.is_sound(key));
}

/// Has nothing, and holds every body until it is let go; then it has one of that size.
class HeldBucket {
 public:
  HeldBucket() {
    auto [listening, bucket] = silent_bucket(0);
    listening_ = listening;
    settings = bucket;
    serving_ = std::thread([this] { serve(); });
  }
  ~HeldBucket() {
    let_go = true;
    ::shutdown(listening_, SHUT_RDWR);
    serving_.join();
    for (std::thread& one : answering_) one.join();
    ::close(listening_);
  }
  HeldBucket(const HeldBucket&) = delete;
  HeldBucket& operator=(const HeldBucket&) = delete;

  server::BucketSettings settings;
  std::atomic<int> puts{0};
  std::atomic<bool> let_go{false};
  std::atomic<std::size_t> size{0};

 private:
  void serve() {
    for (int line = 0; (line = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      answering_.emplace_back([this, line] { answer(line); });
    }
  }
  void answer(int line) {
    std::string said(64 * 1024, '\0');
    const ssize_t count = ::recv(line, said.data(), said.size(), 0);
    std::string reply = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    if (count > 3 && said.compare(0, 3, "PUT") == 0) {
      ++puts;
      while (!let_go) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      has_it_ = true;
      reply.replace(9, 13, "200 OK");
    } else if (has_it_) {
      reply = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) +
              "\r\nConnection: close\r\n\r\n";
    }
    static_cast<void>(::send(line, reply.data(), reply.size(), MSG_NOSIGNAL));
    ::close(line);
  }

  int listening_ = -1;
  std::thread serving_;
  std::vector<std::thread> answering_;
  std::atomic<bool> has_it_{false};
};

}  // namespace

TEST_CASE("blob store: a folder keeps its contract", "[server][blob][store]") {
  const TempDir dir;
  check_store(*server::open_blob_folder(dir.file("blobs")));
}

TEST_CASE("blob store: a bucket keeps the same contract, and nothing stays beside it",
          "[server][blob][store]") {
  if (!has_s3_server()) return;
  Bucket bucket;
  check_store(*bucket.open());
  CHECK(bucket.files() == 0);
  // Another prefix of the bucket is another space's.
  std::size_t seen = 0;
  bucket.open("S3RVER", "insieme/altro")->visit([&](const server::BlobKey&, bool, std::int64_t) {
    ++seen;
  });
  CHECK(seen == 0);
}

TEST_CASE("blob store: spaces that share a bucket do not remove each other's photos",
          "[server][blob][store]") {
  if (!has_s3_server()) return;
  Bucket bucket;
  const auto ours = bucket.open("S3RVER", "insieme", id_of<sync::SpaceId>("ours"));
  const auto theirs = bucket.open("S3RVER", "insieme", id_of<sync::SpaceId>("theirs"));
  const auto photo = bytes_of(1'000, 1);
  const server::BlobKey key = key_for(photo);
  REQUIRE(ours->append(key, 0, photo, photo.size())->whole);
  REQUIRE(theirs->append(key, 0, photo, photo.size())->whole);
  World world;  // whose records name neither
  constexpr std::int64_t kIn2100 = 4'102'444'800'000;
  CHECK(server::sweep_blobs(*world.repository, *theirs, kIn2100).orphans == 1);
  CHECK_FALSE(theirs->state(key).whole);
  CHECK(ours->is_sound(key));
  REQUIRE(theirs->append(key, 0, photo, photo.size())->whole);
  CHECK(server::sweep_blobs(*world.repository, *ours, kIn2100).orphans == 1);
  CHECK(theirs->is_sound(key));
}

TEST_CASE("blob store: a bucket that is away loses nothing, and says so without its secret",
          "[server][blob][store]") {
  if (!has_s3_server()) return;
  Bucket bucket;
  const auto store = bucket.open();
  const auto photo = bytes_of(200'000, 5);
  const server::BlobKey key = key_for(photo);
  const std::span<const std::uint8_t> all(photo);
  REQUIRE(store->append(key, 0, all.subspan(0, 100'000), photo.size()).ok());
  bucket.end();
  // What is arriving goes on.
  CHECK(store->state(key).received == 100'000);
  REQUIRE(store->append(key, 100'000, all.subspan(100'000, 50'000), photo.size()).ok());
  const auto failure = [](const auto& work) {
    try {
      work();
    } catch (const server::StorageFailure& thrown) {
      CHECK(thrown.code() == ErrorCode::unavailable);
      return std::string(thrown.what());
    }
    return std::string();
  };
  const std::string said = failure(
      [&] { static_cast<void>(store->append(key, 150'000, all.subspan(150'000), photo.size())); });
  CHECK(said.find("cannot be reached") != std::string::npos);
  CHECK(said.find("S3RVER") == std::string::npos);
  CHECK_FALSE(failure([&] { static_cast<void>(store->state(key)); }).empty());
  CHECK_FALSE(store->check().ok());
  CHECK(bucket.files() == 1);  // whole, and kept
  bucket.begin();
  // Asked for again, it is brought there.
  CHECK(store->state(key).whole);
  CHECK(bucket.files() == 0);
  CHECK(store->is_sound(key));
}

TEST_CASE("blob store: a bucket that does not answer is asked once, and then left alone",
          "[server][blob][store]") {
  const auto [listening, settings] = silent_bucket(SOCK_NONBLOCK);
  const TempDir dir;
  const auto store = server::open_blob_bucket(settings, id_of<sync::SpaceId>("space"),
                                              dir.file("arriving"));
  CHECK(store->check().error().detail.find("in time") != std::string::npos);
  CHECK(store->check().error().detail.find("a moment ago") != std::string::npos);
  CHECK_FALSE(store->check().ok());
  int connections = 0;
  for (int one = 0; (one = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
    ++connections;
    ::close(one);
  }
  CHECK(connections == 1);
  ::close(listening);
}

TEST_CASE("blob store: of a slow bucket no more is asked at once than leaves threads for records",
          "[server][blob][store]") {
  auto [listening, settings] = silent_bucket(0);
  settings.at_once = 1;
  server::S3Client client(settings);
  Status first;
  std::thread waiting([&client, &first] {
    const auto page = client.list({}, 1);
    if (!page.ok()) first = page.error();
  });
  const int line = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);  // it waits now
  const auto second = client.list({}, 1);
  ::close(listening);
  ::close(line);
  waiting.join();
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().code == ErrorCode::unavailable);
  CHECK(second.error().detail.find("already") != std::string::npos);
  REQUIRE_FALSE(first.ok());
  CHECK(first.error().detail.find("already") == std::string::npos);
}

TEST_CASE("blob store: a body that does not get through stops no small request",
          "[server][blob][store]") {
  HeldBucket bucket;
  server::S3Client client(bucket.settings);
  const auto photo = bytes_of(1'000, 2);
  const auto put = [&] {
    return client.put("foto", photo.size(), std::string(64, 'a'), [&photo] {
      return [&photo, done = false](std::span<std::uint8_t> out) mutable -> Result<std::size_t> {
        if (done) return std::size_t{0};
        done = true;
        std::copy(photo.begin(), photo.end(), out.begin());
        return photo.size();
      };
    });
  };
  CHECK(put().error().detail.find("in time") != std::string::npos);
  CHECK(put().error().detail.find("a moment ago") != std::string::npos);
  const auto asked = client.size_of("foto");
  REQUIRE(asked.ok());
  CHECK_FALSE(asked->has_value());
  CHECK(bucket.puts == 1);
}

TEST_CASE("blob store: of two who bring the last piece at once one sends it",
          "[server][blob][store]") {
  HeldBucket bucket;
  bucket.settings.at_once = 4;
  const TempDir dir;
  const auto store = server::open_blob_bucket(bucket.settings, id_of<sync::SpaceId>("space"),
                                              dir.file("arriving"));
  const auto photo = bytes_of(1'000, 2);
  const server::BlobKey key = key_for(photo);
  bucket.size = photo.size();
  bool first_is_whole = false;
  std::thread first([&] { first_is_whole = store->append(key, 0, photo, photo.size())->whole; });
  while (bucket.puts == 0) std::this_thread::yield();
  std::string said;
  try {
    static_cast<void>(store->append(key, 0, photo, photo.size()));
  } catch (const server::StorageFailure& thrown) {
    CHECK(thrown.code() == ErrorCode::unavailable);
    said = thrown.what();
  }
  CHECK(said.find("another request") != std::string::npos);
  bucket.let_go = true;
  first.join();
  CHECK(first_is_whole);
  CHECK(store->append(key, 0, photo, photo.size())->whole);
  CHECK(bucket.puts == 1);
}

TEST_CASE("blob store: a folder is one space's, on however many servers", "[server][blob][store]") {
  const TempDir dir;
  const std::string folder = dir.file("blobs");
  const auto ours = id_of<sync::SpaceId>("space");
  CHECK(server::claim_blob_folder(folder, ours).ok());
  CHECK(server::claim_blob_folder(folder, ours).ok());
  const Status refused = server::claim_blob_folder(folder, id_of<sync::SpaceId>("other"));
  CHECK(refused.code() == ErrorCode::conflict);
  CHECK(refused.error().detail.find("a folder of its own") != std::string::npos);
  // What it notes is no blob.
  std::size_t seen = 0;
  server::open_blob_folder(folder)->visit([&](const server::BlobKey&, bool, std::int64_t) {
    ++seen;
  });
  CHECK(seen == 0);
  CHECK(server::claim_blob_folder(dir.file("no/such/folder"), ours).code() ==
        ErrorCode::storage_failure);
}

TEST_CASE("blob store: a photo of 20 MiB has the time that a line of 0.3 Mbit/s takes",
          "[server][blob][store]") {
  constexpr std::uint64_t kPhoto = std::uint64_t{20} * 1024 * 1024;
  CHECK(server::S3Client::total_ms(0) == 60'000);
  CHECK(server::S3Client::total_ms(kPhoto) / 1'000 > static_cast<long>(kPhoto * 8 / 300'000));
}

TEST_CASE("blob store: bytes that go while they are sent are no fault of the bucket",
          "[server][blob][store]") {
  if (!has_s3_server()) return;
  Bucket bucket;
  const auto settings = server::load_bucket_settings(bucket.config());
  REQUIRE(settings.ok());
  server::S3Client client(*settings);
  const auto photo = bytes_of(1'000, 2);
  int opened = 0;
  const Status sent = client.put("foto", photo.size(), std::string(64, 'a'), [&opened] {
    ++opened;
    return [](std::span<std::uint8_t>) -> Result<std::size_t> {
      std::this_thread::sleep_for(
          std::chrono::milliseconds(server::S3Client::kPatienceMs + 100));
      return Error{ErrorCode::not_found, "these bytes are not here"};
    };
  });
  CHECK(sent.error().code == ErrorCode::unavailable);
  CHECK(opened == 1);
  CHECK(client.size_of("foto").ok());  // it is asked as ever
}

TEST_CASE("blob store: what a folder held is given by the bucket that follows it",
          "[server][blob][store]") {
  if (!has_s3_server()) return;
  Bucket bucket;
  const auto photo = bytes_of(1'000, 6);
  const server::BlobKey key = key_for(photo);
  REQUIRE(server::open_blob_folder(bucket.arriving())->append(key, 0, photo, photo.size())->whole);
  const auto store = bucket.open();
  CHECK(*store->read(key, 0, 1'000) == photo);
  CHECK(store->state(key).whole);
  CHECK(bucket.files() == 0);
  CHECK(*store->read(key, 0, 1'000) == photo);
  // Brought already, though whoever brought it did not hear so: nothing stays in the folder.
  const auto folder = server::open_blob_folder(bucket.arriving());
  REQUIRE(folder->append(key, 0, photo, photo.size())->whole);
  CHECK(store->state(key).whole);
  CHECK(bucket.files() == 0);
  // Nor does what was begun here and ended at another server.
  const std::span<const std::uint8_t> all(photo);
  REQUIRE(folder->append(key, 0, all.subspan(0, 500), photo.size()).ok());
  CHECK(store->state(key).whole);
  CHECK(bucket.files() == 0);
}

TEST_CASE("blob store: a wrong key, a bucket that is not there, and settings that say nothing",
          "[server][blob][store]") {
  if (!has_s3_server()) return;
  Bucket bucket;
  const Status wrong = bucket.open("sbagliato")->check();
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().code == ErrorCode::not_allowed);
  CHECK(wrong.error().detail.find("blob_bucket_key") != std::string::npos);
  CHECK(wrong.error().detail.find("sbagliato") == std::string::npos);
  CHECK_FALSE(bucket.open("S3RVER", "manca")->check().ok());
  server::Config config = bucket.config();
  for (const auto& [workers, at_once] : {std::pair(1U, 1U), std::pair(4U, 2U), std::pair(9U, 4U)}) {
    config.workers = workers;
    CHECK(server::load_bucket_settings(config)->at_once == at_once);
  }
  for (const char* url : {"http://s3.example/foto", "https://s3.example", "https://s3.example/",
                          "https://a:b@s3.example/foto", "s3.example/foto", ""}) {
    CAPTURE(url);
    config.blob_bucket = url;
    CHECK(server::load_bucket_settings(config).error().code == ErrorCode::invalid_argument);
  }
  config = bucket.config();
  fs::permissions(config.blob_bucket_key, fs::perms::others_read, fs::perm_options::add);
  CHECK(server::load_bucket_settings(config).error().detail.find("chmod") != std::string::npos);
  config.blob_bucket_key = "/nowhere/key";
  CHECK_FALSE(server::load_bucket_settings(config).ok());
}
