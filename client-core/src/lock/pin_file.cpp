#include "lock/pin_file.hpp"

#include <algorithm>
#include <span>

#include "insieme/sqlite/files.hpp"
#include "insieme/sync/digest.hpp"
#include "lock/host.hpp"

namespace insieme::client::lock {
namespace {

constexpr std::size_t kSlotBytes = 512;
constexpr std::size_t kChecksumBytes = 16;
constexpr std::array<std::uint8_t, 4> kMagic{'I', 'P', 'I', 'N'};
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kHasRecovery = 1;

class Out {
 public:
  template <class Number>
  void number(Number value) {
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
      bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
    }
  }
  void raw(std::span<const std::uint8_t> part) {
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  std::vector<std::uint8_t> bytes;
};

/// Of a slot whose checksum holds: what is asked for is always there.
class In {
 public:
  explicit In(std::span<const std::uint8_t> bytes) : left_(bytes) {}
  template <class Number>
  Number number() {
    std::uint64_t value = 0;
    const auto part = take(sizeof(Number));
    for (std::size_t i = 0; i < part.size(); ++i) value |= std::uint64_t{part[i]} << (8 * i);
    return static_cast<Number>(value);
  }
  template <std::size_t size>
  void raw(std::array<std::uint8_t, size>& to) {
    const auto part = take(size);
    std::copy(part.begin(), part.end(), to.begin());
  }
  std::vector<std::uint8_t> raw(std::size_t size) {
    const auto part = take(size);
    return {part.begin(), part.end()};
  }

 private:
  std::span<const std::uint8_t> take(std::size_t size) {
    INSIEME_ASSERT(size <= left_.size());
    const auto part = left_.first(size);
    left_ = left_.subspan(size);
    return part;
  }
  std::span<const std::uint8_t> left_;
};

std::array<std::uint8_t, kChecksumBytes> checksum_of(std::span<const std::uint8_t> bytes) {
  const sync::Digest digest = sync::Hasher("insieme pin file v1").add(bytes).finish();
  std::array<std::uint8_t, kChecksumBytes> sum{};
  std::copy_n(digest.bytes.begin(), sum.size(), sum.begin());
  return sum;
}

std::string encode(const PinFile& file) {
  Out out;
  out.raw(kMagic);
  out.number(kVersion);
  out.number<std::uint8_t>(file.recovery ? kHasRecovery : 0);
  out.number(file.generation);
  out.number(file.failed);
  out.number(file.failed_at_ms);
  out.raw(file.bound());
  INSIEME_ASSERT(file.key.size() == kSealedSecretBytes);
  out.raw(file.key);
  if (file.recovery) {
    INSIEME_ASSERT(file.recovery->request.size() == kRequestBytes &&
                   file.recovery->key.size() == kSealedSecretBytes &&
                   file.recovery->holder.size() == kSealedHolderBytes);
    out.raw(file.recovery->request);
    out.raw(file.recovery->key);
    out.raw(file.recovery->holder);
  }
  INSIEME_ASSERT(out.bytes.size() <= kSlotBytes - kChecksumBytes);
  out.bytes.resize(kSlotBytes - kChecksumBytes);
  out.raw(checksum_of(out.bytes));
  return {out.bytes.begin(), out.bytes.end()};
}

Result<PinFile> decode(std::span<const std::uint8_t> slot) {
  const Error damaged{ErrorCode::checksum, "a damaged slot"};
  if (slot.size() != kSlotBytes) return damaged;
  const auto content = slot.first(kSlotBytes - kChecksumBytes);
  const auto sum = checksum_of(content);
  if (!std::equal(sum.begin(), sum.end(), slot.end() - kChecksumBytes)) return damaged;
  In in(content);
  std::array<std::uint8_t, 4> magic{};
  in.raw(magic);
  if (magic != kMagic) return damaged;
  if (in.number<std::uint8_t>() != kVersion) {
    return Error{ErrorCode::wrong_version, "the PIN file is of a newer program\n"
                                           "il file del PIN è di un programma più recente"};
  }
  const auto flags = in.number<std::uint8_t>();
  PinFile file;
  file.generation = in.number<std::uint64_t>();
  file.failed = in.number<std::uint32_t>();
  file.failed_at_ms = in.number<std::int64_t>();
  in.raw(file.device_tag);
  file.cost.passes = in.number<std::uint32_t>();
  file.cost.memory_kib = in.number<std::uint32_t>();
  in.raw(file.salt);
  file.key = in.raw(kSealedSecretBytes);
  if ((flags & kHasRecovery) == 0) return file;
  file.recovery.emplace();
  file.recovery->request = in.raw(kRequestBytes);
  file.recovery->key = in.raw(kSealedSecretBytes);
  file.recovery->holder = in.raw(kSealedHolderBytes);
  return file;
}

Result<PinFile> slot_of(std::span<const std::uint8_t> bytes, std::size_t which) {
  const std::size_t begin = std::min(which * kSlotBytes, bytes.size());
  return decode(bytes.subspan(begin, std::min(kSlotBytes, bytes.size() - begin)));
}

std::vector<std::uint8_t> bytes_of(const std::string& path) {
  const std::string text = sqlite::read_small_file(path);
  return {text.begin(), text.end()};
}

/// 0 or 1: the slot that counts; 1 if none does, so that a new file begins at its beginning.
std::size_t newest(const Result<PinFile>& first, const Result<PinFile>& second) {
  if (!first.ok()) return 1;
  return second.ok() && second->generation > first->generation ? 1 : 0;
}

Status write_slot(const std::string& path, std::size_t which, const std::string& slot) {
  const auto offset = static_cast<int>(which * kSlotBytes);
  switch (sqlite::write_small_part(path, offset, slot)) {
    case sqlite::SmallWrite::done: return {};
    case sqlite::SmallWrite::full:
      return {ErrorCode::storage_full, "cannot write the PIN file\n"
                                       "non si può scrivere il file del PIN"};
    case sqlite::SmallWrite::failed: break;
  }
  return {ErrorCode::storage_failure, "cannot write the PIN file\n"
                                      "non si può scrivere il file del PIN"};
}

}  // namespace

std::vector<std::uint8_t> PinFile::bound() const {
  Out out;
  out.raw(device_tag);
  out.number(cost.passes);
  out.number(cost.memory_kib);
  out.raw(salt);
  return std::move(out.bytes);
}

std::string pin_path(const std::string& store) { return store + ".pin"; }

Result<PinFile> read_pin_file(const std::string& path) {
  if (!sqlite::file_exists(path)) return Error{ErrorCode::not_found, "no PIN file"};
  const auto bytes = bytes_of(path);
  const auto first = slot_of(bytes, 0);
  const auto second = slot_of(bytes, 1);
  const auto& found = newest(first, second) == 0 ? first : second;
  if (found.ok()) return found;
  for (const auto& slot : {first, second}) {
    if (!slot.ok() && slot.error().code == ErrorCode::wrong_version) return slot.error();
  }
  return Error{ErrorCode::storage_failure, "the PIN file is damaged; nothing was written to it\n"
                                           "il file del PIN è danneggiato; non vi è stato scritto "
                                           "nulla"};
}

Status write_pin_file(const std::string& path, PinFile& file) {
  const bool is_new = !sqlite::file_exists(path);
  std::size_t current = 1;
  if (!is_new) {
    const auto bytes = bytes_of(path);
    current = newest(slot_of(bytes, 0), slot_of(bytes, 1));
  }
  ++file.generation;
  const std::string slot = encode(file);
  // The one that counts is touched last: until the other is whole, it says what it said.
  INSIEME_TRY(write_slot(path, 1 - current, slot));
  // What is left of the old content goes with the next write at the latest: every try is one.
  static_cast<void>(write_slot(path, current, slot));
  if (is_new) settle_new_file(path);
  return {};
}

}  // namespace insieme::client::lock
