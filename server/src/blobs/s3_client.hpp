#pragma once
// An S3-compatible store as five requests, signed by libcurl (AWS Signature Version 4). Addresses
// are path-style, ENDPOINT/BUCKET/KEY, which every such store speaks.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "insieme/server/blobs.hpp"

namespace insieme::server {

/// The next bytes, into `out`: how many; 0 at the end.
using PutSource = std::function<Result<std::size_t>(std::span<std::uint8_t> out)>;

struct S3Object {
  std::string key;
  std::int64_t changed_ms = 0;  ///< 0: it does not say
};
struct S3Page {
  std::vector<S3Object> objects;
  bool more = false;
};
/// What an answer to ListObjectsV2 holds; `malformed`: it is no such answer.
[[nodiscard]] Result<S3Page> parse_s3_listing(std::string_view xml);

/// Thread-safe. At most `BucketSettings::at_once` requests are on their way; another one is
/// `unavailable` at once, so that there are always threads for records. Whatever fails at once is
/// tried again, three times in all. Whatever does not answer in time is not, and for a while nobody
/// asks: those who wait for it are threads that serve records, too. After a `put` that took too
/// long that is so of `put` alone. Errors are values, in words
/// without secrets: `unavailable` (no answer, or one that says later), `not_allowed` (it does not
/// take this key), `storage_failure` (anything else that it refuses).
class S3Client {
 public:
  static constexpr int kTries = 3;
  static constexpr long kConnectMs = 4'000;
  static constexpr long kTotalMs = 60'000;  ///< without a body
  /// For a body of `size` bytes: it arrives over a line of 32 KiB/s, too.
  static constexpr long total_ms(std::uint64_t size) {
    return kTotalMs + static_cast<long>(size / 32);
  }
  static constexpr long kStallSeconds = 5;  ///< without a byte
  static constexpr std::int64_t kPatienceMs = 2'000;  ///< for all tries together
  static constexpr std::int64_t kRestMs = 15'000;     ///< after one that did not answer in time

  explicit S3Client(BucketSettings settings);
  ~S3Client();
  S3Client(const S3Client&) = delete;
  S3Client& operator=(const S3Client&) = delete;

  /// Nothing: it has no such object.
  [[nodiscard]] Result<std::optional<std::uint64_t>> size_of(const std::string& key);
  /// `open` gives the bytes from their beginning, once for each try. The store compares them with
  /// `sha256` (hexadecimal) and refuses others.
  [[nodiscard]] Status put(const std::string& key, std::uint64_t size, const std::string& sha256,
                           const std::function<PutSource()>& open);
  /// At most `length` bytes. `not_found`; `invalid_argument`: it has no byte there.
  [[nodiscard]] Result<std::vector<std::uint8_t>> get(const std::string& key, std::uint64_t offset,
                                                      std::size_t length);
  /// It is not there afterwards, whether it was or not.
  [[nodiscard]] Status remove(const std::string& key);
  /// Keys of this store after `after`, in their order, without the prefix; at most `limit`.
  [[nodiscard]] Result<S3Page> list(const std::string& after, std::size_t limit);

 private:
  class Lines;
  struct Ask;
  struct Answer;
  [[nodiscard]] Answer once(const Ask& ask);
  [[nodiscard]] Answer perform(const Ask& ask);
  [[nodiscard]] std::string url_of(const std::string& key) const;
  [[nodiscard]] Error error_of(const Answer& answer) const;

  BucketSettings settings_;
  std::unique_ptr<Lines> lines_;
};

}  // namespace insieme::server
