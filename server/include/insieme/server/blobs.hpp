#pragma once
// Where the bytes of blobs lie: sealed by tablets, named by their content, never changed once they
// are whole (docs/adr/0032). What is named by which record, and who may have it, the repository
// knows; a store only keeps bytes.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "insieme/server/config.hpp"
#include "insieme/server/repository.hpp"

namespace insieme::server {

/// What a store says of one blob.
struct BlobState {
  std::uint64_t received = 0;  ///< bytes that are here
  bool whole = false;          ///< all of them, and they are what the name says
};

/// Thread-safe. Whatever cannot be done is thrown as StorageFailure.
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  [[nodiscard]] virtual BlobState state(const BlobKey& key) = 0;
  /// Adds what of `piece`, whose place is `offset`, is not here yet; `size` is that of all sealed
  /// bytes. With the last byte they are checked against the name, and durable when it returns.
  /// `conflict`: something between is missing; `invalid_argument`: beyond `size`; `checksum`: all
  /// of them are here and not what was named, so that nothing is kept of them.
  [[nodiscard]] virtual Result<BlobState> append(const BlobKey& key, std::uint64_t offset,
                                                 std::span<const std::uint8_t> piece,
                                                 std::uint64_t size) = 0;
  /// At most `length` bytes from `offset` of a whole one. `not_found`: it is not whole here;
  /// `invalid_argument`: it has no byte there.
  [[nodiscard]] virtual Result<std::vector<std::uint8_t>> read(const BlobKey& key,
                                                               std::uint64_t offset,
                                                               std::size_t length) = 0;
  /// Whether it is whole and still what its name says, all of it read.
  [[nodiscard]] virtual bool is_sound(const BlobKey& key) = 0;
  /// What is here of it, whole or not. Durable when it returns.
  virtual void remove(const BlobKey& key) = 0;
  /// Everything that is here, whole or not; `changed_ms`: when its last byte came.
  virtual void visit(const std::function<void(const BlobKey&, bool whole,
                                              std::int64_t changed_ms)>& visitor) = 0;
  /// Whether it can be worked with at all; else in words for an operator.
  [[nodiscard]] virtual Status check() = 0;
  /// Takes a whole one out of another store; true: it was not here.
  bool copy_from(BlobStore& other, const BlobKey& key, std::uint64_t size);
};

/// In files below `folder`, which is made when the first one comes: a folder for each dossier, one
/// file for each blob, `.part` while it is arriving. Several servers may share it.
[[nodiscard]] std::unique_ptr<BlobStore> open_blob_folder(const std::string& folder);

/// An S3-compatible store, and who we are there.
struct BucketSettings {
  std::string url;     ///< https://HOST/BUCKET; http:// to this machine alone
  std::string prefix;  ///< of every key, without a slash at its ends; may be empty
  std::string region;
  std::string key_id;
  std::string secret;
  std::string ca_file;  ///< PEM; empty: the system's
  bool on_this_machine = false;  ///< no proxy is asked then
  std::uint32_t at_once = 2;     ///< requests, 1 or more: those who wait serve records, too
};
/// As the settings and the file of the key say it. `invalid_argument`, naming the setting.
[[nodiscard]] Result<BucketSettings> load_bucket_settings(const Config& config);

/// In a bucket (docs/adr/0045), below the space's id: spaces may share one. What is arriving lies
/// in `folder` until it is whole, and so does what the bucket could not take: it is brought there
/// when it is next asked for. What the folder holds whole is given, too, so that a folder may
/// become a bucket. While the bucket cannot be reached, everything throws `unavailable` but the
/// state of what is arriving, and its pieces that are neither the first nor the last.
[[nodiscard]] std::unique_ptr<BlobStore> open_blob_bucket(const BucketSettings& settings,
                                                          const sync::SpaceId& space,
                                                          const std::string& folder);

struct BlobSweep {
  std::uint64_t erased = 0;   ///< removed because an order erased what named them
  std::uint64_t orphans = 0;  ///< removed because no record has named them for a long time
};
/// Removes what was erased, and what nobody has named, or finished, for 30 days: for so long a
/// server that was put back from a copy may still be told of its records by the tablets.
BlobSweep sweep_blobs(Repository& repository, BlobStore& store, std::int64_t now_ms);

/// What records name and is not here as it should be: one sentence each.
struct BlobReport {
  std::uint64_t whole = 0;
  std::uint64_t awaited = 0;  ///< named, and not brought yet: no fault
  std::vector<std::string> faults;
};
/// `thorough`: every byte is read; else it is only seen whether they are there.
[[nodiscard]] BlobReport verify_blobs(Repository& repository, BlobStore& store, bool thorough);

/// What lies beside the copies of a database: brings `copies` to where `store` is. How many were
/// copied. What was erased goes from the copies, too.
std::uint64_t back_up_blobs(Repository& repository, BlobStore& store, BlobStore& copies);
/// The other way: what the database names and is only in `copies`.
std::uint64_t restore_blobs(Repository& repository, BlobStore& store, BlobStore& copies);

}  // namespace insieme::server
