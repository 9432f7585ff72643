// Result, ids, stamps, version vectors: the small values that everything else is made of.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "insieme/sync/ids.hpp"
#include "insieme/sync/limits.hpp"
#include "insieme/sync/result.hpp"
#include "insieme/sync/stamp.hpp"
#include "insieme/sync/version_vector.hpp"

namespace insieme {

std::string_view name_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::ok: return "ok";
    case ErrorCode::truncated: return "truncated";
    case ErrorCode::malformed: return "malformed";
    case ErrorCode::trailing_bytes: return "trailing_bytes";
    case ErrorCode::limit_exceeded: return "limit_exceeded";
    case ErrorCode::wrong_version: return "wrong_version";
    case ErrorCode::checksum: return "checksum";
    case ErrorCode::duplicate: return "duplicate";
    case ErrorCode::not_yet: return "not_yet";
    case ErrorCode::fork: return "fork";
    case ErrorCode::broken_chain: return "broken_chain";
    case ErrorCode::bad_signature: return "bad_signature";
    case ErrorCode::invalid_argument: return "invalid_argument";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::already_exists: return "already_exists";
    case ErrorCode::not_allowed: return "not_allowed";
    case ErrorCode::unauthenticated: return "unauthenticated";
    case ErrorCode::expired: return "expired";
    case ErrorCode::busy: return "busy";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::quota: return "quota";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::cancelled: return "cancelled";
    case ErrorCode::storage_full: return "storage_full";
    case ErrorCode::storage_failure: return "storage_failure";
    case ErrorCode::storage_newer: return "storage_newer";
    case ErrorCode::wrong_key: return "wrong_key";
    case ErrorCode::internal: return "internal";
  }
  return "unknown";
}

void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "insieme: internal error, stopping to protect the data: %s (%s:%d)\n",
               expression, file, line);
  std::abort();
}

namespace sync {
namespace {

constexpr char kHex[] = "0123456789abcdef";

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_text(const std::array<std::uint8_t, 16>& bytes) {
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(kHex[bytes[i] >> 4]);
    text.push_back(kHex[bytes[i] & 15]);
  }
  return text;
}

Result<std::array<std::uint8_t, 16>> id_bytes_from_text(std::string_view text) {
  const bool hyphens = text.size() == 36;
  if (!hyphens && text.size() != 32) return Error{ErrorCode::malformed, "an id has 36 characters"};
  std::array<std::uint8_t, 16> bytes{};
  std::size_t digit = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (hyphens && (i == 8 || i == 13 || i == 18 || i == 23)) {
      if (text[i] != '-') return Error{ErrorCode::malformed, "an id has hyphens at 8, 13, 18, 23"};
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return Error{ErrorCode::malformed, "an id holds hexadecimal digits only"};
    bytes[digit / 2] = static_cast<std::uint8_t>((bytes[digit / 2] << 4) | value);
    ++digit;
  }
  return bytes;
}

std::array<std::uint8_t, 16> make_uuid7(std::int64_t unix_ms,
                                        const std::array<std::uint8_t, 10>& random) {
  const std::uint64_t ms = unix_ms < 0 ? 0 : static_cast<std::uint64_t>(unix_ms);
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  std::copy(random.begin(), random.end(), bytes.begin() + 6);
  bytes[6] = static_cast<std::uint8_t>(0x70 | (bytes[6] & 0x0f));
  bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f));
  return bytes;
}

std::string to_text(const DocumentId& id) { return to_text(id.dossier) + "/" + id.section; }

bool is_valid_section(std::string_view section) noexcept {
  return !section.empty() && section.size() <= kSectionBytesMax &&
         std::all_of(section.begin(), section.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

Stamp next_stamp(const Stamp& last, std::int64_t now_ms) noexcept {
  if (now_ms > last.ms) return {now_ms, 0};
  if (last.counter == UINT32_MAX && last.ms < INT64_MAX) return {last.ms + 1, 0};
  return {last.ms, last.counter + 1};
}

// ---- version vectors ----------------------------------------------------------------------------

namespace {
template <class Entries>
auto find_entry(Entries& entries, const ReplicaId& replica) {
  return std::lower_bound(
      entries.begin(), entries.end(), replica,
      [](const auto& entry, const ReplicaId& id) { return entry.replica < id; });
}
}  // namespace

std::uint64_t VersionVector::operator[](const ReplicaId& replica) const noexcept {
  const auto at = find_entry(entries_, replica);
  return at != entries_.end() && at->replica == replica ? at->seq : 0;
}

void VersionVector::set(const ReplicaId& replica, std::uint64_t seq) {
  const auto at = find_entry(entries_, replica);
  const bool found = at != entries_.end() && at->replica == replica;
  if (seq == 0) {
    if (found) entries_.erase(at);
  } else if (found) {
    at->seq = seq;
  } else {
    entries_.insert(at, Entry{replica, seq});
  }
}

void VersionVector::raise(const ReplicaId& replica, std::uint64_t seq) {
  const auto at = find_entry(entries_, replica);
  if (at == entries_.end() || at->replica != replica) {
    if (seq != 0) entries_.insert(at, Entry{replica, seq});
  } else if (at->seq < seq) {
    at->seq = seq;
  }
}

void VersionVector::merge(const VersionVector& other) {
  for (const Entry& entry : other.entries_) raise(entry.replica, entry.seq);
}

void VersionVector::meet(const VersionVector& other) {
  std::vector<Entry> kept;
  for (const Entry& entry : entries_) {
    const std::uint64_t seq = std::min(entry.seq, other[entry.replica]);
    if (seq != 0) kept.push_back(Entry{entry.replica, seq});
  }
  entries_ = std::move(kept);
}

bool VersionVector::covers(const VersionVector& other) const noexcept {
  return std::all_of(other.entries_.begin(), other.entries_.end(), [this](const Entry& entry) {
    return (*this)[entry.replica] >= entry.seq;
  });
}

std::uint64_t VersionVector::total() const noexcept {
  std::uint64_t sum = 0;
  for (const Entry& entry : entries_) sum += entry.seq;
  return sum;
}

}  // namespace sync
}  // namespace insieme
