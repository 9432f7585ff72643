#include "storage/rows.hpp"

#include <algorithm>
#include <cstring>

namespace insieme::server {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kEntryBytes = kIdBytes + 8;

[[noreturn]] void damaged() {
  throw StorageFailure(ErrorCode::storage_failure, "a stored value has an impossible size or form");
}

void put_u64(std::uint8_t* out, std::uint64_t number) noexcept {
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(number >> (8 * i));
}

std::uint64_t take_u64(const std::uint8_t* bytes) noexcept {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number |= std::uint64_t{bytes[i]} << (8 * i);
  return number;
}

}  // namespace

void copy_blob(std::span<const std::uint8_t> blob, std::span<std::uint8_t> out) {
  if (blob.size() != out.size()) damaged();
  std::copy(blob.begin(), blob.end(), out.begin());
}

sync::DocumentId get_document(const sql::Statement& row, int dossier_column) {
  return {get_bytes<sync::DossierId>(row, dossier_column),
          std::string(row.get_text(dossier_column + 1))};
}

std::vector<std::uint8_t> get_vector(const sql::Statement& row, int column) {
  const auto blob = row.get_blob(column);
  return {blob.begin(), blob.end()};
}

std::vector<std::uint8_t> pack_version(const sync::VersionVector& version) {
  std::vector<std::uint8_t> bytes(version.size() * kEntryBytes);
  std::uint8_t* out = bytes.data();
  for (const auto& entry : version.entries()) {
    std::memcpy(out, entry.replica.bytes.data(), kIdBytes);
    put_u64(out + kIdBytes, entry.seq);
    out += kEntryBytes;
  }
  return bytes;
}

sync::VersionVector unpack_version(std::span<const std::uint8_t> bytes) {
  if (bytes.size() % kEntryBytes != 0) damaged();
  sync::VersionVector version;
  for (; !bytes.empty(); bytes = bytes.subspan(kEntryBytes)) {
    sync::ReplicaId replica;
    std::memcpy(replica.bytes.data(), bytes.data(), kIdBytes);
    version.set(replica, take_u64(bytes.data() + kIdBytes));
  }
  return version;
}

std::vector<std::uint8_t> encode_sum(const sync::DigestSum& sum) {
  std::vector<std::uint8_t> bytes(8 * sum.words.size());
  for (std::size_t i = 0; i < sum.words.size(); ++i) put_u64(bytes.data() + 8 * i, sum.words[i]);
  return bytes;
}

sync::DigestSum decode_sum(std::span<const std::uint8_t> bytes) {
  sync::DigestSum sum;
  if (bytes.size() != 8 * sum.words.size()) damaged();
  for (std::size_t i = 0; i < sum.words.size(); ++i) sum.words[i] = take_u64(bytes.data() + 8 * i);
  return sum;
}

std::vector<std::uint8_t> pack_origin(const sync::ReplicaId& replica, std::uint64_t seq) {
  std::vector<std::uint8_t> bytes(replica.bytes.begin(), replica.bytes.end());
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(seq >> shift));
  }
  return bytes;
}

sync::Change make_change(std::span<const std::uint8_t> header,
                         std::optional<std::span<const std::uint8_t>> body) {
  auto decoded = sync::decode_header(header);
  if (!decoded.ok()) damaged();
  sync::Change change;
  change.header = std::move(decoded).value();
  if (body) {
    auto ops = sync::decode_body(*body);
    if (!ops.ok()) damaged();
    change.ops = std::move(ops).value();
  }
  return change;
}

}  // namespace insieme::server
