#include "blobs/blob_scanner.hpp"

#include <cstdint>
#include <utility>

#include "insieme/sync/sealed_blob.hpp"
#include "log.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kAtOnce = 100;
constexpr int kFailuresInARow = 3;
constexpr std::size_t kPieceBytes = 1024 * 1024;
constexpr std::int64_t kRetryMs = std::int64_t{5} * 60'000;
constexpr auto kLookAgain = std::chrono::minutes(5);

/// The content, or why it cannot be had. Throws StorageFailure.
Result<std::vector<std::uint8_t>> content_of(Repository& repository, BlobStore& store,
                                             const BlobKey& key) {
  INSIEME_TRY_ASSIGN(const BlobOpener opener, blob_scans_of(repository).blob_opener(key));
  const std::uint64_t size = sync::sealed_blob_size(opener.reference.size);
  std::vector<std::uint8_t> sealed;
  sealed.reserve(static_cast<std::size_t>(size));
  while (sealed.size() < size) {
    INSIEME_TRY_ASSIGN(const auto piece, store.read(key, sealed.size(), kPieceBytes));
    if (piece.empty()) return Error{ErrorCode::truncated, "its bytes are not all there"};
    sealed.insert(sealed.end(), piece.begin(), piece.end());
  }
  return sync::open_blob(opener.key, opener.reference, sealed);
}

void count(ScanTally& tally, const Scanned& scanned) {
  switch (scanned.verdict) {
    case ScanVerdict::clean: ++tally.clean; break;
    case ScanVerdict::infected: ++tally.infected; break;
    default:
      ++tally.failed;
      tally.why = scanned.said;
  }
}

}  // namespace

Result<std::optional<ScanCommand>> scan_command_of(const Config& config) {
  if (config.blob_scan.empty()) return std::optional<ScanCommand>();
  ScanCommand command;
  INSIEME_TRY_ASSIGN(command.words, split_command(config.blob_scan));
  command.timeout = std::chrono::seconds(config.blob_scan_timeout_s);
  return std::optional<ScanCommand>(std::move(command));
}

namespace {

/// Those that wait, and those that failed before that time.
void scan_those(Repository& repository, BlobStore& store, const ScanCommand& command,
                std::int64_t failed_before_ms, const std::atomic<bool>& stop, ScanTally& tally) {
  BlobScanStore& scans = blob_scans_of(repository);
  std::optional<BlobKey> after;
  int in_a_row = 0;
  while (true) {
    const auto keys = scans.unscanned(after, failed_before_ms, kAtOnce);
    for (const BlobKey& key : keys) {
      if (stop) return;
      after = key;
      const auto content = content_of(repository, store, key);
      Scanned scanned{ScanVerdict::failed, {}};
      if (content.ok()) {
        scanned = run_scan(command, *content, stop);
        if (stop) return;  // what was killed says nothing
        in_a_row = scanned.verdict == ScanVerdict::failed ? in_a_row + 1 : 0;
      } else {
        scanned.said = "it does not open: " + content.error().detail;
      }
      scans.note_scan(key, scanned.verdict, scanned.said);
      count(tally, scanned);
      if (in_a_row == kFailuresInARow) return;
    }
    if (keys.size() < kAtOnce) return;
  }
}

}  // namespace

ScanTally scan_blobs(Repository& repository, BlobStore& store, const ScanCommand& command,
                     std::int64_t now_ms, std::int64_t retry_ms, const std::atomic<bool>& stop) {
  ScanTally tally;
  // Files on which the scanner always fails do not keep it from those that nobody has looked at.
  scan_those(repository, store, command, INT64_MIN, stop, tally);
  if (!stop) scan_those(repository, store, command, now_ms - retry_ms, stop, tally);
  return tally;
}

BlobScanner::BlobScanner(Repository& repository, BlobStore& store, ScanCommand command,
                         Clock clock)
    : repository_(repository),
      store_(store),
      command_(std::move(command)),
      clock_(std::move(clock)),
      thread_([this] { run(); }) {}

BlobScanner::~BlobScanner() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  woken_.notify_all();
  thread_.join();
}

void BlobScanner::wake() {
  {
    const std::lock_guard lock(mutex_);
    due_ = true;
  }
  woken_.notify_all();
}

void BlobScanner::run() {
  while (!stop_) {
    pass();
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, kLookAgain, [this] { return due_ || stop_; });
  }
}

void BlobScanner::pass() {
  {
    const std::lock_guard lock(mutex_);
    due_ = false;
  }
  try {
    const ScanTally tally = scan_blobs(repository_, store_, command_, clock_(), kRetryMs, stop_);
    if (tally.infected > 0) log_event("infected files", std::to_string(tally.infected));
    if (tally.failed > 0) log_failure("scan", tally.why);
  } catch (const StorageFailure& failure) {
    log_failure("scan", failure.what());  // and again when it is next woken
  } catch (const std::exception& failure) {
    log_failure("scan", failure.what());
  }
}

}  // namespace insieme::server
