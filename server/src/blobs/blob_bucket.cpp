// Blobs in an S3-compatible store, with a folder for what is arriving.
#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <mutex>
#include <set>
#include <utility>

#include "blobs/s3_client.hpp"
#include "insieme/sync/sealed_blob.hpp"
#include "sign_in/web.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kPieceBytes = 1024 * 1024;
constexpr std::size_t kListedAtOnce = 1'000;
constexpr std::size_t kKeyFileMax = 4 * 1024;

std::string name_of(const BlobKey& key) {
  return sync::to_hex(key.dossier.bytes) + "/" + sync::to_hex(key.name);
}

std::optional<BlobKey> key_of(std::string_view name) {
  const std::size_t slash = name.find('/');
  BlobKey key;
  if (slash == std::string_view::npos ||
      !sync::from_hex(name.substr(0, slash), key.dossier.bytes).ok() ||
      !sync::from_hex(name.substr(slash + 1), key.name.bytes).ok()) {
    return std::nullopt;
  }
  return key;
}

/// Whatever the bucket does not do now it may do later: nobody who brings bytes is at fault.
[[noreturn]] void fail(const Error& error) {
  throw StorageFailure(ErrorCode::unavailable, error.detail);
}
template <class T>
T must(Result<T> result) {
  if (!result.ok()) fail(result.error());
  return std::move(result).value();
}

/// A sweep removes what its space's records do not name: nothing of another space may be seen.
BucketSettings below(BucketSettings settings, const sync::SpaceId& space) {
  if (!settings.prefix.empty()) settings.prefix += '/';
  settings.prefix += sync::to_hex(space.bytes);
  return settings;
}

class BlobBucket final : public BlobStore {
 public:
  BlobBucket(const BucketSettings& settings, const sync::SpaceId& space, const std::string& folder)
      : client_(below(settings, space)), arriving_(open_blob_folder(folder)) {}

  BlobState state(const BlobKey& key) override {
    const BlobState here = arriving_->state(key);
    const auto size = client_.size_of(name_of(key));
    if (!size.ok()) {
      // What is still arriving goes on while the bucket is away.
      if (here.received > 0 && !here.whole) return here;
      fail(size.error());
    }
    if (*size) {
      // A request that ended too early may have brought it all the same.
      if (here.received > 0 && (!here.whole || here.received == **size)) arriving_->remove(key);
      return {**size, true};
    }
    if (here.whole) send_once(key, here.received);
    return here;
  }

  Result<BlobState> append(const BlobKey& key, std::uint64_t offset,
                           std::span<const std::uint8_t> piece, std::uint64_t size) override {
    if (arriving_->state(key).received == 0) {
      if (const auto sent = must(client_.size_of(name_of(key)))) return BlobState{*sent, true};
    }
    INSIEME_TRY_ASSIGN(const BlobState here, arriving_->append(key, offset, piece, size));
    if (here.whole) send_once(key, here.received);
    return here;
  }

  Result<std::vector<std::uint8_t>> read(const BlobKey& key, std::uint64_t offset,
                                         std::size_t length) override {
    if (length == 0) return Error{ErrorCode::invalid_argument, "nothing is asked for"};
    auto bytes = client_.get(name_of(key), offset, length);
    if (bytes.ok()) return bytes;
    if (bytes.error().code == ErrorCode::not_found) return arriving_->read(key, offset, length);
    if (bytes.error().code != ErrorCode::invalid_argument) fail(bytes.error());
    return bytes;
  }

  bool is_sound(const BlobKey& key) override {
    sync::BlobNamer namer;
    for (std::uint64_t offset = 0;;) {
      const auto piece = read(key, offset, kPieceBytes);
      if (!piece.ok()) {
        // Its end, or nothing at all.
        return piece.error().code == ErrorCode::invalid_argument && namer.finish() == key.name;
      }
      namer.add(*piece);
      offset += piece->size();
      if (piece->size() < kPieceBytes) return namer.finish() == key.name;
    }
  }

  void remove(const BlobKey& key) override {
    arriving_->remove(key);
    if (const Status gone = client_.remove(name_of(key)); !gone.ok()) fail(gone.error());
  }

  void visit(const std::function<void(const BlobKey&, bool, std::int64_t)>& visitor) override {
    arriving_->visit(visitor);
    std::string after;
    for (bool more = true; more;) {
      const S3Page page = must(client_.list(after, kListedAtOnce));
      for (const S3Object& object : page.objects) {
        if (const auto key = key_of(object.key)) visitor(*key, true, object.changed_ms);
      }
      // A store that never ends is one that does not go on.
      more = page.more && !page.objects.empty() && page.objects.back().key > after;
      if (more) after = page.objects.back().key;
    }
  }

  Status check() override {
    INSIEME_TRY(arriving_->check());
    const auto page = client_.list({}, 1);
    return page.ok() ? Status() : Status(page.error());
  }

 private:
  PutSource source_of(const BlobKey& key) const {
    return [this, key, offset = std::uint64_t{0}](
               std::span<std::uint8_t> out) mutable -> Result<std::size_t> {
      const auto bytes = arriving_->read(key, offset, out.size());
      if (!bytes.ok()) {
        if (bytes.error().code == ErrorCode::invalid_argument) return std::size_t{0};
        return bytes.error();
      }
      std::copy(bytes->begin(), bytes->end(), out.begin());
      offset += bytes->size();
      return bytes->size();
    };
  }

  [[nodiscard]] std::string sha256_of(const BlobKey& key) const {
    crypto_hash_sha256_state state{};
    crypto_hash_sha256_init(&state);
    std::vector<std::uint8_t> buffer(kPieceBytes);
    const PutSource source = source_of(key);
    while (true) {
      const auto count = source(buffer);
      if (!count.ok()) return {};
      if (*count == 0) break;
      crypto_hash_sha256_update(&state, buffer.data(), *count);
    }
    std::array<std::uint8_t, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256_final(&state, hash.data());
    return sync::to_hex(hash);
  }

  /// Two requests may bring the last piece at once: the second is told to ask again.
  void send_once(const BlobKey& key, std::uint64_t size) {
    const std::string name = name_of(key);
    {
      const std::lock_guard lock(mutex_);
      if (!sending_.insert(name).second) {
        fail({ErrorCode::unavailable, "the bytes are being sent by another request"});
      }
    }
    struct Sent {
      BlobBucket& bucket;
      const std::string& name;
      ~Sent() {
        const std::lock_guard lock(bucket.mutex_);
        bucket.sending_.erase(name);
      }
    } const sent{*this, name};
    send(key, size);
  }

  /// Whole and checked as it is here; it stays here until it is there.
  void send(const BlobKey& key, std::uint64_t size) {
    const std::string name = name_of(key);
    const std::string sha256 = sha256_of(key);
    Status sent(ErrorCode::unavailable, "the bytes are being sent by another request");
    if (!sha256.empty()) sent = client_.put(name, size, sha256, [&] { return source_of(key); });
    const auto there = client_.size_of(name);
    if (!there.ok() || *there != size) {
      fail(!sent.ok() ? sent.error()
                      : Error{ErrorCode::unavailable, "the store of blobs has not what it took"});
    }
    arriving_->remove(key);
  }

  S3Client client_;
  std::unique_ptr<BlobStore> arriving_;
  std::mutex mutex_;
  std::set<std::string> sending_;  ///< guarded by mutex_
};

Error bad(const std::string& what) { return {ErrorCode::invalid_argument, what}; }

/// Two lines; comments and empty ones aside.
Status read_key(const std::string& path, BucketSettings& settings) {
  std::ifstream stream(path, std::ios::binary);
  std::string text(kKeyFileMax, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line = text.substr(0, end);
    text.erase(0, std::min(text.size(), end + 1));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (!line.empty() && line.front() != '#') lines.push_back(std::move(line));
  }
  if (lines.size() != 2) {
    return bad("blob_bucket_key: " + path +
               ": cannot be read, or is not two lines, the id of an access key and its secret");
  }
  struct ::stat state {};
  if (::stat(path.c_str(), &state) == 0 && (state.st_mode & S_IRWXO) != 0) {
    return bad("blob_bucket_key: " + path + ": everybody on this machine may read it: chmod 600");
  }
  settings.key_id = std::move(lines[0]);
  settings.secret = std::move(lines[1]);
  return {};
}

}  // namespace

Result<BucketSettings> load_bucket_settings(const Config& config) {
  BucketSettings settings;
  const std::string& url = config.blob_bucket;
  if (!may_be_asked(url) || url.find_first_of("?%") != std::string::npos) {
    return bad("blob_bucket is https://HOST/BUCKET or https://HOST/BUCKET/PREFIX (http:// to this "
               "machine alone)");
  }
  const std::size_t host = url.find("://") + 3;
  const std::size_t bucket = url.find('/', host);
  if (bucket == std::string::npos || bucket + 1 == url.size()) {
    return bad("blob_bucket names no bucket: https://HOST/BUCKET");
  }
  const std::size_t prefix = std::min(url.find('/', bucket + 1), url.size());
  settings.url = url.substr(0, prefix);
  settings.prefix = prefix < url.size() ? url.substr(prefix + 1) : "";
  while (settings.prefix.ends_with('/')) settings.prefix.pop_back();
  settings.region = config.blob_bucket_region;
  settings.ca_file = config.blob_bucket_ca;
  settings.on_this_machine = url.starts_with("http://");
  settings.at_once = std::max<std::uint32_t>(1, config.workers / 2);
  INSIEME_TRY(read_key(config.blob_bucket_key, settings));
  return settings;
}

std::unique_ptr<BlobStore> open_blob_bucket(const BucketSettings& settings,
                                            const sync::SpaceId& space,
                                            const std::string& folder) {
  return std::make_unique<BlobBucket>(settings, space, folder);
}

}  // namespace insieme::server
